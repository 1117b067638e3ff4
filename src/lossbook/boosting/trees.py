"""A loss, trees of one library, and everything between them."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any, Self

from lossbook.boosting.objective import Objective
from lossbook.boosting.samples import checked, checked_sets, table
from lossbook.boosting.saved import Saved
from lossbook.boosting.versions import version_of
from lossbook.errors import InputError, InputTypeError
from lossbook.loss import Loss

LIBRARIES = ("xgboost", "lightgbm", "catboost")

# Parameters of the libraries that arguments of BoostedTrees stand for.
_STAND_FOR = {
    "loss": ("objective", "loss_function", "application"),
    "rounds": (
        *("num_boost_round", "n_estimators", "iterations", "num_iterations", "num_iteration"),
        *("num_rounds", "num_round", "num_trees", "n_iter"),
    ),
    "patience": (
        *("early_stopping_rounds", "early_stopping_round", "early_stopping", "n_iter_no_change"),
        "od_wait",
    ),
}


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
        _check_loss(loss)
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
        _check_parameters(parameters)
        self.loss, self.library, self.rounds, self.patience = loss, library, rounds, patience
        self.curvature, self.floor, self.parameters = curvature, floor, parameters
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
        version_of(self.library)  # or says what to install
        train = checked("", features, y_true, sample_weight)
        watched = checked_sets(validation)
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
        return self.objective.predict(self._fitted(), table(features))

    def predict_raw(self, features: Any) -> Any:
        """The raw scores, as trees add them up."""
        return self.objective.predict_raw(self._fitted(), table(features))

    def score(self, features: Any, y_true: Any, sample_weight: Any = None) -> float:
        """Minus the mean loss: higher is better, as scikit-learn wants it to choose settings."""
        features, labels, weight = checked("", features, y_true, sample_weight)
        return -self.objective.value(labels, self.predict_raw(features), weight)

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
        settings |= {"patience": self.patience, "curvature": self.curvature}
        return settings | {"floor": self.floor, **self.parameters}

    def set_params(self, **settings: Any) -> Self:
        """Change some of the settings; what was trained is forgotten.

        Parameters of the loss are set as scikit-learn does it: ``loss__delta=2.0``.
        """
        of_loss = {name[6:]: value for name, value in settings.items() if name[:6] == "loss__"}
        if of_loss:
            settings = {name: settings[name] for name in settings if name[:6] != "loss__"}
            loss: Any = settings.get("loss", self.loss)
            settings["loss"] = dataclasses.replace(loss, **of_loss)
        self.__init__(**self.get_params() | settings)  # type: ignore[misc]
        return self

    def __sklearn_tags__(self) -> Any:
        # Only scikit-learn asks for them.
        from sklearn.utils import InputTags, Tags, TargetTags

        targets = TargetTags(required=True, multi_output=True)
        return Tags(estimator_type=None, target_tags=targets, input_tags=InputTags(allow_nan=True))

    def __sklearn_is_fitted__(self) -> bool:
        return self.model_ is not None

    def __repr__(self) -> str:
        return f"BoostedTrees({self.loss!r}, {self.library!r}, rounds={self.rounds})"

    def _fitted(self) -> Any:
        if self.model_ is None:
            raise InputError(f"{self!r} is not trained yet: call fit first.")
        return self.model_


def _check_loss(loss: Any) -> None:
    if isinstance(loss, Loss):
        return
    fix = "give a loss, as lossbook.Huber(delta=1.0)"
    if isinstance(loss, str):
        fix = f"give lossbook.get({loss!r})"
    if isinstance(loss, type) and issubclass(loss, Loss):
        fix = f"give {loss.__name__}(), an instance"
    raise InputTypeError(f"loss must be a loss of lossbook, got {loss!r}: {fix}.")


def _check_parameters(parameters: dict[str, Any]) -> None:
    for argument, names in _STAND_FOR.items():
        for name in names:
            if name in parameters:
                raise InputError(
                    f"{name} is no parameter here: give {argument}= instead.", argument=name
                )
