"""The location models as integer programmes, solved by HiGHS through SciPy.

HiGHS is stopped after a number of nodes, not of seconds, so that answers do not depend on the machine. It may also find
no answer within them: then only its bound is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.planning.exchange import Fleet
from twin.planning.lagrangian import Rest

if TYPE_CHECKING:
    from scipy.sparse import coo_array

NODE_LIMIT: Final = 500
LARGEST: Final = 60_000
"""Programmes with more variables than that are not tried: their first relaxation alone takes minutes."""
NEGLIGIBLE: Final = 1e-7
"""Share of the whole weight below which a further vehicle's gain is left out of a programme, and added to its bound."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS found.

    Attributes
    ----------
    chosen
        Value of each decision (site open, vehicles at a site), shape (sites,); None where it found no answer.
    bound
        Bound of the best value.
    """

    chosen: NDArray[np.int64] | None
    bound: float


def _solve(
    cost: NDArray[np.float64],
    matrix: coo_array,
    limits: tuple[NDArray[np.float64], NDArray[np.float64]],
    bounds: tuple[NDArray[np.float64], NDArray[np.float64]],
    decisions: int,
    worst: float,
) -> Answer:
    """Minimise ``cost``; the first variables are whole numbers, and are the decisions."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    outcome = milp(
        cost,
        integrality=(np.arange(len(cost)) < decisions).astype(np.int64),
        bounds=Bounds(*bounds),
        constraints=LinearConstraint(matrix.tocsr(), *limits),
        options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0.0},
    )
    chosen = None if outcome.x is None else np.rint(outcome.x[:decisions]).astype(np.int64)
    bound = worst if outcome.mip_dual_bound is None else float(outcome.mip_dual_bound)
    return Answer(chosen, bound if np.isfinite(bound) else worst)


def solve_median(
    cost: NDArray[np.float64], base: NDArray[np.float64], count: int, rest: Rest, worst: float
) -> Answer | None:
    """Solve what `twin.planning.lagrangian.fix` has left of a p-median problem (ReVelle & Swain 1970).

    Parameters
    ----------
    cost, base
        As of `twin.planning.exchange.median_cost`.
    worst
        A bound that is known already.

    Returns
    -------
    Answer or None
        Sites open (1) or not (0), and a bound for choices that are better than the best one known; None where too much
        is left.
    """
    from scipy.sparse import coo_array

    sites = np.flatnonzero(rest.possible)
    site, demand = np.nonzero((cost[sites] <= rest.dearest) & (cost[sites] < base))
    pairs, opened = len(site), len(sites)
    if pairs > LARGEST:
        return None
    unserved = np.isinf(base)  # must be served by one of these; the others fall back to `base`
    numbers = np.arange(pairs)
    served, rows = cost.shape[1], cost.shape[1] + pairs + 1
    row = np.concatenate([demand, served + numbers, served + numbers, np.full(opened, rows - 1)])
    column = np.concatenate([opened + numbers, opened + numbers, site, np.arange(opened)])
    entry = np.concatenate([np.ones(pairs), np.ones(pairs), -np.ones(pairs), np.ones(opened)])
    low = np.concatenate([np.where(unserved, 1.0, 0.0), np.full(pairs, -np.inf), [count]])
    high = np.concatenate([np.ones(served), np.zeros(pairs), [count]])
    fallback = np.where(unserved, 0.0, base)
    scale = max(float(fallback.sum()), float(cost[sites].min(axis=0).sum()), 1e-300)
    value = np.concatenate([np.zeros(opened), cost[sites[site], demand] - fallback[demand]]) / scale
    bounds = np.concatenate([rest.certain[sites], np.zeros(pairs)]).astype(float), np.ones(opened + pairs)
    lowest = (worst - float(fallback.sum())) / scale
    answer = _solve(
        value, coo_array((entry, (row, column)), (rows, opened + pairs)), (low, high), bounds, opened, lowest
    )
    chosen = None
    if answer.chosen is not None:
        chosen = np.zeros(len(cost), np.int64)
        chosen[sites] = answer.chosen
    return Answer(chosen, max(worst, answer.bound * scale + float(fallback.sum())))


def alike(weight: NDArray[np.float64], covers: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Join demand points that the same sites cover; those that none covers, or without weight, are left out.

    Returns
    -------
    weight, covers
        Shapes (classes,) and (sites, classes).
    """
    some = covers.any(axis=0) & (weight > 0)
    packed = np.ascontiguousarray(np.packbits(covers[:, some], axis=0).T)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    joined = np.bincount(group.ravel(), weights=weight[some], minlength=len(first)).astype(np.float64)
    return joined, covers[:, some][:, first]


def solve_coverage(fleet: Fleet, count: int, worst: float) -> Answer | None:
    """Place ``count`` vehicles for the most expected coverage (Daskin 1983; MCLP where ``busy_fraction`` is 0).

    One variable tells how many vehicles stand at a site, and one for each demand point and k whether at least k of them
    cover it. As each further one gains less, these need not be whole.

    Parameters
    ----------
    worst
        A bound that is known already.

    Returns
    -------
    Answer or None
        Vehicles at each site, and a bound of the expected coverage; None where the programme would be too large.
    """
    from scipy.sparse import coo_array

    sites, demand = fleet.covers.shape
    place, level, left_out = _levels(fleet, count)
    if len(place) + sites > LARGEST:
        return None
    gains = fleet.weight[place] * (1.0 - fleet.busy_fraction) * fleet.busy_fraction**level
    covering, covered = np.nonzero(fleet.covers)
    row = np.concatenate([place, covered, np.full(sites, demand)])
    column = np.concatenate([sites + np.arange(len(place)), covering, np.arange(sites)])
    entry = np.concatenate([np.ones(len(place)), -np.ones(len(covering)), np.ones(sites)])
    low = np.append(np.full(demand, -np.inf), float(count))
    high = np.append(np.zeros(demand), float(count))
    most = np.concatenate([np.minimum(fleet.capacity, count), np.ones(len(place))]).astype(np.float64)
    scale = float(fleet.weight.sum())
    answer = _solve(
        np.append(np.zeros(sites), -gains / scale),
        coo_array((entry, (row, column)), (demand + 1, sites + len(place))),
        (low, high),
        (np.zeros(len(most)), most),
        sites,
        (left_out - worst) / scale,
    )
    return Answer(answer.chosen, min(worst, left_out - answer.bound * scale))


def _levels(fleet: Fleet, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Return (demand point, vehicles there before) for every further vehicle whose gain is not negligible.

    The last value is what those together gain at most that are.
    """
    busy = fleet.busy_fraction
    most = np.minimum(np.minimum(fleet.capacity, count) @ fleet.covers, count).astype(np.int64)
    kept = np.minimum(most, 1)
    if busy > 0:
        negligible = NEGLIGIBLE * float(fleet.weight.sum()) / len(fleet.weight)
        enough = np.log(negligible / fleet.weight) / np.log(busy)
        kept = np.minimum(most, np.maximum(np.ceil(enough), 0).astype(np.int64))
    left_out = float(fleet.weight @ (busy ** kept.astype(float) - busy ** most.astype(float)))
    place = np.repeat(np.arange(len(kept)), kept)
    level = np.arange(len(place)) - np.repeat(np.cumsum(kept) - kept, kept)
    return place, level, left_out
