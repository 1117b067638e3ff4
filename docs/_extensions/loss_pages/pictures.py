"""Value, gradient and Hessian as one picture within the page, in the colours of the page."""

from __future__ import annotations

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

import lossbook as lb
from explorer_page import link_to
from lossbook.report.views import OUTPUTS

# Colours that stand for those of the page, light or dark; the style sheet knows them by class.
_INK, _FAINT = "#010203", "#010204"
_STYLE = {
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.prop_cycle": mpl.cycler(color=["#2b7bba", "#d1572c", "#2a8f5b"]),
    "font.size": 9,
    "grid.color": _FAINT,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "lossbook",
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_TITLES = {"value": "value", "gradient": "gradient", "hessian": "Hessian"}


def picture(loss: lb.Loss) -> str:
    """Three panels, as SVG within the page, beside each other where there is room."""
    panels = "\n".join(_panel(loss, output) for output in OUTPUTS)
    drawn = f'```{{raw}} html\n<div class="loss-pictures">\n{panels}\n</div>\n```'
    return f"{drawn}\n\n{link_to(loss)}".rstrip()


def _panel(loss: lb.Loss, output: str) -> str:
    with mpl.rc_context({**_STYLE, "svg.hashsalt": output}):  # names within a page must differ
        figure = Figure(figsize=(3.1, 2.7), layout="constrained")
        ax = loss.plot(figure.add_subplot(), outputs=output, y_true=_labels(loss))
        ax.set(title=_TITLES[output], ylabel="")
        if ax.get_legend() is not None:
            ax.legend([f"y = {label:g}" for label in _labels(loss) or ()])
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    what = f"{_TITLES[output].capitalize()} of {loss!r} against the prediction"
    return _inline(buffer.getvalue(), what)


def _labels(loss: lb.Loss) -> list[float] | None:
    """Both classes where there are two; else the label that shows the loss best."""
    two = loss.label_domain.two_classes
    return list(two) if two and not loss.is_row else None


def _inline(svg: str, what: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)  # nothing refers to groups
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    svg = svg.replace(_INK, "currentColor").replace(_FAINT, "var(--pst-color-text-muted)")
    head = f'<svg class="loss-picture" role="img" aria-label="{escape(what)}"'
    return re.sub(r"\n\s*\n", "\n", svg.replace("<svg", head, 1))
