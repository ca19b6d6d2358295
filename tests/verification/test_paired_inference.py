"""Intervals, equivalence and families on normal cases with known means, and against independent programs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_paired

from twin.inference.bootstrap import bootstrap_t, quantile_interval
from twin.inference.equivalence import equivalence_p
from twin.inference.estimates import p_value
from twin.inference.families import holm
from twin.inference.paired import differences, pairing, student
from twin.inference.verdicts import judge

COMPARISONS = 1000
SHARED_SD, OWN_SD = 3.0, 1.0


def days(
    generator: np.random.Generator, shift: float, replications: int, comparisons: int = COMPARISONS
) -> tuple[np.ndarray, np.ndarray]:
    """Return values of two systems that met the same days, shape (comparisons, replications) each."""
    shared = generator.normal(50.0, SHARED_SD, (comparisons, replications))
    own = generator.normal(0.0, OWN_SD, (2, comparisons, replications))
    return shared + own[0], shared + own[1] + shift


@pytest.mark.parametrize("replications", [5, 10, 20])
def test_paired_intervals_cover_the_truth_93_to_97_percent_of_the_time(replications: int) -> None:
    baseline, other = days(np.random.default_rng(replications), 0.7, replications)
    held = []
    for one, two in zip(baseline, other, strict=True):
        ends = student(differences(one, two)).interval(0.95)
        held.append(ends.low <= 0.7 <= ends.high)
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize("replications", [10, 20])
def test_bootstrap_intervals_cover_the_truth_93_to_97_percent_of_the_time(replications: int) -> None:
    generator = np.random.default_rng(replications)
    baseline, other = days(generator, 0.7, replications)
    held = []
    for one, two in zip(baseline, other, strict=True):
        ends = bootstrap_t(differences(one, two), generator, 799).interval(0.95)
        held.append(ends.low <= 0.7 <= ends.high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_skewed_differences_are_covered_better_by_the_bootstrap_than_by_students_t() -> None:
    """Differences of worst cases are skewed; here log-normal ones, of mean exp(1/2), twenty days each."""
    generator = np.random.default_rng(8)
    held: dict[str, list[bool]] = {"t": [], "bootstrap": []}
    for values in np.exp(generator.normal(0.0, 1.0, (COMPARISONS, 20))):
        for name, estimate in (("t", student(values)), ("bootstrap", bootstrap_t(values, generator, 799))):
            ends = estimate.interval(0.95)
            held[name].append(ends.low <= math.exp(0.5) <= ends.high)
    assert np.mean(held["t"]) < 0.89
    assert np.mean(held["bootstrap"]) > np.mean(held["t"]) + 0.03


def test_the_bootstrap_of_a_median_is_scipys() -> None:
    values = np.random.default_rng(5).exponential(4.0, 25)
    own = quantile_interval(values, 0.5, 0.95, np.random.default_rng(1), 19_999)
    theirs = stats.bootstrap(
        (values,), np.median, n_resamples=19_999, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert (own.low, own.high) == pytest.approx((theirs.low, theirs.high), abs=0.15)


@pytest.mark.parametrize("shift", [1.0, -1.0, 1.5])
def test_the_verdict_equivalent_is_wrong_in_at_most_5_percent_of_cases(shift: float) -> None:
    """The true difference is the margin or more, so nobody may call the systems equivalent."""
    baseline, other = days(np.random.default_rng(17), shift, 20)
    wrong = []
    for one, two in zip(baseline, other, strict=True):
        estimate = student(differences(one, two))
        wrong.append(judge(estimate, "lower", 1.0, p_value(estimate)).word == "equivalent")
    noise = 3 * math.sqrt(0.05 * 0.95 / COMPARISONS)
    assert np.mean(wrong) <= 0.05 + noise
    if abs(shift) == 1.0:
        assert np.mean(wrong) >= 0.05 - noise, "the test does not waste what it may err"


def test_equal_systems_are_shown_to_be_equivalent_where_days_suffice() -> None:
    baseline, other = days(np.random.default_rng(18), 0.0, 40, 400)
    words = [
        judge(student(differences(one, two)), "lower", 1.0, 1.0).word for one, two in zip(baseline, other, strict=True)
    ]
    assert np.mean([word == "equivalent" for word in words]) > 0.98


def test_two_one_sided_tests_are_those_of_statsmodels() -> None:
    baseline, other = days(np.random.default_rng(19), 0.3, 12, 5)
    for one, two in zip(baseline, other, strict=True):
        theirs, _, _ = ttost_paired(two, one, -0.8, 0.8)
        assert equivalence_p(student(two - one), 0.8) == pytest.approx(theirs, rel=1e-9)


def test_paired_p_values_and_intervals_are_scipys() -> None:
    baseline, other = days(np.random.default_rng(20), 0.4, 9, 5)
    for one, two in zip(baseline, other, strict=True):
        theirs = stats.ttest_rel(two, one)
        estimate, ends = student(two - one), theirs.confidence_interval(0.95)
        assert p_value(estimate) == pytest.approx(theirs.pvalue, rel=1e-9)
        assert (estimate.interval(0.95).low, estimate.interval(0.95).high) == pytest.approx((ends.low, ends.high))


def test_what_pairing_brings_is_measured_against_welchs_interval() -> None:
    (one,), (two,) = days(np.random.default_rng(21), 0.4, 15, 1)
    found = pairing(one, two)
    welch = CompareMeans(DescrStatsW(two), DescrStatsW(one)).tconfint_diff(0.05, usevar="unequal")
    paired = stats.ttest_rel(two, one).confidence_interval(0.95)
    assert found.interval_ratio == pytest.approx((welch[1] - welch[0]) / (paired.high - paired.low), rel=1e-9)
    assert found.correlation == pytest.approx(stats.pearsonr(one, two).statistic)
    assert found.pays


def test_common_chance_divides_the_variance_by_what_it_shares() -> None:
    """Known: (9 + 1) + (9 + 1) apart, 1 + 1 together, so ten times."""
    baseline, other = days(np.random.default_rng(22), 0.0, 100, 400)
    ratios = [pairing(one, two).variance_ratio for one, two in zip(baseline, other, strict=True)]
    assert np.median(ratios) == pytest.approx(10.0, rel=0.05)


def test_pairing_that_does_not_pay_is_found() -> None:
    """Where one system gains by what the other loses, the same days make the interval wider."""
    generator = np.random.default_rng(23)
    values = generator.normal(0, 1, 20)
    found = pairing(values, generator.normal(0, 0.3, 20) - values)
    assert found.correlation < -0.8
    assert not found.pays


def test_holms_p_values_are_those_of_statsmodels() -> None:
    given = np.random.default_rng(24).random(40) ** 3
    assert holm(given) == pytest.approx(multipletests(given, method="holm")[1], rel=1e-12)
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02]), "worked by hand"
    assert holm([]).tolist() == []


def test_a_family_of_related_figures_errs_in_at_most_5_percent_of_cases() -> None:
    """Twenty figures of the same days, none of which differs."""
    generator = np.random.default_rng(25)
    erred = []
    for _ in range(COMPARISONS):
        values = generator.normal(0, 1, (20, 12)) + generator.normal(0, 1, 12)
        erred.append(holm([p_value(student(row)) for row in values]).min() <= 0.05)
    assert np.mean(erred) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / COMPARISONS)


def test_the_bootstraps_test_and_interval_say_the_same() -> None:
    generator = np.random.default_rng(26)
    for values in generator.gamma(1.0, 1.0, (50, 15)) - generator.choice([0.4, 0.8], (50, 1)):
        estimate = bootstrap_t(values, generator, 999)
        ends = estimate.interval(0.95)
        assert (p_value(estimate) > 0.05) == (ends.low <= 0 <= ends.high)


def test_a_difference_without_doubt_is_judged_without_doubt() -> None:
    always, never = student(np.full(4, -2.0)), student(np.zeros(4))
    assert judge(always, "lower", 1.0, p_value(always)).word == "better"
    assert judge(always, "higher", 3.0, p_value(always)).word == "equivalent"
    assert judge(never, "lower", None, p_value(never)).word == "same"
