"""Before and after for every trip: who gains, who loses, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import swatches
from twin.charts.numbers import number
from twin.charts.panels import sorted_changes
from twin.charts.section import StoredRun
from twin.charts.splits import Split, split_rows
from twin.core.kpis import HOURS
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.report_findings import MEMBER_NAMES
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_trips import Gaps, PairedTrips, paired_trips, quantiles_of, spread_out
from twin.domains.traffic.report_winners import winners_map

if TYPE_CHECKING:
    from twin.core.language import Language

MOST_OTHERS: Final = 2
"""Brains that are set against the first; the tables of the verdict have all."""
_SHARES: Final = np.linspace(0, 1, 201)
_LISTED: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_FEWEST: Final = 50
"""Groups with fewer trips are left out of the drawing."""
_KNOWS: Final = ("does not know the roads as they are", "knows the roads as they are")
_HAS_APP: Final = ("without the parking app", "with the parking app")


@dataclass(frozen=True, eq=False)
class Compared:
    """All paired trips of a run under two brains.

    Attributes
    ----------
    groups
        Sums by grouping: all, driver, app, purpose, hour, ring, district, cell.
    spread
        Trips by change, as `spread_out` returns them.
    only_before, only_after
        Trips that ended under one of the two alone.
    """

    groups: dict[str, Gaps]
    spread: NDArray[np.int64]
    only_before: int
    only_after: int

    @classmethod
    def of(cls, run: StoredRun, baseline: str, other: str, ground: Ground) -> Compared:
        """Add up all replications."""
        total = cls._one(run, baseline, other, ground, 0)
        for replication in range(1, run.replications):
            total = total + cls._one(run, baseline, other, ground, replication)
        return total

    @classmethod
    def _one(cls, run: StoredRun, baseline: str, other: str, ground: Ground, replication: int) -> Compared:
        pairs = paired_trips(run, baseline, other, replication)
        return cls(_groups(pairs, ground), spread_out(pairs.gap_min), pairs.only_before, pairs.only_after)

    def __add__(self, more: Compared) -> Compared:
        """Return the sums of both."""
        return Compared(
            {name: gaps + more.groups[name] for name, gaps in self.groups.items()},
            self.spread + more.spread, self.only_before + more.only_before, self.only_after + more.only_after,
        )  # fmt: skip


def _groups(pairs: PairedTrips, ground: Ground) -> dict[str, Gaps]:
    members: dict[str, tuple[NDArray[np.integer], int]] = {
        "all": (np.zeros(len(pairs.trip), np.int8), 1),
        "driver": (pairs.informed.astype(np.int8), len(_KNOWS)),
        "app": (pairs.app.astype(np.int8), len(_HAS_APP)),
        "purpose": (pairs.purpose, len(PURPOSES)),
        "hour": (pairs.hour, len(HOURS)),
        "ring": (ground.node_ring[pairs.origin_node], len(RINGS)),
    }
    if ground.city is not None:
        roads = ground.city.roads
        members["district"] = (roads.node_district[pairs.origin_node], len(roads.districts))
    if ground.cells is not None:
        members["cell"] = (ground.cells.of_node[pairs.origin_node], len(ground.cells.middle_m))
    return {name: Gaps.of(pairs, *given) for name, given in members.items()}


def before_after(run: StoredRun, ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    baseline, *others = run.brains
    if not others:
        return h("p", language("One brain was run, so there is nothing to compare."), class_="empty")
    parts = [_against(run, ground, baseline, other, language) for other in others[:MOST_OTHERS]]
    return join(parts)


def _against(run: StoredRun, ground: Ground, baseline: str, other: str, language: Language) -> Html:
    found = Compared.of(run, baseline, other, ground)
    names = (run.titles[baseline], run.titles[other])
    heading = h("h3", language("{other} against {baseline}", baseline=names[0], other=names[1]))
    if not found.groups["all"].trips[0]:
        return join(heading, h("p", language("No trip ended under both brains."), class_="empty"))
    charts = [_curve(found, names, language)]
    if ground.cells is not None and ground.frame is not None:
        charts.append(winners_map(ground.frame, ground.cells, ground.cell_width_m, found.groups["cell"], language))
    return h(
        "section", heading, h("p", said(found, names, language), class_="said"), _left_out(found, names, language),
        h("div", charts, class_="maps"), _for_whom(run, ground, found, language), class_="against",
    )  # fmt: skip


def said(found: Compared, names: tuple[str, str], language: Language) -> str:
    """Say how many trips gain and how many lose."""
    gaps = found.groups["all"]
    trips = int(gaps.trips[0])
    classes = gaps.classes[0]

    def share(count: int) -> str:
        return number(count / trips * 100, 1)

    shorter, longer = int(gaps.shorter[0]), int(gaps.longer[0])
    mean = float(gaps.mean_gap_min[0])
    size = number(abs(mean), 2)
    average = (
        language("On average they take {mean} min more.", mean=size)
        if mean > 0
        else language("On average they take {mean} min less.", mean=size)
    )
    return language(
        "Of {n} trips that ended under both brains, {shorter} % take more than a minute less with {other}, {longer} % "
        "more than a minute more, {much} % more than ten minutes more; the others change by no more than a minute. "
        "{average}",
        n=number(trips, 0), shorter=share(shorter), longer=share(longer), much=share(int(classes[-1])),
        other=names[1], average=average,
    )  # fmt: skip


def _left_out(found: Compared, names: tuple[str, str], language: Language) -> Html | None:
    if not found.only_before + found.only_after:
        return None
    text = language(
        "Not among them: {before} trips that ended only with {baseline}, and {after} that ended only with {other}.",
        before=number(found.only_before, 0), after=number(found.only_after, 0), baseline=names[0], other=names[1],
    )  # fmt: skip
    few = found.only_before + found.only_after < 0.01 * found.groups["all"].trips[0]
    return h("p", text, class_="note" if few else "warning")


def _curve(found: Compared, names: tuple[str, str], language: Language) -> Html:
    heading = join(
        language("Every trip, from the greatest gain to the greatest loss"),
        h("small", language("minutes from door to door, {other} less {baseline}; across: trips in %",
                            baseline=names[0], other=names[1])),
    )  # fmt: skip
    label = language("The change of every trip in order. The table below has the numbers.")
    changes = quantiles_of(found.spread, _SHARES)
    rows: list[list[Child]] = [
        [f"{share * 100:g} %", number(float(change), 1, sign=True)]
        for share, change in zip(_LISTED, quantiles_of(found.spread, np.array(_LISTED)), strict=True)
    ]
    head = [language("This share of the trips"), language("changes by so many minutes or less")]
    return figure(
        heading, sorted_changes(_SHARES * 100, changes, label),
        swatches([("d1", language("shorter")), ("d5", language("longer"))]),
        details(language("Numbers"), table(head, rows, class_="compact")),
    )  # fmt: skip


# -- for whom ------------------------------------------------------------------------------------------------------


def _for_whom(run: StoredRun, ground: Ground, found: Compared, language: Language) -> Html:
    """Return a figure for each grouping, its members one below the other."""
    districts = ground.city.roads.districts if ground.city else ()
    groupings: list[tuple[str, str, Sequence[str]]] = [
        ("driver", language("By what the driver knows"), [language(name) for name in _KNOWS]),
        ("app", language("By who has the parking app"), [language(name) for name in _HAS_APP]),
        ("ring", language("By where the trip begins"), [language(MEMBER_NAMES[name]) for name in RINGS]),
        ("purpose", language("By purpose"), [language(MEMBER_NAMES[name]) for name in PURPOSES]),
        ("district", language("By district in which it begins"), [run.districts.get(name, name) for name in districts]),
        ("hour", language("By hour in which it was to begin"), [f"{hour:02d}:00" for hour in range(len(HOURS))]),
    ]
    figures = [
        _grouping(title, names, found.groups[key], language)
        for key, title, names in groupings
        if key in found.groups and np.count_nonzero(found.groups[key].trips >= _FEWEST) > 1
    ]
    key = swatches(
        [
            ("d0", language("more than 10 min shorter")),
            ("d1", language("5 to 10")),
            ("d2", language("1 to 5 min shorter")),
            ("d4", language("1 to 5 min longer")),
            ("d5", language("5 to 10")),
            ("d6", language("more than 10 min longer")),
        ]
    )
    text = language(
        "Shorter trips stand to the left of the line, longer ones to the right; by no more than a minute: none."
    )
    return join(
        h("h3", language("For whom it gets better, for whom worse")),
        h("p", text),
        key,
        h("div", figures, class_="charts wide"),
    )


def _grouping(title: str, names: Sequence[str], gaps: Gaps, language: Language) -> Html:
    trips = gaps.trips
    shares = gaps.classes / np.maximum(trips, 1)[:, None] * 100
    rows = [
        Split(
            name, shares[member, 2::-1].tolist(), shares[member, 4:].tolist(),
            [number(float(gaps.mean_gap_min[member]), 1, sign=True),
             number(float(gaps.before_min[member] / trips[member]), 1), number(int(trips[member]), 0)],
        )
        for member, name in enumerate(names)
        if trips[member] >= _FEWEST
    ]  # fmt: skip
    head = [language("Group"), language("Mean change, min"), language("Before, min"), language("Trips")]
    label = language("{title}: shares of trips that get shorter and longer", title=title)
    return figure(title, split_rows(rows, head, label))
