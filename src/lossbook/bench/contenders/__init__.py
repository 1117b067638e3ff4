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
    what : str
        What of it is called.
    """

    name: str
    place: str
    packages: tuple[str, ...] = ()
    by_default: bool = True
    is_library: bool = True
    what: str = ""

    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]


_HERE = "lossbook.bench.contenders"

LOSSBOOK = Peer("lossbook", f"{_HERE}.own:Lossbook", what="the public call")
COPY = Peer("copy", f"{_HERE}.own:Copy")
FRESH_COPY = Peer("fresh copy", f"{_HERE}.own:FreshCopy")

PEERS = {
    peer.name: peer
    for peer in (
        Peer("plain", f"{_HERE}.arrays:PlainNumpy", what="NumPy, the formula of a textbook"),
        Peer("numpy", f"{_HERE}.arrays:StableNumpy", what="NumPy, a form made with care"),
        Peer(
            "numexpr",
            f"{_HERE}.expressions:Numexpr",
            ("numexpr",),
            what="the formula, one expression per result",
        ),
        Peer(
            "numba",
            f"{_HERE}.loops:Numba",
            ("numba",),
            is_library=False,
            what="a loop for this one loss, with fast mathematics; no library, but a yardstick",
        ),
        Peer(
            "sklearn",
            f"{_HERE}.scikit:ScikitLearn",
            ("sklearn",),
            what="the private losses of scikit-learn, sklearn._loss",
        ),
        Peer(
            "torch",
            f"{_HERE}.pytorch:Torch",
            ("torch",),
            what="PyTorch: torch.nn.functional and autograd where there is one, else the formula",
        ),
        # Needs a C++ compiler, and takes seconds per case before it answers.
        Peer(
            "compile",
            f"{_HERE}.pytorch:CompiledTorch",
            ("torch",),
            by_default=False,
            what="PyTorch: torch.compile of value and derivatives",
        ),
        Peer(
            "jax",
            f"{_HERE}.xla:Jax",
            ("jax",),
            what="the formula of value and derivatives under jax.jit",
        ),
        Peer(
            "optax",
            f"{_HERE}.optax_losses:Optax",
            ("jax", "optax"),
            what="its own losses under jax.jit(jax.value_and_grad(...))",
        ),
        # Against "lossbook" it shows what a loss of one's own gives away.
        Peer(
            "lossbook.compile",
            f"{_HERE}.compiled:Compiled",
            ("llvmlite",),
            by_default=False,
            is_library=False,
            what="the loss as a user's own, through lossbook.compile",
        ),
    )
}

# Their objectives are timed through training (lossbook.bench.training).
BOOSTERS = {
    peer.name: peer
    for peer in (
        Peer("xgboost", f"{_HERE}.boosting:XGBoost", ("xgboost",)),
        Peer("lightgbm", f"{_HERE}.boosting:LightGBM", ("lightgbm",)),
        Peer("catboost", f"{_HERE}.boosting:CatBoost", ("catboost",)),
    )
}
