// Blocks of numbers, transposed in registers: square ones, and those of a few columns.
//
// One number at a time costs a load and a store each, and a vector loaded from numbers that were
// stored one by one waits until all of them have left the store buffer.
#pragma once

#include "vectors.hpp"

namespace lossbook::LOSSBOOK_ISA {

// a[s], b[s], a[s+1], b[s+1], ... from the first half (s = 0) or the second.
template <std::size_t start, class V, std::size_t... I>
LOSSBOOK_INLINE V interleave(V a, V b, std::index_sequence<I...>) {
    return __builtin_shufflevector(a, b, int(start + I / 2 + (I % 2) * sizeof...(I))...);
}

// Interleaving each row with the one half a block further on turns the row's number by one bit into
// the column's; after as many rounds as there are bits the block is transposed.
template <class T> LOSSBOOK_INLINE void transpose(Vector<T> (&rows)[vector_width<T>]) {
    constexpr std::size_t width = vector_width<T>, half = width / 2;
    const std::make_index_sequence<width> indices;
#pragma GCC unroll 4
    for (std::size_t round = 1; round < width; round *= 2) {
        Vector<T> mixed[width];
#pragma GCC unroll 8
        for (std::size_t i = 0; i < half; ++i) {
            mixed[2 * i] = interleave<0>(rows[i], rows[i + half], indices);
            mixed[2 * i + 1] = interleave<half>(rows[i], rows[i + half], indices);
        }
#pragma GCC unroll 16
        for (std::size_t i = 0; i < width; ++i) rows[i] = mixed[i];
    }
}

// to[j * to_stride + i] = from[i * from_stride + j] for i, j < vector_width.
template <class T>
LOSSBOOK_INLINE void transpose(const T* from, std::size_t from_stride, T* to, std::size_t to_stride) {
    constexpr std::size_t width = vector_width<T>;
    Vector<T> rows[width];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < width; ++i)
        rows[i] = load_vector<Vector<T>>(from + i * from_stride);
    transpose<T>(rows);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < width; ++i)
        store_vector(to + i * to_stride, rows[i]);
}

// A vector gathered from several, number i of it from place `Source::of(i)` of all their numbers.
template <class Source, std::size_t v, class V, std::size_t... I>
LOSSBOOK_INLINE V gather_from(V so_far, V from, std::index_sequence<I...>) {
    constexpr std::size_t width = sizeof...(I);
    return __builtin_shufflevector(
        so_far, from, int(Source::of(I) / width == v ? width + Source::of(I) % width : I)...);
}

template <class Source, std::size_t v = 1, class V, std::size_t count>
LOSSBOOK_INLINE V gather(V so_far, const V (&from)[count]) {
    if constexpr (v == count) return so_far;
    else return gather<Source, v + 1>(
        gather_from<Source, v>(so_far, from[v], std::make_index_sequence<sizeof(V) / sizeof(from[0][0])>()),
        from);
}

template <class Source, class V, std::size_t... I>
LOSSBOOK_INLINE V arrange_first(V first, std::index_sequence<I...>) {
    return __builtin_shufflevector(first, first, int(Source::of(I) % sizeof...(I))...);
}

// columns[j * stride + i] = rows[i * count + j] for j < count and i < vector_width: no number beyond
// these is read or written.
template <std::size_t count, std::size_t j> struct OfColumn {
    static constexpr std::size_t of(std::size_t i) { return i * count + j; }
};
template <std::size_t count, std::size_t v, std::size_t width> struct OfRows {
    static constexpr std::size_t of(std::size_t i) {
        const std::size_t number = v * width + i;
        return number % count * width + number / count;
    }
};

template <std::size_t count, class T, std::size_t... J>
LOSSBOOK_INLINE void split(const T* rows, T* columns, std::size_t stride, std::index_sequence<J...>) {
    constexpr std::size_t width = vector_width<T>;
    const std::make_index_sequence<width> indices;
    const Vector<T> from[count] = {load_vector<Vector<T>>(rows + J * width)...};
    (store_vector(columns + J * stride,
                  gather<OfColumn<count, J>>(arrange_first<OfColumn<count, J>>(from[0], indices), from)),
     ...);
}

template <std::size_t count, class T, std::size_t... J>
LOSSBOOK_INLINE void unite(const T* columns, std::size_t stride, T* rows, std::index_sequence<J...>) {
    constexpr std::size_t width = vector_width<T>;
    const std::make_index_sequence<width> indices;
    const Vector<T> from[count] = {load_vector<Vector<T>>(columns + J * stride)...};
    (store_vector(rows + J * width,
                  gather<OfRows<count, J, width>>(
                      arrange_first<OfRows<count, J, width>>(from[0], indices), from)),
     ...);
}

// Whether that takes fewer shuffles than a square block: one of two vectors is one instruction with
// AVX-512 and three without.
template <class T, std::size_t count>
inline constexpr bool few_columns = count * (count - 1) * (vector_bytes == 64 ? 1 : 3) <
                                    vector_width<T> / 2 * (vector_width<T> == 16  ? 8
                                                           : vector_width<T> == 8 ? 6
                                                                                  : 4);

} // namespace lossbook::LOSSBOOK_ISA
