"""The first day of one brain, read from the stored events, as the columns of its block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.city.graph import ROAD_CLASSES
from twin.core.clock import DAY_S
from twin.report.playback.air_block import MOST_DAYS, TABLES, air_columns, air_curve
from twin.report.playback.ambulances_block import ambulance_columns
from twin.report.playback.blocks import Block, Columns, pack
from twin.report.playback.cars_block import UNITS_PER_S, Ways, way_columns
from twin.report.playback.elevators_block import elevator_columns, people_trapped
from twin.report.playback.layers_block import ambulances_out, curves, occupancy_columns, speed_columns

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.core.language import Language
    from twin.experiment.store import Results
    from twin.report.playback.city_block import Streets

TRACKS: Final = ("traffic.tracks", "emergency.tracks", "elevators.tracks", "air.fields")
FEW_TRACKED: Final = ("emergency", "elevators")
"""Domains of which only the first days' ways are recorded."""
SLOW_CLASSES: Final = ("unclassified", "residential", "living_street", "service")
"""Streets that are not shown by their speed."""
FEWEST_VEHICLES: Final = 500
"""So many are shown whatever the page's size."""


COLUMNS: Final = {
    "traffic.links": ("ends_s", "link", "time_s", "on_link"),
    "traffic.trips": (
        "vehicle", "purpose", "departed_s", "arrived_s", "parked_s", "lot", "ending", "looked", "walk_m",
    ),
}  # fmt: skip
"""What is needed of tables with millions of rows."""


@dataclass(frozen=True, eq=False)
class Day:
    """What is shown of a brain.

    Attributes
    ----------
    ends_s
        Up to when the playback goes.
    events
        The tables of the first replication that are needed; trips are those of tracked vehicles.
    """

    name: str
    ends_s: float
    events: dict[str, pd.DataFrame]
    roads: RoadGraph
    streets: Streets

    @classmethod
    def of(cls, results: Results, brain: str, roads: RoadGraph, streets: Streets) -> Day:
        """Read the tables of a brain's first replication."""
        scenario = results.scenario
        names = {
            "emergency": ("tracks", "vehicles", "fleet", "station_list", "hospital_list", "calls"),
            "elevators": ("tracks", "helpers", "rescues", "fleet"),
            "traffic": ("tracks", "trips", "drivers", "links", "link_list", "roads", "lots", "lot_list"),
            "air": TABLES,
        }
        events = {
            name: results.event_table(name, brain, 0, COLUMNS.get(name))
            for domain, tables in names.items()
            if domain in scenario.domains
            for name in (f"{domain}.{table}" for table in tables)
        }
        if "traffic.trips" in events:  # of two million the few that were tracked
            trips = events["traffic.trips"]
            tracked = np.unique(events["traffic.tracks"]["vehicle"].to_numpy())
            events["traffic.trips"] = trips[np.isin(trips["vehicle"].to_numpy(), tracked)]
        day = cls(brain, played_s(results), events, roads, streets)
        _ = day._still  # packed small, so that the table that it is of can go
        events.pop("traffic.links", None)
        return day

    @cached_property
    def vehicles(self) -> int:
        """How many vehicles were tracked."""
        tracks = self.events.get("traffic.tracks")
        return 0 if tracks is None else int(tracks["vehicle"].nunique())

    @property
    def has_traffic(self) -> bool:
        """Whether the roads were simulated, vehicle by vehicle."""
        return "traffic.link_list" in self.events

    @property
    def has_ambulances(self) -> bool:
        """Whether ambulances took part."""
        return "emergency.tracks" in self.events

    @property
    def has_air(self) -> bool:
        """Whether the air took part, and somebody lives on the map."""
        return "air.fields" in self.events and len(self.events["air.fields"]) > 0

    def block(self, every: int) -> Block:
        """Pack the day, with one in ``every`` tracked vehicle."""
        return pack({**self._cars(every), **self._still, **self._ambulances, **self._elevators, **self._air})

    def _cars(self, every: int) -> Columns:
        if not self.vehicles:
            return {}
        ways = Ways.of(self.events["traffic.tracks"], self.events["traffic.trips"], self.ends_s, every)
        free = np.rint(self.events["traffic.link_list"]["free_s"].to_numpy() * UNITS_PER_S).astype(np.int64)
        drivers = self.events["traffic.drivers"].set_index("vehicle").loc[np.unique(ways.trips["vehicle"].to_numpy())]
        knows = drivers["informed"].to_numpy(np.int64) + 2 * drivers["app"].to_numpy(np.int64)
        return {**way_columns(ways, self.streets, free), "vehicleKnows": knows}

    @cached_property
    def _still(self) -> Columns:
        if not self.has_traffic:
            return {}
        events = self.events
        slow = [ROAD_CLASSES.index(name) for name in SLOW_CLASSES]
        shown = ~np.isin(self.streets.links.road_class, slow)
        free_s = events["traffic.link_list"]["free_s"].to_numpy(np.float64)
        return {
            **speed_columns(events["traffic.links"], free_s, shown, self.ends_s),
            **occupancy_columns(events["traffic.lots"], len(events["traffic.lot_list"]), self.ends_s),
        }

    @cached_property
    def _ambulances(self) -> Columns:
        return ambulance_columns(self.events, self.roads, self.ends_s) if self.has_ambulances else {}

    @cached_property
    def _air(self) -> Columns:
        return air_columns(self.events, self.roads, self.ends_s) if self.has_air else {}

    @property
    def has_elevators(self) -> bool:
        """Whether elevators took part."""
        return "elevators.rescues" in self.events

    @cached_property
    def _elevators(self) -> Columns:
        return elevator_columns(self.events, self.roads, self.ends_s) if self.has_elevators else {}

    def places(self, say: Language) -> dict[str, list[dict[str, Any]]]:
        """Return stations and hospitals as they were in the run: a user's own tables may have replaced the map's."""
        if not self.has_ambulances:
            return {}
        found = {}
        for kind, table, key in (("stations", "station_list", "station"), ("hospitals", "hospital_list", "hospital")):
            rows = self.events[f"emergency.{table}"]
            xy_m = np.rint(self.roads.node_xy_m[rows["node"].to_numpy()]).astype(int).tolist()
            names = rows[say.pick("name_en", "name_zh")].astype(str)
            found[kind] = [
                {"number": int(number), "name": name, "at": at}
                for number, name, at in zip(rows[key], names, xy_m, strict=True)
            ]
        return found

    def curves(self) -> dict[str, list[Any]]:
        """Return the small curves below the map."""
        found: dict[str, list[Any]] = {}
        if self.has_traffic:
            spaces = int(self.events["traffic.lot_list"]["spaces"].sum())
            found.update(curves(self.events["traffic.roads"], self.events["traffic.lots"], spaces, self.ends_s))
        if self.has_ambulances:
            found["ambulances"] = ambulances_out(self.events["emergency.vehicles"], self.ends_s)
        if self.has_air:
            found["air"] = air_curve(self.events, self.ends_s)
        if self.has_elevators:
            found["trapped"] = people_trapped(self.events["elevators.rescues"], self.ends_s)
        return found


def parameter(results: Results, domain: str, name: str) -> float:
    """Return a number that the scenario sets."""
    return float(getattr(results.scenario.sections[domain], name))


def played_s(results: Results) -> float:
    """Return up to when a run can be played back: its end, or where the ways of its ambulances and workers end.

    A run of nothing that leaves ways is played back for `MOST_DAYS`.
    """
    scenario = results.scenario
    ends_s = scenario.duration_h * 3600
    if "traffic" not in scenario.domains:
        days = [parameter(results, name, "tracked_days") for name in FEW_TRACKED if name in scenario.domains]
        ends_s = min(ends_s, DAY_S * max(days, default=MOST_DAYS))
    return float(ends_s)


def has_ways(results: Results) -> bool:
    """Say whether ways, or fields of the air, were recorded."""
    from twin.core.errors import ResultsError

    wanted = [name for name in TRACKS if name.partition(".")[0] in results.scenario.domains]
    try:
        rows = [results.row_count(name, brain, 0) for brain in results.brains for name in wanted]
    except ResultsError:  # a run of before tracks were recorded
        return False
    return bool(rows) and any(rows)
