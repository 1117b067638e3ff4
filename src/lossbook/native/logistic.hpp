// Quotients of the logistic function with one division and one rounding.
#pragma once

#include "elementary.hpp"

namespace lossbook::LOSSBOOK_ISA {

// top / (1 + e)^power for e in [0, 1] and power 1 or 2, within 0.51 ULP.
//
// 1 + e and its reciprocal are rounded, and both errors are known: 1 + e exactly by Dekker's
// FastTwoSum (Numer. Math. 18, 1971), the reciprocal's by the remainder that one fma gives. Together
// they are a relative correction that is added before the last rounding. Calls with the same e share
// the division.
template <int power, class T> LOSSBOOK_INLINE T over_one_plus(T top, T e) {
    using elementary::fma;
    const T sum = 1 + e;
    const T lost = e - (sum - 1);
    const T inverse = 1 / sum;
    const T correction = fma(-inverse, sum, T(1)) - inverse * lost;
    if constexpr (power == 1) {
        const T quotient = top * inverse;
        return quotient + fma(quotient, correction, fma(top, inverse, -quotient));
    } else {
        const T square = inverse * inverse;
        const T square_lost = fma(2 * square, correction, fma(inverse, inverse, -square));
        const T quotient = top * square;
        return quotient + fma(top, square_lost, fma(top, square, -quotient));
    }
}

} // namespace lossbook::LOSSBOOK_ISA
