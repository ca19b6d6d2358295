"""Rescue: alarms reach the firm, somebody comes and frees them, and what the city knows makes it sooner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.elevator_runs import elevator_parameters, fleet_of, run_elevators, town

from twin.core.channels import PersonFellIll
from twin.core.clock import DAY_S, HOUR_S
from twin.core.domain import WorldEvent
from twin.core.streams import Streams
from twin.domains.elevators.domain import ElevatorsDomain
from twin.domains.elevators.rescue import BROKEN, illness_of
from twin.domains.elevators.rescue_chances import binomial_of
from twin.domains.elevators.workers import WorkDay, Workforce, draw_workforce, spread_stations
from twin.domains.emergency.parameters import CONDITIONS


def rescues(**options: Any) -> pd.DataFrame:
    _, _, frames = run_elevators(**options)
    found = frames["elevators.rescues"]
    return found[found["people"] > 0].sort_values("case").reset_index(drop=True)


def workforce(**changes: object) -> tuple[pd.DataFrame, Workforce]:
    parameters = elevator_parameters(**changes)
    fleet, named = fleet_of(parameters), Streams(0, 0)
    return fleet, draw_workforce(lambda column: named("elevators", column), town(), fleet, parameters)


# -- the alarm ---------------------------------------------------------------------------------------------------------


def test_an_elevator_that_reports_itself_is_known_of_at_once() -> None:
    by_hand = rescues(days=6)
    connected = rescues(days=6, connections={"elevator_alarm": 1.0})
    assert by_hand["case"].tolist() == connected["case"].tolist(), "both meet the same entrapments"
    alarm_s = [(frame["told_s"] - frame["at_s"]).mean() for frame in (by_hand, connected)]
    assert alarm_s[1] < 90 < 180 < alarm_s[0]
    assert set(connected["way"]) == {"connected"}
    assert set(by_hand["way"]) == {"property", "platform", "nobody"}


def test_where_nobody_answers_and_there_is_no_platform_it_takes_hours() -> None:
    """The old practice of the city-brain article: its long tail."""
    found = rescues(days=20, connections={}, parameters=elevator_parameters(platform_share=0.0))
    with_platform = rescues(days=20)
    unheard = found[found["way"] == "nobody"]
    lasted_h = (unheard["freed_s"] - unheard["at_s"]) / HOUR_S
    assert 0.15 < len(unheard) / len(found) < 0.25
    assert lasted_h.mean() > 1.2
    assert lasted_h.max() > 3
    assert (with_platform["way"] == "nobody").mean() < 0.1


def test_a_share_connected_is_the_same_elevators_and_more_when_it_rises() -> None:
    shares = [rescues(days=6, connections={"elevator_alarm": share})["way"] == "connected" for share in (0.2, 0.6)]
    assert 0 < shares[0].sum() < shares[1].sum() < len(shares[0])
    assert not (shares[0] & ~shares[1]).any()


def test_an_alarm_that_fails_leaves_the_trapped_to_the_bell() -> None:
    found: dict[bool, set[str]] = {}

    def prepare(domain: ElevatorsDomain) -> None:
        original = domain.on_event
        domain.on_event = lambda twin, event, begins: (  # type: ignore[method-assign]
            twin.brain.fail("elevator_alarm", begins) if event.kind == "x" else original(twin, event, begins)
        )

    gone = WorldEvent("x", "", DAY_S, 2 * DAY_S)
    rows = rescues(days=3, connections={"elevator_alarm": 1.0}, events=[gone], prepare=prepare)
    during = (rows["at_s"] >= DAY_S) & (rows["at_s"] < 2 * DAY_S)
    for within in (True, False):
        found[within] = set(rows["way"][during == within])
    assert "connected" not in found[True]
    assert found[False] == {"connected"}


def test_false_alarms_cost_a_trip_and_trap_nobody() -> None:
    parameters = elevator_parameters(entrapments_per_elevator_year=0.0, false_alarms_per_year=3.0)
    _, _, frames = run_elevators(parameters, days=10, connections={"elevator_alarm": 0.5})
    found, drives = frames["elevators.rescues"], frames["elevators.helpers"]
    assert len(found) == pytest.approx(3.0 * 2000 * 0.5 * 10 / 365, rel=0.4)
    assert (found["people"] == 0).all()
    assert len(drives) == len(found)
    assert frames["elevators.failures"].empty
    assert run_elevators(parameters, days=10)[2]["elevators.rescues"].empty, "nobody is connected"


# -- who comes ---------------------------------------------------------------------------------------------------------


def test_the_contracted_firm_comes_unless_it_is_late() -> None:
    found = rescues(days=6, rules={"second_level": "never"})
    assert found["own_firm"].all()
    assert set(found["level"]) == {1}


def test_where_workers_are_seen_the_nearest_comes_and_is_there_sooner() -> None:
    firm = rescues(days=10, rules={"second_level": "never"})
    seen = rescues(
        days=10, connections={"worker_position": 1.0}, rules={"rescue": "nearest_qualified", "second_level": "never"}
    )
    assert not seen["own_firm"].all()
    came_s = [(frame["arrive_s"] - frame["told_s"]).mean() for frame in (firm, seen)]
    assert came_s[1] < came_s[0] - 60
    assert seen["drive_m"].mean() < firm["drive_m"].mean()


def test_the_second_level_comes_when_the_firm_is_late_and_the_other_turns_round() -> None:
    parameters = elevator_parameters(turn_out_day_min={"median": 60.0, "p90": 60.0}, turn_out_night_min={
        "median": 60.0, "p90": 60.0})  # fmt: skip
    _, _, frames = run_elevators(parameters, days=4)
    found, helpers = frames["elevators.rescues"], frames["elevators.helpers"]
    assert (found["level"] == 2).mean() > 0.9
    assert ((found["arrive_s"] - found["told_s"]) >= 30 * 60).all()
    assert not found["own_firm"][found["level"] == 2].any()
    turned = helpers[~helpers["came_first"]]
    assert (turned["level"] == 1).mean() > 0.9
    never = rescues(parameters=parameters, days=4, rules={"second_level": "never"})
    assert (never["arrive_s"] - never["told_s"]).mean() > 60 * 60


def test_the_fire_brigade_is_the_third_level() -> None:
    parameters = elevator_parameters(
        turn_out_day_min={"median": 200.0, "p90": 200.0}, turn_out_night_min={"median": 200.0, "p90": 200.0},
        second_level_stations=0,
    )  # fmt: skip
    found = rescues(parameters=parameters, days=3)
    assert set(found["level"]) == {3}
    assert ((found["arrive_s"] - found["told_s"]) >= 60 * 60).all()


def test_half_the_workers_make_people_wait_longer() -> None:
    came_s = []
    for each in (30.0, 300.0):
        found = rescues(parameters=elevator_parameters(elevators_per_worker=each, firms=20), days=8)
        came_s.append((found["arrive_s"] - found["told_s"]).mean())
    assert came_s[1] > 1.1 * came_s[0]


# -- what follows ------------------------------------------------------------------------------------------------------


def test_an_elevator_comes_back_after_what_its_cause_needs() -> None:
    found = rescues(days=10)
    out_h = (found["back_s"] - found["freed_s"]) / HOUR_S
    broken = found["cause"].isin(BROKEN)
    assert out_h[broken].median() > 2
    assert out_h[~broken].quantile(0.95) < 1
    assert (out_h.dropna() > 0).all()


def test_whoever_falls_ill_while_trapped_becomes_an_emergency_call() -> None:
    heard: list[tuple[float, PersonFellIll]] = []

    def prepare(domain: ElevatorsDomain) -> None:
        draw = domain.draw_tables

        def tables(twin: Any) -> dict[str, pd.DataFrame]:
            twin.channels.listen("person_fell_ill", lambda message: heard.append((twin.now, message)))
            return draw(twin)

        domain.draw_tables = tables  # type: ignore[method-assign]

    parameters = elevator_parameters(ill_per_person_h=1.0)
    domain, _, frames = run_elevators(parameters, days=5, prepare=prepare)
    found = frames["elevators.rescues"].set_index("case")
    assert len(heard) == found["ill"].sum() > 5
    for now_s, message in heard:
        case = int(message.chance_key.removeprefix("elevators/"))
        row = found.loc[case]
        assert message.cause == "elevators.entrapment"
        assert row["at_s"] < now_s <= row["freed_s"]
        assert message.lon == domain.fleet["lon"].iloc[int(row["elevator"])]
    assert len({message.chance_key for _, message in heard}) == len(heard)


def test_a_house_whose_elevators_all_stand_is_told_to_whoever_asks() -> None:
    told: list[tuple[bool, bool]] = []

    def prepare(domain: ElevatorsDomain) -> None:
        domain.rescue = lambda entrapment: None

        def ask(day: int) -> Any:
            field = domain._twin.channels.field("stopped_elevators")
            assert field is not None
            west, east = (domain.fleet[domain.fleet["district"] == code].iloc[0] for code in (0, 1))
            told.append(tuple(field(float(row["lon"]), float(row["lat"])) for row in (west, east)))  # type: ignore[arg-type]
            return np.empty(0, np.int32)

        domain.maintenance = ask

    cut = WorldEvent("power_cut", "west", 20 * HOUR_S, 30 * HOUR_S)
    quiet = elevator_parameters(entrapments_per_elevator_year=0.0, backup_power_share=0.0)
    domain, _, _ = run_elevators(quiet, days=3, events=[cut], prepare=prepare)
    assert told == [(False, False), (True, False), (False, False)]
    field = domain._twin.channels.field("stopped_elevators")
    assert field is not None
    assert field(10.0, 10.0) is False, "of a house far from all of them nothing is known"


# -- workers -----------------------------------------------------------------------------------------------------------


def test_each_worker_looks_after_some_thirty_elevators_of_his_firm_that_lie_together() -> None:
    fleet, force = workforce()
    firm = fleet["firm"].to_numpy()
    assert (force.firm[force.keeper] == firm).all()
    each = np.bincount(force.keeper)
    assert each.min() >= 1
    assert len(each) == len(force.firm)
    assert each[each > 10].mean() == pytest.approx(30, rel=0.3)
    of_building = pd.Series(force.keeper).groupby(fleet["building"]).nunique()
    assert (of_building == 1).all()
    for one in np.unique(firm):
        own = force.firm == one
        assert (force.on_call & force.qualified & own).any(), "each firm can send somebody at any time"


def test_a_worker_follows_his_list_and_what_keeps_him_moves_it_back() -> None:
    fleet, force = workforce()
    parameters, node = elevator_parameters(), fleet["node"].to_numpy(np.int32)
    worker = int(np.flatnonzero(force.works_on(0))[0])
    own = force.tour[force.keeper[force.tour] == worker]
    day = WorkDay(force, node, own[:3], 0, 0.0, parameters)
    who = np.array([worker], np.int32)
    begin, takes = 8 * HOUR_S, 3600.0
    first, last = int(node[own[0]]), int(node[own[2]])
    assert day.node_of(who, 3 * HOUR_S)[0] == force.home[worker]
    assert day.node_of(who, begin + 1)[0] == first
    assert day.inspecting_s[worker] >= 3 * takes
    assert day.node_of(who, begin + day.inspecting_s[worker] - 1)[0] == last
    assert day.node_of(who, begin + day.inspecting_s[worker] + 1)[0] == force.base[worker]
    day.delay(worker, 5000.0)
    assert day.node_of(who, begin + 4999)[0] == first
    assert day.node_of(who, begin + 5000 + day.inspecting_s[worker] - 1)[0] == last


def test_on_a_day_without_visits_everybody_is_at_his_base_and_at_night_at_home() -> None:
    fleet, force = workforce()
    everybody = np.arange(len(force.firm), dtype=np.int32)
    day = WorkDay(force, fleet["node"].to_numpy(np.int32), np.empty(0, np.int32), 3, 0.0, elevator_parameters())
    assert (day.node_of(everybody, 2 * HOUR_S) == force.home).all()
    assert (day.node_of(everybody, 12 * HOUR_S) == np.where(day.works, force.base, force.home)).all()
    assert day.on_duty(2 * HOUR_S).sum() == force.on_call.sum()
    assert day.on_duty(12 * HOUR_S).sum() == (force.on_call | day.works).sum()


def test_who_rests_leaves_his_work_to_a_colleague_of_his_firm() -> None:
    _, force = workforce()
    everybody = np.arange(len(force.firm))
    for day in range(7):
        works, does = force.works_on(day), force.stand_ins(day)
        assert (does[works] == everybody[works]).all()
        for worker in np.flatnonzero(~works).tolist():
            own = np.flatnonzero(works & (force.firm == force.firm[worker]))
            if not len(own):
                assert does[worker] == worker
                continue
            after = own[own > worker]
            assert does[worker] == (after[0] if len(after) else own[-1])
        assert force.visits_possible(day, 3.5, 100).sum() == pytest.approx(3.5 * works.sum(), abs=50)
        assert (force.visits_possible(day, 1e6, 100) == force.visits_possible(day, force.visits_a_day, 100)).all()


def test_stations_divide_the_elevators_and_none_is_needed() -> None:
    fleet = fleet_of(elevator_parameters())
    assert len(np.unique(spread_stations(town(), fleet, 9))) == 9
    assert len(spread_stations(town(), fleet, 0)) == 0


def test_faults_that_trap_nobody_keep_workers_too() -> None:
    quiet, busy = (
        run_elevators(elevator_parameters(faults_per_entrapment=faults), days=4)[2]["elevators.worker_days"]
        for faults in (1.0, 20.0)
    )
    assert quiet["mending_s"].sum() == 0
    assert busy["mending_s"].sum() > 100 * HOUR_S


# -- the same chance, counted time -------------------------------------------------------------------------------------


def test_what_chance_says_of_a_case_is_the_same_under_every_brain() -> None:
    one, other = rescues(days=4), rescues(days=4, brain="best_published", rules={"inspection": "rounds"})
    for name in ("case", "elevator", "at_s", "cause", "people", "vulnerable"):
        assert one[name].tolist() == other[name].tolist(), name


def test_a_run_that_begins_and_ends_in_the_middle_of_a_day_frees_everybody() -> None:
    parameters = elevator_parameters(entrapments_per_elevator_year=20.0)
    found = rescues(parameters=parameters, days=0.6, warm_up_h=3.0, start=datetime(2021, 3, 15, 7))
    assert found["at_s"].min() < 0
    assert found["freed_s"].notna().all()
    assert (found["freed_s"] > found["at_s"]).all()


def test_what_the_trapped_fall_ill_with_are_conditions_that_an_ambulance_knows() -> None:
    assert set(elevator_parameters().illness_shares.model_dump()) <= set(CONDITIONS)


def test_small_distributions_are_what_they_are_called() -> None:
    drawn = (np.arange(100_000) + 0.5) / 100_000
    shares = elevator_parameters().illness_shares.model_dump()
    people = np.array([binomial_of(one, 5, 0.3) for one in drawn])
    assert people.mean() == pytest.approx(1.5, abs=1e-3)
    assert people.var() == pytest.approx(1.05, abs=2e-3)
    kinds = pd.Series([illness_of(one, shares) for one in drawn]).value_counts(normalize=True)
    assert kinds["other"] == pytest.approx(0.6, abs=1e-3)


# -- power comes back --------------------------------------------------------------------------------------------------


def cut_short(**changes: object) -> pd.DataFrame:
    """Power fails in half of a town for ten minutes at six in the evening: who was trapped by it."""
    events = [WorldEvent("power_cut", "west", 18 * HOUR_S, 18 * HOUR_S + 600)]
    found = rescues(parameters=elevator_parameters(**changes), days=1, events=events)
    return found[found["cause"] == "power_cut"]


def test_when_power_is_back_most_elevators_that_only_had_none_open_by_themselves() -> None:
    found = cut_short()
    by_power = found["by_power"]
    waited = found[found["arrive_s"].isna() | (found["arrive_s"] > 18 * HOUR_S + 900)]
    assert len(waited) > 20
    assert waited["by_power"].mean() == pytest.approx(0.8, abs=0.15)
    assert (found["freed_s"][by_power] > 18 * HOUR_S + 600).all()
    assert (found["back_s"][by_power] == found["freed_s"][by_power]).all()
    assert found["helper"][by_power].isna().all()
    assert found["helper"][~by_power].notna().all()


def test_where_nothing_moves_again_somebody_comes_to_all() -> None:
    found = cut_short(moves_again_share=0.0)
    assert not found["by_power"].any()
    assert found["arrive_s"].notna().all()


def test_who_is_on_his_way_when_power_is_back_turns_round_and_is_free() -> None:
    events = [WorldEvent("power_cut", "west", 18 * HOUR_S, 18 * HOUR_S + 600)]
    _, _, frames = run_elevators(elevator_parameters(), days=1, events=events)
    case = frames["elevators.rescues"].query("by_power")["case"]
    came = frames["elevators.helpers"].set_index("case")
    called_back = came.loc[came.index.isin(case)]
    assert len(called_back) > 10
    assert not called_back["came_first"].any()
    assert called_back["free_s"].notna().all()
