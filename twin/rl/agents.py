"""Agents to begin with: chance, the practised rule, and one that learns a straight line.

The learnt agent weighs the columns of one table of the view and names the row whose sum is least. Its weights are found
by the cross-entropy method: draw some, live the training days with each, go on around the best.

References
----------
Rubinstein (1999), The cross-entropy method for combinatorial and continuous optimization, Methodology and Computing in
Applied Probability 1(2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.decisions import RuleSetting
from twin.policies.registry import load_rule

if TYPE_CHECKING:
    from twin.rl.environment import DecisionEnv

Agent = Callable[[NDArray[np.float32], Mapping[str, Any]], int]
"""From an observation and its ``info`` to a choice."""
BEST: Final = 0.25
"""Share of the drawn weights around which the next are drawn."""


def random_agent(seed: int) -> Agent:
    """Return an agent that takes any legal choice."""
    chance = np.random.default_rng(seed)

    def act(observation: NDArray[np.float32], info: Mapping[str, Any]) -> int:
        legal = np.flatnonzero(info["action_mask"])
        return int(chance.choice(legal)) if len(legal) else 0

    return act


def rule_agent(env: DecisionEnv, rule: str, folder: Path = Path(), seed: int = 0) -> Agent:
    """Return an agent that answers as a rule of the twin does, as far as a choice stands for its answer."""
    decide = load_rule(RuleSetting(rule), env.decision, folder, random=np.random.default_rng(seed))

    def act(observation: NDArray[np.float32], info: Mapping[str, Any]) -> int:
        answer, answers = decide(env.view), env.answers
        return answers.index(answer) if answer in answers else 0

    return act


@dataclass(frozen=True)
class LinearAgent:
    """Names the legal row whose weighted columns sum to least; any other legal choice where no row is.

    Attributes
    ----------
    first, rows, columns
        Where the table stands in an observation: of which number on, and its shape. Choice ``n`` is row ``n``.
    weights
        One for each column.
    """

    first: int
    rows: int
    columns: int
    weights: NDArray[np.float64]

    def __call__(self, observation: NDArray[np.float32], info: Mapping[str, Any]) -> int:
        """Return a choice."""
        mask = info["action_mask"]
        table = observation[self.first : self.first + self.rows * self.columns].reshape(self.rows, self.columns)
        sums = np.log1p(np.abs(table)) @ self.weights
        sums[mask[: self.rows] == 0] = np.inf
        if np.isfinite(sums).any():
            return int(sums.argmin())
        legal = np.flatnonzero(mask)
        return int(legal[0]) if len(legal) else 0


def untrained(env: DecisionEnv, table: str) -> LinearAgent:
    """Return a linear agent over a table of the view whose rows are the first choices."""
    first = env.names.index(next(name for name in env.names if name.startswith(f"{table}[0].")))
    columns = sum(name.startswith(f"{table}[0].") for name in env.names)
    return LinearAgent(first, env.sight.rows, columns, np.zeros(columns))


def live(env: DecisionEnv, agent: Agent, day: int) -> float:
    """Live a day and return the sum of its rewards."""
    observation, info = env.reset(seed=0, options={"replication": day})
    total, ended = 0.0, False
    while not ended:
        observation, reward, terminated, truncated, info = env.step(agent(observation, info))
        total, ended = total + reward, terminated or truncated
    return total


def judge(env: DecisionEnv, agent: Agent, days: Sequence[int]) -> NDArray[np.float64]:
    """Return the sum of rewards of each day."""
    return np.array([live(env, agent, day) for day in days])


def learn(
    env: DecisionEnv, table: str, days: Sequence[int], *, generations: int = 5, drawn: int = 12, seed: int = 0
) -> LinearAgent:
    """Learn the weights of a linear agent on training days; every candidate lives the same ones."""
    agent, chance = untrained(env, table), np.random.default_rng(seed)
    middle, width = np.zeros(agent.columns), np.ones(agent.columns)
    for _ in range(generations):
        candidates = middle + width * chance.normal(size=(drawn, agent.columns))
        worth = [judge(env, _with(agent, weights), days).sum() for weights in candidates]
        best = candidates[np.argsort(worth)[::-1][: max(2, round(BEST * drawn))]]
        middle, width = best.mean(axis=0), best.std(axis=0) + 0.05
    return _with(agent, middle)


def _with(agent: LinearAgent, weights: NDArray[np.float64]) -> LinearAgent:
    return LinearAgent(agent.first, agent.rows, agent.columns, weights)
