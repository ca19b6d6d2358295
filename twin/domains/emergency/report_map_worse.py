"""Who got worse: the same patients under two brains, on the map and by group."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, plain, table
from twin.charts.maps import Frame, city_map, hexagon_middle, hexagon_of, hexagons
from twin.charts.marks import swatches, symbols
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.domains.emergency.report_cases import paired
from twin.domains.emergency.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

_FEWEST: Final = 3
"""Areas with fewer patients are left blank."""
_LATER_MIN: Final = (1.0, 5.0)
_RINGS: Final = ("M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z", "M0-10L10 0L0 10L-10 0Z")
_MOST_MARKS: Final = 500
"""More marks could not be told apart; the latest are drawn."""


def gaps_of(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the patients whom a vehicle reached under both brains, with ``gap``: minutes later under the second."""
    patients = one[one["kind"] == "patient"]
    both = paired(patients, other, ["response_min"])
    return both.assign(gap=both["other_response_min"] - both["response_min"])


def worse(
    run: StoredRun, frame: Frame, width_m: float, gaps: pd.DataFrame, names: tuple[str, str], language: Language
) -> Html:
    """Return the map of median differences, its key, and how many patients got worse."""
    areas = _areas(frame, width_m, gaps)
    values = areas["median"].to_numpy(dtype=np.float64)
    reach = float(np.percentile(np.abs(values), 90)) if len(values) else 1.0
    step = max(round(reach / 2.5 * 2) / 2, 0.5)
    bounds = (-2 * step, -step, -0.1 * step, 0.1 * step, step, 2 * step)
    ranks = np.digitize(values, bounds)
    fills = [
        (f"area d{rank}", _tip(area, language), bool(rank > 3))
        for rank, area in zip(ranks, areas.to_dict("records"), strict=True)
    ]
    middles = hexagon_middle(areas[["q", "r"]].to_numpy(dtype=np.int64), width_m)
    label = language("Map of who is reached later: {other} against {baseline}", baseline=names[0], other=names[1])
    drawn = join(hexagons(frame, middles, width_m, fills), _patients(frame, gaps, language))
    drawing = city_map(frame, drawn, label, language)
    heading = join(
        language("Who got worse: {other} against {baseline}", baseline=names[0], other=names[1]),
        h("small", language("median difference of the same patients, minutes; areas with a dot are reached later")),
    )
    folded = details(language("By group"), _by_group(run, gaps, language))
    marks = symbols(
        [
            ("reached-later", _RINGS[0], language("a patient reached more than 1 min later")),
            ("reached-much-later", _RINGS[1], language("a patient reached more than 5 min later")),
        ]
    )
    return figure(heading, drawing, swatches(_key(step, language)), marks, h("p", said(gaps, language)), folded)


def _areas(frame: Frame, width_m: float, gaps: pd.DataFrame) -> pd.DataFrame:
    plane_m = frame.city.roads.to_plane_m(gaps["lon"].to_numpy(), gaps["lat"].to_numpy())
    cells = hexagon_of(plane_m, width_m)
    rows = pd.DataFrame({"q": cells[:, 0], "r": cells[:, 1], "gap": gaps["gap"].to_numpy()})
    rows = rows.assign(**{f"later{limit:g}": rows["gap"] > limit for limit in _LATER_MIN})
    found = rows.groupby(["q", "r"]).agg(
        median=("gap", "median"), count=("gap", "size"), later1=("later1", "sum"), later5=("later5", "sum")
    )
    return found[found["count"] >= _FEWEST].reset_index()


def _patients(frame: Frame, gaps: pd.DataFrame, language: Language) -> Html:
    """Mark the patients who are reached later, those who are so by most on top."""
    later = gaps[gaps["gap"] > _LATER_MIN[0]].nlargest(_MOST_MARKS, "gap").iloc[::-1]
    places = frame.of_degrees(later["lon"].to_numpy(), later["lat"].to_numpy())
    drawn = []
    for (x, y), gap in zip(places, later["gap"], strict=True):
        much = int(gap > _LATER_MIN[1])
        title = language("{gap} min", gap=number(float(gap), 1, sign=True))
        name = ("reached-later", "reached-much-later")[much]
        at = f"translate({plain(x, 0)} {plain(y, 0)})"
        drawn.append(h("path", h("title", title), d=_RINGS[much], class_=name, transform=at))
    return h("g", drawn)


def _tip(area: Mapping[Hashable, Any], language: Language) -> str:
    return language(
        "{gap} min, {n} patients; {one} more than 1 min later, {five} more than 5 min",
        gap=number(area["median"], 1, sign=True), n=int(area["count"]), one=int(area["later1"]),
        five=int(area["later5"]),
    )  # fmt: skip


def _key(step: float, language: Language) -> list[tuple[str, Child]]:
    sooner, later = language("{bound} min sooner"), language("{bound} min later")
    return [
        ("area d0", sooner.format(bound=f"> {2 * step:g}")),
        ("area d1", sooner.format(bound=f"{step:g}–{2 * step:g}")),
        ("area d2", sooner.format(bound=f"< {step:g}")),
        ("area d3", language("the same")),
        ("area d4", later.format(bound=f"< {step:g}")),
        ("area d5", later.format(bound=f"{step:g}–{2 * step:g}")),
        ("area d6", later.format(bound=f"> {2 * step:g}")),
    ]


def said(gaps: pd.DataFrame, language: Language) -> str:
    """Say how many patients got worse, and how many better."""
    count = len(gaps)
    one, five = (int((gaps["gap"] > limit).sum()) for limit in _LATER_MIN)
    sooner = int((gaps["gap"] < -1).sum())
    return language(
        "Of {n} patients reached under both, {one} ({one_share} %) are reached more than 1 min later, {five} "
        "({five_share} %) more than 5 min later, and {sooner} ({sooner_share} %) more than 1 min sooner.",
        n=number(count, 0), one=number(one, 0), one_share=_share(one, count), five=number(five, 0),
        five_share=_share(five, count), sooner=number(sooner, 0), sooner_share=_share(sooner, count),
    )  # fmt: skip


def _share(some: int, count: int) -> str:
    return number(some / count * 100, 1) if count else "–"


def _by_group(run: StoredRun, gaps: pd.DataFrame, language: Language) -> Html:
    rows: list[list[Child]] = []
    for column in ("district", "condition", "age", "phone"):
        for member, own in gaps.groupby(column, sort=False):
            name = str(member)
            title = run.districts.get(name) or (language(MEMBER_NAMES[name]) if name in MEMBER_NAMES else name)
            if title:
                rows.append(
                    [title, number(len(own), 0), number(float(own["gap"].median()), 1, sign=True), *_later(own)]
                )
    head = [
        language("Group"), language("Patients"), language("Median difference, min"),
        language("More than 1 min later"), language("More than 5 min later"),
    ]  # fmt: skip
    return table(head, rows, class_="compact")


def _later(own: pd.DataFrame) -> list[Child]:
    found = [int((own["gap"] > limit).sum()) for limit in _LATER_MIN]
    return [f"{number(some, 0)} ({_share(some, len(own))} %)" for some in found]
