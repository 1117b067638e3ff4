"""The facts that a loss states, each held against what the loss does."""

from lossbook.checks.facts import class_facts, curvature_facts, slope_facts, value_facts

__all__ = ["class_facts", "curvature_facts", "slope_facts", "value_facts"]
