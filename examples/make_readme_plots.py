"""Draws the pictures of README.md into docs/images.

python examples/make_readme_plots.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import lossbook as lb

INK = "#1f2933"
FAINT = "#9aa5b1"
BLUE, RED, GREEN = "#1f6fb2", "#c8442f", "#2f855a"
TYPED = {"color": RED, "marker": "o", "markersize": 4, "fillstyle": "none", "linestyle": "none"}
COLOURS = {"value": BLUE, "gradient": RED, "Hessian": GREEN}

# White behind the whole picture, so that it reads on a dark page too; text as paths, so that it
# looks the same everywhere; a fixed salt, so that the same plot is the same file.
STYLE = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e7eb",
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "svg.fonttype": "path",
    "svg.hashsalt": "lossbook",
}


def draw_tails() -> Figure:
    """Value and gradient of the logistic loss far out, beside the formulas as they are typed."""
    z = np.linspace(0, 60, 241)
    typed_at = z[::6]
    loss = lb.BinaryCrossEntropy(from_logits=True)
    value, gradient = loss.value_and_gradient(np.ones_like(z), z, reduction="none")
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-typed_at))
        right, wrong, pushed = -np.log(p), -np.log(1 - p), abs(p - 1)
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.1), layout="constrained")
    for panel, ours, typed, formula, title in (
        (axes[0], value, right, r"$-\log\,p$", "value, label 1"),
        (axes[1], abs(gradient), pushed, r"$|p - y|$", "|gradient|, label 1"),
    ):
        seen = typed > 0
        panel.semilogy(z, ours, color=BLUE, label="lossbook")
        panel.semilogy(typed_at[seen], typed[seen], **TYPED, label=f"{formula} as typed")
        panel.text(typed_at[seen][-1] + 3, typed[seen][-1], "0 from here on", color=RED)
        panel.set(title=title, xlabel="logit z")
        panel.legend(loc="lower left")
    finite = np.isfinite(wrong)
    axes[2].plot(z, loss(np.zeros_like(z), z, reduction="none"), color=BLUE, label="lossbook")
    axes[2].plot(typed_at[finite], wrong[finite], **TYPED, label=r"$-\log(1 - p)$ as typed")
    axes[2].text(typed_at[finite][-1] + 3, wrong[finite][-1] - 3, "infinite", color=RED)
    axes[2].set(title="value, label 0", xlabel="logit z")
    axes[2].legend(loc="upper left")
    return figure


def draw_losses() -> Figure:
    """Value, gradient and Hessian of four losses, as one pass gives them."""
    x = np.linspace(-3, 3, 601)
    panels = (
        ("squared error, label 0", lb.SquaredError(), 0, "prediction"),
        ("quantile 0.9, label 0", lb.Quantile(tau=0.9), 0, "prediction"),
        ("hinge, label 1", lb.Hinge(), 1, "score"),
        ("binary cross entropy, label 1", lb.BinaryCrossEntropy(from_logits=True), 1, "logit"),
    )
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.8), sharey=True, layout="constrained")
    for panel, (title, loss, label, variable) in zip(axes, panels, strict=True):
        curves = loss.value_gradient_hessian(np.full_like(x, label), x, reduction="none")
        for (name, colour), curve in zip(COLOURS.items(), curves, strict=True):
            jumps = abs(np.diff(curve, append=curve[-1])) > 0.4
            panel.plot(x, np.where(jumps, np.nan, curve), color=colour, label=name)
        panel.set(title=title, xlabel=variable, ylim=(-2.6, 4.4))
    axes[3].legend(loc="upper right")
    return figure


def draw_quantiles() -> Figure:
    """The predictions in diabetes.csv, patients in the order of the predicted mean."""
    y, mean, low, high = np.loadtxt(
        Path(__file__).with_name("diabetes.csv"), delimiter=",", skiprows=1, usecols=range(4)
    ).T
    order = np.argsort(mean)
    rank = np.arange(len(y))
    inside = (y >= low) & (y <= high)
    figure, axes = plt.subplots(figsize=(9.6, 3.0), layout="constrained")
    bars = np.stack([low[order], high[order], np.full_like(low, np.nan)], axis=1)  # one path
    axes.plot(
        np.repeat(rank, 3),
        bars.ravel(),
        color="#cfe1f2",
        linewidth=1.6,
        label="10% to 90%",
    )
    axes.plot(rank, mean[order], color=BLUE, label="predicted mean")
    for chosen, colour, label in ((inside, FAINT, "label"), (~inside, RED, "label outside")):
        shown = chosen[order]
        axes.plot(rank[shown], y[order][shown], ".", color=colour, markersize=4, label=label)
    axes.set(
        xlabel="patient", ylabel="progression after a year", xlim=(-3, len(y) + 2), ylim=(0, None)
    )
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left", ncols=4)
    return figure


PICTURES = {"tails": draw_tails, "losses": draw_losses, "quantiles": draw_quantiles}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mpl.use("agg")
    for name, draw in PICTURES.items():
        with mpl.rc_context(STYLE):
            figure = draw()
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "docs" / "images")
