// What every block needs besides its formula: conversion, weights, and sums with fixed bits.
#pragma once

#include "elementary.hpp"
#include "kernels.hpp"

namespace lossbook::LOSSBOOK_ISA {

// Sums run in this many lanes whatever the width of the vectors, so their bits do not depend on it.
inline constexpr std::size_t lanes = 16;

// Knuth's TwoSum (The Art of Computer Programming 2, section 4.2.2): exact for any two numbers.
LOSSBOOK_INLINE void add(double& sum, double& lost, double x) {
    const double total = sum + x;
    const double back = total - sum;
    lost += (sum - (total - back)) + (x - back);
    sum = total;
}

LOSSBOOK_INLINE Twofold combine(const double* sums, const double* lost) {
    Twofold total;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        add(total.sum, total.lost, sums[lane]);
        total.lost += lost[lane];
    }
    return total;
}

// An infinite sum has no lost part, only inf - inf.
LOSSBOOK_INLINE double rounded(const Twofold& total) {
    return elementary::abs(total.sum) < elementary::infinity<double> ? total.sum + total.lost
                                                                     : total.sum;
}

LOSSBOOK_INLINE double weighed(double value, const double* weights, std::size_t i) {
    if (weights == nullptr) return value;
    return weights[i] == 0 ? 0.0 : weights[i] * value;
}

// float32 in plain double sums, whose rounding is 2^29 times finer; float64 in twofold sums.
template <class T, bool weighted>
Twofold sum_lanes(const T* values, const double* weights, std::size_t count) {
    double sums[lanes] = {}, lost[lanes] = {};
    const std::size_t whole = count - count % lanes;
    for (std::size_t start = 0; start < whole; start += lanes) {
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const std::size_t i = start + lane;
            const double x = weighed(values[i], weighted ? weights : nullptr, i);
            if constexpr (sizeof(T) == 4) sums[lane] += x;
            else add(sums[lane], lost[lane], x);
        }
    }
    for (std::size_t i = whole; i < count; ++i)
        add(sums[i - whole], lost[i - whole], weighed(values[i], weighted ? weights : nullptr, i));
    return combine(sums, lost);
}

template <class T> Twofold sum_block(const T* values, const double* weights, std::size_t count) {
    return weights == nullptr ? sum_lanes<T, false>(values, nullptr, count)
                              : sum_lanes<T, true>(values, weights, count);
}

// In double: a weight, or one over their sum, may lie outside the range of float.
template <class T>
void weigh(T* values, const double* weights, double scale, std::size_t count) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const T product = T(weights[i] * scale * double(values[i]));
        values[i] = weights[i] == 0 ? T(0) : product;
    }
}

// NaN where a weight is negative or NaN, infinite where one is infinite: one pass checks and adds,
// as exactly as sum_lanes does: what float results are divided by need not be twofold.
template <class T> Twofold sum_weights(const double* weights, std::size_t count) {
    double sums[lanes] = {}, lost[lanes] = {};
    const auto checked = [](double weight) { return weight >= 0 ? weight : elementary::nan<double>; };
    const std::size_t whole = count - count % lanes;
    for (std::size_t start = 0; start < whole; start += lanes)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double weight = checked(weights[start + lane]);
            if constexpr (sizeof(T) == 4) sums[lane] += weight;
            else add(sums[lane], lost[lane], weight);
        }
    for (std::size_t i = whole; i < count; ++i) add(sums[i - whole], lost[i - whole], checked(weights[i]));
    return combine(sums, lost);
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
