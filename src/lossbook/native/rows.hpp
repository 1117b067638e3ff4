// Row kernels: cross entropy over a row of class scores, from probabilities or from logits.
//
// The formulas are those of losses/multiclass/cross_entropy.py, arranged in passes over a row:
//   1. the largest score m and where it stands;
//   2. e_j = exp(z_j - m), and rest = the sum of all of them but the largest, whose e is 1;
//   3. p_j = e_j / (1 + rest), and 1 - p_j from the sum of the others, never by subtraction from 1.
// The value is -sum_j y_j log p_j = sum_j y_j (m - z_j) + Y log1p(rest): terms of one sign.
#pragma once

#include "blocks.hpp"

namespace lossbook::LOSSBOOK_ISA {

template <class T> struct Softmax {
    std::size_t top;
    T largest;
    T rest;
    bool missing;
};

template <class T> LOSSBOOK_INLINE bool any_nan(const T* x, std::size_t count) {
    elementary::Bits<T> found = 0;
#pragma omp simd reduction(| : found)
    for (std::size_t j = 0; j < count; ++j) found |= x[j] != x[j] ? 1 : 0;
    return found != 0;
}

template <class T> LOSSBOOK_INLINE T largest_of(const T* x, std::size_t count) {
    T largest = -elementary::infinity<T>;
#pragma omp simd reduction(max : largest)
    for (std::size_t j = 0; j < count; ++j) largest = x[j] > largest ? x[j] : largest;
    return largest;
}

template <class T> LOSSBOOK_INLINE std::size_t find(const T* x, std::size_t count, T wanted) {
    for (std::size_t j = 0; j < count; ++j)
        if (x[j] == wanted) return j;
    return 0;
}

// exp(z - m) with the rounding of z - m put back: exp(d + lost) = exp(d) (1 + lost) to first order.
// Without it |d| 2^-53 is tens of ULP for spread-out scores.
template <class T> LOSSBOOK_INLINE T exp_difference(T z, T m) {
    const T d = z - m;
    const T back = d - z;
    const T lost = (z - (d - back)) - (m + back);
    const T e = elementary::exp_nonpositive(d);
    // An infinite score has no rounding error, only inf - inf; its e is right as it is.
    return lost == lost ? elementary::fma(e, lost, e) : e;
}

// Leaves e_j in row.scratch, with 0 at the largest score so that sums leave it out.
template <class T> LOSSBOOK_INLINE Softmax<T> softmax(const Row<T>& row) {
    const T* z = row.scores;
    Softmax<T> s{0, largest_of(z, row.classes), 0, any_nan(z, row.classes)};
    s.top = find(z, row.classes, s.largest);
#pragma omp simd
    for (std::size_t j = 0; j < row.classes; ++j) row.scratch[j] = exp_difference(z[j], s.largest);
    row.scratch[s.top] = 0;
    const Twofold rest = sum_lanes<T, false>(row.scratch, nullptr, row.classes);
    s.rest = T(rest.sum + rest.lost);
    return s;
}

// Fills a missing row's outputs with NaN.
template <class T> T missing_row(const Row<T>& row) {
    for (std::size_t j = 0; j < row.classes; ++j) {
        if (row.gradient != nullptr) row.gradient[j] = elementary::nan<T>;
        if (row.hessian != nullptr) row.hessian[j] = elementary::nan<T>;
    }
    return elementary::nan<T>;
}

// sum of the others' e over the whole sum: 1 - p_j without cancellation.
template <class T> LOSSBOOK_INLINE T others(T e, T rest) { return 1 + (rest - e); }

template <class T> T logits_index(const Row<T>& row) {
    if (row.label < 0) return missing_row(row);
    const std::size_t label = std::size_t(row.label);
    const Softmax<T> s = softmax(row);
    if (s.missing) return missing_row(row);
    const T whole = 1 + s.rest, inverse = 1 / whole;
    const T distance = label == s.top ? T(0) : s.largest - row.scores[label];
    T* e = row.scratch;
    const T label_others = label == s.top ? s.rest : others(e[label], s.rest);
    if (row.hessian != nullptr) {
        const T factor = row.scale * inverse;
#pragma omp simd
        for (std::size_t j = 0; j < row.classes; ++j)
            row.hessian[j] = (e[j] * inverse) * (others(e[j], s.rest) * factor);
        row.hessian[s.top] = inverse * (s.rest * factor);
    }
    if (row.gradient != nullptr) {
        e[s.top] = 1;
        const T factor = row.scale * inverse;
#pragma omp simd
        for (std::size_t j = 0; j < row.classes; ++j) row.gradient[j] = e[j] * factor;
        row.gradient[label] = -label_others * factor;
    }
    return distance + elementary::log1p(s.rest);
}

template <class T> T logits_target(const Row<T>& row) {
    if (any_nan(row.target, row.classes)) return missing_row(row);
    const Softmax<T> s = softmax(row);
    if (s.missing) return missing_row(row);
    const Twofold sum = sum_lanes<T, false>(row.target, nullptr, row.classes);
    const T total = T(sum.sum + sum.lost), inverse = 1 / (1 + s.rest);
    const T *y = row.target, *z = row.scores;
    T* e = row.scratch;
    double value = 0, lost = 0;
    for (std::size_t j = 0; j < row.classes; ++j)
        if (y[j] != 0 && j != s.top) add(value, lost, double(y[j]) * (s.largest - z[j]));
    // Gradient before Hessian, and both from one read of y[j]: either may overwrite the targets.
    for (std::size_t j = 0; j < row.classes; ++j) {
        const bool is_top = j == s.top;
        const T p = (is_top ? T(1) : e[j]) * inverse;
        const T q = (is_top ? s.rest : others(e[j], s.rest)) * inverse;
        const T yj = y[j];
        if (row.gradient != nullptr) row.gradient[j] = ((total - yj) * p - yj * q) * row.scale;
        if (row.hessian != nullptr) row.hessian[j] = total * p * q * row.scale;
    }
    return T(rounded({value, lost}) + double(total) * elementary::log1p(double(s.rest)));
}

template <class T> T probabilities_index(const Row<T>& row) {
    if (row.label < 0 || any_nan(row.scores, row.classes)) return missing_row(row);
    const T p = elementary::abs(row.scores[row.label]); // -0 counts as 0
    for (T* output : {row.gradient, row.hessian})
        if (output != nullptr)
            for (std::size_t j = 0; j < row.classes; ++j) output[j] = 0;
    const T slope = 1 / p;
    if (row.gradient != nullptr) row.gradient[row.label] = -slope * row.scale;
    if (row.hessian != nullptr) row.hessian[row.label] = slope / p * row.scale;
    return 0 - elementary::log(p);
}

template <class T> T probabilities_target(const Row<T>& row) {
    if (any_nan(row.scores, row.classes) || any_nan(row.target, row.classes))
        return missing_row(row);
    double value = 0, lost = 0;
    for (std::size_t j = 0; j < row.classes; ++j) {
        const T y = row.target[j], p = elementary::abs(row.scores[j]); // -0 counts as 0
        const T slope = y == 0 ? T(0) : y / p;
        if (y != 0) add(value, lost, -double(y) * double(elementary::log(p)));
        if (row.gradient != nullptr) row.gradient[j] = 0 - slope * row.scale;
        if (row.hessian != nullptr) row.hessian[j] = y == 0 ? T(0) : slope / p * row.scale;
    }
    return T(rounded({value, lost}));
}

template <class T> bool outside_unit(const T* scores, std::size_t classes) {
    elementary::Bits<T> outside = 0;
#pragma omp simd reduction(| : outside)
    for (std::size_t j = 0; j < classes; ++j)
        outside |= (scores[j] < 0) | (scores[j] > 1) ? 1 : 0;
    return outside != 0;
}

inline constexpr RowKernel cross_entropy{
    "cross_entropy",
    {probabilities_index<float>, probabilities_target<float>, outside_unit<float>},
    {probabilities_index<double>, probabilities_target<double>, outside_unit<double>}};

inline constexpr RowKernel cross_entropy_from_logits{
    "cross_entropy__from_logits",
    {logits_index<float>, logits_target<float>, nullptr},
    {logits_index<double>, logits_target<double>, nullptr}};

inline constexpr const RowKernel* row_kernels[] = {&cross_entropy, &cross_entropy_from_logits,
                                                   nullptr};

} // namespace lossbook::LOSSBOOK_ISA
