"""Promises of the road's queue on any small network, with any trips, signals and events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.city.next_links import NextLinks
from twin.city.road_traffic import RoadTraffic
from twin.kernels.road_network import LinkTimes
from twin.kernels.vehicles import ARRIVED_SLOT, NO_WAY_SLOT

settings.register_profile("road", deadline=None, max_examples=60)
unhurried = settings.get_profile("road")

STEP_MS = 1000
END_MS = 240 * STEP_MS


@dataclass(frozen=True)
class Case:
    """A network, trips with routes, and what happens to the links."""

    node_count: int
    link_from: np.ndarray
    link_to: np.ndarray
    times: LinkTimes
    link_signal: np.ndarray
    signals: np.ndarray
    routes: list[list[int]]
    depart_ms: np.ndarray
    slack: int
    pocket: int
    unjam_ms: int
    changes: dict[int, tuple[int, str, int]]

    def traffic(self, step_ms: int = STEP_MS, patience_ms: int = 0) -> RoadTraffic:
        return RoadTraffic(
            self.node_count, self.link_from, self.link_to, self.times, step_ms=step_ms, link_signal=self.link_signal,
            signals=self.signals, slack=self.slack, unjam_ms=self.unjam_ms, pocket=self.pocket,
            patience_ms=patience_ms,
        )  # fmt: skip

    def send(self, traffic: RoadTraffic) -> np.ndarray:
        vehicles = traffic.add_vehicles(len(self.routes))
        if self.routes:
            first = np.cumsum([0, *(len(route) for route in self.routes)])
            traffic.send_along(vehicles, first, np.concatenate(self.routes))
        return vehicles


@st.composite
def cases(draw, with_changes: bool = True):
    """Draw a network with loops and parallel links, trips along connected links, and changes at whole steps."""
    count = draw(st.integers(1, 5))
    node = st.integers(0, count - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=9))
    link_from, link_to = np.array(ends, np.int32).T
    size = len(ends)

    def whole(least: int, most: int) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(least, most), min_size=size, max_size=size)), np.int32)

    times = LinkTimes(whole(1000, 9000), whole(1000, 9000), whole(300, 4000), whole(1, 5))
    signals = draw(st.lists(st.tuples(st.integers(1, 30_000), st.integers(-9000, 9000), st.floats(0, 1)), max_size=2))
    table = np.array([(cycle, start, int(cycle * share)) for cycle, start, share in signals], np.int32).reshape(-1, 3)
    link_signal = np.minimum(whole(-1, 3), len(table) - 1)
    routes = []
    for _ in range(draw(st.integers(0, 40))):
        route = [draw(st.integers(0, size - 1))]
        for _ in range(draw(st.integers(0, 6))):
            onward = np.flatnonzero(link_from == link_to[route[-1]])
            if len(onward):
                route.append(int(onward[draw(st.integers(0, 9)) % len(onward)]))
        routes.append(route)
    depart = draw(st.lists(st.integers(0, 90_000), min_size=len(routes), max_size=len(routes)))
    change = st.one_of(
        st.tuples(st.integers(0, size - 1), st.just("storage"), st.integers(0, 1)),
        st.tuples(st.integers(0, size - 1), st.just("free_ms"), st.integers(1000, 9000)),
        st.tuples(st.integers(0, size - 1), st.just("headway_ms"), st.integers(300, 9000)),
    )
    changes = draw(st.dictionaries(st.integers(0, 100), change, max_size=4)) if with_changes else {}
    return Case(
        count, link_from.copy(), link_to.copy(), times, link_signal, table, routes, np.array(depart, np.int32),
        draw(st.integers(0, 2)), draw(st.integers(0, 3)), draw(st.sampled_from([0, 20_000])), changes,
    )  # fmt: skip


def on_road(traffic: RoadTraffic) -> list[list[int]]:
    """Return the vehicles on each link, the first at the exit, read from the slots themselves."""
    road = traffic._road
    found = []
    for row in traffic._row:
        link = road.links[row]
        places = (link["head"] + np.arange(link["entered"] - link["left"])) % link["slot_count"]
        found.append(road.slots["vehicle"][link["slot_first"] + places].tolist())
    return found


def live(case: Case, traffic: RoadTraffic, watch=None) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Let a case live step by step, calling `watch` after each; return arrivals and what the links counted."""
    vehicles = case.send(traffic)
    who, when = [], []
    for until_ms in range(STEP_MS, END_MS + 1, STEP_MS):
        if until_ms // STEP_MS in case.changes:
            link, name, value = case.changes[until_ms // STEP_MS]
            traffic.set_links([link], **{name: value})
        now = (case.depart_ms >= traffic.now_ms) & (case.depart_ms < until_ms)
        arrived, at_ms = traffic.advance(until_ms, vehicles[now], case.depart_ms[now])
        who.append(arrived)
        when.append(at_ms)
        if watch:
            watch(traffic, arrived)
    return np.concatenate(who), np.concatenate(when), counted(traffic)


def counted(traffic: RoadTraffic) -> list[np.ndarray]:
    return [traffic.of_links(name) for name in ("entered", "left", "travel_ms", "left_ms", "clock_ms")]


def same(first, second) -> None:
    for one, other in zip(first[:2], second[:2], strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(first[2], second[2], strict=True):
        assert np.array_equal(one, other)


@given(cases())
@settings(unhurried)
def test_no_vehicle_is_lost_or_doubled(case):
    gone: set[int] = set()

    def watch(traffic, arrived):
        gone.update(arrived.tolist())
        there = [vehicle for link in on_road(traffic) for vehicle in link]
        waiting = []
        for vehicle in traffic._road.origin_head:
            while vehicle >= 0:
                waiting.append(int(vehicle))
                vehicle = traffic._vehicles.bound["behind"][vehicle]
        assert len(waiting) == traffic.waiting()
        departed = set(np.flatnonzero(case.depart_ms < traffic.now_ms).tolist())
        assert sorted([*there, *waiting, *gone]) == sorted(departed)

    live(case, case.traffic(), watch)


@given(cases())
@settings(unhurried)
def test_each_link_without_a_pocket_is_first_in_first_out(case):
    before: list[list[int]] = [[] for _ in case.link_from]

    def watch(traffic, arrived):
        del arrived
        now = on_road(traffic)
        for was, is_now in zip(before, now, strict=True):
            stays = [vehicle for vehicle in was if vehicle in is_now]
            assert is_now[: len(stays)] == stays
            assert was[len(was) - len(stays) :] == stays
        before[:] = now

    # whoever leaves a link may be back on it after two more links, which is no overtaking: routes without returns
    once = [list(dict.fromkeys(route)) == route for route in case.routes]
    routes = [route if only else route[:1] for route, only in zip(case.routes, once, strict=True)]
    strict = replace(case, routes=routes, pocket=0)
    live(strict, strict.traffic(), watch)


@given(cases())
@settings(unhurried)
def test_no_link_holds_more_than_its_storage(case):
    def watch(traffic, arrived):
        del arrived
        assert (traffic.on_links() <= case.times.storage).all()
        assert (traffic.on_links() >= 0).all()

    live(case, case.traffic(), watch)


@given(cases(with_changes=False))
@settings(unhurried)
def test_nobody_is_faster_than_the_free_road(case):
    arrived, at_ms, _ = live(case, case.traffic())
    free_ms = np.array([case.times.free_ms[route].sum() for route in case.routes], np.int64)
    assert (at_ms - case.depart_ms[arrived] >= free_ms[arrived]).all()


@given(cases(with_changes=False))
@settings(unhurried)
def test_an_empty_road_is_driven_at_its_free_speed(case):
    free = case.times._replace(storage=np.full_like(case.times.storage, 5))
    for route in case.routes[:3]:
        if len(set(route)) == len(route):
            alone = replace(
                case, routes=[route], depart_ms=np.zeros(1, np.int32), times=free, unjam_ms=0,
                link_signal=np.full_like(case.link_signal, -1),
            )  # fmt: skip
            _, at_ms, _ = live(alone, alone.traffic())
            assert at_ms.tolist() == [free.free_ms[route].sum()]


@given(cases(with_changes=False))
@settings(unhurried)
def test_one_call_or_many_give_the_same_bits(case):
    traffic = case.traffic()
    vehicles = case.send(traffic)
    whole = (*traffic.advance(END_MS, vehicles, case.depart_ms), counted(traffic))
    same(whole, live(case, case.traffic()))


@given(cases(), st.sampled_from([500, 250, 100]))
@settings(unhurried)
def test_the_length_of_the_step_changes_nothing(case, step_ms):
    """Nothing is rounded to a step, as long as no link is shorter. The unjam rule is, and says so."""
    calm = replace(case, unjam_ms=0)
    same(live(calm, calm.traffic()), live(calm, calm.traffic(step_ms)))


@given(cases(), st.randoms(use_true_random=False))
@settings(unhurried)
def test_the_order_in_which_nodes_are_processed_changes_nothing(case, random):
    """Other names for the nodes are another order; so several threads would come to the same bits."""
    name = np.arange(case.node_count, dtype=np.int32)
    random.shuffle(name)
    renamed = replace(case, link_from=name[case.link_from], link_to=name[case.link_to])
    same(live(case, case.traffic()), live(renamed, renamed.traffic()))


@given(cases())
@settings(unhurried)
def test_destinations_with_a_table_drive_as_the_same_routes_do(case):
    """Shortest routes to the last node of each trip, given as routes or looked up at every node."""
    slot_of, hops = tables(case)
    goal = np.array([case.link_to[route[-1]] for route in case.routes], np.int64)
    start = np.array([case.link_from[route[0]] for route in case.routes], np.int64)
    able = np.flatnonzero([hops[a, b] < 99 and a != b for a, b in zip(start, goal, strict=True)])
    table = case.traffic()
    by_route = []
    for place in able:
        node, route = start[place], []
        while node != goal[place]:
            route.append(int(table.out_link[table.out_first[node] + slot_of[goal[place], node]]))
            node = case.link_to[route[-1]]
        by_route.append(route)
    trips = replace(case, routes=by_route, depart_ms=case.depart_ms[able], changes={})
    expected = live(trips, trips.traffic())
    table.set_next_links(NextLinks.of_slots(slot_of))
    vehicles = table.add_vehicles(len(able))
    table.send_to(vehicles, goal[able])
    who, when = table.advance(END_MS, vehicles, trips.depart_ms, start[able])
    same(expected, (who, when, counted(table)))


def tables(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return slots of the links on ways of fewest links, by relaxing every link until nothing changes."""
    traffic = case.traffic()
    hops = np.full((case.node_count, case.node_count), 99)
    np.fill_diagonal(hops, 0)
    slot_of = np.full(hops.shape, NO_WAY_SLOT, np.uint8)
    np.fill_diagonal(slot_of, ARRIVED_SLOT)
    for _ in range(case.node_count):
        for node in range(case.node_count):
            begin, end = traffic.out_first[node : node + 2]
            for slot, link in enumerate(traffic.out_link[begin:end]):
                nearer = hops[case.link_to[link]] + 1 < hops[node]
                hops[node, nearer] = hops[case.link_to[link], nearer] + 1
                slot_of[nearer, node] = slot
    return slot_of, hops


@given(cases(), st.sampled_from([1000, 500, 250]), st.integers(1, 60))
@settings(unhurried)
def test_who_turns_away_from_full_links_does_so_whatever_the_step_and_is_not_lost(case, step_ms, every_steps):
    """Drivers of a table with little patience: the same bits for any step and any calls, and everybody is somewhere."""
    slot_of, hops = tables(case)
    goal = np.array([case.link_to[route[-1]] for route in case.routes], np.int64)
    start = np.array([case.link_from[route[0]] for route in case.routes], np.int64)
    able = np.flatnonzero([hops[a, b] < 99 for a, b in zip(start, goal, strict=True)])

    def lived(step_ms: int, every_ms: int):
        calm = replace(case, unjam_ms=0)
        traffic = calm.traffic(step_ms, patience_ms=8000)
        traffic.set_next_links(NextLinks.of_slots(slot_of))
        cars = traffic.add_vehicles(len(able))
        traffic.send_to(cars, goal[able])
        depart_ms = case.depart_ms[able]
        who, when = [], []
        for until_ms in range(every_ms, END_MS + every_ms, every_ms):
            now = (depart_ms >= traffic.now_ms) & (depart_ms < until_ms)
            arrived, at_ms = traffic.advance(until_ms, cars[now], depart_ms[now], start[able][now])
            who.append(arrived)
            when.append(at_ms)
        there = traffic.on_links().sum() + traffic.waiting()
        assert there + sum(map(len, who)) == np.count_nonzero(depart_ms < traffic.now_ms)
        assert (traffic.on_links() <= case.times.storage).all()
        return np.concatenate(who), np.concatenate(when), counted(traffic)

    whole_ms = every_steps * STEP_MS
    same(lived(STEP_MS, whole_ms), lived(step_ms, whole_ms))
