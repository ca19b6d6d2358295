"""The fleet as servers: against Erlang's loss formula, Larson's hypercube, priorities at dispatch, and Ciw.

The vehicles, the dispatch rules and the list of waiting calls are the simulator's own; `support.fleet` says what is
taken away. Intervals are of 99 % over independent replications; where several figures of one model are looked at, the
interval of each is so much wider that all of them together are covered in 99 % (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import ciw
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import poisson
from support.fleet import (
    HELD_BY,
    SERVICE_S,
    SIDE,
    Array,
    Calls,
    assert_covers,
    calls_met,
    estimate,
    fleet_city,
    live,
    node_at,
    poisson_calls,
)
from support.queues import Hypercube, erlang_b, mean_wait, priority_waits, solve

from twin.city.city import City
from twin.core.decisions import Rule
from twin.policies.emergency.dispatch.nearest_by_drive_time import nearest_by_drive_time
from twin.policies.emergency.dispatch.nearest_by_straight_line import nearest_by_straight_line
from twin.policies.emergency.dispatch.station_district import station_district
from twin.policies.emergency.queue.in_order_of_readiness import in_order_of_readiness

SEED = 2021
SHAPES = ("exponential", "deterministic", "lognormal")
OVERFLOW = 40
"""Vehicles that stand farthest away: a call that gets one of them has found all others busy."""


def controls_of(calls: Calls, load: float, servers: int, warm_up_calls: int) -> Array:
    """Return what the same calls would meet if there were a vehicle for everyone, less its known mean.

    Where they meet many, they find all busy here: most of the chance goes away.
    """
    met = calls_met(calls)[warm_up_calls:]
    number = np.arange(200)
    chance = poisson.pmf(number, load)
    return np.array(
        [
            (np.maximum(met - servers + 1, 0) ** power).mean() - chance @ (np.maximum(number - servers + 1, 0) ** power)
            for power in (1, 2)
        ]
        + [
            (met >= servers).mean() - chance[servers:].sum(),
            met.mean() - load,
        ]
    )


# -- the loss system -------------------------------------------------------------------------------------------------


@cache
def hunting_city() -> City:
    """Stations of one crew each, one farther away than the other, and the overflow behind them.

    A vehicle is sent only while all nearer ones are busy, so that the vehicles behind the k-th take what k would lose.
    """
    return fleet_city({node_at(column, 0): 1 for column in range(1, 13)} | {node_at(SIDE - 1, 0): OVERFLOW})


LOSSES = ((2, 1.0), (3, 1.5), (10, 8.0))
"""Vehicles and offered load: losses of 0.2, 0.13432836, 0.12166106."""


def loss_calls(generator: np.random.Generator, load: float, count: int, shape: str) -> Calls:
    return poisson_calls(generator, [load], count, nodes=[node_at(0, 0)], shape=shape)


def check_loss(servers: int, load: float, shape: str, replications: int, count: int, half: float) -> None:
    """Compare the share of calls that find the first vehicles busy with Erlang's formula."""
    warm_up_calls = 20 + int(10 * load)
    lost, controls = [], []
    for replication in range(replications):
        calls = loss_calls(np.random.default_rng([SEED, replication]), load, count + warm_up_calls, shape)
        sent = live(hunting_city(), calls, warm_up_calls=warm_up_calls).vehicle
        lost.append(float((sent >= servers).mean()))
        controls.append(controls_of(calls, load, servers, warm_up_calls))
    theory = erlang_b(servers, load)
    assert_covers(f"B({servers}, {load}), {shape}", estimate(lost, controls), theory, half * theory)


@pytest.mark.parametrize(
    ("servers", "load", "shape"),
    [*((*case, "exponential") for case in LOSSES), (3, 1.5, "deterministic"), (3, 1.5, "lognormal")],
)
def test_calls_that_find_all_vehicles_busy_are_as_many_as_erlang_says(servers, load, shape):
    """If they were not, vehicles would be free or busy at the wrong times, whatever the city.

    M/G/n/n is insensitive (Sevastyanov 1957): a loss that changed with the shape of the missions would mean that they
    last, on the mean, longer or shorter than they should.
    """
    check_loss(servers, load, shape, replications=16, count=200, half=0.15)


@pytest.mark.study
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("servers", "load"), LOSSES)
def test_erlangs_loss_comes_out_to_a_few_percent_whatever_the_load_and_the_shape(servers, load, shape):
    """As above, long enough to see an error of a few percent."""
    check_loss(servers, load, shape, replications=30, count=900, half=0.07)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_very_calls_that_find_all_vehicles_busy_are_those_of_a_loss_system(shape):
    """Erlang's share would also come out if the wrong calls found the vehicles busy, here one by one.

    What the loss system of ten lines does with many more calls is then what the simulator would do: within 2 % of
    Erlang for every number of vehicles.
    """
    vehicles = tuple(range(len(hunting_city().map.stations) - 1 + OVERFLOW))
    lists = {node_at(0, 0): vehicles}
    calls = loss_calls(np.random.default_rng([SEED, 100]), 8.0, 700, shape)
    expected, _ = by_lists(calls, lists, len(vehicles), queue=False)
    np.testing.assert_array_equal(live(hunting_city(), calls).vehicle, expected)
    many, _ = by_lists(loss_calls(np.random.default_rng([SEED, 101]), 8.0, 300_000, shape), lists, len(vehicles), False)
    for servers in (4, 7, 10):
        assert float((many >= servers).mean()) == pytest.approx(erlang_b(servers, 8.0), rel=0.02)


@pytest.mark.parametrize("held_by", [*((name,) for name in HELD_BY), HELD_BY, ("no_patient_scene_s",)])
def test_every_part_of_a_mission_keeps_the_vehicle_for_exactly_its_length(held_by):
    """Erlang's mean would also come out where one part is lost and another counts twice."""
    generator = np.random.default_rng([SEED, 99])
    calls = poisson_calls(generator, [0.5], 12, nodes=[node_at(0, 0)])
    apart = Calls(np.arange(12) * 10 * SERVICE_S, calls.node, calls.service_s, calls.severity)
    lived = live(hunting_city(), apart, held_by=held_by)
    assert (lived.vehicle == 0).all(), "with calls far apart the nearest vehicle is always free"
    span_s = apart.ring_s[-1]
    assert lived.busy_share[0] * span_s == pytest.approx(apart.service_s[:-1].sum(), abs=0.01)
    assert not lived.busy_share[1:].any()


# -- the hypercube ---------------------------------------------------------------------------------------------------

THREE_LOADS = (0.50, 0.25, 0.35, 0.40)
THREE_LISTS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (2, 0, 1))
THREE_ATOMS = tuple(node_at(column, 0) for column in (8, 16, 2, 22))
"""Larson and Odoni, Urban Operations Research (1981), 5.4.3 and 5.5.3, calls put together by their lists."""


def three_cube(queue: bool) -> Hypercube:
    return Hypercube.of(THREE_LOADS, THREE_LISTS, 1.0, queue)


@cache
def three_server_city(queue: bool) -> City:
    """Vehicle 1 stands between 2 and 3 on a line, atoms with its calls on either side of it, those of 2 and 3 at their
    stations; there is a station without a crew at each atom, so that the lists of stations are the same lists.
    """
    crews = {node_at(column, 0): 1 for column in (12, 2, 22)} | {node_at(column, 0): 0 for column in (8, 16)}
    return fleet_city(crews if queue else crews | {node_at(12, SIDE - 1): OVERFLOW})


RULES = (nearest_by_drive_time, nearest_by_straight_line, station_district)


@pytest.mark.parametrize("queue", [True, False])
@pytest.mark.parametrize("rule", RULES)
def test_a_call_goes_to_the_first_free_vehicle_of_its_atoms_list(rule, queue):
    """Else the comparison with the hypercube is one with other lists, and its numbers mean nothing."""
    calls = poisson_calls(np.random.default_rng([SEED, 7]), THREE_LOADS, 400, nodes=THREE_ATOMS)
    lived = live(three_server_city(queue), calls, rules={"dispatch": rule})
    vehicle, wait_s = by_lists(calls, dict(zip(THREE_ATOMS, THREE_LISTS, strict=True)), 3, queue)
    np.testing.assert_array_equal(np.minimum(lived.vehicle, 3), vehicle)
    np.testing.assert_allclose(lived.wait_s, wait_s, atol=1e-3)


def by_lists(
    calls: Calls, lists: dict[int, tuple[int, ...]], servers: int, queue: bool
) -> tuple[NDArray[np.int64], Array]:
    """Serve calls by lists of preference, who waits first come first served; ``servers`` stands for lost."""
    free_s = [0.0] * (servers + 1)
    vehicle, wait_s = np.empty(len(calls), dtype=np.int64), np.zeros(len(calls))
    for call, (ring_s, node) in enumerate(zip(calls.ring_s.tolist(), calls.node.tolist(), strict=True)):
        idle = [server for server in lists[node] if free_s[server] <= ring_s]
        first = min(range(servers), key=free_s.__getitem__) if queue else servers
        vehicle[call] = sent = idle[0] if idle else first
        begins_s = ring_s if idle or not queue else free_s[sent]
        wait_s[call] = begins_s - ring_s
        free_s[sent] = begins_s + calls.service_s[call]
    return vehicle, wait_s


def check_hypercube(
    city: City,
    cube: Hypercube,
    nodes: tuple[int, ...],
    replications: int,
    count: int,
    halves: tuple[float, float],
    dispatch: Rule = nearest_by_drive_time,
) -> None:
    """Compare workloads, waiting or loss, and who serves which atom, with the exact solution.

    Parameters
    ----------
    halves
        The widest interval with which a figure still means something: of workloads and P(all busy), of shares.
    """
    exact, servers, load = solve(cube), len(cube.service_rates), float(cube.arrival_rates.sum())
    warm_up_calls = 60 + int(20 * load)
    found: dict[str, tuple[float, float, list[float]]] = {}
    controls = []

    def note(name: str, theory: float, half: float, value: float) -> None:
        found.setdefault(name, (theory, half, []))[2].append(value)

    for replication in range(replications):
        generator = np.random.default_rng([SEED, 1, replication])
        calls = poisson_calls(generator, cube.arrival_rates.tolist(), count + warm_up_calls, nodes=nodes)
        rules = {"queue": in_order_of_readiness, "dispatch": dispatch}
        lived = live(city, calls, rules=rules, warm_up_calls=warm_up_calls)
        controls.append(controls_of(calls, load, servers, warm_up_calls))
        all_busy = (lived.wait_s > 0) if cube.queue else lived.vehicle >= servers
        note("all busy", exact.all_busy, halves[0], float(all_busy.mean()))
        if cube.queue:
            note("mean wait", exact.mean_wait, halves[0], float(lived.wait_s.mean()) / SERVICE_S)
        for server in range(servers):
            note(f"workload {server}", exact.workloads[server], halves[0], lived.busy_share[server])
        for atom, node in enumerate(nodes[:4]):
            served = lived.vehicle[(calls.node[warm_up_calls:] == node) & (lived.vehicle < servers)]
            for server in range(min(servers, 4)):
                share = float((served == server).mean())
                note(f"share of {server} in {atom}", exact.shares[atom, server], halves[1], share)
    for name, (theory, half, values) in found.items():
        assert_covers(name, estimate(values, controls, 1 - 0.01 / len(found)), theory, half)


@pytest.mark.parametrize("queue", [True, False])
def test_three_vehicles_are_busy_and_sent_as_larson_and_odoni_say(queue):
    """Urban Operations Research (1981): with a queue 0.5574, 0.4734, 0.4693 and P(wait) 0.2368; without it 0.4979,
    0.4026, 0.3980 and a loss of 0.1343. Else the dispatch of a city with more vehicles could not be trusted either.
    """
    check_hypercube(three_server_city(queue), three_cube(queue), THREE_ATOMS, 16, 280, (0.11, 0.17))


@pytest.mark.study
@pytest.mark.parametrize("queue", [True, False])
def test_three_vehicles_are_busy_and_sent_as_larson_and_odoni_say_to_two_digits(queue):
    """As above, long enough to tell the exact workloads from those of equal sharing."""
    check_hypercube(three_server_city(queue), three_cube(queue), THREE_ATOMS, 40, 1500, (0.02, 0.035))


CORNER = 12
"""The ten vehicles and their atoms are in a corner of the city of so many columns and rows, the overflow opposite."""


@cache
def ten_places() -> tuple[tuple[int, ...], tuple[int, ...], NDArray[np.int64]]:
    """Draw nodes of ten stations and of twenty atoms, and the atoms' lists by distance, none of them a tie."""
    generator = np.random.default_rng(SEED)
    drawn = generator.permutation(CORNER**2)
    places = np.column_stack([drawn % CORNER, drawn // CORNER])
    squared = ((places[10:, None, :] - places[None, :10, :]) ** 2).sum(axis=2)
    plain = np.array([len(set(row)) == 10 for row in squared.tolist()])
    atoms, lists = places[10:][plain][:20], squared[plain][:20].argsort(axis=1)
    if len(atoms) < 20:
        raise ValueError("too few places without a tie")
    nodes = [[node_at(*place) for place in chosen.tolist()] for chosen in (places[:10], atoms)]
    return tuple(nodes[0]), tuple(nodes[1]), lists


@cache
def ten_server_city(queue: bool) -> City:
    crews = dict.fromkeys(ten_places()[0], 1)
    return fleet_city(crews if queue else crews | {node_at(SIDE - 1, SIDE - 1): OVERFLOW})


def ten_cube(queue: bool) -> Hypercube:
    """A load of 8 on ten servers, shared among the atoms by chance: a loss of 0.1217, or 0.4092 wait."""
    loads = np.random.default_rng([SEED, 2]).dirichlet(np.ones(20)) * 8
    return Hypercube.of(loads, ten_places()[2], 1.0, queue)


@pytest.mark.parametrize("queue", [True, False])
def test_ten_vehicles_serve_every_single_call_as_an_independent_program_lets_them(queue):
    """Ciw, given the same calls, services and lists: the same vehicle and the same wait for each."""
    cube, (_, atoms, lists) = ten_cube(queue), ten_places()
    calls = poisson_calls(np.random.default_rng([SEED, 8]), cube.arrival_rates.tolist(), 1200, nodes=atoms)
    rules = {"dispatch": nearest_by_straight_line, "queue": in_order_of_readiness}
    lived = live(ten_server_city(queue), calls, rules=rules)
    servers = 10 if queue else 10 + OVERFLOW
    orders = {node: [*order, *range(10, servers)] for node, order in zip(atoms, lists.tolist(), strict=True)}
    vehicle, wait_s = in_ciw(calls, calls.node, servers, orders=orders)
    assert (vehicle >= 10).any() or (wait_s > 0).any(), "nothing was ever short"
    np.testing.assert_array_equal(lived.vehicle, vehicle)
    np.testing.assert_allclose(lived.wait_s, wait_s, atol=1e-3)


def in_ciw(
    calls: Calls,
    kind: NDArray[np.int64],
    servers: int,
    *,
    orders: Mapping[int, Sequence[int]] | None = None,
    priorities: Mapping[int, int] | None = None,
) -> tuple[NDArray[np.int64], Array]:
    """Serve calls in Ciw; each kind of call has its list of servers, or its priority. Return server and wait."""
    kinds = sorted(set(kind.tolist()))
    end = float("inf")
    network = ciw.create_network(
        arrival_distributions={
            f"kind {one}": [ciw.dists.Sequential([*np.diff(calls.ring_s[kind == one], prepend=0.0).tolist(), end])]
            for one in kinds
        },
        service_distributions={
            f"kind {one}": [ciw.dists.Sequential(calls.service_s[kind == one].tolist())] for one in kinds
        },
        number_of_servers=[servers],
        priority_classes={f"kind {one}": (priorities or {}).get(one, 0) for one in kinds},
        server_priority_functions=[
            lambda server, call: orders[int(call.customer_class[5:])].index(server.id_number - 1) if orders else 0
        ],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(float(calls.ring_s[-1] + 100 * SERVICE_S))
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    np.testing.assert_allclose([record.arrival_date for record in records], calls.ring_s, atol=1e-3)
    wait_s = np.array([record.waiting_time for record in records])
    return np.array([record.server_id - 1 for record in records]), np.where(np.abs(wait_s) < 1e-6, 0.0, wait_s)


@pytest.mark.study
@pytest.mark.parametrize("queue", [True, False])
def test_ten_vehicles_are_busy_and_sent_as_the_exact_hypercube_says(queue):
    """1,024 states solved exactly: else a district's vehicles would be helped by the wrong neighbours."""
    halves = (0.08, 0.09) if queue else (0.025, 0.06)
    check_hypercube(
        ten_server_city(queue), ten_cube(queue), ten_places()[1], 30, 2000, halves, nearest_by_straight_line
    )


# -- priorities ------------------------------------------------------------------------------------------------------


@cache
def one_place_city(crews: int) -> City:
    """All vehicles at one station, where all calls are."""
    return fleet_city({node_at(0, 0): crews})


def calls_of_two_severities(generator: np.random.Generator, loads: tuple[float, float], count: int) -> Calls:
    return poisson_calls(generator, loads, count, nodes=[node_at(0, 0)] * 2, severities=[1, 2])


def check_priorities(servers: int, loads: tuple[float, float], replications: int, count: int, half: float) -> None:
    """Compare the mean waits of both severities, and of all calls together, with Cobham's."""
    warm_up_calls = 60 + int(20 * sum(loads))
    waits: dict[str, list[float]] = {"severity 1": [], "severity 2": [], "all": []}
    controls = []
    for replication in range(replications):
        generator = np.random.default_rng([SEED, 3, replication])
        calls = calls_of_two_severities(generator, loads, count + warm_up_calls)
        wait = live(one_place_city(servers), calls, warm_up_calls=warm_up_calls).wait_s / SERVICE_S
        severity = calls.severity[warm_up_calls:]
        for name, chosen in (("severity 1", severity == 1), ("severity 2", severity == 2), ("all", severity > 0)):
            waits[name].append(float(wait[chosen].mean()))
        controls.append(controls_of(calls, sum(loads), servers, warm_up_calls))
    theory = (*priority_waits(servers, loads), mean_wait(servers, sum(loads)))
    for (name, values), exact in zip(waits.items(), theory, strict=True):
        assert_covers(name, estimate(values, controls, 1 - 0.01 / 3), exact, half * exact)


def test_severe_calls_wait_for_one_of_three_vehicles_as_long_as_the_formula_says():
    """Cobham (1954): 0.0947 and 0.1895 services. Else `most_severe_first` would promise a wait that nobody has."""
    check_priorities(3, (0.5, 1.0), replications=16, count=350, half=0.35)


@pytest.mark.study
@pytest.mark.parametrize(("servers", "loads", "count"), [(3, (0.5, 1.0), 1500), (10, (3.0, 5.0), 3000)])
def test_severe_calls_wait_as_long_as_the_formula_says_to_a_few_percent(servers, loads, count):
    """As above with more calls, and with ten vehicles: 0.0585 and 0.2923 services."""
    check_priorities(servers, loads, replications=40, count=count, half=0.2)


def test_an_independent_program_makes_every_single_call_wait_as_long_by_priority():
    """Ciw, given the same calls and services; the means would also come out where equals overtake one another."""
    calls = calls_of_two_severities(np.random.default_rng([SEED, 9]), (3.0, 5.0), 1200)
    _, wait_s = in_ciw(calls, calls.severity, 10, priorities={1: 0, 2: 1})
    assert (wait_s[calls.severity == 2].mean()) > 2 * wait_s[calls.severity == 1].mean()
    np.testing.assert_allclose(live(one_place_city(10), calls).wait_s, wait_s, atol=1e-3)
