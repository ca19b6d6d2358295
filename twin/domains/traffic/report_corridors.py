"""The busiest roads as space-time diagrams: where along the road and when it is slow, in each direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import swatches
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.charts.space_time import space_time
from twin.domains.traffic.passages import HOURS_OF_DAY, QUARTERS, MainStreets, Passages, hours_shown, passages
from twin.domains.traffic.report_corridor import Corridor, busiest, corridor_of
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_speeds import SPEED_BOUNDS, speed_classes

if TYPE_CHECKING:
    from twin.core.language import Language

MOST_ROADS: Final = 6
_OPEN: Final = 3
"""Roads whose diagrams are shown; those of the others are folded away."""
_DIRECTIONS: Final = {"east": "eastbound", "west": "westbound", "north": "northbound", "south": "southbound"}


def corridors(
    run: StoredRun, ground: Ground, streets: MainStreets, brains: list[str], titles: list[str], language: Language
) -> Html:
    """Return what stands below the heading."""
    if ground.city is None:
        return h("p", language("The map folder is not there any more, so no road can be followed."), class_="empty")
    inside = ground.inside_rings(streets.links["ring"].to_numpy())
    names = busiest(streets, inside, MOST_ROADS)
    found = [corridor_of(streets, inside, name, ground.city.roads) for name in names]
    roads = [road for road in found if road is not None]
    if not roads:
        return h("p", language("No main street has a name, so none can be followed."), class_="empty")
    chosen = np.unique(np.concatenate([road.links for road in roads]))
    quarters = [passages(run, brain, QUARTERS, streets.number[chosen], streets.count) for brain in brains]
    between = hours_shown(run)
    figures = [
        _road(road, np.searchsorted(chosen, road.links), streets, quarters, titles, between, language) for road in roads
    ]
    text = language(
        "The named roads with the most vehicle-kilometres within the outermost ring road: time of day across, "
        "kilometres along the road upwards, each direction by itself. A stretch on which most vehicles stood for a "
        "quarter of an hour is drawn as the slowest; where nobody was it is blank. A slanted dark band is a queue that "
        "grows backwards."
    )
    classes = speed_classes(language)
    key = swatches([(f"film-swatch {name}", title) for name, title in zip(classes.names, classes.titles, strict=True)])
    folded = figures[_OPEN:]
    more = details(language("{n} more roads", n=len(folded)), folded) if folded else None
    return join(h("p", text), key, figures[:_OPEN], more)


def _road(
    road: Corridor, place: NDArray[np.int64], streets: MainStreets, quarters: list[Passages], titles: list[str],
    between: tuple[int, int], language: Language,
) -> Html:  # fmt: skip
    classes = speed_classes(language)
    charts = []
    for forwards in (True, False):
        direction = language(_DIRECTIONS[road.towards(forwards)])
        for passed, title in zip(quarters, titles, strict=True):
            shares = road.speed_shares(passed, place, streets, forwards)
            ranks = np.where(np.isnan(shares), -1, np.digitize(shares * 100, SPEED_BOUNDS))
            label = language(
                "{road}, {direction}, {brain}: speed by time and place",
                road=road.name, direction=direction, brain=title,
            )  # fmt: skip
            drawing = space_time(ranks, classes.names, road.length_km, label, 0, between)
            charts.append(figure(join(direction, h("small", title)), drawing))
    km = float(quarters[0].vehicles[:, place].sum(axis=0) @ streets.length_m[road.links]) / 1000
    heading = join(
        road.name,
        h("small", language(
            "{length} km, {km} vehicle-kilometres with {brain}; kilometre 0 in the {end}",
            length=number(road.length_km, 1), km=number(km, 0), brain=titles[0], end=language(road.begins_in),
        )),
    )  # fmt: skip
    crossings = ", ".join(f"{number(at_km, 1)} km {name}" for at_km, name in road.crossings)
    note = language("Crosses: {streets}", streets=crossings) if crossings else None
    numbers = details(language("Numbers"), _numbers(road, place, streets, quarters, titles, language))
    return figure(heading, h("div", charts, class_="charts pairs"), numbers, note=note, class_="corridor")


def _numbers(
    road: Corridor, place: NDArray[np.int64], streets: MainStreets, quarters: list[Passages], titles: list[str],
    language: Language,
) -> Html:  # fmt: skip
    """Return mean speeds by hour, direction and brain."""
    columns, head = [], [language("Hour")]
    for forwards in (True, False):
        for passed, title in zip(quarters, titles, strict=True):
            km, hours, _ = road.sums(passed, place, streets, forwards)
            by_hour = [part.sum(axis=1).reshape(HOURS_OF_DAY, -1).sum(axis=1) for part in (km, hours)]
            columns.append(np.where(by_hour[1] > 0, by_hour[0] / np.where(by_hour[1] > 0, by_hour[1], 1.0), np.nan))
            head.append(f"{language(_DIRECTIONS[road.towards(forwards)])}, {title}, km/h")
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", *(number(float(column[hour]), 1) for column in columns)]
        for hour in range(HOURS_OF_DAY)
        if not all(np.isnan(column[hour]) for column in columns)
    ]
    return table(head, rows, class_="compact")
