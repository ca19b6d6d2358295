"""The references that the simulator is held against give the answers of the literature, and of another program."""

from __future__ import annotations

from functools import cache

import ciw
import numpy as np
import pytest
from scipy.special import stdtrit
from support.queues import (
    Hypercube,
    approximate_workloads,
    erlang_b,
    erlang_c,
    larson_correction,
    loss_with_any_service,
    mean_wait,
    number_busy,
    priority_waits,
    solve,
)

RATES = (0.50, 0.25, 0.35, 0.40)
LISTS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (2, 0, 1))


def three_servers(queue: bool) -> Hypercube:
    """Larson and Odoni, Urban Operations Research (1981), 5.4.3 and 5.5.3, calls put together by their lists."""
    return Hypercube.of(RATES, LISTS, 1.0, queue)


def ten_servers(seed: int, queue: bool, equal: bool = True) -> Hypercube:
    """Twenty atoms with lists and rates by chance, a load of 8."""
    generator = np.random.default_rng(seed)
    calls = generator.dirichlet(np.ones(20)) * 8
    lists = [generator.permutation(10) for _ in calls]
    return Hypercube.of(calls, lists, 1.0 if equal else generator.uniform(0.9, 1.6, 10), queue)


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
def test_erlangs_formulas_give_the_tabled_values(servers, load, lost, waits):
    assert erlang_b(servers, load) == pytest.approx(lost, abs=1e-8)
    assert erlang_c(servers, load) == pytest.approx(waits, abs=1e-8)
    assert number_busy(servers, load, queue=False)[-1] == pytest.approx(lost, abs=1e-8)
    assert number_busy(servers, load, queue=True)[-1] == pytest.approx(waits, abs=1e-8)


@pytest.mark.parametrize(
    ("servers", "loads", "waits"),
    [(3, (0.5, 1.0), (0.094737, 0.189474)), (10, (3.0, 5.0), (0.058454, 0.292272))],
)
def test_two_priorities_wait_as_tabled(servers, loads, waits):
    assert priority_waits(servers, loads) == pytest.approx(waits, abs=1e-6)


def test_priorities_change_who_waits_and_not_how_long_all_wait_together():
    """The conservation law (Kleinrock 1965): with the same service, order alone cannot shorten the mean wait."""
    loads = (3.0, 5.0)
    high, low = priority_waits(10, loads)
    assert (loads[0] * high + loads[1] * low) / 8 == pytest.approx(mean_wait(10, 8.0), rel=1e-12)


def test_a_queue_that_would_grow_for_ever_is_refused():
    with pytest.raises(ValueError, match="steady state"):
        erlang_c(3, 3.0)
    with pytest.raises(ValueError, match="steady state"):
        Hypercube.of([3.0], [[0, 1, 2]], 1.0, queue=True)
    with pytest.raises(ValueError, match="every server once"):
        Hypercube.of([1.0], [[0, 1, 1]], 1.0, queue=True)


def test_the_hypercube_with_a_queue_gives_larson_and_odonis_workloads():
    found = solve(three_servers(queue=True))
    assert found.workloads == pytest.approx([0.557364, 0.473372, 0.469264], abs=1e-6)
    assert found.all_busy == pytest.approx(0.23684, abs=1e-5)
    assert found.mean_wait == pytest.approx(mean_wait(3, 1.5), rel=1e-12)


def test_the_hypercube_without_a_queue_gives_the_known_workloads_loss_and_shares():
    found = solve(three_servers(queue=False))
    assert found.workloads == pytest.approx([0.49791, 0.40263, 0.39797], abs=1e-5)
    assert found.all_busy == pytest.approx(0.13433, abs=1e-5)
    assert found.shares[0] == pytest.approx([0.58001, 0.29566, 0.12433], abs=1e-5)


def test_larsons_approximation_gives_the_published_workloads():
    found = approximate_workloads(three_servers(queue=True))
    assert found == pytest.approx([0.5627, 0.4716, 0.4657], abs=1.1e-4)  # the book's 0.4716 is 0.47170 here


@pytest.mark.parametrize("queue", [True, False])
def test_larsons_approximation_is_near_the_exact_workloads(queue):
    for cube in (three_servers(queue), ten_servers(5, queue)):
        assert approximate_workloads(cube) == pytest.approx(solve(cube).workloads, rel=0.05)


@pytest.mark.parametrize("queue", [True, False])
def test_one_server_needs_no_correction(queue):
    assert larson_correction(1, 0.6, queue) == pytest.approx([1.0])


@pytest.mark.parametrize("queue", [True, False])
def test_equal_servers_are_busy_as_erlang_says_whatever_the_lists(queue):
    """Who is sent does not change how many are busy, so that 1,024 states must add up to a birth-death chain."""
    found = solve(ten_servers(1, queue))
    busy = np.bitwise_count(np.arange(2**10, dtype=np.uint64))
    by_number = np.bincount(busy, weights=found.states, minlength=11)
    assert by_number[:10] == pytest.approx(number_busy(10, 8.0, queue)[:10], abs=1e-12)
    assert found.all_busy == pytest.approx((erlang_c if queue else erlang_b)(10, 8.0), abs=1e-10)
    assert found.workloads.sum() == pytest.approx(8.0 if queue else 8.0 * (1 - found.all_busy), abs=1e-9)


@pytest.mark.parametrize("queue", [True, False])
@pytest.mark.parametrize("equal", [True, False])
def test_each_server_works_as_much_as_is_sent_to_it(queue, equal):
    """Workload is served calls times their mean service, also where servers differ."""
    cube = ten_servers(3, queue, equal)
    found = solve(cube)
    served = cube.arrival_rates if queue else cube.arrival_rates * (1 - found.all_busy)
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-10)
    assert served @ found.shares / cube.service_rates == pytest.approx(found.workloads, abs=1e-9)


def test_unequal_servers_with_a_queue_agree_with_a_long_chain():
    """The closed tail against 200 places to wait, written out state by state for two servers."""
    first, second, rates = 0.7, 0.5, (1.0, 0.6)
    found = solve(Hypercube.of([first, second], [[0, 1], [1, 0]], rates, queue=True))
    size = 4 + 200
    flow = np.zeros((size, size))
    flow[0, 1], flow[0, 2] = first, second
    flow[1, 0], flow[2, 0], flow[3, 2], flow[3, 1] = rates[0], rates[1], rates[0], rates[1]
    flow[1, 3] = flow[2, 3] = first + second
    for state in range(3, size - 1):
        flow[state, state + 1], flow[state + 1, state] = first + second, sum(rates)
    equations = flow.T - np.diag(flow.sum(axis=1))
    equations[-1] = 1.0
    chain = np.linalg.solve(equations, np.append(np.zeros(size - 1), 1.0))
    assert found.states == pytest.approx(chain[:4], abs=1e-10)
    assert found.workloads == pytest.approx([chain[1] + chain[3:].sum(), chain[2:].sum()], abs=1e-10)
    assert found.mean_wait == pytest.approx(chain[3:] @ np.arange(size - 3) / (first + second), abs=1e-9)


# An independent program: Ciw, with batch means over one run.

BATCHES = 20


def assert_covers(batches: list[float], exact: float, half_at_most: float) -> None:
    """Check that the 99.7 % interval of the batch means is narrow and holds the exact value."""
    half = float(stdtrit(len(batches) - 1, 0.9985)) * float(np.std(batches, ddof=1)) / len(batches) ** 0.5
    assert half < half_at_most, f"too little power: {half}"
    assert abs(float(np.mean(batches)) - exact) < half, f"{np.mean(batches)} +- {half} against {exact}"


@cache
def cube_in_ciw(queue: bool, /) -> list[tuple[int, int, float, float, str]]:
    """Simulate the three servers: (atom, server, arrival, wait, kind of record) of each call, the first 200 dropped."""
    ciw.seed(7)
    lists = {f"atom {atom}": order for atom, order in enumerate(LISTS)}
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(rate)] for name, rate in zip(lists, RATES, strict=True)},
        service_distributions={name: [ciw.dists.Exponential(1.0)] for name in lists},
        number_of_servers=[3],
        queue_capacities=[float("inf") if queue else 0],
        server_priority_functions=[lambda server, call: lists[call.customer_class].index(server.id_number - 1)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(20_000.0)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    return [
        (
            int(record.customer_class[-1]),
            0 if record.record_type == "rejection" else int(record.server_id) - 1,
            record.arrival_date,
            record.waiting_time,
            record.record_type,
        )
        for record in records[200:]
    ]


def batches_of(values: np.ndarray) -> list[float]:
    return [float(part.mean()) for part in np.array_split(values, BATCHES)]


def test_an_independent_program_waits_as_often_as_the_hypercube():
    records, exact = cube_in_ciw(True), solve(three_servers(queue=True))
    waits = np.array([record[3] for record in records])
    assert_covers(batches_of(waits > 0), exact.all_busy, 0.025)
    assert_covers(batches_of(waits), exact.mean_wait, 0.04)


@pytest.mark.parametrize("queue", [True, False])
def test_an_independent_program_sends_the_same_servers_as_the_hypercube(queue):
    records, exact = cube_in_ciw(queue), solve(three_servers(queue))
    served = [record for record in records if record[4] == "service"]
    for atom in range(4):
        servers = np.array([record[1] for record in served if record[0] == atom])
        for server in range(3):
            assert_covers(batches_of(servers == server), exact.shares[atom, server], 0.035)


def test_an_independent_program_loses_as_many_calls_as_the_hypercube():
    lost = np.array([record[4] == "rejection" for record in cube_in_ciw(False)])
    assert_covers(batches_of(lost), 0.13433, 0.012)


@pytest.mark.parametrize(
    "service",
    [
        ciw.dists.Deterministic(0.5),
        ciw.dists.Uniform(0.0, 1.0),
        ciw.dists.HyperExponential([1 / 1.4, 1 / 0.2], [0.25, 0.75]),
    ],
)
def test_the_shape_of_the_service_does_not_change_the_loss(service):
    """Two servers, a load of one: a fifth is lost (Erlang's B), with every service of mean one half."""
    ciw.seed(11)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(2.0)],
        service_distributions=[service],
        number_of_servers=[2],
        queue_capacities=[0],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(10_000.0)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    lost = np.array([record.record_type == "rejection" for record in records])
    assert loss_with_any_service(2, 2.0, 0.5) == pytest.approx(0.2)
    assert_covers(batches_of(lost), loss_with_any_service(2, 2.0, 0.5), 0.02)


def test_an_independent_program_makes_two_priorities_wait_as_the_formula_says():
    ciw.seed(13)
    network = ciw.create_network(
        arrival_distributions={"high": [ciw.dists.Exponential(0.5)], "low": [ciw.dists.Exponential(1.0)]},
        service_distributions={name: [ciw.dists.Exponential(1.0)] for name in ("high", "low")},
        number_of_servers=[3],
        priority_classes={"high": 0, "low": 1},
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(20_000.0)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)[200:]
    for name, exact in zip(("high", "low"), priority_waits(3, (0.5, 1.0)), strict=True):
        waits = np.array([record.waiting_time for record in records if record.customer_class == name])
        assert_covers(batches_of(waits), exact, 0.3 * exact)
