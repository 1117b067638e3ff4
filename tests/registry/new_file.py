"""A copy of the package with one new file, and what the new loss must answer.

The sources are copied, one file is put in, and all the rest happens in processes that see this copy
and nothing else of lossbook. What they answer is compared with the loss's definition in mpmath,
written here a second time, and with mpmath's differences of it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from lossbook.checks.truth import ulp_errors
from lossbook.facts import Accuracy

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "src" / "lossbook"
BOUNDS = Accuracy()

NEW_LOSS = r'''
from __future__ import annotations

from typing import Any

from lossbook.facts import Example, Facts
from lossbook.families import ResidualLoss
from lossbook.maths.namespace import Term
from lossbook.parameters import positive


class OneSidedHuber(ResidualLoss):
    r"""One-sided Huber loss: squared, but absolute for predictions that are far too high.

    .. math:: \ell(y, \hat y) = q (r - q / 2), \qquad r = \hat y - y, \quad q = \min(r, \delta)

    The Hessian is 1 up to :math:`r = \delta`, there included, and 0 beyond.

    Parameters
    ----------
    delta : float
        Where the square becomes a straight line.

    Examples
    --------
    >>> import lossbook
    >>> loss = lossbook.OneSidedHuber(delta=2)
    >>> loss([0, 0, 0], [0.5, -1, 3])
    1.5416666666666667
    >>> loss.gradient([0, 0, 0], [0.5, -1, 3], reduction="sum")
    array([ 0.5, -1. ,  2. ])
    """

    delta: float = positive(1.0)

    kind = "regression"
    aliases = {"half_huber": {}, "otherlib.nn.HalfHuber": {}}
    example = Example(y_true=[0, 0, 0], y_pred=[0.5, -1, 3])
    references = ("Huber, Robust Estimation of a Location Parameter, Ann. Math. Stat. 35 (1964)",)

    @property
    def facts(self) -> Facts:
        return Facts(convex=True, smoothness=1)

    def value(self, m: Any, r: Term) -> Term:
        far = self.delta * (r - self.delta / 2)
        return m.where(r <= self.delta, r * r / 2, far)

    def deriv(self, m: Any, r: Term) -> Term:
        return m.minimum(r, self.delta)

    def deriv2(self, m: Any, r: Term) -> Term:
        return m.where(r <= self.delta, 1, 0)
'''


class Tree:
    """A copy of the package with one more file, and processes that run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skip = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        shutil.copytree(PACKAGE, folder / "lossbook", ignore=skip)
        (folder / "lossbook" / "losses" / "regression" / "one_sided_huber.py").write_text(NEW_LOSS)
        # -S leaves the import hooks of an editable installation out; the rest of the path stays.
        path = [folder, TESTS, *filter(None, sys.path)]
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "LOSSBOOK_NATIVE": "0",
            "COLUMNS": "80",
            "PYTHONIOENCODING": "utf-8",
        }

    def python(self, *words: str) -> str:
        """What a Python process prints, given the words after ``python``."""
        done = subprocess.run(
            [sys.executable, "-S", "-W", "error", *words],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def answer(self, expression: str, **names: Any) -> Any:
        """The value of an expression in the new package, by way of JSON."""
        program = (
            "import json, sys; import numpy as np; import lossbook as lb\n"
            "globals().update(json.loads(sys.argv[1]))\n"
            f"print(json.dumps({expression}, default=lambda array: array.tolist()))"
        )
        return json.loads(self.python("-c", program, json.dumps(names)))

    def command(self, *words: str) -> str:
        """What the command line prints."""
        return self.python("-c", "from lossbook.cli import main; main()", *words)


def definition(y: Any, p: Any, delta: Any) -> Any:
    """Half a square, or a straight line of slope delta that goes on from it."""
    r = p - y
    return r * r / 2 if r <= delta else delta * r - delta * delta / 2


def truth(order: int, y: Any, p: Any, delta: float) -> Any:
    """The derivatives of each sample, by differences of the definition."""
    with mpmath.workdps(
        150
    ):  # residuals are up to 1e30, and the differences of their squares small
        results = []
        for one, other in zip(y.tolist(), p.tolist(), strict=True):
            label, prediction = mpmath.mpf(one), mpmath.mpf(other)

            def function(x: Any, label: Any = label) -> Any:
                return definition(label, x, mpmath.mpf(delta))

            slope = mpmath.diff(function, prediction, order) if order else function(prediction)
            # The differences of a straight line leave 1e-20 or so of a second derivative.
            results.append(mpmath.mpf(round(slope)) if order == 2 else slope)
        return np.asarray(results, dtype=object)


def samples(dtype: Any) -> tuple[Any, Any]:
    """Residuals of all sizes, in order of size and sign; none exactly where the case changes."""
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.normal(0, 2, 60), rng.normal(0, 1, 40) * 10.0 ** rng.uniform(-30, 30)])
    y = np.where(rng.random(100) < 0.3, 0, rng.normal(0, 1, 100))
    return y.astype(dtype), p.astype(dtype)


def check(results: Any, y: Any, p: Any, delta: float) -> None:
    """Value, gradient and Hessian of each sample, within the package's usual bounds."""
    bounds = (BOUNDS.value, BOUNDS.gradient, BOUNDS.hessian)
    for order, (got, bound) in enumerate(zip(results, bounds, strict=True)):
        assert ulp_errors(np.asarray(got, y.dtype), truth(order, y, p, delta)).max() <= bound
