"""Promises: who is visited is in the answer, nobody twice a day, never beyond capacity; one seed, the same bits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support.elevator_runs import elevator_parameters, run_elevators

from twin.core.decisions import RuleSetting
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView
from twin.domains.elevators.examples import example_view
from twin.domains.elevators.questions_inspection import INSPECTION

SMALL = elevator_parameters(fleet_size=200, firms=7, history_days=20, elevators_per_worker=10.0, visits_per_worker=4.0)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_who_is_visited_is_in_the_answer_in_its_order(seed: int) -> None:
    chance, answers = np.random.default_rng(seed), []

    def at_random(view: InspectionView) -> Inspect:
        urgency = np.where(chance.random(200) < 0.3, chance.random(200), -np.inf)
        answers.append(Inspect(view.most_urgent(urgency)))
        return answers[-1]

    domain, _, frames = run_elevators(SMALL, days=5, inspection=at_random, seed=seed)
    visited = frames["elevators.inspections"]
    for day, answer in enumerate(answers[:-1]):  # the last one is tomorrow's list
        assert visited.loc[visited["day"] == day, "elevator"].tolist() == answer.elevators.tolist()
    assert (np.bincount(visited["elevator"], minlength=200) == domain.state.visits).all()
    assert not visited.duplicated().any()
    assert frames["elevators.tomorrow"]["elevator"].tolist() == answers[-1].elevators.tolist()


@settings(max_examples=200, deadline=None)
@given(seeds, st.integers(0, 3))
def test_an_answer_is_legal_if_and_only_if_nobody_is_visited_twice_or_beyond_capacity(seed: int, wrong: int) -> None:
    chance = np.random.default_rng(seed)
    view: InspectionView = example_view("inspection", chance)
    who = view.most_urgent(chance.random(len(view.fleet)))
    if wrong == 1:
        who = np.append(who, who[:1])
    elif wrong == 2:
        left = np.setdiff1d(np.arange(len(view.fleet)), who)
        who = np.append(who, left[:1]).astype(np.int32)  # the firm of whoever is left has no visit left
    elif wrong == 3:
        who = np.append(who, np.int32(len(view.fleet)))
    times = np.bincount(who, minlength=1)
    inside = who[who < len(view.fleet)]
    firms = np.bincount(view.fleet.firm[inside], minlength=len(view.capacity))
    legal = len(inside) == len(who) and times.max() <= 1 and bool((firms <= view.capacity).all())
    assert (INSPECTION.objection(view, Inspect(who)) is None) == legal


@settings(max_examples=4, deadline=None)
@given(seeds)
def test_one_seed_gives_one_result_whatever_is_learnt(seed: int) -> None:
    parameters = elevator_parameters(fleet_size=300, firms=5, entrapments_per_elevator_year=5.0)
    runs = [
        run_elevators(parameters, days=8, inspection=RuleSetting("predicted_risk"), telemetry=0.7, seed=seed)[2]
        for _ in range(2)
    ]
    for name, frame in runs[0].items():
        pd.testing.assert_frame_equal(frame, runs[1][name], check_exact=True)
    assert runs[0]["elevators.predictions"]["ranking"].eq("rule").any()


@settings(max_examples=6, deadline=None)
@given(seeds, st.sampled_from(["predicted_risk", "on_demand", "oracle"]))
def test_what_is_foretold_does_not_hang_on_what_comes(seed: int, rule: str) -> None:
    """Two cities alike until a day differ after it; the answers of the days before are the same."""
    seen: list[list[list[int]]] = []
    for days in (4, 9):
        _, _, frames = run_elevators(SMALL, days=days, inspection=RuleSetting(rule), telemetry=1.0, seed=seed)
        visits = frames["elevators.inspections"]
        seen.append([visits.loc[visits["day"] == day, "elevator"].tolist() for day in range(4)])
    assert seen[0] == seen[1]
