"""Those who find no place and stop at the kerb where it is not allowed: they take a lane from the link there.

Which links are narrowed changes once a minute: who stops begins to be in the way at the next whole minute, and is out
of it at the first after he has gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.trips import NOT_YET

if TYPE_CHECKING:
    from twin.domains.traffic.capacity import Capacity
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters
    from twin.domains.traffic.trips import TripBook

KERB: Final = "traffic.kerb"
CAUSE: Final = "illegal_parking"
EVERY_MS: Final = 60 * MS
NO_LINK: Final = -1


def draw_kerb(draw: np.random.Generator, vehicles: int) -> pd.DataFrame:
    """Draw who would stop where it is not allowed: ``kerb_draw``, uniform, a row a vehicle."""
    return pd.DataFrame({"kerb_draw": draw.random(vehicles, np.float32)})


class Standing(NamedTuple):
    """Those who have stopped illegally, shape (n,) each; times since the run's beginning."""

    trip: NDArray[np.int32]
    link: NDArray[np.int32]
    begins_ms: NDArray[np.int32]
    ends_ms: NDArray[np.int32]

    def of(self, chosen: NDArray[np.bool_]) -> Standing:
        """Return some of them."""
        return Standing(*(column[chosen] for column in self))

    @classmethod
    def together(cls, parts: list[Standing]) -> Standing:
        """Return all of several, in their order."""
        none = np.empty(0, np.int32)
        return cls(*(np.concatenate(columns) for columns in zip(*parts, cls(none, none, none, none), strict=True)))


class IllegalParking:
    """Cars that stand where it is not allowed, and the links that they narrow.

    Attributes
    ----------
    would
        Which vehicles' drivers stop illegally where they find no place, shape (v,).
    """

    def __init__(
        self, table: pd.DataFrame, network: Network, out_first: NDArray[np.int32], out_link: NDArray[np.int32],
        capacity: Capacity, parameters: TrafficParameters,
    ) -> None:  # fmt: skip
        self.would = table["kerb_draw"].to_numpy() < parameters.illegal_share
        self._network, self._out_first, self._out_link = network, out_first, out_link
        self._capacity = capacity
        self._longest_ms = round(EVERY_MS * parameters.illegal_longest_min)
        lanes = network.links.lanes.astype(np.float64)
        self._left = np.where(lanes > 1, (lanes - 1) / np.maximum(lanes, 1), parameters.illegal_one_lane_left)
        self._on_link = np.zeros(len(lanes), np.int32)
        self._new: list[Standing] = []
        self._standing = Standing.together([])
        self._gone: list[Standing] = []

    @property
    def on_link(self) -> NDArray[np.int32]:
        """How many stand in the way on each link, shape (m,)."""
        return self._on_link

    def stop(self, who: NDArray[np.int32], trips: NDArray[np.int32], book: TripBook, at_ms: NDArray[np.int32]) -> None:
        """Let drivers stop near their destinations: on one of the links that begin there, by the vehicle's number."""
        if not len(who):
            return
        junction = self._network.links.node_junction[book.destination[trips]]
        first = self._out_first[junction]
        count = self._out_first[junction + 1] - first
        place = np.minimum(first + who % np.maximum(count, 1), len(self._out_link) - 1)
        link = np.where(count > 0, self._out_link[place], NO_LINK).astype(np.int32)
        ends_ms = at_ms + np.minimum(book.stay_s[trips] * np.int64(MS), self._longest_ms).astype(np.int32)
        self._new.append(Standing(trips, link, at_ms.astype(np.int32), ends_ms))

    def step(self, book: TripBook, now_ms: int) -> None:
        """At whole minutes: narrow the links on which somebody stands now, and widen those on which nobody does."""
        if now_ms % EVERY_MS or not (self._new or len(self._standing.trip)):
            return
        self._settle(book)
        gone = self._standing.ends_ms <= now_ms
        self._gone.append(self._standing.of(gone))
        self._standing = self._standing.of(~gone)
        before = self._on_link
        at = self._standing.link[self._standing.link != NO_LINK]
        self._on_link = np.bincount(at, minlength=len(before)).astype(np.int32)
        changed = np.flatnonzero((self._on_link > 0) != (before > 0)).astype(np.int32)
        self._capacity.limit(CAUSE, changed, np.where(self._on_link[changed] > 0, self._left[changed], 1.0))

    def _settle(self, book: TripBook) -> None:
        """Take over who is new, and let those who have driven off before their time end then."""
        everybody = Standing.together([self._standing, *self._new])
        self._new.clear()
        left_ms = book.left_ms[everybody.trip]
        sooner = (left_ms != NOT_YET) & (left_ms < everybody.ends_ms)
        self._standing = everybody._replace(ends_ms=np.where(sooner, left_ms, everybody.ends_ms))

    def stood(self, book: TripBook) -> Standing:
        """Return everybody who has stopped illegally, or still does, in the order of their beginnings."""
        self._settle(book)
        everybody = Standing.together([*self._gone, self._standing])
        order = np.lexsort((everybody.trip, everybody.begins_ms))
        return Standing(*(column[order] for column in everybody))
