"""Who gave the stations what: a stacked bar by kind of source for each station and brain, with the table behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, h, join, table
from twin.charts.numbers import number
from twin.charts.strips import Order, Strip, controls, phase_key, strip_table
from twin.domains.air.kinds import GROUPS
from twin.domains.air.kpis import counted
from twin.domains.air.report_findings import MEMBER_NAMES
from twin.domains.air.report_ground import Ground

if TYPE_CHECKING:
    from twin.core.language import Language

Floats = NDArray[np.float64]

TABLE: Final = "air-source-table"


def contributions(ground: Ground, column: str = "pm25") -> list[Floats]:
    """Return the mean of PM2.5 from each group at each station under each brain, shape (stations, groups)."""
    found = []
    for brain in ground.brains:
        rows = counted(ground.run.events("air.contributions", brain, 0), "begins_s", ground.run.clock)
        mean = rows.pivot_table(column, "station", "group", observed=True)
        found.append(mean.reindex(columns=list(GROUPS), fill_value=0.0).to_numpy(np.float64))
    return found


def sources(ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    if ground.empty:
        return h("p", language("No hour was counted."), class_="empty")
    each = contributions(ground)
    names = [language(MEMBER_NAMES[group]) for group in GROUPS]
    text = language(
        "PM2.5 at each station in µg/m³, mean of the counted hours, by what it comes from: one bar for each brain, in "
        "this order: {brains}. What is secondary was formed in the air out of gases; what comes with clean air comes "
        "from far away. Sources beyond the city are in each kind.",
        brains=", ".join(ground.titles),
    )  # fmt: skip
    rows = [_strip(str(name), place, each) for place, name in enumerate(ground.stations["name"].tolist())]
    high = max(float(one.sum(axis=1).max()) for one in each) * 1.02
    orders = [Order("total", language("the whole")),
              *(Order(group.replace("_", ""), title) for group, title in zip(GROUPS, names, strict=True)),
              Order("name", language("Station"), is_word=True)]  # fmt: skip
    label = language("PM2.5 by source at each station")
    drawn = strip_table(rows, [language("Station"), *ground.titles], high, TABLE, label)
    return join(h("p", text), phase_key(names), controls(TABLE, orders, [], language, largest_first=True), drawn,
                _table(ground, each, names, language))  # fmt: skip


def _strip(name: str, place: int, each: list[Floats]) -> Strip:
    first = each[0][place]
    keys: dict[str, float | str] = {"name": name, "total": float(first.sum())}
    keys |= {group.replace("_", ""): float(value) for group, value in zip(GROUPS, first, strict=True)}
    cells = [number(float(one[place].sum()), 0) for one in each]
    return Strip(name, [one[place].tolist() for one in each], cells, keys)


def _table(ground: Ground, each: list[Floats], names: list[str], language: Language) -> Html:
    frames = [pd.DataFrame(one, columns=names) for one in each]
    rows: list[list[Child]] = []
    for place, name in enumerate(ground.stations["name"].tolist()):
        for title, frame in zip(ground.titles, frames, strict=True):
            rows.append([name, title, *(number(float(value), 1) for value in frame.iloc[place])])
    head = [language("Station"), language("Brain"), *names]
    return details(language("PM2.5 by source and station, µg/m³"),
                   table(head, rows, class_="compact", numbers_from=2))  # fmt: skip
