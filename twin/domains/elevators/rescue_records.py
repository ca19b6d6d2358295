"""The event tables of rescue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.core.recorder import EventTable, Recorder
from twin.domains.elevators.rescue_cases import Case, Helper
from twin.domains.elevators.rescue_chances import WAYS
from twin.domains.elevators.rescue_crews import Crews

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
RESCUES: Final = {
    "case": pa.int64(), "elevator": pa.int32(), "district": _WORD, "cause": _WORD, "people": pa.int8(),
    "vulnerable": pa.int8(),
    "way": _WORD, "at_s": pa.float64(), "told_s": pa.float64(), "sent_s": pa.float64(), "arrive_s": pa.float64(),
    "freed_s": pa.float64(), "back_s": pa.float64(), "level": pa.int8(), "helper": pa.int32(), "own_firm": pa.bool_(),
    "drive_m": pa.float64(), "called_team": pa.bool_(), "ill": pa.bool_(), "by_power": pa.bool_(),
}  # fmt: skip
HELPERS: Final = {
    "level": pa.int8(), "helper": pa.int32(), "case": pa.int64(), "sent_s": pa.float64(), "free_s": pa.float64(),
    "came_first": pa.bool_(), "from_node": pa.int32(), "to_node": pa.int32(), "drive_m": pa.float64(),
}  # fmt: skip
TRACKS: Final = {
    "level": pa.int8(), "helper": pa.int32(), "case": pa.int64(), "edges": pa.list_(pa.int32()),
    "at_s": pa.list_(pa.float64()),
}  # fmt: skip
WORKERS: Final = {
    "worker": pa.int32(), "firm": pa.int32(), "base": pa.int32(), "home": pa.int32(), "qualified": pa.bool_(),
    "on_call": pa.bool_(),
}  # fmt: skip
TEAMS: Final = {"team": pa.int32(), "level": pa.int8(), "node": pa.int32(), "lon": pa.float64(), "lat": pa.float64()}
WORKER_DAYS: Final = {
    "begins_s": pa.float64(), "working": pa.int32(), "duty_s": pa.float64(), "inspecting_s": pa.float64(),
    "mending_s": pa.float64(), "rescuing_s": pa.float64(), "cost_yuan": pa.float64(),
}  # fmt: skip


class RescueRecords:
    """Writes what rescue does.

    Parameters
    ----------
    tracked_until_s
        The ways of drives that begin before are written too.

    Attributes
    ----------
    worker_days
        One row a day: workers who work on it, and what they spend of their shift on what; what rescue has cost.
    """

    def __init__(self, recorder: Recorder, districts: Sequence[str], tracked_until_s: float) -> None:
        self._districts = districts
        self._tracked_until_s = tracked_until_s
        self._tracks: EventTable = recorder.table("elevators.tracks", TRACKS)
        self._rescues: EventTable = recorder.table("elevators.rescues", RESCUES)
        self._helpers: EventTable = recorder.table("elevators.helpers", HELPERS)
        self._workers: EventTable = recorder.table("elevators.workers", WORKERS)
        self._teams: EventTable = recorder.table("elevators.teams", TEAMS)
        self.worker_days: EventTable = recorder.table("elevators.worker_days", WORKER_DAYS)

    def describe(self, crews: Crews, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        """Write who there is; ``lon`` and ``lat`` are those of the road nodes."""
        force, stations = crews.workforce, crews.stations
        self._workers.add_columns(
            range(len(force.firm)), force.firm, force.base, force.home, force.qualified, force.on_call
        )
        node = stations.node
        self._teams.add_columns(range(len(node)), stations.level, node, lon[node], lat[node])

    def rescue(self, case: Case) -> None:
        """Write an entrapment, or a false alarm, that is over or still open when the run ends."""
        entrapment, helper = case.entrapment, case.helper
        sent = [one.sent_s for one in (case.worker, case.team) if one is not None]
        self._rescues.add(
            case.number, entrapment.elevator, self._districts[case.district] if case.district >= 0 else "",
            entrapment.cause or None, entrapment.people, case.course.vulnerable,
            WAYS[0] if case.connected else case.course.way, entrapment.at_s, case.told_s, min(sent, default=None),
            case.arrive_s, case.freed_s, case.back_s, helper.level if helper else None,
            helper.number if helper else None, None if helper is None else not helper.stranger, _length_m(helper),
            case.team is not None, case.ill, case.by_power,
        )  # fmt: skip

    def track(self, helper: Helper, case: Case, ends_s: float) -> None:
        """Write the way of a drive until now, and when the helper was at each node of it."""
        if helper.trip is None or helper.trip.timing.arrive_s[0] >= self._tracked_until_s:
            return
        edge_count = helper.trip.timing.position_at(ends_s).place
        if edge_count:
            at_s = helper.trip.timing.arrive_s[: edge_count + 1]
            self._tracks.add(helper.level, helper.number, case.number, helper.trip.edges[:edge_count], at_s)

    def helper(self, helper: Helper, case: Case, free_s: float | None, node: int) -> None:
        """Write that somebody who was sent is free again; None: not when the run ends."""
        self._helpers.add(
            helper.level, helper.number, case.number, helper.sent_s, free_s, helper is case.helper, helper.node, node,
            _length_m(helper),
        )  # fmt: skip


def _length_m(helper: Helper | None) -> float | None:
    return None if helper is None or helper.trip is None else helper.trip.length_m
