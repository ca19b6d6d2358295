"""Every rule of the emergency domain decides as worked out by hand, after its paper where it has one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.queues import mean_wait

from twin.core.decisions import Decision, RuleSetting
from twin.domains.emergency import questions as emergency
from twin.domains.emergency.decisions import (
    AtTheDoor,
    CallsUnderWay,
    Coverage,
    DispatchView,
    Hospitals,
    HospitalView,
    LeaveAsIs,
    Open,
    QueueView,
    RedispatchView,
    Send,
    ServeInOrder,
    StandbyView,
    Stations,
    TakeOver,
    TakeTo,
    UnderWay,
    Vehicles,
    Wait,
    WaitAt,
    WaitingCalls,
)
from twin.domains.emergency.examples import example_view
from twin.policies.conformance import SLOWEST_S
from twin.policies.emergency.hospital.least_time_to_treatment import _wait_s
from twin.policies.registry import load_rule, rule_names

DECISIONS = {decision.name: decision for decision in emergency.DECISIONS}


def decide(decision: str, rule: str, view: Any, **parameters: object) -> Any:
    """Ask a fresh copy of a rule, loaded as a scenario loads it; the answer is legal."""
    answer = load_rule(RuleSetting(rule, parameters), DECISIONS[decision], scenario_folder=None)(view)  # type: ignore[arg-type]
    assert DECISIONS[decision].objection(view, answer) is None
    return answer


def made_up(decision: str, **changes: object) -> Any:
    """Return a view in which only what is given matters."""
    return replace(example_view(decision, np.random.default_rng(0)), **changes)


def coverage(demand: Sequence[float], covers: Sequence[str], target_s: float = 480.0) -> Coverage:
    """Return a coverage from a row of 0 and 1 for each station."""
    table = np.array([[float(sign) for sign in row] for row in covers], np.float32)
    drive_time_s = np.where(table > 0, target_s / 2, 2 * target_s).astype(np.float32)
    return Coverage(np.array(demand, np.float32), drive_time_s, target_s, table)


LINE = coverage((0.3, 0.1, 0.1, 0.2, 0.3), ("11000", "01110", "00011"))
"""Three stations on a line of five cells: each covers those beside it."""
FACTS = coverage((2, 2, 1, 1), ("1100", "0110", "1001"))
"""The case of MCLP and MEXCLP whose optima are known."""


# -- queue -------------------------------------------------------------------------------------------------------------


def waiting(severity: Sequence[int]) -> QueueView:
    """Return calls 10, 11, ... in the order in which they were ready."""
    count = len(severity)
    calls = WaitingCalls(10 + np.arange(count), np.array(severity, np.int8), 60.0 * np.arange(count, 0, -1))
    return made_up("queue", calls=calls)


def test_calls_are_served_in_order_of_readiness_or_the_severe_first() -> None:
    view = waiting([2, 1, 2, 1])
    assert decide("queue", "in_order_of_readiness", view) == ServeInOrder((10, 11, 12, 13))
    assert decide("queue", "most_severe_first", view) == ServeInOrder((11, 13, 10, 12))


# -- dispatch ----------------------------------------------------------------------------------------------------------


def dispatch(
    drive_s: Sequence[float], *, severity: int = 1, station: Sequence[int] | None = None,
    at: Sequence[bool] | None = None, order: Sequence[int] | None = None, line_m: Sequence[float] | None = None,
    under_way: Sequence[float] = (), advanced: Sequence[bool] | None = None,
) -> DispatchView:  # fmt: skip
    """Return a call; free vehicles are 0, 1, ..., those under way 100, 101, ..."""
    count, others = len(drive_s), len(under_way)
    free = Vehicles(
        id=np.arange(count, dtype=np.int32),
        station=np.array([0] * count if station is None else station, np.int32),
        at_station=np.array([True] * count if at is None else at),
        station_order=np.array([0] * count if order is None else order, np.int32),
        straight_line_m=np.array([0] * count if line_m is None else line_m, np.float32),
        drive_time_s=np.array(drive_s, np.float32),
        advanced=np.array([True] * count if advanced is None else advanced),
    )
    called_off = UnderWay(
        id=100 + np.arange(others, dtype=np.int32),
        call=np.arange(others),
        severity=np.full(others, 2, np.int8),
        drive_time_s=np.array(under_way, np.float32),
    )
    return made_up("dispatch", severity=severity, free_vehicles=free, under_way=called_off, coverage=LINE)


def test_the_nearest_is_sent_by_time_by_line_or_by_district() -> None:
    """Vehicle 2 heads the district's list but is on its way home, so that 1, next on the list, is sent."""
    view = dispatch([300, 200, 100], line_m=[500, 900, 700], order=[2, 1, 0], at=[True, True, False])
    assert decide("dispatch", "nearest_by_drive_time", view) == Send(2)
    assert decide("dispatch", "nearest_by_straight_line", view) == Send(0)
    assert decide("dispatch", "station_district", view) == Send(1)


@pytest.mark.parametrize(
    ("severity", "drive_s", "advanced", "sent"),
    [
        (1, [300, 400], [False, True], 1),  # advanced help comes 100 s later: worth it, with 120 s
        (1, [300, 421], [False, True], 0),  # 121 s later: too late
        (2, [300, 400], [True, False], 1),  # the advanced crew is kept
        (2, [300, 421], [True, False], 0),
        (3, [300, 400], [True, False], 1),
        (1, [300, 200], [True, True], 1),
        (1, [300, 200], [False, False], 1),
    ],
)
def test_life_threatened_get_advanced_help_and_others_leave_it(
    severity: int, drive_s: list[float], advanced: list[bool], sent: int
) -> None:
    view = dispatch(drive_s, severity=severity, advanced=advanced)
    assert decide("dispatch", "fitting_crew", view) == Send(sent)


@pytest.mark.parametrize(
    ("station", "drive_s", "parameters", "sent"),
    [
        # One at each station, q = 0.5, so that cells have k = 1 2 1 2 1. But for the factor 1 - q leaving costs
        # A 0.3 + 0.1/2 = 0.35, B 0.1/2 + 0.1 + 0.2/2 = 0.25, C 0.2/2 + 0.3 = 0.40. A and B are in time: B.
        ([0, 1, 2], [200, 400, 900], {}, 1),
        # C would be the dearest, but nobody else is in time.
        ([0, 1, 2], [500, 600, 400], {}, 2),
        # Nobody is in time: the fastest, or by loss all the same.
        ([0, 1, 2], [500, 600, 700], {}, 0),
        ([0, 1, 2], [500, 600, 700], {"if_late": "least_loss"}, 1),
        # A tighter target leaves A alone.
        ([0, 1, 2], [200, 400, 900], {"target_s": 300}, 0),
        # Two at A: k = 2 3 1 2 1. A 0.3/2 + 0.1/4 = 0.175, B 0.1/4 + 0.1 + 0.2/2 = 0.225: A, the faster of its two.
        ([0, 0, 1, 2], [300, 250, 200, 900], {}, 1),
        # q = 0: only who is alone is missed. A 0.3, B 0.1, C 0.3.
        ([0, 1, 2], [100, 400, 200], {"busy_fraction": 0.0}, 1),
        # q = 1 (but for the factor 1 - q): how many cover plays no part. A 0.4, B 0.4, C 0.5: A, the faster.
        ([0, 1, 2], [200, 400, 100], {"busy_fraction": 1.0}, 0),
    ],
)
def test_of_those_in_time_the_one_goes_whose_leaving_costs_least(
    station: list[int], drive_s: list[float], parameters: dict[str, object], sent: int
) -> None:
    view = dispatch(drive_s, station=station)
    assert decide("dispatch", "least_coverage_loss", view, **{"busy_fraction": 0.5, **parameters}) == Send(sent)


@pytest.mark.parametrize(
    ("drive_s", "severity", "parameters", "answer"),
    [
        ([400, 300, 200, 100], 2, {}, Send(3)),  # four are free, one more than the reserve
        ([400, 300, 200], 2, {}, Wait()),  # Taylor and Templeton: cut off while N1 or more are busy
        ([400], 1, {}, Send(0)),
        ([], 1, {}, Wait()),
        ([100, 200, 300, 900, 950], 2, {"near_s": 480}, Send(3)),  # the three near are kept, a farther one goes
        ([100, 200, 300], 2, {"near_s": 480}, Wait()),
        ([100, 200, 300], 2, {"reserve": 0}, Send(0)),
    ],
)
def test_the_last_free_vehicles_are_kept_for_the_severe(
    drive_s: list[float], severity: int, parameters: dict[str, object], answer: Send | Wait
) -> None:
    assert decide("dispatch", "fastest_with_reserve", dispatch(drive_s, severity=severity), **parameters) == answer


@pytest.mark.parametrize(
    ("free_s", "under_way_s", "parameters", "answer"),
    [
        ([700, 600], [900, 470], {}, Send(101)),  # saves 130 s
        ([700, 600], [900, 480], {}, Send(1)),  # saves 120 s, not more
        ([700, 600], [900, 480], {"worth_s": 60}, Send(101)),
        ([], [900, 480], {}, Send(101)),
        ([700, 600], [], {}, Send(1)),
    ],
)
def test_a_vehicle_is_called_off_where_that_saves_enough(
    free_s: list[float], under_way_s: list[float], parameters: dict[str, object], answer: Send
) -> None:
    view = dispatch(free_s, under_way=under_way_s)
    assert decide("dispatch", "fastest_or_called_off", view, **parameters) == answer


# -- redispatch --------------------------------------------------------------------------------------------------------


def under_way(severity: Sequence[int], remaining_s: Sequence[float], drive_s: Sequence[float]) -> RedispatchView:
    """Return calls 20, 21, ... to which vehicles are under way."""
    count = len(severity)
    calls = CallsUnderWay(
        call=20 + np.arange(count),
        severity=np.array(severity, np.int8),
        vehicle=np.arange(count, dtype=np.int32),
        remaining_s=np.array(remaining_s, np.float32),
        drive_time_s=np.array(drive_s, np.float32),
    )
    return made_up("redispatch", vehicle=99, calls=calls)


def test_a_freed_vehicle_takes_over_the_severe_call_that_gains_most() -> None:
    """Saved are 800, 200 and 250 s; the first call is not severe."""
    view = under_way([2, 1, 1], [900, 500, 700], [100, 300, 450])
    assert decide("redispatch", "if_sooner", view) == TakeOver(22)
    assert decide("redispatch", "if_sooner", view, worth_s=300) == TakeOver(20)
    assert decide("redispatch", "if_sooner", view, worth_s=800) == LeaveAsIs()
    assert decide("redispatch", "if_sooner", under_way([], [], [])) == LeaveAsIs()
    assert decide("redispatch", "never", view) == LeaveAsIs()


# -- standby -----------------------------------------------------------------------------------------------------------


def standby(
    idle: Sequence[int],
    drive_s: Sequence[float],
    over: Coverage,
    *,
    busy: float = 0.5,
    ids: Sequence[int] | None = None,
) -> StandbyView:
    """Return a freed vehicle whose home is station 0."""
    at = np.arange(len(idle)) if ids is None else np.array(ids)
    stations = Stations(at.astype(np.int32), np.array(idle, np.int32), np.array(drive_s, np.float32))
    return made_up("standby", home=0, busy_fraction=busy, stations=stations, coverage=over)


def test_a_vehicle_goes_home_or_where_home_is_closed_to_the_nearest() -> None:
    assert decide("standby", "home_station", standby([9, 0, 0], [900, 100, 200], LINE)) == WaitAt(0)
    assert decide("standby", "home_station", standby([0, 0], [200, 100], LINE, ids=[1, 2])) == WaitAt(2)


@pytest.mark.parametrize(
    ("idle", "drive_s", "busy", "post"),
    [
        # Nobody: A 0.4, B 0.1 + 0.1 + 0.2 = 0.4, C 0.5.
        ([0, 0, 0], [1, 2, 3], 0.5, 2),
        # One at C: A 0.4, B 0.1 + 0.1 + 0.2/2 = 0.3, C 0.5/2.
        ([0, 0, 1], [3, 2, 1], 0.5, 0),
        # One at A and C: A 0.4/2, B 0.1/2 + 0.1 + 0.2/2 = 0.25, C 0.5/2: B and C equal, the nearer.
        ([1, 0, 1], [1, 3, 2], 0.5, 2),
        ([1, 0, 1], [1, 2, 3], 0.5, 1),
        # The same with q = 0.8: A 0.32, B 0.08 + 0.1 + 0.16 = 0.34, C 0.4; with q = 0.2: A 0.08, B 0.16, C 0.1.
        ([1, 0, 1], [1, 2, 3], 0.8, 2),
        ([1, 0, 1], [1, 2, 3], 0.2, 1),
        # Nobody is ever busy (q = 0): only what nobody covers counts. Everybody (q = 1): all gain what they cover.
        ([1, 0, 1], [1, 2, 3], 0.0, 1),
        ([5, 5, 5], [1, 2, 3], 1.0, 2),
    ],
)
def test_dmexclp_adds_the_most_expected_coverage(idle: list[int], drive_s: list[float], busy: float, post: int) -> None:
    """Jagtenberg et al. (2015) on three stations in a line; the comments leave out the factor 1 - q of all gains."""
    assert decide("standby", "dmexclp", standby(idle, drive_s, LINE, busy=busy)) == WaitAt(post)
    assert decide("standby", "dmexclp", standby(idle, drive_s, LINE, busy=0.123), busy_fraction=busy) == WaitAt(post)


@pytest.mark.parametrize("q", [0.1, 0.3, 0.7])
def test_dmexclp_does_what_trying_every_station_does(q: float) -> None:
    """Its gain is the difference of Daskin's expected coverage with and without the vehicle."""
    chance = np.random.default_rng(7)
    for _ in range(50):
        view = example_view("standby", chance)
        covers, demand = view.coverage.covers.astype(np.float64), view.coverage.demand_share.astype(np.float64)
        standing = np.zeros(len(covers))
        standing[view.stations.id] = view.stations.idle
        values = [demand @ (1 - q ** ((standing + np.eye(len(covers))[post]) @ covers)) for post in view.stations.id]
        post = decide("standby", "dmexclp", view, busy_fraction=q).station
        assert values[int(np.flatnonzero(view.stations.id == post)[0])] == pytest.approx(max(values), abs=2e-6)


@pytest.mark.parametrize(
    ("others", "drive_s", "post", "expected"),
    [
        ([0, 0, 0], [3, 2, 1], 0, 2.8),  # 0.7 (2 + 2)
        ([0, 1, 0], [1, 2, 3], 2, 4.2),  # B and C: 0.7 (2 + 1 + 2 + 1); with A and B or C only 3.92
        ([0, 0, 1], [1, 2, 3], 1, 4.2),
        ([0, 1, 1], [3, 2, 1], 0, 5.04),  # one at each: 0.91 (2 + 2) + 0.7 (1 + 1)
        ([0, 2, 1], [1, 2, 3], 2, 5.46),  # two at B and C: 0.91 (2 + 1 + 2 + 1)
        ([0, 1, 2], [1, 3, 2], 1, 5.46),
    ],
)
def test_the_compliance_table_leads_to_the_optima_of_mexclp(
    others: list[int], drive_s: list[float], post: int, expected: float
) -> None:
    assert decide("standby", "compliance_table", standby(others, drive_s, FACTS), busy_fraction=0.3) == WaitAt(post)
    standing = np.array(others) + np.eye(3)[post]
    value = FACTS.demand_share @ (1 - 0.3 ** (standing @ FACTS.covers))
    assert value == pytest.approx(expected, abs=1e-6)


def test_of_several_posts_that_are_wanted_the_nearest_is_filled() -> None:
    """With two idle, one of them wrongly at A, both B and C are wanted; with B closed the table is one of A and C."""
    assert decide("standby", "compliance_table", standby([1, 0, 0], [1, 3, 2], FACTS)) == WaitAt(2)
    assert decide("standby", "compliance_table", standby([1, 0, 0], [1, 2, 3], FACTS)) == WaitAt(1)
    # A and C: 0.91 x 2 + 0.7 (2 + 1) = 3.92, two at A 0.91 x 4 = 3.64.
    assert decide("standby", "compliance_table", standby([1, 0], [1, 2], FACTS, ids=[0, 2])) == WaitAt(2)


# -- hospital ----------------------------------------------------------------------------------------------------------


def hospitals(condition: str, *, load_known: bool = True, capable: Sequence[bool] = (True,) * 4) -> HospitalView:
    """Return four hospitals, 300, 900, 1500 and 200 s away; stays are an hour, and as long is a laboratory held.

    Wait for a bay: the first has 4, all taken, and 2 wait: 3 must leave, one every quarter of an hour: 2700 s. The
    second has 10, all taken: 360 s. The others have one left. For a laboratory: the second has 1, taken: 3600 s; the
    third 2, one of them taken: 0 s; the last none.
    """

    def column(*values: float) -> Any:
        return np.array(values, np.int32)

    known = int(load_known)
    return made_up(
        "hospital", condition=condition, load_known=load_known, bay_stay_s=3600.0, laboratory_s=3600.0,
        hospitals=Hospitals(
            id=column(3, 5, 7, 8), capable=np.array(capable), straight_line_m=np.zeros(4, np.float32),
            drive_time_s=np.array([300, 900, 1500, 200], np.float32),
            bays=column(4, 10, 6, 1),
            bays_taken=known * column(4, 10, 5, 0), bays_waited_for=known * column(2, 0, 0, 0),
            laboratories=column(1, 1, 2, 0), laboratories_taken=known * column(0, 1, 1, 0),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("view", "nearest", "nearest_capable", "least_time"),
    [
        # Until treatment: 300 + 2700 = 3000, 900 + 360 = 1260, 1500; the last cannot treat.
        (hospitals("trauma", capable=[True, True, True, False]), 8, 3, 5),
        # With the laboratory: 3000 + 0, 1260 + 3600 = 4860, 1500 + 0.
        (hospitals("stemi", capable=[True, True, True, False]), 8, 3, 7),
        (hospitals("stemi", capable=[True, True, False, False]), 8, 3, 3),
        # The load is unknown: as the nearest capable.
        (hospitals("stemi", load_known=False, capable=[False, True, True, False]), 8, 5, 5),
        # None is capable: the nearest, and of the load the one where he is seen first; without a laboratory it is none.
        (hospitals("trauma", capable=[False] * 4), 8, 8, 8),
        (hospitals("stemi", capable=[False] * 4), 8, 8, 7),
    ],
)
def test_the_hospital_is_the_nearest_the_nearest_capable_or_where_treatment_begins_first(
    view: HospitalView, nearest: int, nearest_capable: int, least_time: int
) -> None:
    assert decide("hospital", "nearest", view) == TakeTo(nearest)
    assert decide("hospital", "nearest_capable", view) == TakeTo(nearest_capable)
    assert decide("hospital", "least_time_to_treatment", view) == TakeTo(least_time)


def test_the_expected_waits_add_up_to_erlangs() -> None:
    """What an arriving patient expects by the state that he meets, over all states, is the mean wait in M/M/c."""
    servers, load, stay_s = 3, 1.5, 600.0
    states = np.arange(400, dtype=np.int32)
    ratios = np.concatenate([[1.0], load / np.minimum(states[1:], servers)])
    chances = np.cumprod(ratios) / np.cumprod(ratios).sum()
    waits_s = _wait_s(states, np.full(len(states), servers, np.int32), stay_s)
    assert chances @ waits_s == pytest.approx(0.23684211 / (servers - load) * stay_s, rel=1e-6)  # FACTS: C(3, 1.5)
    assert chances @ waits_s == pytest.approx(mean_wait(servers, load) * stay_s)


# -- green channel -----------------------------------------------------------------------------------------------------


def test_the_green_channel_opens_for_what_the_hospital_has_seen() -> None:
    seen = made_up("green_channel", vital_signs=True, condition="stemi", severity=1)
    assert decide("green_channel", "when_vital_signs_show", seen) == Open()
    assert decide("green_channel", "at_the_door", seen) == AtTheDoor()
    for unlike in ({"condition": "other"}, {"severity": 2}, {"vital_signs": False, "condition": "", "severity": 0}):
        assert decide("green_channel", "when_vital_signs_show", replace(seen, **unlike)) == AtTheDoor()


# -- a city as large as Zhengzhou --------------------------------------------------------------------------------------


def large_city(chance: np.random.Generator) -> Coverage:
    """Return 104 stations and 3,137 cells in a square; a station covers about a tenth of the cells."""
    drive_time_s = 3000 * np.hypot(*(chance.random((104, 1, 2)) - chance.random((1, 3137, 2))).transpose(2, 0, 1))
    covers = (drive_time_s <= 600).astype(np.float32)
    return Coverage(chance.dirichlet(np.ones(3137)).astype(np.float32), drive_time_s.astype(np.float32), 600.0, covers)


def large_view(decision: str, over: Coverage, chance: np.random.Generator) -> Any:
    """Return a view with the numbers of Zhengzhou: 171 vehicles, 104 stations, some fifty hospitals."""
    if decision == "dispatch":
        free = int(chance.integers(60, 140))
        view = dispatch(chance.uniform(60, 2400, free).tolist(), under_way=chance.uniform(60, 2400, 30).tolist())
        vehicles = replace(view.free_vehicles, station=chance.integers(0, 104, free).astype(np.int32))
        return replace(view, free_vehicles=vehicles, coverage=over)
    if decision == "standby":
        idle = np.bincount(chance.integers(0, 104, int(chance.integers(60, 140))), minlength=104)
        return standby(idle.tolist(), chance.uniform(60, 2400, 104).tolist(), over)
    if decision == "queue":
        return waiting(chance.integers(1, 3, 30).tolist())
    if decision == "redispatch":
        return under_way(chance.integers(1, 3, 60).tolist(), chance.uniform(60, 2400, 60), chance.uniform(60, 2400, 60))
    return example_view(decision, chance)


@pytest.mark.parametrize(
    ("decision", "rule"),
    [pytest.param(one, rule, id=f"{one.name}-{rule}") for one in emergency.DECISIONS for rule in rule_names(one)],
)
def test_a_decision_in_a_large_city_takes_no_longer_than_conformance_allows(decision: Decision, rule: str) -> None:
    chance = np.random.default_rng(3)
    over = large_city(chance)
    views = [large_view(decision.name, over, chance) for _ in range(200)]
    asked = load_rule(RuleSetting(rule), decision, scenario_folder=None)  # type: ignore[arg-type]
    seconds = []
    for view in views:
        begun = time.perf_counter()
        asked(view)
        seconds.append(time.perf_counter() - begun)
    median_s, longest_s = statistics.median(seconds), max(seconds)
    print(f"{decision.name} {rule}: median {1e6 * median_s:.0f} us, longest {1e3 * longest_s:.1f} ms, "  # noqa: T201
          f"all {len(views)} {1e3 * sum(seconds):.0f} ms")  # fmt: skip
    assert median_s < SLOWEST_S
