"""A quarter of equal blocks in which drivers look for a place, held near an occupancy, as Levy and others (2013) do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.kernels.parking import GIVEN_UP, NOT_YET, Lots, Points, look_for_places

DAY_MS = 86_400_000
BLOCK_M = 100.0
SEARCH_KMH = 12.0
"""Speed of who looks for a place: PARKAGENT's (Levy, Martens and Benenson 2013), as remembered, not looked up."""
BLOCK_S = BLOCK_M / (SEARCH_KMH / 3.6)


@dataclass(frozen=True)
class Search:
    """What the quarter was like, on the mean over the time that is counted.

    Attributes
    ----------
    occupancy
        Share of the places that are taken.
    looked
        Blocks looked at by each driver, the one at the destination among them.
    failed
        Share of drivers who gave up.
    """

    occupancy: float
    looked: float
    failed: float

    @property
    def search_s(self) -> float:
        """Time from the destination to the place, blocks driven at the speed of search."""
        return (self.looked - 1) * BLOCK_S

    def looked_by_chance(self, block: int) -> float:
        """Return the blocks to look at where every place is taken by chance alone: 1 / (1 - occupancy ** block)."""
        return 1 / (1 - self.occupancy**block)


def quarter(side: int, block: int) -> tuple[Lots, Points]:
    """Return side x side blocks of so many places each, empty; the 32 nearest are around each."""
    from scipy.spatial import cKDTree

    count = side * side
    xy_m = BLOCK_M * np.stack(np.divmod(np.arange(count), side), axis=1).astype(float)
    _, near = cKDTree(xy_m).query(xy_m, k=32)
    lots = Lots(
        np.arange(count + 1, dtype=np.int32), np.full(count, block, np.int32), np.zeros(count, np.int32),
        np.ones(count, np.uint8), np.zeros(count, np.int32), np.full(count, DAY_MS, np.int32),
    )  # fmt: skip
    return lots, Points(xy_m[:, 0].copy(), xy_m[:, 1].copy(), near.astype(np.int32))


def search(target: float, *, side: int = 30, block: int = 12, stay_h: float = 1.0, seed: int = 1) -> Search:
    """Let drivers come to random blocks, as many as keep the occupancy near a target, for three stays.

    Each step takes a block's drive: who found none looks at his next block. The last two stays count.
    """
    generator = np.random.default_rng(seed)
    lots, points = quarter(side, block)
    places = side * side * block
    stay_steps = 3600 * stay_h / BLOCK_S
    lots.taken[:] = generator.binomial(block, target, side * side)
    leaves_at = [generator.exponential(stay_steps, int(lots.taken.sum()))]
    stands_at = [np.repeat(np.arange(side * side), lots.taken)]
    here = destination = np.empty(0, np.int32)
    been, looked = np.empty(0, np.uint32), np.empty(0, np.int64)
    taken, tries, ended, failed = [], 0, 0, 0
    for step in range(int(3 * stay_steps)):
        until, where = np.concatenate(leaves_at), np.concatenate(stands_at)
        gone = until <= step
        np.subtract.at(lots.taken, where[gone], 1)
        leaves_at, stands_at = [until[~gone]], [where[~gone]]
        wanted = max(0.0, target * places - lots.taken.sum() - len(here) / 2)
        new = generator.integers(0, side * side, generator.poisson(wanted)).astype(np.int32)
        here, destination = np.concatenate([here, new]), np.concatenate([destination, new])
        been, looked = (np.concatenate([old, np.zeros(len(new), old.dtype)]) for old in (been, looked))
        order = generator.permutation(len(here))
        here, destination, been, looked = here[order], destination[order], been[order], looked[order] + 1
        lot, onward = np.empty(len(here), np.int32), np.empty(len(here), np.int32)
        look_for_places(
            lots, points, here, destination, np.ones(len(here), np.uint8), np.zeros(len(here), np.int32),
            np.ones(len(here), np.bool_), been, lot, onward,
        )  # fmt: skip
        parked = lot >= 0
        leaves_at.append(step + generator.exponential(stay_steps, int(parked.sum())))
        stands_at.append(lot[parked].astype(np.int64))
        if step >= stay_steps:
            taken.append(int(lots.taken.sum()))
            done = lot != NOT_YET
            tries, ended, failed = (
                tries + int(looked[done].sum()), ended + int(done.sum()), failed + int((lot == GIVEN_UP).sum())
            )  # fmt: skip
        going = lot == NOT_YET
        here, destination, been, looked = onward[going], destination[going], been[going], looked[going]
    return Search(float(np.mean(taken)) / places, tries / ended, failed / ended)


def belloche_s(occupancy: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
    """Return Belloche's (2015) search time, seconds: 0.11 exp(8.586 occupancy).

    Belloche (2015), "On-street parking search time modelling and validation with survey-based data", Transportation
    Research Procedia 6. The paper was not at hand: form and numbers are those that MATSim's parking contribution uses
    under his name with the paper's address beside them, and its unit is the simulation's second.
    """
    return 0.11 * np.exp(8.586 * np.asarray(occupancy))
