"""A bound for the p-median problem, and what it proves about single sites and assignments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.planning.exchange import exchange_median, median_cost

ITERATIONS: Final = 1200
PATIENCE: Final = 25
"""Iterations without a better bound after which steps are halved."""
SMALLEST_STEP: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What Lagrangian relaxation found.

    Attributes
    ----------
    bound
        No choice of sites costs less.
    multiplier
        Price of serving each demand point at the best bound, shape (demand,).
    site_value
        What opening each site adds to the bound (at most 0), shape (sites,).
    sites
        The best choice met, shape (count,), ascending.
    cost
        What it costs.
    """

    bound: float
    multiplier: NDArray[np.float64]
    site_value: NDArray[np.float64]
    sites: NDArray[np.int64]
    cost: float


def relax(cost: NDArray[np.float64], base: NDArray[np.float64], start: NDArray[np.int64], enough: float) -> Relaxation:
    """Relax that each demand point is served once, and price it (Cornuejols, Fisher & Nemhauser 1977).

    The subgradient steps are those of Beasley (1993), *Lagrangean heuristics for location problems*.

    Parameters
    ----------
    cost, base
        As of `twin.planning.exchange.median_cost`.
    start
        A good choice of sites, shape (count,).
    enough
        Stop where the bound is so near to the best choice.
    """
    count = len(start)
    best = start, median_cost(cost, base, start)
    multiplier = np.minimum(base, cost[start].min(axis=0))
    found = -np.inf, multiplier, np.zeros(len(cost))
    step, waited = 2.0, 0
    for _ in range(ITERATIONS):
        value = np.minimum(cost - multiplier, 0.0).sum(axis=1)
        chosen = np.argsort(value, kind="stable")[:count]
        bound = float(multiplier.sum() + value[chosen].sum())
        waited += 1
        if bound > found[0]:
            if bound > found[0] + 1e-6 * abs(bound):
                waited = 0
            found = bound, multiplier, value
        if best[1] - found[0] <= enough or step < SMALLEST_STEP:
            break
        if waited >= PATIENCE:
            best = _better(cost, base, best, np.argsort(found[2], kind="stable")[:count])
            step, waited, multiplier = step / 2, 0, found[1]
            continue
        slope = 1.0 - (cost[chosen] < multiplier).sum(axis=0)
        length = float(slope @ slope)
        if length == 0.0:
            break
        multiplier = np.clip(multiplier + step * (1.05 * best[1] - bound) / length * slope, 0.0, base)
    return Relaxation(*found, np.sort(best[0]), best[1])


def _better(
    cost: NDArray[np.float64],
    base: NDArray[np.float64],
    best: tuple[NDArray[np.int64], float],
    chosen: NDArray[np.int64],
) -> tuple[NDArray[np.int64], float]:
    """Return the better of the best choice and of what exchanges make of the one that the multipliers suggest."""
    sites = exchange_median(cost, base, chosen)
    reached = median_cost(cost, base, sites)
    return (sites, reached) if reached < best[1] else best


@dataclass(frozen=True, eq=False)
class Rest:
    """What is left to decide: every choice that is better than the best known one keeps to it.

    Attributes
    ----------
    possible
        Sites that may be open, shape (sites,).
    certain
        Sites that are open, shape (sites,).
    dearest
        No demand point is served at more than this cost, shape (demand,).
    """

    possible: NDArray[np.bool_]
    certain: NDArray[np.bool_]
    dearest: NDArray[np.float64]


def fix(relaxation: Relaxation, base: NDArray[np.float64]) -> Rest:
    """Rule out sites and assignments that would lift the bound above the best choice known."""
    count = len(relaxation.sites)
    value = relaxation.site_value
    order = np.argsort(value, kind="stable")
    slack = (relaxation.cost - relaxation.bound) * (1 + 1e-6) + 1e-12 * abs(relaxation.cost)
    possible = value - value[order[count - 1]] <= slack
    certain = np.zeros(len(value), np.bool_)
    if count < len(value):
        certain[order[:count]] = value[order[count]] - value[order[:count]] > slack
    return Rest(possible, certain, np.minimum(base, relaxation.multiplier + slack))
