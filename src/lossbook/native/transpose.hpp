// Square blocks of numbers, transposed in registers.
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

} // namespace lossbook::LOSSBOOK_ISA
