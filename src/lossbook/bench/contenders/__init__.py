"""The contenders: one file per library, imported in that library's own process only."""

from __future__ import annotations

import dataclasses
import importlib.util

__all__ = ["BOOSTERS", "PEERS", "Peer"]


@dataclasses.dataclass(frozen=True)
class Peer:
    """A contender by name.

    Parameters
    ----------
    name : str
        What tables and options call it.
    place : str
        Its class, as ``module:Class``.
    packages : tuple of str
        What must be installed for it.
    by_default : bool
        Whether it runs without being asked for.
    is_library : bool
        Whether it is something that a user would call, rather than a loop written for one loss.
    """

    name: str
    place: str
    packages: tuple[str, ...] = ()
    by_default: bool = True
    is_library: bool = True

    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]


_HERE = "lossbook.bench.contenders"

LOSSBOOK = Peer("lossbook", f"{_HERE}.own:Lossbook")
COPY = Peer("copy", f"{_HERE}.own:Copy")
FRESH_COPY = Peer("fresh copy", f"{_HERE}.own:FreshCopy")

PEERS = {
    peer.name: peer
    for peer in (
        Peer("plain", f"{_HERE}.arrays:PlainNumpy"),
        Peer("numpy", f"{_HERE}.arrays:StableNumpy"),
        Peer("numexpr", f"{_HERE}.expressions:Numexpr", ("numexpr",)),
        Peer("numba", f"{_HERE}.loops:Numba", ("numba",), is_library=False),
        Peer("sklearn", f"{_HERE}.scikit:ScikitLearn", ("sklearn",)),
        Peer("torch", f"{_HERE}.pytorch:Torch", ("torch",)),
        # Needs a C++ compiler, and takes seconds per case before it answers.
        Peer("compile", f"{_HERE}.pytorch:CompiledTorch", ("torch",), by_default=False),
        Peer("jax", f"{_HERE}.xla:Jax", ("jax",)),
        # Against "lossbook" it shows what a loss of one's own gives away.
        Peer(
            "lossbook.compile", f"{_HERE}.compiled:Compiled", ("llvmlite",), False, is_library=False
        ),
        Peer("optax", f"{_HERE}.optax_losses:Optax", ("jax", "optax")),
    )
}

# Their objectives are timed through training (lossbook.bench.training).
BOOSTERS = {
    peer.name: peer
    for peer in (
        Peer("xgboost", f"{_HERE}.boosting:XGBoost", ("xgboost",)),
        Peer("lightgbm", f"{_HERE}.boosting:LightGBM", ("lightgbm",)),
    )
}
