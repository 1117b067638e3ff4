"""Soft labels: few trees learn handwritten digits from the probabilities of a better model.

200 images come with their digits, 800 without. A teacher, a support vector machine, learns from
the 200 and gives probabilities for all 1000; trees learn from those as they are (rows of
probabilities are labels of the cross entropy), or from the 200 digits.

    python examples/boosting_distillation.py
"""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

import lossbook
from lossbook.boosting import BoostedTrees

KNOWN = 200
TREES = {"max_depth": 3, "learning_rate": 0.4, "nthread": 1}


def main():
    x, x_test, digits, digits_test = train_test_split(
        *load_digits(return_X_y=True), train_size=1000, random_state=0
    )
    teacher = CalibratedClassifierCV(SVC(gamma=0.001, C=10.0), ensemble=False, cv=3)
    teacher.fit(x[:KNOWN], digits[:KNOWN])
    soft = teacher.predict_proba(x)

    loss = lossbook.CrossEntropy(from_logits=True)
    lessons = {
        "trees, 200 digits": (x[:KNOWN], digits[:KNOWN]),
        "trees, 1000 soft labels": (x, soft),
    }
    probabilities = {"teacher": teacher.predict_proba(x_test)}
    for name, lesson in lessons.items():
        trees = BoostedTrees(loss, "xgboost", rounds=15, **TREES).fit(*lesson)
        probabilities[name] = trees.predict(x_test)
    print("                           right    cross entropy")
    found = {}
    for name, rows in probabilities.items():
        right = (rows.argmax(axis=1) == digits_test).mean()
        found[name] = right, lossbook.CrossEntropy()(digits_test, rows)
        print(f"{name:23}  {right:7.1%}  {found[name][1]:15.3f}")
    return found


if __name__ == "__main__":
    main()
