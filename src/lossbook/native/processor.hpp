// Which of the compiled instruction sets this processor can run.
#pragma once

#include "kernels.hpp"

namespace lossbook {

// The widest one; null where none fits, and the array path serves.
const InstructionSet* best_instruction_set();

// The one of this name, for tests that compare them; null where it is not compiled or not runnable.
const InstructionSet* find_instruction_set(const char* name);

} // namespace lossbook
