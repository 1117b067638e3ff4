"""Derive every coefficient and constant of ``src/lossbook/native/elementary.hpp``.

    python tools/elementary_polynomials.py           # print the C++ tables and their errors
    python tools/elementary_polynomials.py --check   # fail if the header differs
    python tools/elementary_polynomials.py --write   # bring the header up to date

``src/lossbook/compiler/coefficients.py`` holds the same numbers for losses that are compiled on the
spot; it is printed whole.

Each table is the polynomial of smallest weighted maximum error (Remez's exchange). Its first
coefficients are rounded one after the other, and the rest is fitted again around each, so that
the higher ones repair the rounding of the lower (Brisebarre and Chevillard, "Efficient polynomial
L-infinity approximations", ARITH 2007, in its simplest form). The weight turns the polynomial's
error into the relative error of the function.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60

PACKAGE = Path(__file__).parents[1] / "src" / "lossbook"
HEADER = PACKAGE / "native" / "elementary.hpp"
MODULE = PACKAGE / "compiler" / "coefficients.py"
PRECISION = {"float": 24, "double": 53}
Function = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Table:
    """One named row of numbers in the header, and how well it does its work."""

    name: str
    dtype: str
    values: list[mpf]
    error_bits: float | None = None  # log2 of the largest relative error of the function

    def python(self) -> str:
        """As ruff formats it."""
        numbers = [f'_hex("{hexadecimal(value, self.dtype)}"),' for value in self.values]
        if len(numbers) == 1:
            return f'    ("{self.name}", "{self.dtype}"): ({numbers[0]}),'
        lines = [f"        {number}" for number in numbers]
        return "\n".join([f'    ("{self.name}", "{self.dtype}"): (', *lines, "    ),"])

    def cpp(self) -> str:
        suffix = "f" if self.dtype == "float" else ""
        numbers = [hexadecimal(value, self.dtype) + suffix for value in self.values]
        lines = [", ".join(numbers[i : i + 4]) for i in range(0, len(numbers), 4)]
        return f"{self.name}<{self.dtype}>{{{{\n    " + ",\n    ".join(lines) + "}};"


def round_to(value: mpf, bits: int) -> mpf:
    """Round to nearest-even at ``bits`` significant bits."""
    with mp.workprec(bits):
        return +value


def hexadecimal(value: mpf, dtype: str) -> str:
    rounded = round_to(value, PRECISION[dtype])
    assert rounded == value, f"{value} is not a {dtype}"
    text = float(value).hex()
    return re.sub(r"\.?0*p", "p", text)


# ---------------------------------------------------------------- minimax


def chebyshev_points(low: mpf, high: mpf, count: int) -> list[mpf]:
    middle, radius = (low + high) / 2, (high - low) / 2
    return [middle - radius * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]


def polynomial(coefficients: list[mpf], x: mpf) -> mpf:
    total = mpf(0)
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def alternating_extrema(errors: list[mpf], count: int) -> list[int]:
    """Indices of the largest error in each run of equal sign, the weakest dropped."""
    picked: list[int] = []
    for i, error in enumerate(errors):
        if picked and (error > 0) == (errors[picked[-1]] > 0):
            if abs(error) > abs(errors[picked[-1]]):
                picked[-1] = i
        else:
            picked.append(i)
    while len(picked) > count:
        weakest = min(range(len(picked)), key=lambda i: abs(errors[picked[i]]))
        if weakest in (0, len(picked) - 1):
            picked.pop(weakest)
        elif len(picked) == count + 1:
            picked.pop(0 if abs(errors[picked[0]]) < abs(errors[picked[-1]]) else -1)
        else:  # an inner one goes with a neighbour, or the signs would no longer alternate
            del picked[weakest : weakest + 2]
    return picked


def remez(points: list[mpf], target: list[mpf], weight: list[mpf], degree: int) -> list[mpf]:
    """Coefficients that minimise max |weight * (target - p)| on the points."""
    size = degree + 2
    step = (len(points) - 1) / (size + 1)
    reference = [round(step * (i + 1)) for i in range(size)]
    coefficients: list[mpf] = []
    for _ in range(40):
        matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
        for row, index in enumerate(reference):
            for column in range(degree + 1):
                matrix[row, column] = points[index] ** column
            matrix[row, degree + 1] = (-1) ** row / weight[index]
            right[row] = target[index]
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[i] for i in range(degree + 1)]
        errors = [
            w * (t - polynomial(coefficients, x))
            for x, t, w in zip(points, target, weight, strict=True)
        ]
        if max(abs(error) for error in errors) <= abs(solution[degree + 1]) * (1 + mpf(10) ** -3):
            break
        reference = alternating_extrema(errors, size)
    return coefficients


def fit(
    name: str, dtype: str, degree: int, low: mpf, high: mpf, target: Function, weight: Function
) -> Table:
    """The best minimax polynomial in the target format over several numbers of rounding steps."""
    points = [
        x for x in chebyshev_points(low, high, 32 * (degree + 2) + 1) if abs(x) > (high - low) / 100
    ]
    targets, weights = [target(x) for x in points], [weight(x) for x in points]
    return min(
        (
            rounded_fit(Table(name, dtype, []), degree, steps, points, targets, weights)
            for steps in range(4)
        ),
        key=lambda table: table.error_bits or 0.0,
    )


def rounded_fit(
    empty: Table, degree: int, steps: int, points: list[mpf], rest: list[mpf], weights: list[mpf]
) -> Table:
    """Round ``steps`` coefficients one by one, refitting the others around them, then the rest."""
    rounded: list[mpf] = []
    for i in range(steps + 1):
        exact = remez(points, rest, weights, degree - i)
        for coefficient in exact[:1] if i < steps else exact:
            rounded.append(round_to(coefficient, PRECISION[empty.dtype]))
            # dividing by x keeps the basis 1, x, x^2, ...: without its 1 nothing must alternate
            rest = [(r - rounded[-1]) / x for r, x in zip(rest, points, strict=True)]
            weights = [w * abs(x) for w, x in zip(weights, points, strict=True)]
    error = max(abs(w * r) for w, r in zip(weights, rest, strict=True))
    return replace(empty, values=rounded, error_bits=float(mp.log(error, 2)))


# ---------------------------------------------------------------- the tables


def exp_tail(dtype: str, degree: int) -> Table:
    """(exp(r) - 1 - r) / r^2 for |r| <= ln(2)/2, relative to exp(r).

    The interval is a little wider than ln(2)/2 because k = round(x / ln 2) is decided in rounded
    arithmetic.
    """
    edge = mp.log(2) / 2 * (1 + mpf(2) ** -10)
    return fit(
        "exp_tail",
        dtype,
        degree,
        -edge,
        edge,
        lambda r: (mp.expm1(r) - r) / r**2,
        lambda r: r**2 / mp.exp(r),
    )


def log_tail(dtype: str, degree: int) -> Table:
    """(log1p(f) - f) / f^2 for 3/4 <= 1 + f < 3/2, relative to log1p(f)."""
    return fit(
        "log_tail",
        dtype,
        degree,
        mpf(-1) / 4,
        mpf(1) / 2,
        lambda f: (mp.log1p(f) - f) / f**2,
        lambda f: abs(f**2 / mp.log1p(f)),
    )


def unit_factor(dtype: str) -> mpf:
    """The first number from 1/sqrt(2) upwards whose logarithm needs no second word.

    It is a number of the format to ten bits more (Gal and Bachelis, "An accurate elementary
    mathematical library for the IEEE floating point standard", ACM TOMS 17, 1991).
    """
    bits = PRECISION[dtype]
    factor = round_to(mp.sqrt(mpf(1) / 2), bits)
    while abs(mp.log(factor) - round_to(mp.log(factor), bits)) > mpf(2) ** (-bits - 12):
        factor += mpf(2) ** -bits
    return factor


def log1p_unit_tail(dtype: str, degree: int) -> Table:
    """(log1p(f) - f) / f^2 for 0 <= f <= sqrt(2) - 1, relative to log1p(f)."""
    return fit(
        "log1p_unit_tail",
        dtype,
        degree,
        -(mpf(2) ** -20),
        mp.sqrt(2) - 1,
        lambda f: (mp.log1p(f) - f) / f**2,
        lambda f: abs(f**2 / mp.log1p(f)),
    )


def split(name: str, dtype: str, value: mpf, head_bits: int) -> Table:
    """A number as an unevaluated sum of two, the first of ``head_bits`` bits."""
    head = round_to(value, head_bits)
    return Table(name, dtype, [head, round_to(value - head, PRECISION[dtype])])


def tables() -> list[Table]:
    out = []
    for dtype, exp_degree, log_degree, unit_degree in (("float", 4, 9, 6), ("double", 9, 19, 14)):
        bits, factor = PRECISION[dtype], unit_factor(dtype)
        out += [
            Table("log2_e", dtype, [round_to(1 / mp.log(2), bits)]),
            split("ln2", dtype, mp.log(2), bits),
            Table("unit_factor", dtype, [factor]),
            Table("unit_offset", dtype, [round_to(-mp.log(factor), bits)]),
            exp_tail(dtype, exp_degree),
            log_tail(dtype, log_degree),
            log1p_unit_tail(dtype, unit_degree),
        ]
    return out


def python_module(derived: list[Table]) -> str:
    """The whole of ``compiler/coefficients.py``."""
    return "\n".join(
        [
            '"""The numbers of the elementary functions, by table and type.',
            "",
            "Printed by ``tools/elementary_polynomials.py --write``, which derives them.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "_hex = float.fromhex",
            "",
            "TABLES: dict[tuple[str, str], tuple[float, ...]] = {",
            *[table.python() for table in derived],
            "}",
            "",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail if a file differs")
    parser.add_argument("--write", action="store_true", help="bring the files up to date")
    arguments = parser.parse_args()
    header = HEADER.read_text()
    wrong = 0
    derived = tables()
    for table in derived:
        note = f"  // relative error 2^{table.error_bits:.2f}" if table.error_bits else ""
        name = re.escape(f"{table.name}<{table.dtype}>")
        if arguments.write:
            header = re.sub(name + r"\{\{.*?\}\};", table.cpp(), header, flags=re.DOTALL)
        elif not arguments.check:
            print(f"{table.cpp()}{note}")
        elif re.sub(r"\s+", "", table.cpp()) not in re.sub(r"\s+", "", header):
            wrong += 1
            print(f"{HEADER.name}: not what is derived:\n{table.cpp()}", file=sys.stderr)
    if arguments.write:
        HEADER.write_text(header)
        MODULE.write_text(python_module(derived))
    elif arguments.check and MODULE.read_text() != python_module(derived):
        wrong += 1
        print(f"{MODULE.name}: not what is derived.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
