// What every block needs besides its formula: conversion, weights, and sums with fixed bits.
#pragma once

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
struct Weights {
    const double* weights;

    LOSSBOOK_INLINE double number(std::size_t i) const {
        return weights[i] >= 0 ? weights[i] : elementary::nan<double>;
    }
    LOSSBOOK_INLINE Vector<double> vector(std::size_t i) const {
        const Vector<double> weight = load_doubles(weights + i), zero = {};
        return weight >= 0 ? weight : zero + elementary::nan<double>;
    }
};

// NaN where a weight is negative or NaN, infinite where one is infinite: one pass checks and adds, as
// exactly as sum_block does: what float results are divided by need not be twofold.
template <class T> Twofold sum_weights(const double* weights, std::size_t count) {
    return sum_terms<T>(Weights{weights}, count);
}

// In double: a weight, or one over their sum, may lie outside the range of float.
template <class T>
void weigh(T* values, const double* weights, double scale, std::size_t count) {
    constexpr std::size_t width = vector_width<double>;
    const std::size_t whole = count - count % width;
    for (std::size_t i = 0; i < whole; i += width) {
        const Vector<double> weight = load_doubles(weights + i), zero = {};
        const Vector<double> product = weight * scale * load_doubles(values + i);
        store_doubles(values + i, weight == 0 ? zero : product);
    }
    for (std::size_t i = whole; i < count; ++i)
        values[i] = weights[i] == 0 ? T(0) : T(weights[i] * scale * double(values[i]));
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

template <class From, class To>
void convert_from(const char* base, std::ptrdiff_t stride, std::size_t count, To* to) {
    if (stride == std::ptrdiff_t(sizeof(From))) {
        const From* from = reinterpret_cast<const From*>(base);
#pragma omp simd
        for (std::size_t i = 0; i < count; ++i) to[i] = To(from[i]);
    } else {
        for (std::size_t i = 0; i < count; ++i)
            to[i] = To(*reinterpret_cast<const From*>(base + std::ptrdiff_t(i) * stride));
    }
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

template <class T> constexpr BlockFunctions<T> block_functions() {
    return {convert<T>, weigh<T>, sum_block<T>, sum_weights<T>};
}

} // namespace lossbook::LOSSBOOK_ISA
