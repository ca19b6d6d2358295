"""What is asked when there is a warning: which enterprises leave out how much tomorrow.

A policy is a function of the view below, or a class with ``decide(view)``; it returns the answer. Columns are read-only
NumPy arrays with one entry an enterprise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CurbsView:
    """What the city knows of its n enterprises.

    Attributes
    ----------
    time_s
        Seconds since the scenario's start.
    level
        Tomorrow's warning, 1 (blue) to 4 (red).
    kind
        Position in `twin.domains.air.kinds.PLANT_KINDS`.
    hour_yuan
        What an hour of standing still costs.
    plan
        What the enterprise's own plan leaves out at this level, 0 to 1.
    heaviest
        What it can leave out at most.
    contribution_ugm3
        What the mean of PM2.5 over the stations would fall by, tomorrow and on the day after, if it stood still
        tomorrow, as the city's model reckons it from what it knows of emissions and weather.
    """

    time_s: float
    level: int
    kind: NDArray[np.int8] = field(repr=False, metadata=NOT_RECORDED)
    hour_yuan: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    plan: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    heaviest: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    contribution_ugm3: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)

    def __len__(self) -> int:
        return len(self.plan)

    @property
    def relief_of_plan_ugm3(self) -> float:
        """What the plans bring together, as the city reckons it."""
        return float((self.plan * self.contribution_ugm3).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Curb:
    """Let enterprises leave out these shares of their production tomorrow.

    Attributes
    ----------
    shares
        0 to what each can leave out at most, shape (n,).
    """

    shares: NDArray[np.float64]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Curb):
            return NotImplemented
        return bool(self.shares.shape == other.shares.shape and (self.shares == other.shares).all())

    __hash__ = None  # type: ignore[assignment]
