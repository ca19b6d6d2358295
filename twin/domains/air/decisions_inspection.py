"""What is asked every morning: which enterprises the inspectors visit today.

A policy is a function of the view below, or a class with ``decide(view)``; it returns the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PlantInspectionView:
    """What the inspectors' chief sees: n enterprises, s stations, the last h hours.

    Attributes
    ----------
    time_s
        Seconds since the scenario's start.
    visits_possible
        How many enterprises can be visited.
    reported_gps
        Fine particles that each is known to emit: by its meter where the city reads it, else by its yearly figure;
        shape (n,).
    days_since_visit
        Days since its last visit in the run, a large number where there has been none; shape (n,).
    residual_ugm3
        PM2.5 that the stations saw, less what the city's model makes of known emissions; not a number where nothing is
        known; shape (h, s).
    units_ugm3
        What 1 g/s more of each enterprise would have added there; shape (h, s, n).
    hour_of_day
        Of each hour, 0 to 23, shape (h,).
    """

    time_s: float
    visits_possible: int
    reported_gps: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    days_since_visit: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    residual_ugm3: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    units_ugm3: NDArray[np.float32] = field(repr=False, metadata=NOT_RECORDED)
    hour_of_day: NDArray[np.int8] = field(repr=False, metadata=NOT_RECORDED)

    def __len__(self) -> int:
        return len(self.reported_gps)


@dataclass(frozen=True, slots=True)
class InspectPlants:
    """Visit these enterprises today, each at most once."""

    plants: tuple[int, ...]
