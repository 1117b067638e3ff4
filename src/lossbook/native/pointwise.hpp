// Turns one printed formula into the kernels for every combination of outputs.
//
// A kernel goes through its numbers in pieces of 64: it converts, evaluates, weighs, sums and stores
// one piece after another, all in the first-level cache. The reads of the next pieces then overlap
// the arithmetic of this one, where a separate loop for each step would leave the memory idle in turn.
#pragma once

#include <type_traits>

#include "logistic.hpp"
#include "pieces.hpp"

namespace lossbook::LOSSBOOK_ISA {

// Comparisons drop NaN; where a formula's do, it is put back.
template <class Formula, int order, class T> LOSSBOOK_INLINE T keep_nan(T y, T p, T result) {
    if constexpr (!Formula::carries_label[order]) result = y != y ? y : result;
    if constexpr (!Formula::carries_prediction[order]) result = p != p ? p : result;
    return result;
}

// Half as wide as T: a loop over both takes two vectors of T per turn, whose latencies overlap. That
// and the tests for NaN that formulas do without take a tenth of the logistic kernel's time.
template <class T> struct HalfWidthOf { using Type = std::uint32_t; };
template <> struct HalfWidthOf<float> { using Type = std::uint16_t; };
template <class T> using HalfWidth = typename HalfWidthOf<T>::Type;

// True where a label or prediction breaks the formula's rules.
template <class Formula, class T, unsigned want>
LOSSBOOK_INLINE bool evaluate_piece(const typename Formula::template Constants<T>& constants,
                                    const T* y, const T* p, T* value, T* gradient, T* hessian,
                                    T scale) {
    using Flag = HalfWidth<T>;
    Flag outside = 0;
#pragma omp simd reduction(| : outside)
    for (std::size_t i = 0; i < piece_length; ++i) {
        const T yi = y[i], pi = p[i];
        T v, g, h;
        Formula::evaluate(constants, yi, pi, v, g, h);
        outside |= Formula::template outside<T>(yi, pi) ? Flag(1) : Flag(0);
        if constexpr (want & value_bit) value[i] = keep_nan<Formula, 0>(yi, pi, v);
        if constexpr (want & gradient_bit) gradient[i] = keep_nan<Formula, 1>(yi, pi, g * scale);
        if constexpr (want & hessian_bit) hessian[i] = keep_nan<Formula, 2>(yi, pi, h * scale);
    }
    return outside != 0;
}

template <class Formula, class T, unsigned want>
PointwiseOutcome pointwise_block(const PointwiseJob<T>& job, std::size_t start, std::size_t count) {
    const typename Formula::template Constants<T> constants(job.parameters);
    const T scale = T(job.weight ? 1.0 : job.scale);
    const bool is_direct = all_pieces_direct(job);
    PieceBuffers<T> buffers;
    PieceSums<T> sums;
    const std::size_t end = start + count;
    for (; start < end; start += piece_length) {
        Piece<T> piece;
        if (is_direct && end - start >= piece_length) piece.point_at(job, start, buffers);
        else piece.prepare(job, start, end - start, buffers);
        if (evaluate_piece<Formula, T, want>(constants, piece.y, piece.p, piece.value,
                                             piece.gradient, piece.hessian, scale))
            return {true, {}};
        if (want & value_bit && job.value == nullptr) sums.add(piece);
        if (!piece.is_direct) piece.deliver(job, start);
    }
    return {false, sums.total()};
}

template <class Formula, class T>
bool pointwise_outside(const PointwiseJob<T>& job, std::size_t start, std::size_t count) {
    using Flag = elementary::Bits<T>;
    PieceBuffers<T> buffers;
    Flag outside = 0;
    const std::size_t end = start + count;
    for (; start < end; start += piece_length) {
        Piece<T> piece;
        piece.prepare(job, start, end - start, buffers);
#pragma omp simd reduction(| : outside)
        for (std::size_t i = 0; i < piece_length; ++i)
            outside |= Formula::template outside<T>(piece.y[i], piece.p[i]) ? Flag(1) : Flag(0);
    }
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
