"""numexpr: each result is one expression, evaluated in blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.bench.cases import Case, Data
from lossbook.bench.contenders.contender import Contender, Job, library, same_dtype
from lossbook.bench.contenders.traced import Expressions, trace


class Numexpr(Contender):
    """The formula as text; the factor of the mean is part of it."""

    package = "numexpr"

    def job(self, case: Case, data: Data) -> Job:
        numexpr = library("numexpr")
        numexpr.set_num_threads(self.threads)
        weighted = data.weight is not None
        printer = Expressions()
        texts = {order: printer.text(node) for order, node in trace(case).items()}
        texts = {
            order: text + (" * w" if weighted else "") + (" * factor" if order else "")
            for order, text in texts.items()
        }
        dtype = data.y_pred.dtype
        constants = {name: np.asarray(value, dtype) for name, value in printer.numbers.items()}
        names: dict[str, Any] = {**constants, "p": data.y_pred, "y": data.y_true, "w": data.weight}

        def job() -> tuple[Any, ...]:
            # Other dtypes are cast up front: they would lift the whole expression to float64.
            names["y"] = same_dtype(data.y_true, dtype)
            if weighted:
                names["w"] = same_dtype(data.weight, dtype)
            factor = 1 / names["w"].sum() if weighted else 1 / len(data.y_pred)
            names["factor"] = np.asarray(factor, dtype)
            results = []
            slots = iter(data.out or ())
            for order, text in texts.items():
                out = next(slots, None) if order else None
                term = numexpr.evaluate(text, local_dict=names, global_dict={}, out=out)
                if term.ndim == 0:
                    term = np.full(len(data.y_pred), term, dtype)
                results.append(term.sum() * factor if order == 0 else term)
            return tuple(results)

        return job
