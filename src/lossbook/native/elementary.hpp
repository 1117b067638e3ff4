// Elementary functions that a compiler vectorises inside a plain loop.
//
// Rules of this file:
// - No branch, no call, no table: every function is straight-line code over one scalar, selects
//   included, so that a loop around it becomes SIMD code of any width.
// - Fused multiply-adds are written out and the compiler's own contraction is off
//   (-ffp-contract=off): the same input gives the same bits on every instruction set.
// - float is computed in float, double in double. NaN in, NaN out.
// - Needs -fno-math-errno and -fno-trapping-math to vectorise, and must never see -ffast-math. The flags
//   for g++ that keep selects from becoming paths are in tools/elementary_accuracy.py, with their worth.
//
// The maximum errors are enforced by tools/elementary_accuracy.py. Every constant below is printed
// by tools/elementary_polynomials.py, which derives it; its --check mode compares the two.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

// The same header is compiled once per instruction set into one module; without a name of its own
// per set, the linker would keep any one copy for all of them.
#ifndef LOSSBOOK_ISA
#define LOSSBOOK_ISA baseline
#endif

#define LOSSBOOK_INLINE [[gnu::always_inline]] inline

namespace lossbook::LOSSBOOK_ISA::elementary {

// ------------------------------------------------------------------------------------ formats

template <class T> struct Format;

template <> struct Format<float> {
    using Bits = std::uint32_t;
    static constexpr int fraction_bits = 23;
    static constexpr Bits bias = 127;
};

template <> struct Format<double> {
    using Bits = std::uint64_t;
    static constexpr int fraction_bits = 52;
    static constexpr Bits bias = 1023;
};

template <class T> using Bits = typename Format<T>::Bits;

template <class T> LOSSBOOK_INLINE constexpr Bits<T> bits(T x) { return std::bit_cast<Bits<T>>(x); }

template <class T> LOSSBOOK_INLINE constexpr T from_bits(Bits<T> b) { return std::bit_cast<T>(b); }

template <class T> LOSSBOOK_INLINE constexpr T power_of_two(int k) {
    return from_bits<T>(Bits<T>(int(Format<T>::bias) + k) << Format<T>::fraction_bits);
}

template <class T> inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T> inline constexpr T nan = std::numeric_limits<T>::quiet_NaN();

// Added to |v| < 2^(fraction_bits - 2), it rounds v to an integer and leaves that integer in the low
// bits of the sum: AVX2 has no conversion between double and 64-bit integers.
template <class T>
inline constexpr T round_magic = T(1.5) * power_of_two<T>(Format<T>::fraction_bits);

// --------------------------------------------------------------- single-instruction operations

LOSSBOOK_INLINE float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
LOSSBOOK_INLINE double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

LOSSBOOK_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }
LOSSBOOK_INLINE double sqrt(double x) { return __builtin_sqrt(x); }

// x less a multiple of y towards 0, exactly: a call of the C library, which no loop vectorises.
LOSSBOOK_INLINE float fmod(float x, float y) { return __builtin_fmodf(x, y); }
LOSSBOOK_INLINE double fmod(double x, double y) { return __builtin_fmod(x, y); }

// x y - product, for the product as rounded.
template <class T> LOSSBOOK_INLINE T product_error(T x, T y, T product) {
    return fma(x, y, -product);
}

LOSSBOOK_INLINE float abs(float x) { return __builtin_fabsf(x); }
LOSSBOOK_INLINE double abs(double x) { return __builtin_fabs(x); }

template <class T> LOSSBOOK_INLINE T select(bool condition, T yes, T no) {
    return condition ? yes : no;
}

// minimum and maximum are NaN if either argument is NaN. A constant goes second: the compiler then
// drops the test of it, and one instruction is left.
template <class T> LOSSBOOK_INLINE T minimum(T a, T b) {
    return select(b != b, b, select(b < a, b, a));
}

template <class T> LOSSBOOK_INLINE T maximum(T a, T b) {
    return select(b != b, b, select(a < b, b, a));
}

// ----------------------------------------------------------------------------------- constants

template <class T, std::size_t N> using Table = std::array<T, N>;

template <class T> inline constexpr int log2_e = 0;
template <> inline constexpr Table<float, 1> log2_e<float>{{
    0x1.715476p+0f}};
template <> inline constexpr Table<double, 1> log2_e<double>{{
    0x1.71547652b82fep+0}};

// split(): ln 2 as head + tail.
template <class T> inline constexpr int ln2 = 0;
template <> inline constexpr Table<float, 2> ln2<float>{{
    0x1.62e43p-1f, -0x1.05c61p-29f}};
template <> inline constexpr Table<double, 2> ln2<double>{{
    0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}};

// exp_tail(): exp(r) = 1 + r + r^2 P(r).
template <class T> inline constexpr int exp_tail = 0;
template <> inline constexpr Table<float, 5> exp_tail<float>{{
    0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558bap-5f, 0x1.12397p-7f,
    0x1.6a42a2p-10f}};
template <> inline constexpr Table<double, 10> exp_tail<double>{{
    0x1.000000000000ap-1, 0x1.5555555555508p-3, 0x1.555555555074fp-5, 0x1.1111111125401p-7,
    0x1.6c16c18453143p-10, 0x1.a01a013484d35p-13, 0x1.a01999b84b79p-16, 0x1.71df133d30eb2p-19,
    0x1.28adb643f9bb4p-22, 0x1.ad973647a031p-26}};

// log_tail(): log1p(f) = f + f^2 P(f).
template <class T> inline constexpr int log_tail = 0;
template <> inline constexpr Table<float, 10> log_tail<float>{{
    -0x1.fffffep-2f, 0x1.555554p-2f, -0x1.000124p-2f, 0x1.999d9p-3f,
    -0x1.54fccap-3f, 0x1.23aa62p-3f, -0x1.048ef4p-3f, 0x1.ea8678p-4f,
    -0x1.8d9822p-4f, 0x1.53cc3ep-5f}};
template <> inline constexpr Table<double, 20> log_tail<double>{{
    -0x1.ffffffffffffbp-2, 0x1.55555555555c4p-2, -0x1.0000000000dcdp-2, 0x1.999999998965p-3,
    -0x1.55555553fd577p-3, 0x1.24924929f8784p-3, -0x1.000000781cfbbp-3, 0x1.c71c70ed87f7cp-4,
    -0x1.99996e05f85d7p-4, 0x1.745ce3702736ap-4, -0x1.55598386e91b6p-4, 0x1.3b1ff74cb299dp-4,
    -0x1.2463bf8e2078dp-4, 0x1.10118d821efd6p-4, -0x1.ffef2c24c754p-5, 0x1.f2ab25c023de2p-5,
    -0x1.e9a7cca5ed185p-5, 0x1.9faf4f1535312p-5, -0x1.e0e7f2dc7e9ffp-6, 0x1.07fa4bf2e0301p-7}};

// unit_factor(): a number near 1/sqrt(2), and unit_offset, -log of it, exact to ten bits more than it has.
template <class T> inline constexpr int unit_factor = 0;
template <> inline constexpr Table<float, 1> unit_factor<float>{{
    0x1.6a1756p-1f}};
template <> inline constexpr Table<double, 1> unit_factor<double>{{
    0x1.6a09e667f3ebdp-1}};
template <class T> inline constexpr int unit_offset = 0;
template <> inline constexpr Table<float, 1> unit_offset<float>{{
    0x1.62be3p-2f}};
template <> inline constexpr Table<double, 1> unit_offset<double>{{
    0x1.62e42fefa319fp-2}};

// log1p_unit_tail(): as log_tail(), on a shorter interval.
template <class T> inline constexpr int log1p_unit_tail = 0;
template <> inline constexpr Table<float, 7> log1p_unit_tail<float>{{
    -0x1.fffff6p-2f, 0x1.5552c4p-2f, -0x1.ff8eaap-3f, 0x1.94ec58p-3f,
    -0x1.3a34ecp-3f, 0x1.91f26ep-4f, -0x1.1f9c6ap-5f}};
template <> inline constexpr Table<double, 15> log1p_unit_tail<double>{{
    -0x1.fffffffffffecp-2, 0x1.555555555420fp-2, -0x1.ffffffff2cbdap-3, 0x1.99999974a8d44p-3,
    -0x1.555551773f983p-3, 0x1.249205491c8fbp-3, -0x1.fff9907605681p-4, 0x1.c6e46942fa61p-4,
    -0x1.9833767ff7f71p-4, 0x1.6db4747fef118p-4, -0x1.3d8ca94745f36p-4, 0x1.f64565400c0e9p-5,
    -0x1.460054ebb71adp-5, 0x1.27371d7338745p-6, -0x1.0d699bc0f00a2p-8}};

// --------------------------------------------------------------------------------- polynomials

// Even and odd powers apart: half the latency of one chain for one multiplication more.
template <std::size_t I, class T, std::size_t N>
LOSSBOOK_INLINE T horner2(T x2, const Table<T, N>& c) {
    if constexpr (I + 2 >= N)
        return c[I];
    else
        return fma(x2, horner2<I + 2>(x2, c), c[I]);
}

template <class T, std::size_t N> LOSSBOOK_INLINE T polynomial(T x, T x2, const Table<T, N>& c) {
    return fma(x, horner2<1>(x2, c), horner2<0>(x2, c));
}

// A table whose first term, close to -half x^2 of the whole, is added elsewhere with its rounding error.
template <class T, std::size_t N>
LOSSBOOK_INLINE constexpr Table<T, N> plus_first(Table<T, N> c, T half) {
    c[0] += half;
    return c;
}

// sum + a b and what that addition loses, for |sum| >= |a b|.
template <class T> struct Sum {
    T head, lost;
};

template <class T> LOSSBOOK_INLINE Sum<T> add_product(T sum, T a, T b) {
    const T head = fma(a, b, sum);
    return {head, fma(a, b, sum - head)};
}

// ----------------------------------------------------------------------------------------- exp

// x = k ln 2 + r (Cody and Waite 1980), exp(x) = 2^k exp(r).
template <class T> struct ExpReduction {
    T k;     // an integer
    T scale; // 2^(k + offset)
    T head;  // x - k ln2[0], exact: no bit of the difference is below the last of ln2[0]'s
};

// round_magic with the exponent's bias in its low bits: shifting the sum left by fraction_bits then
// makes 2^(k + offset) in one instruction, whatever else was in the upper bits.
template <class T> LOSSBOOK_INLINE constexpr T scale_magic(int offset) {
    return round_magic<T> + T(int(Format<T>::bias) + offset);
}

template <class T> LOSSBOOK_INLINE ExpReduction<T> reduce_exp(T x, T magic) {
    const T shifted = fma(x, log2_e<T>[0], magic);
    const T k = shifted - magic;
    return {k, from_bits<T>(bits(shifted) << Format<T>::fraction_bits), fma(-k, ln2<T>[0], x)};
}

// The last addition is the only rounding that counts: what 1 + head loses is kept.
template <class T> LOSSBOOK_INLINE T finish_exp(const ExpReduction<T>& e) {
    const T r = fma(-e.k, ln2<T>[1], e.head);
    const T r2 = r * r;
    const T sum = T(1) + e.head;
    const T lost = fma(-e.k, ln2<T>[1], (T(1) - sum) + e.head);
    return (sum + fma(r2, polynomial(r, r2, exp_tail<T>), lost)) * e.scale;
}

// Beyond these the result is 0 or infinity. The selects come last, and not as a clamp of x, because a
// masked multiplication is free there and a negation of x can melt into the fmas.
template <class T> inline constexpr T exp_low = -104;
template <> inline constexpr double exp_low<double> = -746;
template <class T> inline constexpr T exp_high = 89;
template <> inline constexpr double exp_high<double> = 710;

// 2^k passes the ends of the format, so it is made too near to 1 by this power of two, and a second
// multiplication, exact unless the result is subnormal, makes up for it.
template <class T> inline constexpr int exp_offset = 64;
template <> inline constexpr int exp_offset<double> = 512;

// exp(x) for x <= 0 (and NaN): cheaper than exp.
template <class T> LOSSBOOK_INLINE T exp_nonpositive(T x) {
    constexpr int offset = exp_offset<T>;
    const T result = finish_exp(reduce_exp(x, scale_magic<T>(offset)));
    return select(x < exp_low<T>, T(0), result * power_of_two<T>(-offset));
}

template <class T> LOSSBOOK_INLINE T exp(T x) {
    constexpr int offset = exp_offset<T>;
    const bool large = x > T(0);
    const T magic = select(large, scale_magic<T>(-offset), scale_magic<T>(offset));
    const T unscale = select(large, power_of_two<T>(offset), power_of_two<T>(-offset));
    const T limit = select(large, infinity<T>, T(0));
    const bool outside = abs(x) > (large ? exp_high<T> : -exp_low<T>);
    return select(outside, limit, finish_exp(reduce_exp(x, magic)) * unscale);
}

// --------------------------------------------------------------------------------------- expm1

// 2^k exp(r) - 1 = (2^k - 1) + 2^k (exp(r) - 1), both sides halved so that 2^128 does not overflow.
template <class T> LOSSBOOK_INLINE T expm1(T x) {
    constexpr T low = -3 * T(std::numeric_limits<T>::digits) / 4; // -1 after rounding
    const T above = select(x < low, low, x);
    const T clipped = select(above > exp_high<T>, exp_high<T>, above);
    const auto e = reduce_exp(clipped, scale_magic<T>(-1));
    const T missing = -e.k * ln2<T>[1];
    const T r = e.head + missing;
    const T r2 = r * r;
    constexpr auto table = plus_first(exp_tail<T>, T(-0.5));
    const T tail = fma(r2, polynomial(r, r2, table), fma(missing, e.head, missing));
    const T offset = e.scale - T(0.5);
    const T unity = (e.scale - offset) - T(0.5); // lost for the first k at which 2^k - 1 is inexact
    const auto first = add_product(offset, e.scale, e.head);
    const auto second = add_product(first.head, T(0.5) * e.scale * e.head, e.head);
    const T result = T(2) * (second.head + fma(e.scale, tail, (first.lost + unity) + second.lost));
    // Halving would cost a subnormal x its last bit, and -0 its sign.
    return select(abs(x) < std::numeric_limits<T>::epsilon() / 4, x, result);
}

// ----------------------------------------------------------------------------------------- log

// y = 2^k (1 + f) with 3/4 <= 1 + f < 3/2. Between these ends, and not 1/sqrt(2) and sqrt(2), f has no
// rounding error for log1p either, and no less is needed: k ln 2 and log1p(f) nearly cancel for k = -1.
template <class T> struct LogReduction {
    T k;
    Bits<T> biased;   // (k + bias) << fraction_bits
    Bits<T> fraction; // the bits of 1 + f
};

template <class T> LOSSBOOK_INLINE LogReduction<T> reduce_log(T y) {
    using F = Format<T>;
    constexpr Bits<T> first = bits(T(0.75));
    constexpr Bits<T> fraction_mask = (Bits<T>(1) << F::fraction_bits) - 1;
    constexpr T integer_base = power_of_two<T>(F::fraction_bits);
    const Bits<T> shifted = bits(y) + (bits(T(1)) - first);
    const Bits<T> biased = shifted & ~fraction_mask;
    // An OR into the fraction of 2^fraction_bits converts the exponent without an integer conversion.
    const T k = from_bits<T>((shifted >> F::fraction_bits) | bits(integer_base)) -
                (integer_base + T(F::bias));
    return {k, biased, (shifted & fraction_mask) + first};
}

// The two parts of x = 2^exponent fraction, with 3/4 <= fraction < 3/2, for finite x > 0. Subnormal
// numbers are lifted first.
template <class T> inline constexpr int lift = Format<T>::fraction_bits + 1;

template <class T> LOSSBOOK_INLINE T lifted(T x) {
    return select(x < std::numeric_limits<T>::min(), x * power_of_two<T>(lift<T>), x);
}

template <class T> LOSSBOOK_INLINE T exponent(T x) {
    const T k = reduce_log(lifted(x)).k;
    return select(x < std::numeric_limits<T>::min(), k - T(lift<T>), k);
}

template <class T> LOSSBOOK_INLINE T fraction(T x) {
    return from_bits<T>(reduce_log(lifted(x)).fraction);
}

// k ln 2 + log1p(f): k ln 2 + f - f^2 / 2 with both rounding errors kept, then the small rest.
template <class T> LOSSBOOK_INLINE T finish_log(T k, T f) {
    const T f2 = f * f;
    const T sum = fma(k, ln2<T>[0], f);
    const T lost = fma(k, ln2<T>[0], -sum) + f;
    const auto main = add_product(sum, T(-0.5) * f, f);
    constexpr auto table = plus_first(log_tail<T>, T(0.5));
    const T rest = fma(k, ln2<T>[1], lost) + main.lost;
    return main.head + fma(f2, polynomial(f, f2, table), rest);
}

template <class T> LOSSBOOK_INLINE T log(T x) {
    const T finite = finish_log(exponent(x), fraction(x) - T(1));
    const T positive = select(x < infinity<T>, finite, x); // infinity and NaN
    return select(x <= T(0), select(x < T(0), nan<T>, -infinity<T>), positive);
}

// --------------------------------------------------------------------------------------- log1p

// f = (1 + x) / 2^k - 1 in one fma, from x itself: what 1 + x loses never comes in.
template <class T> LOSSBOOK_INLINE T log1p(T x) {
    using F = Format<T>;
    const auto r = reduce_log(T(1) + x);
    // 4 * 2^-k: 2^-k itself would be subnormal for the largest x.
    constexpr Bits<T> mirror = (2 * F::bias + 2) << F::fraction_bits;
    const T scale4 = from_bits<T>(mirror - r.biased);
    const T f = fma(x * T(0.25), scale4, fma(scale4, T(0.25), T(-1)));
    const T finite = finish_log(r.k, f);
    const T above = select(x < infinity<T>, finite, x); // infinity and NaN
    // A quarter of a subnormal x has lost bits, and -0 + 0 its sign.
    const T inside = select(abs(x) < std::numeric_limits<T>::epsilon() / 4, x, above);
    return select(x <= T(-1), select(x < T(-1), nan<T>, -infinity<T>), inside);
}

// log1p(x) for 0 <= x <= 1 (and NaN): cheaper than log1p, for softplus. One constant factor in place of
// 2^k: 1 + f = (1 + x) unit_factor above the threshold.
template <class T> LOSSBOOK_INLINE T log1p_unit(T x) {
    constexpr T factor = unit_factor<T>[0];
    const bool upper = x > 2 * factor - 1;
    const T f = select(upper, fma(x, factor, factor - T(1)), x);
    const T offset = select(upper, unit_offset<T>[0], T(0));
    const T f2 = f * f;
    const T head = offset + f;
    const T lost = (offset - head) + f;
    return head + fma(f2, polynomial(f, f2, log1p_unit_tail<T>), lost);
}

} // namespace lossbook::LOSSBOOK_ISA::elementary
