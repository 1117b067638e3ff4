"""What a loss returns at its kinks, and on both sides of them."""

from __future__ import annotations

import math

import lossbook as lb
from lossbook.report.scales import number
from lossbook.report.views import view_of

from .markdown import table


def kinks(loss: lb.Loss) -> str:
    """A row for each kink or jump, at the label that the picture begins with."""
    view = view_of(loss, between=(-1e6, 1e6) if loss.prediction_domain.checks_nothing else None)
    rows = []
    for place in view.breaks:
        near = [math.nextafter(place, -math.inf), place, math.nextafter(place, math.inf)]
        slopes = view.curve("gradient", near)
        rows.append([number(place), *(number(float(slope), 6) for slope in slopes)])
    if not rows:
        return ""
    told = (
        f"Where the slope jumps, at {view.label}: the gradient just before, what is returned "
        "there, and just after."
    )
    return f"{told}\n\n{table([view.x_label, 'before', 'there', 'after'], rows)}"
