"""Any single decision is an environment of Gymnasium that repeats itself, and that an agent can learn in."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.commands import write_scenario

import twin
from twin.api import Study
from twin.core.decisions import RuleSetting
from twin.core.errors import PolicyError
from twin.domains import DESCRIPTIONS
from twin.domains.emergency.decisions import ServeInOrder
from twin.experiment.cell_life import live_job
from twin.experiment.cell_store import CellStore
from twin.experiment.cells import Job, cell_of
from twin.experiment.workshops import Workshops
from twin.rl.dialogue import Asked, Dialogue, Ended

gymnasium = pytest.importorskip("gymnasium")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from twin.rl.agents import judge, learn, live, random_agent, rule_agent  # noqa: E402
from twin.rl.choices import Choices, Sight  # noqa: E402
from twin.rl.environment import DecisionEnv  # noqa: E402

RESPONSE = "emergency.response_min.mean"


def soon(view: Any, answer: Any, kpis: Mapping[str, float] | None) -> float:
    """Less waiting is worth more, and is known when the day is over."""
    return 0.0 if kpis is None else -kpis[RESPONSE]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Study:
    calm = "domains: [emergency]\nemergency: {calls_per_day: 240, dispatches_per_day: 60, patients_per_day: 40}\n"
    return twin.load(write_scenario(tmp_path_factory.mktemp("rl"), small_map_folder, calm))


@pytest.fixture
def env(study: Study) -> DecisionEnv:
    return DecisionEnv(study, "dispatch", soon, brain="city_brain", rows=4, days=range(5))


# -- the dialogue ------------------------------------------------------------------------------------------------------


def test_a_function_that_asks_is_stepped_from_without() -> None:
    talk: Dialogue[int, int, int] = Dialogue(lambda ask: ask(1) + ask(2))
    assert talk.begin() == Asked(1)
    assert talk.answer(10) == Asked(2)
    assert talk.answer(5) == Ended(15)
    with pytest.raises(RuntimeError, match="no question waits"):
        talk.answer(1)


def test_what_goes_wrong_within_is_raised_without_and_an_abandoned_thread_ends() -> None:
    talk: Dialogue[int, int, float] = Dialogue(lambda ask: 1 / ask(0))
    talk.begin()
    with pytest.raises(ZeroDivisionError):
        talk.answer(0)
    before = set(threading.enumerate())
    cleaned: list[bool] = []

    def body(ask: Any) -> None:
        try:
            ask(1)
        finally:
            cleaned.append(True)

    other: Dialogue[int, int, None] = Dialogue(body)
    other.begin()
    other.close()
    assert cleaned == [True]
    assert set(threading.enumerate()) == before


# -- the environment ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["dispatch", "hospital", "standby", "green_channel"])
def test_gymnasiums_own_checker_passes_without_a_warning(decision: str, study: Study) -> None:
    check_env(DecisionEnv(study, decision, soon, rows=4), skip_render_check=True)


def episode(env: DecisionEnv, seed: int, steps: int = 10_000) -> list[Any]:
    agent, (observation, info) = random_agent(seed), env.reset(seed=seed)
    told: list[Any] = [observation.tolist(), info["replication"], info["action_mask"].tolist()]
    for _ in range(steps):
        observation, reward, terminated, truncated, info = env.step(agent(observation, info))
        told += [observation.tolist(), reward, terminated, truncated, info["action_mask"].tolist()]
        if terminated or truncated:
            break
    return told


def test_seeds_repeat_and_choose_the_day(env: DecisionEnv) -> None:
    first = episode(env, 3)
    assert episode(env, 3) == first
    days = {env.reset(seed=seed)[1]["replication"] for seed in range(20)}
    assert days <= set(range(5))
    assert len(days) > 2
    env.close()


def test_an_episode_that_is_left_in_the_middle_changes_nothing_of_the_next(env: DecisionEnv) -> None:
    before = set(threading.enumerate())
    whole = episode(env, 4)
    episode(env, 5, steps=3)
    assert episode(env, 4) == whole
    env.close()
    assert not {thread for thread in set(threading.enumerate()) - before if thread.name == "asking"}


def test_the_days_end_terminates_and_a_limit_of_questions_truncates(study: Study) -> None:
    env = DecisionEnv(study, "dispatch", soon, rows=4, most_questions=2)
    ends = []
    observation, info = env.reset(seed=1)
    for _ in range(2):
        observation, _, terminated, truncated, info = env.step(random_agent(1)(observation, info))
        ends.append((terminated, truncated))
    assert ends == [(False, False), (False, True)]
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)
    whole = DecisionEnv(study, "dispatch", soon, rows=4)
    observation, info = whole.reset(seed=1)
    terminated = truncated = False
    while not (terminated or truncated):
        observation, reward, terminated, truncated, info = whole.step(random_agent(1)(observation, info))
    assert (terminated, truncated) == (True, False)
    assert reward == -info["kpis"][RESPONSE]
    assert not info["action_mask"].any()


def test_an_agent_that_answers_as_a_rule_lives_the_day_that_the_rule_lives(study: Study, tmp_path: Path) -> None:
    """The thread, the numbers and the choices change nothing: the KPIs are those of an ordinary run."""
    env = DecisionEnv(study, "dispatch", soon, brain="city_brain", rows=8)
    rule = env._scenario.brains[0].decisions["dispatch"]
    assert rule == RuleSetting("environment")
    alone = -live(env, rule_agent(env, "nearest_by_drive_time"), 1)
    brain = study.scenario.brain("city_brain")
    assert brain.decisions["dispatch"].rule == "nearest_by_drive_time"
    store, job = CellStore(tmp_path), Job(cell_of(study.scenario, "city_brain"), 1)
    live_job(Workshops(), job, store)
    assert alone == store.result(job)["kpis"][RESPONSE]["value"]


def test_what_is_seen_is_the_view_with_the_nearest_first(env: DecisionEnv) -> None:
    observation, info = env.reset(seed=2)
    named = dict(zip(env.names, observation, strict=True))
    free = env.view.free_vehicles
    assert named["severity"] == env.view.severity
    assert named["free_vehicles (rows)"] == len(free)
    order = np.argsort(free.drive_time_s, kind="stable")[:4]
    assert [named[f"free_vehicles[{n}].id"] for n in range(len(order))] == free.id[order].tolist()
    assert [answer.vehicle for answer in env.answers[: len(order)]] == free.id[order].tolist()
    assert info["action_mask"][: len(order)].all()
    assert not any("condition" in name for name in env.names), "texts are no numbers"
    env.close()


def test_an_illegal_choice_is_answered_by_the_practised_rule_and_told(study: Study) -> None:
    env = DecisionEnv(study, "dispatch", soon, rows=4, illegal_reward=-7.0)
    _, info = env.reset(seed=2)
    illegal = int(np.flatnonzero(info["action_mask"] == 0)[0])
    _, reward, _, _, info = env.step(illegal)
    assert (reward, info["replaced"]) == (-7.0, True)
    _, reward, _, _, info = env.step(int(np.flatnonzero(info["action_mask"])[0]))
    assert (reward, info["replaced"]) == (0.0, False)
    env.close()


def test_a_decision_of_no_simple_kind_takes_choices_of_ones_own(study: Study) -> None:
    def two_orders(view: Any) -> list[ServeInOrder]:
        calls = tuple(int(call) for call in view.calls.call)
        return [ServeInOrder(calls), ServeInOrder(calls[::-1])]

    busy = study.with_(**{"emergency.dispatches_per_day": 1200, "emergency.calls_per_day": 2400})
    env = DecisionEnv(busy, "queue", soon, choices=two_orders, choice_count=2)
    _, info = env.reset(seed=1)
    assert env.action_space.n == 2
    assert info["action_mask"][0] == 1
    env.step(0)
    env.close()


def test_every_decision_either_has_choices_or_says_that_it_needs_some() -> None:
    simple = set()
    for description in DESCRIPTIONS.values():
        for decision in description.decisions:
            sight = Sight(decision, 4)
            assert len(sight.names) == len(set(sight.names)) > 0
            with contextlib.suppress(PolicyError):
                assert len(Choices(decision, sight)) > 1
                simple.add(decision.name)
    assert {"dispatch", "redispatch", "standby", "hospital", "green_channel", "second_level", "air_warning"} <= simple


# -- agents ------------------------------------------------------------------------------------------------------------


def test_the_learnt_agent_beats_chance_on_days_that_it_never_saw(study: Study) -> None:
    env = DecisionEnv(study, "dispatch", soon, rows=4)
    agent = learn(env, "free_vehicles", [0, 1], generations=3, drawn=6)
    test_days = range(10, 18)
    learnt, chance = judge(env, agent, test_days), judge(env, random_agent(1), test_days)
    assert learnt.mean() > chance.mean() + 0.3
    one, again = (learn(env, "free_vehicles", [0], generations=1, drawn=4) for _ in range(2))
    np.testing.assert_array_equal(again.weights, one.weights)


@pytest.mark.parametrize(
    ("decision", "options", "said"),
    [
        ("dispach", {}, "did you mean dispatch"),
        ("queue", {}, "give choices, a function"),
        ("queue", {"choices": lambda view: []}, "choices need choice_count"),
        ("dispatch", {"brain": "nobody"}, "the scenario has no brain nobody"),
        ("inspection", {}, "which takes no part"),
        ("dispatch", {"days": ()}, "are no replications"),
        ("dispatch", {"days": (-1,)}, "are no replications"),
        ("dispatch", {"most_questions": 0}, "is less than 1"),
    ],
)
def test_bad_input_is_told(decision: str, options: dict[str, Any], said: str, study: Study) -> None:
    with pytest.raises(PolicyError, match=said):
        DecisionEnv(study, decision, soon, **options)


@pytest.mark.parametrize("action", [-1, 10**6, 1.5, "first", None])
def test_what_is_no_action_is_told_and_answers_nothing(action: Any, study: Study) -> None:
    """-1 would be the last answer in Python, and 1.5 the second."""
    env = DecisionEnv(study, "dispatch", soon, rows=4)
    env.reset(seed=1)
    with pytest.raises(PolicyError, match="is none of the whole numbers from 0 to"):
        env.step(action)
    assert env.step(np.int64(0))[4]["replaced"] is False
    env.close()


def test_a_day_on_which_nobody_is_asked_is_told(study: Study) -> None:
    env = DecisionEnv(study, "queue", soon, choices=lambda view: [], choice_count=1)
    with pytest.raises(PolicyError, match="nobody is asked for queue"):
        env.reset(seed=1)
