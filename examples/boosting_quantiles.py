"""Three quantiles at once that do not cross: how far diabetes progresses, in a range.

442 patients, five folds, each predicted by trees that were trained on the other four. One model of
trees has a column for the lowest quantile and one for each step to the next, and steps are never
negative. Beside it: LightGBM's own quantile objective, which needs a model for each quantile.

    python examples/boosting_quantiles.py
"""

import lightgbm
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold

import lossbook
from lossbook.boosting import BoostedTrees

TAUS = (0.1, 0.5, 0.9)
ROUNDS = 60
TREES = {
    "xgboost": {"max_depth": 2, "learning_rate": 0.1, "nthread": 1},
    "lightgbm": {"num_leaves": 4, "min_data_in_leaf": 40, "num_threads": 1},
}


def together(library, x, y, x_new):
    loss = lossbook.MultiQuantile(taus=TAUS, non_crossing=True)
    return BoostedTrees(loss, library, rounds=ROUNDS, **TREES[library]).fit(x, y).predict(x_new)


def one_by_one(x, y, x_new):
    settings = {**TREES["lightgbm"], "objective": "quantile", "verbosity": -1}
    models = [
        lightgbm.train({**settings, "alpha": tau}, lightgbm.Dataset(x, y), ROUNDS) for tau in TAUS
    ]
    return np.column_stack([model.predict(x_new) for model in models])


def figures(y, quantiles):
    """How many labels lie below each quantile, how many rows cross, and the mean loss."""
    covered = (y[:, None] <= quantiles).mean(axis=0)
    crossing = (np.diff(quantiles, axis=1) < 0).any(axis=1).sum()
    return covered, crossing, lossbook.MultiQuantile(taus=TAUS)(y, quantiles)


def main():
    x, y = load_diabetes(return_X_y=True)
    predicted = {name: np.empty((len(y), len(TAUS))) for name in ("built in", *TREES)}
    for fitted, held_out in KFold(5, shuffle=True, random_state=0).split(x):
        data = x[fitted], y[fitted], x[held_out]
        predicted["built in"][held_out] = one_by_one(*data)
        for library in TREES:
            predicted[library][held_out] = together(library, *data)
    found = {name: figures(y, quantiles) for name, quantiles in predicted.items()}
    print("             below 10 %, 50 %, 90 %    rows that cross    mean loss")
    for name, (covered, crossing, loss) in found.items():
        shares = "  ".join(f"{share:6.1%}" for share in covered)
        print(f"{name:10}   {shares}    {crossing:15}    {loss:9.2f}")
    return found


if __name__ == "__main__":
    main()
