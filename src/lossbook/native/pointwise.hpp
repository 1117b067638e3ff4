// Turns one printed formula into the kernels for every combination of outputs.
#pragma once

#include "elementary.hpp"
#include "kernels.hpp"
#include "logistic.hpp"

namespace lossbook::LOSSBOOK_ISA {

template <class Formula, class T, unsigned want>
bool pointwise_block(const T* y, const T* p, T* value, T* gradient, T* hessian, std::size_t count,
                     const double* parameters, T scale) {
    using Flag = elementary::Bits<T>; // as wide as T, so that the reduction fills the same lanes
    const typename Formula::template Constants<T> constants(parameters);
    Flag outside = 0;
#pragma omp simd reduction(| : outside)
    for (std::size_t i = 0; i < count; ++i) {
        const T yi = y[i], pi = p[i];
        T v, g, h;
        Formula::template evaluate<T>(constants, yi, pi, v, g, h);
        // Comparisons and minima drop NaN, so it is put back here, once for all formulas.
        const bool missing = (yi != yi) | (pi != pi);
        const T nan = elementary::nan<T>;
        outside |= Formula::template outside<T>(yi, pi) ? Flag(1) : Flag(0);
        if constexpr (want & value_bit) value[i] = missing ? nan : v;
        if constexpr (want & gradient_bit) gradient[i] = missing ? nan : g * scale;
        if constexpr (want & hessian_bit) hessian[i] = missing ? nan : h * scale;
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
