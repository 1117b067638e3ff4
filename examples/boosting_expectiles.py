"""Expectiles: like a mean, but what is missing counts more, or less, than what is too much.

The expectile 0.9 is the amount for which what is missing, summed over patients, is a ninth of what
is left over. 442 patients and how far their diabetes has progressed; five folds, each predicted by
trees trained on the other four; three expectiles in one model. What holds for the patients that
trees learn from holds roughly for new ones.

    python examples/boosting_expectiles.py
"""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold

import lossbook
from lossbook.boosting import BoostedTrees

TAUS = (0.1, 0.5, 0.9)
TREES = {
    "xgboost": {"max_depth": 2, "learning_rate": 0.1, "nthread": 1},
    "lightgbm": {"num_leaves": 4, "min_data_in_leaf": 40, "num_threads": 1},
}


def main():
    x, y = load_diabetes(return_X_y=True)
    loss = lossbook.MultiExpectile(taus=TAUS)
    found = {}
    print("library     expectile    missing : left over      should be")
    for library, settings in TREES.items():
        predicted = np.empty((len(y), len(TAUS)))
        for fitted, held_out in KFold(5, shuffle=True, random_state=0).split(x):
            trees = BoostedTrees(loss, library, rounds=30, **settings).fit(x[fitted], y[fitted])
            predicted[held_out] = trees.predict(x[held_out])
        missing = np.maximum(y[:, None] - predicted, 0).sum(axis=0)
        left_over = np.maximum(predicted - y[:, None], 0).sum(axis=0)
        found[library] = missing / left_over, (np.diff(predicted, axis=1) < 0).sum()
        for tau, ratio in zip(TAUS, found[library][0], strict=True):
            print(f"{library:9} {tau:11}    {ratio:15.3f} : 1    {(1 - tau) / tau:9.3f} : 1")
    return found


if __name__ == "__main__":
    main()
