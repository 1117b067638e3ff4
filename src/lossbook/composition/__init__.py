"""Losses made of losses: multiples and sums, class weights, shifted predictions.

They are losses with all calls, but no entries of the registry: what they are is told by their
parts.
"""

from lossbook.composition.combination import add, scale
from lossbook.composition.offset import shift
from lossbook.composition.weighted import weigh_classes

__all__ = ["add", "scale", "shift", "weigh_classes"]
