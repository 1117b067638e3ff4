"""Writes breast_cancer.csv: out-of-fold probabilities that a tumour is malignant.

569 tumours of the Wisconsin diagnostic data (as shipped with scikit-learn), predicted by a logistic
regression that has not seen them: five folds, each predicted by a model fitted on the other four.

    python examples/make_breast_cancer.py
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from predictions_file import write_csv

SIZES = np.array(["small", "medium", "large"])


def main(folder: Path) -> None:
    data = load_breast_cancer()
    malignant = (data.target == 0).astype(int)
    scores = np.empty(len(malignant))
    folds = np.empty(len(malignant), dtype=int)
    splits = StratifiedKFold(5, shuffle=True, random_state=0).split(data.data, malignant)
    for fold, (fitted, held_out) in enumerate(splits):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=10_000))
        model.fit(data.data[fitted], malignant[fitted])
        scores[held_out] = model.decision_function(data.data[held_out])
        folds[held_out] = fold
    radius = data.data[:, list(data.feature_names).index("mean radius")]
    size = SIZES[np.digitize(radius, np.quantile(radius, [1 / 3, 2 / 3]))]
    # p is 1 / (1 + exp(-z)); written beside z, since most files hold one or the other.
    write_csv(
        folder / "breast_cancer.csv",
        {"y": malignant, "p": 1 / (1 + np.exp(-scores)), "z": scores, "size": size, "fold": folds},
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
