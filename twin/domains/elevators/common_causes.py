"""Power cuts and floods: what stops many elevators at once, and whom that traps.

Somebody is inside when power fails with the probability that the starts of the hour give: starts a day, times the
hour's share of the day, times how long a ride lasts. A rescue device lands the car and opens it; a second supply lets
it run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.core.errors import ScenarioError
from twin.domains.elevators.chances import EVENT_NUMBERS, Purpose
from twin.domains.elevators.happenings import FLOOD, POWER_CUT
from twin.domains.elevators.parameters import ElevatorParameters
from twin.domains.elevators.particulars import Particulars, normal

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.core.domain import WorldEvent


class CommonCauses:
    """Says which elevators an event stops, and in which of them somebody is."""

    def __init__(
        self, city: City, fleet: pd.DataFrame, particulars: Particulars, parameters: ElevatorParameters
    ) -> None:
        self._districts = city.roads.districts
        self._fleet = fleet
        self._particulars = particulars
        self._parameters = parameters

    def concerned(self, event: WorldEvent, number: int) -> NDArray[np.int32]:
        """Return the elevators that an event of this place in the scenario stops, if they run; rising, shape (any,)."""
        fleet = self._fleet
        hit = _there(self._districts, fleet, event)
        if event.kind == POWER_CUT.name:
            hit &= ~fleet["backup_power"].to_numpy(np.bool_)
            return np.flatnonzero(hit).astype(np.int32)
        if event.kind == FLOOD.name:
            there = np.flatnonzero(hit).astype(np.int32)
            drawn = self._particulars.draw(there, _numbers(there, number), Purpose.UNDER_WATER)
            return there[drawn < float(event.value)]
        raise ValueError(f"{event.kind} stops no elevators")

    def trapped(self, elevators: NDArray[np.int32], number: int, hour_of_day: int) -> NDArray[np.int8]:
        """Return how many people are trapped in elevators that stop in this hour; shape (k,)."""
        fleet = self._fleet.iloc[elevators]
        shares = self._particulars.hour_shares[fleet["use"].to_numpy(), hour_of_day]
        starts_an_hour = fleet["starts_a_day"].to_numpy(np.float64) * shares
        inside = np.minimum(starts_an_hour * self._parameters.ride_s / HOUR_S, 1.0)
        numbers = _numbers(elevators, number)
        caught = self._particulars.draw(elevators, numbers, Purpose.OCCUPIED) < inside
        caught &= ~fleet["rescue_device"].to_numpy(np.bool_)
        return np.where(caught, self._particulars.people(elevators, numbers), 0).astype(np.int8)

    def repair_s(self, elevators: NDArray[np.int32], number: int) -> NDArray[np.float64]:
        """Return how long after a flood each elevator stands still; shape (k,)."""
        drawn = self._particulars.draw(elevators, _numbers(elevators, number), Purpose.REPAIR)
        return HOUR_S * self._parameters.flood_repair_h.of(normal(drawn))


def check_places(city: City, fleet: pd.DataFrame, events: Sequence[WorldEvent]) -> None:
    """Raise ScenarioError where an event that stops elevators is to happen where there are none."""
    for event in events:
        if event.kind in (POWER_CUT.name, FLOOD.name) and not _there(city.roads.districts, fleet, event).any():
            raise ScenarioError(
                "no elevator lies where {event} is to happen; enlarge its box, or choose another place",
                event=event.kind,
            )


def _there(districts: tuple[str, ...], fleet: pd.DataFrame, event: WorldEvent) -> NDArray[np.bool_]:
    """Say which elevators lie where an event happens, shape (n,)."""
    hit = _within(fleet, event.detail("box"))
    if event.kind == POWER_CUT.name:
        hit &= fleet["district"].to_numpy() == districts.index(str(event.value))
    return hit


def number_of_event(place: int) -> int:
    """Return the number by which chance knows what an event, by its place in the scenario, does to an elevator."""
    return EVENT_NUMBERS + 2 * place


def _numbers(elevators: NDArray[np.int32], number: int) -> NDArray[np.int64]:
    return np.full(len(elevators), number, np.int64)


def _within(fleet: pd.DataFrame, box: Any) -> NDArray[np.bool_]:
    """Say which elevators lie in a box; all where there is none."""
    if box is None:
        return np.ones(len(fleet), np.bool_)
    west, south, east, north = box
    lon, lat = fleet["lon"].to_numpy(), fleet["lat"].to_numpy()
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
