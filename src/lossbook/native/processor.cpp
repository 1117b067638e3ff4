#include "processor.hpp"

#include <cstring>

namespace lossbook {

#if defined(LOSSBOOK_X86_64)

namespace v3 {
extern const InstructionSet instruction_set;
}
namespace v4 {
extern const InstructionSet instruction_set;
}

// The features of the levels of the x86-64 psABI that the kernels' code can contain.
static bool runs_v3() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool runs_v4() {
    return runs_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

const InstructionSet* best_instruction_set() {
    if (runs_v4()) return &v4::instruction_set;
    return runs_v3() ? &v3::instruction_set : nullptr;
}

const InstructionSet* find_instruction_set(const char* name) {
    if (std::strcmp(name, "v4") == 0 && runs_v4()) return &v4::instruction_set;
    if (std::strcmp(name, "v3") == 0 && runs_v3()) return &v3::instruction_set;
    return nullptr;
}

#elif defined(LOSSBOOK_BASELINE)

namespace baseline {
extern const InstructionSet instruction_set;
}

const InstructionSet* best_instruction_set() { return &baseline::instruction_set; }

const InstructionSet* find_instruction_set(const char* name) {
    return std::strcmp(name, "baseline") == 0 ? &baseline::instruction_set : nullptr;
}

#else

const InstructionSet* best_instruction_set() { return nullptr; }
const InstructionSet* find_instruction_set(const char*) { return nullptr; }

#endif

} // namespace lossbook
