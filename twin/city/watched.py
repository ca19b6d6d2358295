"""Roads that somebody watches: the times last seen on them, and drives that go on at whatever is seen next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from twin.city.driving import Drive
from twin.kernels.driving import drive_route


@dataclass(eq=False, slots=True)
class _UnderWay:
    """A drive that is not over, with the times on its own edges in each period that it has seen.

    `spared_ms` of the traffic's time on each edge are spared to it, as long as `least_ms` are left.
    """

    edges: NDArray[np.int32]
    factor: float
    timing: Drive
    spared_ms: NDArray[np.int32] | None = None
    least_ms: NDArray[np.int32] | None = None
    starts_s: list[float] = field(default_factory=list)
    times_ms: list[NDArray[np.int32]] = field(default_factory=list)

    def go_on(self, from_s: float, edge_time_ms: NDArray[np.int32]) -> None:
        """Drive what is left with these times on the edges; what has been driven stays as it is."""
        times_ms = edge_time_ms[self.edges]
        if self.spared_ms is not None and self.least_ms is not None:
            times_ms = np.maximum(times_ms - self.spared_ms, np.minimum(times_ms, self.least_ms))
        self.starts_s.append(from_s)
        self.times_ms.append(times_ms)
        arrive_s, enter_s = self.timing.arrive_s, self.timing.enter_s
        place = np.arange(len(self.edges), dtype=np.int32)
        depart_s = float(arrive_s[0])
        drive_route(
            place, depart_s, np.array(self.starts_s), np.array(self.times_ms), self.factor, arrive_s, enter_s
        )  # fmt: skip


class WatchedRoads:
    """What is seen of the roads, from one look to the next.

    What is seen holds until the next look, and for as long as there is none. A drive that is under way then is timed
    anew: it is what `twin.city.driving.drive` makes of the periods between the looks, which nobody knew when it began.

    Parameters
    ----------
    edge_time_ms
        See `see`.

    Attributes
    ----------
    edge_time_ms
        Milliseconds on each edge, as last seen, shape (m,).
    next_look
        Happens when the roads are looked at again.
    """

    def __init__(self, env: simpy.Environment, edge_time_ms: NDArray[np.int32]) -> None:
        self._env = env
        self._under_way: list[_UnderWay] = []
        self.next_look = env.event()
        self.see(edge_time_ms)

    def see(self, edge_time_ms: NDArray[np.int32]) -> None:
        """Take over what the edges take from now on, milliseconds, shape (m,); not copied."""
        now_s = float(self._env.now)
        self.edge_time_ms, self._since_s = edge_time_ms, now_s
        self._under_way = [each for each in self._under_way if each.timing.arrive_s[-1] > now_s]
        for each in self._under_way:
            each.go_on(now_s, edge_time_ms)
        look, self.next_look = self.next_look, self._env.event()
        look.succeed()

    def drive(self, edges: NDArray[np.int32], depart_s: float, factor: float) -> Drive:
        """Begin a drive along these edges now; its times change with every look until it is over."""
        begun = _UnderWay(edges, factor, Drive(np.full(len(edges) + 1, depart_s), np.empty(len(edges))))
        begun.go_on(self._since_s, self.edge_time_ms)
        self._under_way.append(begun)
        return begun.timing

    def spare(self, timing: Drive, spared_ms: NDArray[np.int32], least_ms: NDArray[np.int32]) -> None:
        """Spare a drive that is under way a part of the traffic's time on its edges from now on.

        Parameters
        ----------
        timing
            What `drive` has returned.
        spared_ms, least_ms
            What is taken off the time of each edge on the route, and what is left at least unless the time is shorter
            anyway, before the vehicle's factor; shapes (k,).
        """
        for each in self._under_way:
            if each.timing is timing:
                each.spared_ms, each.least_ms = spared_ms, least_ms
                each.go_on(float(self._env.now), self.edge_time_ms)
