"""What ``twin tune`` does once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.experiment.studies.answers import answer_json
from twin.experiment.studies.asked_for import kpis_asked, with_brains
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.tuning import FINALISTS, Days, Question, tune
from twin.experiment.studies.tuning_space import read_space
from twin.report.studies.together import duration, id_of, keep, lived_with
from twin.report.studies.tuning_page import snippet, tuning_lines, tuning_page
from twin.scenario.problems import show

if TYPE_CHECKING:
    from twin.experiment.studies.lived import Lived
    from twin.report.studies.together import Options
    from twin.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    brain: str
    rules: tuple[str, ...]
    knobs: tuple[str, ...]
    kpi: str
    trials: int
    train: int
    validate: int
    test: int

    def question(self, scenario: Scenario) -> Question:
        """Return the question.

        Raises
        ------
        ScenarioError
            For what cannot be.
        """
        for rule in self.rules:
            if "=" not in rule:
                refuse("--rule", "{text} is not of the form decision=rule", text=show(rule))
        word = "+".join([self.brain, *self.rules])
        alone = with_brains(scenario, [word], "--rule" if self.rules else "--brain")
        space = read_space(alone, self.knobs, self.brain, [rule.partition("=")[0].strip() for rule in self.rules])
        (kpi,) = kpis_asked(scenario, [self.kpi])
        return Question(space, kpi, self.trials, Days.of(self.train, self.validate, self.test))


def tune_and_report(path: Path, overrides: Sequence[str], asked: Asked, options: Options) -> int:
    """Tune, write the answer and its page, print it; return the exit code."""
    from twin.scenario.load import load_scenario

    scenario = load_scenario(path, overrides)
    question, language = asked.question(scenario), options.language
    lived = lived_with(options)
    _estimate(question, lived, options)
    if options.estimate:
        return 0
    answer = tune(question, lived.on)
    kind = id_of(
        [cell.id for cell in lived.cells([question.space.as_it_is()])], answer.knobs, answer.kpi,
        [len(answer.trials), asked.train, asked.validate, asked.test],
    )  # fmt: skip
    folder = options.reports / scenario.name / f"tuning-{kind}"
    written = keep(
        folder, "tuning", answer_json(answer), tuning_page(answer, language) if options.with_report else None
    )
    if options.as_json:
        click.echo(json.dumps({**json.loads(answer_json(answer)), "folder": str(folder)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([*tuning_lines(answer, language), "", snippet(answer), str(written)]))
    return 0


def _estimate(question: Question, lived: Lived, options: Options) -> None:
    """Live a first day, and say how long all of it will take at most."""
    lived([question.space.as_it_is()], 1)
    days = question.days
    jobs = question.trials * len(days.train) + (1 + FINALISTS) * len(days.validate) + 2 * len(days.test)
    options.say(
        "{trials} settings on {train} training days, the best on {validate} and {test} others: at most {jobs} days, "
        "some {time} if none is lived yet",
        trials=question.trials, train=len(days.train), validate=len(days.validate), test=len(days.test), jobs=jobs,
        time=duration(lived.seconds_for(jobs), options.language),
    )  # fmt: skip
