// Row kernels: cross entropy over a row of class scores, from probabilities or from logits.
//
// The formulas are those of losses/multiclass/cross_entropy.py, arranged in passes over a row:
//   1. the largest score m and where it stands;
//   2. e_j = exp(z_j - m), and rest = the sum of all of them but the largest, whose e is 1;
//   3. p_j = e_j / (1 + rest), and 1 - p_j from the sum of the others, never by subtraction from 1.
// The value is -sum_j y_j log p_j = sum_j y_j (m - z_j) + Y log1p(rest): terms of one sign.
#pragma once

#include "row_tiles.hpp"

namespace lossbook::LOSSBOOK_ISA {

template <class T> struct Softmax {
    std::size_t top;
    T largest;
    Pair<T> rest; // the sum of all e but the largest
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

// Leaves e_j in row.scratch, with 0 at the largest score so that sums leave it out.
template <class T> LOSSBOOK_INLINE Softmax<T> softmax(const Row<T>& row) {
    const T* z = row.scores;
    Softmax<T> s{0, largest_of(z, row.classes), {}, any_nan(z, row.classes)};
    s.top = find(z, row.classes, s.largest);
#pragma omp simd
    for (std::size_t j = 0; j < row.classes; ++j) row.scratch[j] = exp_difference(z[j], s.largest);
    row.scratch[s.top] = 0;
    const Twofold rest = sum_terms<T>(Values<T>{row.scratch}, row.classes);
    s.rest.high = T(rest.sum + rest.lost);
    s.rest.low = T((rest.sum - double(s.rest.high)) + rest.lost);
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

template <class T> T logits_index(const Row<T>& row) {
    if (row.label < 0) return missing_row(row);
    const std::size_t label = std::size_t(row.label);
    const Softmax<T> s = softmax(row);
    if (s.missing) return missing_row(row);
    const Normaliser<T> n = normaliser(s.rest, row.scale);
    const T distance = label == s.top ? T(0) : s.largest - row.scores[label];
    T* e = row.scratch;
    const Pair<T> label_others = label == s.top ? s.rest : others(n.whole, e[label]);
    if (row.hessian != nullptr) {
#pragma omp simd
        for (std::size_t j = 0; j < row.classes; ++j)
            row.hessian[j] = curvature(n.second, e[j], others(n.whole, e[j]));
        row.hessian[s.top] = curvature(n.second, T(1), s.rest);
    }
    if (row.gradient != nullptr) {
        e[s.top] = 1;
#pragma omp simd
        for (std::size_t j = 0; j < row.classes; ++j) row.gradient[j] = product(e[j], n.first);
        row.gradient[label] = -product(label_others, n.first);
    }
    return distance + elementary::log1p(s.rest.high);
}

// Target probabilities: their sum, and the sum of all but the largest. A row like (1, 1e-20) sums
// to 1, but what is left without its largest is 1e-20 and not 0.
template <class T> struct Target {
    std::size_t top;
    T largest, rest, total;
};

template <class T> LOSSBOOK_INLINE Target<T> read_target(const Row<T>& row) {
    const T* y = row.target;
    const T largest = largest_of(y, row.classes);
    const std::size_t top = find(y, row.classes, largest);
    double sum = 0, lost = 0;
    for (std::size_t j = 0; j < row.classes; ++j) add(sum, lost, j == top ? 0.0 : double(y[j]));
    return {top, largest, T(sum + lost), T(double(largest) + (sum + lost))};
}

template <class T> T logits_target(const Row<T>& row) {
    if (any_nan(row.target, row.classes)) return missing_row(row);
    const Softmax<T> s = softmax(row);
    if (s.missing) return missing_row(row);
    const Target<T> target = read_target(row);
    const Normaliser<T> n = normaliser(s.rest, row.scale);
    const T *y = row.target, *z = row.scores;
    T* e = row.scratch;
    double value = 0, lost = 0;
    for (std::size_t j = 0; j < row.classes; ++j)
        if (y[j] != 0 && j != s.top) add(value, lost, double(y[j]) * (s.largest - z[j]));
    // Both outputs from one read of y[j]: either may overwrite the targets.
    for (std::size_t j = 0; j < row.classes; ++j) {
        const bool is_top = j == s.top;
        const T ej = is_top ? T(1) : e[j], yj = y[j];
        const T apart = j == target.top ? target.rest : target.largest + (target.rest - yj);
        const Pair<T> rest = is_top ? s.rest : others(n.whole, ej);
        if (row.gradient != nullptr)
            row.gradient[j] = apart * product(ej, n.first) - yj * product(rest, n.first);
        if (row.hessian != nullptr) row.hessian[j] = target.total * curvature(n.second, ej, rest);
    }
    return T(rounded({value, lost}) + double(target.total) * elementary::log1p(double(s.rest.high)));
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

// y / p^2, as in maths/namespace.py.
template <class T> LOSSBOOK_INLINE T share_of_square(T y, T p) {
    constexpr T lift = elementary::power_of_two<T>(53);
    return y * lift / p / (p * lift);
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
        if (row.hessian != nullptr) row.hessian[j] = y == 0 ? T(0) : share_of_square(y, p) * row.scale;
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
    {probabilities_index<float>, probabilities_target<float>, nullptr, outside_unit<float>},
    {probabilities_index<double>, probabilities_target<double>, nullptr, outside_unit<double>}};

inline constexpr RowKernel cross_entropy_from_logits{
    "cross_entropy__from_logits",
    {logits_index<float>, logits_target<float>, logits_tile<float>, nullptr},
    {logits_index<double>, logits_target<double>, logits_tile<double>, nullptr}};

inline constexpr const RowKernel* row_kernels[] = {&cross_entropy, &cross_entropy_from_logits,
                                                   nullptr};

} // namespace lossbook::LOSSBOOK_ISA
