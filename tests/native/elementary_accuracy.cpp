// Measures the maximum error of src/lossbook/native/elementary.hpp in units in the last place.
// tools/elementary_accuracy.py compiles this file: once per instruction set with LOSSBOOK_ISA defined, which
// gives the loops to be measured, and once without, which gives the program that measures them.
#include <cstddef>

using std::size_t;

// exp and log1p as the logistic loss needs them are measured composed, too: that is where errors add up.
#define FUNCTIONS(F)                                                                              \
    F(exp) F(exp_nonpositive) F(expm1) F(log) F(log1p) F(log1p_unit) F(softplus) F(sigmoid)

#ifdef LOSSBOOK_ISA
#include "logistic.hpp"

namespace {

namespace e = lossbook::LOSSBOOK_ISA::elementary;
using namespace e;

template <class T> LOSSBOOK_INLINE T softplus(T z) {
    return maximum(z, T(0)) + log1p_unit(e::exp(-e::abs(z)));
}

template <class T> LOSSBOOK_INLINE T sigmoid(T z) {
    const T odds = e::exp_nonpositive(-e::abs(z));
    return lossbook::LOSSBOOK_ISA::over_one_plus<1>(z < T(0) ? odds : T(1), odds);
}

} // namespace

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define LOOP(name, T, suffix)                                                                     \
    extern "C" void JOIN(name##suffix, LOSSBOOK_ISA)(const T *x, T *out, size_t n) {              \
        for (size_t i = 0; i < n; ++i)                                                            \
            out[i] = name(x[i]);                                                                  \
    }
#define LOOPS(name) LOOP(name, float, _float_) LOOP(name, double, _double_)
FUNCTIONS(LOOPS)

#else
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <quadmath.h>
#include <random>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

template <class T> using Loop = void (*)(const T *, T *, size_t);
template <class T> using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
// Eleven bits more than float are enough to judge it; libquadmath is forty times slower.
template <class T> using Exact = std::conditional_t<sizeof(T) == 4, long double, __float128>;

#define REFERENCE(name, extended, quad, body)                                                     \
    long double name##_exact(long double x) {                                                     \
        const auto exp = expl; const auto log1p = log1pl; const auto f = extended;                \
        (void)exp; (void)log1p; (void)f;                                                          \
        return body;                                                                              \
    }                                                                                             \
    __float128 name##_exact(__float128 x) {                                                       \
        const auto exp = expq; const auto log1p = log1pq; const auto f = quad;                    \
        (void)exp; (void)log1p; (void)f;                                                          \
        return body;                                                                              \
    }
REFERENCE(exp, expl, expq, f(x))
REFERENCE(exp_nonpositive, expl, expq, f(x))
REFERENCE(expm1, expm1l, expm1q, f(x))
REFERENCE(log, logl, logq, f(x))
REFERENCE(log1p, log1pl, log1pq, f(x))
REFERENCE(log1p_unit, log1pl, log1pq, f(x))
REFERENCE(softplus, expl, expq, x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)))
REFERENCE(sigmoid, expl, expq, x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)))

template <class T> bool in_domain(std::string_view name, T x) {
    if (name == "exp_nonpositive") return !(x > 0);
    if (name == "log1p_unit") return !(x < 0) && !(x > 1);
    return true;
}

long double scaled(long double x, int exponent) { return ldexpl(x, exponent); }
__float128 scaled(__float128 x, int exponent) { return ldexpq(x, exponent); }

// |got - exact| in units of the last place of exact's binade, subnormals included.
template <class T> double ulps(T got, Exact<T> exact) {
    using Limits = std::numeric_limits<T>;
    const T rounded = T(exact);
    if (std::isnan(rounded) || std::isinf(rounded) || std::isnan(got) || std::isinf(got))
        return std::bit_cast<Bits<T>>(rounded) == std::bit_cast<Bits<T>>(got) ||
                       (std::isnan(rounded) && std::isnan(got))
                   ? 0 : HUGE_VAL;
    const int exponent = rounded == 0 ? Limits::min_exponent
                                      : std::max(std::ilogb(rounded) + 1, Limits::min_exponent);
    // Scaled before it becomes a double: a share of a subnormal would be rounded to nothing.
    return std::abs(double(scaled(Exact<T>(got) - exact, Limits::digits - exponent)));
}

template <class T> void add_neighbours(std::vector<T> &out, T x) {
    for (int offset = -300; offset <= 300; ++offset)
        for (T sign : {T(1), T(-1)})
            out.push_back(sign * std::bit_cast<T>(std::bit_cast<Bits<T>>(x) + Bits<T>(std::int64_t(offset))));
}

// Every exponent of both signs, the moderate ones more densely, and what surrounds the thresholds.
template <class T> std::vector<T> stratified(size_t count) {
    using Limits = std::numeric_limits<T>;
    constexpr int fraction_bits = Limits::digits - 1, bias = Limits::max_exponent - 1;
    std::mt19937_64 random(20250101);
    std::vector<T> out{0, -T(0), Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                       Limits::max(), Limits::lowest(), Limits::denorm_min(), -Limits::denorm_min()};
    for (double x : {0.25, 0.34657359, 0.41421356, 0.5, 0.625, 0.75, 1.0, 1.0397, 1.5, 2.0, 17.3, 36.7, 87.3365,
                     88.722839, 103.278929, 103.972077, 708.396, 709.782712893384, 744.44007, 745.133219})
        add_neighbours(out, T(x));
    add_neighbours(out, Limits::min());
    for (size_t i = 0; i < count; ++i) {
        const Bits<T> word = Bits<T>(random());
        const Bits<T> moderate = Bits<T>(bias - 8 + int(random() % 18)) << fraction_bits;
        const Bits<T> mask = ~(Bits<T>(2 * bias + 1) << fraction_bits);
        out.push_back(std::bit_cast<T>(i % 4 ? Bits<T>((word & mask) | moderate) : word));
    }
    return out;
}

struct Worst {
    double ulps = 0, input = 0;
};

template <class T> class Measurement {
  public:
    Measurement(std::string_view name, Loop<T> v3, Loop<T> v4, Exact<T> (*exact)(Exact<T>))
        : name_(name), v3_(v3), v4_(v4), exact_(exact) {}

    void add(const std::vector<T> &inputs) {
        std::vector<T> v3(inputs.size()), v4(inputs.size());
        v3_(inputs.data(), v3.data(), inputs.size());
        if (v4_) v4_(inputs.data(), v4.data(), inputs.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
            if (!in_domain(name_, inputs[i])) continue;
            if (v4_ && std::bit_cast<Bits<T>>(v3[i]) != std::bit_cast<Bits<T>>(v4[i]) && v3[i] == v3[i])
                ++different_;
            const double error = ulps<T>(v3[i], exact_(inputs[i]));
            if (!(error <= worst_.ulps)) worst_ = {error, double(inputs[i])};
        }
    }

    void print() const {
        std::printf("%s %s %.4f %a %zu\n", name_.data(), sizeof(T) == 4 ? "float" : "double", worst_.ulps,
                    worst_.input, different_);
        std::fflush(stdout);
    }

  private:
    std::string_view name_;
    Loop<T> v3_, v4_;
    Exact<T> (*exact_)(Exact<T>);
    Worst worst_;
    size_t different_ = 0;
};

template <class T> void measure(Measurement<T> measurement, size_t count) {
    if (count) {
        measurement.add(stratified<T>(count));
    } else { // all 2^32 bit patterns
        std::vector<T> block(1 << 16);
        for (std::uint64_t start = 0; start < (std::uint64_t(1) << 32); start += block.size()) {
            for (size_t i = 0; i < block.size(); ++i)
                block[i] = std::bit_cast<T>(Bits<T>(start + i));
            measurement.add(block);
        }
    }
    measurement.print();
}

} // namespace

#define DECLARE(name)                                                                             \
    extern "C" void name##_float_v3(const float *, float *, size_t);                              \
    extern "C" void name##_float_v4(const float *, float *, size_t);                              \
    extern "C" void name##_double_v3(const double *, double *, size_t);                           \
    extern "C" void name##_double_v4(const double *, double *, size_t);
FUNCTIONS(DECLARE)

// Arguments: how many float inputs (0: all), how many double inputs (0: none).
int main(int, char **arguments) {
    const size_t floats = std::strtoull(arguments[1], nullptr, 10);
    const size_t doubles = std::strtoull(arguments[2], nullptr, 10);
    const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
#define MEASURE(name)                                                                             \
    measure<float>({#name, name##_float_v3, v4 ? name##_float_v4 : nullptr, name##_exact}, floats); \
    if (doubles)                                                                                  \
        measure<double>({#name, name##_double_v3, v4 ? name##_double_v4 : nullptr, name##_exact}, doubles);
    FUNCTIONS(MEASURE)
}
#endif
