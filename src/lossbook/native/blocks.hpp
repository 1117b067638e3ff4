// What every block needs besides its formula: conversion, weights, and sums with fixed bits.
#pragma once

#include <type_traits>

#include "elementary.hpp"
#include "kernels.hpp"
#include "vectors.hpp"

namespace lossbook::LOSSBOOK_ISA {

// Sums run in this many lanes whatever the width of the vectors, so their bits do not depend on it.
inline constexpr std::size_t lanes = 16;

// Knuth's TwoSum (The Art of Computer Programming 2, section 4.2.2): exact for any two numbers.
template <class V> LOSSBOOK_INLINE void add(V& sum, V& lost, V x) {
    const V total = sum + x;
    const V back = total - sum;
    lost += (sum - (total - back)) + (x - back);
    sum = total;
}

// Half onto half: one after another, the lanes of a block would take half as long as its numbers.
template <std::size_t half> LOSSBOOK_INLINE Twofold combine(double* sums, double* lost) {
    for (std::size_t lane = 0; lane < half; ++lane) {
        add(sums[lane], lost[lane], sums[lane + half]);
        lost[lane] += lost[lane + half];
    }
    if constexpr (half > 1) return combine<half / 2>(sums, lost);
    else return {sums[0], lost[0]};
}

// An infinite sum has no lost part, only inf - inf.
LOSSBOOK_INLINE double rounded(const Twofold& total) {
    return elementary::abs(total.sum) < elementary::infinity<double> ? total.sum + total.lost
                                                                     : total.sum;
}

// The sum of term.at(i): float32 in plain double sums, whose rounding is 2^29 times finer; float64 in
// twofold sums. The sums are vectors and not arrays, which g++ 12 keeps in memory: each addition then
// waits for a store and a load, twice its own time.
template <class T, class Term> LOSSBOOK_INLINE Twofold sum_terms(const Term& term, std::size_t count) {
    using Doubles = Vector<double>;
    constexpr std::size_t width = vector_width<double>, parts = lanes / width;
    Doubles part_sums[parts] = {}, part_lost[parts] = {};
    const std::size_t whole = count - count % lanes;
    for (std::size_t start = 0; start < whole; start += lanes) {
#pragma GCC unroll 8
        for (std::size_t part = 0; part < parts; ++part) {
            const Doubles x = term.vector(start + part * width);
            if constexpr (sizeof(T) == 4) part_sums[part] += x;
            else add(part_sums[part], part_lost[part], x);
        }
    }
    double sums[lanes], lost[lanes];
    store_vector(sums, part_sums);
    store_vector(lost, part_lost);
    for (std::size_t i = whole; i < count; ++i) add(sums[i - whole], lost[i - whole], term.number(i));
    return combine<lanes / 2>(sums, lost);
}

template <class T> struct Values {
    const T* values;

    LOSSBOOK_INLINE double number(std::size_t i) const { return values[i]; }
    LOSSBOOK_INLINE Vector<double> vector(std::size_t i) const { return load_doubles(values + i); }
};

// A weight of 0 counts as 0 whatever the value is.
template <class T> struct WeighedValues {
    const T* values;
    const double* weights;

    LOSSBOOK_INLINE double number(std::size_t i) const {
        return weights[i] == 0 ? 0.0 : weights[i] * values[i];
    }
    LOSSBOOK_INLINE Vector<double> vector(std::size_t i) const {
        const Vector<double> weight = load_doubles(weights + i), zero = {};
        return weight == 0 ? zero : weight * load_doubles(values + i);
    }
};

template <class T> Twofold sum_block(const T* values, const double* weights, std::size_t count) {
    return weights == nullptr ? sum_terms<T>(Values<T>{values}, count)
                              : sum_terms<T>(WeighedValues<T>{values, weights}, count);
}

// NaN where a weight is negative or NaN.
template <class Weight> struct Weights {
    const Weight* weights;

    LOSSBOOK_INLINE double number(std::size_t i) const {
        return weights[i] >= 0 ? double(weights[i]) : elementary::nan<double>;
    }
    LOSSBOOK_INLINE Vector<double> vector(std::size_t i) const {
        const Vector<double> weight = load_doubles(weights + i), zero = {};
        return weight >= 0 ? weight : zero + elementary::nan<double>;
    }
};

// In double: a weight, or one over their sum, may lie outside the range of float. `to` may be `values`.
template <class T>
void weigh(const T* values, const double* weights, double scale, std::size_t count, T* to) {
    constexpr std::size_t width = vector_width<double>;
    const std::size_t whole = count - count % width;
    for (std::size_t i = 0; i < whole; i += width) {
        const Vector<double> weight = load_doubles(weights + i), zero = {};
        const Vector<double> product = weight * scale * load_doubles(values + i);
        store_doubles(to + i, weight == 0 ? zero : product);
    }
    for (std::size_t i = whole; i < count; ++i)
        to[i] = weights[i] == 0 ? T(0) : T(weights[i] * scale * double(values[i]));
}

inline bool labels_are_valid(const double* labels, std::size_t count, double classes) {
    std::int64_t broken = 0;
#pragma omp simd reduction(| : broken)
    for (std::size_t i = 0; i < count; ++i) {
        const double label = labels[i];
        const bool inside = (label >= 0) & (label < classes) & (__builtin_trunc(label) == label);
        broken |= inside | (label != label) ? 0 : 1;
    }
    return broken == 0;
}

template <class T> LOSSBOOK_INLINE bool is_contiguous(const Column& column) {
    return column.element == element_of<T> && column.stride == std::ptrdiff_t(sizeof(T)) &&
           column.axes == 1;
}

template <class T> LOSSBOOK_INLINE const T* numbers_at(const Column& column, std::size_t start) {
    return reinterpret_cast<const T*>(column.data) + start;
}

template <class From, class To, std::ptrdiff_t step>
LOSSBOOK_INLINE void convert_every(const From* from, std::size_t count, To* to) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) to[i] = To(from[std::ptrdiff_t(i) * step]);
}

// With a step that the compiler knows it loads whole vectors and picks from them: columns of narrow
// tables, real parts, reversed views. For floats alone; other types are not worth the code.
template <class From, class To>
void convert_from(const char* base, std::ptrdiff_t stride, std::size_t count, To* to) {
    constexpr std::ptrdiff_t size = sizeof(From);
    const From* from = reinterpret_cast<const From*>(base);
    if (stride == size) return convert_every<From, To, 1>(from, count, to);
    if constexpr (std::is_floating_point_v<From>) {
        if (stride == 2 * size) return convert_every<From, To, 2>(from, count, to);
        if (stride == 3 * size) return convert_every<From, To, 3>(from, count, to);
        if (stride == 4 * size) return convert_every<From, To, 4>(from, count, to);
        if (stride == -size) return convert_every<From, To, -1>(from, count, to);
    }
    for (std::size_t i = 0; i < count; ++i)
        to[i] = To(*reinterpret_cast<const From*>(base + std::ptrdiff_t(i) * stride));
}

template <class To>
void convert(Element from, const char* base, std::ptrdiff_t stride, std::size_t count, To* to) {
    switch (from) {
    case Element::f32: return convert_from<float>(base, stride, count, to);
    case Element::f64: return convert_from<double>(base, stride, count, to);
    case Element::i8: return convert_from<std::int8_t>(base, stride, count, to);
    case Element::i16: return convert_from<std::int16_t>(base, stride, count, to);
    case Element::i32: return convert_from<std::int32_t>(base, stride, count, to);
    case Element::i64: return convert_from<std::int64_t>(base, stride, count, to);
    case Element::u8:
    case Element::boolean: return convert_from<std::uint8_t>(base, stride, count, to);
    case Element::u16: return convert_from<std::uint16_t>(base, stride, count, to);
    case Element::u32: return convert_from<std::uint32_t>(base, stride, count, to);
    case Element::u64: return convert_from<std::uint64_t>(base, stride, count, to);
    case Element::none: return;
    }
}

// Several axes in C order, one run along the last axis after another.
template <class To>
[[gnu::noinline]] void convert_axes(const Column& column, std::size_t start, std::size_t count,
                                    To* to) {
    const int last = column.axes - 1;
    std::ptrdiff_t place[most_axes];
    std::ptrdiff_t rest = std::ptrdiff_t(start);
    const char* base = column.data;
    for (int axis = last; axis >= 0; --axis) {
        place[axis] = rest % column.shape[axis];
        rest /= column.shape[axis];
        base += place[axis] * column.strides[axis];
    }
    while (count > 0) {
        const std::size_t left = std::size_t(column.shape[last] - place[last]);
        const std::size_t run = left < count ? left : count;
        convert(column.element, base, column.strides[last], run, to);
        to += run;
        count -= run;
        place[last] += std::ptrdiff_t(run);
        base += std::ptrdiff_t(run) * column.strides[last];
        for (int axis = last; axis > 0 && place[axis] == column.shape[axis]; --axis) {
            base += column.strides[axis - 1] - place[axis] * column.strides[axis];
            place[axis] = 0;
            ++place[axis - 1];
        }
    }
}

// The numbers start .. start+count of a column of any type and layout.
template <class To>
void convert_column(const Column& column, std::size_t start, std::size_t count, To* to) {
    if (column.axes > 1) return convert_axes(column, start, count, to);
    convert(column.element, column.data + std::ptrdiff_t(start) * column.stride, column.stride,
            count, to);
}

// NaN where a weight is negative or NaN, infinite where one is infinite: one pass checks and adds, as
// exactly as sum_block does: what float results are divided by need not be twofold.
template <class T> Twofold sum_weights(const Column& column, std::size_t start, std::size_t count) {
    if (is_contiguous<float>(column))
        return sum_terms<T>(Weights<float>{numbers_at<float>(column, start)}, count);
    if (is_contiguous<double>(column))
        return sum_terms<T>(Weights<double>{numbers_at<double>(column, start)}, count);
    alignas(64) double weights[block_length];
    convert_column(column, start, count, weights);
    return sum_terms<T>(Weights<double>{weights}, count);
}

template <class T> constexpr BlockFunctions<T> block_functions() {
    return {convert<T>, weigh<T>, sum_block<T>, sum_weights<T>};
}

} // namespace lossbook::LOSSBOOK_ISA
