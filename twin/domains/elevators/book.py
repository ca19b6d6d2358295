"""What the city knows of its elevators from day to day: the records of each, and a diary to learn from.

The same code keeps the book in the past before a run and in the run. It is written at the end of each day; whoever
reads it in the evening sees nothing of the day to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.elevators.chances import Purpose, chances
from twin.domains.elevators.decisions_inspection import Diary, Record
from twin.domains.elevators.parameters import OUTSIDE_CAUSES, WEAR_CAUSES

NO_CAUSE: Final = -1
BEFORE_RECORDS: Final = -1_000_000
"""Day of a fault that there was not."""
FIRST_DAY: Final = 1 << 20
"""Added to days, so that what chance knows them by is never below 0."""
LEAST_SAMPLE, ELEVATORS_A_SAMPLE = 50, 400
"""Of each day so many elevators are noted whatever happens, or one in so many of the fleet where that is more."""
SINGLE_CAUSES: Final = len(OUTSIDE_CAUSES) + len(WEAR_CAUSES)
_FIRST_ROWS: Final = 4096

COLUMNS: Final = {
    "day": np.int32, "elevator": np.int32, "days_since_visit": np.int32, "faults": np.int32, "wear_faults": np.int32,
    "codes": np.float32, "days_observed": np.int32, "failed": np.bool_, "failed_from_wear": np.bool_,
    "weight": np.float32,
}  # fmt: skip
"""What the diary notes, see `twin.domains.elevators.decisions_inspection.Diary`."""


class Faults(NamedTuple):
    """The faults of single elevators on a day; shapes (k,)."""

    elevator: NDArray[np.int32]
    cause: NDArray[np.int8]
    people: NDArray[np.int8]


def from_wear(cause: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Say which causes are those that grow with the time since maintenance, shape (k,)."""
    return np.asarray((cause >= len(OUTSIDE_CAUSES)) & (cause < SINGLE_CAUSES))


class Book:
    """The records of a fleet of n elevators and its diary.

    Parameters
    ----------
    key
        64 bits of chance for each elevator, shape (n,).
    last_visit_day
        When each was visited last, shape (n,).
    records, diary
        What is known already (`records`, `diary_table`), or None where records begin.
    days_observed
        For how many days there have been records.
    """

    def __init__(
        self,
        key: NDArray[np.uint64],
        last_visit_day: NDArray[np.int32],
        records: pd.DataFrame | None = None,
        diary: pd.DataFrame | None = None,
        days_observed: int = 0,
    ) -> None:
        count = len(key)
        self._key = key
        self._sample = max(LEAST_SAMPLE, count // ELEVATORS_A_SAMPLE)
        self.days_observed = days_observed
        self._last_visit_day = last_visit_day.astype(np.int32)
        if records is None:
            none = np.zeros(count, np.int32)
            records = pd.DataFrame(
                {
                    "faults": none, "wear_faults": none, "entrapments": none,
                    "last_fault_day": np.full(count, BEFORE_RECORDS, np.int32),
                    "last_cause": np.full(count, NO_CAUSE, np.int8), "codes": np.zeros(count, np.float32),
                }
            )  # fmt: skip
        self._now = {name: records[name].to_numpy(copy=True) for name in records}
        self._rows: dict[str, NDArray[Any]] = {name: np.empty(_FIRST_ROWS, dtype) for name, dtype in COLUMNS.items()}
        self._length = 0
        if diary is not None:
            self._append({name: diary[name].to_numpy(dtype) for name, dtype in COLUMNS.items()})

    @property
    def codes(self) -> NDArray[np.float32]:
        """What is kept of each controller's codes, to be written into, shape (n,)."""
        return self._now["codes"]

    def end_day(
        self, day: int, faults: Faults, visited: NDArray[np.int32], reporting: NDArray[np.bool_] | None = None
    ) -> None:
        """Note what a day has brought.

        Parameters
        ----------
        visited
            Who was maintained on it, shape (any,).
        reporting
            Whose codes the city has on it, shape (n,); None: all.
        """
        single = faults.cause < SINGLE_CAUSES
        who, cause, people = faults.elevator[single], faults.cause[single], faults.people[single]
        self._note(day, who, cause, reporting)
        now, wear = self._now, from_wear(cause)
        np.add.at(now["faults"], who, 1)
        np.add.at(now["wear_faults"], who[wear], 1)
        np.add.at(now["entrapments"], who[people > 0], 1)
        now["last_fault_day"][who] = day
        now["last_cause"][who] = cause
        self._last_visit_day[visited] = day
        self.days_observed += 1

    def _note(
        self, day: int, who: NDArray[np.int32], cause: NDArray[np.int8], reporting: NDArray[np.bool_] | None
    ) -> None:
        """Write into the diary who failed on a day and the day's sample, as they were known the evening before."""
        count = len(self._key)
        failed, place = np.unique(who, return_inverse=True)
        worn = np.zeros(len(failed), np.bool_)
        np.logical_or.at(worn, place, from_wear(cause))
        sample = np.setdiff1d(self._sampled(day), failed, assume_unique=False)
        of_day = np.concatenate([failed, sample]).astype(np.int32)
        none = np.zeros(len(sample), np.bool_)
        codes = self._now["codes"][of_day]
        if reporting is not None:
            codes = np.where(reporting[of_day], codes, np.float32(np.nan))
        stands_for = (count - len(failed)) / max(1, len(sample))
        self._append(
            {
                "day": np.full(len(of_day), day, np.int32),
                "elevator": of_day,
                "days_since_visit": day - self._last_visit_day[of_day],
                "faults": self._now["faults"][of_day],
                "wear_faults": self._now["wear_faults"][of_day],
                "codes": codes,
                "days_observed": np.full(len(of_day), self.days_observed, np.int32),
                "failed": np.concatenate([np.ones(len(failed), np.bool_), none]),
                "failed_from_wear": np.concatenate([worn, none]),
                "weight": np.concatenate([np.ones(len(failed)), np.full(len(sample), stands_for)]).astype(np.float32),
            }
        )

    def _sampled(self, day: int) -> NDArray[np.int32]:
        """Return the day's sample of the fleet, whatever any policy does; rising, each once."""
        number = (FIRST_DAY + day) * self._sample + np.arange(self._sample)
        drawn = chances(np.repeat(self._key[:1], self._sample), number, Purpose.DIARY)
        return np.unique((drawn * len(self._key)).astype(np.int32))

    def _append(self, rows: Mapping[str, NDArray[Any]]) -> None:
        needed = self._length + len(rows["day"])
        if needed > len(self._rows["day"]):
            for name, column in self._rows.items():
                self._rows[name] = np.empty(max(needed, 2 * len(column)), column.dtype)
                self._rows[name][: self._length] = column[: self._length]
        for name, values in rows.items():
            self._rows[name][self._length : needed] = values
        self._length = needed

    def diary(self) -> Diary:
        """Return the diary as it stands; what is written later is not in it."""
        return Diary(**{name: read_only(column[: self._length]) for name, column in self._rows.items()})

    def record(self, tomorrow: int, stands: NDArray[np.bool_], reporting: NDArray[np.bool_]) -> Record:
        """Return what is known in the evening.

        Parameters
        ----------
        tomorrow
            The day to come.
        stands
            Who stands still, shape (n,).
        reporting
            Whose codes reach the city, shape (n,).
        """
        now = self._now
        never = now["last_fault_day"] == BEFORE_RECORDS
        return Record(
            days_since_visit=read_only(tomorrow - self._last_visit_day),
            faults=read_only(now["faults"].copy()),
            wear_faults=read_only(now["wear_faults"].copy()),
            entrapments=read_only(now["entrapments"].copy()),
            days_since_fault=read_only(np.where(never, -1, tomorrow - now["last_fault_day"]).astype(np.int32)),
            last_cause=read_only(now["last_cause"].copy()),
            stands=read_only(stands),
            codes=read_only(np.where(reporting, now["codes"], np.float32(np.nan))),
        )

    def records(self) -> pd.DataFrame:
        """Return what is known of each elevator: what another book can go on from."""
        return pd.DataFrame({name: column.copy() for name, column in self._now.items()})

    def diary_table(self) -> pd.DataFrame:
        """Return the diary as a table."""
        return pd.DataFrame({name: column[: self._length].copy() for name, column in self._rows.items()})


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return a view of an array that cannot be written to."""
    view = values.view()
    view.flags.writeable = False
    return view
