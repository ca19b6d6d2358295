"""Signals that make way for vehicles under lights and siren, and what that costs the others.

A vehicle is asked for when it sets out: its route is known, and with it the signals ahead. Where a signal makes way,
the phase of the vehicle's approach gets the green at a time before it is expected (corrected as the roads are seen
anew) and keeps it until it has passed; the signal's other phases wait. Then the plan goes on where it would be by now.
Two vehicles that want one signal have it one after the other: who held it first.

A street's measured time holds what its signal's red costs on average. A vehicle for which the signal makes way is
spared that: the uniform delay of the phase, (C - g)² / 2C for a green g of a cycle C (Webster 1958, "Traffic signal
settings", Road Research Technical Paper 39, without its terms for queues), but the street takes at least what it takes
when nobody else drives. Queues are not spared: the green lets them go, which the next look at the roads tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twin.city.under_siren import ENDS, SETS_OUT, UnderSiren
from twin.core.clock import HOUR_S, MS
from twin.domains.traffic.connections import AMBULANCE_PRIORITY
from twin.domains.traffic.decisions_priority import GreenWave, PriorityView, SignalsAhead
from twin.domains.traffic.network import driven_s
from twin.domains.traffic.questions_priority import PRIORITY
from twin.domains.traffic.signals import ENDLESS_MS

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions, Trip
    from twin.city.road_traffic import RoadTraffic
    from twin.core.model import Twin
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters
    from twin.domains.traffic.signal_control import SignalControl

HOLDS: Final = {
    "signal": pa.int32(), "phase": pa.int32(), "vehicle": pa.int32(), "begins_s": pa.float64(), "ends_s": pa.float64(),
    "green_taken_s": pa.float64(),
}  # fmt: skip
WAVES: Final = {"time_s": pa.float64(), "vehicle": pa.int32(), "signals": pa.int32()}

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class _Passing:
    """A signal that makes way for a drive: where on its route, and how early."""

    drive: UnderSiren
    signal: int
    phase: int
    place: int
    ahead_ms: int

    def at_ms(self, begins_s: float) -> float:
        """Return when the vehicle is expected there, in ms of the run."""
        return MS * (float(self.drive.trip.timing.arrive_s[self.place]) - begins_s)


@dataclass(frozen=True, slots=True)
class _Hold:
    """A signal that makes way now."""

    passing: _Passing
    begins_ms: int
    row: tuple[int, int, int]


@dataclass(frozen=True, eq=False, slots=True)
class _Ahead:
    """The signals on a route, s of them: nodes of the route, links and phases, shapes (s,)."""

    place: NDArray[np.int64]
    link: NDArray[np.int32]
    phase: NDArray[np.int32]


class Priority:
    """Makes way for ambulances in one run.

    Parameters
    ----------
    begins_s
        When the run begins, seconds since the scenario's start.
    table
        From `twin.domains.traffic.signal_control.draw_signals`.
    """

    def __init__(
        self, twin: Twin, city: City, roads: RoadConditions, network: Network, road: RoadTraffic,
        control: SignalControl, parameters: TrafficParameters, table: pd.DataFrame, begins_s: float,
    ) -> None:  # fmt: skip
        self._twin, self._roads, self._network, self._road, self._control = twin, roads, network, road, control
        self._begins_s, self._parameters, self._edge_to = begins_s, parameters, city.roads.edge_to
        self._step_ms, self._lost_ms = round(MS * parameters.step_s), round(MS * parameters.signal_lost_s)
        self._passings: dict[int, list[_Passing]] = {}
        self._held: dict[int, _Hold] = {}
        self._records = twin.recorder.table("traffic.signal_holds", HOLDS)
        self._waves = twin.recorder.table("traffic.green_waves", WAVES)
        signals, brain = network.signals, twin.brain
        if not len(signals) or not brain.connection(AMBULANCE_PRIORITY.name).on or brain.is_silent(PRIORITY):
            return
        share = brain.connection(AMBULANCE_PRIORITY.name).share
        self._equipped = table["priority_draw"].to_numpy()[: len(signals)] < share
        self._phase_signal = signals.phase_signal
        self._saturation_per_h = HOUR_S * MS / network.times.headway_ms
        self._driven_s = driven_s(network.links, signals, city)
        twin.channels.listen(SETS_OUT, self._sets_out)
        twin.channels.listen(ENDS, self._ends)

    # -- at setting out ----------------------------------------------------------------------------------------------

    def _sets_out(self, drive: UnderSiren) -> None:
        """Ask which signals make way for a vehicle, and spare it their red."""
        brain = self._twin.brain
        ahead = self._signals_ahead(drive.trip)
        if not len(ahead.place) or not brain.works(AMBULANCE_PRIORITY.name):
            return
        view = self._view(drive, ahead)
        answer = brain.ask(PRIORITY, view, self._twin.now)
        if not isinstance(answer, GreenWave):
            return
        ahead_s = np.array(answer.ahead_s, np.float64)
        chosen = np.flatnonzero(ahead_s >= 0)
        if not len(chosen):
            return
        self._passings[drive.vehicle] = [
            _Passing(
                drive, int(view.signals.signal[k]), int(ahead.phase[k]), int(ahead.place[k]), round(MS * ahead_s[k])
            )
            for k in chosen.tolist()
        ]
        self._waves.add(self._twin.now, drive.vehicle, len(chosen))
        self._spare(drive.trip, ahead.place[chosen], view.signals.red_delay_s[chosen])

    def _signals_ahead(self, trip: Trip) -> _Ahead:
        """Find the signals that a route passes and that can make way; where it ends it passes none."""
        links, signals, edges = self._network.links, self._network.signals, trip.edges
        link = links.edge_link[edges]
        last = np.flatnonzero(link[1:] != link[:-1])
        at_end = self._edge_to[edges[last]] == links.node[links.to_junction[link[last]]]
        phase = signals.link_phase[link[last]]
        can = at_end & (phase >= 0)
        can[can] = self._equipped[self._phase_signal[phase[can]]]
        return _Ahead(last[can] + 1, link[last[can]], phase[can])

    def _view(self, drive: UnderSiren, ahead: _Ahead) -> PriorityView:
        cycle_s, _, green_s = self._control.rows[ahead.phase].T / MS
        return PriorityView(
            time_s=self._twin.now,
            vehicle=drive.vehicle,
            severity=drive.severity,
            with_patient=drive.with_patient,
            lost_s=self._parameters.signal_lost_s,
            held=len(self._held),
            signals=SignalsAhead(
                signal=_read_only(self._phase_signal[ahead.phase]),
                passes_in_s=_read_only(drive.trip.timing.arrive_s[ahead.place] - self._twin.now),
                queue=_read_only(self._road.queues()[ahead.link]),
                saturation_per_h=_read_only(self._saturation_per_h[ahead.link]),
                green_share=_read_only(green_s / cycle_s),
                red_delay_s=_read_only((cycle_s - green_s) ** 2 / (2 * cycle_s)),
            ),
        )

    def _spare(self, trip: Trip, place: NDArray[np.int64], red_delay_s: NDArray[np.float64]) -> None:
        """Take the red of these signals off the times of the links that end at them."""
        links = self._network.links
        link = links.edge_link[trip.edges]
        stretch = np.concatenate([[0], np.cumsum(link[1:] != link[:-1])])  # the same link all along
        spared_s = np.zeros(int(stretch[-1]) + 1)
        spared_s[stretch[place - 1]] = red_delay_s
        share = links.edge_share[trip.edges]
        spared_ms = np.rint(MS * spared_s[stretch] * share).astype(np.int32)
        self._roads.spare(trip, spared_ms, np.rint(MS * self._driven_s[link] * share).astype(np.int32))

    def _ends(self, drive: UnderSiren) -> None:
        self._passings.pop(drive.vehicle, None)

    # -- step by step ------------------------------------------------------------------------------------------------

    def step(self, now_ms: int) -> None:
        """Let signals make way for who comes to them within the next step of the road, and no longer for who is past.

        Parameters
        ----------
        now_ms
            Up to when the road has lived.
        """
        wanted: dict[int, list[_Passing]] = {}
        for passing in self._due(now_ms):
            wanted.setdefault(passing.signal, []).append(passing)
        chosen = {
            signal: self._held[signal].passing
            if signal in self._held and self._held[signal].passing in candidates
            else candidates[0]
            for signal, candidates in wanted.items()
        }
        before = {signal: hold.passing for signal, hold in self._held.items()}
        if chosen == before:
            return
        for signal, passing in before.items():
            if chosen.get(signal) != passing:
                self._record(self._held[signal], now_ms)
        self._held = {signal: self._hold(passing, now_ms) for signal, passing in chosen.items()}
        self._control.hold(*self._rows())

    def _due(self, now_ms: int) -> Iterator[_Passing]:
        for passing in (each for of_one in self._passings.values() for each in of_one):
            at_ms = passing.at_ms(self._begins_s)
            if at_ms - passing.ahead_ms < now_ms + self._step_ms and now_ms < at_ms:
                yield passing

    def _hold(self, passing: _Passing, now_ms: int) -> _Hold:
        """Return the hold that goes on, or a new one: green at once where it is green already."""
        before = self._held.get(passing.signal)
        if before is not None and before.passing == passing:
            return before
        if before is not None and before.passing.phase == passing.phase:
            return _Hold(passing, now_ms, before.row)
        cycle_ms, start_ms, green_ms = self._control.rows[passing.phase].tolist()
        is_green = before is None and (now_ms - start_ms) % cycle_ms < green_ms
        lost_ms = 0 if is_green else self._lost_ms
        return _Hold(passing, now_ms, (ENDLESS_MS, now_ms + lost_ms, ENDLESS_MS - lost_ms))

    def _rows(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return all phases of the signals that make way, and their rows."""
        first = self._network.signals.phase_first
        phases: list[int] = []
        rows: list[Sequence[int]] = []
        for signal, hold in self._held.items():
            for phase in range(int(first[signal]), int(first[signal + 1])):
                phases.append(phase)
                rows.append(hold.row if phase == hold.passing.phase else (ENDLESS_MS, 0, 0))
        return np.array(phases, np.int64), np.array(rows, np.int32).reshape(-1, 3)

    def _record(self, hold: _Hold, now_ms: int) -> None:
        passing = hold.passing
        first = self._network.signals.phase_first
        others = [
            phase
            for phase in range(int(first[passing.signal]), int(first[passing.signal + 1]))
            if phase != passing.phase
        ]
        taken_ms = sum(green_between(self._control.rows[phase], hold.begins_ms, now_ms) for phase in others)
        self._records.add(
            passing.signal, passing.phase, passing.drive.vehicle, hold.begins_ms / MS + self._begins_s,
            now_ms / MS + self._begins_s, taken_ms / MS,
        )  # fmt: skip

    def finish(self, now_ms: int) -> None:
        """Record what is held when the run ends."""
        for hold in self._held.values():
            self._record(hold, now_ms)


def green_between(row: NDArray[np.int32], begins_ms: int, ends_ms: int) -> int:
    """Return for how long a phase of this cycle, start and length of green is green between two times, ms."""
    cycle_ms, start_ms, green_ms = (int(value) for value in row)

    def until(time_ms: int) -> int:
        cycles, into_ms = divmod(time_ms - start_ms, cycle_ms)
        return cycles * green_ms + min(into_ms, green_ms)

    return until(ends_ms) - until(begins_ms)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    """Return a view of an array that nobody can write through."""
    shown = values.view()
    shown.flags.writeable = False
    return shown
