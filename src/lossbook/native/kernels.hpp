// What the driver sees of a kernel: plain function pointers, the same for every instruction set.
//
// Code that is compiled for an instruction set must not share inline functions with the rest of the
// module: the linker keeps one copy of each, and it may be the one that the processor cannot run.
// So these files include no standard containers, and everything they define is in a namespace
// named after the instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef LOSSBOOK_ISA
#define LOSSBOOK_ISA baseline
#endif

namespace lossbook {

// Bits of `want`, in the order in which results are returned.
inline constexpr unsigned value_bit = 1, gradient_bit = 2, hessian_bit = 4;

// Samples per block: y, prediction, weight and three outputs in double take 48 KiB at most, the
// first-level cache of current processors. Sums are combined per block, so this number is part of
// the result's last bits and must not depend on the machine.
inline constexpr std::size_t block_length = 1024;

// A twofold number: the sum and what rounding has taken from it so far.
struct Twofold {
    double sum = 0, lost = 0;
};

enum class Element : std::uint8_t { f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, boolean, none };

template <class T> inline constexpr Element element_of = sizeof(T) == 4 ? Element::f32 : Element::f64;

// Axes that a column may have; arrays with more are copied first.
inline constexpr int most_axes = 8;

// A column of numbers of any real type; kernels convert it piece by piece.
struct Column {
    const char* data = nullptr;
    std::ptrdiff_t stride = 0; // bytes from one sample to the next, if there is one axis
    Element element = Element::none;
    int axes = 1;
    const std::ptrdiff_t* shape = nullptr;   // of several axes, in C order
    const std::ptrdiff_t* strides = nullptr; // in bytes

    explicit operator bool() const { return data != nullptr; }
};

// One call on a pointwise loss. The gradient and Hessian are multiplied by `scale`, and everything
// by the weights. An output may be an input's own memory.
template <class T> struct PointwiseJob {
    Column y, p, weight;                // the weight may be absent
    T *value, *gradient, *hessian;      // null: not wanted, or the value where only its sum is
    const double* parameters;
    double scale;
    bool past_caches; // outputs larger than the caches gain from not being read before they are written
};

struct PointwiseOutcome {
    bool outside; // some label or prediction breaks the formula's rules
    Twofold sum;  // of the weighted values, where they are wanted
};

template <class T>
using PointwiseBlock = PointwiseOutcome (*)(const PointwiseJob<T>& job, std::size_t start,
                                            std::size_t count);

template <class T> struct PointwiseFunctions {
    PointwiseBlock<T> block[8];  // by `want`
    // Whether some label or prediction breaks a rule; null: there is none.
    bool (*outside)(const PointwiseJob<T>& job, std::size_t start, std::size_t count);
};

struct PointwiseKernel {
    const char* name;
    int parameters;
    PointwiseFunctions<float> f32;
    PointwiseFunctions<double> f64;

    template <class T> const PointwiseFunctions<T>& functions() const {
        if constexpr (sizeof(T) == 4) return f32; else return f64;
    }
};

// One row of class scores. Either `label` is the target class (-1: missing) or `rows` holds the
// target probabilities. The gradient and Hessian are multiplied by `scale`; `scratch` has room for
// `classes` numbers, so that outputs may be the inputs themselves.
template <class T> struct Row {
    const T* scores;
    const T* target;
    std::int64_t label;
    std::size_t classes;
    T scale;
    T* gradient;
    T* hessian;
    T* scratch;
};

template <class T> using RowFunction = T (*)(const Row<T>& row);

// Up to `tile_rows` rows at once, so that what is done once per row is done in a vector's lanes. Up to
// `tile_classes` classes there is room for all of a tile's numbers, one row per lane.
inline constexpr std::size_t tile_rows = 16, tile_classes = 128;

template <class T> struct RowTile {
    const T* scores;      // `rows` rows of `classes` numbers, one after another
    const double* label;  // NaN: missing
    const T* target;      // null, or rows of probabilities instead of labels
    const double* weight; // null: all 1
    double scale;
    std::size_t rows, classes;
    T* value;
    T* gradient;
    T* hessian;
    bool stream;          // the gradient is alone, not the scores' memory, and best kept out of caches
};

template <class T> struct RowFunctions {
    RowFunction<T> index;
    RowFunction<T> target;
    // Labels for any number of classes, targets for up to tile_classes. Null: row by row.
    void (*tile)(const RowTile<T>& tile);
    bool (*outside)(const T* scores, std::size_t classes);  // null: nothing to check
    // Target rows: numbers from 0 to 1 that sum to 1.
    bool (*targets_are_valid)(const T* targets, std::size_t rows, std::size_t classes,
                              double tolerance);
};

struct RowKernel {
    const char* name;
    RowFunctions<float> f32;
    RowFunctions<double> f64;

    template <class T> const RowFunctions<T>& functions() const {
        if constexpr (sizeof(T) == 4) return f32; else return f64;
    }
};

template <class T> struct BlockFunctions {
    // Converts `count` elements of any real type, `stride` bytes apart.
    void (*convert)(Element from, const char* base, std::ptrdiff_t stride, std::size_t count, T* to);
    // to[i] = values[i] * weights[i] * scale, where a weight of 0 gives 0 whatever the value is.
    void (*weigh)(const T* values, const double* weights, double scale, std::size_t count, T* to);
    // The sum over a block, weighted unless `weights` is null.
    Twofold (*sum)(const T* values, const double* weights, std::size_t count);
    // The weights' sum; not a finite number where one of them is not, or is negative.
    Twofold (*sum_weights)(const Column& weights, std::size_t start, std::size_t count);
};

struct InstructionSet {
    const char* name;
    const PointwiseKernel* const* pointwise;  // ends with null
    const RowKernel* const* rows;             // ends with null
    BlockFunctions<float> f32;
    BlockFunctions<double> f64;
    // Whole numbers from 0 to classes - 1, or NaN.
    bool (*labels_are_valid)(const double* labels, std::size_t count, double classes);

    template <class T> const BlockFunctions<T>& functions() const {
        if constexpr (sizeof(T) == 4) return f32; else return f64;
    }
};

} // namespace lossbook
