// The steps of a softmax in which accuracy is lost, done so that it is not.
//
// With m the largest score, e_j = exp(z_j - m) and `rest` the sum of all e but the largest (which is
// 1), p_j = e_j / (1 + rest) and 1 - p_j = (1 + rest - e_j) / (1 + rest). What every row shares is
// kept with what its rounding lost, so that each result rounds once besides its own exp.
#pragma once

#include "elementary.hpp"

namespace lossbook::LOSSBOOK_ISA {

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

// A number and what its rounding lost.
template <class T> struct Pair {
    T high, low;
};

// x * scale rounded once.
template <class T> LOSSBOOK_INLINE T product(T x, Pair<T> scale) {
    return elementary::fma(x, scale.high, x * scale.low);
}

template <class T> LOSSBOOK_INLINE T product(Pair<T> x, Pair<T> scale) {
    using elementary::fma;
    return fma(x.high, scale.high, fma(x.high, scale.low, x.low * scale.high));
}

template <class T> struct Normaliser {
    Pair<T> whole;  // 1 + rest
    Pair<T> first;  // scale / whole
    Pair<T> second; // scale / whole^2
};

template <class T> LOSSBOOK_INLINE Normaliser<T> normaliser(Pair<T> rest, T scale) {
    using elementary::fma;
    Normaliser<T> n;
    // Knuth's TwoSum: rest may be larger or smaller than 1.
    const T whole = 1 + rest.high, back = whole - 1;
    n.whole = {whole, (1 - (whole - back)) + (rest.high - back) + rest.low};
    const T inverse = 1 / whole;
    const T correction = fma(-inverse, whole, T(1)) - inverse * n.whole.low;
    const T first = scale * inverse;
    n.first = {first, fma(first, correction, fma(scale, inverse, -first))};
    const T second = first * inverse;
    n.second = {second, fma(second, correction,
                            fma(n.first.low, inverse, fma(first, inverse, -second)))};
    return n;
}

// The sum of the others' e: over the whole it is 1 - p without cancellation.
template <class T> LOSSBOOK_INLINE Pair<T> others(Pair<T> whole, T e) {
    const T difference = whole.high - e; // e is at most 1 and the whole at least
    return {difference, ((whole.high - difference) - e) + whole.low};
}

// scale * p (1 - p), from e and the sum of the others.
template <class T> LOSSBOOK_INLINE T curvature(Pair<T> second, T e, Pair<T> others) {
    using elementary::fma;
    const T top = e * others.high;
    return product(Pair<T>{top, fma(e, others.low, fma(e, others.high, -top))}, second);
}

} // namespace lossbook::LOSSBOOK_ISA
