"""Location models: where stations and vehicles should stand.

Pure functions of arrays, in whichever unit the caller's costs have; the same question has the same answer everywhere.
Each answer says how good it is proven to be: ``gap`` is 0 where it is an optimum. Shapes: sites m, demand points n.

`p_median` has the nearest station as near as can be, `mclp` as many people as can be near one, and `mexclp` the same
where vehicles are busy, so that one is not enough. `compliance_table` is for a control room that moves idle vehicles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.planning.checks import (
    capacities,
    check_busy,
    check_count,
    check_shapes,
    numbers,
    positions,
    whole_numbers,
    yes_or_no,
)
from twin.planning.exchange import Fleet, median_cost, median_sites
from twin.planning.lagrangian import fix, relax
from twin.planning.programmes import alike, solve_coverage, solve_median

Standing = NDArray[np.int64]

PROVEN: Final = 1e-6
"""A bound that is so near, as a share, is the solver's rounding: the answer is an optimum."""


@dataclass(frozen=True, eq=False)
class Location:
    """Where to stand.

    Attributes
    ----------
    sites
        Positions of the sites in use, ascending, shape (k,).
    standing
        Stations (0 or 1) or vehicles at each site, those that were there included, shape (m,).
    objective
        What the model minimises (`p_median`) or maximises (the others), in weight times cost or in weight.
    bound
        No choice is better than that.
    """

    sites: NDArray[np.int64]
    standing: Standing
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the objective may be from an optimum, as a share of the bound; 0 where it is proven to be one."""
        return abs(self.objective - self.bound) / abs(self.bound) if self.bound else float(self.objective != 0)


@dataclass(frozen=True, eq=False)
class Coverage(Location):
    """Where to stand so that most are covered.

    Attributes
    ----------
    covered_share
        Share of the weight that at least one site in use covers, whether a vehicle is idle there or not.
    """

    covered_share: float


def p_median(weight: ArrayLike, cost: ArrayLike, count: int, *, existing: Sequence[int] = ()) -> Location:
    """Choose sites so that the weighted cost from the nearest one is least (Hakimi 1964; ReVelle & Swain 1970).

    Sites are exchanged (Teitz & Bart 1968), a Lagrangian bound rules out sites and assignments that no better choice
    can have (Beasley 1993), and HiGHS solves the integer programme of what is left. The answer is an optimum (``gap``
    0, to a millionth) unless more than 60,000 assignments are left or 500 nodes are not enough; then it is the best one
    met, and ``gap`` says how far it may be off: 0.6 % for 20 of 704 sites and 3,137 demand points, none existing.

    Parameters
    ----------
    weight
        Demand, at least 0, shape (n,).
    cost
        Of serving one unit of each demand point from each site (seconds, metres), at least 0, shape (m, n).
    count
        Sites in use, the existing ones included.
    existing
        Positions of sites that stay in use.

    Raises
    ------
    ValueError
        If shapes or values do not fit, or there are fewer than ``count`` sites, or more than that exist.
    """
    weights, costs = numbers("weight", weight, 1), numbers("cost", cost, 2)
    check_shapes(weights, costs)
    kept = positions(existing, len(costs))
    check_count(count, len(kept), len(costs))
    free = np.setdiff1d(np.arange(len(costs)), kept)
    weighted = weights * costs
    base = weighted[kept].min(axis=0, initial=np.inf)
    here = (weighted[free] < base).any(axis=0) & (weights > 0) if len(free) else np.zeros(len(weights), np.bool_)
    added, bound = _median(weighted[np.ix_(free, here)], base[here], count - len(kept))
    standing = np.zeros(len(costs), np.int64)
    standing[kept] = standing[free[added]] = 1
    sites = np.flatnonzero(standing)
    objective = float(weighted[sites].min(axis=0).sum())
    bound += float(base[~here].sum()) if len(kept) else 0.0
    return Location(sites, standing, objective, objective if objective - bound <= PROVEN * objective else bound)


def _median(cost: NDArray[np.float64], base: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], float]:
    """Return the sites to add, and a bound; arguments as of `twin.planning.exchange.median_cost`."""
    if count in (0, len(cost)) or not cost.shape[1]:
        sites = np.arange(count)
        return sites, median_cost(cost, base, sites)
    whole = bool(np.all(cost == np.rint(cost)) and np.all((base == np.rint(base)) | np.isinf(base)))
    start = median_sites(cost, base, count)
    tolerance = 0.999 if whole else PROVEN / 10 * median_cost(cost, base, start)
    relaxation = relax(cost, base, start, tolerance)
    sites, best, bound = relaxation.sites, relaxation.cost, relaxation.bound
    if best - bound > tolerance:
        answer = solve_median(cost, base, count, fix(relaxation, base), bound)
        if answer is not None:
            bound = answer.bound
            if answer.chosen is not None:
                chosen = np.flatnonzero(answer.chosen)
                if median_cost(cost, base, chosen) < best:
                    sites, best = chosen, median_cost(cost, base, chosen)
    return sites, best if best - bound <= tolerance else bound


def mclp(weight: ArrayLike, covers: ArrayLike, count: int, *, existing: Sequence[int] = ()) -> Coverage:
    """Choose sites so that they cover the most weight (Church & ReVelle 1974).

    Solved as `mexclp` is, of which it is the case of vehicles that are never busy, one a site.

    Parameters
    ----------
    weight
        Demand, at least 0, shape (n,).
    covers
        Whether each site is near enough to each demand point, shape (m, n).
    count
        Sites in use, the existing ones included.
    existing
        Positions of sites that stay in use.

    Raises
    ------
    ValueError
        If shapes or values do not fit, or there are fewer than ``count`` sites, or more than that exist.
    """
    near = yes_or_no(covers)
    kept = positions(existing, len(near))
    check_count(count, len(kept), len(near))
    there = np.zeros(len(near), np.int64)
    there[kept] = 1
    return mexclp(weight, near, count, 0.0, capacity=1, existing=there)


def mexclp(
    weight: ArrayLike,
    covers: ArrayLike,
    vehicles: int,
    busy_fraction: float,
    *,
    capacity: int | ArrayLike | None = None,
    existing: ArrayLike | None = None,
) -> Coverage:
    """Place vehicles so that the weight which an idle one covers is greatest in expectation (Daskin 1983).

    A point that k vehicles cover has an idle one with probability 1 - q^k, q the busy fraction; so the k-th gains
    (1 - q) q^(k-1). Vehicles are placed one by one and exchanged, then HiGHS solves the integer programme, in which
    demand points that the same sites cover are one. Gains of 1e-7 of the mean weight are left out and added to the
    bound. The answer is the better of the two; ``gap`` is 0 where it is proven to be an optimum, to a millionth.
    Programmes of more than 60,000 variables are not tried: then the bound is only what all sites together could cover,
    and ``gap`` says little. To place some hundred vehicles at some hundred sites takes seconds, a few dozen at many
    sites up to minutes.

    Parameters
    ----------
    weight
        Demand, at least 0, shape (n,).
    covers
        Whether a vehicle at each site is near enough to each demand point, shape (m, n).
    vehicles
        How many there are, the existing ones included.
    busy_fraction
        Probability that a vehicle is busy, at least 0 and less than 1, the same for all and independent.
    capacity
        Vehicles that a site can hold: one number or shape (m,); None for any number.
    existing
        Vehicles that stay where they are, shape (m,).

    Raises
    ------
    ValueError
        If shapes or values do not fit, or the sites hold fewer than ``vehicles``, or more than that exist.
    """
    weights, near = numbers("weight", weight, 1), yes_or_no(covers)
    check_shapes(weights, near)
    check_busy(busy_fraction)
    there = np.zeros(len(near), np.int64) if existing is None else whole_numbers("existing", existing, len(near))
    room = np.maximum(capacities(capacity, len(near), vehicles) - there, 0)
    check_count(vehicles, int(there.sum()), int(there.sum() + room.sum()))
    left = weights * busy_fraction ** (there @ near.astype(np.float64))
    joined, classes = alike(left, near)
    fleet = Fleet(joined, classes.astype(np.float64), busy_fraction, room)
    added, bound = _most_covered(fleet, vehicles - int(there.sum()))
    standing = there + added
    objective = expected_coverage(weights, near, standing, busy_fraction)
    sites = np.flatnonzero(standing)
    share = float(weights @ near[sites].any(axis=0) / weights.sum()) if weights.sum() else 0.0
    bound += float((weights - left).sum())
    return Coverage(sites, standing, objective, objective if bound - objective <= PROVEN * objective else bound, share)


def _most_covered(fleet: Fleet, count: int) -> tuple[Standing, float]:
    """Return the vehicles to add at each site, and a bound of what they gain."""
    standing = np.zeros(len(fleet.covers), np.int64)
    for _ in range(count):
        standing = fleet.add(standing)
    if not count or not len(fleet.weight):
        return standing, 0.0
    standing = fleet.exchange(standing)
    best, bound = fleet.value(standing), fleet.value(np.minimum(fleet.capacity, count))
    answer = solve_coverage(fleet, count, bound)
    if answer is None:
        return standing, bound
    if answer.chosen is not None and fleet.value(answer.chosen) > best:
        standing = answer.chosen
    return standing, answer.bound


def compliance_table(
    weight: ArrayLike,
    covers: ArrayLike,
    vehicles: int,
    busy_fraction: float,
    *,
    capacity: int | ArrayLike | None = None,
    nested: bool = False,
) -> NDArray[np.int64]:
    """Say for every number of idle vehicles at which sites they should stand, by expected coverage.

    Tables of this kind are what control rooms use and what Alanis, Ingolfsson & Kolfal (2013) analyse; that a row is
    what covers most follows Gendreau, Laporte & Semet (2006) and van Barneveld (2016), who also limit what changes from
    row to row. Rows are not proven optima: one vehicle is added to the row before where it gains most, then vehicles
    are exchanged while that gains. On Zhengzhou (104 sites, 3,137 cells, reach of 5 and 8 minutes, busy 0.3) of 49 rows
    compared with the exact optimum of `mexclp` none fell short by more than 1.5 % (0.7 % from 20 vehicles on), nested
    by 1.7 %; the table of 104 vehicles takes 2 to 5 s, nested 0.1 s.

    Parameters
    ----------
    weight, covers, busy_fraction, capacity
        As of `mexclp`.
    vehicles
        The most that can be idle.
    nested
        Leave out the exchanges: then a row has all vehicles of the row before and one more, so that one vehicle at most
        moves when another becomes busy or idle, for somewhat less coverage.

    Returns
    -------
    ndarray
        How many should stand at each site with k + 1 idle vehicles, shape (vehicles, m).

    Raises
    ------
    ValueError
        If shapes or values do not fit, or the sites hold fewer than ``vehicles``.
    """
    weights, near = numbers("weight", weight, 1), yes_or_no(covers)
    check_shapes(weights, near)
    check_busy(busy_fraction)
    room = capacities(capacity, len(near), vehicles)
    check_count(vehicles, 0, int(room.sum()))
    joined, classes = alike(weights, near)
    fleet = Fleet(joined, classes.astype(np.float64), busy_fraction, room)
    table = np.zeros((vehicles, len(near)), np.int64)
    row = np.zeros(len(near), np.int64)
    for number in range(vehicles):
        row = fleet.add(row) if nested else fleet.exchange(fleet.add(row))
        table[number] = row
    return table


def expected_coverage(weight: ArrayLike, covers: ArrayLike, standing: ArrayLike, busy_fraction: float) -> float:
    """Return the weight that an idle vehicle covers in expectation (Daskin 1983).

    Parameters
    ----------
    weight, covers, busy_fraction
        As of `mexclp`.
    standing
        Vehicles at each site, shape (m,).
    """
    weights, near = numbers("weight", weight, 1), yes_or_no(covers)
    reached = np.asarray(standing, np.float64) @ near.astype(np.float64)
    return float(weights @ (1.0 - busy_fraction**reached))
