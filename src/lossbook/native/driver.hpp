// One call's work: walk the blocks, convert, evaluate, weigh, sum, in as many threads as it is worth.
#pragma once

#include <cstddef>

#include "kernels.hpp"

namespace lossbook {

enum class Reduction { mean, sum, none };

struct Outputs {
    void* value = nullptr; // null where the value is reduced or not wanted
    void* gradient = nullptr;
    void* hessian = nullptr;
    bool in_callers_memory = false; // then nothing may be written before all input is checked
};

struct Work {
    const InstructionSet* instructions;
    unsigned want;
    Reduction reduction;
    std::size_t samples;
    Column y, p, weight; // weight may be absent
    Outputs outputs;
};

struct PointwiseWork : Work {
    const PointwiseKernel* kernel;
    const double* parameters;
};

struct RowWork : Work {
    const RowKernel* kernel;
    std::size_t classes;
    bool target_rows; // y holds rows of probabilities rather than class indices
    double row_sum_tolerance;
};

// True and the reduced value, or false: some label, prediction or weight breaks a rule.
struct Outcome {
    bool valid;
    double value;
};

template <class T> Outcome run_pointwise(const PointwiseWork& work);
template <class T> Outcome run_rows(const RowWork& work);

void set_thread_count(unsigned count);
unsigned thread_count();

} // namespace lossbook
