"""The map of winners and losers: how the trips that begin in an area change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from twin.charts.differences import difference_bounds, difference_key
from twin.charts.html import Html, figure, h, join
from twin.charts.maps import Frame, city_map, hexagons
from twin.charts.marks import swatches
from twin.charts.numbers import number
from twin.domains.traffic.report_ground import Cells
from twin.domains.traffic.report_trips import Gaps

if TYPE_CHECKING:
    from twin.core.language import Language

_FEWEST: Final = 20
"""Areas with fewer trips are left blank."""


def winners_map(frame: Frame, cells: Cells, width_m: float, gaps: Gaps, language: Language) -> Html:
    """Return the map of mean differences by the area in which trips begin, and its key."""
    trips = gaps.trips
    chosen = np.flatnonzero(cells.inside & (trips >= _FEWEST))
    means = gaps.mean_gap_min[chosen]
    bounds = difference_bounds(means)
    ranks = np.digitize(means, bounds)
    shares = (gaps.shorter[chosen], gaps.longer[chosen]) / trips[chosen] * 100
    fills = [
        (
            f"area d{rank}",
            language(
                "{gap} min, {n} trips; {shorter} % shorter, {longer} % longer",
                gap=number(float(mean), 1, sign=True), n=number(int(count), 0), shorter=number(float(less), 0),
                longer=number(float(more), 0),
            ),
            bool(rank > 3),
        )
        for rank, mean, count, less, more in zip(ranks, means, trips[chosen], *shares, strict=True)
    ]  # fmt: skip
    label = language("Map of how trips change by the area in which they begin")
    drawing = city_map(frame, hexagons(frame, cells.middle_m[chosen], width_m, fills), label, language)
    key = difference_key(bounds, language("{bound} min shorter"), language("{bound} min longer"), language)
    heading = join(
        language("Winners and losers"),
        h("small", language("mean change of the trips that begin in an area {width} km across; a dot: longer",
                            width=f"{width_m / 1000:g}")),
    )  # fmt: skip
    return figure(heading, drawing, swatches(key))
