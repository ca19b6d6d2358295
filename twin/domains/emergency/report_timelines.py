"""Every patient's way from ring to treatment as a strip, under each brain, to be sorted and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, h, join
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.charts.strips import Choice, Order, Strip, controls, phase_key, strip_table
from twin.domains.emergency.report_cases import MILESTONES, PATIENT, milestones_min, treated_of
from twin.domains.emergency.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

MOST_ROWS: Final = 300
"""More would make the page heavy and would not be read."""
MOST_BARS: Final = 3
FIRST: Final = ("stemi", "cardiac_arrest", "stroke")
"""Conditions in which minutes count most; they are shown before all others."""
PHASES: Final = (
    ("Call and choice of a vehicle", "dispatch_s"),
    ("Setting out and drive to the scene", "at_scene_s"),
    ("At the scene", "leave_s"),
    ("Drive to the hospital", "door_s"),
    ("Bay, registration, first look, consultation", "consulted_s"),
    ("Moved to another hospital", "moved_s"),
    ("Consent", "consented_s"),
    ("Team, transfer, preparation, laboratory", "treatment_s"),
)
"""Each phase of a strip, and the milestone at which it ends; the first begins with the ring."""
_ID: Final = "timelines-table"


def timelines(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    shown = [treated_of(frame).set_index(PATIENT) for frame in cases[:MOST_BARS]]
    titles = titles[:MOST_BARS]
    common = shown[0].index
    for frame in shown[1:]:
        common = common.intersection(frame.index)
    first = shown[0].loc[common].sort_index()
    chosen = choose(first)
    if chosen.empty:
        return h("p", language("There was no such case."), class_="empty")
    ways = [milestones_min(frame.loc[chosen.index]) for frame in shown]
    rows = _rows(run, chosen, ways, language)
    high = _axis_end(ways)
    text = language(
        "One row a patient, from ring to treatment; the bars stand in this order: {brains}. A step that is over before "
        "the one above it, as in a green channel, has no width. A bar with a torn end goes on beyond {high} min.",
        brains=language(", ").join(titles), high=f"{high:g}",
    )  # fmt: skip
    table = strip_table(rows, _head(titles, language), high, _ID, language("Timelines of patients"))
    orders, choices = _orders(titles, language), _choices(run, chosen, language)
    return join(
        h("p", text),
        h("p", _which(first, chosen, language), class_="note"),
        phase_key([language(name) for name, _ in PHASES]),
        controls(_ID, orders, choices, language),
        table,
        h("p", language("In print the first 24 rows are shown."), class_="note print-only"),
    )


def choose(first: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """Return at most so many patients: condition after condition, the last one's evenly spaced over the days."""
    parts, left = [], most
    for condition in (*FIRST, *(name for name in MEMBER_NAMES if name not in FIRST)):
        own = first[first["condition"] == condition]
        places = np.unique(np.linspace(0, len(own) - 1, min(len(own), left)).round().astype(np.int64))
        parts.append(own.iloc[places])
        left -= len(places)
    return pd.concat(parts)


def _which(first: pd.DataFrame, chosen: pd.DataFrame, language: Language) -> str:
    there, taken = (frame["condition"].value_counts() for frame in (first, chosen))
    names = [name for name in (*FIRST, *MEMBER_NAMES) if name in taken.index]
    parts = [
        language(
            "{condition} {n} of {all}",
            condition=language(MEMBER_NAMES[name]), n=int(taken[name]), all=int(there[name]),
        )
        for name in dict.fromkeys(names)
    ]  # fmt: skip
    return language(
        "Of the patients who were treated under every brain shown, at most {most} have a row, heart attack, cardiac "
        "arrest and stroke first; where not all of a condition fit, they are taken evenly over the days: {parts}, none "
        "of any other condition.",
        most=MOST_ROWS, parts=language(", ").join(parts),
    )  # fmt: skip


def _axis_end(ways: list[NDArray[np.float64]]) -> float:
    whole = np.concatenate([own[:, -1] for own in ways])
    return float(np.ceil(np.percentile(whole, 95) / 30) * 30) or 30.0


def _head(titles: list[str], language: Language) -> list[str]:
    gap = [language("Difference, min")] if len(titles) > 1 else []
    return [language("Patient"), language("Ring to treatment, min"), language("Door to treatment, min"), *gap]


def _rows(run: StoredRun, chosen: pd.DataFrame, ways: list[NDArray[np.float64]], language: Language) -> list[Strip]:
    places = [MILESTONES.index("ring_s"), *(MILESTONES.index(end) for _, end in PHASES)]
    door = MILESTONES.index("door_s")
    phases = [np.diff(own[:, places], axis=1) for own in ways]
    rows = []
    for position, (key, patient) in enumerate(zip(chosen.index, chosen.to_dict("records"), strict=True)):
        replication = int(key[0])
        rings = [float(own[position, -1]) for own in ways]
        doors = [float(own[position, -1] - own[position, door]) for own in ways]
        keys: dict[str, float | str] = {
            "time": replication * 1e7 + float(patient["at_ring_s"]),
            "condition": str(patient["condition"]),
            "district": str(patient["district"]),
            "place": _district(run, str(patient["district"]), language),
            "age": str(patient["age"]),
            **{f"ring{n}": minutes for n, minutes in enumerate(rings)},
            **{f"door{n}": minutes for n, minutes in enumerate(doors)},
        }
        cells: list[Child] = [_stack(rings), _stack(doors)]
        if len(ways) > 1:
            keys["gap"] = rings[1] - rings[0]
            cells.append(number(rings[1] - rings[0], 0, sign=True))
        bars = [own[position].tolist() for own in phases]
        rows.append(Strip(_name(run, patient, replication, language), bars, cells, keys))
    return rows


def _stack(minutes: list[float]) -> list[Child]:
    return [h("span", number(value, 0), class_="line") for value in minutes]


def _district(run: StoredRun, member: str, language: Language) -> str:
    return run.districts.get(member, member or language("outside"))


def _name(run: StoredRun, patient: Any, replication: int, language: Language) -> list[Child]:
    at = run.clock.at(float(patient["at_ring_s"]))
    facts = language(
        "day {day}, {time}, {district}, {age}",
        day=replication + 1, time=f"{at:%H:%M}", district=_district(run, str(patient["district"]), language),
        age=language(MEMBER_NAMES.get(str(patient["age"]), "")),
    )  # fmt: skip
    return [language(MEMBER_NAMES[str(patient["condition"])]), h("small", facts)]


def _orders(titles: list[str], language: Language) -> list[Order]:
    orders = [Order("time", language("time of the call"))]
    for kind, sentence in (
        ("ring", language("ring to treatment, {brain}")),
        ("door", language("door to treatment, {brain}")),
    ):
        orders += [Order(f"{kind}{n}", sentence.format(brain=title)) for n, title in enumerate(titles)]
    if len(titles) > 1:
        orders.append(
            Order("gap", language("difference, {other} less {baseline}", other=titles[1], baseline=titles[0]))
        )
    return [*orders, Order("place", language("district"), is_word=True)]


def _choices(run: StoredRun, chosen: pd.DataFrame, language: Language) -> list[Choice]:
    def there(column: str) -> list[str]:
        found = {str(member) for member in chosen[column]}
        return [name for name in (*MEMBER_NAMES, *sorted(found)) if name in found]

    conditions = {name: language(MEMBER_NAMES[name]) for name in dict.fromkeys(there("condition"))}
    districts = {name: _district(run, name, language) for name in dict.fromkeys(there("district"))}
    ages = {name: language(MEMBER_NAMES[name]) for name in dict.fromkeys(there("age"))}
    return [
        Choice("condition", language("Condition"), conditions),
        Choice("district", language("District"), districts),
        Choice("age", language("Age"), ages),
    ]
