"""Losses that are broken on purpose, each in one way, with the law that must notice.

They are copies of right losses with one mistake, most of them made by somebody once: a sign, a
factor, a Hessian that cancels, a comparison that swallows NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook import registry
from lossbook.domains import Interval
from lossbook.functionals import Mean, Quantile
from lossbook.losses.binary.binary_cross_entropy import BinaryCrossEntropy
from lossbook.losses.binary.hinge import Hinge
from lossbook.losses.binary.zero_one import ZeroOne
from lossbook.losses.counts.gamma import Gamma
from lossbook.losses.counts.poisson import Poisson
from lossbook.losses.multiclass.cross_entropy import CrossEntropy
from lossbook.losses.multiclass.focal import Focal
from lossbook.losses.multiclass.sparsemax import Sparsemax
from lossbook.losses.regression.quantile import Quantile as QuantileLoss
from lossbook.losses.regression.squared_error import SquaredError


@dataclass(frozen=True)
class Broken:
    """A broken loss and the name of the law that rejects it."""

    loss: lb.Loss
    law: str


def broken_losses() -> list[Broken]:
    """All of them; the registry forgets them at once."""
    losses = [
        *_wrong_calculus(),
        *_wrong_facts(),
        *_wrong_duals(),
        *_wrong_numbers(),
        *_wrong_rows(),
    ]
    for broken in losses:
        registry.unregister(type(broken.loss))
    return losses


def _variant(base: type[lb.Loss], name: str, law: str, /, **body: Any) -> Broken:
    switches = body.pop("switches", {})
    cls = type(
        name, (base,), {"aliases": {}, "__doc__": f"{name}.", "__module__": __name__, **body}
    )
    return Broken(cls(**switches), law)


def _method(function: Callable[..., Any]) -> Any:
    return lambda _self, m, *arguments: function(m, *arguments)


LOGITS = {"switches": {"from_logits": True}}
SLOPE = "the_gradient_is_the_slope_of_the_textbook_value"
CURVE = "the_hessian_is_the_slope_of_the_gradient"
SYMBOLIC = "sympy_differentiates_to_the_same"


def _wrong_calculus() -> list[Broken]:
    return [
        _variant(SquaredError, "WrongSign", SLOPE, deriv=_method(lambda _m, r: -2 * r)),
        _variant(SquaredError, "FactorTwo", SLOPE, deriv=_method(lambda _m, r: r)),
        _variant(SquaredError, "FactorTwoOnPaper", SYMBOLIC, deriv=_method(lambda _m, r: r)),
        _variant(SquaredError, "HalfTheCurve", CURVE, deriv2=_method(lambda _m, _r: 1)),
        _variant(SquaredError, "HalfTheValue", SLOPE, value=_method(lambda _m, r: r * r / 2)),
        _variant(
            QuantileLoss,
            "NotebookQuantile",
            SLOPE,
            deriv=lambda self, m, r: m.where(r > 0, self.tau - 1, -self.tau),
        ),
        _variant(
            BinaryCrossEntropy,
            "OtherTextbook",
            "the_value_is_the_textbook_s",
            textbook=_method(lambda m, _y, p: m.softplus(p)),
            **LOGITS,
        ),
        _variant(
            BinaryCrossEntropy,
            "CurveOfTheValueNotOfTheSlope",
            SYMBOLIC,
            deriv2=_method(lambda m, _y, z: m.sigmoid(z) * m.sigmoid(z)),
            **LOGITS,
        ),
    ]


def _facts(**stated: Any) -> Any:
    return property(lambda _self: lb.Facts(**{"convex": True, **stated}))


def _functional(functional: Any) -> Any:
    return property(lambda _self: functional)


def _wrong_facts() -> list[Broken]:
    lipschitz = "the_lipschitz_constant_is_the_largest_slope"
    smooth = "the_smoothness_constant_is_the_largest_curvature"
    kinks = "the_slope_jumps_at_the_kinks_and_nowhere_else"
    expected = "the_expected_curvature_is_the_mean_hessian_where_it_is_best"
    above = "bounds_and_secants_lie_above_the_loss"
    positive = "only_the_exact_curvature_may_be_negative"
    best = "no_constant_beats_the_optimal_one"
    return [
        _variant(Hinge, "TooSteep", lipschitz, facts=_facts(lipschitz=0.5, kinks=(1.0,))),
        _variant(Hinge, "NotTight", lipschitz, facts=_facts(lipschitz=2, kinks=(1.0,))),
        _variant(SquaredError, "NeverSteep", lipschitz, facts=_facts(lipschitz=1e5, smoothness=2)),
        _variant(Hinge, "Unbounded", lipschitz, facts=_facts(kinks=(1.0,))),
        _variant(SquaredError, "TooFlat", smooth, facts=_facts(smoothness=1)),
        _variant(Gamma, "MeanTwice", expected, inverse_link=lambda _self, raw: 2 * np.exp(raw)),
        _variant(SquaredError, "FlatBound", above, facts=_facts(smoothness=1)),
        _variant(SquaredError, "NegativeBound", positive, facts=_facts(smoothness=-1)),
        _variant(SquaredError, "TooCurved", smooth, facts=_facts(smoothness=2.5)),
        _variant(Hinge, "SmoothKink", smooth, facts=_facts(lipschitz=1, smoothness=1, kinks=(1,))),
        _variant(
            ZeroOne,
            "NoJump",
            "the_value_jumps_where_that_is_stated_and_nowhere_else",
            facts=_facts(convex=False, supremum=1, symmetric=True, calibrated=True),
        ),
        _variant(
            ZeroOne,
            "SmoothJump",
            lipschitz,
            facts=_facts(convex=False, jumps=(0.0,), lipschitz=1, supremum=1),
        ),
        _variant(Hinge, "NoKink", kinks, facts=_facts(lipschitz=1)),
        _variant(Hinge, "KinkElsewhere", kinks, facts=_facts(lipschitz=1, kinks=(0.0,))),
        _variant(SquaredError, "KinkNowhere", kinks, facts=_facts(kinks=(0.0,))),
        _variant(
            QuantileLoss,
            "KinkAtItsParameter",
            kinks,
            deriv=lambda self, m, r: m.where(r > self.tau, 1, 0),
            switches={"tau": 0.3},
        ),
        _variant(
            SquaredError,
            "NotConvex",
            "convexity_is_stated_as_it_is",
            facts=_facts(convex=False, smoothness=2),
        ),
        _variant(
            SquaredError,
            "Hilly",
            "convexity_is_stated_as_it_is",
            deriv=_method(lambda m, r: m.where(abs(r) < 2, 2 * r, r)),
        ),
        _variant(
            SquaredError,
            "LowerThanItSays",
            "the_minimum_is_reached_and_never_passed",
            value=_method(lambda _m, r: r * r - 1),
        ),
        _variant(
            SquaredError,
            "NeverSoLow",
            "the_minimum_is_reached_and_never_passed",
            facts=_facts(smoothness=2, minimum=-1.0),
        ),
        *_wrong_shapes(),
        _variant(SquaredError, "MedianForMean", best, functional=_functional(Quantile(0.5))),
        _variant(
            SquaredError,
            "Waves",
            "values_only_rise_away_from_the_lowest_where_that_is_stated",
            value=_method(lambda m, r: m.where(abs(r) < 2, r * r, 3)),
        ),
        _variant(
            SquaredError,
            "NoWaves",
            "values_only_rise_away_from_the_lowest_where_that_is_stated",
            facts=_facts(unimodal=False),
        ),
        _variant(QuantileLoss, "MeanForMedian", best, functional=_functional(Mean())),
        _variant(
            Hinge,
            "ExponentialButOnlyTo1",
            "one_class_alone_is_predicted_as_far_out_as_it_pays",
            value=_method(lambda m, a: m.exp(-a)),
            deriv=_method(lambda m, a: -m.exp(-a)),
        ),
        _variant(
            SquaredError,
            "BlindToWeights",
            "constants_follow_the_weights",
            optimal_constant=lambda _self, y_true, _weights=None: float(np.mean(y_true)),
        ),
    ]


def _wrong_shapes() -> list[Broken]:
    convexity = "convexity_is_stated_as_it_is"
    straight = "straight_pieces_are_stated_as_they_are"
    strong = "the_strong_convexity_is_the_smallest_curvature"
    supremum = "the_supremum_is_approached_and_never_passed"
    mirror = "mirror_images_cost_the_same_where_that_is_stated"
    far_out = "slopes_go_back_to_0_where_that_is_stated"
    likelier = "the_best_prediction_picks_the_likelier_class_where_that_is_stated"
    sigmoid = {"value": _method(lambda m, a: m.sigmoid(-a))}
    perceptron = {"value": _method(lambda m, a: m.maximum(0, -a))}
    cauchy = {"deriv": _method(lambda _m, r: 2 * r / (1 + r * r))}
    return [
        _variant(Hinge, "Steps", convexity, value=_method(lambda m, a: m.where(a < 1, 1, 0))),
        _variant(SquaredError, "StraightSquares", straight, facts=_facts()),
        _variant(Hinge, "CurvedHinge", straight, facts=_facts(strictly_convex=True)),
        _variant(CrossEntropy, "ShiftsMatter", straight, facts=_facts(strictly_convex=True)),
        _variant(SquaredError, "WeaklyConvex", strong, facts=_facts(strong_convexity=1)),
        _variant(SquaredError, "VeryConvex", strong, facts=_facts(strong_convexity=2.5)),
        _variant(SquaredError, "NotStrong", strong, facts=_facts()),
        _variant(Hinge, "StrongHinge", strong, facts=_facts(strong_convexity=0.1)),
        _variant(Hinge, "EndlessSigmoid", supremum, **sigmoid),
        _variant(Hinge, "HighSigmoid", supremum, **sigmoid, facts=_facts(supremum=1.1)),
        _variant(Hinge, "NeverAbove5", supremum, facts=_facts(supremum=5)),
        _variant(
            QuantileLoss,
            "EvenPinball",
            mirror,
            facts=_facts(symmetric=True),
            switches={"tau": 0.9},
        ),
        _variant(Hinge, "Lopsided", mirror, facts=_facts()),
        _variant(SquaredError, "Outliers", far_out, facts=_facts(redescending=True)),
        _variant(SquaredError, "RobustCauchy", far_out, **cauchy, facts=_facts(convex=False)),
        _variant(Hinge, "NoMargin", likelier, **perceptron, facts=_facts(calibrated=True)),
        _variant(Hinge, "Unsure", likelier, facts=_facts(calibrated=False)),
        _variant(Hinge, "Silent", likelier, facts=_facts()),
        _variant(SquaredError, "Classifier", likelier, facts=_facts(calibrated=True)),
    ]


def _wrong_duals() -> list[Broken]:
    points = "proximal_points_are_minima"
    suprema = "conjugates_are_suprema"
    numbers = "conjugates_are_computed_as_they_are_defined"
    one = "proximal_points_and_conjugates_are_one"
    return [
        _variant(SquaredError, "HalfStep", points, proximal=_method(lambda _m, r, s: r / (1 + s))),
        _variant(Hinge, "NoThreshold", points, proximal=_method(lambda _m, a, s: a + s)),
        _variant(
            SquaredError, "HalfSupremum", suprema, conjugated=_method(lambda _m, u: u * u / 8)
        ),
        _variant(SquaredError, "TwiceSupremum", suprema, conjugated=_method(lambda _m, u: u * u)),
        _variant(
            QuantileLoss,
            "SidesSwapped",
            suprema,
            conjugated=lambda self, m, u: m.where((u >= self.tau - 1) & (u <= self.tau), 0, np.inf),
            switches={"tau": 0.9},
        ),
        _variant(
            SquaredError,
            "CancellingConjugate",
            numbers,
            conjugated=_method(lambda _m, u: (u * u / 4 + 1e9) - 1e9),
        ),
        _variant(SquaredError, "OtherHalf", one, conjugated=_method(lambda _m, u: u * u / 2)),
    ]


def _wrong_numbers() -> list[Broken]:
    return [
        _variant(
            BinaryCrossEntropy,
            "CancellingHessian",
            "accuracy",
            deriv2=_method(lambda m, _y, z: m.sigmoid(z) * (1 - m.sigmoid(z))),
            **LOGITS,
        ),
        _variant(
            BinaryCrossEntropy,
            "CancellingGradient",
            "accuracy",
            deriv=_method(lambda m, y, z: m.sigmoid(z) - y),
            **LOGITS,
        ),
        _variant(
            BinaryCrossEntropy,
            "NaiveSoftplus",
            "accuracy",
            value=_method(lambda m, y, z: m.log(1 + m.exp(z)) - y * z),
            **LOGITS,
        ),
        _variant(
            BinaryCrossEntropy,
            "ClippedProbabilities",
            "accuracy",
            value=_method(lambda m, y, p: -m.xlogy(y, m.clip(p, 1e-7, 1)) - m.xlog1py(1 - y, -p)),
        ),
        _variant(
            BinaryCrossEntropy,
            "NaNAtTheEnds",
            "accuracy",
            value=_method(lambda m, y, p: -(y * m.log(p)) - (1 - y) * m.log1p(-p)),
        ),
        _variant(
            Gamma,
            "InfiniteFactors",
            "accuracy",
            deriv2=_method(lambda m, y, z: y * m.exp(-z)),
            switches={"from_log": True},
        ),
        _variant(
            Poisson,
            "DividedAtOnce",
            "accuracy",
            deriv2=_method(lambda m, y, mean: m.share(y, mean * mean)),
            switches={"from_log": False},
        ),
        _variant(
            SquaredError,
            "FussyAboutLabels",
            "labels_and_weights_may_have_any_real_dtype",
            label_domain=property(lambda _self: Interval(0, 0.5)),
        ),
    ]


def _wrong_rows() -> list[Broken]:
    return [
        _variant(
            CrossEntropy,
            "LogOfSoftmax",
            "accuracy",
            value=_method(lambda m, y, z: 0 - m.sum(m.times(y, m.log(m.softmax(z))))),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "SoftmaxMinusTarget",
            "accuracy",
            deriv=_method(lambda m, y, z: m.softmax(z) - y),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "BoostersHessian",
            CURVE,
            deriv2=_method(lambda m, _y, z: 2 * m.softmax(z) * m.softmax_rest(z)),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "DiagonalOnly",
            "the_whole_hessian_has_the_diagonal_and_the_product",
            hessian_matrix=lambda self, m, y, z: m.diagonal(self.deriv2(m, y, z), 0.0),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "HalfOffTheDiagonal",
            "the_whole_hessian_is_the_slope_of_the_gradient",
            hessian_matrix=lambda self, m, y, z: m.diagonal(
                self.deriv2(m, y, z), CrossEntropy.hessian_matrix(self, m, y, z) / 2
            ),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "FirstClassFavoured",
            "classes_may_be_renamed",
            value=_method(lambda m, y, z: 0 - m.sum(y * m.log_softmax(z)) + 0.1 * z[..., :1]),
            **LOGITS,
        ),
        _variant(
            CrossEntropy,
            "NormsOfAnotherKind",
            "the_lipschitz_constant_is_the_largest_slope",
            facts=_facts(lipschitz=1, smoothness=0.5),
            **LOGITS,
        ),
        _variant(
            Focal,
            "DiscountHeldFixed",
            SLOPE,
            slope=lambda self, m, z: 0 - self._discount(m, z),
        ),
        _variant(
            Sparsemax,
            "SupportWithoutItsMean",
            CURVE,
            deriv2=lambda self, m, y, z: m.sum(y) * self._support(m, z),
        ),
    ]
