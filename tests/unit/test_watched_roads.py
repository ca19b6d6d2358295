"""Promises of watched roads: a drive takes what the speeds of the intervals make of it, in which it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import simpy
from numpy.typing import NDArray
from support.cities import small_city
from support.runs import run_emergency

from twin.city.city import City
from twin.city.conditions import RoadConditions
from twin.city.driving import drive
from twin.city.traffic import milliseconds
from twin.core.clock import HOUR_S, Clock
from twin.core.decisions import ConnectionSetting
from twin.core.domain import WorldEvent
from twin.core.model import Twin
from twin.core.streams import Streams
from twin.domains.emergency.parameters import EmergencyParameters
from twin.policies.emergency.dispatch.fastest_or_called_off import fastest_or_called_off
from twin.policies.emergency.redispatch.if_sooner import if_sooner

SIDE = 12
NO_TWIN: Any = None


@cache
def city() -> City:
    return small_city(side=SIDE, crews=5, bays=20, labs=4)


def watched(env: simpy.Environment, edge_s: float) -> RoadConditions:
    """Roads of which each edge takes so many seconds."""
    roads = RoadConditions(city().ordinary, Clock(datetime(2021, 3, 15), 0.0, 24 * HOUR_S), Streams(1, 0))
    roads.watch(env, times_ms(edge_s))
    return roads


def times_ms(edge_s: float) -> NDArray[np.int32]:
    return np.full(city().roads.edge_count, round(1000 * edge_s), np.int32)


# -- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "arrive_s"),
    [
        # 10 s an edge until second 15, then 40 s until second 55, then 20 s: the second edge is half driven at 15 and
        # needs 20 s more, the third is half driven at 55 and needs 10 s more
        (1.0, [0, 10, 35, 65, 85]),
        # with a factor of a half: 5 s, then 20 s, then 10 s; three edges are driven at 15, the fourth needs 20 s
        (0.5, [0, 5, 10, 15, 35]),
        # with a factor of two: 20 s, then 80 s, then 40 s. At 15 three quarters of the first are driven, 20 s more;
        # at 55 a quarter of the second, 30 s more
        (2.0, [0, 35, 85, 125, 165]),
    ],
)
def test_a_drive_is_what_a_hand_sums_up_over_the_intervals(factor: float, arrive_s: list[float]) -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    trip = roads.trip(0, 4, 0.0, factor, informed=True)
    assert trip.timing.arrive_s.tolist() == pytest.approx([10 * factor * edge for edge in range(5)])
    for at_s, edge_s in ((15.0, 40.0), (55.0, 20.0)):
        env.run(until=at_s)
        roads.see(times_ms(edge_s))
    assert trip.timing.arrive_s.tolist() == pytest.approx(arrive_s)
    assert trip.arrive_s == trip.timing.arrive_s[-1]


def test_what_is_over_is_not_timed_anew() -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    over, under_way = roads.trip(0, 2, 0.0, 1.0, informed=True), roads.trip(0, 3, 0.0, 1.0, informed=True)
    env.run(until=20.0)
    roads.see(times_ms(100.0))
    assert over.timing.arrive_s.tolist() == [0.0, 10.0, 20.0]
    assert under_way.timing.arrive_s.tolist() == [0.0, 10.0, 20.0, 120.0]


def test_who_sets_out_between_two_looks_drives_at_what_was_seen_last() -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    env.run(until=100.0)
    roads.see(times_ms(30.0))
    env.run(until=150.0)
    assert roads.trip(0, 2, 150.0, 1.0, informed=False).timing.arrive_s.tolist() == [150.0, 180.0, 210.0]


def test_looks_one_after_another_give_what_all_of_them_known_beforehand_give() -> None:
    chance = np.random.default_rng(3)
    for _ in range(40):
        env = simpy.Environment()
        roads = watched(env, 40.0)
        source, target = chance.integers(0, SIDE * SIDE, 2).tolist()
        depart_s, factor = float(chance.uniform(0, 60)), float(chance.uniform(0.5, 1.5))
        begins_s, seen = [0.0], [times_ms(40.0)]
        env.run(until=depart_s)
        trip = roads.trip(source, target, depart_s, factor, informed=True)
        for _look in range(8):
            env.run(until=env.now + float(chance.uniform(1, 120)))
            edge_ms = chance.integers(5_000, 200_000, city().roads.edge_count).astype(np.int32)
            begins_s.append(env.now)
            seen.append(edge_ms)
            roads.see(edge_ms)
        whole = drive(trip.edges, depart_s, np.array(begins_s), np.array(seen), factor)
        assert np.array_equal(trip.timing.arrive_s, whole.arrive_s)


def test_what_a_drive_is_spared_comes_off_the_traffics_time_down_to_what_is_left_at_least() -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    trip, other = (roads.trip(0, 4, 0.0, 1.0, informed=True) for _ in range(2))
    roads.spare(trip, np.array([0, 4000, 1000, 0], np.int32), np.array([0, 7000, 2000, 0], np.int32))
    assert trip.timing.arrive_s.tolist() == [0, 10, 17, 26, 36]
    assert other.timing.arrive_s.tolist() == [0, 10, 20, 30, 40]
    env.run(until=12.0)
    roads.see(times_ms(20.0))  # 2 of 7 s are driven, the rest of the second edge takes 5/7 of 20 - 4 s
    second_s = 12 + 5 / 7 * 16
    assert trip.timing.arrive_s.tolist() == pytest.approx([0, 10, second_s, second_s + 19, second_s + 39])
    env.run(until=13.0)
    roads.see(times_ms(5.0))  # shorter than what is left at least: nothing to spare
    assert trip.timing.arrive_s[4] - trip.timing.arrive_s[3] == pytest.approx(5)
    assert trip.timing.arrive_s[3] - trip.timing.arrive_s[2] == pytest.approx(4)


def test_the_informed_take_the_way_that_was_seen_to_be_faster_and_the_others_the_usual_one() -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    usual = roads.trip(0, 3, 0.0, 1.0, informed=False)
    slow_ms = times_ms(10.0)
    slow_ms[usual.edges[1]] = 1_000_000
    roads.see(slow_ms)
    assert roads.trip(0, 3, 0.0, 1.0, informed=False).edges.tolist() == usual.edges.tolist()
    around = roads.trip(0, 3, 0.0, 1.0, informed=True)
    assert usual.edges[1] not in around.edges
    assert around.arrive_s == 50.0
    assert roads.live_times(0.0).time_ms(0, 3) == 50_000


def test_nobody_who_knows_of_a_closure_of_watched_roads_drives_into_it() -> None:
    env = simpy.Environment()
    roads = watched(env, 10.0)
    row = SIDE // 2 * SIDE
    roads.on_event(NO_TWIN, WorldEvent("road_closes", "Main Street", 0, 1), True)
    around = roads.trip(row, row + SIDE - 1, 0.0, 1.0, informed=True)
    assert not roads.is_closed(around.edges).any()
    roads.see(times_ms(20.0))
    assert not roads.is_closed(roads.trip(row, row + SIDE - 1, 0.0, 1.0, informed=True).edges).any()


def test_roads_that_nobody_watches_are_not_seen() -> None:
    roads = RoadConditions(city().ordinary, Clock(datetime(2021, 3, 15), 0.0, HOUR_S), Streams(1, 0))
    assert roads.next_look is None
    with pytest.raises(RuntimeError, match="nobody watches"):
        roads.see(times_ms(1.0))


# -- ambulances on them ----------------------------------------------------------------------------------------------

LOOKS_S = 300.0
JAM_FROM_S, JAM_UNTIL_S = 3600.0, 4500.0
STANDS = 1e4
"""Times free flow: within a quarter of an hour nobody gets on by a metre."""


def slower_by(at_s: float) -> float:
    """Times free flow at each look: all between one and three, and in the jam nobody moves."""
    if JAM_FROM_S <= at_s < JAM_UNTIL_S:
        return STANDS
    return 1.0 + 2.0 * float(np.random.default_rng(int(at_s)).random())


class Slowness:
    """A domain that does nothing but slow all roads alike, anew at every look."""

    name = "slowness"

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        return {}

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        roads = twin.domains["emergency"].roads  # type: ignore[attr-defined]
        roads.watch(twin.env, self._times_ms(0.0))

        def live() -> Any:
            while True:
                roads.see(self._times_ms(twin.now))
                yield twin.env.timeout(LOOKS_S)

        twin.env.process(live())

    def _times_ms(self, at_s: float) -> NDArray[np.int32]:
        return milliseconds(city().ordinary.free_s * slower_by(at_s))

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None: ...

    def busy(self) -> bool:
        return False

    def finish(self, twin: Twin) -> None: ...

    def populations(self) -> Mapping[str, Sequence[Any]]:
        return {}


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """Three busy hours in which vehicles are called off and turn round, with a jam in the second."""
    many = EmergencyParameters(
        figures_for_residents=0.0, calls_per_day=4000.0, dispatches_per_day=2500.0, patients_per_day=1900.0
    )
    rules = {"dispatch": fastest_or_called_off, "redispatch": if_sooner}
    on = {"hospital_load": ConnectionSetting(True)}
    _, found = run_emergency(city(), many, rules=rules, connections=on, hours=3, more_domains=[Slowness()])
    return found


def driven_s(depart_s: float, arrive_s: float, factor: float) -> float:
    """Return how far one gets between two times, in seconds of free flow: summed up look by look."""
    total, at_s = 0.0, depart_s
    while at_s < arrive_s:
        look_s = LOOKS_S * (at_s // LOOKS_S)
        until_s = min(arrive_s, look_s + LOOKS_S)
        total += (until_s - at_s) / (slower_by(look_s) * factor)
        at_s = until_s
    return total


def test_every_recorded_drive_is_as_long_as_the_speeds_of_its_intervals_allow(frames: dict[str, pd.DataFrame]) -> None:
    """Whether it ended at its target or was broken off: nobody gets farther than the speed of the interval."""
    trips = frames["emergency.trips"]
    took = [driven_s(row.depart_s, row.arrive_s, row.factor) for row in trips.itertuples()]
    assert len(trips) > 200
    assert np.allclose(took, trips["free_flow_s"], rtol=1e-4, atol=0.05)
    over_looks = (trips["arrive_s"] // LOOKS_S - trips["depart_s"] // LOOKS_S) >= 2
    assert over_looks.sum() > 50
    ends = trips.sort_values("arrive_s").groupby("vehicle")["to_node"].shift()
    begins = trips.sort_values("arrive_s")["from_node"]
    assert (ends.dropna() == begins[ends.notna()]).all(), "a drive begins where the last one ended"


def test_vehicles_were_called_off_and_turned_round(frames: dict[str, pd.DataFrame]) -> None:
    """Otherwise the test above says nothing about drives that are broken off."""
    assert (frames["emergency.calls"]["called_off"] > 0).sum() > 3
    trips, place = frames["emergency.trips"], frames["emergency.calls"].set_index("call")["vehicle"]
    sent = trips[trips["purpose"] == "to_scene"]
    assert (place.loc[sent["call"]].to_numpy() != sent["vehicle"]).sum() > 2


def test_a_jam_stops_ambulances(frames: dict[str, pd.DataFrame]) -> None:
    trips = frames["emergency.trips"]
    within = trips[(trips["arrive_s"] > JAM_FROM_S + 1) & (trips["arrive_s"] < JAM_UNTIL_S) & (trips["length_m"] > 0)]
    assert within.empty, "nobody gets anywhere"
    caught = trips[(trips["depart_s"] < JAM_FROM_S) & (trips["arrive_s"] > JAM_UNTIL_S)]
    assert len(caught) > 2
    calls = frames["emergency.calls"]
    at_once = (calls["out_s"] > JAM_FROM_S) & (calls["out_s"] < JAM_UNTIL_S - 60)
    assert (calls.loc[at_once, "at_scene_s"] > JAM_UNTIL_S).mean() > 0.9


def test_every_patient_is_treated_though_the_roads_change_under_way(frames: dict[str, pd.DataFrame]) -> None:
    assert set(frames["emergency.calls"]["ending"]) <= {"treated", "advice", "no_patient"}
