"""What ``twin attribute`` does once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.experiment.studies.answers import answer_json
from twin.experiment.studies.asked_for import domain_of, kpis_asked, with_brains
from twin.experiment.studies.attribution import Attributing, Question
from twin.experiment.studies.parts import Wanted, parts_between
from twin.experiment.studies.refusing import refuse
from twin.report.studies.attribution_lines import attribution_lines
from twin.report.studies.attribution_page import attribution_page
from twin.report.studies.together import duration, id_of, keep, lived_with

if TYPE_CHECKING:
    from twin.experiment.studies.lived import Lived
    from twin.report.studies.together import Options
    from twin.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    start: str
    goal: str
    kpis: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    told_apart: str | None = None
    days: int | None = None
    orders: int | None = None
    every_coalition: bool = False

    def question(self, scenario: Scenario) -> Question:
        """Return the question.

        Raises
        ------
        ScenarioError
            For what cannot be.
        """
        (start,) = with_brains(scenario, [self.start], "--from").brains
        (goal,) = with_brains(scenario, [self.goal], "--to").brains
        kpis = kpis_asked(scenario, self.kpis)
        domains = {domain_of(kpi.name) for kpi in kpis}
        apart = None if self.told_apart is None else [word.strip() for word in self.told_apart.split(",")]
        parts = parts_between(start, goal, scenario.domains, Wanted(groups_of(self.groups), apart, domains))
        return Question(
            scenario, start, goal, parts, kpis, self.days or scenario.replications,
            asked=bool(self.kpis), order_pairs=self._pairs(), screened=not self.every_coalition,
        )  # fmt: skip

    def _pairs(self) -> int | None:
        if self.orders is not None and (self.orders % 2 or self.orders < 4):
            refuse("--orders", "each order is lived with its reverse; give an even number, at least 4")
        return None if self.orders is None else self.orders // 2


def groups_of(words: Sequence[str]) -> Mapping[str, list[str]]:
    """Read ``name=key,key`` words.

    Raises
    ------
    InvalidScenarioError
        For a word of another form, or a name that stands there twice.
    """
    groups: dict[str, list[str]] = {}
    for word in words:
        name, equals, keys = word.partition("=")
        listed = [key.strip() for key in keys.split(",")]
        if not equals or not name.strip() or "" in listed:
            refuse("--part", "{text} is not of the form name=key,key", text=json.dumps(word, ensure_ascii=False))
        if name.strip() in groups:
            refuse("--part", "the name {name} stands there twice", name=json.dumps(name.strip(), ensure_ascii=False))
        groups[name.strip()] = listed
    return groups


def attribute_and_report(path: Path, overrides: Sequence[str], asked: Asked, options: Options) -> int:
    """Live the coalitions, write the answer and its page, print it; return the exit code."""
    from twin.scenario.load import load_scenario

    scenario = load_scenario(path, overrides)
    question, language = asked.question(scenario), options.language
    lived = lived_with(options)
    attributing = Attributing(question, lived)
    _estimate(question, attributing, lived, options)
    if options.estimate:
        return 0
    attributing.screen()
    _rest(question, attributing, lived, options)
    answer = attributing.answer()
    cells = [cell.id for cell in lived.cells([question.cell(0), question.cell(question.whole)])]
    kind = id_of(cells, [part.keys for part in question.parts], [one.kpi for one in answer.kpis])
    page = attribution_page(answer, language) if options.with_report else None
    folder = options.reports / scenario.name / f"attribution-{kind}"
    written = keep(folder, "attribution", answer_json(answer), page)
    if options.as_json:
        click.echo(json.dumps({**json.loads(answer_json(answer)), "folder": str(folder)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([*attribution_lines(answer, language), str(written)]))
    return 0


def _estimate(question: Question, attributing: Attributing, lived: Lived, options: Options) -> None:
    """Live the first day of both ends, and say how long all of it will take at most."""
    lived([question.cell(0), question.cell(question.whole)], 1)
    options.say("{parts} parts: at most {coalitions} brains x {days} days, some {time} if none is lived yet",
        parts=len(question.parts), coalitions=attributing.most, days=question.days,
        time=duration(lived.seconds_for(attributing.most * question.days), options.language),
    )  # fmt: skip


def _rest(question: Question, attributing: Attributing, lived: Lived, options: Options) -> None:
    """Say what is left after the ends have been looked at."""
    left = lived.missing([question.cell(one) for one in attributing.unlived], question.days)
    if attributing.idle:
        options.say("{parts} change nothing at either end and are left out", parts=", ".join(attributing.idle))
    if left:
        options.say("{n} days to live, some {time}", n=left, time=duration(lived.seconds_for(left), options.language))
