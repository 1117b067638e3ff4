"""Boosters whose objective from lossbook misbehaves."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.bench.contenders.boosting import Booster, CatBoost, LightGBM, XGBoost


class _Changed(Booster):
    def changed(self, results: Any) -> Any:
        raise NotImplementedError

    def prepare(self, job: Any) -> None:
        super().prepare(job)
        right = self.objectives["lossbook"].function
        self.objectives["lossbook"].function = lambda *given: self.changed(right(*given))


class _Halved(_Changed):
    def changed(self, results: Any) -> Any:
        if isinstance(results, np.ndarray):
            return results * [1, 0.5]
        gradient, hessian = results
        return gradient, np.asarray(hessian) / 2


class _Raising(_Changed):
    def changed(self, results: Any) -> Any:
        raise ZeroDivisionError("no")


class _Tired(_Changed):
    """Is right while the check lasts."""

    trainings = 0

    def prepare(self, job: Any) -> None:
        super().prepare(job)
        self.trainings = 0

    def train(self, kind: str) -> Any:
        self.trainings += kind == "lossbook"
        return super().train(kind)

    def changed(self, results: Any) -> Any:
        if self.trainings > 1:
            raise RuntimeError("enough")
        return results


class HalvedXGBoost(_Halved, XGBoost):
    pass


class HalvedLightGBM(_Halved, LightGBM):
    pass


class HalvedCatBoost(_Halved, CatBoost):
    pass


class RaisingXGBoost(_Raising, XGBoost):
    pass


class RaisingLightGBM(_Raising, LightGBM):
    pass


class RaisingCatBoost(_Raising, CatBoost):
    pass


class TiredXGBoost(_Tired, XGBoost):
    pass


class TiredLightGBM(_Tired, LightGBM):
    pass


class TiredCatBoost(_Tired, CatBoost):
    pass
