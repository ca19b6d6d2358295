"""What McLay and Mayorga (2013) print about Hanover County, and today's figures beside it; the model is `hanover`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from support.hanover import MEASURES, Bounds, County, Plan, best_plan, by_lists, with_ratio

FIGURES = Path(__file__).resolve().parents[1] / "data" / "hanover" / "figures.csv"

ACTIVE = {1: 0.130, 2: 0.0498, 3: 0.279, 4: 0.0123}
"""Table 5: the least value of each measure in the best plan of all; of measure 3 also the most, which follows."""
MOST_BUSY = 0.485
LOST = 0.049
"""Section 3: share of the calls that are lost."""
SIZE = 5_626, 6_673
"""Variables and constraints of the programme, section 4, in this order."""
COVERAGE: dict[tuple[int, ...], tuple[float, float] | None] = {
    (): (0.418, 1.000), (1,): (0.409, 0.979), (2,): (0.405, 0.969), (3,): (0.407, 0.974), (4,): (0.393, 0.939),
    (1, 2): (0.402, 0.962), (1, 3): (0.407, 0.974), (1, 4): (0.392, 0.939), (2, 3): None, (2, 4): (0.3896, 0.932),
    (3, 4): (0.391, 0.936), (1, 2, 3): None, (1, 2, 4): None, (1, 3, 4): (0.391, 0.936), (2, 3, 4): None,
    (1, 2, 3, 4): None,
}  # fmt: skip
"""Table 6: coverage and its ratio to the best of all under the bounds of these measures; None where none keeps them."""
FIRST_HIGH = (1, 2, 3, 4)
"""Table 7: who goes to a call of high priority from each location when all are free, under every policy."""
FIRST_LOW = {
    "closest": (1, 2, 3, 4), "none": (3, 3, 3, 3), "1": (1, 2, 3, 4), "2": (1, 2, 3, 1), "3": (1, 1, 3, 1),
    "4": (1, 1, 1, 1),
}  # fmt: skip
"""Table 7: the same for low priority, by the columns' heads."""
SHIFTED = {"2": "3", "3": "4", "4": "2"}
"""The policies whose choices stand in three of these columns."""
CLOSEST = ((0, 3, 1, 2), (1, 0, 3, 2), (2, 3, 0, 1), (3, 0, 2, 1))
"""Who goes if the nearer ones are busy. Not printed; of all 1,296 lists that begin at home those of figures 1, 3 and 4,
and those of four places on one line, 2, 1, 4, 3, at distances of 2, 1, 2."""
LOAD_OF_TABLE_6 = 1.207
"""Calls an hour with which table 6 comes out; fitted to it, 1.2 is printed."""
SLACK = Bounds(0.0, 0.0, 0.0, 1.0, 0.0)
EXAMPLE_2 = Bounds(0.45, 0.055, 0.30, 0.40, 0.03)


@cache
def best_of_all(county: County) -> Plan:
    """Return the best plan without constraints."""
    plan = best_plan(county)
    assert plan is not None
    return plan


def policy(county: County, name: str, bounds: Bounds | None = None) -> Plan | None:
    """Return a policy by its name: ``closest``, ``none``, or the measure that is a constraint."""
    if name == "closest":
        return by_lists(county, CLOSEST)
    free = best_of_all(county)
    if name == "none" or free.keeps(int(name), bounds or Bounds()):
        return free
    return best_plan(county, (int(name),), bounds)


@cache
def table_6(calls_per_hour: float) -> dict[tuple[int, ...], float | None]:
    """Return the coverage of every row of table 6 with so many calls."""
    county = dataclasses.replace(County(), calls_per_hour=calls_per_hour)
    plans = {measures: best_plan(county, measures) for measures in COVERAGE}
    return {measures: None if plan is None else plan.coverage for measures, plan in plans.items()}


def first_low(plan: Plan) -> tuple[tuple[int, float], ...]:
    """Return who goes most often to a call of low priority from each location when all are free, and how often."""
    chances = plan.chances[0, 1]
    return tuple((int(row.argmax()) + 1, float(row.max())) for row in chances)


@cache
def figures(figure: int, policies: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return what is read from a figure, of these policies or all, with what comes out here in the column ``ours``."""
    read = pd.read_csv(FIGURES, dtype={"policy": str})
    read = read[read["figure"].eq(figure) & (True if policies is None else read["policy"].isin(policies))]
    read = read.reset_index(drop=True)
    ours = np.full(len(read), np.nan)
    for (name, bound, ratio), rows in read.groupby(["policy", "bound", "ratio"], dropna=False):
        county, bounds = County(), Bounds()
        if not np.isnan(ratio):
            county, bounds = with_ratio(county, ratio), EXAMPLE_2
        if not np.isnan(bound):
            least = ("nearest_least", "survival_least", "busy_most", "high_least")[int(name) - 1]
            bounds = dataclasses.replace(SLACK, **{least: bound})
        plan = policy(county, name, bounds)
        if plan is not None:
            ours[rows.index] = [_quantity(plan, *row) for row in rows[["quantity", "who"]].itertuples(index=False)]
    return read.assign(ours=ours)


def _quantity(plan: Plan, quantity: str, who: float) -> float:
    if quantity == "coverage":
        return plan.coverage
    values = {
        "nearest_high": plan.nearest[0], "nearest_low": plan.nearest[1], "survival": plan.survival, "busy": plan.busy,
        "to_high": plan.to_high,
    }[quantity]  # fmt: skip
    return float(values[int(who) - 1])


# -- tables ----------------------------------------------------------------------------------------------------------


def exact_lines() -> list[str]:
    """Return the published tables with today's figures beside them, as lines of Markdown."""
    return [*_table_5(), "", *_table_6(), "", *_table_7(), "", *_figures()]


def _table_5() -> Iterator[str]:
    plan = best_of_all(County())
    yield "| Table 5: in the best plan of all | published | here |"
    yield "|---|---|---|"
    told = (
        "least share of calls that the nearest serves", "least survival", "least busy", "fewest dispatches to high",
    )  # fmt: skip
    for measure, what in zip(MEASURES, told, strict=True):
        yield f"| {measure}: {what} | {f'{ACTIVE[measure]:.3g}'.ljust(5, '0')} | {plan.measured(measure).min():.4f} |"
        if measure == 3:
            yield f"| 3: most busy | {MOST_BUSY:.3f} | {plan.busy.max():.4f} |"
    yield f"| calls lost | {LOST:.3f} | {plan.lost:.4f} |"


def _table_6() -> Iterator[str]:
    printed, fitted = table_6(County().calls_per_hour), table_6(LOAD_OF_TABLE_6)
    yield (
        "| Table 6: measures that are constraints | published | ratio | here | ratio | "
        f"with {LOAD_OF_TABLE_6} calls an hour | ratio |"
    )
    yield "|" + "---|" * 7
    for measures, row in COVERAGE.items():
        told = ["infeasible", ""] if row is None else [f"{row[0]:.4g}".ljust(5, "0"), f"{row[1]:.3f}"]
        for found in (printed, fitted):
            coverage, most = found[measures], found[()]
            assert most is not None
            told += ["infeasible", ""] if coverage is None else [f"{coverage:.4f}", f"{coverage / most:.3f}"]
        yield f"| {', '.join(map(str, measures)) or 'none'} | {' | '.join(told)} |"


def _table_7() -> Iterator[str]:
    yield (
        "| Table 7: who goes to low priority at 1, 2, 3, 4 | published, by the column's head | here | "
        "published, three columns exchanged |"
    )
    yield "|---|---|---|---|"
    county = County()
    for name, published in FIRST_LOW.items():
        plan = policy(county, name)
        assert plan is not None
        told = [f"{who}" if share > 0.9 else f"{who} ({100 * share:.0f} %)" for who, share in first_low(plan)]
        column = next((head for head, own in SHIFTED.items() if own == name), name)
        yield (
            f"| {_called(name)} | {', '.join(map(str, published))} | {', '.join(told)} | "
            f"{', '.join(map(str, FIRST_LOW[column]))} |"
        )


def _called(name: str) -> str:
    return {"closest": "closest", "none": "best of all"}.get(name, f"under measure {name}")


def _figures() -> Iterator[str]:
    yield "| Figure | values read | within 0.0005 | median gap | largest gap |"
    yield "|---|---|---|---|---|"
    for figure in (1, 2, 3, 4):
        rows = figures(figure)
        gap = (rows["value"] - rows["ours"]).abs()
        yield f"| {figure} | {len(rows)} | {int((gap <= 0.0005).sum())} | {gap.median():.5f} | {gap.max():.4f} |"
