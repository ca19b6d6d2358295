"""A view of one elevator: made when somebody asks, for a notebook, a test or a debugger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from twin.domains.elevators.parameters import CAUSES, USES

if TYPE_CHECKING:
    import pandas as pd

    from twin.domains.elevators.domain import ElevatorsDomain


@dataclass(frozen=True, slots=True)
class PastFailure:
    """A failure before the run: how many days before its first, why, and how many it trapped."""

    days_before: int
    cause: str
    people: int


@dataclass(frozen=True, slots=True)
class Elevator:
    """An elevator as it is now.

    Attributes
    ----------
    runs
        Whether it runs.
    last_visit_s
        When it was maintained last, seconds since the scenario's start.
    faults, entrapments, visits
        How many since the run began.
    history
        What had failed before the run began, the latest first.
    """

    elevator: int
    lon: float
    lat: float
    node: int
    use: str
    floors: int
    age_years: float
    starts_a_day: float
    firm: int
    runs: bool
    last_visit_s: float
    faults: int
    entrapments: int
    visits: int
    history: tuple[PastFailure, ...]


class Elevators(Sequence[Elevator]):
    """The elevators of a run by their row in the fleet."""

    def __init__(self, domain: ElevatorsDomain, history: pd.DataFrame) -> None:
        self._domain = domain
        self._history = history

    def __len__(self) -> int:
        return len(self._domain.fleet)

    @overload
    def __getitem__(self, elevator: int) -> Elevator: ...
    @overload
    def __getitem__(self, elevator: slice) -> list[Elevator]: ...
    def __getitem__(self, elevator: int | slice) -> Elevator | list[Elevator]:
        """Return an elevator as it is now, or several."""
        if isinstance(elevator, slice):
            return [self._of(number) for number in range(*elevator.indices(len(self)))]
        return self._of(range(len(self))[elevator])

    def _of(self, elevator: int) -> Elevator:
        domain, row = self._domain, self._domain.fleet.iloc[elevator]
        state = domain.state
        return Elevator(
            elevator=elevator, lon=float(row["lon"]), lat=float(row["lat"]), node=int(row["node"]),
            use=USES[int(row["use"])], floors=int(row["floors"]), age_years=float(row["age_years"]),
            starts_a_day=float(row["starts_a_day"]), firm=int(row["firm"]), runs=state.runs(elevator, domain.now_s),
            last_visit_s=float(state.last_visit_s[elevator]), faults=int(state.faults[elevator]),
            entrapments=int(state.entrapments[elevator]), visits=int(state.visits[elevator]),
            history=self._past(elevator),
        )  # fmt: skip

    def _past(self, elevator: int) -> tuple[PastFailure, ...]:
        rows = self._history.iloc[np.flatnonzero(self._history["elevator"].to_numpy() == elevator)[::-1]]
        return tuple(
            PastFailure(-int(day), CAUSES[int(cause)], int(people))
            for day, cause, people in zip(rows["day"], rows["cause"], rows["people"], strict=True)
        )
