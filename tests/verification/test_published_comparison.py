"""Inventory policies whose expected costs are published: known, worked out exactly, simulated, compared, picked."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from support.inventory import COST, PUBLISHED, Warehouse, compared, expected_cost, name_of

from twin.core.margins import Size
from twin.experiment.studies.best import best_of
from twin.experiment.studies.comparison import ComparisonQuestion
from twin.experiment.studies.enough import live_enough

BRAINS = tuple(map(name_of, PUBLISHED))
KNOWN = np.array([expected_cost(policy) for policy in PUBLISHED])


@pytest.mark.parametrize(("policy", "cost"), PUBLISHED.items())
def test_the_exact_costs_are_the_published_ones(policy: tuple[int, int], cost: float) -> None:
    assert expected_cost(policy) == pytest.approx(cost, abs=0.0005)


def test_joint_intervals_against_the_best_hold_on_the_papers_own_example() -> None:
    """Its costs are neither normal nor of equal variance; the promise is 95 %."""
    known = [cost - np.delete(KNOWN, place).min() for place, cost in enumerate(KNOWN)]
    held = []
    for seed in range(150):
        best = best_of(BRAINS, Warehouse(seed, 20)(dict.fromkeys(BRAINS, 20)), COST)
        assert best is not None
        held.append(
            all(gap.low <= gap_known <= gap.high for gap, gap_known in zip(best.found.gaps, known, strict=True))
        )
    assert np.mean(held) >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 150)


def test_the_best_policy_is_picked_and_those_far_behind_are_hardly_lived() -> None:
    """The best is 1.43 cheaper than the next, so within 1.43 the pick is right in 95 % of cases at least."""
    question = ComparisonQuestion(BRAINS, kpi=COST.name, indifference=Size(1.43, False), pick=True, cap=500)
    right, far = [], []
    for seed in range(60):
        warehouse = Warehouse(seed)
        pick = live_enough(question, warehouse, {COST.name: COST}, batch=10).pick
        assert pick is not None
        right.append(pick.found.best == 1)
        far.append(warehouse.lived[name_of((60, 100))])
    assert np.mean(right) >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 60)
    assert max(far) == 10


def test_the_page_shows_what_is_found_today() -> None:
    page = (Path(__file__).parents[2] / "docs" / "published.md").read_text("utf-8")
    assert "\n".join(compared()) in page
