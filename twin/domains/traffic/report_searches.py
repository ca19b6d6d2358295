"""What looking for a place takes under a brain: sums over all replications by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.section import StoredRun
from twin.core.kpis import HOURS
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.parking_kpis import MINUTE_S
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.report_trips import spread_out

_COLUMNS: Final = ["planned_s", "arrived_s", "parked_s", "looked", "lot", "purpose", "destination_node"]


@dataclass(frozen=True, eq=False)
class Looked:
    """Sums over drivers who have looked for a place and ended doing so; g members, shapes (g,).

    Attributes
    ----------
    drivers
        How many.
    minutes
        From coming to the destination to having parked or given up.
    at_once
        Those who parked where they looked first.
    found_none
        Those who found none and gave up, or stopped where they may not.
    """

    drivers: NDArray[np.int64]
    minutes: NDArray[np.float64]
    at_once: NDArray[np.int64]
    found_none: NDArray[np.int64]

    @property
    def mean_min(self) -> NDArray[np.float64]:
        """Mean minutes, NaN where nobody looked."""
        return np.where(self.drivers > 0, self.minutes / np.maximum(self.drivers, 1), np.nan)


@dataclass(frozen=True, eq=False)
class Searches:
    """All searches of a brain.

    Attributes
    ----------
    groups
        Sums by grouping: all, purpose, hour (of the planned departure), ring and cell of the destination.
    spread
        Drivers by minutes, as `spread_out` returns them.
    """

    groups: dict[str, Looked]
    spread: NDArray[np.int64]


def searches(run: StoredRun, brain: str, ground: Ground) -> Searches:
    """Add up all replications."""
    parts = [_one(run, brain, ground, replication) for replication in range(run.replications)]
    groups = {
        name: Looked(
            *(sum(getattr(part.groups[name], column) for part in parts) for column in Looked.__dataclass_fields__)
        )
        for name in parts[0].groups
    }
    return Searches(groups, np.sum([part.spread for part in parts], axis=0))


def _one(run: StoredRun, brain: str, ground: Ground, replication: int) -> Searches:
    trips = run.events("traffic.trips", brain, replication, _COLUMNS)
    planned_s = trips["planned_s"].to_numpy()
    looked, parked_s = trips["looked"].to_numpy(), trips["parked_s"].to_numpy()
    kept = np.flatnonzero((looked > 0) & ~np.isnan(parked_s) & (planned_s >= 0) & (planned_s < run.clock.duration_s))
    minutes = (parked_s[kept] - trips["arrived_s"].to_numpy()[kept]) / np.float32(MINUTE_S)
    found = trips["lot"].notna().to_numpy()[kept]
    at_once = found & (looked[kept] == 1)
    node = trips["destination_node"].to_numpy()[kept]
    members: dict[str, tuple[NDArray[np.integer], int]] = {
        "all": (np.zeros(len(kept), np.int8), 1),
        "purpose": (trips["purpose"].to_numpy()[kept], len(PURPOSES)),
        "hour": (run.clock.hours_of_day(planned_s[kept].astype(np.float64)), len(HOURS)),
        "ring": (ground.node_ring[node], len(RINGS)),
    }
    if ground.cells is not None:
        members["cell"] = (ground.cells.of_node[node], len(ground.cells.middle_m))
    groups = {}
    for name, (member, size) in members.items():
        code = member.astype(np.int64) + 1  # -1: of no member
        weights = (None, minutes, at_once, ~found)
        drivers, spent, first, none = (np.bincount(code, weight, size + 1)[1:] for weight in weights)
        groups[name] = Looked(
            drivers.astype(np.int64), spent.astype(np.float64), first.astype(np.int64), none.astype(np.int64)
        )
    return Searches(groups, spread_out(minutes))
