"""What happened to the fleet before the run began: lived as ever, in rounds of 15 days, before any policy acts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.elevators.book import Book, Faults
from twin.domains.elevators.failure_process import FailureProcess, is_wear, round_phase
from twin.domains.elevators.hazards import PRACTICE_DAYS
from twin.domains.elevators.parameters import ElevatorParameters
from twin.domains.elevators.particulars import Failures, Particulars
from twin.domains.elevators.telemetry import Telemetry


class Past(NamedTuple):
    """What is there when a run begins.

    Attributes
    ----------
    lives
        Where each elevator is in its life (`FailureProcess.table`).
    failures
        What has failed: ``elevator``, ``day`` (below 0), ``number``, ``cause`` and ``people``.
    records, diary
        What the city knows of it (`Book.records`, `Book.diary_table`).
    """

    lives: pd.DataFrame
    failures: pd.DataFrame
    records: pd.DataFrame
    diary: pd.DataFrame


def last_practised(fleet: pd.DataFrame, day: int) -> NDArray[np.int32]:
    """Return the last day before this one on which each elevator was visited in rounds of 15 days, shape (n,)."""
    return np.asarray(day - 1 - (day - 1 - round_phase(fleet, PRACTICE_DAYS)) % PRACTICE_DAYS, np.int32)


def live_history(
    fleet: pd.DataFrame, parameters: ElevatorParameters, key: NDArray[np.uint64], days: pd.DataFrame
) -> Past:
    """Let the fleet live the days before the run.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    days
        See `twin.domains.elevators.days.draw_days`; those before day 0 are lived.
    """
    before = days[days["day"] < 0]
    first = int(before["day"].iloc[0]) if len(before) else 0
    process = FailureProcess.new(fleet, parameters, key, first)
    particulars = Particulars(fleet, key, parameters)
    book, telemetry = Book(key, last_practised(fleet, first)), Telemetry(parameters, key)
    phase = round_phase(fleet, PRACTICE_DAYS)
    of_phase = [np.flatnonzero(phase == turn).astype(np.int32) for turn in range(PRACTICE_DAYS)]
    found: list[tuple[int, Failures]] = []
    for day, outside, wear in zip(before["day"].tolist(), before["outside"], before["wear"], strict=True):
        failed = process.live_day(float(outside), float(wear))
        worn = process.wear_lived(float(wear))
        visited = of_phase[day % PRACTICE_DAYS]
        process.maintain(visited)
        process.repair(failed.elevator[is_wear(failed.number)])
        failures = particulars.of(*failed)
        found.append((day, failures))
        book.end_day(day, Faults(failures.elevator, failures.cause, failures.people), visited)
        telemetry.report(day, worn, book.codes)
    return Past(process.table(), _as_table(found), book.records(), book.diary_table())


def _as_table(found: list[tuple[int, Failures]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "elevator": _joined([each.elevator for _, each in found], np.int32),
            "day": np.repeat(np.array([day for day, _ in found], np.int32), [len(each.elevator) for _, each in found]),
            "number": _joined([each.number for _, each in found], np.int64),
            "cause": _joined([each.cause for _, each in found], np.int8),
            "people": _joined([each.people for _, each in found], np.int8),
        }
    )


def _joined(parts: list[NDArray[np.generic]], dtype: type[np.generic]) -> NDArray[np.generic]:
    return np.concatenate([np.empty(0, dtype), *parts])
