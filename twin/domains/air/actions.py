"""What the city has ordered, by day, and who secretly does otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.domain import WorldEvent
from twin.domains.air.happenings import CHEATS
from twin.domains.air.hours import DAY_H, Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.domains.air.roads import RoadRule, rule_of

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

REGION_JOINS_FROM: Final = 3
"""From an orange warning on the region cuts too."""
LONG_AGO: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """What holds on a day.

    Attributes
    ----------
    level
        0 (none) to 4 (red).
    cut
        What each source is to leave out, shape (sources,).
    restriction
        For traffic.
    """

    level: int
    cut: NDArray[np.float64]
    restriction: str = "none"


class Secrets:
    """Who emits more than he reports: by an event of the scenario, or by not cutting under a warning.

    Attributes
    ----------
    found
        Whom inspectors have found out, shape (enterprises,); they keep to their reports from then on.
    """

    def __init__(
        self,
        inventory: Inventory,
        hours: Hours,
        tables: tuple[pd.DataFrame, pd.DataFrame],
        events: Sequence[WorldEvent],
        roads: RoadGraph,
        parameters: AirParameters,
    ) -> None:
        plants, days = tables
        self._hours, self._share = hours, parameters.cheat_found_share
        self._cheats = plants["cheats"].to_numpy(np.bool_)
        self._draw = days["found_draw"].to_numpy(np.float64).reshape(-1, len(plants))
        self.found = np.zeros(len(plants), np.bool_)
        self._events = [(event, plant_of(event, inventory, roads)) for event in events if event.kind == CHEATS.name]

    def factor(self, hour: int, *, unfound: bool = False) -> NDArray[np.float64]:
        """Return what each emits over its reports by an event, shape (enterprises,).

        Parameters
        ----------
        unfound
            As if nobody had been found out.
        """
        more = np.ones(len(self.found))
        begins_s, clock_h = self._hours.begins(hour), hour % DAY_H
        for event, plant in self._events:
            lasts = event.begins_s <= begins_s < event.ends_s and _holds(event, clock_h)
            if lasts and (unfound or not self.found[plant]):
                more[plant] *= float(event.value)
        return more

    def disobeys(self) -> NDArray[np.bool_]:
        """Say who does not cut under a warning, shape (enterprises,)."""
        return np.asarray(self._cheats & ~self.found)

    def visit(self, plants: Sequence[int], hour: int, cut: NDArray[np.float64]) -> list[bool]:
        """Visit enterprises; say of each whether it was found out.

        It can be where it cheats by an event on this day, or does not cut today though it is to.
        """
        day = self._hours.day(hour)
        midnight = day * DAY_H
        by_event = np.max([self.factor(one) for one in range(midnight, midnight + DAY_H)], axis=0) > 1
        wrong = by_event | (self.disobeys() & (cut[: len(self.found)] > 0))
        results = [bool(wrong[plant] and self._draw[day, plant] < self._share) for plant in plants]
        for plant, result in zip(plants, results, strict=True):
            self.found[plant] |= result
        return results


def _holds(event: WorldEvent, clock_h: int) -> bool:
    begin, end = event.detail("from_h"), event.detail("until_h")
    begin, end = 0.0 if begin is None else float(begin), 24.0 if end is None else float(end)
    return begin <= clock_h < end if begin <= end else clock_h >= begin or clock_h < end


def plant_of(event: WorldEvent, inventory: Inventory, roads: RoadGraph) -> int:
    """Return the enterprise that an event is about: the nearest to its place, or the first of the list."""
    place = event.detail("place")
    if place is None:
        return 0
    sources = inventory.sources
    xy_m = roads.to_plane_m(np.array([place[0]]), np.array([place[1]]))[0]
    apart_m = np.hypot(sources.x_m[: sources.plants] - xy_m[0], sources.y_m[: sources.plants] - xy_m[1])
    return int(apart_m.argmin())


class Actions:
    """The orders of each day.

    Parameters
    ----------
    sources
        How many sources there are.
    """

    def __init__(self, inventory: Inventory, parameters: AirParameters) -> None:
        self._none = Orders(0, np.zeros(len(inventory.sources)))
        self._parameters = parameters
        self._of_day: dict[int, Orders] = {}

    def on(self, day: int) -> Orders:
        """Return what holds on a day."""
        return self._of_day.get(day, self._none)

    def order(self, day: int, orders: Orders) -> None:
        """Let this hold on a day."""
        self._of_day[day] = orders

    def road_rule(self, day: int) -> RoadRule:
        """Return what holds for traffic on a day."""
        return rule_of(self.on(day).restriction, self._parameters)

    def days_in_force(self, day: int) -> int:
        """Return for how many days up to this one there has been a warning without a break."""
        count = 0
        while self.on(day - count).level > 0:
            count += 1
        return count
