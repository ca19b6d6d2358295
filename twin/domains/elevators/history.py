"""What happened to the fleet before the run began: lived as ever, in rounds of 15 days, before any policy acts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.elevators.failure_process import FailureProcess, is_wear, round_phase
from twin.domains.elevators.hazards import PRACTICE_DAYS
from twin.domains.elevators.parameters import ElevatorParameters
from twin.domains.elevators.particulars import Failures, Particulars


def live_history(
    fleet: pd.DataFrame, parameters: ElevatorParameters, key: NDArray[np.uint64], days: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let the fleet live the days before the run.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    days
        See `twin.domains.elevators.days.draw_days`; those before day 0 are lived.

    Returns
    -------
    tuple of DataFrames
        Where each elevator is in its life when the run begins (`FailureProcess.table`); and what has failed:
        ``elevator``, ``day`` (below 0), ``number``, ``cause`` and ``people``.
    """
    before = days[days["day"] < 0]
    first = int(before["day"].iloc[0]) if len(before) else 0
    process = FailureProcess.new(fleet, parameters, key, first)
    particulars = Particulars(fleet, key, parameters)
    phase = round_phase(fleet, PRACTICE_DAYS)
    of_phase = [np.flatnonzero(phase == turn).astype(np.int32) for turn in range(PRACTICE_DAYS)]
    found: list[tuple[int, Failures]] = []
    for day, outside, wear in zip(before["day"], before["outside"], before["wear"], strict=True):
        failed = process.live_day(float(outside), float(wear))
        process.maintain(of_phase[day % PRACTICE_DAYS])
        process.repair(failed.elevator[is_wear(failed.number)])
        found.append((int(day), particulars.of(*failed)))
    return process.table(), _as_table(found)


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
