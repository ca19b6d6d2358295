"""What a result hangs on, against an independent program, known distributions and a published function."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from twin.experiment.studies.designs import shares_of
from twin.experiment.studies.salib import analyse
from twin.inference.sensitivity import over_draws_and_days, rank_correlation


def test_rank_correlations_are_those_of_scipy() -> None:
    generator = np.random.default_rng(1)
    for count in (5, 20, 100):
        x, y = generator.normal(size=count), generator.normal(size=count).round(1)
        assert rank_correlation(x, y).value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_their_intervals_cover_the_rank_correlation_of_normal_pairs(rho: float) -> None:
    """Of the bivariate normal it is (6/pi) asin(rho/2)."""
    generator, truth = np.random.default_rng(2), 6 / np.pi * np.arcsin(rho / 2)
    covered = []
    for _ in range(1000):
        x, noise = generator.normal(size=(2, 30))
        found = rank_correlation(x, rho * x + np.sqrt(1 - rho**2) * noise)
        covered.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.975


def test_a_key_that_never_varies_has_no_correlation_and_few_pairs_are_refused() -> None:
    assert rank_correlation(np.ones(8), np.arange(8.0)).value == 0
    with pytest.raises(ValueError, match="five pairs"):
        rank_correlation(np.arange(4.0), np.arange(4.0))


def test_the_interval_with_parameters_holds_the_result_at_the_true_ones() -> None:
    """Nature draws the parameters once, from what we think they may be: the interval holds her result."""
    generator, covered = np.random.default_rng(3), []
    for _ in range(2000):
        truth = generator.normal(2.0, 0.5)
        draws = generator.normal(2.0, 0.5, (20, 1)) + generator.normal(0.0, 1.0, (1, 6))
        found = over_draws_and_days(draws)
        covered.append(found.low <= truth <= found.high)
    assert 0.94 <= np.mean(covered) <= 0.98, "two intervals added as one rather cover too much"


def test_what_is_due_to_days_shrinks_with_days_and_what_is_due_to_parameters_stays() -> None:
    generator = np.random.default_rng(4)
    few, many = (
        over_draws_and_days(generator.normal(0, 1, (40, 1)) + generator.normal(0, 1, (1, days))) for days in (10, 1000)
    )
    assert many.half_days < few.half_days / 5
    assert many.half_draws == pytest.approx(few.half_draws, rel=0.4)
    with pytest.raises(ValueError, match="two of each"):
        over_draws_and_days(np.ones((1, 5)))


def ishigami(shares: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * shares - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobols_indices_of_ishigamis_function() -> None:
    """Known in closed form (Ishigami and Homma 1990): total shares 0.558, 0.442, 0.244; alone 0.314, 0.442, 0."""
    pytest.importorskip("SALib", reason="SALib (extra sensitivity) is not installed")
    shares = shares_of("sobol", 3, 1024, 5)
    hangs = analyse("sobol", ["a", "b", "c"], shares, ishigami(shares), 5)
    assert [hang.value for hang in hangs] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.05)
    assert [hang.more for hang in hangs] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.05)
    assert all(hang.low < hang.value < hang.high for hang in hangs)


def test_morris_finds_slopes_and_what_does_nothing() -> None:
    pytest.importorskip("SALib", reason="SALib (extra sensitivity) is not installed")
    shares = shares_of("morris", 3, 10, 6)
    hangs = analyse("morris", ["a", "b", "c"], shares, 4 * shares[:, 0] - 2 * shares[:, 1], 6)
    assert [hang.value for hang in hangs] == pytest.approx([4, 2, 0], abs=1e-9)
    assert [hang.more for hang in hangs] == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_result_that_never_changes_hangs_on_nothing() -> None:
    shares = np.random.default_rng(1).random((12, 2))
    assert [hang.value for hang in analyse("morris", ["a", "b"], shares, np.ones(12), 1)] == [0.0, 0.0]
