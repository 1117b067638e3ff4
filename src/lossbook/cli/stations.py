"""The stations of the tour: which loss, which words, which descent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["STATIONS", "Station"]


@dataclass(frozen=True)
class Station:
    """One screen of the tour.

    Parameters
    ----------
    title : str
        Heading.
    loss : str
        Registered name.
    question : str
        What the loss asks of a prediction.
    value, gradient : str
        Their formulas, each on one line.
    y_true, y_pred : list
        The worked example.
    label, start : float, or list of float for a row of class scores
        The descent: the label (or class), the first prediction.
    rate : float
        The learning rate of the descent.
    watch : str
        What to look for in the descent.
    example_parameters, parameters : mapping
        Parameters of the loss in the example and in the descent.
    """

    title: str
    loss: str
    question: str
    value: str
    gradient: str
    y_true: list[float] | list[int]
    y_pred: list[float] | list[list[float]]
    label: float
    start: float | list[float]
    rate: float
    watch: str
    example_parameters: Mapping[str, float | bool] = field(default_factory=dict)
    parameters: Mapping[str, float | bool] = field(default_factory=dict)


STATIONS = (
    Station(
        title="Squared error",
        loss="squared_error",
        question="How far off is the prediction, if being twice as far off is four times as bad?",
        value="(ŷ - y)²",
        gradient="2 (ŷ - y)",
        y_true=[3, -1, 2, 7],
        y_pred=[2.5, -2, 2, 8],
        label=3.0,
        start=-3.0,
        rate=0.2,
        watch=(
            "The gradient is proportional to the miss, so every push closes the same share of the "
            "gap, here 2η = 40 %: large steps first, then ever smaller ones. One far-off label "
            "pulls harder than many near ones."
        ),
    ),
    Station(
        title="Quantile",
        loss="quantile",
        example_parameters={"tau": 0.5},
        parameters={"tau": 0.9},
        question=(
            "Which number do the labels stay below with probability τ? At τ = 0.5 both sides cost "
            "the same: the median. At τ = 0.9 too low costs nine times as much as too high."
        ),
        value="τ (y - ŷ) below the label, (1 - τ)(ŷ - y) above",
        gradient="-τ or 1 - τ",
        y_true=[5, 0, 3],
        y_pred=[4, 1, 2.5],
        label=2.0,
        start=-2.0,
        rate=1.0,
        watch=(
            "The push does not fade near the label: 0.9 up while the prediction is too low, 0.1 "
            "down once it is too high. With a fixed rate it never comes to rest, it hovers; "
            "shrinking the rate settles it."
        ),
    ),
    Station(
        title="Binary cross entropy",
        loss="binary_cross_entropy",
        example_parameters={"from_logits": False},
        parameters={"from_logits": True},
        question="How surprised is the predicted probability p by what happened?",
        value="-log p if y = 1, -log(1 - p) if y = 0",
        gradient="by p: -1/p if y = 1, 1/(1 - p) if y = 0; by the score z, with p = σ(z): p - y",
        y_true=[1, 1, 1, 1],
        y_pred=[0.99, 0.46340523, 0.14644962, 0.91515728],
        label=1.0,
        start=-3.0,
        rate=2.0,
        watch=(
            "A confident mistake gets nearly the full push, a confident hit almost none, and the "
            "loss never quite reaches 0. The push goes to the score z, which may be any number; "
            "pushing p itself by -1/p could throw it out of [0, 1]."
        ),
    ),
    Station(
        title="Hinge",
        loss="hinge",
        question="Is the score on the right side, and by a margin of at least 1?",
        value="max(0, 1 - yŷ), labels -1 and 1",
        gradient="-y inside the margin, else 0",
        y_true=[1, 1, -1, -1],
        y_pred=[2, -0.5, 0.5, -2],
        label=1.0,
        start=-2.0,
        rate=0.5,
        watch=(
            "The same push at every step until the margin is reached, then none at all: a sample "
            "that is right by enough no longer takes part. That is why a support vector machine "
            "depends on few samples."
        ),
    ),
    Station(
        title="Cross entropy",
        loss="cross_entropy",
        example_parameters={"from_logits": True},
        parameters={"from_logits": True},
        question="How surprised is a whole row of class probabilities by the class that occurred?",
        value="-log p of the class that occurred",
        gradient="by the scores: p - y, where p = softmax(z)",
        y_true=[1],
        y_pred=[[1.0, 2.0, 2.0]],
        label=1.0,
        start=[1.0, 2.0, 2.0],
        rate=1.0,
        watch=(
            "The class that occurred is pushed up, every other class down in proportion to the "
            "probability it was given. The three pushes of a step add up to 0."
        ),
    ),
)
