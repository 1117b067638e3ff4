"""Classes in an order: how far diabetes has progressed, in five grades.

The ordinal loss knows that grade 1 is closer to grade 2 than to grade 5; the cross entropy does
not. 442 patients, graded by fifths, five folds, each predicted by trees trained on the other four.

    python examples/boosting_ordinal.py
"""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold

import lossbook
from lossbook.boosting import BoostedTrees

GRADES = 5
TREES = {"max_depth": 2, "learning_rate": 0.1, "nthread": 1}


def by_thresholds(beyond):
    """The middle grade: beyond each threshold that is passed more likely than not."""
    return (beyond > 0.5).sum(axis=1)


def by_classes(probabilities):
    return probabilities.argmax(axis=1)


LOSSES = {
    "ordinal": (lossbook.Ordinal(), by_thresholds),
    "cross entropy": (lossbook.CrossEntropy(from_logits=True), by_classes),
}


def main():
    x, progression = load_diabetes(return_X_y=True)
    ends = np.quantile(progression, np.arange(1, GRADES) / GRADES)
    grades = np.digitize(progression, ends)
    print("loss             mean grades off    off by two or more")
    found = {}
    for name, (loss, grade_of) in LOSSES.items():
        off = np.empty(len(grades), dtype=int)
        for fitted, held_out in KFold(5, shuffle=True, random_state=0).split(x):
            trees = BoostedTrees(loss, "xgboost", rounds=40, **TREES)
            trees.fit(x[fitted], grades[fitted])
            off[held_out] = abs(grade_of(trees.predict(x[held_out])) - grades[held_out])
        found[name] = off.mean(), (off > 1).mean()
        print(f"{name:15}  {found[name][0]:15.3f}  {found[name][1]:20.1%}")
    return found


if __name__ == "__main__":
    main()
