"""Fetch from npm what the site is served with, and what its checks need; both are local files.

    python tools/site_assets.py            # MathJax and its font, for `nox -s site`
    python tools/site_assets.py --checks   # axe-core too, for `nox -s site_checks`

They lie in build/site_assets afterwards, and are fetched again only where a version changes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "build" / "site_assets"


@dataclass(frozen=True)
class Asset:
    """A package of npm at one version, what is taken out of it, and where that goes."""

    package: str
    parts: tuple[str, ...]
    to: str

    def fetch(self) -> None:
        """Unpack it, unless it is there already."""
        stamp = FOLDER / f".{self.to.replace('/', '-')}"
        wanted = f"{self.package} {' '.join(self.parts)}"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        with tempfile.TemporaryDirectory() as work:
            packed = _pack(self.package, Path(work))
            with tarfile.open(packed) as archive:
                archive.extractall(work, filter="data")
            for part in self.parts:
                source, target = Path(work, "package", part), FOLDER / self.to / part
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, target, dirs_exist_ok=True)
                else:
                    shutil.copy(source, target)
        stamp.write_text(wanted, encoding="utf-8")


SERVED = (
    Asset("mathjax@4.1.3", ("tex-svg.js", "a11y/assistive-mml.js"), "served/mathjax"),
    # Letters outside the first alphabets (\mathcal, \mathbb) come from its font when they are met.
    Asset("@mathjax/mathjax-newcm-font@4.1.3", ("svg",), "served/mathjax/mathjax-newcm-font"),
)
CHECKS = (Asset("axe-core@4.14.1", ("axe.min.js",), "checks"),)


def _pack(package: str, work: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("The site is built with MathJax from npm: install Node.js, which has npm.")
    # npm compares the archive with the checksum of its registry.
    finished = subprocess.run(
        [npm, "pack", "--silent", package], cwd=work, capture_output=True, encoding="utf-8"
    )
    if finished.returncode:
        raise SystemExit(f"npm pack {package} failed:\n{finished.stderr}")
    return work / finished.stdout.split()[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checks", action="store_true", help="what the checks need, too")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for asset in SERVED + (CHECKS if parser.parse_args().checks else ()):
        asset.fetch()


if __name__ == "__main__":
    main()
