"""Private lots that are opened to everybody for a night: the question `NIGHT_OPENING`, put once an evening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import DAY_S, HOUR_S
from twin.domains.traffic.decisions_parking import NightOpeningView, OpenLots
from twin.domains.traffic.parameters import LOT_KINDS
from twin.domains.traffic.questions_parking import NIGHT_OPENING

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.model import Twin
    from twin.domains.traffic.books import Books
    from twin.domains.traffic.car_parks import CarParks
    from twin.domains.traffic.parameters import TrafficParameters


class NightOpening:
    """Asks when a night begins, and closes what was opened when it ends; a run may begin within a night."""

    def __init__(
        self, twin: Twin, lots: pd.DataFrame, books: Books, car_parks: CarParks, parameters: TrafficParameters
    ) -> None:
        self._brain, self._clock, self._car_parks = twin.brain, twin.clock, car_parks
        kind = lots["kind"].to_numpy()
        office = kind == LOT_KINDS.index("office")
        self._mine = np.flatnonzero(office | (kind == LOT_KINDS.index("residential"))).astype(np.int32)
        self._silent = twin.brain.is_silent(NIGHT_OPENING) or not len(self._mine)
        self._office = office[self._mine]
        self._spaces = lots["spaces"].to_numpy(np.int32)[self._mine]
        self._tariff_fen = books.first_fen[self._mine]
        from_h, until_h = parameters.night_opening_h
        self._from_s, self._length_s = from_h * HOUR_S, (until_h - from_h) * HOUR_S % DAY_S
        self._night = False

    def step(self, now_s: float) -> None:
        """Ask at a night's beginning, and close at its end; ``now_s`` is the end of a step, since the start."""
        if self._silent:
            return
        since_s = (self._clock.second_of_day(now_s) - self._from_s) % DAY_S
        night = since_s < self._length_s
        if night and not self._night:
            answer: OpenLots = self._brain.ask(NIGHT_OPENING, self._view(now_s, self._length_s - since_s), now_s)
            self._car_parks.open_to_public(self._mine[answer.opened])
        elif self._night and not night:
            self._car_parks.open_to_public(self._mine[:0])
        self._night = night

    def _view(self, now_s: float, left_s: float) -> NightOpeningView:
        return NightOpeningView(
            time_s=now_s,
            until_s=now_s + left_s,
            lots=len(self._mine),
            all_spaces=int(self._spaces.sum()),
            lot=_read_only(self._mine),
            office=_read_only(self._office),
            spaces=_read_only(self._spaces),
            tariff_fen=_read_only(self._tariff_fen),
        )


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    shown = values.copy()
    shown.flags.writeable = False
    return shown.view()
