// Row kernels: cross entropy over a row of class scores, from probabilities or from logits.
//
// The formulas are those of losses/multiclass/cross_entropy.py, arranged as softmax.hpp says. From
// logits, with E, top and rest as there and m the largest score, the value is
// -sum_j y_j log p_j = sum_j y_j (m - z_j) + Y log1p(rest / top): terms of one sign.
#pragma once

#include "target_tiles.hpp"

namespace lossbook::LOSSBOOK_ISA {

template <class T> LOSSBOOK_INLINE bool any_nan(const T* x, std::size_t count) {
    elementary::Bits<T> found = 0;
#pragma omp simd reduction(| : found)
    for (std::size_t j = 0; j < count; ++j) found |= x[j] != x[j] ? 1 : 0;
    return found != 0;
}

// Fills a missing row's outputs with NaN.
template <class T> T missing_row(const Row<T>& row) {
    for (std::size_t j = 0; j < row.classes; ++j) {
        if (row.gradient != nullptr) row.gradient[j] = elementary::nan<T>;
        if (row.hessian != nullptr) row.hessian[j] = elementary::nan<T>;
    }
    return elementary::nan<T>;
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
    const std::size_t top = find(y, row.classes, largest), after = top + 1;
    Twofold rest = sum_terms<T>(Values<T>{y}, top);
    const Twofold more = sum_terms<T>(Values<T>{y + after}, row.classes - after);
    add(rest.sum, rest.lost, more.sum);
    const double lost = rest.lost + more.lost;
    return {top, largest, T(rest.sum + lost), T(double(largest) + (rest.sum + lost))};
}

// y_j (m - z_j): 0 where y_j is 0 and where z_j is m, which may be infinite.
template <class T> struct Shortfalls {
    const T *y, *z;
    double largest;

    LOSSBOOK_INLINE double number(std::size_t j) const {
        return y[j] == 0 || z[j] == largest ? 0.0 : double(y[j]) * (largest - double(z[j]));
    }
    LOSSBOOK_INLINE Vector<double> vector(std::size_t j) const {
        const Vector<double> target = load_doubles(y + j), score = load_doubles(z + j), zero = {};
        const Vector<double> term = target * (largest - score);
        const Vector<double> below = score == largest ? zero : term;
        return target == 0 ? zero : below;
    }
};

// One place of a row's derivatives. Pairs in parts: g++ 12 vectorises no loop over a Pair.
template <class T> struct TargetSlope {
    T whole, whole_low, first, first_low, second, second_low, largest, rest, total;

    LOSSBOOK_INLINE T gradient(T y, T e, T others, T others_low) const {
        using elementary::fma;
        const T apart = y == largest ? rest : largest + (rest - y);
        const T p = fma(e, first, e * first_low);
        return apart * p - y * fma(others, first, fma(others, first_low, others_low * first));
    }
    LOSSBOOK_INLINE T hessian(T e, T others, T others_low) const {
        using elementary::fma;
        const T high = e * others, low = fma(e, others_low, fma(e, others, -high));
        return total * fma(high, second, fma(high, second_low, low * second));
    }
};

// Each output from one read of y[j]: either may overwrite the targets.
template <class T>
LOSSBOOK_INLINE void write_target_row(const Row<T>& row, const Normaliser<T>& n, Pair<T> rest,
                                      Pair<T> top, const Target<T>& target, std::size_t score_top) {
    const TargetSlope<T> slope{n.whole.high,  n.whole.low,    n.first.high, n.first.low, n.second.high,
                               n.second.low,  target.largest, target.rest,  target.total};
    const T *y = row.target, *e = row.scratch;
    T *gradient = row.gradient, *hessian = row.hessian;
    const T y_top = y[score_top];
    const auto write = [&](auto with_gradient, auto with_hessian) {
#pragma omp simd
        for (std::size_t j = 0; j < row.classes; ++j) {
            const T yj = y[j], ej = e[j];
            const T others = slope.whole - ej;
            const T others_low = ((slope.whole - others) - ej) + slope.whole_low;
            if constexpr (with_gradient.value) gradient[j] = slope.gradient(yj, ej, others, others_low);
            if constexpr (with_hessian.value) hessian[j] = slope.hessian(ej, others, others_low);
        }
        if constexpr (with_gradient.value)
            gradient[score_top] = slope.gradient(y_top, top.high, rest.high, rest.low);
        if constexpr (with_hessian.value)
            hessian[score_top] = slope.hessian(top.high, rest.high, rest.low);
    };
    constexpr std::true_type yes;
    constexpr std::false_type no;
    if (gradient != nullptr && hessian != nullptr) write(yes, yes);
    else if (gradient != nullptr) write(yes, no);
    else write(no, yes);
}

template <class T> T logits_target(const Row<T>& row) {
    if (any_nan(row.target, row.classes)) return missing_row(row);
    const T *y = row.target, *z = row.scores;
    const T largest = largest_of(z, row.classes);
    const std::size_t score_top = find(z, row.classes, largest);
    const Reference<T> r = reference(largest, row.scale);
    const Pair<T> top = scaled_top(largest, r);
    const Twofold shortfall = sum_terms<T>(Shortfalls<T>{y, z, double(largest)}, row.classes);
    const bool derivatives = row.gradient != nullptr || row.hessian != nullptr;
    const Pair<T> rest =
        softmax(z, row.classes, row.classes, largest, r, top, derivatives ? row.scratch : nullptr);
    if (rest.high != rest.high) return missing_row(row);
    const Target<T> target = read_target(row);
    const Normaliser<T> n = normaliser(top, rest, row.scale);
    if (derivatives) write_target_row(row, n, rest, top, target, score_top);
    return T(rounded(shortfall) + double(target.total) * elementary::log1p(double(odds(rest, top))));
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

// Target probabilities: numbers from 0 to 1, whose sum in each row is 1 or missing.
template <class T>
bool targets_are_valid(const T* targets, std::size_t rows, std::size_t classes, double tolerance) {
    if (outside_unit(targets, rows * classes)) return false;
    for (std::size_t row = 0; row < rows; ++row, targets += classes) {
        double sums[8] = {}, sum = 0;
        const std::size_t whole = classes - classes % 8;
        for (std::size_t j = 0; j < whole; j += 8)
            for (std::size_t part = 0; part < 8; ++part) sums[part] += double(targets[j + part]);
        for (std::size_t j = whole; j < classes; ++j) sum += double(targets[j]);
        for (const double part : sums) sum += part;
        if (elementary::abs(sum - 1) > tolerance) return false;
    }
    return true;
}

// Up to so many classes, a tile's transposes take less time than sums across the lanes of each row. The
// same for every instruction set, as the order of a sum shows in its last bits.
template <class T> inline constexpr std::size_t label_tile_classes = sizeof(T) == 4 ? 40 : 24;

template <class T> void logits_tile(const RowTile<T>& tile) {
    if (tile.target != nullptr) target_tile(tile);
    else if (tile.classes > label_tile_classes<T>) label_rows(tile);
    else label_tile(tile);
}

inline constexpr RowKernel cross_entropy{
    "cross_entropy",
    {probabilities_index<float>, probabilities_target<float>, nullptr, outside_unit<float>,
     targets_are_valid<float>},
    {probabilities_index<double>, probabilities_target<double>, nullptr, outside_unit<double>,
     targets_are_valid<double>}};

inline constexpr RowKernel cross_entropy_from_logits{
    "cross_entropy__from_logits",
    {nullptr, logits_target<float>, logits_tile<float>, nullptr, targets_are_valid<float>},
    {nullptr, logits_target<double>, logits_tile<double>, nullptr, targets_are_valid<double>}};

inline constexpr const RowKernel* row_kernels[] = {&cross_entropy, &cross_entropy_from_logits,
                                                   nullptr};

} // namespace lossbook::LOSSBOOK_ISA
