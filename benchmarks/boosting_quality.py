"""How good models get with lossbook's objectives, beside the best built-in objective of a library.

    python benchmarks/boosting_quality.py                     # prints a table
    python benchmarks/boosting_quality.py --write             # keeps it for docs/boosting.md
    python benchmarks/boosting_quality.py --only "quantile 0.9"

For each task a model is trained with every built-in objective that a user would try for it, and
with lossbook's, on the same rows with the same settings, and cut at the number of rounds that is
best by the target loss on validation rows. What is compared is that loss on test rows, where the
best built-in is chosen by the test rows too: in its favour.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import xgboost
from sklearn import datasets

import lossbook as lb
from lossbook.boosting import BoostedTrees

RESULTS = Path(__file__).parent / "results" / "boosting_quality.json"
ROUNDS, RATE, DEPTH = 300, 0.1, 4
CHECKED = (10, 20, 35, 50, 75, 100, 150, 200, 300)
SEEDS = range(5)
SETTINGS = {
    "xgboost": {"eta": RATE, "max_depth": DEPTH, "nthread": 1},
    "lightgbm": {
        "learning_rate": RATE,
        "num_leaves": 2**DEPTH,
        "max_depth": DEPTH,
        "num_threads": 1,
        "verbosity": -1,
    },
}


@dataclasses.dataclass(frozen=True)
class Task:
    """What to predict, and what else a user would try.

    Parameters
    ----------
    name : str
    data : callable
        Features and labels from a random generator.
    loss : Loss
        The target.
    builtins : mapping
        By library, the objectives to compare with: parameters, and how their raw scores become
        scores of the target loss.
    """

    name: str
    data: Callable[[np.random.Generator], tuple[Any, Any]]
    loss: lb.Loss
    builtins: dict[str, list[tuple[dict[str, Any], Callable[[Any, Any], Any]]]]


# -- data -----------------------------------------------------------------------------------------


def _signal(rng: np.random.Generator, rows: int) -> tuple[Any, Any, Any]:
    features = rng.normal(size=(rows, 8))
    signal = 2 * features[:, 0] - features[:, 1] * features[:, 2] + abs(features[:, 3])
    return features, signal, 0.5 + abs(features[:, 4])


def heavy_tails(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, scale = _signal(rng, 6_000)
    return features, 10 * (signal + scale * rng.standard_t(2.5, len(signal)))


def outliers(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, _ = _signal(rng, 6_000)
    labels = signal + 0.5 * rng.normal(size=len(signal))
    is_wrong = rng.random(len(labels)) < 0.15
    return features, np.where(is_wrong, labels + rng.exponential(20, len(labels)), labels)


def gaussian(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, scale = _signal(rng, 6_000)
    return features, signal + scale * rng.normal(size=len(signal))


def counts(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, _ = _signal(rng, 6_000)
    mean = np.exp(signal / 3)
    return features, rng.negative_binomial(1, 1 / (1 + mean)).astype(float)


def imbalanced(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, _ = _signal(rng, 12_000)
    return features, (signal - 6 > rng.logistic(size=len(signal))).astype(float)


def grades(rng: np.random.Generator) -> tuple[Any, Any]:
    features, signal, scale = _signal(rng, 6_000)
    return features, np.digitize(signal + scale * rng.logistic(size=len(signal)), [-3, -1, 1, 3.0])


def diabetes(rng: np.random.Generator) -> tuple[Any, Any]:
    features, labels = datasets.load_diabetes(return_X_y=True)
    order = rng.permutation(len(labels))
    return features[order], labels[order]


def digits(rng: np.random.Generator) -> tuple[Any, Any]:
    features, labels = datasets.load_digits(return_X_y=True)
    order = rng.permutation(len(labels))
    return features[order], labels[order].astype(float)


def cancer(rng: np.random.Generator) -> tuple[Any, Any]:
    features, labels = datasets.load_breast_cancer(return_X_y=True)
    order = rng.permutation(len(labels))
    return features[order], labels[order].astype(float)


# -- tasks ----------------------------------------------------------------------------------------


def same(scores: Any, _: Any) -> Any:
    """The scores are those of the target loss already."""
    return scores


def with_constant_spread(scores: Any, residuals: Any) -> Any:
    """A mean, beside the log of the variance that the training rows have about it."""
    return np.stack([scores, np.full_like(scores, np.log(np.mean(residuals**2)))], axis=1)


def threshold_odds(scores: Any, _: Any) -> Any:
    """The log-odds of lying beyond each class, from the scores of all classes."""
    scores = scores - scores.max(axis=1, keepdims=True)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    beyond = np.clip(1 - np.cumsum(shares, axis=1)[:, :-1], 1e-7, 1 - 1e-7)
    return np.log(beyond) - np.log1p(-beyond)


def _xgb(*names: str, read: Any = same, **more: Any) -> list[Any]:
    return [({"objective": name, **more}, read) for name in names]


REGRESSION = {
    "xgboost": _xgb("reg:squarederror", "reg:pseudohubererror", "reg:absoluteerror"),
    "lightgbm": _xgb("l2", "l1", "huber", "fair"),
}
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
TASKS = [
    *(
        Task(
            f"quantile {tau}, {data.__name__.replace('_', ' ')}",
            data,
            lb.Quantile(tau=tau),
            {
                "xgboost": _xgb("reg:quantileerror", quantile_alpha=tau),
                "lightgbm": _xgb("quantile", alpha=tau),
            },
        )
        for data in (heavy_tails, diabetes)
        for tau in (0.1, 0.5, 0.9)
    ),
    Task("absolute error, heavy tails", heavy_tails, lb.AbsoluteError(), REGRESSION),
    Task("Welsch, outliers", outliers, lb.Welsch(c=2.0), REGRESSION),
    Task("Cauchy, outliers", outliers, lb.Cauchy(c=1.0), REGRESSION),
    Task("Tukey, outliers", outliers, lb.TukeyBiweight(c=4.685), REGRESSION),
    Task("Huber, outliers", outliers, lb.Huber(delta=1.0), REGRESSION),
    Task("expectile 0.9, Gaussian", gaussian, lb.Expectile(tau=0.9), REGRESSION),
    Task(
        "Gaussian likelihood, Gaussian",
        gaussian,
        lb.GaussianNLL(),
        {
            "xgboost": _xgb("reg:squarederror", read=with_constant_spread),
            "lightgbm": _xgb("l2", read=with_constant_spread),
        },
    ),
    Task(
        "negative binomial, counts",
        counts,
        lb.NegativeBinomial(alpha=1.0),
        {
            "xgboost": _xgb("count:poisson", "reg:tweedie"),
            "lightgbm": _xgb("poisson", "tweedie"),
        },
    ),
    *(
        Task(
            f"{loss.name.replace('_', ' ')}, {data.__name__}",
            data,
            loss,
            {"xgboost": _xgb("binary:logistic"), "lightgbm": _xgb("binary")},
        )
        for data in (imbalanced, cancer)
        for loss in (lb.BinaryFocal(), lb.AsymmetricLoss(), lb.Brier(from_logits=True))
    ),
    Task(
        "focal, digits",
        digits,
        lb.Focal(),
        {
            "xgboost": _xgb("multi:softprob", num_class=10),
            "lightgbm": _xgb("multiclass", "multiclassova", num_class=10),
        },
    ),
    Task(
        "ordinal, grades",
        grades,
        lb.Ordinal(),
        {
            "xgboost": _xgb("multi:softprob", num_class=5, read=threshold_odds),
            "lightgbm": _xgb("multiclass", num_class=5, read=threshold_odds),
        },
    ),
    Task(
        "five quantiles, heavy tails",
        heavy_tails,
        lb.MultiQuantile(taus=LEVELS),
        {"xgboost": _xgb("reg:quantileerror", quantile_alpha=list(LEVELS)), "lightgbm": []},
    ),
]


# -- training -------------------------------------------------------------------------------------


@dataclasses.dataclass
class Outcome:
    """Test losses by seed: lossbook's, and of each built-in objective."""

    task: str
    library: str
    curvature: str
    lossbook: list[float]
    builtins: dict[str, list[float]]

    @property
    def best(self) -> str:
        """The built-in objective with the smallest mean test loss."""
        return min(self.builtins, key=lambda name: statistics.fmean(self.builtins[name]))

    @property
    def gain(self) -> float:
        """How much smaller lossbook's mean test loss is, in parts of the built-in's size."""
        best = statistics.fmean(self.builtins[self.best])
        return (best - statistics.fmean(self.lossbook)) / abs(best)


def split(rows: int) -> tuple[slice, slice, slice]:
    """Training, validation and test rows."""
    first, second = int(0.5 * rows), int(0.7 * rows)
    return slice(0, first), slice(first, second), slice(second, None)


def measure(task: Task, library: str, curvature: str | None = None) -> Outcome:
    """Train with all objectives on each seed's data."""
    builtins: dict[str, list[float]] = {p["objective"]: [] for p, _ in task.builtins[library]}
    found = Outcome(task.name, library, "", [], builtins)
    for seed in SEEDS:
        features, labels = task.data(np.random.default_rng(seed))
        train = split(len(labels))[0]
        settings: dict[str, Any] = {"rounds": ROUNDS, "curvature": curvature, **SETTINGS[library]}
        trees = BoostedTrees(task.loss, library, **settings)
        trees.fit(features[train], labels[train])
        found.curvature = str(trees.objective.curvature)
        scores_of = STAGES[library](trees.model_, features)
        found.lossbook.append(_test_loss(task, scores_of, same, labels))
        for parameters, read in task.builtins[library]:
            model = TRAIN[library](parameters, features[train], labels[train])
            loss = _test_loss(task, STAGES[library](model, features), read, labels)
            found.builtins[parameters["objective"]].append(loss)
    return found


def _test_loss(task: Task, scores_of: Any, read: Any, labels: Any) -> float:
    """The target loss on test rows, at the number of rounds that is best on validation rows."""
    train, valid, test = split(len(labels))

    def loss(rows: slice, rounds: int) -> float:
        scores = scores_of(rounds)
        residuals = scores[train] - labels[train] if read is with_constant_spread else None
        scores = read(scores[rows], residuals)
        if isinstance(task.loss, lb.LevelsLoss):
            scores = np.sort(scores, axis=1)
        return float(task.loss(labels[rows], np.asarray(scores, dtype=float)))

    best = min(CHECKED, key=lambda rounds: loss(valid, rounds))
    return loss(test, best)


def _xgboost_model(parameters: Any, features: Any, labels: Any) -> Any:
    table = xgboost.DMatrix(features, labels)
    return xgboost.train({**SETTINGS["xgboost"], **parameters}, table, ROUNDS)


def _lightgbm_model(parameters: Any, features: Any, labels: Any) -> Any:
    table = lightgbm.Dataset(features, labels)
    return lightgbm.train({**SETTINGS["lightgbm"], **parameters}, table, ROUNDS)


def _xgboost_stages(model: Any, features: Any) -> Any:
    table = xgboost.DMatrix(features)
    return functools.cache(
        lambda rounds: model.predict(table, output_margin=True, iteration_range=(0, rounds))
    )


def _lightgbm_stages(model: Any, features: Any) -> Any:
    return functools.cache(
        lambda rounds: model.predict(features, raw_score=True, num_iteration=rounds)
    )


TRAIN = {"xgboost": _xgboost_model, "lightgbm": _lightgbm_model}
STAGES = {"xgboost": _xgboost_stages, "lightgbm": _lightgbm_stages}


# -- the command ----------------------------------------------------------------------------------


def outcomes(only: str, curvature: str | None) -> Iterator[Outcome]:
    """Each task with each library that has something to compare with."""
    for task in TASKS:
        for library, builtins in task.builtins.items():
            if only in task.name and builtins:
                yield measure(task, library, curvature)


def main() -> None:
    """Print a line for each comparison; write them down if told to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the results")
    parser.add_argument("--only", default="", help="tasks with this in their name")
    parser.add_argument("--curvature", help="of lossbook's objective, instead of its own choice")
    options = parser.parse_args()
    found = []
    for outcome in outcomes(options.only, options.curvature):
        found.append(outcome)
        print(
            f"{outcome.task:32} {outcome.library:9} {outcome.curvature:7} "
            f"{statistics.fmean(outcome.lossbook):10.5f} beside "
            f"{statistics.fmean(outcome.builtins[outcome.best]):10.5f} of {outcome.best:20} "
            f"{outcome.gain:+.2%}",
            flush=True,
        )
    if options.write:
        versions = {"xgboost": xgboost.__version__, "lightgbm": lightgbm.__version__}
        record = {"versions": versions, "outcomes": [dataclasses.asdict(one) for one in found]}
        RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
