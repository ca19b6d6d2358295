"""The enterprises that matter most at the stations where the air was worst, as a table that can be sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, h, join, plain, scrolling
from twin.charts.numbers import number
from twin.charts.strips import Choice, Order, controls
from twin.domains.air.kinds import PLANT_KINDS
from twin.domains.air.map_records import HEAVY_UGM3
from twin.domains.air.report_ground import Ground

if TYPE_CHECKING:
    from twin.core.language import Language

Floats = NDArray[np.float64]

TABLE: Final = "air-plant-table"
MOST_PLANTS: Final = 40
_MOST_BRAINS: Final = 2
"""The table has columns for no more brains than these."""
KIND_NAMES: Final = {
    "power": "power station", "boilers": "boilers", "cement": "cement works", "bricks": "brickyard",
    "refractories": "refractories works", "aluminium": "aluminium works", "foundries": "foundry",
    "chemicals": "chemical works", "food": "food works", "coating": "coating works",
}  # fmt: skip
_MILLION: Final = 1e6


def threatened(ground: Ground) -> tuple[NDArray[np.int64], bool]:
    """Return the stations whose air was heavily polluted under the first brain; all, and False, where none was."""
    heavy = np.flatnonzero((ground.at_stations()[0] > HEAVY_UGM3).any(axis=0))
    return (heavy, True) if len(heavy) else (np.arange(len(ground.stations)), False)


def plants(ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    if ground.empty:
        return h("p", language("No hour was counted."), class_="empty")
    where, heavy = threatened(ground)
    listed = ranked(ground, where, "pm25_heavy" if heavy else "pm25")
    if listed.empty:
        return h("p", language("There is no enterprise."), class_="empty")
    when = (
        language("in the hours with more than {limit} µg/m³ at the station", limit=f"{HEAVY_UGM3:g}")
        if heavy
        else language("in all counted hours, for no hour had more than {limit} µg/m³", limit=f"{HEAVY_UGM3:g}")
    )
    text = language(
        "The {n} enterprises that give most to the {stations} stations where the air was worst: what their fine "
        "particles add within an hour of leaving the stack, mean of these stations, {when}. Particles that are older, "
        "and those that form out of gases, belong to the city's air and cannot be told apart by enterprise.",
        n=len(listed), stations=len(where), when=when,
    )  # fmt: skip
    return join(h("p", text), _controls(listed, language), _table(listed, ground, language))


def ranked(ground: Ground, stations: NDArray[np.int64], column: str) -> pd.DataFrame:
    """Return the enterprises that give most to some stations under the first brain, the first of them first.

    Returns
    -------
    DataFrame
        ``name``, ``kind``, ``stack_m``, ``most_at``, and for each brain n ``pm25_<n>``, ``cut_<n>``, ``yuan_<n>``.
    """
    run, first = ground.run, ground.brains[0]
    told = run.events("air.plants", first, 0)
    found = told[["name", "kind", "stack_m"]].astype({"kind": object})
    for place, brain in enumerate(ground.brains):
        gave = run.events("air.plant_stations", brain, 0, ["plant", "station", column])
        by_station = gave.pivot_table(column, "plant", "station").to_numpy(np.float64)[:, stations]
        totals = run.events("air.plant_totals", brain, 0)
        found[f"pm25_{place}"] = by_station.mean(axis=1)
        found[f"cut_{place}"], found[f"yuan_{place}"] = totals["cut_h"].to_numpy(), totals["lost_yuan"].to_numpy()
        if place == 0:
            names = ground.stations["name"].to_numpy(object)
            found["most_at"] = names[stations[by_station.argmax(axis=1)]]
    order = found["pm25_0"].sort_values(ascending=False, kind="stable").index[:MOST_PLANTS]
    return found.loc[order]


def name_of(row: pd.Series[Any], language: Language) -> str:
    """Return what an enterprise is called: a drawn one by its kind in the reader's language, and its number."""
    name, kind = str(row["name"]), str(row["kind"])
    number_of = name.removeprefix(f"{kind} ")
    return f"{language(KIND_NAMES[kind])} {number_of}" if number_of.isdigit() else name


def _controls(listed: pd.DataFrame, language: Language) -> Html:
    orders = [
        Order("gave", language("PM2.5 at the stations")), Order("yuan", language("production lost")),
        Order("stack", language("height of the stack")), Order("name", language("Enterprise"), is_word=True),
    ]  # fmt: skip
    kinds = {kind: language(KIND_NAMES[kind]) for kind in PLANT_KINDS if (listed["kind"] == kind).any()}
    places = {str(name): str(name) for name in sorted(set(listed["most_at"]))}
    choices = [Choice("kind", language("Kind"), kinds), Choice("at", language("most at station"), places)]
    return controls(TABLE, orders, choices, language, largest_first=True)


def _table(listed: pd.DataFrame, ground: Ground, language: Language) -> Html:
    head = [language("stack, m"), language("most at station")]
    brains = range(min(len(ground.brains), _MOST_BRAINS))
    for title in ground.titles[:_MOST_BRAINS]:
        head += [language("{brain}: gave, µg/m³", brain=title), language("{brain}: hours cut", brain=title),
                 language("{brain}: lost, million yuan", brain=title)]  # fmt: skip
    first = h("th", language("Enterprise"), scope="col")
    titles = [first, [h("th", one, scope="col", class_="number") for one in head]]
    body = []
    for _, row in listed.iterrows():
        name = name_of(row, language)
        cells: list[Child] = [number(float(row["stack_m"]), 0), row["most_at"]]
        for place in brains:
            cells += [number(float(row[f"pm25_{place}"]), 3), number(float(row[f"cut_{place}"]), 0),
                      number(float(row[f"yuan_{place}"]) / _MILLION, 2)]  # fmt: skip
        body.append(h(
            "tr", h("th", name, scope="row"), [h("td", cell, class_="number") for cell in cells],
            data_gave=plain(float(row["pm25_0"]), 5), data_yuan=plain(float(row[f"yuan_{brains[-1]}"]), 0),
            data_stack=plain(float(row["stack_m"])), data_name=name, data_kind=str(row["kind"]),
            data_at=str(row["most_at"]),
        ))  # fmt: skip
    whole = h("table", h("thead", h("tr", titles)), h("tbody", body), class_="strips plants", id=TABLE)
    label = language("Enterprises that matter most where the air was worst")
    return h("div", scrolling(whole, label), class_="long")
