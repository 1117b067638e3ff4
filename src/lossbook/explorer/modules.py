"""ES modules joined to one script, for a page that is a single file.

A module of a page of one file has no address that another could import it from. So the modules
stand one after the other, each behind those that it imports, in one scope: their top-level names
must differ, which the browser checks, and imports neither rename nor have side effects alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|function|class)", re.MULTILINE)


def join(modules: Mapping[str, str]) -> str:
    """One script of these sources, by name.

    >>> from lossbook.explorer.modules import join
    >>> sources = {"main": 'import { one } from "./one.js";\\none();\\n'}
    >>> print(join(sources | {"one": "export function one() {}\\n"}))
    function one() {}
    <BLANKLINE>
    one();
    <BLANKLINE>
    """
    order: dict[str, None] = {}
    for name in modules:
        _place(name, modules, order, ())
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", modules[name])) for name in order)


def _place(
    name: str, modules: Mapping[str, str], order: dict[str, None], above: tuple[str, ...]
) -> None:
    if name in above:
        raise ValueError(f"modules import each other: {' -> '.join((*above, name))}.")
    if name not in order:
        for imported in _imported(modules[name]):
            _place(imported, modules, order, (*above, name))
        order[name] = None


def _imported(source: str) -> Iterator[str]:
    return (match[1] for match in _IMPORT.finditer(source))
