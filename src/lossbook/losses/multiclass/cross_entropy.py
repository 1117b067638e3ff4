from __future__ import annotations

import math
from typing import Any

import numpy as np

from lossbook.domains import REALS, Columns, Domain, Interval
from lossbook.engine.libraries import HOME
from lossbook.errors import InputError
from lossbook.facts import Accuracy, Example, Facts
from lossbook.families.composed import Added, ComposedLoss, OfLabels, OfScores, RowFormulas
from lossbook.families.scores import CLASSES
from lossbook.families.softmax import (
    CrossEntropyOfScores,
    CrossEntropyOfShares,
    SoftCapped,
    SquaredLogSum,
    Tempered,
)
from lossbook.functionals import Functional, Mean
from lossbook.links import IDENTITY, SOFTMAX, Link
from lossbook.maths.namespace import Term
from lossbook.parameters import (
    between,
    is_set,
    nonnegative,
    nonnegative_numbers,
    option,
    optional_positive,
    optional_whole,
    positive,
    switch,
)
from lossbook.rosetta import Counterpart

_LOGITS = {"from_logits": True}
_NORMALISED = "gradients are larger by 1 in all entries, as the sum is differentiated too"
_DOUBLED = "twice as large, floored at 1e-16"
_PREDICTED = Interval(0, 1, hint="pass from_logits=True if these are raw scores")
_OF_SCORES = ("temperature", "z_loss", "soft_cap")


class CrossEntropy(ComposedLoss):
    r"""Cross entropy over K classes: minus the log-likelihood of a categorical label.

    .. math:: \ell(y, p) = -\sum_j y_j \log p_j, \qquad p = \mathrm{softmax}(z) \text{ from logits}

    ``y_true`` holds class indices, or one-hot or probability rows. Limits are limits: a predicted
    probability of 0 for a class that occurs gives an infinite loss, and nothing is clipped.

    With options, which may be combined, and whose derivatives are those of the composition:

    .. math:: \ell(y, z) = -\sum_j w_j \left((1 - \epsilon) y_j + \tfrac{\epsilon}{K}\right)
              \log \mathrm{softmax}(s)_j + \lambda \Bigl(\log \sum_j e^{s_j}\Bigr)^2,
              \qquad s_j = \frac{c \tanh(z_j / c)}{T}

    Class weights are part of the loss, not weights of samples: the mean divides by the number of
    samples (or the sum of ``sample_weight``) as for every loss. PyTorch divides the sum by the
    weights of the targets' classes; that mean is ``loss(y, z, reduction="sum")`` over
    ``loss.class_weights_of(y).sum()``. The z-loss is not class-weighted.

    Parameters
    ----------
    from_logits : bool
        Whether ``y_pred`` holds raw scores z rather than probabilities p.
    class_weight : tuple of float, optional
        w, one number per class.
    label_smoothing : float
        epsilon, the share of each label that is spread evenly over all classes.
    ignore_index : int, optional
        Samples with this class index count for nothing, as if they were not there.
    temperature : float
        T, what scores are divided by.
    z_loss : float
        lambda, the coefficient of the squared logarithm of the softmax's sum.
    soft_cap : float, optional
        c, which no score exceeds in size.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.CrossEntropy(from_logits=True)
    >>> loss([1], [[1.0, 2.0, 2.0]])
    0.8619948040582511
    >>> loss([0], [[50.0, 0.0, 0.0]])
    3.8574996959278356e-22
    >>> lossbook.CrossEntropy(from_logits=True, ignore_index=-100)([1, -100], [[1.0, 2.0, 2.0]] * 2)
    0.8619948040582511
    """

    from_logits: bool = switch(False)
    class_weight: tuple[float, ...] | None = option(nonnegative_numbers())
    label_smoothing: float = option(between(0, 1, 0.0))
    ignore_index: int | None = option(optional_whole())
    temperature: float = option(positive(1.0))
    z_loss: float = option(nonnegative(0.0))
    soft_cap: float | None = option(optional_positive())

    kind = "multiclass"
    aliases = {
        "categorical_crossentropy": {},
        "sparse_categorical_crossentropy": {},
        "multiclass_log_loss": {},
        "softmax": {"from_logits": True},
        "softmax_cross_entropy": {"from_logits": True},
    }
    counterparts = (
        Counterpart(
            "torch",
            "torch.nn.CrossEntropyLoss",
            _LOGITS,
            labels="the index -100 is ignored: ignore_index=-100",
            note="with class weights its mean divides by the weights of the targets",
        ),
        Counterpart(
            "keras",
            "CategoricalCrossentropy",
            labels="one-hot or probability rows",
            clipping="probabilities are divided by their sum, then held to [1e-7, 1 - 1e-7]",
            note=_NORMALISED,
        ),
        Counterpart(
            "keras",
            "SparseCategoricalCrossentropy",
            labels="class indices",
            clipping="probabilities are divided by their sum, then held to [1e-7, 1 - 1e-7]",
            note=_NORMALISED,
        ),
        Counterpart(
            "optax", "softmax_cross_entropy", _LOGITS, labels="one-hot or probability rows"
        ),
        Counterpart(
            "optax", "softmax_cross_entropy_with_integer_labels", _LOGITS, labels="class indices"
        ),
        Counterpart("sklearn", "HalfMultinomialLoss", _LOGITS, labels="class indices"),
        Counterpart("xgboost", "multi:softmax", _LOGITS, hessian=_DOUBLED, labels="class indices"),
        Counterpart("xgboost", "multi:softprob", _LOGITS, hessian=_DOUBLED, labels="class indices"),
        Counterpart(
            "lightgbm",
            "multiclass",
            _LOGITS,
            hessian="K / (K - 1) times as large",
            labels="class indices",
        ),
        Counterpart(
            "catboost",
            "MultiClass",
            _LOGITS,
            hessian="the whole matrix of each row, where others take its diagonal",
            labels="class indices",
        ),
    )
    references = (
        "Bridle, Probabilistic Interpretation of Feedforward Classification (1990)",
        "Szegedy et al., Rethinking the Inception Architecture, CVPR (2016), section 7",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in _OF_SCORES:
            if not self.from_logits and self._sets(name):
                raise InputError(
                    f"CrossEntropy: {name} changes raw scores, and y_pred holds probabilities: "
                    "pass from_logits=True with scores, or leave it out.",
                    argument=name,
                )

    @property
    def example(self) -> Example:
        count = self.columns.count
        if count is not None:
            scores = [[float(k) if self.from_logits else 1 / count for k in range(count)]]
            return Example(y_true=[1], y_pred=scores)
        if self.from_logits:
            return Example(y_true=[1], y_pred=[[1.0, 2.0, 2.0]])
        return Example(y_true=[1, 0], y_pred=[[0.2, 0.4, 0.4], [0.7, 0.2, 0.1]])

    @property
    def accuracy(self) -> Accuracy:  # type: ignore[override]
        # Weights, 1 / temperature and log-sum-exp multiply probabilities, which may be subnormal.
        scaled = bool(self._maps) or self.z_loss != 0 or self.class_weight is not None
        return Accuracy(value=4, gradient=4, hessian=4, underflow=2**24 if scaled else 1)

    @property
    def compensated(self) -> bool:
        # The chain rule multiplies by the square of a slope that is a quotient itself.
        return self.soft_cap is not None

    @property
    def thorough(self) -> bool:
        # A score at its cap has a slope of exp(-2 |z| / c): one error more for each order.
        return self.soft_cap is not None

    @property
    def columns(self) -> Columns:
        if self.class_weight is None:
            return CLASSES
        return Columns("classes, as in class_weight", len(self.class_weight))

    @property
    def prediction_domain(self) -> Domain:
        return REALS if self.from_logits else _PREDICTED

    @property
    def prediction_symbol(self) -> str:
        return "z" if self.from_logits else "p"

    @property
    def link(self) -> Link:
        return SOFTMAX if self.from_logits else IDENTITY

    @property
    def facts(self) -> Facts:
        if self.soft_cap is not None:
            # Bounds would depend on the number of classes, in no closed form.
            unknown = math.nan
            return Facts(
                convex=False,
                unimodal=False,
                lipschitz=unknown,
                smoothness=unknown,
                minimum=unknown,
                supremum=unknown,
            )
        if self.z_loss > 0:
            return Facts(convex=False, unimodal=None, minimum=self._least)
        if not self.from_logits:
            strictly = self.label_smoothing > 0 and min(self.class_weight or (1.0,)) > 0
            return Facts(
                convex=True,
                strictly_convex=strictly,
                strong_convexity=math.nan if strictly else 0.0,
                minimum=self._least,
            )
        weights, smoothing = self.class_weight or (1.0,), self.label_smoothing
        heaviest = (1 - smoothing) * max(weights) + smoothing * sum(weights) / len(weights)
        steepest = math.sqrt(2) * heaviest / self.temperature
        return Facts(
            convex=True,
            # A smoothed label's depends on the number of classes, whose limit is out of reach.
            lipschitz=steepest if smoothing == 0 else math.nan,
            smoothness=heaviest / (2 * self.temperature**2),
            minimum=self._least,
        )

    @property
    def _least(self) -> float:
        """The value where the prediction is the smoothed label, of the fewest classes."""
        weights = self.class_weight or (1.0, 1.0)
        rows = (self._relabel(HOME, row) for row in np.eye(len(weights)))
        return min(
            float(np.sum(row * np.log(row.sum() / np.where(row > 0, row, 1)))) for row in rows
        )

    @property
    def functional(self) -> Functional | None:
        return Mean() if self.soft_cap is None else None

    def constant_from(self, value: Any) -> Any:
        share = self._relabel(HOME, np.asarray(value, dtype=float))
        share = share / share.sum()
        if not self.from_logits:
            return share
        with np.errstate(divide="ignore"):
            scores = np.log(share)
        # The z-loss asks for scores whose exponentials sum to 1; else the largest is put at 0.
        return self.temperature * (scores if self.z_loss > 0 else scores - scores.max())

    def predicted(self, m: Any, raw: Term) -> Term:
        if not self.from_logits:
            return super().predicted(m, raw)
        for seen in self._maps:
            raw = seen.value(m, raw)
        return m.softmax(raw)

    def class_weights_of(self, y_true: Any) -> Any:
        """Each label's class weight, 0 for an ignored one; PyTorch's mean divides by their sum.

        >>> import lossbook
        >>> lossbook.CrossEntropy(class_weight=(1, 3)).class_weights_of([0, 1, 1])
        array([1., 3., 3.])
        """
        labels = np.asarray(y_true)
        kept = labels != self.ignore_index
        if self.class_weight is None:
            return np.where(kept, 1.0, 0.0)
        weights = np.asarray(self.class_weight)[np.where(kept, labels, 0).astype(int)]
        return np.where(kept, weights, 0.0)

    @property
    def formulas(self) -> RowFormulas:
        rows: RowFormulas = CrossEntropyOfScores() if self.from_logits else CrossEntropyOfShares()
        if self._sets("class_weight") or self._sets("label_smoothing"):
            rows = OfLabels(rows, self._relabel)
        if self._sets("z_loss"):
            rows = Added(rows, SquaredLogSum(self.z_loss))
        for seen in reversed(self._maps):
            rows = OfScores(rows, seen)
        return rows

    def derived(self, page: Any) -> None:
        options = ("class_weight", "label_smoothing", *_OF_SCORES)
        if not any(map(self._sets, options)):
            (_derived_by_scores if self.from_logits else _derived_by_shares)(page)

    def _sets(self, option: str) -> bool:
        return is_set(type(self).__dataclass_fields__[option], getattr(self, option))

    @property
    def _maps(self) -> list[Any]:
        """What scores go through, in this order."""
        capped = [] if self.soft_cap is None else [SoftCapped(self.soft_cap)]
        return [*capped, Tempered(self.temperature)] if self._sets("temperature") else capped

    def _relabel(self, m: Any, y: Term) -> Term:
        """The label smoothed, then weighted."""
        if self._sets("label_smoothing"):
            y = m.blend(y, m.mass(y) / y.shape[-1], self.label_smoothing)
        return y if self.class_weight is None else m.row(self.class_weight) * y


def _likelihood(page: Any, p_k: Any) -> Any:
    y_k, log, likelihood = page.summed(page.label), page.m.log, page.letter("P")
    logarithm = page.total(y_k * log(p_k))
    value = page.part("Value: minus the log-likelihood of a categorical label", log(likelihood), 0)
    value.line(logarithm, "P is the product of all pₖ to the powers yₖ: p of the class that occurs")
    value.done(lambda e: -e, page.loss, -logarithm, "minus: the likelier the label, the lower")
    return value


def _derived_by_shares(page: Any) -> None:
    y, p = page.label, page.prediction
    y_k, p_k, p_i = page.summed(y), page.summed(p), page.other(p)
    _likelihood(page, p_k)
    gradient = page.gradient().line(page.slope(-page.total(y_k * page.m.log(p_k))))
    gradient.line(
        -page.total(y_k * page.delta(p_k, p) / p_k), "(log u)′ = u′ / u, and ∂pₖ/∂pⱼ = δⱼₖ"
    )
    gradient.line(-y / p, "of the sum, the term is left where δ is 1")
    gradient.after = "It is -1 / p for the class that occurs, and 0 for all others."
    hessian = page.hessian(by=p_i).line(page.slope(-y / p, p_i))
    hessian.line(y * page.delta(p_i, p) / p**2, "(-1 / u)′ = u′ / u²; classes do not meet")


def _derived_by_scores(page: Any) -> None:
    y, z, m = page.label, page.prediction, page.m
    y_k, z_k, z_i = page.summed(y), page.summed(z), page.other(z)
    p, p_k, p_i = m.softmax(z), m.softmax(z_k), m.softmax(z_i)
    whole = page.total(m.exp(z_k))
    page.define(p, m.exp(z) / whole)
    value = _likelihood(page, p_k)
    value.line(m.log(whole) - page.total(y_k * z_k), "log pₖ = zₖ - log Σ e^z, and Σₖ yₖ = 1")
    top = page.largest(z)
    value.line(
        top + m.log(page.total(m.exp(z_k - top))) - page.total(y_k * z_k),
        "log-sum-exp: e^(max z) taken out of the sum, so that nothing overflows",
    )
    jacobian = page.part("How softmax moves", page.slope(p, z_i))
    jacobian.line(page.slope(m.exp(z) / whole, z_i), "written out")
    jacobian.line(
        (page.delta(z_i, z) * m.exp(z) * whole - m.exp(z) * m.exp(z_i)) / whole**2, "quotient rule"
    ).line(page.delta(z_i, z) * p - p * p_i, "each quotient is a probability")
    jacobian.line(p * (page.delta(z_i, z) - p_i), "factored")
    gradient = page.gradient().line(page.slope(-page.total(y_k * m.log(p_k))))
    gradient.line(-page.total(y_k / p_k * page.slope(p_k)), "chain rule, as (log u)′ = 1 / u")
    gradient.line(-page.total(y_k * (page.delta(z_k, z) - p)), "softmax as above; pₖ cancels")
    gradient.line(p * page.total(y_k) - y, "of the sum with δ, the term is left where δ is 1")
    gradient.line(p - y, "the shares of a label add up to 1")
    gradient.after = (
        "The class that occurs is pushed up by 1 - p, each other one down by its probability: the "
        "pushes add up to 0."
    )
    hessian = page.hessian(by=z_i).line(page.slope(p - y, z_i))
    hessian.line(p * (page.delta(z_i, z) - p_i), "softmax as above: the label is gone")
