// The steps of a softmax in which accuracy is lost, done so that it is not.
//
// With k = round(m / ln 2) for the largest score m, E_j = 2^lift exp(z_j - k ln 2): numbers in the
// ratios of the probabilities, near 2^lift at the largest score and 0 or normal numbers everywhere.
// With `top` the E of the largest score and `rest` the sum of the others, p_j = E_j / (top + rest) and
// 1 - p_j = (top + rest - E_j) / (top + rest). What every row shares is kept with what its rounding
// lost, so that each result rounds once besides its own exp.
//
// z_j - m is never formed: its rounding would cost |z_j - m| 2^-24 ULP, tens for spread-out scores, or
// as many operations again as the exp to put it back. Whole multiples of ln 2 are subtracted instead,
// which is exact.
#pragma once

#include "vectors.hpp"

namespace lossbook::LOSSBOOK_ISA {

// A number and what its rounding lost.
template <class T> struct Pair {
    T high, low;
};

// 2^lift: as much as the least exp(z_j - m) that counts, half the least subnormal number, needs to be a
// normal one. An E with its last bits missing would carry them into the sum.
template <class T> inline constexpr int softmax_lift = 25;
template <> inline constexpr int softmax_lift<double> = 54;

// Scores as far from 0 as this are first reduced by m, without error for those that count: Sterbenz's
// lemma, as they are within a factor of 2 of m.
template <class T> inline constexpr T far_score = 4096;

// For a row whose results are multiplied by so little, 2^lift is left out, or the normaliser would be
// subnormal; exponentials that are subnormal without it leave no trace in its results.
template <class T> inline constexpr T little_scale = elementary::power_of_two<T>(-30);
template <> inline constexpr double little_scale<double> = 0x1p-600;

// What the E of one row share.
template <class T> struct Reference {
    T shift; // 0, or m where that is far from 0
    T magic; // makes 2^(lift - k) of a score's multiple of ln 2, as elementary::scale_magic
    T limit; // below it, E is 0
    T k;
};

template <class T> LOSSBOOK_INLINE Reference<T> reference(T largest, T scale) {
    using namespace elementary;
    const T shift = abs(largest) <= far_score<T> ? T(0) : largest;
    const T near = abs(largest) <= far_score<T> ? largest : T(0);
    const T k = fma(near, log2_e<T>[0], round_magic<T>) - round_magic<T>;
    const T lift = abs(scale) < little_scale<T> ? T(0) : T(softmax_lift<T>);
    const T lowest = k - (lift + T(int(Format<T>::bias))); // where the bits of the scale are 0
    return {shift, round_magic<T> - lowest, lowest * ln2<T>[0], k};
}

// What a row's E are made with, in every lane.
template <class T> struct RowConstants {
    Vector<T> largest, shift, magic, limit;
};

template <class T> LOSSBOOK_INLINE RowConstants<T> in_every_lane(T largest, const Reference<T>& r) {
    const Vector<T> zero = {};
    return {largest - zero, r.shift - zero, r.magic - zero, r.limit - zero};
}

// One chain: several run side by side, and it has the fewest operations.
template <std::size_t I, class T, class X, std::size_t N>
LOSSBOOK_INLINE X horner(const X& x, const elementary::Table<T, N>& c) {
    const Vector<T> zero = {};
    if constexpr (I + 2 == N) return fma(x, zero + c[I + 1], zero + c[I]);
    else return fma(x, horner<I + 1, T>(x, c), zero + c[I]);
}

// E: within 0.9 ULP of 2^lift exp(z - shift - k ln 2).
template <class T, std::size_t count>
LOSSBOOK_INLINE Several<T, count> scaled_exp(const Several<T, count>& z, const RowConstants<T>& row) {
    using namespace elementary;
    using LOSSBOOK_ISA::fma;
    const Vector<T> zero = {}, one = zero + 1;
    const auto moved = larger(row.limit, z - row.shift);
    const auto shifted = fma(moved, zero + log2_e<T>[0], row.magic);
    const auto minus_k = row.magic - shifted; // as in reduce_exp
    const auto head = fma(minus_k, zero + ln2<T>[0], moved);
    const auto r = fma(minus_k, zero + ln2<T>[1], head);
    const auto tail = horner<0, T>(r, exp_tail<T>);
    return fma(r, fma(r, tail, one), one) * shift_left<Format<T>::fraction_bits>(shifted);
}

// The E of the largest score, to a few more bits. Where the largest score is infinite it is the only
// one that counts, if there are no two of them: the E of a second one is NaN.
template <class T> LOSSBOOK_INLINE Pair<T> scaled_top(T largest, const Reference<T>& row) {
    using namespace elementary;
    const T near = abs(largest) <= far_score<T> ? largest : T(0);
    const T head = fma(-row.k, ln2<T>[0], near);
    const T r = fma(-row.k, ln2<T>[1], head);
    const T r_lost = fma(-row.k, ln2<T>[1], head - r);
    const T sum = T(1) + r, lost = (T(1) - sum) + r;
    const T rest = fma(r * r, polynomial(r, r * r, exp_tail<T>), lost + r_lost);
    const T high = sum + rest;
    const T scale = from_bits<T>(bits(row.k + row.magic) << Format<T>::fraction_bits);
    return {high * scale, ((sum - high) + rest) * scale};
}

// x * scale rounded once.
template <class T> LOSSBOOK_INLINE T product(T x, Pair<T> scale) {
    return elementary::fma(x, scale.high, x * scale.low);
}

template <class T> LOSSBOOK_INLINE T product(Pair<T> x, Pair<T> scale) {
    using elementary::fma;
    return fma(x.high, scale.high, fma(x.high, scale.low, x.low * scale.high));
}

template <class T> struct Normaliser {
    Pair<T> whole;  // top + rest
    Pair<T> first;  // scale / whole
    Pair<T> second; // scale / whole^2
};

template <class T> LOSSBOOK_INLINE Normaliser<T> normaliser(Pair<T> top, Pair<T> rest, T scale) {
    using elementary::fma;
    Normaliser<T> n;
    // Knuth's TwoSum: rest may be larger or smaller than top.
    const T whole = top.high + rest.high, back = whole - top.high;
    n.whole = {whole, (top.high - (whole - back)) + (rest.high - back) + (top.low + rest.low)};
    const T inverse = 1 / whole;
    const T correction = fma(-inverse, whole, T(1)) - inverse * n.whole.low;
    const T first = scale * inverse;
    n.first = {first, fma(first, correction, fma(scale, inverse, -first))};
    const T second = first * inverse;
    n.second = {second, fma(second, correction,
                            fma(n.first.low, inverse, fma(first, inverse, -second)))};
    return n;
}

// rest / top, rounded once: minus the log of the largest probability is log1p of it.
template <class T> LOSSBOOK_INLINE T odds(Pair<T> rest, Pair<T> top) {
    const T inverse = 1 / top.high;
    const T quotient = rest.high * inverse;
    const T missing = elementary::fma(-quotient, top.high, rest.high) + (rest.low - quotient * top.low);
    return elementary::fma(missing, inverse, quotient);
}

// The sum of the others' E: over the whole it is 1 - p without cancellation.
template <class T> LOSSBOOK_INLINE Pair<T> others(Pair<T> whole, T e) {
    const T difference = whole.high - e; // e is no larger
    return {difference, ((whole.high - difference) - e) + whole.low};
}

// scale * p (1 - p), from E and the sum of the others.
template <class T> LOSSBOOK_INLINE T curvature(Pair<T> second, T e, Pair<T> others) {
    using elementary::fma;
    const T top = e * others.high;
    return product(Pair<T>{top, fma(e, others.low, fma(e, others.high, -top))}, second);
}

} // namespace lossbook::LOSSBOOK_ISA
