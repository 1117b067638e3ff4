"""What a loss becomes in other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lossbook.registry import boosting

if TYPE_CHECKING:
    from lossbook.boosting.catboost import CatBoostObjective
    from lossbook.boosting.lightgbm import LightGBMObjective
    from lossbook.boosting.xgboost import XGBoostObjective


class Adapters:
    """The objectives that a loss of raw scores can be, imported when asked for."""

    def xgboost(
        self: Any, curvature: str | None = None, *, floor: float | None = None
    ) -> XGBoostObjective:
        """This loss as an objective of XGBoost, for its own and its scikit-learn API.

        Parameters
        ----------
        curvature : {"exact", "fisher", "bound", "secant", "unit", "native"}, optional
            What gradients are divided by; see :data:`lossbook.boosting.MENU`. By default XGBoost's
            own choice where it has this loss built in, so that the same model comes out, and one
            that is never negative elsewhere.
        floor : float, optional
            For ``"secant"`` and ``"fisher"`` of a loss with a kink: distances to the kink below it
            count as it. By default 0.3 of the mean distance of the labels from their mean, of those
            labels that a machine has: give one where several machines train, as under Dask.

        Raises
        ------
        InputError
            The loss takes probabilities or means, or has no such curvature.

        Examples
        --------
        >>> import lossbook
        >>> objective = lossbook.BinaryCrossEntropy(from_logits=True).xgboost()
        >>> objective.curvature
        'native'
        >>> import numpy as np
        >>> gradient, curvature = objective(np.array([0, 1]), np.array([0.0, 0.0]))
        >>> gradient, curvature
        (array([ 0.5, -0.5]), array([0.25, 0.25]))
        """
        objective: XGBoostObjective = boosting("xgboost").XGBoostObjective(self, curvature, floor)
        return objective

    def lightgbm(
        self: Any, curvature: str | None = None, *, floor: float | None = None
    ) -> LightGBMObjective:
        """This loss as an objective of LightGBM, for its own and its scikit-learn API.

        Parameters
        ----------
        curvature : {"exact", "fisher", "bound", "secant", "unit", "native"}, optional
            What gradients are divided by; see :data:`lossbook.boosting.MENU`. By default LightGBM's
            own choice where it has this loss built in, so that the same model comes out, and one
            that is never negative elsewhere.
        floor : float, optional
            For ``"secant"`` and ``"fisher"`` of a loss with a kink: distances to the kink below it
            count as it. By default 0.3 of the mean distance of the labels from their mean.

        Raises
        ------
        InputError
            The loss takes probabilities or means, or has no such curvature.

        Examples
        --------
        >>> import lossbook
        >>> objective = lossbook.Huber(delta=0.9).lightgbm()
        >>> objective.curvature
        'native'
        >>> import numpy as np
        >>> gradient, curvature = objective(np.array([0.0, 0.0]), np.array([0.5, 2.0]))
        >>> gradient, curvature
        (array([0.5, 0.9], dtype=float32), array([1., 1.], dtype=float32))
        """
        objective: LightGBMObjective = boosting("lightgbm").LightGBMObjective(
            self, curvature, floor
        )
        return objective

    def catboost(
        self: Any, curvature: str | None = None, *, floor: float | None = None
    ) -> CatBoostObjective:
        """This loss as an objective of CatBoost, for its own and its scikit-learn API.

        What a model has to be made with comes from a Pool (``prepare``) or from labels
        (``parameters``); after training, ``finish`` puts the start into the model::

            objective = loss.catboost()
            model = CatBoost({**objective.prepare(pool), "iterations": 1000}).fit(pool)
            objective.finish(model)

        Metrics other than this loss's see scores without the start until the model is finished.

        Losses of rows CatBoost calls twice for each row and round, in one thread at a time: 15
        microseconds each for the cross entropy, 50 to 200 for most others. 10,000 rows and 100
        rounds so take half a minute and more, of which the built-in objective needs one second.

        Parameters
        ----------
        curvature : {"exact", "fisher", "bound", "secant", "unit", "native"}, optional
            As in :meth:`xgboost`. Losses of rows have their whole Hessian under "exact" and
            "native", a diagonal else.
        floor : float, optional
            For ``"secant"`` and ``"fisher"`` of a loss with a kink: distances to the kink below it
            count as it. By default 0.3 of the mean distance of the labels from their mean.

        Raises
        ------
        InputError
            The loss takes probabilities or means, or has no such curvature.

        Examples
        --------
        >>> import lossbook
        >>> objective = lossbook.BinaryCrossEntropy(from_logits=True).catboost()
        >>> objective.curvature
        'native'
        >>> import numpy as np
        >>> objective.calc_ders_range(np.array([0.0, 0.0]), np.array([0, 1]), None)
        array([[-0.5 , -0.25],
               [ 0.5 , -0.25]])
        """
        objective: CatBoostObjective = boosting("catboost").CatBoostObjective(
            self, curvature, floor
        )
        return objective
