"""What traffic has to do with the air: what the roads have carried, and who stays at home under a warning.

A restriction that is ordered during the run acts on tours: who stands at home, has a barred plate and complies does
not set out on that day, and drives again from the next tour on. A lorry that is to come from or go to a place inside
the ring does not drive on that day either, if it complies; those that only pass through are not led round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.passed import Passed
from twin.city.road_traffic import RoadTraffic
from twin.city.road_volumes import RoadVolumes, TrafficRestricted
from twin.core.clock import MS
from twin.domains.traffic.network import Network
from twin.domains.traffic.parameters import PURPOSES, VEHICLE_KINDS
from twin.domains.traffic.trips import TripBook

if TYPE_CHECKING:
    from twin.core.model import Twin

CHANNEL: Final = "traffic_restricted"
FIELD: Final = "road_volumes"
HOME: Final = PURPOSES.index("home")


class AirLinks:
    """Offers the field ``road_volumes``, and keeps at home whom the channel ``traffic_restricted`` bars.

    Parameters
    ----------
    vehicles
        The table ``traffic.vehicles``.
    inside
        Which nodes of the road graph lie where lorries can be barred, shape (n,).
    begins_s
        When the run begins, seconds since the scenario's start.
    """

    def __init__(
        self,
        twin: Twin,
        network: Network,
        road: RoadTraffic,
        vehicles: pd.DataFrame,
        inside: NDArray[np.bool_],
        begins_s: float,
        vehicles_per_agent: int,
    ) -> None:
        self._network, self._begins_ms = network, round(MS * begins_s)
        self._passed, self._vehicles_per_agent = Passed(road), vehicles_per_agent
        self._rules: list[TrafficRestricted] = []
        digit = vehicles["plate_digit"].to_numpy()
        kind = vehicles["kind"].to_numpy()
        car, self._lorry = (kind == VEHICLE_KINDS.index(name) for name in ("car", "lorry"))
        self._inside = inside
        self._odd = (digit % 2 == 1) & (digit >= 0)
        self._has_plate = car & (digit >= 0)
        self._complies_draw = twin.streams("traffic", "air", "complies").random(len(vehicles), np.float32)
        twin.channels.offer(FIELD, self.volumes)
        twin.channels.listen(CHANNEL, self._rules.append)

    def volumes(self) -> RoadVolumes:
        """Return what has passed since this was read last; see `twin.city.road_volumes.ReadVolumes`."""
        links, times = self._network.links, self._network.times
        passage = self._passed.since_last()
        left, length_m = passage.left.astype(np.float64), links.length_m.astype(np.float64)
        spent_s = np.where(left > 0, passage.spent_ms / np.maximum(left, 1.0), times.free_ms) / MS
        driven_km = left * self._vehicles_per_agent * length_m / 1000
        return RoadVolumes(links.edge_link, driven_km, 3.6 * length_m / np.maximum(spent_s, 0.1))

    def allowed(
        self, book: TripBook, trips: NDArray[np.int32], at_ms: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return which of the trips that are due are made; the tours of the others are left out for the day."""
        if not len(trips):
            return trips, at_ms
        made = np.ones(len(trips), np.bool_)
        for rule in self._rules:
            from_ms, until_ms = (round(MS * at_s) - self._begins_ms for at_s in (rule.from_s, rule.until_s))
            if at_ms.max() < from_ms or at_ms.min() >= until_ms:
                continue
            who = book.vehicle[trips]
            barred = self._barred(rule, book, trips) & (self._complies_draw[who] < rule.complies)
            barred &= (at_ms >= from_ms) & (at_ms < until_ms) & self._at_home(book, who)
            made &= ~barred
            book.plan_after(trips[barred], until_ms)
        return trips[made], at_ms[made]

    def _barred(self, rule: TrafficRestricted, book: TripBook, trips: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say which trips a rule forbids, shape (k,)."""
        who = book.vehicle[trips]
        if rule.kind == "odd_even":
            return np.asarray(self._has_plate[who] & (self._odd[who] != rule.odd_date))
        return np.asarray(self._lorry[who] & (self._inside[book.origin[trips]] | self._inside[book.destination[trips]]))

    @staticmethod
    def _at_home(book: TripBook, who: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say whose last trip was home, or who has made none, shape (k,)."""
        last = book.current[who]
        return np.asarray((last < 0) | (book.purpose[np.maximum(last, 0)] == HOME))
