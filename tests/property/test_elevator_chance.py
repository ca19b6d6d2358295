"""Promises: one seed one history, the same chance under every maintenance, nothing prevented is drawn anew."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support.elevator_runs import elevator_parameters, fleet_of, run_elevators

from twin.domains.elevators.domain import ElevatorsDomain
from twin.domains.elevators.failure_process import FailureProcess, is_wear
from twin.domains.elevators.parameters import ElevatorParameters
from twin.domains.elevators.particulars import Particulars

DAYS = 40
SMALL = elevator_parameters(fleet_size=300, entrapments_per_elevator_year=20.0, history_days=0)


@cache
def fleet() -> pd.DataFrame:
    return fleet_of(SMALL)


def keys(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, len(fleet()), np.uint64)


def lived(seed: int, visits: list[list[int]], parameters: ElevatorParameters = SMALL) -> pd.DataFrame:
    """Live some days, each with its visits; return the failures with their particulars."""
    key = keys(seed)
    process = FailureProcess.new(fleet(), parameters, key, 0)
    particulars = Particulars(fleet(), key, parameters)
    frames = []
    for day in range(DAYS):
        failed = process.live_day(1.0, 1.0)
        process.repair(failed.elevator[is_wear(failed.number)])
        process.maintain(np.array(visits[day % len(visits)], np.int32))
        frames.append(pd.DataFrame(particulars.of(*failed)._asdict()).assign(day=day))
    return pd.concat(frames, ignore_index=True).set_index(["elevator", "number"])


elevators = st.lists(st.integers(0, SMALL.fleet_size - 1), max_size=60)
plans = st.lists(elevators, min_size=1, max_size=8)
seeds = st.integers(0, 2**32)


@settings(max_examples=25, deadline=None)
@given(seeds, plans, plans)
def test_two_plans_of_maintenance_meet_the_same_chance(
    seed: int, plan: list[list[int]], other: list[list[int]]
) -> None:
    """Whatever failed under both is the same in all that is drawn; what comes from outside, on the same day too."""
    one, two = lived(seed, plan), lived(seed, other)
    both = one.index.intersection(two.index)
    drawn = ["second_of_day", "cause", "people", "repair_s"]
    pd.testing.assert_frame_equal(one.loc[both, drawn], two.loc[both, drawn], check_exact=True)
    outside = ~is_wear(one.index.get_level_values("number").to_numpy())
    also = ~is_wear(two.index.get_level_values("number").to_numpy())
    pd.testing.assert_frame_equal(one[outside], two[also])


@settings(max_examples=25, deadline=None)
@given(seeds, plans, elevators)
def test_a_visit_more_never_brings_a_failure_sooner(seed: int, plan: list[list[int]], more: list[int]) -> None:
    """The same failures of each life, none earlier: what a visit prevents comes later, not another instead."""
    parameters = SMALL.model_copy(update={"repair_efficiency": 0.0})
    fewer = lived(seed, plan, parameters)
    visited = lived(seed, [[*each, *more] for each in plan], parameters)
    later = visited["day"].reindex(fewer.index)
    assert (later.isna() | (later >= fewer["day"])).all()
    assert visited.index.isin(fewer.index).all()


@settings(max_examples=25, deadline=None)
@given(seeds, plans)
def test_the_failures_of_a_life_are_numbered_without_gaps(seed: int, plan: list[list[int]]) -> None:
    found = lived(seed, plan).reset_index()
    for _, numbers in found.groupby([found["elevator"], found["number"] % 2])["number"]:
        assert (numbers.to_numpy() // 2).tolist() == list(range(len(numbers)))


@settings(max_examples=10, deadline=None)
@given(seeds, plans)
def test_a_life_can_be_cut_and_gone_on_with(seed: int, plan: list[list[int]]) -> None:
    """The history before a run ends in a table from which the run goes on, to the last bit."""
    key = keys(seed)
    whole = FailureProcess.new(fleet(), SMALL, key, 0)
    begun = FailureProcess.new(fleet(), SMALL, key, 0)
    for day in range(DAYS):
        if day == DAYS // 2:
            begun = FailureProcess(fleet(), SMALL, begun.table(), day)
        one, two = whole.live_day(1.0, 1.2), begun.live_day(1.0, 1.2)
        assert one.elevator.tolist() == two.elevator.tolist()
        assert one.number.tolist() == two.number.tolist()
        for process in (whole, begun):
            process.maintain(np.array(plan[day % len(plan)], np.int32))
    pd.testing.assert_frame_equal(whole.table(), begun.table(), check_exact=True)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 50))
def test_one_seed_gives_one_run_whatever_is_maintained(seed: int, every: int) -> None:
    """Tables drawn beforehand do not know what a policy does, and the same run twice is the same."""

    def maintain(domain: ElevatorsDomain) -> None:
        domain.maintenance = lambda day: np.arange(every, dtype=np.int32)

    parameters = elevator_parameters(fleet_size=400, history_days=10)
    _, rounds, _ = run_elevators(parameters, seed=seed)
    _, other, first = run_elevators(parameters, seed=seed, prepare=maintain)
    _, _, again = run_elevators(parameters, seed=seed, prepare=maintain)
    assert rounds.table_hashes == other.table_hashes
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


def test_the_true_hazard_foretells_the_failures_of_the_next_day() -> None:
    """What an oracle would know: summed over days and elevators it is the expected number of failures, and no bias."""
    process = FailureProcess.new(fleet(), SMALL, keys(4), 0)
    expected, found = np.zeros(2), np.zeros(2)
    for day in range(400):
        expected += process.hazard().sum(axis=0)
        failed = process.live_day(1.0, 1.0)
        process.repair(failed.elevator[is_wear(failed.number)])
        process.maintain(np.flatnonzero(np.arange(len(fleet())) % 15 == day % 15).astype(np.int32))
        found += np.bincount(failed.number % 2, minlength=2)
    assert np.abs(found - expected).max() < 4 * np.sqrt(expected.max())
