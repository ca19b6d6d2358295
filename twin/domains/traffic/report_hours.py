"""What the roads are like through the day: speed, delay, and how many drive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import hour_lines
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, by_group
from twin.core.clock import DAY_S, HOUR_S
from twin.core.kpis import HOURS
from twin.domains.traffic.passages import hours_shown
from twin.domains.traffic.records import INTERVAL_S

if TYPE_CHECKING:
    from twin.core.language import Language

_QUARTERS: Final = tuple(str(quarter) for quarter in range(96))
_CHARTS: Final = (
    ("speed_kmh", "Speed", "km/h, waiting at junctions included"),
    ("delay_index", "Delay index", "time on the roads relative to free flow"),
    ("driving", "Vehicles on the roads", "vehicles"),
    ("queued", "Vehicles in queues", "vehicles at the ends of links"),
)
"""Column, title and what is counted."""


def hours(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    looks = [roads_of(run, brain) for brain in brains]
    if any(frame.empty for frame in looks):
        return h("p", language("Nobody drove."), class_="empty")
    text = language(
        "Means over quarters of an hour, by time of day, on the whole map; bands are 95 % intervals over the days "
        "where there are several."
    )
    charts = [_chart(looks, titles, *chart, hours_shown(run), language) for chart in _CHARTS]
    return join(h("p", text), legend(titles), h("div", charts, class_="charts"))


def roads_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return what the whole road was like in each counted quarter of an hour, with its ``hour`` and ``quarter``."""
    frames = [
        run.events("traffic.roads", brain, replication).assign(replication=replication)
        for replication in range(run.replications)
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[(rows["ends_s"] > 0) & (rows["ends_s"] <= run.clock.duration_s)]
    begins_s = rows["ends_s"].to_numpy(np.float64) - INTERVAL_S
    second = (begins_s + run.clock.second_of_day(0.0)) % DAY_S
    moved = rows["vehicle_h"] > 0
    return rows.assign(
        speed_kmh=(rows["vehicle_km"] / rows["vehicle_h"]).where(moved),
        delay_index=(rows["vehicle_h"] / rows["free_flow_h"]).where(moved),
        quarter=(second // INTERVAL_S).astype(np.int64).astype(str),
        hour=np.array(HOURS, dtype=object)[(second // HOUR_S).astype(np.int64)],
    )


def _chart(
    looks: list[pd.DataFrame], titles: list[str], column: str, title: str, unit: str, between: tuple[int, int],
    language: Language,
) -> Html:  # fmt: skip
    series = [_parts(frame, column, "quarter", _QUARTERS) for frame in looks]
    label = language("Through the day: {title}. The table below has the numbers.", title=language(title))
    by_hour = [_parts(frame, column, "hour", HOURS) for frame in looks]
    rows: list[list[Child]] = []
    for hour in range(len(HOURS)):
        own = [spreads[hour] for spreads in by_hour]
        if any(spread.count for spread in own):
            rows.append([f"{hour:02d}:00", *(number(spread.mean, 1) for spread in own)])
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows))
    low = 1.0 if column == "delay_index" else 0.0
    drawing = hour_lines(series, label, low=low, between=between)
    return figure(join(language(title), h("small", language(unit))), drawing, folded)


def _parts(frame: pd.DataFrame, column: str, grouping: str, members: tuple[str, ...]) -> list[Spread]:
    found = by_group(frame, column, grouping)
    return [found.get(member, NOTHING) for member in members]
