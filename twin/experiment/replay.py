"""Lives a recorded day again, up to a moment, and shows what a policy saw then and what it answered.

One seed gives one day, to the last bit; so a run need not keep what each policy saw to show it. Before anything is
lived the hashes of what determines a result are compared with the recorded ones, then those of all that was drawn, and
in the end every answer up to the moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.core.errors import ResultsError
from twin.experiment.provenance import identity

if TYPE_CHECKING:
    from twin.core.decisions import Decision, RuleSetting
    from twin.experiment.store import Results


@dataclass(frozen=True, slots=True)
class Moment:
    """A question of a replayed day.

    Attributes
    ----------
    number
        Which of the questions of this decision it was, from 0 on: the row of the table of decisions.
    time_s
        Simulated seconds since the scenario's start.
    rule
        The rule that was asked.
    view, answer
        What it saw, and what it answered.
    compared
        How many answers to this decision, up to this one, were found to be those recorded.
    """

    decision: Decision
    number: int
    time_s: float
    rule: str
    view: Any
    answer: Any
    compared: int


@dataclass(slots=True)
class _Seen:
    """The questions of a day: how many of each decision, their times and answers, and the one that is wanted."""

    wanted: str | None
    number: int | None
    answers: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    last: tuple[Decision, int, float, Any, Any] | None = None
    found: bool = False

    def __call__(self, decision: Decision, view: Any, answer: Any, shown: str, time_s: float) -> None:
        """Take up a question and its answer."""
        before = self.answers.setdefault(decision.name, [])
        if not self.found and self.wanted in (None, decision.name) and self.number in (None, len(before)):
            self.last = (decision, len(before), time_s, view, answer)
            self.found = self.number is not None
        before.append((time_s, shown))


def replay(
    results: Results, brain: str, replication: int, *, until_s: float, decision: str | None = None,
    number: int | None = None, anyway: bool = False,
) -> Moment:  # fmt: skip
    """Live a replication again up to a moment.

    Parameters
    ----------
    until_s
        Simulated seconds since the scenario's start.
    decision, number
        Which question is wanted: the last one of this decision before the moment, or the one of this number. Of any
        decision where None.
    anyway
        Go on although code, map or libraries are not those of the run.

    Raises
    ------
    ResultsError
        Where the run cannot be replayed, departs from its record, or put no such question before the moment.
    """
    from twin.core.recorder import Recorder
    from twin.experiment.tasks import Task, Workshop

    recorded = results.summary(brain, replication)
    _check_files(results, brain)
    if not anyway:
        check_identity(results)
    workshop = Workshop(results.scenario)
    workshop.prepare()
    twin = workshop.twin(Task(replication, results.brains.index(brain)), Recorder())
    other = sorted(name for name, mark in twin.table_hashes.items() if recorded["tables"].get(name) != mark)
    if other:
        raise ResultsError(
            "{path}: what is drawn now is not what was drawn then: {tables}; replay with the code that made the run",
            path=str(results.folder), tables=", ".join(other),
        )  # fmt: skip
    seen = _Seen(decision, number)
    twin.brain.listener = seen
    while twin.now < until_s and not seen.found:
        twin.env.run(until=min(until_s, twin.now + twin.tick_s))
    if seen.last is None or (number is not None and not seen.found):
        raise ResultsError(
            "{path}: there was no such question before {moment:%Y-%m-%d %H:%M:%S}; until then {asked}",
            path=str(results.folder), moment=results.clock.at(until_s),
            asked=", ".join(f"{name}: {len(rows)}" for name, rows in sorted(seen.answers.items())) or "-",
        )  # fmt: skip
    asked, at, time_s, view, answer = seen.last
    compared = _compare(results, brain, replication, asked, seen.answers[asked.name][: at + 1])
    rule = results.scenario.brain(brain).decisions[asked.name].rule
    return Moment(asked, at, time_s, rule, view, answer, compared)


def _check_files(results: Results, brain: str) -> None:
    """Refuse to begin where a rule's file is not found: a run names it as its scenario did."""
    from twin.policies.registry import rule_file, split_reference

    scenario = results.scenario
    for setting in scenario.brain(brain).decisions.values():
        named = split_reference(setting.rule)
        if named is not None and rule_file(setting, scenario.folder) is None:
            raise ResultsError(
                "{path}: the policy file {file} is not found from here; replay in the folder in which {scenario} was "
                "run",
                path=str(results.folder), file=named[0], scenario=str(scenario.path),
            )  # fmt: skip


def check_identity(results: Results) -> None:
    """Compare what determines a result with what is recorded.

    Raises
    ------
    ResultsError
        Naming what is not as it was.
    """
    recorded, now = results.manifest["identity"], identity(results.scenario)
    changed = [key for key in recorded if key != "scenario" and recorded[key] != now.get(key)]
    if changed:
        raise ResultsError(
            "{path}: not the same since it was run: {what}; replay with the code that made the run, or with --anyway",
            path=str(results.folder), what=", ".join(changed),
        )  # fmt: skip


def _compare(
    results: Results, brain: str, replication: int, decision: Decision, answers: list[tuple[float, str]]
) -> int:
    """Return how many answers were compared with the recorded ones, which must be equal."""
    table = f"{decision.domain}.decisions.{decision.name}"
    rows = results.event_table(table, brain, replication, ["time_s", "answer"]).head(len(answers))
    recorded = list(zip(rows["time_s"], rows["answer"], strict=True))
    for place, (then, now) in enumerate(zip(recorded, answers, strict=False)):
        if then != now:
            raise ResultsError(
                "{path}: the replay departs from its record at question {number} of {decision}: {then} then, {now} now",
                path=str(results.folder), number=place, decision=decision.name,
                then=f"{then[1]} at {then[0]:.1f} s", now=f"{now[1]} at {now[0]:.1f} s",
            )  # fmt: skip
    return len(recorded)


def ask_another(moment: Moment, setting: RuleSetting, folder: Path, seed: int = 0) -> Any:
    """Return what another rule would have answered to the same view.

    Parameters
    ----------
    setting
        A registered rule, or one of a file, with its parameters.
    folder
        Where a policy file is looked for first.
    seed
        Of the generator that a rule gets which draws; it is not that of the run.

    Raises
    ------
    PolicyError
        Where it cannot be loaded, raises or answers illegally.
    """
    import numpy as np

    from twin.core.brain import Brain
    from twin.core.decisions import BrainSetting
    from twin.core.recorder import Recorder
    from twin.policies.registry import load_rule

    name = moment.decision.name
    rule = load_rule(setting, moment.decision, folder, random=np.random.default_rng(seed))
    other = Brain(BrainSetting("asked", {}, {name: setting}), {name: rule}, {}, Recorder())
    return other.ask(moment.decision, moment.view, moment.time_s)
