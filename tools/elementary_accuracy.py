"""Measure the errors of the compiled elementary functions against their bounds.

    python tools/elementary_accuracy.py               # a stratified sample, well under a minute
    python tools/elementary_accuracy.py --exhaustive  # all 2^32 float inputs, some hours

Exits with 1 if a bound is exceeded or if two instruction sets differ in a bit. The reference has
64 bits for float (long double) and 113 bits for double (libquadmath), hence g++ on x86-64.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADERS = ROOT / "src" / "lossbook" / "native"
SOURCE = ROOT / "tests" / "native" / "elementary_accuracy.cpp"

#: The one home of these numbers: largest errors allowed, in ULP, for float and double.
BOUNDS = {
    "exp": (0.80, 0.80),
    "exp_nonpositive": (0.80, 0.80),
    "expm1": (1.00, 1.00),
    "log": (0.70, 0.70),
    "log1p": (0.75, 0.75),
    "log1p_unit": (1.00, 1.00),
    "softplus": (1.60, 1.60),
    "sigmoid": (1.60, 1.60),
}

#: The kernels' flags. Contraction is off for equal bits; without the second line loops do not
#: vectorise; the last two keep g++ from giving each outcome of a select a path of its own, which
#: costs the logistic loss a quarter of its speed on x86-64-v4 and a third on v3.
KERNEL_FLAGS = [
    *("-std=c++20", "-O3", "-ffp-contract=off"),
    *("-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"),
    *("-fno-thread-jumps", "-fno-split-paths"),
    *("-fno-tree-pre", "-fno-tree-sink", "-fno-code-hoisting"),
]
INSTRUCTION_SETS = {
    "v3": ["-march=x86-64-v3"],
    "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}


def compile_all(folder: Path, compiler: str) -> Path:
    """The kernels once per instruction set, and the program that measures them."""
    objects = []
    for name, flags in INSTRUCTION_SETS.items():
        objects.append(str(folder / f"{name}.o"))
        command = [compiler, *KERNEL_FLAGS, *flags, f"-DLOSSBOOK_ISA={name}", f"-I{HEADERS}"]
        subprocess.run([*command, "-c", str(SOURCE), "-o", objects[-1]], check=True)
    program = folder / "measure"
    command = [
        compiler,
        "-std=gnu++20",
        "-O2",
        str(SOURCE),
        *objects,
        "-lquadmath",
        "-o",
        str(program),
    ]
    subprocess.run(command, check=True)
    return program


def failures(line: str) -> list[str]:
    """Print one measurement as a row of the table, and say what is wrong with it."""
    name, dtype, ulps, worst, different = line.split()
    bound = BOUNDS[name][dtype == "double"]
    value = float.fromhex(worst)
    print(
        f"{name:16} {dtype:7} {float(ulps):8.4f} {bound:6.2f}   {value:.17g} = {worst}", flush=True
    )
    found = []
    if not float(ulps) <= bound:
        found.append(f"{name} {dtype}: {ulps} ULP at {worst}, allowed {bound}")
    if int(different):
        found.append(f"{name} {dtype}: {different} results differ between instruction sets")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--exhaustive", action="store_true", help="all 2^32 float inputs")
    exhaustive = parser.parse_args().exhaustive
    counts = ["0", "40000000"] if exhaustive else ["2000000", "1000000"]
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        program = compile_all(Path(folder), os.environ.get("CXX", "g++"))
        print(f"{'function':16} {'dtype':7} {'max ULP':>8} {'bound':>6}   worst input", flush=True)
        with subprocess.Popen([program, *counts], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                found += failures(line)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found or process.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
