// All that is compiled once per instruction set, behind one table.
#include "blocks.hpp"
#include "pieces.hpp"
#include "rows.hpp"

#define LOSSBOOK_TEXT_(x) #x
#define LOSSBOOK_TEXT(x) LOSSBOOK_TEXT_(x)

namespace lossbook::LOSSBOOK_ISA {

template struct Piece<float>;
template struct Piece<double>;

extern const PointwiseKernel* const pointwise_kernels[];

extern const InstructionSet instruction_set;
const InstructionSet instruction_set{LOSSBOOK_TEXT(LOSSBOOK_ISA),
                                     pointwise_kernels,
                                     row_kernels,
                                     block_functions<float>(),
                                     block_functions<double>(),
                                     labels_are_valid};

} // namespace lossbook::LOSSBOOK_ISA
