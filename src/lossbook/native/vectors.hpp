// Vectors of the instruction set's own width, for the few loops that the compiler does not vectorise
// well: the others are plain loops over numbers.
#pragma once

#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__AVX__)
#include <immintrin.h>
#endif

#include "elementary.hpp"

namespace lossbook::LOSSBOOK_ISA {

#if defined(__AVX512F__)
inline constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t vector_bytes = 32;
#else
inline constexpr std::size_t vector_bytes = 16;
#endif

template <class T, std::size_t bytes> struct VectorOf {
    typedef T Type __attribute__((vector_size(bytes)));
};

template <class T> using Vector = typename VectorOf<T, vector_bytes>::Type;
template <class T> inline constexpr std::size_t vector_width = vector_bytes / sizeof(T);

template <class V, class T> LOSSBOOK_INLINE V load_vector(const T* from) {
    V vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

template <class V, class T> LOSSBOOK_INLINE void store_vector(T* to, const V& vector) {
    std::memcpy(to, &vector, sizeof vector);
}

inline constexpr std::size_t cache_line = 64;

// Asks for the lines of so many bytes, which may lie beyond the end of an array.
template <std::size_t bytes> LOSSBOOK_INLINE void prefetch(const void* from) {
#pragma GCC unroll 8
    for (std::size_t line = 0; line < bytes; line += cache_line)
        __builtin_prefetch(static_cast<const char*>(from) + line, 0, 2);
}

// To an address that is a multiple of the vector's size, past the caches where that is possible.
LOSSBOOK_INLINE void stream_vector(float* to, Vector<float> vector) {
#if defined(__AVX512F__)
    _mm512_stream_ps(to, vector);
#elif defined(__AVX__)
    _mm256_stream_ps(to, vector);
#else
    store_vector(to, vector);
#endif
}

LOSSBOOK_INLINE void stream_vector(double* to, Vector<double> vector) {
#if defined(__AVX512F__)
    _mm512_stream_pd(to, vector);
#elif defined(__AVX__)
    _mm256_stream_pd(to, vector);
#else
    store_vector(to, vector);
#endif
}

// Vectors that were streamed are in memory before anything that is written later.
LOSSBOOK_INLINE void finish_streaming() {
#if defined(__AVX__)
    _mm_sfence();
#endif
}

// As many numbers as there are doubles in a vector.
LOSSBOOK_INLINE Vector<double> load_doubles(const double* from) {
    return load_vector<Vector<double>>(from);
}

// By intrinsics: g++ 12 converts a generic vector in halves.
LOSSBOOK_INLINE Vector<double> load_doubles(const float* from) {
#if defined(__AVX512F__)
    // Masked with all ones: g++ 12 warns of the undefined vector in the plain one.
    return _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(from));
#elif defined(__AVX__)
    return _mm256_cvtps_pd(_mm_loadu_ps(from));
#else
    using Half = VectorOf<float, vector_bytes / 2>::Type;
    return __builtin_convertvector(load_vector<Half>(from), Vector<double>);
#endif
}

LOSSBOOK_INLINE void store_doubles(double* to, const Vector<double>& doubles) {
    store_vector(to, doubles);
}

LOSSBOOK_INLINE void store_doubles(float* to, const Vector<double>& doubles) {
#if defined(__AVX512F__)
    _mm256_storeu_ps(to, _mm512_maskz_cvtpd_ps(0xff, doubles));
#elif defined(__AVX__)
    _mm_storeu_ps(to, _mm256_cvtpd_ps(doubles));
#else
    using Half = VectorOf<float, vector_bytes / 2>::Type;
    store_vector(to, __builtin_convertvector(doubles, Half));
#endif
}

template <class V> using NumberOf = std::remove_cvref_t<decltype(V{}[0])>;

// Integers of the numbers' size: their bits, and what a comparison gives.
template <class T> using BitVector = typename VectorOf<elementary::Bits<T>, vector_bytes>::Type;

LOSSBOOK_INLINE Vector<float> fma(Vector<float> a, Vector<float> b, Vector<float> c) {
#if defined(__AVX512F__)
    return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX__)
    return _mm256_fmadd_ps(a, b, c);
#else
    for (std::size_t i = 0; i < vector_width<float>; ++i) c[i] = elementary::fma(a[i], b[i], c[i]);
    return c;
#endif
}

LOSSBOOK_INLINE Vector<double> fma(Vector<double> a, Vector<double> b, Vector<double> c) {
#if defined(__AVX512F__)
    return _mm512_fmadd_pd(a, b, c);
#elif defined(__AVX__)
    return _mm256_fmadd_pd(a, b, c);
#else
    for (std::size_t i = 0; i < vector_width<double>; ++i) c[i] = elementary::fma(a[i], b[i], c[i]);
    return c;
#endif
}

template <int bits, class V>
    requires(!std::is_class_v<V>)
LOSSBOOK_INLINE V shift_left(V x) {
    return std::bit_cast<V>(std::bit_cast<BitVector<NumberOf<V>>>(x) << bits);
}

// The larger of each pair; b where either is missing. Masked for the reason given above.
LOSSBOOK_INLINE Vector<float> larger(Vector<float> a, Vector<float> b) {
#if defined(__AVX512F__)
    return _mm512_maskz_max_ps(0xffff, a, b);
#elif defined(__AVX__)
    return _mm256_max_ps(a, b);
#else
    return a > b ? a : b;
#endif
}

LOSSBOOK_INLINE Vector<double> larger(Vector<double> a, Vector<double> b) {
#if defined(__AVX512F__)
    return _mm512_maskz_max_pd(0xff, a, b);
#elif defined(__AVX__)
    return _mm256_max_pd(a, b);
#else
    return a > b ? a : b;
#endif
}

// Several vectors, with which each operation is done before the next: a processor's window holds too
// little of what comes one vector after another to keep its units busy.
template <class T, std::size_t count> struct Several {
    Vector<T> part[count];
};

template <class T, std::size_t count>
LOSSBOOK_INLINE Vector<T> part_of(const Several<T, count>& x, std::size_t i) {
    return x.part[i];
}
template <class V>
    requires(!std::is_class_v<V>)
LOSSBOOK_INLINE V part_of(V x, std::size_t) { return x; }

#define LOSSBOOK_OF_SEVERAL(count, result)                                                        \
    Several<T, count> all;                                                                        \
    _Pragma("GCC unroll 8") for (std::size_t i = 0; i < count; ++i) all.part[i] = result;         \
    return all

template <class T, std::size_t n>
LOSSBOOK_INLINE Several<T, n> operator-(const Several<T, n>& a, Vector<T> b) {
    LOSSBOOK_OF_SEVERAL(n, a.part[i] - b);
}
template <class T, std::size_t n>
LOSSBOOK_INLINE Several<T, n> operator-(Vector<T> a, const Several<T, n>& b) {
    LOSSBOOK_OF_SEVERAL(n, a - b.part[i]);
}
template <class T, std::size_t n>
LOSSBOOK_INLINE Several<T, n> operator*(const Several<T, n>& a, const Several<T, n>& b) {
    LOSSBOOK_OF_SEVERAL(n, a.part[i] * b.part[i]);
}
template <class T, std::size_t n, class B, class C>
LOSSBOOK_INLINE Several<T, n> fma(const Several<T, n>& a, const B& b, const C& c) {
    LOSSBOOK_OF_SEVERAL(n, fma(a.part[i], part_of(b, i), part_of(c, i)));
}
template <class T, std::size_t n>
LOSSBOOK_INLINE Several<T, n> larger(Vector<T> a, const Several<T, n>& b) {
    LOSSBOOK_OF_SEVERAL(n, larger(a, b.part[i]));
}
template <int bits, class T, std::size_t n>
LOSSBOOK_INLINE Several<T, n> shift_left(const Several<T, n>& x) {
    LOSSBOOK_OF_SEVERAL(n, shift_left<bits>(x.part[i]));
}

template <class T, std::size_t n> LOSSBOOK_INLINE Several<T, n> load_several(const T* from) {
    LOSSBOOK_OF_SEVERAL(n, load_vector<Vector<T>>(from + i * vector_width<T>));
}

// Some lanes of a vector: a bit for each, or all bits of each.
#if defined(__AVX512F__)
template <class T> using Mask = std::uint32_t;

LOSSBOOK_INLINE std::uint32_t unequal(Vector<float> a, Vector<float> b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ);
}
LOSSBOOK_INLINE std::uint32_t unequal(Vector<double> a, Vector<double> b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ);
}
template <class T> LOSSBOOK_INLINE std::uint32_t lanes_from(std::size_t first) {
    return (1u << vector_width<T>) - (1u << first);
}
template <class T> LOSSBOOK_INLINE std::uint32_t all_lanes() { return lanes_from<T>(0); }
template <class T> LOSSBOOK_INLINE std::size_t count_lanes(std::uint32_t mask) {
    return std::size_t(__builtin_popcount(mask));
}
LOSSBOOK_INLINE Vector<float> keep(std::uint32_t mask, Vector<float> x) {
    return _mm512_maskz_mov_ps(__mmask16(mask), x);
}
LOSSBOOK_INLINE Vector<double> keep(std::uint32_t mask, Vector<double> x) {
    return _mm512_maskz_mov_pd(__mmask8(mask), x);
}
// `yes` in the lanes of the mask, `no` in the others.
LOSSBOOK_INLINE Vector<float> pick(std::uint32_t mask, Vector<float> yes, Vector<float> no) {
    return _mm512_mask_blend_ps(__mmask16(mask), no, yes);
}
LOSSBOOK_INLINE Vector<double> pick(std::uint32_t mask, Vector<double> yes, Vector<double> no) {
    return _mm512_mask_blend_pd(__mmask8(mask), no, yes);
}
#else
template <class T> using Mask = BitVector<T>;

template <class V> LOSSBOOK_INLINE auto unequal(V a, V b) {
    return std::bit_cast<BitVector<NumberOf<V>>>(a != b);
}
template <class T> LOSSBOOK_INLINE BitVector<T> all_lanes() { return ~BitVector<T>{}; }
// None, and then all: what a vector loaded somewhere between the two begins and ends with.
template <class T> struct LaneEdge {
    elementary::Bits<T> none[vector_width<T>] = {}, all[vector_width<T>];

    constexpr LaneEdge() : all() {
        for (elementary::Bits<T>& lane : all) lane = ~elementary::Bits<T>(0);
    }
};
template <class T> inline constexpr LaneEdge<T> lane_edge;
template <class T> LOSSBOOK_INLINE BitVector<T> lanes_from(std::size_t first) {
    BitVector<T> mask;
    std::memcpy(&mask, reinterpret_cast<const char*>(&lane_edge<T>) +
                           (vector_width<T> - first) * sizeof(T), sizeof mask);
    return mask;
}
template <class T> LOSSBOOK_INLINE std::size_t count_lanes(BitVector<T> mask) {
#if defined(__AVX__)
    if constexpr (sizeof(T) == 4)
        return std::size_t(__builtin_popcount(unsigned(_mm256_movemask_ps(__m256(mask)))));
    else
        return std::size_t(__builtin_popcount(unsigned(_mm256_movemask_pd(__m256d(mask)))));
#else
    std::size_t count = 0;
    for (std::size_t i = 0; i < vector_width<T>; ++i) count += mask[i] & 1;
    return count;
#endif
}
template <class V> LOSSBOOK_INLINE V keep(BitVector<NumberOf<V>> mask, V x) {
    return std::bit_cast<V>(mask & std::bit_cast<BitVector<NumberOf<V>>>(x));
}
template <class V> LOSSBOOK_INLINE V pick(BitVector<NumberOf<V>> mask, V yes, V no) {
    return mask ? yes : no;
}
#endif

template <std::size_t distance, class V, std::size_t... I>
LOSSBOOK_INLINE V rotate(V v, std::index_sequence<I...>) {
    return __builtin_shufflevector(v, v, int((I + distance) % sizeof...(I))...);
}

// Lane i of the result is lane i + distance of the vector.
template <std::size_t distance, class V> LOSSBOOK_INLINE V rotate(V v) {
    return rotate<distance>(v, std::make_index_sequence<sizeof(V) / sizeof(v[0])>());
}

template <std::size_t distance, class T> LOSSBOOK_INLINE T largest_lane(Vector<T> v) {
    const Vector<T> both = larger(v, rotate<distance>(v));
    if constexpr (distance == 1) return both[0];
    else return largest_lane<distance / 2, T>(both);
}

} // namespace lossbook::LOSSBOOK_ISA
