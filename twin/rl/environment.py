"""One decision of the twin as an environment of Gymnasium.

All else is decided by a brain. An episode is a day (a replication) of a scenario; a step answers one question. The
day's end terminates an episode; a limit of questions truncates it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from twin.api import Study
from twin.core.decisions import Decision, RuleSetting
from twin.core.errors import PolicyError
from twin.experiment.tasks import Task, Workshop, compute_kpis
from twin.policies.listing import find_decision
from twin.policies.registry import load_rule
from twin.rl.choices import LARGEST, Choices, Sight
from twin.rl.dialogue import Asked, Dialogue, Ended
from twin.scenario.brains import shipped_brain

if TYPE_CHECKING:
    from twin.core.decisions import Rule
    from twin.scenario.scenario import Scenario

_NO_LIMIT_S: Final = 1e9
Observation = NDArray[np.float32]
Reward = Callable[[Any, Any, Mapping[str, float] | None], float]
"""From the view, the answer, and, at the end of a day, its KPIs: what the answer is worth."""


class DecisionEnv(gymnasium.Env[Observation, np.int64]):
    """An environment over a single decision.

    Observations are what the view holds as numbers (`names` says which); ``info`` holds the mask of legal choices
    ``action_mask``, the ``replication``, ``replaced`` (whether the last choice was illegal, so that the practised rule
    answered in its place) and, at the end of a day, its ``kpis``.

    Parameters
    ----------
    study
        The scenario, as ``twin.load(path)`` gives it.
    decision
        Its name, as ``twin policies`` lists it.
    reward
        What an answer is worth.
    brain
        Who decides everything else: the name of a brain of the scenario.
    rows
        How many rows of each table of the view are seen, and can be chosen from.
    days
        Replications that episodes are drawn from; ``reset(options={"replication": 3})`` names one.
    most_questions
        After so many an episode is truncated.
    illegal_reward
        Added to the reward of an illegal choice.
    choices, choice_count
        For decisions whose answers are of no simple kind: a function from the view to the answers to choose from, and
        how many there are at most.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012

    def __init__(
        self, study: Study | Scenario, decision: str, reward: Reward, *, brain: str | None = None, rows: int = 8,
        days: Sequence[int] = (0,), most_questions: int | None = None, illegal_reward: float = 0.0,
        choices: Callable[[Any], Sequence[Any]] | None = None, choice_count: int | None = None,
    ) -> None:  # fmt: skip
        scenario = study.scenario if isinstance(study, Study) else study
        self.decision = find_decision(decision)
        _check(scenario, self.decision, brain, days, most_questions)
        self._scenario = _alone(scenario, self.decision, brain or scenario.brains[0].name)
        self._reward = reward
        self._days = tuple(days)
        self._most_questions = most_questions
        self._illegal_reward = illegal_reward
        self.sight = Sight(self.decision, rows)
        self._choices = Choices(self.decision, self.sight, choices, choice_count)
        self._workshop = Workshop(self._scenario)
        self._dialogue: Dialogue[Any, Any, dict[str, float]] | None = None
        self._practised: Rule | None = None
        shape = (len(self.sight.names),)
        self.observation_space = spaces.Box(-LARGEST, LARGEST, shape, np.float32)
        self.action_space = spaces.Discrete(len(self._choices))

    @property
    def view(self) -> Any:
        """The view of the question that waits."""
        return self._view

    @property
    def answers(self) -> list[Any]:
        """The answer that each choice stands for now, None where it has none."""
        return list(self._answers)

    @property
    def names(self) -> list[str]:
        """What each number of an observation is."""
        return self.sight.names

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a day, and return what is seen of its first question."""
        super().reset(seed=seed)
        self.close()
        drawn = self._days[int(self.np_random.integers(len(self._days)))]
        replication = int((options or {}).get("replication", drawn))
        rule = str(shipped_brain("traditional").decisions[self.decision.name])
        chance = np.random.default_rng([replication, 0 if seed is None else seed])
        self._practised = load_rule(RuleSetting(rule), self.decision, Path(), random=chance)
        self._replication, self._asked = replication, 0
        self._dialogue = Dialogue(self._day)
        begun = self._dialogue.begin()
        if isinstance(begun, Ended):
            raise PolicyError(
                "on day {replication} of {path} nobody is asked for {decision}; choose other days or a longer duration",
                replication=replication, path=str(self._scenario.path), decision=self.decision.name,
            )  # fmt: skip
        return self._seen(begun.question), self._info(replaced=False)

    def step(self, action: np.int64 | int) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Answer the question that waits.

        Raises
        ------
        PolicyError
            For what is no action at all; an action that is not legal now is replaced, and told.
        """
        if self._dialogue is None or self._practised is None:
            raise gymnasium.error.ResetNeeded("call reset() before step(): no question waits for an answer")
        if not self.action_space.contains(action):
            raise PolicyError(
                "the action {action} is none of the whole numbers from 0 to {last}",
                action=repr(action), last=len(self._mask) - 1,
            )  # fmt: skip
        view, answer = self._view, self._answers[int(action)] if self._mask[int(action)] else None
        replaced = answer is None
        if answer is None:
            answer = self._practised(view)
        following = self._dialogue.answer(answer)
        self._asked += 1
        kpis = None if isinstance(following, Asked) else following.result
        reward = self._reward(view, answer, kpis) + (self._illegal_reward if replaced else 0.0)
        if isinstance(following, Ended):
            self._dialogue = None
            info = {**self._info(replaced=replaced, ended=True), "kpis": kpis}
            return np.zeros(self.observation_space.shape or (0,), np.float32), float(reward), True, False, info
        seen = self._seen(following.question)
        truncated = self._most_questions is not None and self._asked >= self._most_questions
        info = self._info(replaced=replaced)
        if truncated:
            self.close()
        return seen, float(reward), False, truncated, info

    def close(self) -> None:
        """End the day that is lived, if any."""
        if self._dialogue is not None:
            self._dialogue.close()
            self._dialogue = None

    def _day(self, ask: Callable[[Any], Any]) -> dict[str, float]:
        """Live a day; return its KPIs."""
        from twin.core.recorder import Recorder

        recorder = Recorder(packed=True)
        twin = self._workshop.twin(Task(self._replication, 0), recorder, rules={self.decision.name: ask})
        try:
            twin.run()
        finally:
            twin.let_go()  # an episode may be left in the middle
        return {row.name: float(row.value) for row in compute_kpis(self._scenario, recorder.stored())}

    def _seen(self, view: Any) -> Observation:
        self._view = view
        self._answers = self._choices.answers(view)
        self._mask = self._choices.legal(view, self._answers)
        return self.sight.numbers(view)

    def _info(self, *, replaced: bool, ended: bool = False) -> dict[str, Any]:
        info: dict[str, Any] = {"replication": self._replication, "replaced": replaced}
        if ended:
            return {**info, "action_mask": np.zeros(len(self._choices), np.int8)}
        return {**info, "action_mask": self._mask.copy()}


def _alone(scenario: Scenario, decision: Decision, brain: str) -> Scenario:
    """Return the scenario under one brain, in which the decision is left to whoever steps the environment."""
    setting = scenario.brain(brain)
    decisions = {**setting.decisions, decision.name: RuleSetting("environment")}
    return dataclasses.replace(
        scenario,
        brains=(dataclasses.replace(setting, decisions=decisions),),
        decision_time_limit_s=_NO_LIMIT_S,  # it would be the agent's time to think
        record_views=False,
    )


def _check(
    scenario: Scenario, decision: Decision, brain: str | None, days: Sequence[int], most_questions: int | None
) -> None:
    names = [each.name for each in scenario.brains]
    if brain is not None and brain not in names:
        raise PolicyError("the scenario has no brain {name}; it has {known}", name=brain, known=", ".join(names))
    if decision.domain not in scenario.domains:
        raise PolicyError(
            "{decision} is asked by the domain {domain}, which takes no part; add it to domains",
            decision=decision.name, domain=decision.domain,
        )  # fmt: skip
    if not days or min(days) < 0:
        raise PolicyError("days: {days} are no replications; name some from 0 on", days=list(days))
    if most_questions is not None and most_questions < 1:
        raise PolicyError("most_questions: {count} is less than 1; leave it out for whole days", count=most_questions)
