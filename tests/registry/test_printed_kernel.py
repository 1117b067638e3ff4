"""The kernel of a new loss is printed as C++, compiled here, and right to the last bits."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from registry.new_file import Tree, check, samples

# Flags as in CMakeLists.txt, without an instruction set: fma is a library call then, just as exact.
FLAGS = [
    *("-O1", "-std=c++20", "-shared", "-fPIC", "-fopenmp-simd", "-Wall", "-Wextra", "-Werror"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"),
]

CALLER = """
#include "kernels.hpp"
#include "pieces.hpp"

namespace lossbook::LOSSBOOK_ISA {
// What the package compiles once per instruction set, for all kernels.
template struct Piece<float>;
template struct Piece<double>;
extern const PointwiseKernel kernel_one_sided_huber;
}

using lossbook::LOSSBOOK_ISA::kernel_one_sided_huber;

extern "C" const char* name() { return kernel_one_sided_huber.name; }
extern "C" int parameters() { return kernel_one_sided_huber.parameters; }

#define LOSSBOOK_CALL(T, functions)                                                              \\
    extern "C" bool block_##functions(unsigned want, const T* y, const T* p, T* v, T* g, T* h,   \\
                                      std::size_t n, const double* parameters, T scale) {        \\
        const auto column = [](const T* numbers) {                                               \\
            return lossbook::Column{reinterpret_cast<const char*>(numbers), sizeof(T),           \\
                                    lossbook::element_of<T>};                                    \\
        };                                                                                       \\
        const lossbook::PointwiseJob<T> job{                                                     \\
            column(y), column(p), {},         want & lossbook::value_bit ? v : nullptr,          \\
            want & lossbook::gradient_bit ? g : nullptr,                                         \\
            want & lossbook::hessian_bit ? h : nullptr, parameters, double(scale), false};       \\
        return kernel_one_sided_huber.functions.block[want](job, 0, n).outside;                  \\
    }
LOSSBOOK_CALL(double, f64)
LOSSBOOK_CALL(float, f32)
"""


class Kernel:
    """The compiled kernel, called block by block through plain pointers."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(str(path))
        self.library.name.restype = ctypes.c_char_p

    def __call__(self, want: int, y: Any, p: Any, delta: float, scale: float = 1) -> list[Any]:
        block, real = {
            8: (self.library.block_f64, ctypes.c_double),
            4: (self.library.block_f32, ctypes.c_float),
        }[y.dtype.itemsize]
        block.restype = ctypes.c_bool
        outputs = [np.full_like(p, -99) for _ in range(3)]
        outside = block(
            ctypes.c_uint(want),
            *(ctypes.c_void_p(array.ctypes.data) for array in (y, p, *outputs)),
            ctypes.c_size_t(len(y)),
            ctypes.byref(ctypes.c_double(delta)),
            real(scale),
        )
        assert outside is False
        return outputs


@pytest.fixture(scope="module")
def kernel(tree: Tree) -> Kernel:
    """The kernel that the package's build would print, compiled."""
    compiler = shutil.which(os.environ.get("CXX", "c++")) or shutil.which("g++")
    assert compiler, "the package is built by a C++ compiler; its tests need one too"
    assert tree.python("-m", "lossbook.printers.cpp", "printed") == ""
    (tree.folder / "caller.cpp").write_text(CALLER)
    library = tree.folder / "one_sided_huber.so"
    native = tree.folder / "lossbook" / "native"
    sources = ["printed/one_sided_huber.cpp", "caller.cpp"]
    done = subprocess.run(
        [compiler, *FLAGS, f"-I{native}", *sources, "-o", str(library)],
        cwd=tree.folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Kernel(library)


def test_its_kernel_is_printed_and_in_the_table(tree: Tree, kernel: Kernel) -> None:
    assert kernel.library.name() == b"one_sided_huber"
    assert kernel.library.parameters() == 1
    assert "&kernel_one_sided_huber" in (tree.folder / "printed" / "table.cpp").read_text()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("delta", [2.0, 1.35])
def test_its_kernel_against_the_definition(kernel: Kernel, dtype: Any, delta: float) -> None:
    y, p = samples(dtype)
    everything = kernel(0b111, y, p, delta)
    check(everything, y, p, delta)
    # Every combination of outputs gives the same numbers, and leaves the others alone.
    for want in (0b001, 0b010, 0b011, 0b100, 0b110):
        for order, (got, known) in enumerate(
            zip(kernel(want, y, p, delta), everything, strict=True)
        ):
            np.testing.assert_array_equal(got, known if want >> order & 1 else -99)
    # The scale is that of a mean: derivatives carry it, the values are summed first.
    value, gradient, hessian = kernel(0b111, y, p, delta, scale=0.5)
    np.testing.assert_array_equal(value, everything[0])
    np.testing.assert_array_equal(gradient, everything[1] / 2)
    np.testing.assert_array_equal(hessian, everything[2] / 2)


def test_its_kernel_at_the_ends(kernel: Kernel) -> None:
    inf, nan = np.inf, np.nan
    y = np.array([0, 0, 0, nan, 0, 0, 0.0])
    p = np.array([2, -2, nan, 0, inf, -inf, 0.0])
    value, gradient, hessian = kernel(0b111, y, p, 2.0)
    np.testing.assert_array_equal(value, [2, 2, nan, nan, inf, inf, 0])
    np.testing.assert_array_equal(gradient, [2, -2, nan, nan, 2, -inf, 0])
    np.testing.assert_array_equal(hessian, [1, 1, nan, nan, 0, 1, 1])
