"""The call desk as M/M/c: against Erlang's formula, and call by call against the recursion and another program."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import ciw
import numpy as np
import pytest
from scipy.special import pdtr, stdtrit
from scipy.stats import poisson
from support.desk import Times, poisson_calls, waits_at_the_desk

SEATS = 7
TALK_S = 100.0
REPLICATIONS = 40
WARM_UP_CALLS = 200


def erlang_b(servers: int, load: float) -> float:
    """Probability that all servers are busy where nobody waits (Erlang 1917)."""
    at_most = float(pdtr(servers, load))
    return (at_most - float(pdtr(servers - 1, load))) / at_most


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c with an infinite queue (Erlang 1917), by way of the loss formula."""
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


@pytest.mark.parametrize(
    ("servers", "load", "lost", "waits"),
    [
        (2, 1, 0.2, 0.33333333),
        (3, 1.5, 0.13432836, 0.23684211),
        (10, 8, 0.12166106, 0.40918015),
        (60, 45, 0.00543418, 0.02138806),
        (100, 90, 0.02695738, 0.21694048),
    ],
)
def test_the_formula_itself_gives_the_tabled_values(servers, load, lost, waits):
    """Else the comparison below would compare with something else than Erlang's formula."""
    assert erlang_b(servers, load) == pytest.approx(lost, abs=1e-8)
    assert erlang_c(servers, load) == pytest.approx(waits, abs=1e-8)


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replications with its 99 % interval."""

    mean: float
    half: float


def estimate(values: list[float], controls: list[Times]) -> Estimate:
    """Estimate a mean with control variates, whose mean is 0 (Lavenberg and Welch 1981, Mgmt. Science 27)."""
    design = np.column_stack([np.ones(len(values)), np.array(controls)])
    factors, *_ = np.linalg.lstsq(design, np.array(values), rcond=None)
    freedom = len(values) - design.shape[1]
    variance = float(np.sum((np.array(values) - design @ factors) ** 2)) / freedom
    error = (variance * float(np.linalg.inv(design.T @ design)[0, 0])) ** 0.5
    return Estimate(float(factors[0]), float(stdtrit(freedom, 0.995)) * error)


def controls_of(ring_s: Times, talk_s: Times, load: float) -> Times:
    """Return what the same calls would do at a desk with a seat for everyone (M/M/infinity), less its known mean.

    There a call meets a Poisson number of others. Where it meets many, ours waits: most of the chance goes away.
    """
    met = (np.arange(len(ring_s)) - np.searchsorted(np.sort(ring_s + talk_s), ring_s))[WARM_UP_CALLS:]
    number = np.arange(200)
    probability = poisson.pmf(number, load)
    return np.array(
        [
            (np.maximum(met - SEATS + 1, 0) ** power).mean()
            - probability @ (np.maximum(number - SEATS + 1, 0) ** power)
            for power in (1, 2)
        ]
        + [
            (met >= SEATS).mean() - probability[SEATS:].sum(),
            talk_s.mean() / TALK_S - 1,
            np.diff(ring_s, prepend=0.0).mean() * load / TALK_S - 1,
        ]
    )


@pytest.mark.parametrize(("load", "calls"), [(3.0, 2_500), (5.0, 2_200), (6.0, 2_800)])
def test_waiting_at_the_desk_is_what_erlang_says(load, calls):
    """If it were not, every answer time that the twin gives for another number of seats would be wrong."""
    shares, means, controls = [], [], []
    for replication in range(REPLICATIONS):
        ring_s, talk_s = poisson_calls(2021, replication, calls, load, TALK_S)
        waits_s = waits_at_the_desk(ring_s, talk_s, SEATS)[WARM_UP_CALLS:]
        shares.append(float((waits_s > 0).mean()))
        means.append(float(waits_s.mean()) / TALK_S)
        controls.append(controls_of(ring_s, talk_s, load))
    waits = erlang_c(SEATS, load)
    for name, values, theory in (("share", shares, waits), ("mean", means, waits / (SEATS - load))):
        found = estimate(values, controls)
        assert found.half < 0.1 * theory, f"{name}: the test has too little power, {found} for {theory}"
        assert abs(found.mean - theory) < found.half, f"{name}: {found} against {theory}"


def first_come_first_served(ring_s: Times, talk_s: Times, seats: int) -> Times:
    """Return each call's wait by the recursion of Kiefer and Wolfowitz (1955), Trans. Amer. Math. Soc. 78."""
    free_s = [0.0] * seats
    waits_s = np.empty(len(ring_s))
    for call, (ring, talk) in enumerate(zip(ring_s.tolist(), talk_s.tolist(), strict=True)):
        begins = max(ring, heapq.heappop(free_s))
        waits_s[call] = begins - ring
        heapq.heappush(free_s, begins + talk)
    return waits_s


@pytest.mark.parametrize("load", [3.0, 5.0, 6.0, 7.5])
def test_every_single_call_waits_as_long_as_first_come_first_served_says(load):
    """Erlang's means would also come out where calls overtake one another."""
    ring_s, talk_s = poisson_calls(7, 0, 3_000, load, TALK_S)
    expected = first_come_first_served(ring_s, talk_s, SEATS)
    np.testing.assert_allclose(waits_at_the_desk(ring_s, talk_s, SEATS), expected, atol=1e-5)


def test_an_independent_program_finds_the_same_wait_for_every_call():
    """Ciw, given the same ringing times and talks."""
    ring_s, talk_s = poisson_calls(11, 0, 5_000, 6.0, TALK_S)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(ring_s, prepend=0.0).tolist(), float("inf")])],
        service_distributions=[ciw.dists.Sequential(talk_s.tolist())],
        number_of_servers=[SEATS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(float(ring_s[-1] + 100 * TALK_S))
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    assert len(records) == len(ring_s)
    np.testing.assert_allclose([record.arrival_date for record in records], ring_s, atol=1e-5)
    theirs = np.array([record.waiting_time for record in records])
    np.testing.assert_allclose(waits_at_the_desk(ring_s, talk_s, SEATS), theirs, atol=1e-5)
    assert (theirs > 1e-6).mean() == pytest.approx(erlang_c(SEATS, 6.0), rel=0.3)
