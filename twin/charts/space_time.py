"""Space-time diagrams: time of day across, distance along a road upwards, a class of speed in each field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Html, h, plain
from twin.charts.panels import Panel, hour_ticks

HEIGHT = 240


def space_time(
    ranks: NDArray[np.int64],
    names: Sequence[str],
    length_km: float,
    label: str,
    marked: int,
    between: tuple[int, int] = (0, 24),
) -> Html:
    """Draw classes of speed.

    Parameters
    ----------
    ranks
        Position in ``names`` by equal part of the day and equal part of the road; -1 where there is nothing.
    names
        Classes of the style sheet.
    marked
        The class that also carries a line through its fields, so that it is not told by colour alone.
    between
        The hours of the day that are shown.
    """
    parts, stretches = ranks.shape
    panel = Panel.of(between, (0, length_km), HEIGHT)
    thick = abs(panel.y(length_km / stretches) - panel.y(0))
    drawn = []
    for rank, name in enumerate(names):
        d = _rows(panel, ranks == rank, length_km / stretches, 24 / parts)
        if not d:
            continue
        drawn.append(h("path", d=d, class_=f"field {name}", stroke_width=plain(thick + 0.2, 2)))
        if rank == marked:
            drawn.append(h("path", d=d, class_="jam"))
    return panel.draw(label, *drawn, x_ticks=hour_ticks(between))


def _rows(panel: Panel, there: NDArray[np.bool_], step_km: float, step_h: float) -> str:
    """Write each stretch's runs of neighbouring fields as level lines through their middles."""
    edge = np.diff(np.pad(there, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    begins, ends = np.nonzero(edge.T > 0), np.nonzero(edge.T < 0)
    pieces = []
    for stretch, begin, end in zip(begins[0].tolist(), begins[1].tolist(), ends[1].tolist(), strict=True):
        x, width = panel.x(begin * step_h), panel.x(end * step_h) - panel.x(begin * step_h)
        pieces.append(f"M{plain(x)} {plain(panel.y((stretch + 0.5) * step_km))}h{plain(width)}")
    return "".join(pieces)
