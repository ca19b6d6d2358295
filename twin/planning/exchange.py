"""Good answers fast: one site or vehicle after another, then exchanges for as long as one helps.

Nothing here is proven to be best; `twin.planning.location` adds the bounds. Of equals the first is taken, so that the
same question has the same answer everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_GAIN: Final = 1e-12
"""Exchanges must gain this share of the whole; less is rounding."""


def median_cost(cost: NDArray[np.float64], base: NDArray[np.float64], sites: NDArray[np.int64]) -> float:
    """Return what it costs to serve all demand from the nearest of ``sites``, or at ``base`` cost.

    Parameters
    ----------
    cost
        Weighted cost of serving each demand point from each site, shape (sites, demand).
    base
        Weighted cost of doing without them (from sites that are open anyway, or infinite), shape (demand,).
    """
    return float(np.minimum(base, cost[sites].min(axis=0, initial=np.inf)).sum())


def median_sites(cost: NDArray[np.float64], base: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Choose sites one by one, then exchange them (Teitz & Bart 1968), parameters as of `median_cost`; ascending."""
    reached = np.minimum(base, cost.max() * 2 + 1)  # that nobody is served at first must be dear, but not infinite
    sites: list[int] = []
    for _ in range(count):
        gain = np.maximum(reached - cost, 0.0).sum(axis=1)
        gain[sites] = -1.0
        sites.append(int(gain.argmax()))
        reached = np.minimum(reached, cost[sites[-1]])
    return exchange_median(cost, base, np.array(sites, np.int64))


def exchange_median(
    cost: NDArray[np.float64], base: NDArray[np.float64], start: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Exchange one site for another while that saves cost, the best exchange first; ascending.

    All exchanges are valued in one sweep (Whitaker 1983): what the site that comes saves, less what those pay who
    lose their site and are not served by the one that comes.
    """
    sites = start.copy()
    demand = np.arange(cost.shape[1])
    while len(sites):
        served = np.vstack([base, cost[sites]])
        order = np.argsort(served, axis=0, kind="stable")
        nearest = served[order[0], demand]
        second = served[order[1], demand]
        saved = np.maximum(nearest - cost, 0.0).sum(axis=1)
        paid = np.zeros((len(cost), len(sites)))
        for place in range(len(sites)):
            mine = order[0] == place + 1
            paid[:, place] = np.maximum(np.minimum(second[mine], cost[:, mine]) - nearest[mine], 0.0).sum(axis=1)
        gain = saved[:, np.newaxis] - paid
        gain[sites] = -np.inf
        comes, leaves = np.unravel_index(gain.argmax(), gain.shape)
        if gain[comes, leaves] <= LEAST_GAIN * max(float(nearest.sum()), 1.0):
            break
        sites[leaves] = comes
    return np.sort(sites)


@dataclass(frozen=True, eq=False)
class Fleet:
    """How vehicles are valued: expected coverage of Daskin (1983).

    Attributes
    ----------
    weight
        Of each demand point, shape (demand,).
    covers
        1 where a vehicle at the site is near enough, else 0, shape (sites, demand).
    busy_fraction
        Probability that a vehicle is busy, each on its own; with 0, only the first vehicle to cover a point counts.
    capacity
        How many vehicles a site can hold, shape (sites,).
    """

    weight: NDArray[np.float64]
    covers: NDArray[np.float64]
    busy_fraction: float
    capacity: NDArray[np.int64]

    def value(self, standing: NDArray[np.int64]) -> float:
        """Return the expected weight that an idle vehicle covers, with so many vehicles at each site."""
        return float(self.weight @ (1.0 - self.busy_fraction ** (standing @ self.covers)))

    def add(self, standing: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add a vehicle where it gains most."""
        gain = self.covers @ (self.weight * self.busy_fraction ** (standing @ self.covers))
        more = standing.copy()
        more[int(np.where(standing < self.capacity, gain, -np.inf).argmax())] += 1
        return more

    def exchange(self, standing: NDArray[np.int64]) -> NDArray[np.int64]:
        """Move one vehicle while that gains, the best move first.

        Who is covered from both places neither gains nor loses; so a product of matrices values all moves at once.
        """
        best = standing.copy()
        weight, busy = self.weight * (1.0 - self.busy_fraction), self.busy_fraction
        tiny = LEAST_GAIN * float(self.weight.sum())
        while True:
            full, movable = best >= self.capacity, np.flatnonzero(best)
            if full.all() or not len(movable):
                return best
            reached = best @ self.covers
            added = weight * busy**reached
            removed = np.where(reached > 0, weight * busy ** np.maximum(reached - 1, 0), 0.0)
            leaving = self.covers[movable]
            gain = (leaving * (removed - added)) @ self.covers.T + self.covers @ added
            gain -= (leaving @ removed)[:, np.newaxis]
            gain[:, full] = -np.inf
            gain[np.arange(len(movable)), movable] = -np.inf
            leaves, comes = np.unravel_index(gain.argmax(), gain.shape)
            if gain[leaves, comes] <= tiny:
                return best
            best[movable[leaves]] -= 1
            best[comes] += 1
