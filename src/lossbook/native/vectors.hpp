// Vectors of the instruction set's own width, for the few loops that the compiler does not vectorise
// well: the others are plain loops over numbers.
#pragma once

#include <cstring>
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

} // namespace lossbook::LOSSBOOK_ISA
