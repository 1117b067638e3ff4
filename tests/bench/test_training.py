"""Training with objectives of lossbook gives the models of the built-in ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lossbook.bench.contenders import BOOSTERS, Peer
from lossbook.bench.training import KINDS, OBJECTIVES, remarks, train
from lossbook.cli.group import lossbook


@pytest.fixture(params=BOOSTERS)
def booster(request: pytest.FixtureRequest) -> Peer:
    pytest.importorskip(request.param)
    return BOOSTERS[request.param]


def test_models_are_the_same_and_are_timed(booster: Peer) -> None:
    found = train(1000, 4, 5, [1], 2, peers=[booster])
    assert found.absent == {}
    assert [c.training.loss for c in found.comparisons] == list(OBJECTIVES)
    for comparison in found.comparisons:
        assert set(comparison.results) == set(KINDS)
        for kind, result in comparison.results.items():
            assert (result.status, result.why) == ("ok", "")
            assert result.apart is not None
            assert result.apart <= 1e-5
            assert result.seconds is not None
            if kind == "built in":
                assert result.objective_seconds is None
            else:
                assert result.objective_seconds is not None
                assert 0 < result.objective_seconds < result.seconds
        assert comparison.ratio is not None


@pytest.mark.parametrize(
    ("name", "why"),
    [("Halved", " apart"), ("Raising", "ZeroDivisionError: no"), ("Tired", "RuntimeError: enough")],
)
def test_a_wrong_objective_is_not_timed(
    booster: Peer, name: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    peer = Peer(booster.name, f"strange_boosters:{name}{booster.place.partition(':')[2]}")
    found = train(500, 4, 5, [1], 1, peers=[peer])
    for comparison in found.comparisons:
        result = comparison.results["lossbook"]
        assert result.status != "ok"
        assert why in result.why
        assert result.seconds is None
        assert comparison.ratio is None
        assert comparison.results["built in"].seconds
    assert sum(why in remark for remark in remarks(found)) == len(OBJECTIVES)


def test_the_command_has_a_table_per_library_and_json(tmp_path: Path) -> None:
    installed = [name for name, peer in BOOSTERS.items() if not peer.missing()]
    if not installed:
        pytest.skip("no booster is installed")
    path = tmp_path / "training.json"
    result = CliRunner().invoke(lossbook, ["bench", "--training", "--quick", "--json", str(path)])
    assert result.exit_code == 0, result.output
    record: Any = json.loads(path.read_text())
    assert set(record["versions"]) == set(installed)
    for name, version in record["versions"].items():
        assert f"{name} {version}, 2,000 x 10, 10 rounds, 1 thread, seconds" in result.stdout
    for comparison in record["comparisons"]:
        seconds = [comparison["results"][kind]["seconds"] for kind in ("built in", "lossbook")]
        assert comparison["ratio"] == seconds[0] / seconds[1]
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_without_the_libraries_the_command_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in list(BOOSTERS):
        monkeypatch.setitem(BOOSTERS, name, Peer(name, "nowhere:Nobody", ("no_such_package",)))
    result = CliRunner().invoke(lossbook, ["bench", "--training"])
    assert result.exit_code == 2
    assert 'needs XGBoost, LightGBM or CatBoost: pip install "lossbook[bench]"' in result.stderr
