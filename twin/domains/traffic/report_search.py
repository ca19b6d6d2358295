"""Where and how long people look for a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.maps import Frame, city_map, class_title, hexagons, scale_classes
from twin.charts.marks import legend, swatches
from twin.charts.numbers import number
from twin.charts.panels import cumulative_curves, hour_lines
from twin.charts.rows import Row, dot_rows
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread
from twin.core.kpis import HOURS
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.passages import hours_shown
from twin.domains.traffic.report_findings import MEMBER_NAMES
from twin.domains.traffic.report_ground import Cells, Ground
from twin.domains.traffic.report_searches import Looked, Searches, searches
from twin.domains.traffic.report_trips import quantiles_of

if TYPE_CHECKING:
    from twin.core.language import Language

_MOST_MAPS: Final = 2
_FEWEST: Final = 10
"""Areas with fewer searches are left blank."""
_CLASSES: Final = 6
_SAMPLE: Final = np.linspace(0, 1, 1001)[1:]
_LISTED_MIN: Final = (0, 1, 2, 5, 10, 15, 30)


def search_section(run: StoredRun, ground: Ground, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    found = [searches(run, brain, ground) for brain in brains]
    if not any(own.groups["all"].drivers[0] for own in found):
        return h("p", language("Nobody looked for a place."), class_="empty")
    text = language(
        "Drivers who look for a place: minutes from coming to the destination to having parked or given up. Who parks "
        "on an own place at home, or stops without parking, is not among them."
    )
    sentences = [h("li", _said(own.groups["all"], title, language)) for own, title in zip(found, titles, strict=True)]
    charts = [_curve(found, titles, language), _by_hour(found, titles, hours_shown(run), language)]
    maps = []
    if ground.frame is not None and ground.cells is not None:
        maps = [
            _map(ground.frame, ground.cells, ground.cell_width_m, found, place, titles[place], language)
            for place in range(min(len(found), _MOST_MAPS))
        ]
    return join(
        h("p", text), h("ul", sentences, class_="said"), legend(titles), h("div", charts, class_="charts two"),
        _by_group(found, titles, language), h("div", maps, class_="maps") if maps else None,
    )  # fmt: skip


def _said(own: Looked, title: str, language: Language) -> str:
    drivers = int(own.drivers[0])
    if not drivers:
        return language("{brain}: nobody looked for a place.", brain=title)
    return language(
        "{brain}: of {n} drivers {at_once} % park where they look first, {none} % find none; the mean is {mean} min.",
        brain=title, n=number(drivers, 0), at_once=number(own.at_once[0] / drivers * 100, 0),
        none=number(own.found_none[0] / drivers * 100, 1), mean=number(float(own.mean_min[0]), 1),
    )  # fmt: skip


def _curve(found: list[Searches], titles: list[str], language: Language) -> Html:
    samples = [quantiles_of(own.spread, _SAMPLE) if own.spread.any() else np.empty(0) for own in found]
    heading = join(
        language("How long the search lasts"), h("small", language("drivers who have done within so many minutes, %"))
    )
    label = language("Shares of drivers whose search is over within so many minutes. The table below has the numbers.")
    rows: list[list[Child]] = []
    for limit in _LISTED_MIN:
        shares = [float((sample <= limit + 1e-9).mean()) * 100 if len(sample) else float("nan") for sample in samples]
        rows.append([str(limit), *(f"{number(share, 1)} %" for share in shares)])
    folded = details(language("Numbers"), table([language("Within, min"), *titles], rows, class_="compact"))
    return figure(heading, cumulative_curves(samples, label), folded)


def _by_hour(found: list[Searches], titles: list[str], between: tuple[int, int], language: Language) -> Html:
    series = [_points(own.groups["hour"]) for own in found]
    heading = join(
        language("Search by hour"), h("small", language("mean minutes, by hour in which the trip was to begin"))
    )
    label = language("Mean minutes of search by hour. The table below has the numbers.")
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", *(number(spreads[hour].mean, 1) for spreads in series)]
        for hour in range(len(HOURS))
        if any(spreads[hour].count for spreads in series)
    ]
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows, class_="compact"))
    return figure(heading, hour_lines(series, label, between=between), folded)


def _points(own: Looked) -> list[Spread]:
    """Return means without intervals: over a day's searches they would be thinner than the line."""
    return [
        Spread(float(mean), float(mean), float(mean), int(drivers)) if drivers else NOTHING
        for mean, drivers in zip(own.mean_min, own.drivers, strict=True)
    ]


def _by_group(found: list[Searches], titles: list[str], language: Language) -> Html:
    rows = []
    for key, names in (("purpose", PURPOSES), ("ring", RINGS)):
        points = [_points(own.groups[key]) for own in found]
        for member, name in enumerate(names):
            spreads = [own[member] for own in points]
            if not any(spread.count for spread in spreads):
                continue
            looked = [own.groups[key] for own in found]
            means = [number(spread.mean, 1) for spread in spreads]
            failed = [number(float(own.found_none[member] / max(own.drivers[member], 1)) * 100, 1) for own in looked]
            rows.append(Row(language(MEMBER_NAMES[name]), spreads, [_lines(means), _lines(failed)]))
    heading = join(
        language("For whom, and where"),
        h("small", language("mean minutes of search by purpose and by where the destination lies")),
    )
    head = [language("Group"), language("Mean, min"), language("Find none, %")]
    return figure(heading, dot_rows(rows, head, language("Mean minutes of search by group, a mark for each brain.")))


def _lines(texts: list[str]) -> list[Child]:
    return [h("span", text, class_="line") for text in texts]


def _map(
    frame: Frame, cells: Cells, width_m: float, found: list[Searches], place: int, title: str, language: Language
) -> Html:
    looked = [own.groups["cell"] for own in found[:_MOST_MAPS]]
    shown = [np.flatnonzero(cells.inside & (own.drivers >= _FEWEST)) for own in looked]
    pooled = np.concatenate([own.mean_min[chosen] for own, chosen in zip(looked, shown, strict=True)])
    bounds = scale_classes(list(pooled), _CLASSES) if len(pooled) else (1.0,)
    own, chosen = looked[place], shown[place]
    means = own.mean_min[chosen]
    ranks = np.digitize(means, bounds)
    fills = [
        (
            f"area q{rank}",
            language("{mean} min, {n} drivers, {none} find none", mean=number(float(mean), 1), n=number(int(count), 0),
                     none=number(int(failed), 0)),
            bool(rank == len(bounds)),
        )
        for rank, mean, count, failed in zip(ranks, means, own.drivers[chosen], own.found_none[chosen], strict=True)
    ]  # fmt: skip
    label = language("Map of mean minutes of search under {brain}", brain=title)
    drawing = city_map(frame, hexagons(frame, cells.middle_m[chosen], width_m, fills), label, language)
    key = swatches([(f"area q{rank}", class_title(bounds, rank, language)) for rank in range(len(bounds) + 1)])
    heading = join(
        title,
        h("small", language("mean minutes of search by destination, areas {width} km across; a dot: the longest",
                            width=f"{width_m / 1000:g}")),
    )  # fmt: skip
    return figure(heading, drawing, key)
