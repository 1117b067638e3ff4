// A pointwise kernel's numbers, 64 at a time: read, weighed, summed and stored.
#pragma once

#include "blocks.hpp"

namespace lossbook::LOSSBOOK_ISA {

// Enough numbers that their arithmetic hides what a piece costs, and few enough that a processor
// looks ahead into the next piece. Whole sets of lanes, so that sums go on from piece to piece.
inline constexpr std::size_t piece_length = 64;
static_assert(piece_length % lanes == 0 && block_length % piece_length == 0);

// How far ahead numbers are asked for, in bytes: a page, as the processor's own look-ahead ends with
// each. Anything from 2 to 32 KiB does as well for squared error.
inline constexpr std::size_t ahead = 4096;

template <class T> struct PieceBuffers {
    alignas(64) T y[piece_length], p[piece_length];
    alignas(64) T value[piece_length], gradient[piece_length], hessian[piece_length];
    alignas(64) double weights[piece_length];
};

LOSSBOOK_INLINE void fetch(const void* numbers, std::size_t bytes) {
    const char* first = static_cast<const char*>(numbers) + ahead;
#pragma GCC unroll 8
    for (std::size_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(first + byte);
}

LOSSBOOK_INLINE void fetch_to_write(void* numbers, std::size_t bytes) {
    char* first = static_cast<char*>(numbers) + ahead;
#pragma GCC unroll 8
    for (std::size_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(first + byte, 1);
}

// Converts into the buffer, and fills it with the first number: a formula then sees nothing that was
// not among the samples.
template <class T>
[[gnu::noinline]] const T* convert_piece(const Column& column, std::size_t start, std::size_t count,
                                         T* buffer) {
    if (column.axes == 1 && column.stride > 0 && column.stride <= 64)
        fetch(column.data + start * std::size_t(column.stride), std::size_t(column.stride) * count);
    convert_column(column, start, count, buffer);
    for (std::size_t i = count; i < piece_length; ++i) buffer[i] = buffer[0];
    return buffer;
}

template <class T>
const T* read_piece(const Column& column, std::size_t start, std::size_t count, T* buffer) {
    if (!is_contiguous<T>(column) || count < piece_length)
        return convert_piece(column, start, count, buffer);
    const T* numbers = numbers_at<T>(column, start);
    fetch(numbers, piece_length * sizeof(T));
    return numbers;
}

// Past the caches, in parts of 16 bytes: the alignment that NumPy's arrays have. Such stores are
// ordered by a fence alone; the driver sets one before a thread is done.
template <class T> LOSSBOOK_INLINE void store_past_caches(T* to, const T* from) {
#if defined(__AVX__)
    for (std::size_t i = 0; i < piece_length; i += 16 / sizeof(T))
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                         _mm_load_si128(reinterpret_cast<const __m128i*>(from + i)));
#else
    std::memcpy(to, from, piece_length * sizeof(T));
#endif
}

// Where a formula finds a piece's numbers and leaves its results.
template <class T> struct Piece {
    const T *y, *p;
    T *value, *gradient, *hessian;
    const double* weights;
    std::size_t count;
    bool is_direct; // straight from the arguments to the outputs

    // A whole piece that needs no conversion, weights or detour.
    LOSSBOOK_INLINE void point_at(const PointwiseJob<T>& job, std::size_t start,
                                  PieceBuffers<T>& buffers) {
        is_direct = true;
        y = numbers_at<T>(job.y, start);
        p = numbers_at<T>(job.p, start);
        fetch(y, piece_length * sizeof(T));
        fetch(p, piece_length * sizeof(T));
        value = target(job.value, start, buffers.value);
        gradient = target(job.gradient, start, buffers.gradient);
        hessian = target(job.hessian, start, buffers.hessian);
    }

    [[gnu::noinline]] void prepare(const PointwiseJob<T>& job, std::size_t start,
                                   std::size_t remaining, PieceBuffers<T>& buffers) {
        is_direct = false;
        count = remaining < piece_length ? remaining : piece_length;
        y = read_piece(job.y, start, count, buffers.y);
        p = read_piece(job.p, start, count, buffers.p);
        weights = job.weight ? read_piece(job.weight, start, count, buffers.weights) : nullptr;
        value = buffers.value;
        gradient = buffers.gradient;
        hessian = buffers.hessian;
    }

    [[gnu::noinline]] void deliver(const PointwiseJob<T>& job, std::size_t start) const {
        store(job, job.value, start, value, 1.0);
        store(job, job.gradient, start, gradient, job.scale);
        store(job, job.hessian, start, hessian, job.scale);
    }

  private:
    LOSSBOOK_INLINE static T* target(T* output, std::size_t start, T* buffer) {
        if (output == nullptr) return buffer;
        fetch_to_write(output + start, piece_length * sizeof(T));
        return output + start;
    }

    void store(const PointwiseJob<T>& job, T* output, std::size_t start, T* from,
               double scale) const {
        if (output == nullptr) return;
        T* to = output + start;
        const bool past_caches = job.past_caches && count == piece_length &&
                                 reinterpret_cast<std::uintptr_t>(to) % 16 == 0;
        T* weighed = past_caches ? from : to;
        if (weights != nullptr) weigh(from, weights, scale, count, weighed);
        else if (!past_caches) std::memcpy(to, from, count * sizeof(T));
        if (past_caches) store_past_caches(to, from);
    }
};

template <class T> bool all_pieces_direct(const PointwiseJob<T>& job) {
    return is_contiguous<T>(job.y) && is_contiguous<T>(job.p) && !job.weight && !job.past_caches;
}

// The sum of a block's pieces, in lanes.
template <class T> class PieceSums {
  public:
    LOSSBOOK_INLINE void add(const Piece<T>& piece) {
        if (piece.is_direct) add_terms(Values<T>{piece.value});
        else add_prepared(piece);
    }

    Twofold total() {
        double sums[lanes], lost[lanes];
        store_vector(sums, sums_);
        store_vector(lost, lost_);
        return combine<lanes / 2>(sums, lost);
    }

  private:
    static constexpr std::size_t width = vector_width<double>, parts = lanes / width;

    [[gnu::noinline]] void add_prepared(const Piece<T>& piece) {
        for (std::size_t i = piece.count; i < piece_length; ++i) piece.value[i] = 0;
        if (piece.weights == nullptr) add_terms(Values<T>{piece.value});
        else add_terms(WeighedValues<T>{piece.value, piece.weights});
    }

    template <class Terms> LOSSBOOK_INLINE void add_terms(const Terms& terms) {
#pragma GCC unroll 1
        for (std::size_t start = 0; start < piece_length; start += lanes)
#pragma GCC unroll 8
            for (std::size_t part = 0; part < parts; ++part) {
                const Vector<double> x = terms.vector(start + part * width);
                if constexpr (sizeof(T) == 4) sums_[part] += x;
                else lossbook::LOSSBOOK_ISA::add(sums_[part], lost_[part], x);
            }
    }

    Vector<double> sums_[parts] = {}, lost_[parts] = {};
};

// What no formula changes is compiled once (in instruction_set.cpp), not with every kernel: it would
// take two thirds of the time.
extern template struct Piece<float>;
extern template struct Piece<double>;

} // namespace lossbook::LOSSBOOK_ISA
