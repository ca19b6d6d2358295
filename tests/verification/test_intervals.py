"""Paired intervals against SciPy, and their coverage on normal data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin.experiment.compare import compare_cases, compare_days, t_interval


def test_the_paired_interval_is_scipys() -> None:
    generator = np.random.default_rng(3)
    baseline = pd.Series(generator.normal(10, 3, 12))
    other = baseline + generator.normal(-1, 0.5, 12)
    row = compare_days("k", "min", "lower", baseline, other)
    assert row is not None
    assert row.difference is not None
    theirs = stats.ttest_rel(other, baseline).confidence_interval(0.95)
    assert (row.difference.low, row.difference.high) == pytest.approx((theirs.low, theirs.high), rel=1e-12)
    assert row.difference.over == "days"
    assert row.verdict == "better"


def test_95_percent_intervals_cover_the_truth_95_percent_of_the_time() -> None:
    generator = np.random.default_rng(11)
    draws = generator.normal(2.0, 1.0, (4000, 10))
    covered = [(row := t_interval(values, "days")).low <= 2.0 <= row.high for values in draws]
    assert np.mean(covered) == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / 4000) ** 0.5)


@pytest.mark.parametrize(
    ("shift", "better", "verdict"),
    [(-1.0, "lower", "better"), (-1.0, "higher", "worse"), (1.0, "lower", "worse"), (1.0, "neither", "higher"),
     (0.0, "lower", "same")],
)  # fmt: skip
def test_the_verdict_follows_the_direction_that_is_better(shift: float, better: str, verdict: str) -> None:
    baseline = pd.Series([1.0, 2.0, 3.0])
    row = compare_cases("k", "min", better, baseline, baseline + shift)  # type: ignore[arg-type]
    assert row is not None
    assert row.verdict == verdict


def test_noise_is_called_undecided_and_one_day_has_no_interval() -> None:
    noisy = compare_days("k", "min", "lower", pd.Series([1.0, 2.0]), pd.Series([2.0, 1.0]))
    single = compare_days("k", "min", "lower", pd.Series([1.0]), pd.Series([2.0]))
    assert noisy is not None
    assert single is not None
    assert (noisy.verdict, single.verdict, single.difference) == ("undecided", "undecided", None)


def test_only_days_that_both_brains_have_are_paired() -> None:
    baseline, other = pd.Series([1.0, 2.0, 3.0], index=[0, 1, 2]), pd.Series([5.0, 4.0], index=[2, 1])
    row = compare_days("k", "min", "lower", baseline, other)
    assert row is not None
    assert row.difference is not None
    assert (row.difference.count, row.difference.mean) == (2, 2.0)
