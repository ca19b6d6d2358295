"""The inventory policies on which methods of comparison are shown in the literature, exactly and by simulation.

Each period: what is on hand is looked at; below s it is filled up to S at once, for 32 and 3 a piece; then demand
comes, Poisson with a mean of 25; what is left costs 1 a piece to hold, what is owed 5 a piece. Thirty periods, from S
on.

Koenig and Law (1985), A procedure for selecting a subset of size m containing the l best of k independent normal
populations, with applications to simulation, Communications in Statistics: Simulation and Computation 14(3); five of
the policies are the example of Nelson and Matejcik (1995), Management Science 41(12).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import poisson

from twin.core.kpis import Kpi, KpiFamily
from twin.core.margins import Size
from twin.experiment.studies.best import best_of
from twin.experiment.studies.comparison import ComparisonQuestion, compare_tables
from twin.experiment.studies.enough import live_enough

PUBLISHED = {(20, 40): 114.176, (20, 80): 112.742, (40, 60): 130.550, (40, 100): 130.699, (60, 100): 147.382}
"""Expected cost for each period of the policies (s, S), as printed in both papers."""
PERIODS, DEMAND = 30, 25.0
ORDER, PIECE, HOLD, OWE = 32.0, 3.0, 1.0, 5.0
LEAST = -250
"""Stock that is never reached: it takes a demand of over 250 more than what is ordered."""
COST = Kpi("inventory.cost", KpiFamily("cost", "cost for each period", "count", headline=("",)), None, None)


def name_of(policy: tuple[int, int]) -> str:
    return f"({policy[0]}, {policy[1]})"


def expected_cost(policy: tuple[int, int]) -> float:
    """Return the expected cost for each period, from the chances of every stock in every period."""
    least, full = policy
    stock = np.arange(LEAST, full + 1)
    falls = poisson.pmf(np.arange(len(stock)), DEMAND)
    order = stock < least
    cost_of_order = np.where(order, ORDER + PIECE * (full - stock), 0.0)
    cost_of_stock = np.where(stock > 0, HOLD * stock, -OWE * stock)
    chance = np.zeros(len(stock))
    chance[-1] = 1.0
    total = 0.0
    for _ in range(PERIODS):
        total += float(chance @ cost_of_order)
        filled = np.where(order, 0.0, chance)
        filled[-1] += chance[order].sum()
        chance = np.convolve(filled[::-1], falls)[: len(stock)][::-1]
        total += float(chance @ cost_of_stock)
    return total / PERIODS


def lived_costs(policy: tuple[int, int], demands: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean cost for each period of each replication; ``demands`` has shape (replications, periods)."""
    least, full = policy
    stock = np.full(len(demands), full)
    total = np.zeros(len(demands))
    for demand in demands.T:
        order = stock < least
        total += np.where(order, ORDER + PIECE * (full - stock), 0.0)
        stock = np.where(order, full, stock) - demand
        total += np.where(stock > 0, HOLD * stock, -OWE * stock)
    return total / demands.shape[1]


class Warehouse:
    """Lives replications of the policies, all of which meet the same demands: fits `LiveBrains`."""

    def __init__(self, seed: int, most: int = 500) -> None:
        demands = np.random.default_rng(seed).poisson(DEMAND, (most, PERIODS))
        self._costs = {name_of(policy): lived_costs(policy, demands) for policy in PUBLISHED}
        self.lived = dict.fromkeys(self._costs, 0)

    def __call__(self, replications: dict[str, int]) -> dict[str, pd.DataFrame]:
        for name, count in replications.items():
            self.lived[name] = max(self.lived[name], count)
        return {
            name: pd.DataFrame({COST.name: self._costs[name][:count]}, index=pd.RangeIndex(count))
            for name, count in replications.items()
        }


def compared(replications: int = 20, seed: int = 1995) -> list[str]:
    """Return the published comparison with today's figures beside it, as lines of Markdown."""
    brains = tuple(map(name_of, PUBLISHED))
    catalogue = {COST.name: COST}
    question = ComparisonQuestion(brains, kpi=COST.name, replications=replications)
    tables = Warehouse(seed)(dict.fromkeys(brains, replications))
    rows = {row.brain: row for row in compare_tables(question, tables, catalogue, seed)}
    best = best_of(brains, tables, COST)
    assert best is not None
    head = "(s, S)", "published", "exact", f"{replications} replications", "less (20, 40)", "known", "times narrower"
    more = "against the best of the others", "known", "verdict"
    lines = [f"| {' | '.join((*head, *more))} |", "|" + "---|" * 10]
    known = {name_of(policy): expected_cost(policy) for policy in PUBLISHED}
    for place, policy in enumerate(PUBLISHED):
        name, row = name_of(policy), rows.get(name_of(policy))
        others = min(cost for brain, cost in known.items() if brain != name)
        gap = best.found.gaps[place]
        told = ["", "", ""]
        if row is not None:
            told = [
                f"{row.difference:+.2f} ({row.ends.low:+.2f} to {row.ends.high:+.2f})",
                f"{known[name] - known[brains[0]]:+.3f}", f"{row.pairing.interval_ratio:.1f}",
            ]  # fmt: skip
        word = "may be the best" if best.found.may_be_best[place] else "not the best"
        lines.append(
            f"| {name} | {PUBLISHED[policy]:.3f} | {known[name]:.3f} | {best.found.means[place]:.2f} | "
            + " | ".join(told)
            + f" | {gap.low + 0.0:+.2f} to {gap.high + 0.0:+.2f} | {known[name] - others:+.3f} | {word} |"
        )
    return [*lines, "", _picked(brains, seed)]


def _picked(brains: tuple[str, ...], seed: int) -> str:
    """Say which policy the sequential procedure picks, and what it costs."""
    warehouse = Warehouse(seed)
    question = ComparisonQuestion(brains, kpi=COST.name, indifference=Size(1.0, False), pick=True, cap=500)
    pick = live_enough(question, warehouse, {COST.name: COST}).pick
    assert pick is not None
    assert pick.found.best is not None
    lived = ", ".join(f"{name} {count}" for name, count in warehouse.lived.items())
    return (
        f"Picked within 1 of the best with 95 % confidence: {brains[pick.found.best]}, after "
        f"{pick.found.replications} replications; lived: {lived}."
    )
