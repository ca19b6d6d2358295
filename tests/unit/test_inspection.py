"""Promises: what is seen in the evening, who may be visited, what is recorded, and what a wrong answer is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.elevator_runs import elevator_parameters, run_elevators

from twin.core.decisions import RuleSetting
from twin.core.errors import PolicyError
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView, Reasons
from twin.domains.elevators.domain import ElevatorsDomain
from twin.domains.elevators.examples import example_view
from twin.domains.elevators.failure_process import is_wear
from twin.domains.elevators.questions_inspection import INSPECTION
from twin.policies.registry import load_rule

PREDICTED = RuleSetting("predicted_risk")


def nobody(view: InspectionView) -> Inspect:
    return Inspect(np.empty(0, np.int32))


def views_of(days: int = 8, **keywords: object) -> tuple[list[InspectionView], dict[str, pd.DataFrame]]:
    """Run some days in which nobody is visited; return what was seen each evening, and the event tables."""
    seen: list[InspectionView] = []

    def look(view: InspectionView) -> Inspect:
        seen.append(view)
        return nobody(view)

    _, _, frames = run_elevators(days=days, inspection=look, **keywords)  # type: ignore[arg-type]
    return seen, frames


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_the_evening_knows_the_days_before_and_nothing_of_the_day_to_come() -> None:
    seen, frames = views_of()
    failures = frames["elevators.failures"].assign(day=lambda rows: rows["at_s"] // 86_400)
    assert [view.day for view in seen] == list(range(9))
    for view in seen:
        known = failures[failures["day"] < view.day]
        before = np.bincount(known["elevator"], minlength=len(view.fleet))
        assert (view.record.faults - seen[0].record.faults == before).all()
        assert view.diary.day.max() == view.day - 1
        assert view.days_observed == 30 + view.day
    assert len(failures) > 100


def test_days_since_visits_and_faults_count_to_tomorrow() -> None:
    seen, frames = views_of()
    assert seen[0].record.days_since_visit.min() == 1
    assert seen[0].record.days_since_visit.max() == 15
    assert (seen[5].record.days_since_visit == seen[0].record.days_since_visit + 5).all()
    last = frames["elevators.failures"].iloc[-1]
    assert seen[-1].record.days_since_fault[int(last["elevator"])] == 8 - last["at_s"] // 86_400
    assert seen[-1].record.last_cause[int(last["elevator"])] == last["cause"]
    never = seen[-1].record.faults == 0
    assert (seen[-1].record.days_since_fault[never] == -1).all()


def test_who_fails_stands_in_the_diary_with_what_was_known_the_evening_before() -> None:
    seen, frames = views_of()
    diary, failures = seen[-1].diary, frames["elevators.failures"]
    of_run = (diary.day >= 0) & diary.failed
    noted = set(zip(diary.day[of_run].tolist(), diary.elevator[of_run].tolist(), strict=True))
    lived = zip((failures["at_s"] // 86_400).astype(int), failures["elevator"], strict=True)
    assert noted == {(int(day), int(elevator)) for day, elevator in lived}
    rows = np.flatnonzero(of_run)
    for row in rows[:50].tolist():
        evening = seen[int(diary.day[row])]
        assert diary.faults[row] == evening.record.faults[diary.elevator[row]]
        assert diary.days_since_visit[row] == evening.record.days_since_visit[diary.elevator[row]]


def test_the_diary_stands_for_every_day_of_every_elevator() -> None:
    seen, _ = views_of()
    diary = seen[-1].diary
    assert diary.weight.sum() == pytest.approx(len(seen[-1].fleet) * (30 + 8), rel=1e-3)
    assert not (diary.failed_from_wear & ~diary.failed).any()


def test_codes_are_those_of_elevators_that_report_and_tell_of_wear() -> None:
    for share in (0.0, 0.5, 1.0):
        seen, _ = views_of(days=2, telemetry=share)
        told = np.isfinite(seen[-1].record.codes)
        assert told.mean() == pytest.approx(share, abs=0.03)
        assert (np.isfinite(seen[-1].diary.codes[seen[-1].diary.day >= 0]).mean()) == pytest.approx(share, abs=0.1)
    parameters = elevator_parameters(codes_per_fault=200.0)
    worn: list[np.ndarray] = []

    def look(view: InspectionView) -> Inspect:
        worn.append(view.record.codes)
        return nobody(view)

    domain, _, _ = run_elevators(parameters, days=2, inspection=look, telemetry=1.0)
    assert np.corrcoef(domain.process.hazard()[:, 1], worn[-1])[0, 1] > 0.9


def test_telemetry_that_is_off_or_fails_changes_what_is_seen_and_nothing_else() -> None:
    off, frames = views_of(days=4)
    on, others = views_of(days=4, telemetry=1.0)
    for one, other in zip(off, on, strict=True):
        assert np.isnan(one.record.codes).all()
        assert np.isfinite(other.record.codes).all()
    for name in ("failures", "maintenance", "predictions"):
        pd.testing.assert_frame_equal(frames[f"elevators.{name}"], others[f"elevators.{name}"])


def test_telemetry_that_fails_is_missed_for_those_days_alone() -> None:
    told: list[float] = []
    domains: list[ElevatorsDomain] = []

    def look(view: InspectionView) -> Inspect:
        told.append(float(np.isfinite(view.record.codes).mean()))
        if view.day in (1, 3):
            domains[0]._twin.brain.fail("elevator_telemetry", view.day == 1)
        return nobody(view)

    run_elevators(days=6, inspection=look, telemetry=1.0, prepare=domains.append)
    assert told == [1, 1, 0, 0, 1, 1, 1]


def test_the_true_hazard_is_shown_to_the_oracle_alone() -> None:
    seen, _ = views_of(days=1)
    assert len(seen[0].true_hazard) == 0
    _, _, frames = run_elevators(days=15, inspection=RuleSetting("oracle"))
    judged = frames["elevators.predictions"]
    assert set(judged["ranking"]) == {"rule", "oracle", "rounds"}
    rule, oracle = (judged[judged["ranking"] == name]["failed"].tolist() for name in ("rule", "oracle"))
    assert rule == oracle


def test_what_is_shown_cannot_be_written_to() -> None:
    seen, _ = views_of(days=1)
    with pytest.raises(ValueError, match="read-only"):
        seen[0].record.faults[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        seen[0].diary.weight[0] = 9


# -- who is visited ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["rounds", "by_age", "predicted_risk", "on_demand", "oracle"])
def test_no_firm_visits_more_than_it_can(rule: str) -> None:
    domain, _, frames = run_elevators(days=20, inspection=RuleSetting(rule), telemetry=0.5)
    visits = frames["elevators.inspections"]
    assert not visits.duplicated().any()
    firm = domain.fleet["firm"].to_numpy()
    assert domain.service is not None
    force = domain.service.crews.workforce
    for day, of_day in visits.groupby("day"):
        working = np.bincount(force.firm[force.works_on(int(str(day)))], minlength=firm.max() + 1)
        made = np.bincount(firm[of_day["elevator"]], minlength=len(working))
        assert (made <= np.ceil(3.5 * working)).all()
    assert (np.bincount(visits["elevator"], minlength=len(firm)) == domain.state.visits).all()
    assert frames["elevators.maintenance"]["visits"].sum() == len(visits) > 1000


def test_rounds_that_cannot_all_be_made_leave_nobody_out() -> None:
    """Half of the workers: everybody waits twice as long, the longest waiting comes first."""
    parameters = elevator_parameters(firms=3, elevators_per_worker=60.0, visits_per_worker=7 / 3)
    domain, _, frames = run_elevators(parameters, days=75)
    late = frames["elevators.inspections"]
    gaps = late[late["day"] >= 35].groupby("elevator")["day"].diff().dropna()
    assert gaps.mean() == pytest.approx(30, abs=1)
    assert gaps.max() <= 33
    assert (domain.state.visits >= 2).all()


def test_the_safe_are_skipped_but_not_for_long() -> None:
    parameters = elevator_parameters(firms=1, elevators_per_worker=3.0, visits_per_worker=8.0)
    _, _, frames = run_elevators(parameters, days=90, inspection=RuleSetting("on_demand", {"longest_days": 40}))
    gaps = frames["elevators.inspections"].groupby("elevator")["day"].diff().dropna()
    assert gaps.min() == 15
    assert gaps.max() == 40
    assert (gaps == 15).mean() > 0.2


def test_a_rule_that_knows_nothing_yet_goes_in_turn_and_foretells_nothing() -> None:
    parameters = elevator_parameters(history_days=0, entrapments_per_elevator_year=0.01)
    _, _, frames = run_elevators(parameters, days=20, inspection=PREDICTED)
    assert "rule" not in set(frames["elevators.predictions"]["ranking"])
    gaps = frames["elevators.inspections"].groupby("elevator")["day"].diff().dropna()
    assert gaps.mean() == pytest.approx(15, abs=2)


def test_most_urgent_takes_of_each_firm_what_it_can_in_order_of_urgency() -> None:
    chance = np.random.default_rng(3)
    for _ in range(200):
        view = example_view("inspection", chance)
        urgency = chance.integers(0, 5, len(view.fleet)).astype(float)
        urgency[chance.random(len(urgency)) < 0.2] = -np.inf
        found = view.most_urgent(urgency).tolist()
        wanted = []
        for firm, most in enumerate(view.capacity.tolist()):
            own = [who for who in range(len(urgency)) if view.fleet.firm[who] == firm and urgency[who] > -np.inf]
            wanted += sorted(own, key=lambda who: (-urgency[who], who))[:most]
        assert found == sorted(wanted, key=lambda who: (-urgency[who], who))


def test_visits_as_in_rounds_add_up_to_rounds() -> None:
    view = replace(example_view("inspection", np.random.default_rng(8)), round_days=15)
    view = replace(view, capacity=np.full_like(view.capacity, 1000))
    total = sum(replace(view, day=day).visits_as_in_rounds() for day in range(150))
    assert (total == np.diff(view.fleet.firm_first) * 10).all()


# -- what comes of it --------------------------------------------------------------------------------------------------


def test_prevented_is_what_failed_where_nobody_went() -> None:
    """The fleet that is lived beside is the one of a run in which nobody is visited, failure by failure."""
    _, _, visited = run_elevators(days=40)
    _, _, alone = run_elevators(days=40, inspection=nobody)
    one, other = visited["elevators.maintenance"], alone["elevators.maintenance"]
    beside = ["unvisited_faults", "unvisited_entrapments"]
    pd.testing.assert_frame_equal(one[beside], other[beside])
    lived = other["faults"].sum()
    assert other["unvisited_faults"].sum() == pytest.approx(lived, rel=0.05)  # repairs take a day or more
    assert one["unvisited_faults"].sum() - one["faults"].sum() > 0.12 * lived


def test_two_rules_meet_the_same_failures_from_outside() -> None:
    _, _, first = run_elevators(days=30)
    _, _, second = run_elevators(days=30, inspection=RuleSetting("by_age"))
    frames = []
    for found in (first, second):
        rows = found["elevators.failures"]
        frames.append(rows[~is_wear(rows["number"].to_numpy())].set_index("case")["at_s"])
    both = frames[0].index.intersection(frames[1].index)
    assert (frames[0][both] == frames[1][both]).all()
    assert len(both) > 0.95 * len(frames[0])


def test_tomorrows_list_is_told_with_reasons_and_nobody_goes() -> None:
    domain, _, frames = run_elevators(days=20, inspection=PREDICTED, telemetry=1.0)
    listed = frames["elevators.tomorrow"]
    assert 100 < len(listed) < 200
    assert not listed["elevator"].duplicated().any()
    urgency = listed["expected"] * listed["days_since_visit"]
    assert urgency.is_monotonic_decreasing
    assert (listed["relative"] > 0).all()
    told = listed.dropna(subset="reason_1")
    assert len(told) > 0.9 * len(listed)
    assert set(told["reason_1"]) <= {"age", "use", "floors", "starts", "faults", "days_since_visit", "codes"}
    assert (told["times_1"] > 1).all()
    assert (told["times_1"].to_numpy() >= told["times_2"].fillna(1.0).to_numpy()).all()
    assert frames["elevators.inspections"]["day"].max() == 19
    assert domain.state.visits.sum() == len(frames["elevators.inspections"])


def test_reasons_multiply_to_what_is_expected() -> None:
    """All factors together are the elevator's risk relative to one that is as the mean of all days in everything."""
    risks: list[np.ndarray] = []

    def look(view: InspectionView) -> Inspect:
        answer = rule(view)
        if answer.reasons is not None:
            reported = np.isfinite(view.record.codes[answer.elevators])
            for rows in (reported, ~reported):
                products = answer.reasons.times[rows].prod(axis=1)
                risks.append(answer.expected[answer.elevators][rows] / products)  # type: ignore[index]
        return answer

    rule = load_rule(PREDICTED, INSPECTION, Path())
    run_elevators(days=3, inspection=look, telemetry=0.5)
    assert len(risks) == 8
    for level in risks:
        assert np.ptp(level) < 1e-9 * level.mean()


# -- wrong answers -----------------------------------------------------------------------------------------------------

WHO = np.array([3, 5], np.int32)
WRONG: list[tuple[Callable[[InspectionView], object], str]] = [
    (lambda view: None, "which is not one of Inspect"),
    (lambda view: Inspect([1, 2]), "elevators must be a NumPy array of whole numbers"),  # type: ignore[arg-type]
    (lambda view: Inspect(np.array([1.0, 2.0])), "elevators must be a NumPy array of whole numbers"),  # type: ignore[arg-type]
    (lambda view: Inspect(np.array([[1], [2]])), "elevators must be a NumPy array of whole numbers"),
    (lambda view: Inspect(np.array([True, False])), "elevators must be a NumPy array of whole numbers"),  # type: ignore[arg-type]
    (lambda view: Inspect(np.array([2000], np.int32)), "there is no elevator 2000; there are 0 to 1999"),
    (lambda view: Inspect(np.array([-1], np.int32)), "there is no elevator -1"),
    (lambda view: Inspect(np.array([4, 7, 4], np.int32)), "elevator 4 stands in it 2 times"),
    (lambda view: Inspect(view.fleet.by_firm), r"firm \d+ can make \d+ visits tomorrow, not \d+"),
    (lambda view: Inspect(WHO, np.ones(3)), "expected must be a NumPy array of numbers, one for each elevator"),
    (lambda view: Inspect(WHO, np.full(2000, np.nan)), "expected of elevator 0 is nan; it must be 0 or above"),
    (lambda view: Inspect(WHO, -np.ones(2000)), "expected of elevator 0 is -1.0; it must be 0 or above"),
    (lambda view: Inspect(WHO, reasons="age"), "reasons must be Reasons with a tuple of names"),  # type: ignore[arg-type]
    (lambda view: Inspect(WHO, reasons=Reasons(("age", "age"), np.ones((2, 2)))), "must be words that differ"),
    (lambda view: Inspect(WHO, reasons=Reasons(("age",), np.ones((3, 1)))), r"with shape \(2, 1\)"),
    (lambda view: Inspect(WHO, reasons=Reasons(("age",), np.zeros((2, 1)))), "times of the reasons must be above 0"),
]


@pytest.mark.parametrize(("answer", "complaint"), WRONG, ids=[complaint for _, complaint in WRONG])
def test_a_wrong_answer_is_told_what_is_wrong(answer: Callable[[InspectionView], object], complaint: str) -> None:
    with pytest.raises(PolicyError, match=f"(?s)asked for inspection at 0.0 s, answered .*{complaint}"):
        run_elevators(days=1, inspection=answer)  # type: ignore[arg-type]


def test_half_the_workers_make_half_of_the_visits_at_most() -> None:
    made = []
    for each in (30.0, 60.0, 120.0):
        parameters = elevator_parameters(firms=2, elevators_per_worker=each)
        _, _, frames = run_elevators(parameters, days=30)
        days = frames["elevators.maintenance"]
        made.append((days["possible"].mean(), days["visits"].mean()))
    possible, visits = np.array(made).T
    assert possible == pytest.approx([200, 100, 50], rel=0.08)
    assert visits == pytest.approx([2000 / 15, *possible[1:]], rel=0.05)


def test_the_level_of_each_firm_is_that_of_sorting_its_elevators() -> None:
    generator = np.random.default_rng(4)
    view = views_of(days=1)[0][0]
    fleet, firms = view.fleet, len(view.capacity)
    for spread in (2, 5, 10**6):
        urgency = generator.integers(0, spread, len(fleet)).astype(float)
        urgency[generator.random(len(fleet)) < 0.2] = -np.inf
        visits = generator.integers(-1, 30, firms).astype(np.int32)
        wanted = []
        for firm in range(firms):
            own = np.flatnonzero(fleet.firm == firm)
            own = own[np.lexsort((own, -urgency[own]))][: max(0, visits[firm])]
            wanted += own[urgency[own] > -np.inf].tolist()
        wanted.sort(key=lambda one: (-urgency[one], one))
        assert view.most_urgent(urgency, visits).tolist() == wanted
