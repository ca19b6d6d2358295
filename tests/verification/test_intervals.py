"""Paired intervals against SciPy, and their coverage on normal data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin.core.statistics import block_of as days_together
from twin.core.statistics import half_interval_in_a_row
from twin.experiment.compare import compare_cases, compare_days, t_interval
from twin.validation.blocks import BLOCK_DAYS, block_of, resampled, threat_score_ranges


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


def test_every_sample_is_made_of_days_in_a_row() -> None:
    rows = np.concatenate(list(resampled(100, 15, 450, np.random.default_rng(1))))
    assert rows.shape == (450, 100)
    assert (rows.min(), rows.max()) == (0, 99)
    steps = np.diff(rows, axis=1) % 100
    assert (steps[:, np.arange(99) % 15 != 14] == 1).all()
    assert np.ptp(np.bincount(rows.ravel())) < 150, "no day is drawn less for lying at an end"
    assert (block_of(717), block_of(60), block_of(4)) == (BLOCK_DAYS, 10, 1)


def test_threat_scores_of_spells_are_less_sure_than_those_of_single_days() -> None:
    """Spells of five days that are warned of or not as a whole: the root of five makes the interval wider.

    Known: of n independent cases a score s has a standard error of the root of s (1 - s) / n.
    """
    generator = np.random.default_rng(2)
    spells = 3000
    truth = generator.random(spells) < 0.5
    warned = truth & (generator.random(spells) < 0.6)
    cases = int(truth.sum())
    score = warned.sum() / cases
    known = 2 * 1.96 * float((score * (1 - score) / cases) ** 0.5)

    def width(days: int) -> float:
        told = {"rule": np.repeat(warned, days), "never": np.zeros(spells * days, np.bool_)}
        alone, ahead = threat_score_ranges(np.repeat(truth, days), told, "never", np.random.default_rng(3))
        assert alone["rule"] == ahead["rule"], "who never warns scores 0 in every sample"
        assert alone["rule"].low < score < alone["rule"].high
        return alone["rule"].high - alone["rule"].low

    assert width(1) == pytest.approx(known, rel=0.12)
    assert width(5) == pytest.approx(known, rel=0.15), "as many spells, each five days long: as sure as before"


def test_block_intervals_cover_the_truth_where_days_follow_one_another() -> None:
    """Bad days last four days on average; a rule that sees seven in ten of the spells scores 0.7 in the long run."""
    generator = np.random.default_rng(4)
    covered = []
    for _ in range(60):
        truth, warned, bad, seen = np.zeros(600, np.bool_), np.zeros(600, np.bool_), False, False
        for day in range(600):
            was, bad = bad, bool(generator.random() < (0.75 if bad else 0.05))
            seen = bad and (seen if was else bool(generator.random() < 0.7))
            truth[day], warned[day] = bad, seen
        alone, _ = threat_score_ranges(truth, {"rule": warned, "never": ~truth & False}, "never", generator)
        covered.append(alone["rule"].low <= 0.7 <= alone["rule"].high)
    assert np.mean(covered) >= 0.83, "95 % less four standard errors of 60 tries"


def test_the_interval_of_days_in_a_row_is_that_of_the_moving_blocks() -> None:
    """Blocks resampled many times, as Künsch did, have the standard error of the closed form, but for n - l of n."""
    generator = np.random.default_rng(6)
    values = np.convolve(generator.standard_normal(70), np.ones(7) / 7, "valid")
    block = days_together(64)
    assert block == 4
    first = generator.integers(0, 64 - block + 1, (40_000, 16))
    drawn = values[first[:, :, None] + np.arange(block)].reshape(40_000, -1).mean(axis=1)
    spread = float(((drawn - values.mean()) ** 2).mean()) - (float(drawn.mean()) - values.mean()) ** 2 * 15 / 16
    assert half_interval_in_a_row(values) == pytest.approx(stats.t.ppf(0.975, 15) * (spread * 64 / 60) ** 0.5, rel=0.05)


def test_days_in_a_row_that_resemble_one_another_are_not_taken_for_independent() -> None:
    """Of days with a correlation of 0.7, t intervals hold the truth far too seldom; those by blocks less so."""
    generator = np.random.default_rng(7)
    steps = generator.standard_normal((2000, 90))
    days = steps.copy()
    for day in range(1, 90):
        days[:, day] = 0.7 * days[:, day - 1] + steps[:, day]
    held = {
        over: np.mean([(row := t_interval(one[30:], over)).low <= 0 <= row.high for one in days])
        for over in ("cases", "days_in_a_row")
    }
    assert held["cases"] < 0.65
    assert held["days_in_a_row"] > held["cases"] + 0.15
    alone = [(row := t_interval(one[:60], "days_in_a_row")).low <= 0 <= row.high for one in steps]
    assert np.mean(alone) == pytest.approx(0.95, abs=0.025)
    row = compare_cases("k", "min", "lower", pd.Series(days[0]), pd.Series(days[1]), "days_in_a_row")
    assert row is not None
    assert row.difference is not None
    assert row.difference.over == "days_in_a_row"
    assert row.difference.high - row.difference.mean == pytest.approx(half_interval_in_a_row(days[1] - days[0]))


def test_it_is_told_when_the_means_show_another_difference_than_the_cases_that_both_have() -> None:
    """Eight cases wait a minute longer; the others, which only one brain has, hide it in the means."""
    waits = pd.Series(np.arange(8.0))
    longer = waits + 1 + 0.01 * np.resize([1, -1], 8)
    with_more = pd.concat([longer, pd.Series(np.zeros(30), index=np.arange(100, 130))])
    row = compare_cases("k", "min", "lower", waits, with_more)
    assert row is not None
    assert row.difference is not None
    assert (row.difference.count, row.verdict, row.of_some) == (8, "worse", True)
    assert row.other.mean < row.baseline.mean
    same_cases = compare_cases("k", "min", "lower", waits, longer)
    assert same_cases is not None
    assert not same_cases.of_some
