"""The wrapper: any loss, any of the libraries, from labels to predictions and into a file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import lossbook as lb
from boosting.cases import data
from lossbook import registry
from lossbook.boosting import BoostedTrees, versions
from lossbook.boosting.trees import LIBRARIES
from lossbook.boosting.versions import version_of

LOSSES = {
    "classes": lb.BinaryCrossEntropy(from_logits=True),
    "numbers": lb.Welsch(c=2.0),
    "many": lb.CrossEntropy(from_logits=True),
    "counts": 2 * lb.Poisson() + lb.NegativeBinomial(),
}
TRAINED = slice(0, 1500)
HELD_OUT = slice(1500, None)


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(request.param)
    return str(request.param)


def fitted(library: str, labels: str, **settings: Any) -> BoostedTrees:
    rows = (data()[name][TRAINED] for name in ("features", labels, "weights"))
    return BoostedTrees(LOSSES[labels], library, **{"rounds": 10, **settings}).fit(*rows)


@pytest.mark.parametrize("labels", LOSSES)
def test_trees_beat_the_best_constant(library: str, labels: str) -> None:
    trees, loss = fitted(library, labels), LOSSES[labels]
    y_true = data()[labels][HELD_OUT]
    scores = trees.predict_raw(data()["features"][HELD_OUT])
    constant = np.broadcast_to(loss.optimal_constant(data()[labels][TRAINED]), scores.shape)
    assert loss(y_true, scores) < 0.95 * loss(y_true, np.ascontiguousarray(constant))


def test_predictions_are_what_scores_stand_for(library: str) -> None:
    trees, features = fitted(library, "many"), data()["features"]
    shares = trees.predict(features)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(shares, trees.loss.inverse_link(trees.predict_raw(features)))


@pytest.mark.parametrize("labels", LOSSES)
def test_a_file_gives_back_the_same_trees(library: str, labels: str, tmp_path: Path) -> None:
    trees = fitted(library, labels)
    trees.save(tmp_path / "trees.zip")
    again = BoostedTrees.load(tmp_path / "trees.zip")
    assert (again.loss, again.objective) == (trees.loss, trees.objective)
    assert again.get_params() == trees.get_params() | {"curvature": trees.objective.curvature}
    features = data()["features"]
    np.testing.assert_array_equal(again.predict(features), trees.predict(features))
    assert [path.name for path in tmp_path.iterdir()] == ["trees.zip"]


def test_training_stops_at_the_best_round(library: str) -> None:
    known = data()
    held_out = tuple(known[name][HELD_OUT] for name in ("features", "classes"))
    settings: dict[str, Any] = {"rounds": 400, "patience": 5}
    trees = BoostedTrees(LOSSES["classes"], library, **settings)
    trees.fit(known["features"][TRAINED], known["classes"][TRAINED], validation=held_out)
    early = trees.loss(held_out[1], trees.predict_raw(held_out[0]))
    rounds = [1, 2, 3, 400]
    others = [fitted_rounds(library, count, held_out) for count in rounds]
    assert early < min(others)


def fitted_rounds(library: str, rounds: int, held_out: Any) -> Any:
    known = data()
    trees = BoostedTrees(LOSSES["classes"], library, rounds=rounds)
    trees.fit(known["features"][TRAINED], known["classes"][TRAINED])
    return trees.loss(held_out[1], trees.predict_raw(held_out[0]))


def test_scikit_learn_copies_settings() -> None:
    pytest.importorskip("xgboost")
    trees = BoostedTrees(lb.Huber(delta=2.0), "xgboost", rounds=7, max_depth=3)
    copy = clone(trees)
    assert copy is not trees
    assert copy.get_params() == trees.get_params()
    changed = copy.set_params(loss=lb.Quantile(tau=0.9), max_depth=2)
    assert (changed.objective.curvature, changed.parameters) == ("fisher", {"max_depth": 2})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "labels of another length": ({"y_true": np.zeros(9)}, "y_true has 9 entries for 10 rows"),
    "weights of another length": (
        {"sample_weight": np.ones(3)},
        "sample_weight has 3 entries for 10 rows",
    ),
    "a label outside": ({"y_true": np.r_[np.zeros(9), 2.0]}, "y_true has 2.0 at index 9"),
    "no label": ({"y_true": np.r_[0.0, np.nan, np.ones(8)]}, "y_true has nan at index 1"),
    "one class": ({"y_true": np.zeros(10)}, "all of one class"),
    "a negative weight": (
        {"sample_weight": np.r_[-1.0, np.ones(9)]},
        "sample_weight has -1 at index 0",
    ),
    "validation of another length": (
        {"validation": (np.zeros((3, 2)), np.zeros(4))},
        "y_true of validation set 0 has 4 entries for 3 rows",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_told(library: str, case: str) -> None:
    given: dict[str, Any] = {"y_true": np.r_[np.zeros(5), np.ones(5)], **WRONG[case][0]}
    trees = BoostedTrees(LOSSES["classes"], library, rounds=2)
    with pytest.raises(lb.InputError, match=WRONG[case][1]):
        trees.fit(np.arange(20.0).reshape(10, 2), **given)
    with pytest.raises(lb.InputError, match="not trained yet"):
        trees.predict(np.zeros((1, 2)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"library": "sklearn"}, "library must be one of xgboost, lightgbm, catboost"),
        ({"rounds": 0}, "rounds must be a whole number above 0, got 0"),
        ({"patience": 1.5}, "patience must be a whole number above 0, got 1.5"),
        ({"curvature": "newton"}, "curvature must be one of exact, fisher"),
        ({"curvature": "bound", "loss": lb.Poisson()}, "does not exist for Poisson.*fisher"),
        ({"curvature": "native", "loss": lb.Welsch()}, "xgboost has no objective of this loss"),
        ({"floor": -1.0, "loss": lb.Quantile()}, "floor must be a number above 0, got -1.0"),
        ({"loss": lb.BinaryCrossEntropy()}, r"use BinaryCrossEntropy\(from_logits=True\)"),
        ({"loss": lb.ZeroOne()}, "no slope anywhere"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(lb.InputError, match=message):
        BoostedTrees(**{"loss": lb.BinaryCrossEntropy(from_logits=True), **settings})


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions.metadata, "version", _missing)
    with pytest.raises(lb.MissingDependencyError, match=r"pip install 'lossbook\[lightgbm\]'"):
        BoostedTrees(lb.Huber(), "lightgbm").fit([[1.0], [2.0]], [1.0, 2.0])
    assert lb.PseudoHuber().xgboost().curvature == "native"


def _missing(distribution: str) -> str:
    raise versions.metadata.PackageNotFoundError(distribution)


def test_patience_needs_something_to_watch(library: str) -> None:
    with pytest.raises(lb.InputError, match="needs a validation set"):
        fitted(library, "classes", patience=3)


def rewrite(path: Path, **changed: Any) -> None:
    """The same file with other entries in its record."""
    with zipfile.ZipFile(path) as archive:
        record, model = json.loads(archive.read("lossbook.json")), archive.read("model")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lossbook.json", json.dumps(record | changed))
        archive.writestr("model", model)


def test_another_version_is_refused(library: str, tmp_path: Path) -> None:
    path, trees = tmp_path / "trees.zip", fitted(library, "classes")
    trees.save(path)
    rewrite(path, version="0.1")
    here = version_of(library)
    with pytest.raises(lb.InputError, match=f"with {library} 0.1, and this is {library} {here}"):
        BoostedTrees.load(path)
    features = data()["features"]
    loaded = BoostedTrees.load(path, any_version=True)
    np.testing.assert_array_equal(loaded.predict(features), trees.predict(features))


def test_a_loss_of_one_s_own_must_be_there(tmp_path: Path) -> None:
    pytest.importorskip("xgboost")

    class Halved(lb.ResidualLoss):
        facts = lb.Facts(convex=True, strictly_convex=True, strong_convexity=1, smoothness=1)
        example = lb.Example(y_true=[1.0], y_pred=[2.0])

        def value(self, m: Any, r: Any) -> Any:
            return r * r / 2

        def deriv(self, m: Any, r: Any) -> Any:
            return r

        def deriv2(self, m: Any, r: Any) -> Any:
            return 1

    path, known = tmp_path / "trees.zip", data()
    trees = BoostedTrees(Halved(), rounds=2).fit(known["features"], known["numbers"])
    trees.save(path)
    assert BoostedTrees.load(path).loss == Halved()
    registry.unregister(Halved)
    with pytest.raises(lb.InputError, match="a loss Halved, which is not defined here"):
        BoostedTrees.load(path)


def test_a_loss_may_state_nothing_of_itself() -> None:
    class Bare(lb.ResidualLoss):
        def value(self, m: Any, r: Any) -> Any:
            return m.softplus(r) + m.softplus(-r)

        def deriv(self, m: Any, r: Any) -> Any:
            return m.sigmoid(r) - m.sigmoid(-r)

        def deriv2(self, m: Any, r: Any) -> Any:
            return 2 * m.sigmoid(r) * m.sigmoid(-r)

    class BareRow(lb.RowLoss):
        def deriv(self, m: Any, y: Any, p: Any) -> Any:
            return p - y

    for cls in (Bare, BareRow):
        registry.unregister(cls)
    objective, stated = Bare().xgboost(), lb.LogisticDistance().xgboost()
    assert objective.curvature == stated.curvature == "secant"
    y, raw = np.zeros(9), np.linspace(-4, 4, 9)
    np.testing.assert_allclose(objective(y, raw)[1], stated(y, raw)[1], rtol=1e-12)
    with pytest.raises(lb.InputError, match=r"BareRow\(\) gives no example"):
        BareRow().xgboost()


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "trees.zip"
    path.write_bytes(b"tree")
    with pytest.raises(lb.InputError, match=r"was not written by BoostedTrees\.save"):
        BoostedTrees.load(path)


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path: Path) -> None:
    pytest.importorskip("xgboost")
    trees = fitted("xgboost", "classes")
    trees.parameters = {"seed": object()}
    with pytest.raises(lb.InputError, match="cannot be written as JSON"):
        trees.save(tmp_path / "trees.zip")
    assert not list(tmp_path.iterdir())
