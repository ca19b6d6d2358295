"""The guard keeps its two promises, on normal days and on days as the emergency service has them.

Over unchanged code it raises a false alarm in at most 1 % of the checks, all KPIs together; a planted change of 5 % is
found in at least 95 %. Days of the emergency service are drawn, with replacement, from 240 that were lived.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats
from support.commands import ROOT

from twin.experiment.baselines.statistics import DAYS
from twin.inference.guard import FALSE_ALARMS, MISSED, days_needed, judge, margins_on_other_days, narrowest_margin

Array = NDArray[np.float64]
CHECKS = 1000


def beyond_chance(share: float, of: int) -> float:
    """Return the share that Monte Carlo error alone exceeds once in a thousand."""
    return float(stats.binom.ppf(0.999, of, share)) / of


@pytest.fixture(scope="module")
def lived() -> pd.DataFrame:
    return pd.read_parquet(ROOT / "tests/data/guard/emergency_days.parquet").astype(float)


def some_days(pool: pd.DataFrame, chance: np.random.Generator) -> list[Array]:
    """Draw the days of one recording or check; a KPI's values on those of them that have one."""
    table = pool.to_numpy()[chance.integers(0, len(pool), DAYS)]
    return [column[~np.isnan(column)] for column in table.T]


def margins(recorded: list[Array]) -> list[float | None]:
    """Return each KPI's margin as a recording chooses it where 5 % is named."""
    return margins_on_other_days(recorded, [0.05 * abs(float(values.mean())) for values in recorded])


def raises_an_alarm(recorded: list[Array], now: list[Array]) -> bool:
    return any(
        margin is not None and judge(before, after, margin, paired=False).verdict != "kept"
        for before, after, margin in zip(recorded, now, margins(recorded), strict=True)
    )


@pytest.mark.parametrize(("days", "kpis"), [(10, 1), (20, 20), (50, 44)])
def test_false_alarms_over_normal_days_are_at_most_one_in_a_hundred(days: int, kpis: int) -> None:
    chance = np.random.default_rng(days)
    checks = 4000 // kpis
    alarms = 0
    for _ in range(checks):
        recorded, now = chance.normal(100.0, 3.0, (2, kpis, days))
        margin = [narrowest_margin(float(values.std(ddof=1)), days, kpis) for values in recorded]
        alarms += any(
            judge(*pair, limit, paired=False).verdict != "kept"
            for *pair, limit in zip(recorded, now, margin, strict=True)
        )
    assert alarms / checks <= beyond_chance(FALSE_ALARMS, checks)


def test_margins_are_no_wider_than_the_promise_needs() -> None:
    """A guard that never raises an alarm would pass the test above."""
    chance = np.random.default_rng(5)
    alarms = 0
    for _ in range(6000):
        recorded, now = chance.normal(100.0, 3.0, (2, 20))
        limit = narrowest_margin(float(recorded.std(ddof=1)), 20, 1)
        alarms += judge(recorded, now, limit, paired=False).verdict != "kept"
    assert alarms / 6000 > FALSE_ALARMS / 4


def test_a_change_as_large_as_the_margin_passes_at_most_one_time_in_twenty() -> None:
    chance = np.random.default_rng(6)
    passed = 0
    for _ in range(4000):
        recorded, now = chance.normal(100.0, 2.0, (2, 20))
        passed += judge(recorded, now + 5.0, 5.0, paired=False).verdict == "kept"
    assert passed / 4000 <= beyond_chance(MISSED, 4000)


def test_over_unchanged_days_of_the_emergency_service_false_alarms_are_at_most_one_in_a_hundred(
    lived: pd.DataFrame,
) -> None:
    """Skewed, correlated and sometimes missing as they are: all 44 KPIs that the verdict shows for two brains."""
    chance = np.random.default_rng(7)
    alarms = sum(raises_an_alarm(some_days(lived, chance), some_days(lived, chance)) for _ in range(CHECKS))
    assert alarms / CHECKS <= beyond_chance(FALSE_ALARMS, CHECKS)


def test_a_planted_change_of_5_percent_is_found_at_the_default_number_of_days(lived: pd.DataFrame) -> None:
    """In every KPI whose days differ so little that the guard holds 5 % at all, on days with nothing in common."""
    whole = {column: lived[column].dropna().to_numpy() for column in lived}
    judged = sum(margin is not None for margin in margins([values[:DAYS] for values in whole.values()]))
    deviations = lived.std() / lived.mean().abs()
    held = [column for column in lived if narrowest_margin(float(deviations[column]), DAYS, judged) <= 0.05]
    assert {f"{brain}:emergency.{kpi}" for brain in ("traditional", "city_brain") for kpi in HELD} <= set(held)
    chance = np.random.default_rng(8)
    pool = lived[held]
    found = dict.fromkeys(held, 0)
    for _ in range(CHECKS):
        recorded, now = some_days(pool, chance), some_days(pool, chance)
        for column, before, after in zip(held, recorded, now, strict=True):
            limit = 0.05 * abs(before.mean())
            found[column] += judge(before, 1.05 * after, limit, paired=False).verdict != "kept"
    missed = {column: 1 - count / CHECKS for column, count in found.items()}
    assert max(missed.values()) <= beyond_chance(MISSED, CHECKS)


HELD = (
    "answer_s.p95", "answered_within_3_s", "answer_to_out_s.median", "drive_min.mean", "response_min.mean",
    "response_min.median", "response_min.p90", "ring_to_treatment_min.mean", "arrest_survival.mean",
    "stroke_good_outcome.mean",
)  # fmt: skip
"""KPIs of which docs/validation.md says that 60 days hold 5 % of them under either brain."""


@pytest.mark.parametrize(
    "column", ["city_brain:emergency.door_to_treatment_min.stemi.median", "traditional:emergency.drive_min.mean"]
)
def test_on_the_same_days_nothing_is_an_alarm_and_every_change_of_5_percent_is(
    lived: pd.DataFrame, column: str
) -> None:
    """However much days differ from one another."""
    days = lived[column].dropna().to_numpy()[:DAYS]
    limit = 0.05 * abs(days.mean())
    assert judge(days, days.copy(), limit, paired=True).verdict == "kept"
    assert judge(days, 1.05001 * days, limit, paired=True).verdict == "moved"
    assert judge(days, 0.9499 * days, limit, paired=True).verdict == "moved"


def test_days_needed_are_the_fewest_that_hold_a_margin() -> None:
    needed = days_needed(0.03, 10)
    assert needed is not None
    assert narrowest_margin(0.03, needed, 10) <= 0.05 < narrowest_margin(0.03, needed - 1, 10)
    assert days_needed(3.0, 10) is None


def test_the_intervals_are_scipys() -> None:
    chance = np.random.default_rng(9)
    before, after = chance.normal(10, 1, 12), chance.normal(10.2, 2, 17)
    ours = judge(before, after, 0.1, paired=False)
    theirs = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.92)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-10)
    ours = judge(before, after[:12], 0.1, paired=True)
    theirs = stats.ttest_rel(after[:12], before).confidence_interval(0.92)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-10)


def test_what_is_neither_shown_kept_nor_moved_is_an_alarm_of_its_own() -> None:
    noisy = judge(np.array([1.0, 9.0, 2.0, 8.0]), np.array([9.0, 2.0, 8.0, 1.5]), 0.5, paired=False)
    assert noisy.verdict == "unclear"
    assert judge(np.full(5, 3.0), np.full(5, 3.0), 0.0, paired=True).verdict == "kept"
