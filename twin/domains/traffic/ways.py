"""Which way drivers know to each point: their habit, or the roads as they are now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.core.clock import MS, Clock
from twin.domains.traffic.habits import Habits
from twin.domains.traffic.network import Network
from twin.domains.traffic.news import News
from twin.domains.traffic.parameters import TrafficParameters
from twin.domains.traffic.watch import Measured
from twin.kernels.hierarchy import UNREACHABLE_MS
from twin.kernels.lanes import DESTINATIONS
from twin.kernels.way_lengths import write_way_lengths

if TYPE_CHECKING:
    from twin.city.city import City


class Ways:
    """Tables of next links: of habit in the first rows, of what the informed know in the others.

    Habit is an ordinary day's times as drivers take them (see `Habits`), of the hour of the day at which habits last
    changed. The informed know the mean times of the last interval, smoothed, one share of the points after the other,
    so that not all turn at once. Points go together in groups of `DESTINATIONS`, as in `NextLinks`.
    """

    def __init__(
        self,
        city: City,
        network: Network,
        road: RoadTraffic,
        parameters: TrafficParameters,
        clock: Clock,
        *,
        anybody_informed: bool,
        roads_may_close: bool = False,
        guide: Callable[[NDArray[np.int32], float], NDArray[np.int32]] | None = None,
    ) -> None:
        self._guide = guide
        self._anybody_informed = anybody_informed
        self._barred: NDArray[np.bool_] | None = None
        self.habit_knows = False
        self._city, self._network, self._road = city, network, road
        self._habits = Habits(city, network, parameters.habit_sigma)
        self._parameters, self._clock = parameters, clock
        self._points = np.arange(len(network.point_junction), dtype=np.int32)
        self._groups = np.arange(-(-len(self._points) // DESTINATIONS), dtype=np.int32)
        blocks = 1 + anybody_informed + roads_may_close
        self._table = NextLinks(blocks * DESTINATIONS * len(self._groups), len(network.links.node))
        self._habit_of: int | None = None
        self._known_ms = network.times.free_ms.astype(np.float64)
        self._interval_ms = round(MS * 60 * parameters.news_every_min)
        self._measured = Measured(network, road, self._interval_ms)
        self._renewals = 0
        self._news = News(network, road, self._table, len(self._groups), city.threads)
        self._learn_habit(clock.hour_of_day(-clock.warm_up_s))
        if anybody_informed:
            self._news.learn(self._groups, network.times.free_ms.copy())
        road.set_next_links(self._table)

    @property
    def _informed_from(self) -> int:
        """Where the informed's destinations begin in the table."""
        return DESTINATIONS * len(self._groups)

    @property
    def _detours_from(self) -> int:
        """Where the destinations of those who drive round barriers begin in the table."""
        return (1 + self._anybody_informed) * DESTINATIONS * len(self._groups)

    def _round(self, link_time_ms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return times with which nobody would take what is barred."""
        return link_time_ms if self._barred is None else np.where(self._barred, np.int32(UNREACHABLE_MS), link_time_ms)

    def _known(self) -> NDArray[np.int32]:
        return np.maximum(1, np.rint(self._known_ms)).astype(np.int32)

    def bar(self, barred: NDArray[np.bool_] | None) -> None:
        """Let the informed, and who has stood before a barrier, know which links are barred, shape (m,)."""
        self._barred = barred
        if self._anybody_informed:
            self._news.learn(self._groups, self._round(self._known()))
        if barred is not None:
            self._write_detours()

    def learn_barriers(self) -> None:
        """Let everybody know what is barred by now, or that it is not any more."""
        self.habit_knows = self._barred is not None
        self._write_habit()

    def send_round(self, who: NDArray[np.int32], points: NDArray[np.int32]) -> None:
        """Let vehicles drive to points by habit, but round the barriers."""
        self._road.send_to(who, points + np.int32(self._detours_from))

    def _write_detours(self) -> None:
        for time_ms, groups in self._habits.opinions(self._habit_of or 0):
            self._write(self._round(time_ms), groups, groups + np.int32(self._detours_from // DESTINATIONS))

    def _write_habit(self) -> None:
        for time_ms, groups in self._habits.opinions(self._habit_of or 0):
            self._write(self._round(time_ms) if self.habit_knows else time_ms, groups, groups)

    def _write(self, link_time_ms: NDArray[np.int32], groups: NDArray[np.int32], rows: NDArray[np.int32]) -> None:
        self._news.write(self._network.search.under(link_time_ms), groups, rows)

    def send(self, who: NDArray[np.int32], points: NDArray[np.int32], informed: NDArray[np.bool_]) -> None:
        """Let vehicles drive to points by the way that each knows."""
        if self._anybody_informed:
            self._news.tell(points[informed] // np.int32(DESTINATIONS))
        self._road.send_to(who, points + np.where(informed, np.int32(self._informed_from), np.int32(0)))

    def route(self, junction: int, point: int, *, informed: bool) -> NDArray[np.int32]:
        """Return the links from a junction to a point by the way that is known now, shape (any,)."""
        if informed:
            self._news.tell(np.array([point // DESTINATIONS], np.int32))
        return self._road.way(junction, point + (self._informed_from if informed else 0))

    def length_m(
        self, junctions: NDArray[np.int32], points: NDArray[np.int32], informed: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return how far it is from junctions to points by the way that each knows now, shape (any,)."""
        way_m = np.empty(len(junctions))
        rows = points + np.where(informed, np.int32(self._informed_from), np.int32(0))
        links = self._network.links
        write_way_lengths(
            self._table.words, self._road.out_first, self._road.out_link, links.to_junction, links.length_m, junctions,
            rows, way_m,
        )  # fmt: skip
        return way_m

    def renew(self, now_ms: int, begins_ms: int) -> None:
        """Take over what has become known by now: at each interval's end, and at the hours when habits change."""
        if now_ms % self._interval_ms:
            return
        self._learn_habit(self._clock.hour_of_day((now_ms + begins_ms) / MS))
        if not self._anybody_informed:
            return
        weight = self._parameters.news_weight
        self._known_ms = (1 - weight) * self._known_ms + weight * self._measured.since_last()
        share = self._groups[self._renewals % self._parameters.news_shares :: self._parameters.news_shares]
        self._renewals += 1
        known_ms = self._known()
        if self._guide is not None:
            known_ms = self._guide(known_ms, (now_ms + begins_ms) / MS)
        self._news.learn(share, self._round(known_ms))

    def _learn_habit(self, hour: int) -> None:
        begins = [h for h in self._parameters.habits_from_h if h <= hour]
        habit = max(begins) if begins else max(self._parameters.habits_from_h)
        if habit == self._habit_of:
            return
        self._habit_of = habit
        self._write_habit()
        if self._barred is not None:
            self._write_detours()
