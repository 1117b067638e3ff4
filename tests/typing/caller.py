"""What a type checker tells a caller about the installed package; checked by ``nox -s types``."""

from typing import assert_type

from matplotlib.axes import Axes

import lossbook as lb
from lossbook import _native

assert_type(lb.Quantile(tau=0.9), lb.Quantile)
assert_type(lb.Quantile().tau, float)
assert_type(lb.BinaryCrossEntropy(from_logits=True).from_logits, bool)
assert_type(lb.get("mse"), lb.Loss)
assert_type(lb.catalogue(), tuple[type[lb.Loss], ...])
assert_type(lb.SquaredError().facts.convex, bool)
assert_type(lb.check(lb.SquaredError()).ok, bool)
assert_type(lb.get_num_threads(), int)
assert_type(_native.instruction_set(), str)
assert_type(lb.SquaredError().plot(), Axes)
assert_type(lb.plot_losses([lb.Hinge()], output="gradient"), Axes)
