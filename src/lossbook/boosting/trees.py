"""A loss, trees of one library, and everything between them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from lossbook.boosting.objective import Objective
from lossbook.boosting.saved import Saved
from lossbook.errors import InputError
from lossbook.loss import Loss

LIBRARIES = ("xgboost", "lightgbm", "catboost")

# Features, labels, weights or None.
Sample = tuple[Any, Any, Any]


class BoostedTrees:
    """Boosted trees that minimise a loss: start, curvature, metric and link are taken care of.

    Parameters
    ----------
    loss : Loss
        A loss of raw scores: any in the catalogue whose predictions may be any number, or your own.
    library : {"xgboost", "lightgbm", "catboost"}
        Whose trees.
    rounds : int
        How many rounds at most.
    patience : int, optional
        Stop when the loss on the last validation set has not improved for this many rounds, and
        keep the best one.
    curvature, floor
        As in :meth:`lossbook.Loss.xgboost`.
    **parameters
        The library's own, as its native ``train`` knows them: ``max_depth=4``.

    Attributes
    ----------
    objective : Objective
        The loss as the library's objective.
    model_ : object
        The library's own model, after ``fit``.

    Examples
    --------
    >>> import numpy as np, lossbook as lb
    >>> from lossbook.boosting import BoostedTrees
    >>> x = np.arange(40.0).reshape(-1, 1)
    >>> y = (x[:, 0] > 19).astype(float)
    >>> loss = lb.BinaryCrossEntropy(from_logits=True)
    >>> trees = BoostedTrees(loss, "xgboost", rounds=20).fit(x, y)  # doctest: +SKIP
    >>> trees.predict([[0.0], [39.0]]).round(1)  # doctest: +SKIP
    array([0., 1.], dtype=float32)
    """

    def __init__(
        self,
        loss: Loss,
        library: str = "xgboost",
        *,
        rounds: int = 100,
        patience: int | None = None,
        curvature: str | None = None,
        floor: float | None = None,
        **parameters: Any,
    ) -> None:
        if library not in LIBRARIES:
            raise InputError(
                f"library must be one of {', '.join(LIBRARIES)}, got {library!r}.",
                argument="library",
            )
        for name, count in (("rounds", rounds), ("patience", patience)):
            is_count = isinstance(count, int) and not isinstance(count, bool) and count > 0
            if not is_count and (name == "rounds" or count is not None):
                raise InputError(
                    f"{name} must be a whole number above 0, got {count!r}.", argument=name
                )
        self.loss, self.library, self.rounds, self.patience = loss, library, rounds, patience
        self.parameters = parameters
        self.objective: Objective = getattr(loss, library)(curvature, floor=floor)
        self.model_: Any = None

    def fit(
        self, features: Any, y_true: Any, sample_weight: Any = None, *, validation: Any = ()
    ) -> Self:
        """Train on rows of features with their labels.

        Parameters
        ----------
        features : array or table of n rows
        y_true : array of n labels, or n rows of them
        sample_weight : array of n weights, optional
        validation : (features, y_true) or (features, y_true, sample_weight), or a list of such
            What to measure the loss on after each round.
        """
        train = _checked("", features, y_true, sample_weight)
        watched = [
            _checked(f" of validation set {place}", *data)
            for place, data in enumerate(_listed(validation))
        ]
        if self.patience is not None and not watched:
            raise InputError(
                "patience needs a validation set to watch: give fit(..., validation=(X, y)).",
                argument="validation",
            )
        self.model_ = self.objective.train(
            *train,
            rounds=self.rounds,
            parameters=self.parameters,
            validation=watched,
            patience=self.patience,
        )
        return self

    def predict(self, features: Any) -> Any:
        """What the loss is about: probabilities, means, quantiles; the inverse link of scores."""
        return self.objective.predict(self._fitted(), features)

    def predict_raw(self, features: Any) -> Any:
        """The raw scores, as trees add them up."""
        return self.objective.predict_raw(self._fitted(), features)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write loss, settings and the library's own model into one file."""
        Saved.of(self).write(Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, any_version: bool = False) -> BoostedTrees:
        """Read what ``save`` wrote.

        Parameters
        ----------
        path : path of the file
        any_version : bool
            Load a model of another version of the library as well; whether that version reads it
            as it was meant is the library's promise.

        Raises
        ------
        InputError
            The file is not one of ours, or was written with another version of the library.
        """
        saved = Saved.read(Path(path), any_version=any_version)
        trees = cls(saved.loss, **saved.settings)
        trees.model_ = trees.objective.restore(saved.model)
        return trees

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings, as scikit-learn asks for them."""
        settings = {"loss": self.loss, "library": self.library, "rounds": self.rounds}
        settings |= {"patience": self.patience, "curvature": self.objective.curvature}
        return settings | {"floor": self.objective.floor, **self.parameters}

    def set_params(self, **settings: Any) -> Self:
        """Change some of the settings; what was trained is forgotten."""
        changed = self.get_params() | settings
        if {"loss", "library"} & settings.keys() and "curvature" not in settings:
            changed["curvature"] = None
        self.__init__(**changed)  # type: ignore[misc]
        return self

    def __repr__(self) -> str:
        return f"BoostedTrees({self.loss!r}, {self.library!r}, rounds={self.rounds})"

    def _fitted(self) -> Any:
        if self.model_ is None:
            raise InputError(f"{self!r} is not trained yet: call fit first.")
        return self.model_


def _listed(validation: Any) -> Sequence[tuple[Any, ...]]:
    """One validation set as a list of one."""
    is_one = (
        isinstance(validation, tuple) and len(validation) and not isinstance(validation[0], tuple)
    )
    return [validation] if is_one else list(validation)


def _checked(where: str, features: Any, y_true: Any, sample_weight: Any = None) -> Sample:
    """Features, labels and weights of as many rows each."""
    rows = len(features) if not hasattr(features, "shape") else features.shape[0]
    labels = np.asarray(y_true)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    for name, values in (("y_true", labels), ("sample_weight", sample_weight)):
        if values is not None and len(values) != rows:
            raise InputError(
                f"{name}{where} has {len(values)} entries for {rows} rows of features.",
                argument=name,
            )
    weight = None if sample_weight is None else np.asarray(sample_weight)
    return features, labels, weight
