"""The elevators' lives in a run: who is trapped is handed on, what stands still cannot fail, what is visited runs."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import numpy as np
import pytest
from support.cities import small_map
from support.elevator_runs import elevator_parameters, fleet_of, run_elevators, town

from twin.city.city import City
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S, HOUR_S
from twin.core.domain import WorldEvent
from twin.core.errors import MapError, ScenarioError
from twin.domains.elevators.chances import case_of
from twin.domains.elevators.domain import ElevatorsDomain
from twin.domains.elevators.entrapments import Entrapment
from twin.domains.elevators.failure_process import round_phase
from twin.domains.elevators.fleet import draw_fleet
from twin.domains.elevators.parameters import CAUSES, USES

ALWAYS_TRAPS = {"faults_per_entrapment": 1.0}


def nobody_rescues(domain: ElevatorsDomain) -> None:
    domain.rescue = domain.leave_to_repair


def trapped_with(domain_of: list[ElevatorsDomain], found: list[Entrapment], free: str | None = None):
    """Return what prepares a run: a rescue that notes whom it is handed, and frees them at once if it is said how."""

    def prepare(domain: ElevatorsDomain) -> None:
        domain_of.append(domain)

        def rescue(entrapment: Entrapment) -> None:
            assert entrapment.at_s == domain.now_s
            assert not domain.state.runs(entrapment.elevator, domain.now_s)
            found.append(entrapment)
            if free is not None:
                domain.visited(entrapment.elevator, free)

        domain.rescue = rescue

    return prepare


# -- from a failure to rescue ------------------------------------------------------------------------------------------


def test_everybody_trapped_is_handed_to_rescue_when_it_begins() -> None:
    found: list[Entrapment] = []
    domain, _, frames = run_elevators(prepare=trapped_with([], found))
    rows = frames["elevators.failures"]
    trapping = rows[rows["people"] > 0]
    assert len(found) == len(trapping) > 10
    assert len(rows) > 3 * len(trapping)
    assert [each.case for each in found] == trapping["case"].tolist()
    assert len({each.case for each in found}) == len(found)
    assert [each.at_s for each in found] == sorted(each.at_s for each in found)
    assert {each.cause for each in found} <= set(CAUSES)
    assert min(each.people for each in found) == 1
    assert all(case_of(each.elevator, each.number) == each.case for each in found)
    assert domain.state.entrapments.sum() == len(found)


def test_an_elevator_that_nobody_has_freed_stands_still_and_fails_no_more() -> None:
    """Nobody can be trapped where nothing moves."""
    found: list[Entrapment] = []
    parameters = elevator_parameters(
        fleet_size=50, entrapments_per_elevator_year=50.0, frailty_shape=1000.0, **ALWAYS_TRAPS
    )
    domain, twin, frames = run_elevators(parameters, days=80, prepare=trapped_with([], found))
    assert len(found) == len({each.elevator for each in found}) == 50
    assert len(frames["elevators.failures"]) == 50
    assert frames["elevators.days"]["standing"].iloc[-1] > 45
    assert not twin.elevators[found[0].elevator].runs
    assert not domain.state.running(domain.now_s).any()


@pytest.mark.parametrize("kind", ["release", "repair"])
def test_an_elevator_that_is_freed_runs_and_can_fail_again(kind: str) -> None:
    found: list[Entrapment] = []
    parameters = elevator_parameters(fleet_size=50, entrapments_per_elevator_year=50.0, **ALWAYS_TRAPS)
    domain, _, _ = run_elevators(parameters, days=80, prepare=trapped_with([], found, free=kind))
    assert len(found) > 300
    assert domain.state.running(domain.now_s).all()


def test_a_repair_makes_failures_from_wear_rarer_and_a_release_does_not() -> None:
    counts = {}
    parameters = elevator_parameters(
        fleet_size=200, entrapments_per_elevator_year=50.0, round_days=400, repair_efficiency=1.0, **ALWAYS_TRAPS
    )
    for kind in ("release", "repair"):
        found: list[Entrapment] = []
        run_elevators(parameters, days=120, prepare=trapped_with([], found, free=kind))
        wear = sum(each.number % 2 for each in found)
        counts[kind] = wear, len(found) - wear
    assert counts["repair"][0] < 0.5 * counts["release"][0]
    assert counts["repair"][1] == counts["release"][1]


def test_without_a_rescue_elevators_come_back_after_a_repair() -> None:
    _, _, frames = run_elevators(
        elevator_parameters(repair_h={"median": 1.0, "p90": 2.0}), days=10, prepare=nobody_rescues
    )
    standing = frames["elevators.days"]["standing"]
    assert standing.iloc[1:].max() < 10
    assert len(frames["elevators.failures"]) > 300


def test_who_was_under_repair_before_the_run_still_stands_when_it_begins() -> None:
    parameters = elevator_parameters(repair_h={"median": 48.0, "p90": 96.0}, history_days=30)
    _, _, frames = run_elevators(parameters, days=20, prepare=nobody_rescues)
    standing = frames["elevators.days"]["standing"]
    assert standing.iloc[0] == pytest.approx(standing.iloc[5:].mean(), rel=0.35)
    assert standing.iloc[0] > 30


def test_nothing_begins_before_the_run_or_after_its_end() -> None:
    _, _, frames = run_elevators(days=0.5, warm_up_h=3.0, start=datetime(2021, 3, 15, 7))
    at_s = frames["elevators.failures"]["at_s"]
    assert at_s.min() >= -3 * HOUR_S
    assert at_s.min() < 0
    assert at_s.max() < 0.5 * DAY_S
    assert frames["elevators.days"]["begins_s"].tolist() == [-7 * HOUR_S]


# -- maintenance -------------------------------------------------------------------------------------------------------


def test_in_rounds_each_elevator_is_visited_once_and_those_of_a_building_together() -> None:
    parameters = elevator_parameters(firms=1, elevators_per_worker=3.0, visits_per_worker=8.0)
    domain, _, frames = run_elevators(parameters, days=15)
    assert (domain.state.visits == 1).all()
    assert frames["elevators.days"]["visits"].sum() == len(domain.fleet)
    phase = round_phase(domain.fleet, 15)
    assert np.bincount(phase, minlength=15).min() > 60
    assert (np.bincount(domain.fleet["building"], phase) / np.bincount(domain.fleet["building"]) % 1 == 0).all()
    visited = frames["elevators.inspections"]
    assert (phase[visited["elevator"]] == visited["day"] % 15).all()
    assert domain.state.last_visit_s.max() <= 15 * DAY_S


def test_fewer_visits_bring_more_failures_from_wear_alone() -> None:
    counts = []
    for every in (15, 60):
        _, _, frames = run_elevators(elevator_parameters(round_days=every), days=60)
        cause = frames["elevators.failures"]["cause"]
        counts.append((int((cause >= 4).sum()), int((cause < 4).sum())))
    assert counts[1][0] > 1.25 * counts[0][0]
    assert counts[1][1] == pytest.approx(counts[0][1], rel=0.05)  # a few come while an elevator stands still


# -- what comes to many at once ----------------------------------------------------------------------------------------


def event(kind: str, value: str | float, from_h: float, until_h: float, **details: object) -> WorldEvent:
    return WorldEvent(kind, value, from_h * HOUR_S, until_h * HOUR_S, tuple(sorted(details.items())))  # type: ignore[arg-type]


QUIET = {"entrapments_per_elevator_year": 0.0}


def test_a_power_cut_stops_its_district_and_traps_who_is_inside() -> None:
    found: list[Entrapment] = []
    seen: list[np.ndarray] = []

    def prepare(domain: ElevatorsDomain) -> None:
        trapped_with([], found)(domain)
        domain.maintenance = lambda day: seen.append(domain.state.running(domain.now_s)) or np.empty(0, np.int32)

    cut = event("power_cut", "west", 18.5, 30)
    domain, _, frames = run_elevators(elevator_parameters(**QUIET), days=2, events=[cut], prepare=prepare)
    fleet = domain.fleet
    hit = (fleet["district"] == town().roads.districts.index("west")) & ~fleet["backup_power"]
    assert (seen[1] == ~hit).all(), "at midnight power is still away"
    (stop,) = frames["elevators.stops"].itertuples()
    assert stop.stopped == hit.sum()
    assert stop.trapping == len(found) > 5
    caught = [each.elevator for each in found]
    assert not fleet["rescue_device"].to_numpy()[caught].any()
    assert {(each.cause, each.at_s) for each in found} == {("power_cut", 18.5 * HOUR_S)}
    free = np.ones(len(fleet), np.bool_)
    free[caught] = False
    assert (domain.state.running(domain.now_s) == free).all(), "all others run again when power is back"


def test_more_are_inside_when_more_elevators_are_under_way() -> None:
    counts = []
    for hour in (3.0, 8.5):
        found: list[Entrapment] = []
        cut = event("power_cut", "west", hour, 10)
        run_elevators(elevator_parameters(**QUIET), days=1, events=[cut], prepare=trapped_with([], found))
        counts.append(len(found))
    assert counts[1] > 5 * counts[0]


def test_a_box_narrows_a_power_cut() -> None:
    lon = town().roads.node_lon
    box = (float(lon.min()) - 1, 30.0, float(np.quantile(lon, 0.25)), 40.0)
    domain, _, frames = run_elevators(
        elevator_parameters(**QUIET), days=1, events=[event("power_cut", "west", 8, 9, box=box)]
    )
    inside = (domain.fleet["lon"] <= box[2]) & (domain.fleet["district"] == 0) & ~domain.fleet["backup_power"]
    assert frames["elevators.stops"]["stopped"].tolist() == [inside.sum()]
    assert 0 < inside.sum() < ((domain.fleet["district"] == 0) & ~domain.fleet["backup_power"]).sum()


def test_an_event_where_there_is_no_elevator_is_told_with_a_remedy() -> None:
    nowhere = event("flood", 0.3, 8, 20, box=(10.0, 30.0, 11.0, 31.0))
    with pytest.raises(ScenarioError, match="no elevator lies where flood is to happen; enlarge its box"):
        run_elevators(days=1, events=[nowhere])


def test_a_flood_stops_its_share_and_some_for_days_after_it() -> None:
    everywhere = (110.0, 30.0, 120.0, 40.0)
    domain, _, frames = run_elevators(
        elevator_parameters(**QUIET), days=4, events=[event("flood", 0.3, 8, 20, box=everywhere)]
    )
    stopped = frames["elevators.stops"]["stopped"].iloc[0]
    assert stopped == pytest.approx(0.3 * len(domain.fleet), rel=0.15)
    standing = frames["elevators.days"]["standing"].tolist()
    assert standing[0] == 0
    assert stopped >= standing[1] > standing[3] > 0


def test_two_causes_at_once_hold_an_elevator_until_both_have_gone() -> None:
    seen: list[int] = []

    def prepare(domain: ElevatorsDomain) -> None:
        domain.rescue = lambda entrapment: domain.visited(entrapment.elevator, "release")
        domain.maintenance = lambda day: seen.append(int(domain.state.without_power.max())) or np.empty(0, np.int32)

    cuts = [event("power_cut", "west", 8, 30), event("power_cut", "west", 9, 60)]
    domain, _, frames = run_elevators(elevator_parameters(**QUIET), days=3, events=cuts, prepare=prepare)
    assert seen == [0, 2, 1]
    assert frames["elevators.stops"]["stopped"].tolist()[1] == 0, "what stands still is not stopped again"
    assert domain.state.running(domain.now_s).all()


def test_heat_multiplies_all_failures_and_rain_those_from_outside() -> None:
    def counts(*events: WorldEvent) -> tuple[int, int]:
        parameters = elevator_parameters(entrapments_per_elevator_year=8.0, day_shape=1e6)
        _, _, frames = run_elevators(parameters, days=6, events=list(events))
        wear = frames["elevators.failures"]["cause"].to_numpy() >= 4
        return int(wear.sum()), int((~wear).sum())

    plain, hot, wet = counts(), counts(event("heat_wave", 3.0, 0, 144)), counts(event("rain_mm_per_h", 100.0, 0, 144))
    assert hot[0] > 2.2 * plain[0]
    assert hot[1] > 2.2 * plain[1]
    assert wet[0] == pytest.approx(plain[0], rel=0.05)
    assert 1.7 * plain[1] < wet[1] < 2.3 * plain[1]


def test_december_is_worse_than_april() -> None:
    parameters = elevator_parameters(day_shape=1e6, history_days=0, entrapments_per_elevator_year=8.0)
    counts = [
        len(run_elevators(parameters, days=20, start=datetime(2021, month, 5))[2]["elevators.failures"])
        for month in (4, 12)
    ]
    assert counts[1] / counts[0] == pytest.approx(1.21 / 0.90, abs=0.1)


# -- the fleet ---------------------------------------------------------------------------------------------------------


def test_a_fleet_belongs_to_the_city_and_not_to_the_day() -> None:
    one, *_ = run_elevators(days=0.1, seed=1)
    two, *_ = run_elevators(days=0.1, seed=2, replication=3)
    assert one.fleet.equals(two.fleet)
    assert not np.array_equal(one.process.key, two.process.key)


def test_the_fleet_has_the_size_the_uses_and_the_buildings_that_are_asked_for() -> None:
    parameters = elevator_parameters()
    fleet = fleet_of(parameters)
    assert len(fleet) == 2_000
    shares = fleet["use"].value_counts(normalize=True, sort=False)
    for code, use in enumerate(USES):
        assert shares[code] == pytest.approx(getattr(parameters.use_shares, use), abs=1e-3)
        of_use = fleet[fleet["use"] == code]
        mean = len(of_use) / of_use["building"].nunique()
        assert mean == pytest.approx(getattr(parameters.elevators_a_building, use), rel=0.1)
    for name in ("lon", "lat", "node", "use", "firm", "age_years", "floors", "round_draw"):
        assert (fleet.groupby("building")[name].nunique() == 1).all(), name
    assert fleet["frailty"].mean() == pytest.approx(1, abs=0.1)
    near = town().straight_line_m(fleet["node"].to_numpy(), 0) >= 0
    assert near.all()


def test_the_fleet_grows_with_the_residents_of_the_map() -> None:
    residents = float(town().map.population.residents.sum())
    parameters = elevator_parameters(figures_for_residents=4 * residents)
    assert len(fleet_of(parameters)) == 500


def test_a_map_without_hospitals_is_told_with_a_remedy() -> None:
    bare = City(dataclasses.replace(small_map(), hospitals=()), RoadParameters())
    with pytest.raises(MapError, match=r"no hospital for the hospitals' elevators; add one, or give their share"):
        draw_fleet(lambda column: np.random.default_rng(1), bare, elevator_parameters())


def test_an_elevator_can_be_looked_at() -> None:
    domain, twin, frames = run_elevators(days=3)
    row = frames["elevators.failures"].iloc[0]
    one = twin.elevators[int(row["elevator"])]
    assert one.faults >= 1
    assert one.use in USES
    assert (one.lon, one.floors) == (domain.fleet["lon"][one.elevator], domain.fleet["floors"][one.elevator])
    assert len(twin.elevators) == 2_000
    assert twin.elevators[-1].elevator == 1_999
    assert [each.elevator for each in twin.elevators[10:13]] == [10, 11, 12]
    history = twin.tables["elevators.history"]
    past = twin.elevators[int(history["elevator"].iloc[-1])].history
    assert past[0].days_before == -history["day"].iloc[-1]
    assert [each.days_before for each in past] == sorted(each.days_before for each in past)
    with pytest.raises(IndexError):
        twin.elevators[2_000]
