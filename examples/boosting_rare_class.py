"""A class that is rare: which handwritten digits are an 8, when one in eighty is.

Trees learn by the cross entropy, by the focal loss, which turns down what is classified right
already, and by the asymmetric loss, which does so where no 8 is. Called an 8 is what gets a
probability above one half. The asymmetric loss finds more, and calls more wrongly; of neither do
probabilities come true: their mean is three times the share of 8s.

    python examples/boosting_rare_class.py
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

import lossbook
from lossbook.boosting import BoostedTrees

RARE = 20
TREES = {"num_leaves": 8, "learning_rate": 0.1, "num_threads": 1}
LOSSES = {
    "cross entropy": lossbook.BinaryCrossEntropy(from_logits=True),
    "focal": lossbook.BinaryFocal(gamma=2.0),
    "asymmetric": lossbook.AsymmetricLoss(gamma_pos=0.0, gamma_neg=2.0),
}


def main():
    x, digits = load_digits(return_X_y=True)
    is_eight = digits == 8
    kept = np.r_[np.flatnonzero(~is_eight), np.flatnonzero(is_eight)[:RARE]]
    x, is_eight = x[kept], is_eight[kept]
    folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(x, is_eight))
    print("loss           found of 20    wrongly    average precision    mean probability")
    found = {}
    for name, loss in LOSSES.items():
        probability = np.empty(len(x))
        for fitted, held_out in folds:
            trees = BoostedTrees(loss, "lightgbm", rounds=60, **TREES)
            trees.fit(x[fitted], is_eight[fitted])
            probability[held_out] = trees.predict(x[held_out])
        called = probability > 0.5
        found[name] = (
            (called & is_eight).sum(),
            (called & ~is_eight).sum(),
            average_precision_score(is_eight, probability),
            probability.mean(),
        )
        print("{:13}  {:11}  {:9}  {:19.3f}  {:18.3f}".format(name, *found[name]))
    print(f"share of 8s {is_eight.mean():69.3f}")
    return found


if __name__ == "__main__":
    main()
