// Elementary functions that a compiler vectorises inside a plain loop.
//
// Rules of this file:
// - No branch, no call, no table: every function is straight-line code over one scalar, selects
//   included, so that a loop around it becomes SIMD code of any width.
// - Fused multiply-adds are written out and the compiler's own contraction is off
//   (-ffp-contract=off): the same input gives the same bits on every instruction set.
// - float is computed in float, double in double. NaN in, NaN out.
// - Needs -fno-math-errno and -fno-trapping-math to vectorise, and must never see -ffast-math.
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
    0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.55588cp-5f, 0x1.12354ep-7f,
    0x1.6a0edep-10f}};
template <> inline constexpr Table<double, 10> exp_tail<double>{{
    0x1.000000000000ap-1, 0x1.5555555555508p-3, 0x1.5555555550717p-5, 0x1.11111111246d1p-7,
    0x1.6c16c1843aa8cp-10, 0x1.a01a01368091p-13, 0x1.a0199a39bcfc1p-16, 0x1.71df162d95dd5p-19,
    0x1.28ad224ff4acbp-22, 0x1.ad88a68c8a252p-26}};

// log_tail(): log1p(f) = f + f^2 P(f).
template <class T> inline constexpr int log_tail = 0;
template <> inline constexpr Table<float, 10> log_tail<float>{{
    -0x1.fffffep-2f, 0x1.555554p-2f, -0x1.000128p-2f, 0x1.999d6ap-3f,
    -0x1.54fa1ap-3f, 0x1.23a45ap-3f, -0x1.04a99cp-3f, 0x1.ebaecp-4f,
    -0x1.8f90bap-4f, 0x1.56224ep-5f}};
template <> inline constexpr Table<double, 20> log_tail<double>{{
    -0x1.ffffffffffffbp-2, 0x1.55555555555c4p-2, -0x1.0000000000dd5p-2, 0x1.99999999896a3p-3,
    -0x1.55555553fc86p-3, 0x1.24924929f4925p-3, -0x1.0000007859dd3p-3, 0x1.c71c70f03cce6p-4,
    -0x1.99996df7360e1p-4, 0x1.745ce2fb8393dp-4, -0x1.555983ff3a96fp-4, 0x1.3b2000e9af495p-4,
    -0x1.2463cc9c307f7p-4, 0x1.101139c15215p-4, -0x1.ffece3f9b92fdp-5, 0x1.f2aae290cd757p-5,
    -0x1.e9b318e082edep-5, 0x1.9fc7fbc7ded94p-5, -0x1.e114da370a13fp-6, 0x1.0819bef1782b1p-7}};

// log1p_unit_tail(): the same on a shorter interval; unit_offset, split(): -log(unit_factor).
template <class T> inline constexpr T unit_factor = T(45) / 64;
template <class T> inline constexpr int unit_offset = 0;
template <> inline constexpr Table<float, 2> unit_offset<float>{{
    0x1.68ac84p-2f, -0x1.6395ecp-30f}};
template <> inline constexpr Table<double, 2> unit_offset<double>{{
    0x1.68ac83e9c6a14p-2, 0x1.a64eadd740178p-58}};
template <class T> inline constexpr int log1p_unit_tail = 0;
template <> inline constexpr Table<float, 7> log1p_unit_tail<float>{{
    -0x1.fffff6p-2f, 0x1.5552d4p-2f, -0x1.ff921cp-3f, 0x1.950eb8p-3f,
    -0x1.3ad3dcp-3f, 0x1.94a6b8p-4f, -0x1.2418f4p-5f}};
template <> inline constexpr Table<double, 15> log1p_unit_tail<double>{{
    -0x1.ffffffffffff1p-2, 0x1.555555555467p-2, -0x1.ffffffff58834p-3, 0x1.9999997b9d68ap-3,
    -0x1.5555521f5f35bp-3, 0x1.24920f90725dcp-3, -0x1.fffa6bd8c95e5p-4, 0x1.c6ead841e9347p-4,
    -0x1.985602973b1b9p-4, 0x1.6e39badacc6fp-4, -0x1.3efaf4f0676p-4, 0x1.fbbcd261c041fp-5,
    -0x1.4ce5810e63652p-5, 0x1.318a19630565dp-6, -0x1.1b4e582e602aap-8}};

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

// ----------------------------------------------------------------------------------------- exp

// x = k ln 2 + r (Cody and Waite 1980), exp(x) = 2^k exp(r).
template <class T> struct ExpReduction {
    T scale; // 2^(k + offset)
    T head;  // r, exact but for the tail of ln 2
    T tail;  // r^2 P(r) and what head lacks
};

// round_magic with the exponent's bias in its low bits: shifting the sum left by fraction_bits then
// makes 2^(k + offset) in one instruction, whatever else was in the upper bits.
template <class T> LOSSBOOK_INLINE constexpr T scale_magic(int offset) {
    return round_magic<T> + T(int(Format<T>::bias) + offset);
}

template <class T> LOSSBOOK_INLINE ExpReduction<T> reduce_exp(T x, T magic) {
    const T shifted = fma(x, log2_e<T>[0], magic);
    const T k = shifted - magic;
    const T scale = from_bits<T>(bits(shifted) << Format<T>::fraction_bits);
    // Exact: one fma, and the difference has no bit below the last of ln2[0]'s half.
    const T head = fma(-k, ln2<T>[0], x);
    const T r = fma(-k, ln2<T>[1], head);
    const T r2 = r * r;
    const T correction = -k * ln2<T>[1];
    return {scale, head, fma(r2, polynomial(r, r2, exp_tail<T>), correction)};
}

// Beyond these the result is 0 or infinity; they keep k in the range of the magic numbers.
template <class T> inline constexpr T exp_low = -104;
template <> inline constexpr double exp_low<double> = -746;
template <class T> inline constexpr T exp_high = 89;
template <> inline constexpr double exp_high<double> = 710;

// 2^k passes the ends of the format, so it is made too near to 1 by this power of two, and a second
// multiplication, exact unless the result is subnormal, makes up for it.
template <class T> inline constexpr int exp_offset = 64;
template <> inline constexpr int exp_offset<double> = 512;

// 1 + head is rounded, and what it loses is kept: the last addition is then the only rounding that counts.
template <class T> LOSSBOOK_INLINE T finish_exp(const ExpReduction<T>& e, T unscale) {
    const T sum = T(1) + e.head;
    const T lost = (T(1) - sum) + e.head;
    return (sum + (lost + e.tail)) * e.scale * unscale;
}

// exp(x) for x <= 0 (and NaN): cheaper than exp.
template <class T> LOSSBOOK_INLINE T exp_nonpositive(T x) {
    constexpr int offset = exp_offset<T>;
    constexpr T magic = scale_magic<T>(offset);
    const T clipped = select(x < exp_low<T>, exp_low<T>, x);
    const auto e = reduce_exp(clipped, magic);
    return finish_exp(e, power_of_two<T>(-offset));
}

template <class T> LOSSBOOK_INLINE T exp(T x) {
    constexpr int offset = exp_offset<T>;
    const T low = select(x < exp_low<T>, exp_low<T>, x);
    const T clipped = select(low > exp_high<T>, exp_high<T>, low);
    const bool large = x > T(0);
    const T magic = select(large, scale_magic<T>(-offset), scale_magic<T>(offset));
    const T unscale = select(large, power_of_two<T>(offset), power_of_two<T>(-offset));
    return finish_exp(reduce_exp(clipped, magic), unscale);
}

// --------------------------------------------------------------------------------------- expm1

// 2^k exp(r) - 1 = (2^k - 1) + 2^k (exp(r) - 1), both sides halved so that 2^128 does not overflow.
template <class T> LOSSBOOK_INLINE T expm1(T x) {
    constexpr T magic = scale_magic<T>(-1);
    constexpr T low = -3 * T(std::numeric_limits<T>::digits) / 4; // -1 after rounding
    const T above = select(x < low, low, x);
    const T clipped = select(above > exp_high<T>, exp_high<T>, above);
    const auto e = reduce_exp(clipped, magic);
    const T offset = e.scale - T(0.5);
    const T sum = fma(e.scale, e.head, offset);
    const T lost = fma(e.scale, e.head, offset - sum);
    const T result = T(2) * (sum + fma(e.scale, e.tail, lost));
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

// k ln 2 + log1p(f). The head is a sum of two terms, the first the larger or 0, whose rounding error is kept.
template <class T> LOSSBOOK_INLINE T finish_log(T k, T f) {
    const T f2 = f * f;
    const T head = fma(k, ln2<T>[0], f);
    const T lost = fma(k, ln2<T>[0], -head) + f;
    const T tail = fma(f2, polynomial(f, f2, log_tail<T>), fma(k, ln2<T>[1], lost));
    return head + tail;
}

template <class T> LOSSBOOK_INLINE T log(T x) {
    constexpr int lift = Format<T>::fraction_bits + 1;
    const bool subnormal = x < std::numeric_limits<T>::min();
    const auto r = reduce_log(select(subnormal, x * power_of_two<T>(lift), x));
    const T k = select(subnormal, r.k - T(lift), r.k);
    const T finite = finish_log(k, from_bits<T>(r.fraction) - T(1));
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
    constexpr T threshold = 2 * unit_factor<T> - 1;
    const bool upper = x > threshold;
    const T f = select(upper, fma(x, unit_factor<T>, unit_factor<T> - T(1)), x);
    const T offset = select(upper, unit_offset<T>[0], T(0));
    const T offset_tail = select(upper, unit_offset<T>[1], T(0));
    const T f2 = f * f;
    const T head = offset + f;
    const T lost = (offset - head) + f;
    return head + fma(f2, polynomial(f, f2, log1p_unit_tail<T>), lost + offset_tail);
}

} // namespace lossbook::LOSSBOOK_ISA::elementary
