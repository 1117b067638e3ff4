"""The one entry to everything that is run on this project; `nox --list` names the sessions.

With ``nox --no-venv`` the sessions run in the environment of nox, where the package is already
installed; what else they need is installed into it.
"""

from __future__ import annotations

import shutil

import nox

nox.needs_version = ">=2025.2.9"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "types",
    "tests",
    "tests_arrays",
    "elementary",
    "instructions",
    "docs",
]

PROJECT = nox.project.load_toml("pyproject.toml")
ARRAYS = {"LOSSBOOK_NATIVE": "0"}
# Other tests measure both paths in one run, or none.
WHERE_KERNELS_MATTER = [
    *(f"tests/{name}" for name in ("laws", "engine", "losses", "composition", "teeth", "readme")),
    "lossbook",
]


def prepare(session: nox.Session, extras: str = "", group: str | None = None) -> None:
    """Install the package with some of its extras, and a dependency group of pyproject.toml."""
    wanted = list(nox.project.dependency_groups(PROJECT, group)) if group else []
    if extras and session.venv_backend != "none":
        wanted.append(f".[{extras}]")
    if wanted:
        session.run("python", "-m", "pip", "install", "--quiet", *wanted)


@nox.session
def lint(session: nox.Session) -> None:
    """Rules and format of the Python code."""
    prepare(session, group="lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types: in the package, and for those who call it as it is installed."""
    prepare(session, "arrays,cli,plot", group="types")
    session.run("mypy")
    # Without the configuration mypy does not look into src, so it sees what callers see: the
    # installed package with the stubs that the build wrote.
    session.run("mypy", "--strict", "--config-file=", "tests/typing/caller.py")


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, on the compiled kernels."""
    prepare(session, "test")
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def tests_arrays(session: nox.Session) -> None:
    """Those tests without compiled kernels that do not compare both paths anyway."""
    prepare(session, "test")
    session.run("pytest", *(session.posargs or ["-n", "auto", *WHERE_KERNELS_MATTER]), env=ARRAYS)


@nox.session
def elementary(session: nox.Session) -> None:
    """The compiled elementary functions: coefficients as derived, errors in ULP, equal bits."""
    prepare(session, "test")
    session.run("python", "tools/elementary_polynomials.py", "--check")
    session.run("python", "tools/elementary_accuracy.py")


@nox.session
def instructions(session: nox.Session) -> None:
    """How many instructions the main kernels take per number, beside what was recorded."""
    prepare(session, "test")
    session.run("python", "tools/instruction_counts.py", "--check")


@nox.session
def docs(session: nox.Session) -> None:
    """Documents, docstrings, and the changelog's fragments."""
    prepare(session, "test", group="docs")
    session.run("pytest", "-n", "auto", "tests/readme", "lossbook")
    session.run("towncrier", "build", "--draft", "--version", "next", silent=True)


@nox.session
def site(session: nox.Session) -> None:
    """The book and a page per loss, into build/site; chapters are run, warnings are errors."""
    prepare(session, "test,bench", group="site")
    session.run("python", "tools/site_assets.py")
    options = (
        "--fail-on-warning",
        "--keep-going",
        "--jobs=auto",
        "--doctree-dir=build/site_doctrees",
    )
    session.run("python", "-m", "sphinx", *options, *session.posargs, "docs", "build/site")


@nox.session
def explorer(session: nox.Session) -> None:
    """The explorer page in the system's Chromium; with npm, axe-core looks for barriers too."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        session.skip("NOT TESTED: the explorer page needs chromium on the path.")
    prepare(session, "test", group="site_checks")
    if shutil.which("npm"):
        session.run("python", "tools/site_assets.py", "--checks")
    else:
        session.warn("NOT TESTED: axe-core comes from npm, which is not on the path.")
    must_run = {"LOSSBOOK_BROWSER": "required"}
    session.run("pytest", *(session.posargs or ["tests/explorer"]), env=must_run)


@nox.session
def site_checks(session: nox.Session) -> None:
    """The built site in headless Chromium: links, requests, formulas, accessibility."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        session.warn("LINKS ALONE: the rest needs chromium on the path.")
        session.run("python", "tools/site_checks.py", "--links")
        return
    prepare(session, group="site_checks")
    session.run("python", "tools/site_assets.py", "--checks")
    session.run("python", "tools/site_checks.py", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Timings beside other libraries; arguments go to lossbook bench."""
    prepare(session, "bench")
    session.run("lossbook", "bench", *session.posargs)


@nox.session
def results(session: nox.Session) -> None:
    """The figures of docs/benchmarks.md and README, measured anew; arguments go to run.py."""
    prepare(session, "bench")
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/page.py")


@nox.session
def accuracy(session: nox.Session) -> None:
    """The largest errors in ULP, of every loss, output, dtype and path; --write keeps them."""
    prepare(session, "test")
    session.run("python", "tools/accuracy.py", *session.posargs)


@nox.session
def pages(session: nox.Session) -> None:
    """docs/catalogue.md and docs/rosetta.md, as the losses are now."""
    prepare(session, "test")
    session.run("python", "tools/catalogue.py")
    session.run("python", "tools/rosetta.py")
