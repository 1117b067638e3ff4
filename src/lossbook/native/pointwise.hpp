// Turns one printed formula into the kernels for every combination of outputs.
#pragma once

#include "elementary.hpp"
#include "kernels.hpp"
#include "logistic.hpp"

namespace lossbook::LOSSBOOK_ISA {

template <class Formula, int order, class T> LOSSBOOK_INLINE T keep_nan(bool missing, T result) {
    if constexpr (Formula::carries_nan[order]) return result;
    else return missing ? elementary::nan<T> : result;
}

// Half as wide as T: a loop over both takes two vectors of T per turn, whose latencies overlap. That
// and the tests for NaN that formulas do without take a tenth of the logistic kernel's time.
template <class T> struct HalfWidthOf { using Type = std::uint32_t; };
template <> struct HalfWidthOf<float> { using Type = std::uint16_t; };
template <class T> using HalfWidth = typename HalfWidthOf<T>::Type;

template <class Formula, class T, unsigned want>
bool pointwise_block(const T* y, const T* p, T* value, T* gradient, T* hessian, std::size_t count,
                     const double* parameters, T scale) {
    using Flag = HalfWidth<T>;
    const typename Formula::template Constants<T> constants(parameters);
    Flag outside = 0;
#pragma omp simd reduction(| : outside)
    for (std::size_t i = 0; i < count; ++i) {
        const T yi = y[i], pi = p[i];
        T v, g, h;
        Formula::template evaluate<T>(constants, yi, pi, v, g, h);
        outside |= Formula::template outside<T>(yi, pi) ? Flag(1) : Flag(0);
        // Comparisons drop NaN; where a formula's do, it is put back.
        const bool missing = (yi != yi) | (pi != pi);
        if constexpr (want & value_bit) value[i] = keep_nan<Formula, 0>(missing, v);
        if constexpr (want & gradient_bit) gradient[i] = keep_nan<Formula, 1>(missing, g * scale);
        if constexpr (want & hessian_bit) hessian[i] = keep_nan<Formula, 2>(missing, h * scale);
    }
    return outside != 0;
}

template <class Formula, class T>
bool pointwise_outside(const T* y, const T* p, std::size_t count) {
    using Flag = elementary::Bits<T>;
    Flag outside = 0;
#pragma omp simd reduction(| : outside)
    for (std::size_t i = 0; i < count; ++i)
        outside |= Formula::template outside<T>(y[i], p[i]) ? Flag(1) : Flag(0);
    return outside != 0;
}

template <class Formula, class T> constexpr PointwiseFunctions<T> pointwise_functions() {
    PointwiseFunctions<T> functions{
        {nullptr, pointwise_block<Formula, T, 1>, pointwise_block<Formula, T, 2>,
         pointwise_block<Formula, T, 3>, pointwise_block<Formula, T, 4>, nullptr,
         pointwise_block<Formula, T, 6>, pointwise_block<Formula, T, 7>},
        nullptr};
    if constexpr (Formula::checks_values) functions.outside = pointwise_outside<Formula, T>;
    return functions;
}

template <class Formula> constexpr PointwiseKernel pointwise_kernel() {
    return {Formula::name, Formula::parameters, pointwise_functions<Formula, float>(),
            pointwise_functions<Formula, double>()};
}

} // namespace lossbook::LOSSBOOK_ISA
