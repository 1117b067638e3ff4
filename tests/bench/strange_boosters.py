"""Boosters whose objective from lossbook misbehaves."""

from __future__ import annotations

from typing import Any

from lossbook.bench.contenders.boosting import Booster, LightGBM, XGBoost


class _Changed(Booster):
    def changed(self, gradient: Any, hessian: Any) -> Any:
        raise NotImplementedError

    def prepare(self, job: Any) -> None:
        super().prepare(job)
        right = self.objectives["lossbook"]._objective
        self.objectives["lossbook"]._objective = lambda y, p: self.changed(*right(y, p))


class _Halved(_Changed):
    def changed(self, gradient: Any, hessian: Any) -> Any:
        return gradient, hessian / 2


class _Raising(_Changed):
    def changed(self, gradient: Any, hessian: Any) -> Any:
        raise ZeroDivisionError("no")


class _Tired(_Changed):
    """Is right while the check lasts."""

    calls = 0

    def changed(self, gradient: Any, hessian: Any) -> Any:
        self.calls += 1
        if self.calls > self.job["trees"]:
            self.calls = 0
            raise RuntimeError("enough")
        return gradient, hessian


class HalvedXGBoost(_Halved, XGBoost):
    pass


class HalvedLightGBM(_Halved, LightGBM):
    pass


class RaisingXGBoost(_Raising, XGBoost):
    pass


class RaisingLightGBM(_Raising, LightGBM):
    pass


class TiredXGBoost(_Tired, XGBoost):
    pass


class TiredLightGBM(_Tired, LightGBM):
    pass
