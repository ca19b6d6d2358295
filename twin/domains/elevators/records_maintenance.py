"""The event tables of maintenance."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.core.recorder import EventTable, Recorder
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView

PARTS: Final = 100
"""A ranking of the fleet is cut into so many parts of one size."""
MOST_REASONS: Final = 3
LEAST_TIMES: Final = 1.05
"""What raises the risk less is no reason."""

INSPECTIONS: Final = {"day": pa.int32(), "elevator": pa.int32()}
MAINTENANCE: Final = {
    "begins_s": pa.float64(), "visits": pa.int32(), "possible": pa.int32(), "faults": pa.int32(),
    "entrapments": pa.int32(), "unvisited_faults": pa.int32(), "unvisited_entrapments": pa.int32(),
    "yuan": pa.float64(),
}  # fmt: skip
PREDICTIONS: Final = {
    "day": pa.int32(), "ranking": pa.dictionary(pa.int32(), pa.string()), "part": pa.int16(),
    "elevators": pa.int32(), "expected": pa.float64(), "hazard": pa.float64(), "failed": pa.int32(),
    "trapped": pa.int32(),
}  # fmt: skip
TOMORROW: Final = {
    "place": pa.int32(), "elevator": pa.int32(), "firm": pa.int32(), "expected": pa.float64(),
    "relative": pa.float64(), "days_since_visit": pa.int32(), "faults": pa.int32(), "wear_faults": pa.int32(),
    "codes": pa.float32(),
    **{
        f"{name}_{place + 1}": kind
        for place in range(MOST_REASONS)
        for name, kind in (("reason", pa.string()), ("times", pa.float64()))
    },
}  # fmt: skip


class MaintenanceRecords:
    """Writes what maintenance does.

    Attributes
    ----------
    inspections
        Who is visited on each day, in the order of the answer.
    days
        For each day: visits, and how many were possible; faults of the fleet, and how many of these trap somebody;
        the same of the fleet that nobody visits; what visits and repairs cost. An elevator that stands still counts as
        if it ran.
    predictions
        For each judged day, ranking and part of it (0: the highest): elevators, what the rule expects (of the ranking
        ``rounds``: 0), the true hazard, and what failed from wear.
    tomorrow
        The list of the day after the run: expected failures from wear, the same relative to the fleet's mean, what is
        known, and the reasons that raise it most (empty where the rule gives none).
    """

    def __init__(self, recorder: Recorder) -> None:
        self.inspections: EventTable = recorder.table("elevators.inspections", INSPECTIONS)
        self.days: EventTable = recorder.table("elevators.maintenance", MAINTENANCE)
        self.predictions: EventTable = recorder.table("elevators.predictions", PREDICTIONS)
        self.tomorrow: EventTable = recorder.table("elevators.tomorrow", TOMORROW)

    def judge(
        self,
        day: int,
        ranking: str,
        elevators: NDArray[np.int64],
        expected: NDArray[np.float64],
        hazard: NDArray[np.float64],
        failed: NDArray[np.float64],
        trapped: NDArray[np.float64],
    ) -> None:
        """Record what came in each part of a ranking, shapes (`PARTS`,)."""
        self.predictions.add_columns(
            np.full(PARTS, day, np.int32), [ranking] * PARTS, np.arange(PARTS, dtype=np.int16),
            elevators.astype(np.int32), expected, hazard, failed.astype(np.int32), trapped.astype(np.int32),
        )  # fmt: skip

    def tell(self, view: InspectionView, answer: Inspect) -> None:
        """Record tomorrow's list."""
        who, record = answer.elevators.astype(np.int32), view.record
        unknown = np.full(len(who), np.nan)
        expected = unknown if answer.expected is None else answer.expected[who]
        mean = 0.0 if answer.expected is None else float(answer.expected.mean())
        told = [expected, expected / mean if mean else unknown]
        known = [column[who] for column in (record.days_since_visit, record.faults, record.wear_faults, record.codes)]
        self.tomorrow.add_columns(np.arange(len(who)), who, view.fleet.firm[who], *told, *known, *_highest(answer))


def _highest(answer: Inspect) -> list[object]:
    """Return names and factors of the reasons that raise each visit's risk most, columns as in `TOMORROW`."""
    reasons, visits = answer.reasons, len(answer.elevators)
    names = ["", *(reasons.names if reasons else ())]
    times = np.column_stack([np.ones(visits), *(reasons.times.T if reasons else ())])
    order = np.argsort(-times, axis=1, kind="stable")
    columns: list[object] = []
    for place in range(MOST_REASONS):
        if place >= len(names):
            columns += [[None] * visits, np.full(visits, np.nan)]
            continue
        which = order[:, place]
        factor = times[np.arange(visits), which]
        raises = factor >= LEAST_TIMES
        columns.append([names[name] or None for name in np.where(raises, which, 0).tolist()])
        columns.append(np.where(raises, factor, np.nan))
    return columns
