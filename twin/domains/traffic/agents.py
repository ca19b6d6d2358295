"""Views of one driver or one lot: made when somebody asks, for a notebook, a test or a debugger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES, VEHICLE_KINDS
from twin.domains.traffic.trips import ENDINGS, NOT_YET

if TYPE_CHECKING:
    from twin.domains.traffic.domain import TrafficDomain


@dataclass(frozen=True, slots=True)
class DriversTrip:
    """One trip of a driver; times are seconds since the scenario's start, None where they have not come.

    Attributes
    ----------
    trip
        Its number in the table ``traffic.trips``.
    lot
        Where it was parked, a position in the table of lots, None where in none.
    looked
        How many points were looked at for a place.
    """

    trip: int
    purpose: str
    origin_node: int
    destination_node: int
    planned_s: float
    departed_s: float | None
    arrived_s: float | None
    parked_s: float | None
    left_s: float | None
    lot: int | None
    ending: str
    looked: int


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver as he is now.

    Attributes
    ----------
    informed
        Whether he knows the roads as they are now.
    trips
        All of the run, in order.
    current
        Position in ``trips`` of the one that he is on or was on last, None before the first.
    route
        The links by which he will drive to where he is heading, from the junction at which the current trip began, as
        he knows the roads now; empty where he stands. Shape (any,).
    """

    vehicle: int
    kind: str
    home_node: int
    work_node: int
    plate_digit: int
    home_permit: bool
    walk_m: float
    value_of_time_yuan_per_h: float
    informed: bool
    trips: tuple[DriversTrip, ...]
    current: int | None
    route: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot or a stretch of kerb as it is now."""

    lot: int
    name: str
    kind: str
    lon: float
    lat: float
    spaces: int
    taken: int


class Drivers(Sequence[Driver]):
    """The drivers of a run by the number of their vehicle."""

    def __init__(self, domain: TrafficDomain) -> None:
        self._domain = domain

    def __len__(self) -> int:
        return len(self._domain.vehicles)

    @overload
    def __getitem__(self, vehicle: int) -> Driver: ...
    @overload
    def __getitem__(self, vehicle: slice) -> list[Driver]: ...
    def __getitem__(self, vehicle: int | slice) -> Driver | list[Driver]:
        """Return a driver as he is now, or several."""
        if isinstance(vehicle, slice):
            return [self._of(number) for number in range(*vehicle.indices(len(self)))]
        return self._of(range(len(self))[vehicle])

    def _of(self, vehicle: int) -> Driver:
        domain = self._domain
        book, row = domain.book, domain.vehicles.iloc[vehicle]
        trips = np.flatnonzero(book.vehicle == vehicle)
        current = int(book.current[vehicle])
        return Driver(
            vehicle=vehicle, kind=VEHICLE_KINDS[int(row["kind"])], home_node=int(row["home_node"]),
            work_node=int(row["work_node"]), plate_digit=int(row["plate_digit"]), home_permit=bool(row["home_permit"]),
            walk_m=float(row["walk_m"]), value_of_time_yuan_per_h=float(row["value_of_time_yuan_per_h"]),
            informed=bool(domain.informed[vehicle]), trips=tuple(self._trip(int(trip)) for trip in trips),
            current=None if current < 0 else int(np.searchsorted(trips, current)), route=domain.route_of(vehicle),
        )  # fmt: skip

    def _trip(self, trip: int) -> DriversTrip:
        book, begins_s = self._domain.book, self._domain.begins_s

        def time_s(at_ms: NDArray[np.int32]) -> float | None:
            return None if at_ms[trip] == NOT_YET else float(at_ms[trip]) / MS + begins_s

        lot = int(book.lot[trip])
        return DriversTrip(
            trip, PURPOSES[book.purpose[trip]], int(book.origin[trip]), int(book.destination[trip]),
            float(book.planned_ms[trip]) / MS + begins_s, time_s(book.departed_ms), time_s(book.arrived_ms),
            time_s(book.parked_ms), time_s(book.left_ms), None if lot < 0 else lot,
            ENDINGS[book.ending[trip]], int(book.looked[trip]),
        )  # fmt: skip


class CityLots(Sequence[Lot]):
    """The lots of the city in the order of their table."""

    def __init__(self, domain: TrafficDomain) -> None:
        self._domain = domain

    def __len__(self) -> int:
        return len(self._domain.lots)

    @overload
    def __getitem__(self, lot: int) -> Lot: ...
    @overload
    def __getitem__(self, lot: slice) -> list[Lot]: ...
    def __getitem__(self, lot: int | slice) -> Lot | list[Lot]:
        """Return a lot as it is now, or several."""
        if isinstance(lot, slice):
            return [self._of(number) for number in range(*lot.indices(len(self)))]
        return self._of(range(len(self))[lot])

    def _of(self, lot: int) -> Lot:
        row, taken = self._domain.lots.iloc[lot], self._domain.car_parks.taken
        kind = LOT_KINDS[int(row["kind"])]
        return Lot(
            lot, str(row["name"]), kind, float(row["lon"]), float(row["lat"]), int(row["spaces"]), int(taken[lot])
        )
