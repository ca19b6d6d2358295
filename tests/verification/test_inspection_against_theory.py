"""Rules of inspection and what they learn, against what nobody here wrote: exact solutions, and known coefficients."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize
from support.elevator_runs import elevator_parameters, fleet_of, run_elevators
from threadpoolctl import threadpool_limits

from twin.core.decisions import RuleSetting
from twin.domains.elevators.decisions_inspection import Diary, Inspect, InspectionView, Record
from twin.domains.elevators.examples import example_view
from twin.domains.elevators.failure_process import FailureProcess
from twin.domains.elevators.maintenance import fleet_columns
from twin.domains.elevators.questions_inspection import INSPECTION
from twin.policies.elevators.wear_risk import WearRisk, fitted, learnt
from twin.policies.registry import load_rule

# -- a tiny fleet, whose best policy is known --------------------------------------------------------------------------

POWER, LONGEST = 2.0, 14
FRAILTY = np.array([0.2, 1.0, 4.0])
"""Three elevators that differ in nothing else; one can be visited a day, and is then as good as new."""
AS_NEW = elevator_parameters(
    fleet_size=3, firms=1, wear_power=POWER, maintenance_efficiency=1.0, repair_efficiency=0.0, age_power=0.0,
    usage_power=0.0,
)  # fmt: skip


@cache
def tiny_fleet() -> pd.DataFrame:
    fleet = fleet_of(AS_NEW)
    return fleet.assign(
        frailty=FRAILTY.astype(np.float32), use=np.zeros(3, np.int8), starts_a_day=np.float32(350), firm=np.int32(0)
    )


def new_process() -> FailureProcess:
    nothing = np.zeros(3)
    lives = pd.DataFrame(
        {
            "key": np.arange(3, dtype=np.uint64), "virtual_days": nothing, "outside_count": nothing,
            "wear_count": nothing, "outside_left": nothing, "wear_left": nothing,
        }
    )  # fmt: skip
    return FailureProcess(tiny_fleet(), AS_NEW, lives)


def hazard_by_age() -> NDArray[np.float64]:
    """Return each elevator's hazard on the day that follows 0, 1, ... days without a visit, shape (LONGEST, 3)."""
    process, rows = new_process(), []
    for _ in range(LONGEST):
        rows.append(process.hazard()[:, 1])
        process.live_day(0.0, 1.0)
    return np.array(rows)


def markov_decision_problem() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return cost by state, and the state that follows by state and action (visit one of three after the day).

    A state is the days without a visit of each, at most LONGEST - 1; the day's cost are its expected failures.
    """
    hazard = hazard_by_age()
    ages = np.array(np.unravel_index(np.arange(LONGEST**3), (LONGEST,) * 3)).T
    cost = hazard[ages, np.arange(3)].sum(axis=1)
    following = []
    for visited in range(3):
        after = np.minimum(ages + 1, LONGEST - 1)
        after[:, visited] = 0
        following.append(np.ravel_multi_index(tuple(after.T), (LONGEST,) * 3))
    return cost, np.array(following).T


def best_by_value_iteration(cost: NDArray[np.float64], following: NDArray[np.int64]) -> float:
    """Return the least mean cost a day (relative value iteration, averaged over days as the chain is periodic)."""
    value = np.zeros(len(cost))
    for _ in range(400):
        value = cost + value[following].min(axis=1)
    later = value.copy()
    for _ in range(400):
        later = cost + later[following].min(axis=1)
    return float((later - value).min() / 400)


def best_by_linear_programme(cost: NDArray[np.float64], following: NDArray[np.int64]) -> float:
    """Return the same by the linear programme of Manne (1960): shares of days in each state with each action."""
    from scipy.sparse import coo_array

    states, actions = following.shape
    column = np.arange(states * actions)
    leaves = coo_array((np.ones(len(column)), (np.repeat(np.arange(states), actions), column)))
    enters = coo_array((np.ones(len(column)), (following.ravel(), column)), shape=leaves.shape)
    solved = linprog(
        np.repeat(cost, actions), A_eq=(leaves - enters).tocsr(), b_eq=np.zeros(states), bounds=(0, None),
        A_ub=-np.ones((1, len(column))), b_ub=[-1.0], method="highs",
    )  # fmt: skip
    return float(solved.fun)


def mean_cost_of(rule_name: str, days: int = 600) -> float:
    """Return the mean hazard a day of the tiny fleet, lived by the domain's own process, under a rule."""
    rule = load_rule(RuleSetting(rule_name, {"every_days": 3} if rule_name != "rounds" else {}), INSPECTION, Path())
    process, since, total = new_process(), np.ones(3, np.int32), 0.0
    view = example_view("inspection", np.random.default_rng(1))
    fleet, capacity = fleet_columns(tiny_fleet()), np.ones(1, np.int32)
    zero, none = np.zeros(3, np.int32), np.full(3, -1, np.int32)
    for day in range(days):
        record = Record(since, zero, zero, zero, none, none.astype(np.int8), zero > 0, np.full(3, np.nan, np.float32))
        seen = replace(
            view, day=day, round_days=3, capacity=capacity, fleet=fleet, record=record,
            true_hazard=process.hazard()[:, 1],
        )  # fmt: skip
        answer: Inspect = rule(seen)
        assert INSPECTION.objection(seen, answer) is None
        if day >= 60:
            total += float(process.hazard()[:, 1].sum())
        process.live_day(0.0, 1.0)
        process.maintain(answer.elevators)
        since = since + 1
        since[answer.elevators] = 1
    return total / (days - 60)


def test_the_index_is_as_good_as_the_best_policy_of_a_tiny_fleet() -> None:
    """Value iteration and a linear programme agree on the optimum; the index comes within 2 % of it, rounds do not."""
    cost, following = markov_decision_problem()
    best = best_by_value_iteration(cost, following)
    assert best_by_linear_programme(cost, following) == pytest.approx(best, rel=1e-3)
    assert best * 0.999 <= mean_cost_of("oracle") <= best * 1.02
    assert mean_cost_of("rounds") > best * 1.1


def test_the_hazard_of_the_tiny_fleet_is_the_power_law() -> None:
    hazard = hazard_by_age()
    age = np.arange(LONGEST)[:, None]
    assert np.allclose(hazard / hazard[0], (age + 1.0) ** POWER - age**POWER)
    assert np.allclose(hazard[0] / hazard[0, 1], FRAILTY)


# -- coefficients that are known ---------------------------------------------------------------------------------------


@cache
def last_evening() -> tuple[InspectionView, NDArray[np.float64]]:
    """Two years of 3,000 elevators that fail often, none modernised; the last evening, and how prone they are."""
    seen: list[InspectionView] = []

    def look(view: InspectionView) -> Inspect:
        seen[:] = [view]
        due = view.record.days_since_visit >= 15
        return Inspect(view.most_urgent(np.where(due, 1.0, -np.inf)))

    parameters = elevator_parameters(
        fleet_size=3_000,
        history_days=365,
        modernised_share=0.0,
        entrapments_per_elevator_year=1.5,
        firms=1,
        elevators_per_worker=3.0,
        visits_per_worker=8.0,
    )
    domain, _, _ = run_elevators(parameters, days=120, inspection=look, telemetry=0.5)
    return seen[0], domain.fleet["frailty"].to_numpy(np.float64)


@cache
def risk() -> WearRisk:
    found = learnt(last_evening()[0], 120)
    assert found is not None
    return found


def test_what_is_learnt_are_the_exponents_that_were_put_in() -> None:
    """Age 0.5, starts 0.4, floors nothing (they were put into nothing), shape 1.5."""
    age, _, floors, starts = risk().plain.of[:4]
    assert age == pytest.approx(0.5, abs=0.06)
    assert starts == pytest.approx(0.4, abs=0.08)
    assert floors == pytest.approx(0.0, abs=0.08)
    assert risk().shape == pytest.approx(1.5, rel=0.15)


def test_the_rate_and_how_prone_an_elevator_is_count_in_full() -> None:
    """Both multiply the hazard from wear by what they are: exponents of 1; wear grows with the time to some power."""
    rate, prone, since = risk().without_codes.of
    assert rate == pytest.approx(1.0, abs=0.08)
    assert prone == pytest.approx(1.0, abs=0.08)
    assert since == pytest.approx(0.6, abs=0.2)


def test_codes_take_over_part_of_what_the_past_tells() -> None:
    with_codes, without = risk().with_codes, risk().without_codes
    assert with_codes is not None
    assert with_codes.of[3] > 0.3
    assert with_codes.of[1] < without.of[1]


def test_what_is_expected_is_near_what_is_true() -> None:
    """Ranked by expectation, elevators are as prone as expected; nothing of this was told to the rule."""
    view, frailty = last_evening()
    expected = risk().expected(view)
    order = np.argsort(-expected)
    first, last = frailty[order[:300]].mean(), frailty[order[-300:]].mean()
    assert first > 2.0
    assert last < 0.4


def test_scikit_learn_finds_what_scipy_finds() -> None:
    """The likelihood written out and climbed by another program, on the run's own diary."""
    view, _ = last_evening()
    rows = slice(0, 20_000)
    diary: Diary = view.diary
    columns = np.column_stack(
        [np.log(diary.days_since_visit[rows] + 7.5), np.log1p(diary.faults[rows].astype(np.float64))]
    )
    happened, weight = diary.failed_from_wear[rows], diary.weight[rows].astype(np.float64)

    def climbed(of: NDArray[np.float64]) -> float:
        log = columns @ of[:2] + of[2]
        return float((weight * (np.exp(log) - happened * log)).sum() / weight.sum())

    other = minimize(climbed, np.array([0.0, 0.0, -5.0]), method="BFGS", options={"gtol": 1e-9}).x
    found = fitted(columns, happened, weight)
    assert found.of == pytest.approx(other[:2], abs=2e-3)
    assert found.intercept == pytest.approx(other[2], abs=5e-3)


def test_threads_change_no_bit_of_what_is_learnt() -> None:
    view, _ = last_evening()
    learned = []
    for threads in (1, 4):
        with threadpool_limits(limits=threads):
            again = learnt(view, 120)
        assert again is not None
        learned.append(again.expected(view))
    assert (learned[0] == learned[1]).all()
