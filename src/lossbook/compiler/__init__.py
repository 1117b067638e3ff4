"""A user's own loss compiled on the spot, for the processor at hand.

The formulas are traced as for the package's own kernels and written down as LLVM instructions on
vectors, which llvmlite, the compiler inside numba, turns into machine code: some 20 ms per
combination of outputs and types, when it is first met. Not numba itself: of its own it has neither
vectors of exp and log nor fused multiply-adds, and takes a second to compile what is here.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from lossbook.errors import InputError, InputTypeError

if TYPE_CHECKING:
    from lossbook.loss import Loss


def compile(loss: Loss) -> Loss:  # noqa: A001, what lossbook.compile is called
    """The same loss with compiled formulas: for a loss of one's own, which has no kernel yet.

    It has the same calls, arguments, checks and errors, and on NumPy arrays the speed of the
    package's own losses. As there, float32 is computed in float32, and its functions are right to
    the last bits. Arrays of other libraries are evaluated as before. The formulas are read now;
    code is made when a combination of types and outputs is first met, and kept for the process.

    Parameters
    ----------
    loss : Loss
        Any loss but one of rows; one that has a kernel is returned as it is.

    Returns
    -------
    Loss
        Equal to ``loss``; it can be copied and pickled, and is compiled anew where it arrives.

    Raises
    ------
    MissingDependencyError
        llvmlite is not installed: ``pip install 'lossbook[numba]'``.
    InputError
        The loss is one of rows, or its formulas use more than operators and
        functions of ``m``.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.SquaredError()  # or one of your own
    >>> fast = lossbook.compile(loss)
    >>> fast == loss
    True
    >>> fast.value_and_gradient([3, -1], [2.5, -2])
    (0.625, array([-0.5, -1. ]))
    """
    from lossbook.loss import Loss as AnyLoss

    given: object = loss
    if not isinstance(given, AnyLoss):
        hint = ": make one by calling the class" if isinstance(loss, type) else ""
        raise InputTypeError(f"loss must be a loss, got {loss!r}{hint}.")
    if loss._kernel is not None:
        return loss
    if loss.is_row:
        raise InputError(
            f"{type(loss).__name__} is a loss of rows, which are not compiled: use it as it is.",
            argument="loss",
        )
    from lossbook.compiler.kernel import Kernel
    from lossbook.compiler.machine import check_installed

    check_installed()
    compiled = dataclasses.replace(loss)  # type: ignore[type-var]
    compiled.__dict__.update(_kernel=Kernel(compiled), _made_by=compile)
    return compiled
