"""Writes wine.csv: out-of-fold probabilities of the three growers that a wine may come from.

178 Italian wines described by 13 chemical measurements (as shipped with scikit-learn); Gaussian
naive Bayes, which is often right and always too sure of itself.

    python examples/make_wine.py
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from predictions_file import write_csv


def main(folder: Path) -> None:
    data = load_wine()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    probabilities = cross_val_predict(
        GaussianNB(), data.data, data.target, cv=folds, method="predict_proba"
    )
    columns = {f"p{grower}": probabilities[:, grower] for grower in range(3)}
    write_csv(folder / "wine.csv", {"y": np.asarray(data.target), **columns})


if __name__ == "__main__":
    main(Path(__file__).parent)
