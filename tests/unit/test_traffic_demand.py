"""Promises: a car's day is a closed tour in order of time; one seed gives one table; a change moves nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from support.traffic import MONDAY, small_demand, small_parameters, small_town, streams

from twin.city.city import City
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.errors import MapError
from twin.core.language import chinese_table
from twin.core.model import hash_frame
from twin.domains.traffic.day_times import DAY_BEGINS_S, DAY_ENDS_S, LAST_DEPARTURE_S, planned_s
from twin.domains.traffic.demand import car_count, day_type, plan_shares
from twin.domains.traffic.destinations import Destinations
from twin.domains.traffic.parameter_kinds import DayPlan
from twin.domains.traffic.parameters import PURPOSES, VEHICLE_KINDS, TrafficParameters
from twin.domains.traffic.tables import Demand, draw_tables, travel_days

Tables = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return draw_tables(streams(), MONDAY, small_demand())


def of_kind(tables: Tables, kind: str) -> pd.DataFrame:
    vehicles, trips = tables
    return trips[vehicles["kind"].to_numpy()[trips["vehicle"].to_numpy()] == VEHICLE_KINDS.index(kind)]


def ends_of_chains(trips: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows are a vehicle's first and last."""
    change = np.diff(trips["vehicle"].to_numpy()) != 0
    return np.concatenate([[True], change]), np.concatenate([change, [True]])


# -- tours -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["car", "bus"])
def test_a_vehicle_leaves_from_where_it_arrived_and_ends_where_it_began(tables: Tables, kind: str) -> None:
    trips = of_kind(tables, kind)
    assert len(trips) > 100
    first, last = ends_of_chains(trips)
    assert trips["vehicle"].is_monotonic_increasing, "a vehicle's trips stand together"
    origin, destination = trips["origin_node"].to_numpy(), trips["destination_node"].to_numpy()
    assert (origin[~first] == destination[~last]).all()
    assert (origin[first] == destination[last]).all()


def test_cars_begin_and_end_their_day_at_home_and_go_to_their_own_work_place(tables: Tables) -> None:
    vehicles, _ = tables
    trips = of_kind(tables, "car")
    first, last = ends_of_chains(trips)
    home = vehicles["home_node"].to_numpy()[trips["vehicle"].to_numpy()]
    assert (trips["origin_node"].to_numpy()[first] == home[first]).all()
    assert (trips["destination_node"].to_numpy()[last] == home[last]).all()
    to_work = trips[trips["purpose"] == PURPOSES.index("work")]
    assert len(to_work) > 1000
    work = vehicles["work_node"].to_numpy()[to_work["vehicle"].to_numpy()]
    assert (to_work["destination_node"].to_numpy() == work).all()
    assert (work >= 0).all()


def test_no_trip_ends_where_it_begins(tables: Tables) -> None:
    _, trips = tables
    assert (trips["origin_node"] != trips["destination_node"]).all()


def test_a_car_leaves_after_it_has_arrived_and_stayed(tables: Tables) -> None:
    trips = of_kind(tables, "car")
    demand = small_demand()
    _, last = ends_of_chains(trips)
    place = np.full(small_town().roads.node_count, -1)
    place[demand.where.land.node] = np.arange(len(demand.where.land.node))
    km = demand.where.distance_km(*(place[trips[name]] for name in ("origin_node", "destination_node")))
    arrive_s = trips["depart_ms"].to_numpy() // 1000 + planned_s(km, demand.parameters)
    leave_s = arrive_s + trips["stay_s"].to_numpy()
    following_s = np.roll(trips["depart_ms"].to_numpy() // 1000, -1)
    assert (leave_s[~last] == following_s[~last]).all()
    assert (trips["stay_s"] >= 60).all()


def test_a_day_of_travel_lies_between_three_at_night_and_three(tables: Tables) -> None:
    trips = of_kind(tables, "car")
    local_s = trips["depart_ms"] / 1000 + DAY_BEGINS_S  # second 0 is 03:00
    assert local_s.min() >= DAY_BEGINS_S
    assert local_s.max() <= LAST_DEPARTURE_S < DAY_ENDS_S


# -- figures -----------------------------------------------------------------------------------------------------------


def test_the_cars_make_as_many_trips_as_asked_for(tables: Tables) -> None:
    """Plans are drawn car by car: 20,000 trips are 9,400 draws, so the spread is near 200."""
    assert len(of_kind(tables, "car")) == pytest.approx(20_000, rel=0.04)
    assert len(of_kind(tables, "lorry")) == 800
    assert len(of_kind(tables, "bus")) == 12 * 2 * small_parameters().bus_round_trips
    assert len(of_kind(tables, "through")) == 0, "no main road ends at this map's edge"


def test_the_demand_factor_multiplies_cars_and_lorries() -> None:
    residents = small_town().residents_served
    assert car_count(small_parameters(demand_factor=1.5), residents) == pytest.approx(
        1.5 * car_count(small_parameters(), residents), abs=1
    )
    assert car_count(small_parameters(trips_per_day=0.0), residents) == 0


def test_figures_belong_to_the_residents_they_are_given_for() -> None:
    parameters = small_parameters(figures_for_residents=1000.0)
    assert car_count(parameters, 500.0) == pytest.approx(car_count(parameters, 1000.0) / 2, abs=1)


def test_no_cars_give_empty_tables_and_not_an_error() -> None:
    nothing = small_parameters(trips_per_day=0.0, lorry_trips_per_day=0.0, buses=0)
    vehicles, trips = draw_tables(streams(), MONDAY, replace(small_demand(), parameters=nothing))
    assert len(vehicles) == len(trips) == 0


def test_a_weekend_has_fewer_ways_to_work_and_more_to_leisure() -> None:
    def share(start: datetime, purpose: str) -> float:
        trips = of_kind(draw_tables(streams(), Clock(start, 0.0, DAY_S), small_demand()), "car")
        return float((trips["purpose"] == PURPOSES.index(purpose)).mean())

    monday, sunday, new_year = datetime(2021, 3, 15, 3), datetime(2021, 3, 14, 3), datetime(2021, 2, 12, 3)
    assert share(sunday, "work") < 0.6 * share(monday, "work")
    assert share(sunday, "leisure") > 1.3 * share(monday, "leisure")
    assert share(new_year, "work") < share(sunday, "work")
    assert share(new_year, "school") == 0.0, "no school in the holiday, not on the way to work either"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 2, 10), "working_day"), (date(2021, 2, 11), "spring_festival"),
        (date(2021, 2, 17), "spring_festival"), (date(2021, 2, 18), "working_day"),
        (date(2021, 3, 13), "weekend"), (date(2021, 3, 15), "working_day"),
    ],
)  # fmt: skip
def test_each_date_has_its_type(day: date, expected: str) -> None:
    assert day_type(day, TrafficParameters()) == expected
    assert day_type(day, TrafficParameters(day_type="weekend")) == "weekend"


def test_shares_of_plans_stay_within_the_whole_on_any_day() -> None:
    for kind in ("working_day", "weekend", "spring_festival"):
        shares = plan_shares(TrafficParameters(), kind)
        assert (shares >= 0).all()
        assert (shares.sum(axis=1) <= 1 + 1e-12).all()


# -- chance ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_tables_to_the_last_bit(tables: Tables) -> None:
    anew = Demand.of(small_town(), small_parameters())
    again = draw_tables(streams(), MONDAY, anew)
    other = draw_tables(streams(2), MONDAY, anew)
    assert [hash_frame(frame) for frame in again] == [hash_frame(frame) for frame in tables]
    assert hash_frame(other[1]) != hash_frame(tables[1])


def test_a_day_is_the_same_whatever_is_lived_before_it(tables: Tables) -> None:
    since_sunday = Clock(datetime(2021, 3, 14, 3), 0.0, 2 * DAY_S)
    vehicles, trips = draw_tables(streams(), since_sunday, small_demand())
    of_monday = trips[
        (trips["depart_ms"] >= DAY_S * 1000).to_numpy() & (vehicles["kind"].to_numpy()[trips["vehicle"]] == 0)
    ]
    alone = of_kind(tables, "car")
    shifted = alone.assign(depart_ms=alone["depart_ms"] + int(DAY_S) * 1000)
    pd.testing.assert_frame_equal(of_monday.reset_index(drop=True), shifted.reset_index(drop=True))
    cars = len(tables[0]) - 12 - 800
    pd.testing.assert_frame_equal(vehicles[:cars], tables[0][:cars])


def test_another_plan_moves_no_car_that_does_not_follow_it(tables: Tables) -> None:
    """Streams are named by plan and column."""
    longer = small_parameters(
        stay_min=small_parameters().stay_min.model_copy(
            update={"hospital": small_parameters().stay_min.hospital.model_copy(update={"median": 30.0})}
        )
    )
    _, trips = draw_tables(streams(), MONDAY, replace(small_demand(), parameters=longer))
    same = (trips == tables[1]).all(axis=1)
    changed = trips[~same]
    assert 0 < changed["vehicle"].nunique() < 0.1 * tables[1]["vehicle"].nunique()
    visits = set(tables[1].loc[tables[1]["purpose"] == PURPOSES.index("hospital"), "vehicle"])
    assert set(changed["vehicle"]) <= visits


def test_a_run_from_midnight_has_the_evening_before_in_it() -> None:
    clock = Clock(datetime(2021, 3, 15), 3600.0, 6 * HOUR_S)
    assert travel_days(clock) == [date(2021, 3, 14), date(2021, 3, 15)]
    _, trips = draw_tables(streams(), clock, small_demand())
    assert trips["depart_ms"].min() >= -3600_000
    assert trips["depart_ms"].max() < 6 * HOUR_S * 1000
    assert (trips["depart_ms"] < 0).any()
    assert travel_days(MONDAY) == [date(2021, 3, 15)], "a day from 03:00 needs one draw"


def test_a_run_from_noon_has_the_rest_of_the_same_tours(tables: Tables) -> None:
    noon_s = 9 * HOUR_S
    vehicles, trips = draw_tables(streams(), Clock(datetime(2021, 3, 15, 12), 0.0, DAY_S - noon_s), small_demand())
    whole = tables[1]
    rest = whole[whole["depart_ms"] >= noon_s * 1000].reset_index(drop=True)
    pd.testing.assert_frame_equal(trips, rest.assign(depart_ms=rest["depart_ms"] - int(noon_s) * 1000))
    pd.testing.assert_frame_equal(vehicles, tables[0])
    assert 0.3 < len(trips) / len(whole) < 0.8


def test_draws_of_the_app_are_even_and_independent_of_the_rest(tables: Tables) -> None:
    cars = tables[0][tables[0]["kind"] == 0]
    counts = np.histogram(cars["app_draw"], 10, (0, 1))[0]
    assert np.abs(counts - len(cars) / 10).max() < 5 * (len(cars) / 10) ** 0.5
    assert abs(np.corrcoef(cars["app_draw"], cars["home_node"])[0, 1]) < 5 / len(cars) ** 0.5
    assert np.bincount(cars["plate_digit"]).min() > 0.8 * len(cars) / 10


def test_columns_are_compact(tables: Tables) -> None:
    wanted = {"vehicle": "int32", "origin_node": "int32", "destination_node": "int32", "purpose": "int8",
              "depart_ms": "int32", "stay_s": "int32"}  # fmt: skip
    assert {name: str(kind) for name, kind in tables[1].dtypes.items()} == wanted


def test_every_parameter_is_labelled_and_has_a_chinese_form() -> None:
    table = chinese_table()
    shipped = TrafficParameters.shipped.values()
    missing = [text for row in shipped for text in (row.text, row.unit, row.source) if text not in table]
    assert not missing
    assert {row.name for row in shipped} == set(TrafficParameters.model_fields) - {"lots", "trips"}
    for row in shipped:
        if row.range is not None and isinstance(row.value, (int, float)):
            assert row.range[0] <= row.value <= row.range[1], row.name


# -- what cannot be ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("km", "words"), [(30.0, "have a mean of"), (0.05, "at least")])
def test_a_distance_that_the_map_cannot_have_is_told_with_a_remedy(km: float, words: str) -> None:
    wrong = small_parameters().mean_trip_km.model_copy(update={"work": km})
    with pytest.raises(MapError, match=words) as caught:
        Destinations.of(small_town(), small_parameters(mean_trip_km=wrong))
    assert "traffic.mean_trip_km.work" in str(caught.value)


def test_a_city_in_which_nothing_attracts_trips_is_told_with_a_remedy() -> None:
    nothing = small_parameters(attraction_by_district={"west": 0.0, "east": 0.0})
    with pytest.raises(MapError, match="nothing attracts trips"):
        Destinations.of(small_town(), nothing)


def test_a_city_of_which_nothing_is_served_is_told_with_a_remedy() -> None:
    town = small_town()
    districts = tuple(replace(place, served=False) for place in town.map.districts)
    nobody = City(replace(town.map, districts=districts), RoadParameters())
    with pytest.raises(MapError, match="nobody lives in a served district"):
        Destinations.of(nobody, small_parameters(outer_trip_rate=0.0))


def test_a_city_of_motorways_is_told_with_a_remedy() -> None:
    town = small_town()
    motorways = replace(town.roads, edge_class=np.zeros_like(town.roads.edge_class))
    with pytest.raises(MapError, match="cars may stop at 0 junctions only"):
        Destinations.of(City(replace(town.map, roads=motorways), RoadParameters()), small_parameters())


@pytest.mark.parametrize(
    ("stops", "leaves", "others", "words"),
    [
        (["work", "leisure"], ["stay"], 0.0, "end at home"),
        (["home", "work", "home"], ["stay", "stay"], 0.0, "begin away from home"),
        (["work", "work", "home"], ["stay", "stay"], 0.0, "nor work work"),
        (["work", "home"], [], 0.0, "one entry for each stop but the last"),
        (["work", "home"], ["stay"], 0.1, "must not stop at work"),
    ],
)
def test_a_plan_that_is_no_tour_is_refused(stops: list[str], leaves: list[str], others: float, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        DayPlan(name="x", begins="free", stops=stops, leaves=leaves, commuters=0.1, others=others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day_plans": [], "trips_per_day": 0.0}, "at least 1 item"),
        ({"shifts": [{"share": 0.5, "start_h": 8.0, "end_h": 17.0, "start_sd_h": 1.0, "end_sd_h": 1.0}]}, "up to 1"),
        ({"free_departures_by_hour": [0.0] * 24}, "must not be all 0"),
        ({"bus_hours": {"from_h": 20.0, "until_h": 6.0}}, "until_h must be after from_h"),
        ({"tariff_zone_km": [8.0, 3.0]}, "must not fall"),
        ({"day_plans": [*TrafficParameters().day_plans, TrafficParameters().day_plans[0].model_copy(
            update={"commuters": 0.0})]}, "a name of its own"),
        ({"trips_per_day": -1.0}, "greater than or equal to 0"),
        ({"spring_festivals": ["2021-02-30"]}, "must hold dates such as"),
    ],
)  # fmt: skip
def test_parameters_that_do_not_fit_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TrafficParameters(**changes)  # type: ignore[arg-type]
