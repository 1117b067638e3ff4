"""scikit-learn's private losses, which its boosting and linear models run on."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.bench.cases import Case, Data
from lossbook.bench.contenders.contender import (
    Contender,
    Job,
    NotOfferedError,
    library,
    same_dtype,
)

# Its class, and by how much lossbook's loss is larger.
_LOSSES: dict[tuple[str, tuple[str, ...]], tuple[str, float]] = {
    ("binary_cross_entropy", ("from_logits",)): ("HalfBinomialLoss", 1.0),
    ("squared_error", ()): ("HalfSquaredError", 2.0),
    ("absolute_error", ()): ("AbsoluteError", 1.0),
    ("quantile", ()): ("PinballLoss", 1.0),
    ("cross_entropy", ("from_logits",)): ("HalfMultinomialLoss", 1.0),
}

# Losses whose Hessian is 0; boosting needs another, so it gives 1.
_MADE_UP = {"absolute_error", "quantile"}


class ScikitLearn(Contender):
    """One sum more than its own models take, for the mean."""

    package = "scikit-learn"

    def job(self, case: Case, data: Data) -> Job:
        if (case.loss, case.switches) not in _LOSSES or case.outputs == "all":
            raise NotOfferedError("not among its losses, or not in one call")
        if 2 in case.orders and case.loss in _MADE_UP:
            raise NotOfferedError("it gives 1 for a Hessian that is 0")
        name, scale = _LOSSES[case.loss, case.switches]
        arguments: dict[str, Any] = {}
        if case.loss == "quantile":
            arguments["quantile"] = case.parameters["tau"]
        if case.classes:
            arguments["n_classes"] = case.classes
        loss = getattr(library("sklearn._loss"), name)(**arguments)
        call = getattr(
            loss,
            {"value": "loss", "value+gradient": "loss_gradient"}.get(
                case.outputs, "gradient_hessian"
            ),
        )
        dtype = data.y_pred.dtype
        names = {1: "gradient_out", 2: "hessian_out"}
        slots = [names[order] for order in case.orders if order]
        given = dict(zip(slots, data.out or (), strict=False))

        def job() -> tuple[Any, ...]:
            y = np.ascontiguousarray(same_dtype(data.y_true, dtype))
            p = np.ascontiguousarray(data.y_pred)
            w = same_dtype(data.weight, dtype)
            if w is not None:
                w = np.ascontiguousarray(w)
            results = call(
                y_true=y, raw_prediction=p, sample_weight=w, n_threads=self.threads, **given
            )
            results = results if isinstance(results, tuple) else (results,)
            total = len(p) if w is None else w.sum()
            wanted = []
            for order, term in zip(case.orders, results, strict=True):
                if order == 0:
                    wanted.append(scale * term.sum() / total)
                else:
                    # Where its Hessian is constant, it gives one number.
                    term = np.resize(term, p.shape) if term.shape != p.shape else term
                    term *= dtype.type(scale / total)
                    wanted.append(term)
            return tuple(wanted)

        return job
