"""Trained trees in one file: a zip archive of the settings (JSON) and the library's own model."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import lossbook
from lossbook.boosting.versions import version_of
from lossbook.composition.composition import Composition
from lossbook.errors import InputError
from lossbook.loss import Loss
from lossbook.registry import catalogue

if TYPE_CHECKING:
    from lossbook.boosting.trees import BoostedTrees

_FORMAT = 1
_SETTINGS, _MODEL = "lossbook.json", "model"


@dataclass(frozen=True)
class Saved:
    """What a file holds.

    Parameters
    ----------
    loss : Loss
        What was minimised.
    settings : dict
        The other arguments of ``BoostedTrees``.
    version : str
        Of the library.
    model : bytes
        The library's own model.
    """

    loss: Loss
    settings: dict[str, Any]
    version: str
    model: bytes

    @classmethod
    def of(cls, trees: BoostedTrees) -> Self:
        """What is worth keeping of trained trees."""
        settings = trees.get_params()
        loss = settings.pop("loss")
        # What was chosen once stays, whatever would be chosen later.
        settings["curvature"] = trees.objective.curvature
        model = trees.objective.dump(trees._fitted())
        return cls(loss, settings, version_of(trees.library), model)

    def write(self, path: Path) -> None:
        """Into a file, which is there as a whole or not at all."""
        record = {
            "format": _FORMAT,
            "lossbook": lossbook.__version__,
            "version": self.version,
            "loss": _written(self.loss),
            "settings": self.settings,
        }
        try:
            text = json.dumps(record, indent=2)
        except TypeError as error:
            raise InputError(f"the settings cannot be written as JSON: {error}.") from None
        if not path.parent.is_dir():
            raise InputError(f"{path.parent} is no folder: make it first.", argument="path")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
                archive.writestr(_SETTINGS, text, zipfile.ZIP_DEFLATED)
                archive.writestr(_MODEL, self.model, zipfile.ZIP_DEFLATED)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @classmethod
    def read(cls, path: Path, *, any_version: bool) -> Self:
        """From a file that ``write`` wrote."""
        try:
            with zipfile.ZipFile(path) as archive:
                record, model = json.loads(archive.read(_SETTINGS)), archive.read(_MODEL)
        except (zipfile.BadZipFile, KeyError, json.JSONDecodeError):
            raise InputError(
                f"{path} was not written by BoostedTrees.save.", argument="path"
            ) from None
        if record["format"] != _FORMAT:
            raise InputError(
                f"{path} has format {record['format']} of lossbook {record['lossbook']}; this is "
                f"lossbook {lossbook.__version__}, which reads format {_FORMAT}.",
                argument="path",
            )
        library, version = record["settings"]["library"], record["version"]
        here = version_of(library)
        if here != version and not any_version:
            raise InputError(
                f"{path} was trained with {library} {version}, and this is {library} {here}: "
                f"install that one, or pass any_version=True and compare a few predictions.",
                argument="path",
            )
        return cls(_read(record["loss"]), record["settings"], version, model)


def _written(value: Any) -> Any:
    """A loss by class and fields, which may be losses themselves."""
    if isinstance(value, Loss):
        fields = dataclasses.fields(value)  # type: ignore[arg-type]
        written = {field.name: _written(getattr(value, field.name)) for field in fields}
        return {"class": type(value).__name__, "fields": written}
    return [_written(one) for one in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"class", "fields"}:
        fields = {name: _read(one) for name, one in value["fields"].items()}
        return _class_named(value["class"])(**fields)
    return tuple(map(_read, value)) if isinstance(value, list) else value


def _class_named(name: str) -> type[Loss]:
    """A class of the catalogue, one of yours, or one that losses of losses have."""
    known = {cls.__name__: cls for cls in (*catalogue(), *_below(Composition))}
    if name not in known:
        raise InputError(
            f"the model minimises a loss {name}, which is not defined here: define or import it "
            "first.",
            argument="path",
        )
    return known[name]


def _below(cls: type[Loss]) -> Iterator[type[Loss]]:
    for child in cls.__subclasses__():
        yield child
        yield from _below(child)
