"""The failure process against laws that nobody here wrote: power law, imperfect repair, a published generator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin.domains.elevators.hazards import days_left_by_visits, mean_growth
from twin.domains.elevators.parameters import ElevatorParameters
from twin.kernels.elevator_chance import GOLDEN, mixed, write_chances
from twin.kernels.elevator_failures import WEAR, FailureState, begin_lives, live_day, visit

YEAR_D = 365.25


def lived(
    rate: float,
    power: float,
    days: int,
    count: int,
    *,
    repaired: float | None = None,
    every: int = 0,
    left: float = 1.0,
) -> pd.DataFrame:
    """Let elevators that only wear live from new; return their failures.

    ``repaired``: share of the virtual time that a repair leaves, None for none; ``every``: days between visits, each of
    which leaves the share ``left``.
    """
    key = np.random.default_rng(7).integers(0, 2**64, count, np.uint64)
    state = FailureState(key, np.zeros((count, 2), np.int32), np.zeros((count, 2)), np.zeros(count), np.zeros(count))
    begin_lives(state, power)
    rates = np.column_stack([np.zeros(count), np.full(count, rate)])
    failed, number = np.empty(2 * count, np.int32), np.empty(2 * count, np.int64)
    everybody, found = np.arange(count, dtype=np.int32), []
    for day in range(days):
        here = live_day(state, rates, power, 1.0, 1.0, failed, number)
        found.append(pd.DataFrame({"elevator": failed[:here].copy(), "number": number[:here].copy(), "day": day + 0.5}))
        if repaired is not None:
            visit(state, failed[:here], repaired, power)
        if every and (day + 1) % every == 0:
            visit(state, everybody, left, power)
    return pd.concat(found, ignore_index=True)


# -- the power law: 500 elevators, ten years, b = 1.5, eta = 2 years ---------------------------------------------------

B, ETA_D, DAYS, ELEVATORS = 1.5, 2 * YEAR_D, 3653, 500
HORIZON_D = float(DAYS)


@pytest.fixture(scope="module")
def power_law() -> pd.DataFrame:
    return lived(ETA_D**-B, B, DAYS, ELEVATORS)


def test_counts_follow_the_power_law(power_law: pd.DataFrame) -> None:
    """Minimal repair makes a Poisson process with mean (T / eta) ** b (Crow 1974), by year and by elevator."""
    edges = np.linspace(0, HORIZON_D, 11)
    expected = ELEVATORS * np.diff((edges / ETA_D) ** B)
    counts = np.histogram(power_law["day"], edges)[0]
    assert np.abs(counts - expected).max() < 4 * np.sqrt(expected.max())
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 0.001
    each = np.bincount(power_law["elevator"], minlength=ELEVATORS)
    assert each.var() / each.mean() == pytest.approx(1, abs=4 * np.sqrt(2 / ELEVATORS))


def closed_form(failures: pd.DataFrame) -> float:
    """The maximum-likelihood estimate b = N / sum ln(T / t)."""
    return float(len(failures) / np.log(HORIZON_D / failures["day"]).sum())


def test_the_closed_form_estimate_recovers_the_exponent(power_law: pd.DataFrame) -> None:
    assert closed_form(power_law) == pytest.approx(B, abs=4 * B / np.sqrt(len(power_law)))


def with_ends(failures: pd.DataFrame, elevators: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, elevators and marks as programs of reliability want them: each life with its end."""
    ends = pd.DataFrame({"elevator": np.arange(elevators), "day": HORIZON_D, "end": 1})
    rows = pd.concat([failures.assign(end=0), ends]).sort_values(["elevator", "day", "end"])
    return rows["day"].to_numpy(), rows["elevator"].to_numpy(), rows["end"].to_numpy()


def test_an_independent_program_finds_the_same_power_law(power_law: pd.DataFrame) -> None:
    surpyval = pytest.importorskip("surpyval", reason="surpyval is not installed (extra test)")
    x, i, c = with_ends(power_law, ELEVATORS)
    model = surpyval.recurrent.CrowAMSAA.fit(x=x, i=i, c=c)
    alpha, beta = model.params
    assert beta == pytest.approx(closed_form(power_law), rel=1e-3)
    assert ELEVATORS * (HORIZON_D / alpha) ** beta == pytest.approx(len(power_law), rel=1e-3)


def test_an_independent_program_finds_the_imperfect_repair() -> None:
    """Kijima's second model: what a repair leaves and the power law of wear, from the times of failures alone."""
    surpyval = pytest.importorskip("surpyval", reason="surpyval is not installed (extra test)")
    left, power, scale_d, elevators = 0.4, 2.0, 400.0, 150
    failures = lived(scale_d**-power, power, DAYS, elevators, repaired=left)
    x, i, c = with_ends(failures, elevators)
    model = surpyval.recurrent.GeneralizedRenewal.fit(x=x, i=i, c=c, kijima="ii")
    assert model.q == pytest.approx(left, abs=0.1)
    assert model.model.params[0] == pytest.approx(scale_d, rel=0.13)
    assert model.model.params[1] == pytest.approx(power, abs=0.23)


@pytest.mark.parametrize("every", [15, 45])
def test_visits_keep_wear_at_its_closed_form(every: int) -> None:
    """In rounds the virtual time swings between two values, so the mean intensity is known exactly."""
    parameters = ElevatorParameters(maintenance_efficiency=0.6, wear_power=1.8)
    left, rate, elevators, days = 0.4, 2e-4, 2_000, 1_350
    failures = lived(rate, 1.8, days, elevators, every=every, left=left)
    settled = failures[failures["day"] > 450]
    expected = elevators * 900 * rate * mean_growth(parameters, every)
    assert len(settled) == pytest.approx(expected, abs=4 * np.sqrt(expected))
    until_visit = (settled["day"].to_numpy() - 0.5) % every
    begin = days_left_by_visits(parameters, every)
    law = (begin + np.arange(every + 1)) ** 1.8
    counts = np.bincount(until_visit.astype(int), minlength=every)
    assert stats.chisquare(counts, np.diff(law) / (law[-1] - law[0]) * counts.sum()).pvalue > 0.001
    assert (settled["number"] % 2 == WEAR).all()


# -- the generator -----------------------------------------------------------------------------------------------------


def test_the_generator_is_the_published_one() -> None:
    """The first outputs of SplitMix64 from the seeds 0 and 1234567, as its authors' program prints them."""
    known = {
        0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F),
        1234567: (6457827717110365317, 3203168211198807973, 9817491932198370423),
    }
    for seed, outputs in known.items():
        states = np.uint64(seed) + np.arange(1, 4, dtype=np.uint64) * GOLDEN
        assert [int(mixed(state)) for state in states] == list(outputs)


def test_chance_is_even_and_independent_of_neighbours() -> None:
    """Keys that follow one another, numbers that follow one another, and purposes: none shows in another's chance."""
    count = 200_000
    key, one = np.arange(count, dtype=np.uint64), np.zeros(count, np.int64)
    drawn = {}
    for name, keys, numbers, purpose in (
        ("keys", key, one, 1), ("purposes", key, one, 2), ("numbers", key, one + 1, 1),
        ("one key", np.zeros(count, np.uint64), np.arange(count), 1),
    ):  # fmt: skip
        drawn[name] = np.empty(count)
        write_chances(keys, numbers, purpose, drawn[name])
        assert stats.kstest(drawn[name], "uniform").pvalue > 0.001, name
        assert stats.pearsonr(drawn[name][1:], drawn[name][:-1]).pvalue > 0.001, name
    for name in ("purposes", "numbers", "one key"):
        assert stats.pearsonr(drawn["keys"], drawn[name]).pvalue > 0.001, name
