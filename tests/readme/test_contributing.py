"""CONTRIBUTING.md describes the project as it is: folders, imports, commands, how to add a loss."""

import ast
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import lossbook
from lossbook import registry
from readme.documents import CONTRIBUTING, ROOT, blocks

DOCUMENT = CONTRIBUTING.read_text(encoding="utf-8")
PACKAGE = ROOT / "src" / "lossbook"


def folders_shown():
    """The folders of the tree, as paths from the root."""
    (tree,) = blocks(CONTRIBUTING, "text")
    above: list[str] = []
    for line in tree.text.splitlines():
        name = line.split()[0].rstrip("/")
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth:] = [name]
        yield "/".join(above)


def folders_there():
    """The folders that hold files of the project, and the folders above them."""
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split() if "/" in line}
    for folder in sorted(path for path in ROOT.iterdir() if path.is_dir()):
        hidden = folder.name.startswith(".") and folder.name != ".ci"
        if hidden or folder.name in ignored or (folder / "pyvenv.cfg").exists():
            continue
        for file in folder.rglob("*"):
            inside = file.relative_to(ROOT).parent
            if str(inside) in ignored:
                continue
            if file.is_file() and not re.search(r"__pycache__|\.egg-info|/\.", str(inside)):
                yield from (str(path) for path in [inside, *inside.parents] if path.name)


def test_tree_shows_the_folders():
    shown = list(folders_shown())
    assert len(shown) == len(set(shown))
    assert set(shown) == set(folders_there())


def test_tree_is_in_order():
    shown = list(folders_shown())
    assert shown == sorted(shown, key=lambda path: path.split("/"))


def unit(module: str) -> str:
    """The part of the package that a module belongs to."""
    return module.split(".")[1]


def imports(source: str):
    """What is imported when a file runs, inside functions too; not what types alone need."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "lossbook":
            yield from (f"lossbook.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_point_one_way():
    sentence = re.search(r"Imports point one way only: (.*?);", DOCUMENT, re.DOTALL)
    order = re.findall(r"`(\w+)`", sentence[1])
    assert order[0] == "cli"
    assert order[-1] == "errors"
    units = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert set(order) <= units
    for path in PACKAGE.rglob("*.py"):
        here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if here == "__init__":
            continue
        for module in imports(path.read_text(encoding="utf-8")):
            there = unit(module) if module.startswith("lossbook.") else here
            if there == here or there not in units:
                continue
            if here not in order:
                assert there == "errors", f"{path.name} imports {module}"
            elif there in order:
                assert order.index(here) < order.index(there), f"{path.name} imports {module}"


def test_numpy_is_the_only_hard_dependency():
    """Importing the package and calling a loss loads the standard library and NumPy alone."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "import lossbook; lossbook.SquaredError().value_gradient_hessian([1.0], [2.0])\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - sys.stdlib_module_names))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert finished.stdout.split() == ["lossbook", "numpy"]


@pytest.fixture
def squared_perceptron(tmp_path, monkeypatch):
    """The worked example, from the document's own text, as a module of its own."""
    source = re.search(
        r"<!-- file: squared_perceptron -->\n```python\n(.*?)^```", DOCUMENT, re.S | re.M
    )
    path = tmp_path / "squared_perceptron.py"
    path.write_text(source[1], encoding="utf-8")
    module = types.ModuleType("squared_perceptron")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "squared_perceptron", module)
    exec(compile(source[1], path, "exec"), module.__dict__)
    yield module.SquaredPerceptron
    registry.unregister(module.SquaredPerceptron)


def test_example_of_a_loss_works(squared_perceptron):
    assert lossbook.get("l2_perceptron") == squared_perceptron()
    assert squared_perceptron in lossbook.catalogue()
    loss, example = squared_perceptron(), squared_perceptron.example
    value, gradient, hessian = loss.value_gradient_hessian(example.y_true, example.y_pred)
    assert value == 0.125
    np.testing.assert_array_equal(gradient, [0, -0.25, 0.25, 0])
    np.testing.assert_array_equal(hessian, [0, 0.5, 0.5, 0])
    assert loss.optimal_constant([1, 1, -1, 1]) == 0


def test_example_of_a_loss_runs_its_docstring(squared_perceptron):
    import doctest

    session = doctest.DocTestParser().get_doctest(
        inspect.getdoc(squared_perceptron), {}, "SquaredPerceptron", None, 0
    )
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(session)
    assert runner.tries == 4
    assert runner.failures == 0


def test_table_names_the_sessions():
    """Every session of nox is in the table, and no other."""
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(decorator) == "nox.session" for decorator in node.decorator_list)
    }
    assert set(re.findall(r"^\| `nox -s (\w+)", DOCUMENT, re.MULTILINE)) == sessions


def test_files_stay_short():
    lengths = {
        path: path.read_text(encoding="utf-8").count("\n")
        for folder in ("src", "tests", "tools", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".cpp", ".hpp"}
    }
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}


def test_changelog_fragments_have_a_kind():
    text = (ROOT / "changelog.d" / "README.md").read_text(encoding="utf-8")
    kinds = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    fragments = [path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert all(Path(path.stem).suffix[1:] in kinds for path in fragments), fragments
