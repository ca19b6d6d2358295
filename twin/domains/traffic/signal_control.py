"""Who turns the signals: fixed plans, or the city's answers to the question `SIGNAL_PLAN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S, MS
from twin.domains.traffic.connections import SIGNAL_CONTROL
from twin.domains.traffic.decisions import Approaches, SetPlans, SignalPlanView
from twin.domains.traffic.questions import SIGNAL_PLAN
from twin.domains.traffic.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.city.road_traffic import RoadTraffic
    from twin.core.brain import Brain
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters

SIGNALS: Final = "traffic.signals"
ALWAYS_GREEN: Final = (1, 0, 1)
"""Cycle, start and length of green, ms."""

Number = TypeVar("Number", bound=np.generic)


def draw_signals(draw: Callable[[str], np.random.Generator], signals: int) -> pd.DataFrame:
    """Draw which signals the city controls first, which fail first, which can make way: uniform numbers, a row each."""
    names = ("control_draw", "failure_draw", "priority_draw")
    return pd.DataFrame({name: draw(name).random(signals) for name in names})


class SignalControl:
    """The signals of one run.

    Parameters
    ----------
    table
        From `draw_signals`.

    Attributes
    ----------
    rows
        Cycle, start and length of green of each phase by the plans of now, ms, shape (p, 3).
    """

    def __init__(
        self, brain: Brain, network: Network, road: RoadTraffic, parameters: TrafficParameters, table: pd.DataFrame
    ) -> None:
        self._brain, self._road, self._parameters = brain, road, parameters
        self._all = network.signals
        self.rows = network.first_plan.copy()
        self._every_ms = round(MS * parameters.signal_every_s)
        chosen = np.zeros(len(self._all), np.bool_)
        self._asks = len(self._all) > 0 and brain.connection(SIGNAL_CONTROL.name).on
        if self._asks and not brain.is_silent(SIGNAL_PLAN):
            share = brain.connection(SIGNAL_CONTROL.name).share
            chosen = table["control_draw"].to_numpy() < share
        self._asks = bool(chosen.any())
        self._mine = np.flatnonzero(chosen[self._all.phase_signal])
        self._signals = self._all.only(chosen)
        self._fixed = network.first_plan
        self._fixed_green_s = network.first_plan[self._mine, 2] / MS
        self._measure = _Measured(network, road, self._signals)
        self._alone = np.zeros(self._signals.phase_count, np.bool_)
        self._controlled = False
        self._dark = np.zeros(len(self.rows), np.bool_)
        self._held, self._held_rows = np.empty(0, np.int64), np.empty((0, 3), np.int32)

    def set_dark(self, dark: NDArray[np.bool_]) -> None:
        """Let the signals of these phases fail, shape (p,), and all others work."""
        self._dark = dark
        self._show()

    def step(self, now_ms: int, now_s: float) -> None:
        """Ask for plans when it is time to, and set them.

        Parameters
        ----------
        now_ms, now_s
            The end of a step of the road: since the run's beginning, and since the scenario's start.
        """
        if not self._asks or now_ms % self._every_ms:
            return
        if self._brain.works(SIGNAL_CONTROL.name):
            self._set(self._ask(now_s), now_ms)
        elif self._controlled:  # the connection fails: the signals go on by themselves
            self.rows[self._mine] = self._fixed[self._mine]
            self._controlled = False
            self._alone[:] = False
            self._show()

    def hold(self, phases: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
        """Let these phases go by these rows, shape (k, 3), instead of their plans, and all others by their plans."""
        self._held, self._held_rows = phases, rows
        self._show()

    def _show(self) -> None:
        """Set the road's signals: dark ones stop nobody for long; see `twin.domains.traffic.dark_signals`."""
        shown = self.rows.copy()
        shown[self._held] = self._held_rows
        shown[self._dark] = ALWAYS_GREEN
        self._road.set_signals(shown)

    def _ask(self, now_s: float) -> SetPlans:
        parameters = self._parameters
        approaches = self._measure.since_last(parameters.signal_every_s)
        view = SignalPlanView(
            time_s=now_s,
            interval_s=parameters.signal_every_s,
            lost_s=parameters.signal_lost_s,
            cycle_s=parameters.signal_cycle_s,
            queued=int(approaches.queue.sum()),
            phase_first=_read_only(self._signals.phase_first),
            approach_first=_read_only(self._signals.approach_first),
            fixed_green_s=_read_only(self._fixed_green_s),
            approaches=approaches,
        )
        answer: SetPlans = self._brain.ask(SIGNAL_PLAN, view, now_s)
        return answer

    def _set(self, answer: SetPlans, now_ms: int) -> None:
        signals = self._signals
        green_s = np.asarray(answer.green_s, np.float64)
        alone = signals.alone(green_s)
        offset_s = np.zeros(len(signals)) if answer.offset_s is None else np.asarray(answer.offset_s, np.float64)
        begins_s = np.where(signals.over_phases(alone.astype(np.int64)) > 0, now_ms / MS, offset_s)
        rows = signals.rows(green_s, begins_s, self._parameters.signal_lost_s)
        still = alone & self._alone  # loses no time again
        rows[still] = self.rows[self._mine][still]
        self.rows[self._mine] = rows
        self._alone, self._controlled = alone, True
        self._show()


class _Measured:
    """What detectors at the approaches of signals tell."""

    def __init__(self, network: Network, road: RoadTraffic, signals: Signals) -> None:
        self._road, self._links = road, signals.approach_link
        links = network.links
        self._saturation_per_h = HOUR_S * MS / network.times.headway_ms[self._links]
        into = links.to_junction[self._links]
        count = road.out_first[into + 1] - road.out_first[into]
        self._of = np.repeat(np.arange(len(into)), count)
        place = np.arange(len(self._of)) - np.repeat(np.cumsum(count) - count, count)
        onto = road.out_link[road.out_first[into][self._of] + place]
        leads_on = links.to_junction[onto] != links.from_junction[self._links][self._of]
        self._of, self._onto = self._of[leads_on], onto[leads_on]
        self._entered = road.of_links("entered")

    def since_last(self, interval_s: float) -> Approaches:
        """Return what has been measured since the last question."""
        entered, queue = self._road.of_links("entered"), self._road.queues()
        came = entered - self._entered
        self._entered = entered
        # as if one vehicle more had entered each: where none did, all count alike
        weight = came[self._onto] + 1.0
        total = np.bincount(self._of, weight, len(self._links))
        waiting = np.bincount(self._of, weight * queue[self._onto], len(self._links))
        return Approaches(
            arrivals_per_h=_read_only(came[self._links] * (HOUR_S / interval_s)),
            saturation_per_h=_read_only(self._saturation_per_h),
            queue=_read_only(queue[self._links]),
            downstream_queue=_read_only(waiting / np.maximum(total, 1.0)),
        )


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    """Return a view of an array that nobody can write through."""
    shown = values.view()
    shown.flags.writeable = False
    return shown
