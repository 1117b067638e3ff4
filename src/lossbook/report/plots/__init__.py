"""Pictures of losses, on axes of matplotlib: given ones, or new ones."""

from lossbook.report.plots.contours import plot_contours
from lossbook.report.plots.curves import plot, plot_losses
from lossbook.report.plots.push import plot_push
from lossbook.report.plots.reliability import plot_reliability

__all__ = ["plot", "plot_contours", "plot_losses", "plot_push", "plot_reliability"]
