"""Holds what a rule foretells against what comes: on days that it has not seen.

On each judged day the fleet is ranked three times: by what the rule expects, by the true hazard, which nobody knows
(``oracle``: no rule can be better), and by the days since the last visit (``rounds``). Each ranking is cut into a
hundred parts of one size; what failed from wear in each part is all that lift, calibration and the shares of true and
false positives need.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.elevators.book import Faults, from_wear
from twin.domains.elevators.decisions_inspection import InspectionView
from twin.domains.elevators.failure_process import FailureProcess
from twin.domains.elevators.records_maintenance import PARTS, MaintenanceRecords
from twin.kernels.elevator_failures import WEAR

RULE, ORACLE, ROUNDS = "rule", "oracle", "rounds"
RANKINGS: Final = (RULE, ORACLE, ROUNDS)


class Judge:
    """Judges one run's rule.

    Parameters
    ----------
    every_days
        Day 0 is judged, and every so-manieth after it.
    """

    def __init__(self, records: MaintenanceRecords, process: FailureProcess, every_days: int) -> None:
        self._records, self._process, self._every_days = records, process, every_days
        self._scores: dict[str, NDArray[np.float64]] = {}
        self._day = -1

    def foretold(self, view: InspectionView, expected: NDArray[np.float64] | None) -> None:
        """Hear what a rule expects of the day to come, shape (n,), or that it expects nothing."""
        self._scores = {}
        if view.day % self._every_days:
            return
        self._day = view.day
        self._scores = {
            ORACLE: self._process.hazard()[:, WEAR],
            ROUNDS: view.record.days_since_visit.astype(np.float64),
        }
        if expected is not None:
            self._scores[RULE] = expected.copy()

    def season(self, day: int, wear: float) -> None:
        """Hear what multiplies the wear of a day that begins."""
        if self._scores and day == self._day:
            self._scores[ORACLE] = self._scores[ORACLE] * wear

    def hold_against(self, faults: Faults) -> None:
        """Write down what has failed on the day in each part of each ranking."""
        if not self._scores:
            return
        worn = from_wear(faults.cause)
        truth = self._scores[ORACLE]
        failed, trapped = np.zeros(len(truth)), np.zeros(len(truth))
        failed[faults.elevator[worn]] = 1.0
        trapped[faults.elevator[worn & (faults.people > 0)]] = 1.0
        for ranking, score in self._scores.items():
            expected = np.zeros(len(truth)) if ranking == ROUNDS else score
            part = parts_of(score)
            sums = [_sums(part, each) for each in (expected, truth, failed, trapped)]
            self._records.judge(self._day, ranking, np.bincount(part, minlength=PARTS), *sums)
        self._scores = {}


def parts_of(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which hundredth of the fleet each elevator is in, 0 the highest scores; of equals the lower number first.

    Shapes (n,).
    """
    part = np.empty(len(score), np.int64)
    order = np.argsort(-score)
    if (np.diff(score[order]) == 0).any():  # only then does it matter that a stable sort, which takes longer, is
        order = np.argsort(-score, kind="stable")
    part[order] = np.arange(len(score)) * PARTS // len(score)
    return part


def _sums(part: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(part, values, minlength=PARTS), np.float64)
