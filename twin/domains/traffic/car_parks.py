"""The city's lots and kerbs, who stands in them, and who looks for a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S, HOUR_S, MS
from twin.domains.traffic.network import Network
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES, TrafficParameters
from twin.kernels.arrivals import Customs, Ground, Seekers
from twin.kernels.fees import DAY_FROM_S, DAY_UNTIL_S
from twin.kernels.led_parking import keep_places
from twin.kernels.parking import ANY_PRICE, GIVEN_UP, NOT_YET, Lots, Points, look_for_places, write_points_within_price

if TYPE_CHECKING:
    from twin.kernels.barriers import Barriers

Positions = NDArray[np.int32]


class CarParks:
    """Lots at points of the road, and drivers on their way to them. p points, k lots, v vehicles.

    Attributes
    ----------
    taken
        Cars in each lot and places kept there, in the order of the table of lots, shape (k,).
    heading
        The point to which each vehicle drives or at which it stands, -1 before its first trip, shape (v,).
    doors
        Bits of who is let into each lot now, from when, and until when of the day (ms), by the table; (k,) each.
    kept_count
        Places among `taken` that are kept for somebody who is under way, shape (k,).
    turned_away
        The lot to which each vehicle was led and that had no room, until it is led or sent elsewhere; -1; shape (v,).
    bears
        How many times what spaces cost (by the tariff or around, what is less) each driver pays before he looks
        further, shape (v,).
    prices_differ
        Whether hours cost somewhere now what they do not by the tariff.
    """

    GOES_ON: Final = -1
    GAVE_UP: Final = GIVEN_UP

    def __init__(self, lots: pd.DataFrame, network: Network, parameters: TrafficParameters, vehicles: int) -> None:
        from scipy.spatial import cKDTree

        self._parameters = parameters
        self._network = network
        point = network.junction_point[network.links.node_junction[lots["node"].to_numpy()]]
        kind = lots["kind"].to_numpy()
        self._order = np.lexsort((kind, point))  # at one point the kerb is seen first
        self._row = np.argsort(self._order).astype(np.int32)
        in_order = self._order
        points = len(network.point_junction)
        self._lots = Lots(
            first=np.searchsorted(point[in_order], np.arange(points + 1)).astype(np.int32),
            spaces=lots["spaces"].to_numpy(np.int32)[in_order],
            taken=np.zeros(len(lots), np.int32),
            kind_bit=(1 << kind[in_order]).astype(np.uint8),
            opens_ms=_milliseconds(lots["opens_h"])[in_order],
            closes_ms=_milliseconds(lots["closes_h"])[in_order],
        )
        around = min(parameters.points_around, points)
        _, near = cKDTree(network.xy_m).query(network.xy_m, k=np.arange(1, around + 1))
        x_m, y_m = network.xy_m.T
        self._points = Points(x_m.copy(), y_m.copy(), near.astype(np.int32).reshape(points, around))
        uses = parameters.may_park.model_dump()
        self._may_use = np.array(
            [sum(1 << LOT_KINDS.index(name) for name in uses.get(purpose, ())) for purpose in PURPOSES], np.uint8
        )
        self.heading = np.full(vehicles, -1, np.int32)
        self._destination = np.full(vehicles, -1, np.int32)
        self._been = np.zeros(vehicles, np.uint32)
        self._again: list[tuple[Positions, Positions, Positions]] = []
        self._point = point
        self._ordinary = self._lots.kind_bit.copy(), self._lots.opens_ms.copy(), self._lots.closes_ms.copy()
        self.doors = self._doors()
        self._led = np.full(vehicles, NOT_YET, np.int32)
        self._kept = np.zeros(vehicles, np.bool_)
        self._led_count = np.zeros(len(lots), np.int32)
        self.kept_count = np.zeros(len(lots), np.int32)
        self.turned_away = np.full(vehicles, NOT_YET, np.int32)
        self.bears = np.full(vehicles, ANY_PRICE)
        self._level, self._level_around = np.ones(len(lots)), np.ones(points)
        self.prices_differ = False

    @property
    def taken(self) -> NDArray[np.int32]:
        """Cars in each lot and places kept there, in the order of the table of lots, shape (k,)."""
        return self._lots.taken[self._row]

    def open_to_public(self, lots: Positions) -> None:
        """Let whoever may use public lots into these lots too, positions in the table, at all hours, and none else."""
        kind_bit, opens_ms, closes_ms = self._ordinary
        self._lots.kind_bit[:], self._lots.opens_ms[:], self._lots.closes_ms[:] = kind_bit, opens_ms, closes_ms
        rows = self._row[lots]
        self._lots.kind_bit[rows] |= np.uint8(1 << LOT_KINDS.index("public"))
        self._lots.opens_ms[rows], self._lots.closes_ms[rows] = 0, round(MS * DAY_S)
        self.doors = self._doors()

    def _doors(self) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32]]:
        return self._lots.kind_bit[self._row], self._lots.opens_ms[self._row], self._lots.closes_ms[self._row]

    @property
    def points_around(self) -> Positions:
        """The points around each at which one looks, the nearest first, shape (p, around)."""
        return self._points.around

    @property
    def led_count(self) -> NDArray[np.int32]:
        """Drivers under way to each lot to which they were led, without a place kept; shape (k,)."""
        return self._led_count

    def may_use(self, purpose: NDArray[np.int8]) -> NDArray[np.uint8]:
        """Return bits of the kinds of lots that drivers may use, by their purposes; same shape."""
        return self._may_use[purpose]

    @property
    def somebody_goes_on(self) -> bool:
        """Whether somebody who found no place is about to drive to another point."""
        return bool(self._again)

    def place_overnight(self, points: Positions, time_of_day_ms: int) -> NDArray[np.int32]:
        """Let cars stand near these points when the run begins; return their lots, `GAVE_UP` where all are full."""
        count = len(points)
        here, been = points.copy(), np.zeros(count, np.uint32)
        found = np.full(count, self.GOES_ON, np.int32)
        may_use = np.full(count, self._may_use[PURPOSES.index("home")], np.uint8)
        looking = np.arange(count)
        while len(looking):
            lot, onward = np.empty(len(looking), np.int32), np.empty(len(looking), np.int32)
            been_now = been[looking]
            look_for_places(
                self._lots, self._points, here[looking], points[looking], may_use[looking],
                np.full(len(looking), time_of_day_ms, np.int32), np.ones(len(looking), np.bool_), been_now, lot, onward,
            )  # fmt: skip
            been[looking], here[looking], found[looking] = been_now, onward, lot
            looking = looking[lot == self.GOES_ON]
        return self._tabled(found)

    def _tabled(self, found: NDArray[np.int32]) -> NDArray[np.int32]:
        """Turn positions among the sorted lots into those of the table."""
        return np.where(found >= 0, self._order[np.maximum(found, 0)], found).astype(np.int32)

    def set_levels(self, level: NDArray[np.float64], weight: NDArray[np.float64]) -> None:
        """Let an hour in lots cost so much of what it does by the tariff, shape (k,), and drivers know it.

        Parameters
        ----------
        weight
            What each lot counts for among those around it, shape (k,).
        """
        self._level[:] = level[self._order]
        points = len(self._level_around)
        weighed, cost = (
            np.bincount(self._point, column, points)[self._points.around].sum(axis=1)
            for column in (weight, weight * level)
        )
        self._level_around[:] = np.minimum(1.0, np.where(weighed > 0, cost / np.maximum(weighed, 1e-9), 1.0))
        self.prices_differ = bool((level != 1).any())

    def go_where_prices_suit(self, who: Positions, purpose: NDArray[np.int8], time_of_day_ms: Positions) -> None:
        """Let drivers who set out, and look for a place where they are heading, go first where the price suits them."""
        charged = (time_of_day_ms >= MS * DAY_FROM_S) & (time_of_day_ms < MS * DAY_UNTIL_S)
        charged &= purpose != PURPOSES.index("home")
        if not charged.any():
            return
        who, purpose, time_of_day_ms = who[charged], purpose[charged], time_of_day_ms[charged]
        destination, first = self._destination[who], np.empty(len(who), np.int32)
        write_points_within_price(
            self._lots, self._points, destination, self._may_use[purpose], time_of_day_ms, self._level,
            self.bears[who] * self._level_around[destination], first,
        )  # fmt: skip
        self.heading[who] = first

    def lead(self, who: Positions, lots: Positions, purpose: NDArray[np.int8], *, keep: bool) -> NDArray[np.bool_]:
        """Let vehicles drive to lots, positions in the table, where a place is kept for each or not.

        Returns
        -------
        ndarray of bool
            Who is led there: all, but for those for whom no place could be kept; shape (who,).
        """
        led = np.ones(len(who), np.bool_)
        if keep:
            keep_places(self._lots, self._row[lots], self._may_use[purpose], led)
        who, lots = who[led], lots[led]
        np.add.at(self.kept_count if keep else self._led_count, lots, 1)
        self._led[who] = self._row[lots]
        self._kept[who] = keep
        self.heading[who] = self._point[lots]
        self.turned_away[who] = NOT_YET
        return led

    def seekers(self, unlawful: NDArray[np.bool_], at_home: NDArray[np.bool_]) -> Seekers:
        """Return the drivers as the kernel of arrivals takes them: who stops illegally, who has his own place."""
        return Seekers(
            self.heading, self._destination, self._been, self._led, self._kept, self.turned_away, unlawful, at_home,
            self.bears,
        )  # fmt: skip

    def ground(self, barriers: Barriers, surcharge_fen: NDArray[np.int32]) -> Ground:
        """Return the lots as the kernel of arrivals takes them."""
        return Ground(
            self._lots, self._points, self._order.astype(np.int32), barriers, self._led_count, self.kept_count,
            surcharge_fen, self._level, self._level_around,
        )  # fmt: skip

    def customs(self, parks: NDArray[np.bool_]) -> Customs:
        """Return what drivers may and will do, by purpose: whether they look for a place."""
        return Customs(self._may_use, parks, PURPOSES.index("home"), round(MS * 60 * self._parameters.patience_min))

    def go_on(self, who: Positions, at_ms: Positions, points: Positions) -> None:
        """Let drivers who have found no place at points set out for the next, from now on."""
        if len(who):
            self._again.append((who, at_ms, self._network.point_junction[points]))

    def going_on(self, from_ms: int) -> tuple[Positions, Positions, Positions]:
        """Return, once, who sets out for another point, when (not before a time), and from which junction."""
        none = np.empty(0, np.int32)
        if not self._again:
            return none, none, none
        who, at_ms, junction = (np.concatenate(columns) for columns in zip(*self._again, strict=True))
        self._again.clear()
        return who, np.maximum(at_ms, np.int32(from_ms)), junction

    def leave(self, lots: Positions) -> None:
        """Let cars leave lots, positions in the table."""
        np.subtract.at(self._lots.taken, self._row[lots], 1)


def _milliseconds(hours: pd.Series[float]) -> NDArray[np.int32]:
    return np.asarray(np.rint(hours.to_numpy(np.float64) * HOUR_S * MS), np.int32)
