"""Writes diabetes.csv: out-of-fold predictions of how far diabetes has progressed after a year.

442 patients (Efron and others, Least Angle Regression, 2004; as shipped with scikit-learn). A
linear regression predicts the mean, two linear quantile regressions the 10% and 90% quantiles; each
of five folds is predicted by models fitted on the other four.

    python examples/make_diabetes.py
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, QuantileRegressor
from sklearn.model_selection import KFold

from predictions_file import write_csv

MODELS = {
    "y_pred": LinearRegression(),
    "q10": QuantileRegressor(quantile=0.1, alpha=0),
    "q90": QuantileRegressor(quantile=0.9, alpha=0),
}


def main(folder: Path) -> None:
    data = load_diabetes()
    progression = data.target.astype(int)
    predictions = {column: np.empty(len(progression)) for column in MODELS}
    folds = np.empty(len(progression), dtype=int)
    splits = KFold(5, shuffle=True, random_state=0).split(data.data)
    for fold, (fitted, held_out) in enumerate(splits):
        for column, model in MODELS.items():
            model.fit(data.data[fitted], progression[fitted])
            predictions[column][held_out] = model.predict(data.data[held_out])
        folds[held_out] = fold
    # The data does not say which sex is which; the raw file codes them 1 and 2.
    sex = load_diabetes(scaled=False).data[:, 1].astype(int)
    write_csv(
        folder / "diabetes.csv",
        {"y": progression, **predictions, "sex": sex, "fold": folds},
    )


if __name__ == "__main__":
    main(Path(__file__).parent)
