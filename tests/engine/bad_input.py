"""Calls that must fail: what is wrong, and the words that the message must hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import lossbook as lb

N = 3000
SQUARED, HINGE = lb.SquaredError(), lb.Hinge()
SHARES, LOGITS = (lb.BinaryCrossEntropy(from_logits=choice) for choice in (False, True))
ROWS, SCORES = (lb.CrossEntropy(from_logits=choice) for choice in (False, True))


@dataclass(frozen=True)
class Bad:
    """A call that must fail, and the words that its message must hold."""

    about: str
    loss: lb.Loss
    y_true: Any
    y_pred: Any
    words: tuple[str, ...]
    argument: str | None = None
    index: Any = None
    error: type[Exception] = lb.InputError
    more: dict[str, Any] = field(default_factory=dict)


def with_(array: Any, place: Any, number: float) -> Any:
    changed = np.array(array, float)
    changed[place] = number
    return changed


ZEROS, HALVES, SIGNS = np.zeros(N), np.full(N, 0.5), np.ones(N)
TRIPLES, INDEX = np.zeros((N, 3)), np.zeros(N, int)
THIRDS = np.full((N, 4), 0.25)
WEIGHTS = np.ones(N)

VALUES = [
    Bad(
        "labels 0 and 1 for the hinge",
        HINGE,
        with_(SIGNS, 1700, 0),
        ZEROS,
        ("y_true", "0", "1700", "{-1, 1}", "2 * y_true - 1"),
        "y_true",
        1700,
    ),
    Bad(
        "a label above 1",
        SHARES,
        with_(ZEROS, 5, 1.5),
        HALVES,
        ("y_true", "1.5", "5", "[0, 1]"),
        "y_true",
        5,
    ),
    Bad(
        "a logit as probability",
        SHARES,
        ZEROS,
        with_(HALVES, 17, 3.2),
        ("y_pred has 3.2 at index 17", "[0, 1]", "from_logits=True"),
        "y_pred",
        17,
    ),
    Bad(
        "a probability just below 0",
        SHARES,
        ZEROS,
        with_(HALVES, 2999, -1e-300),
        ("y_pred", "-1e-300", "2999"),
        "y_pred",
        2999,
    ),
    Bad(
        "a probability in two dimensions",
        SHARES,
        np.zeros((3, 4)),
        with_(np.full((3, 4), 0.5), (1, 2), 7),
        ("y_pred has 7.0", "(1, 2)"),
        "y_pred",
        (1, 2),
    ),
    Bad(
        "an infinite probability",
        SHARES,
        ZEROS,
        with_(HALVES, 3, np.inf),
        ("y_pred has inf at index 3",),
        "y_pred",
        3,
    ),
    Bad(
        "a class index too large",
        SCORES,
        with_(INDEX, 9, 3),
        TRIPLES,
        ("y_true has 3", "index 9", "0 .. 2", "count from 0"),
        "y_true",
        9,
    ),
    Bad(
        "a negative class index",
        SCORES,
        with_(INDEX, 9, -1),
        TRIPLES,
        ("y_true has -1", "index 9", "0 .. 2"),
        "y_true",
        9,
    ),
    Bad(
        "half a class index",
        SCORES,
        with_(INDEX, 9, 1.5),
        TRIPLES,
        ("y_true has 1.5", "index 9", "whole number"),
        "y_true",
        9,
    ),
    Bad(
        "a class index of probabilities",
        ROWS,
        with_(INDEX, 9, 4),
        THIRDS,
        ("y_true has 4", "index 9", "0 .. 3"),
        "y_true",
        9,
    ),
    Bad(
        "a row that sums to 2",
        SCORES,
        with_(np.eye(3)[INDEX], (8, 1), 1),
        TRIPLES,
        ("y_true", "sums to 2", "index 8", "sum to 1"),
        "y_true",
        8,
    ),
    Bad(
        "a row with a negative share",
        SCORES,
        with_(with_(np.eye(3)[INDEX], (8, 1), -1), (8, 2), 1),
        TRIPLES,
        ("y_true has -1", "(8, 1)", "[0, 1]"),
        "y_true",
        (8, 1),
    ),
    Bad(
        "a class probability above 1",
        ROWS,
        INDEX,
        with_(THIRDS, (7, 3), 1.25),
        ("y_pred has 1.25", "(7, 3)", "from_logits=True"),
        "y_pred",
        (7, 3),
    ),
    Bad(
        "a negative weight",
        SQUARED,
        ZEROS,
        ZEROS,
        ("sample_weight has -1", "index 4", "negative"),
        "sample_weight",
        4,
        more={"sample_weight": with_(WEIGHTS, 4, -1)},
    ),
    Bad(
        "a missing weight",
        SCORES,
        INDEX,
        TRIPLES,
        ("sample_weight has nan", "index 4", "NaN"),
        "sample_weight",
        4,
        more={"sample_weight": with_(WEIGHTS, 4, np.nan)},
    ),
    Bad(
        "an infinite weight",
        SQUARED,
        ZEROS,
        ZEROS,
        ("sample_weight has inf", "index 4"),
        "sample_weight",
        4,
        more={"sample_weight": with_(WEIGHTS, 4, np.inf)},
    ),
    Bad(
        "all weights 0",
        SQUARED,
        ZEROS,
        ZEROS,
        ("sample_weight", "0 everywhere"),
        "sample_weight",
        more={"sample_weight": ZEROS},
    ),
    Bad(
        "weights whose sum overflows",
        SQUARED,
        ZEROS,
        ZEROS,
        ("sample_weight", "sum"),
        "sample_weight",
        more={"sample_weight": np.full(N, 1e308)},
    ),
]

SHAPES = [
    Bad("lengths", SQUARED, ZEROS, ZEROS[:-1], ("y_true", "(3000,)", "(2999,)"), "y_true"),
    Bad(
        "a column of labels",
        SQUARED,
        ZEROS[:, None],
        ZEROS,
        ("(3000, 1)", "y_true[..., 0]"),
        "y_true",
    ),
    Bad(
        "a column of predictions",
        SQUARED,
        ZEROS,
        ZEROS[:, None],
        ("(3000, 1)", "y_pred[..., 0]"),
        "y_true",
    ),
    Bad("one number against many", SQUARED, 0.0, ZEROS, ("()", "(3000,)"), "y_true"),
    Bad("nothing", SQUARED, ZEROS[:0], ZEROS[:0], ("y_pred is empty",), "y_pred"),
    Bad("no rows", SCORES, INDEX[:0], TRIPLES[:0], ("y_pred is empty",), "y_pred"),
    Bad("one class", SCORES, INDEX, TRIPLES[:, :1], ("y_pred", "2 or more classes"), "y_pred"),
    Bad("no class axis", SCORES, INDEX, np.float64(1), ("y_pred", "2 or more classes"), "y_pred"),
    Bad(
        "labels of other rows",
        SCORES,
        np.eye(4)[INDEX],
        TRIPLES,
        ("(3000, 4)", "(3000, 3)"),
        "y_true",
    ),
    Bad("a column of indices", SCORES, INDEX[:, None], TRIPLES, ("(3000, 1)", "(3000,)"), "y_true"),
    Bad(
        "weights of another length",
        SQUARED,
        ZEROS,
        ZEROS,
        ("sample_weight", "(2,)", "(3000,)"),
        "sample_weight",
        more={"sample_weight": [1, 2]},
    ),
    Bad(
        "weights per score",
        SCORES,
        INDEX,
        TRIPLES,
        ("sample_weight", "(3000, 3)", "(3000,)"),
        "sample_weight",
        more={"sample_weight": TRIPLES + 1},
    ),
    Bad(
        "an unknown reduction",
        SQUARED,
        ZEROS,
        ZEROS,
        ("reduction", "'mean', 'sum' or 'none'", "'average'"),
        "reduction",
        more={"reduction": "average"},
    ),
]

TYPES = [
    Bad(about, SQUARED, y_true, y_pred, words, error=lb.InputTypeError, more=more)
    for about, y_true, y_pred, words, more in [
        ("text", ["a", "b"], [1.0, 2.0], ("y_true", "'a'", "convert"), {}),
        ("objects", [1.0, 2.0], np.array([1, None], object), ("y_pred", "object"), {}),
        ("complex numbers", [1.0, 2.0], [1 + 2j, 0], ("y_pred", "real numbers", "complex"), {}),
        ("dates", np.array(["2020-01-01"], "M8[D]"), [1.0], ("y_true", "datetime"), {}),
        ("ragged lists", [[1.0], [1.0, 2.0]], [1.0, 2.0], ("y_true", "rectangular"), {}),
        ("long predictions", [1.0], np.ones(1, np.longdouble), ("y_pred", "float64"), {}),
        ("text as weights", [1.0], [1.0], ("sample_weight", "'x'"), {"sample_weight": ["x"]}),
        ("out of no array", [1.0], [1.0], ("out", "list"), {"out": [0.0], "reduction": "none"}),
    ]
]  # fmt: skip
