"""Promises: whatever plans, times and durations a user sets, tours stay closed, in order, and no stay is negative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.traffic import MONDAY, small_demand, small_parameters, streams

from twin.core.parameters import Duration
from twin.domains.traffic.day_times import DAY_BEGINS_S, DAY_ENDS_S, SHORTEST_STAY_S, planned_s, within_day
from twin.domains.traffic.demand import draw_cars, draw_day
from twin.domains.traffic.parameter_kinds import DayPlan, Shift, StayByPurpose
from twin.domains.traffic.parameters import PURPOSES

LEAVES = ("stay", "shift_end", "lunch", "midday", "pick_up")
STOPS = ("home", "work", "school", "business", "leisure", "hospital")


@st.composite
def plans(draw: st.DrawFn) -> DayPlan:
    stops = [draw(st.sampled_from(STOPS[1:]))]
    for _ in range(draw(st.integers(0, 5))):
        allowed = [stop for stop in STOPS if not (stop == stops[-1] and stop in ("home", "work"))]
        stops.append(draw(st.sampled_from(allowed)))
    if stops[-1] != "home":
        stops.append("home")
    leaves = [draw(st.sampled_from(LEAVES)) for _ in stops[1:]]
    begins = draw(st.sampled_from(("shift", "school", "free", "hospital")))
    others = 0.0 if "work" in stops else 0.3
    return DayPlan(name="any", begins=begins, stops=stops, leaves=leaves, commuters=0.5, others=others)


durations = st.builds(
    lambda median, factor: Duration(median=median, p90=median * factor), st.floats(0.1, 2000), st.floats(1.0, 20.0)
)
stays = st.builds(
    lambda values: StayByPurpose(**dict(zip(StayByPurpose.model_fields, values, strict=True))),
    st.lists(durations, min_size=6, max_size=6),
)
shifts = st.builds(
    lambda start, end, sd: [Shift(share=1.0, start_h=start, end_h=end, start_sd_h=sd, end_sd_h=sd)],
    st.floats(0, 24), st.floats(0, 24), st.floats(0, 6),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(plan=plans(), stay_min=stays, shift=shifts, seed=st.integers(0, 10**6), speed_kmh=st.floats(8, 100))
def test_tours_are_closed_and_in_order_whatever_the_plan(
    plan: DayPlan, stay_min: StayByPurpose, shift: list[Shift], seed: int, speed_kmh: float
) -> None:
    parameters = small_parameters(day_plans=[plan], stay_min=stay_min, shifts=shift, planned_speed_kmh=speed_kmh)
    where, named = small_demand().where, streams(seed)
    cars = draw_cars(lambda column: named("cars", column), where, parameters, 200)
    day = MONDAY.start.date()
    trips = draw_day(lambda column: named("trips", column), where, cars, parameters, day)
    legs = len(plan.stops)
    assert len(trips) % legs == 0
    vehicle, origin, destination, purpose, depart_s, stay_s = (
        column.reshape(-1, legs)
        for column in (trips.vehicle, trips.origin, trips.destination, trips.purpose, trips.depart_s, trips.stay_s)
    )
    assert (vehicle == vehicle[:, :1]).all()
    assert (np.diff(vehicle[:, 0]) > 0).all()
    home = cars.home[vehicle[:, 0]]
    assert (origin[:, 0] == home).all()
    assert (destination[:, -1] == home).all()
    assert (origin[:, 1:] == destination[:, :-1]).all()
    assert (origin != destination).all()
    assert (purpose == [PURPOSES.index(stop) for stop in plan.stops]).all()
    km = where.distance_km(trips.origin, trips.destination)
    arrive_s = depart_s + planned_s(km, parameters).reshape(-1, legs)
    assert (stay_s >= SHORTEST_STAY_S).all()
    assert (depart_s[:, 1:] == arrive_s[:, :-1] + stay_s[:, :-1]).all()
    assert (depart_s >= DAY_BEGINS_S).all()
    assert (depart_s < DAY_ENDS_S).all()


@settings(max_examples=200, deadline=None)
@given(
    wanted=st.lists(st.integers(-100_000, 300_000), min_size=1, max_size=8),
    travel=st.lists(st.integers(60, 7200), min_size=8, max_size=8),
)
def test_departures_that_fit_already_are_not_moved(wanted: list[int], travel: list[int]) -> None:
    legs = len(wanted)
    wanted_s = [np.array([time], np.int32) for time in wanted]
    travel_s = [np.array([time], np.int32) for time in travel[:legs]]
    departures_s, stays_s = within_day(wanted_s, travel_s)
    again_s, stays_again_s = within_day(departures_s, travel_s)
    assert [int(time[0]) for time in again_s] == [int(time[0]) for time in departures_s]
    assert [int(time[0]) for time in stays_again_s] == [int(time[0]) for time in stays_s]
    assert min(int(stay[0]) for stay in stays_s) >= SHORTEST_STAY_S
    if wanted == sorted(wanted) and wanted[0] >= DAY_BEGINS_S and wanted[-1] <= 26 * 3600:
        roomy = all(b - a >= t + SHORTEST_STAY_S for a, b, t in zip(wanted, wanted[1:], travel, strict=False))
        if roomy:
            assert [int(time[0]) for time in departures_s] == wanted


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), purpose=st.sampled_from(("work", "school", "business", "leisure", "hospital")))
def test_choices_are_places_with_attraction_or_beside_one(seed: int, purpose: str) -> None:
    where = small_demand().where
    generator = np.random.default_rng(seed)
    origin = where.homes.anywhere(generator.random(400))
    chosen = where.choose(purpose, origin, generator.random(400), generator.random(400))
    assert (where.land.attraction[purpose][chosen] > 0).all()
    moved = where.away_from(chosen, origin)
    assert (moved != origin).all()
    assert (moved[chosen != origin] == chosen[chosen != origin]).all()


@pytest.mark.parametrize("edge", [0.0, float(np.nextafter(1.0, 0.0))])
def test_draws_at_the_very_edges_are_places_too(edge: float) -> None:
    where = replace(small_demand()).where
    origin = np.arange(len(where.land.node), dtype=np.int32)
    edges = np.full(len(origin), edge)
    for purpose in where.places:
        chosen = where.choose(purpose, origin, edges, edges)
        assert (where.land.attraction[purpose][chosen] > 0).all()
    assert (where.land.residents[where.homes.anywhere(edges)] > 0).all()
