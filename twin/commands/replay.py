"""The command ``twin replay``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.errors import ResultsError
from twin.core.language import Code, Language

if TYPE_CHECKING:
    from twin.experiment.replay import Moment
    from twin.experiment.store import Results


@click.command(short_help="Live a recorded day again, up to a moment; see what a policy saw.")
@click.argument("run_folder", type=FOLDER)
@click.option("--brain", help="Which brain [the first].")
@click.option("--replication", type=click.IntRange(min=0), default=0, show_default=True, help="Which day, from 0 on.")
@click.option("--until", help='The moment, as "08:13", "2 08:13" or "2021-03-15 08:13" [the end].')
@click.option("--decision", help="Which decision's question [the last of any].")
@click.option("--number", type=click.IntRange(min=0), help="Its question of this number, from 0 on [the last].")
@click.option(
    "--ask", "others", multiple=True, metavar="RULE", help="Ask this rule too: a name, or FILE:NAME (repeat)."
)
@click.option("--with", "given", multiple=True, metavar="KEY=VALUE", help="A parameter of the rule that is asked.")
@click.option("--rows", type=click.IntRange(min=1), default=20, show_default=True, help="Rows of each table to show.")
@click.option("--anyway", is_flag=True, help="Go on although code, map or libraries have changed since.")
@JSON
@LANGUAGE
def replay(
    run_folder: Path, brain: str | None, replication: int, until: str | None, decision: str | None,
    number: int | None, others: tuple[str, ...], given: tuple[str, ...], rows: int, anyway: bool, as_json: bool,
    lang: Code,
) -> int:  # fmt: skip
    """Live a day of RUN_FOLDER again up to a moment; print the view that a policy saw then, and its answer.

    Hashes of code, map and all that was drawn are compared first, and every answer up to the moment with the one
    that is recorded. With --ask another rule is shown the same view.
    """
    from twin.commands.policy import parameters_of
    from twin.core.decisions import RuleSetting
    from twin.experiment.replay import ask_another
    from twin.experiment.replay import replay as live_again
    from twin.experiment.store import Results
    from twin.policies.listing import find_decision

    results, language = Results(run_folder), Language(lang)
    parameters = parameters_of(given)
    if decision is not None:
        find_decision(decision)
    moment = live_again(
        results, brain or results.brains[0], replication, until_s=second_of(results, until), decision=decision,
        number=number, anyway=anyway,
    )  # fmt: skip
    answers = {rule: ask_another(moment, RuleSetting(rule, parameters), Path()) for rule in others}
    if as_json:
        click.echo(json.dumps(_plain(moment, answers), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(results, moment, answers, rows, language)))
    return 0


def second_of(results: Results, until: str | None) -> float:
    """Return the simulated second of a moment, which is within the run.

    Raises
    ------
    ResultsError
        Where it is no time, or none of the run.
    """
    from twin.core.clock import DRAIN_LIMIT_S
    from twin.scenario.events import RunTimes

    clock = results.clock
    if until is None:
        return clock.duration_s + DRAIN_LIMIT_S
    times = RunTimes(clock.start, clock.duration_s)
    moment = times.read(until, clock.start)
    if moment is None:
        raise ResultsError(
            '--until: {text!r} is no time; write it as "08:13", "2 08:13" for the second day, or "2021-03-15 08:13"',
            text=until,
        )
    second = times.second(moment)
    if not -clock.warm_up_s < second <= clock.duration_s + DRAIN_LIMIT_S:
        raise ResultsError(
            "--until: {text!r} is not within the run, which is from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}",
            text=until, start=clock.start, end=clock.at(clock.duration_s),
        )  # fmt: skip
    return second


def _plain(moment: Moment, answers: dict[str, Any]) -> dict[str, Any]:
    from twin.experiment.seen import plain

    return {
        "decision": moment.decision.name,
        "number": moment.number,
        "time_s": moment.time_s,
        "rule": moment.rule,
        "view": plain(moment.view),
        "answer": {"kind": type(moment.answer).__name__, **plain(moment.answer)},
        "others": {rule: {"kind": type(answer).__name__, **plain(answer)} for rule, answer in answers.items()},
        "compared": moment.compared,
    }


def _lines(results: Results, moment: Moment, answers: dict[str, Any], rows: int, language: Language) -> list[str]:
    from twin.experiment.seen import view_lines

    when = f"{results.clock.at(moment.time_s):%Y-%m-%d %H:%M:%S}"
    lines = [
        language("{when}  {decision}, question {number}: {text}", when=when, decision=moment.decision.name,
                 number=moment.number, text=language(moment.decision.text)),
        *view_lines(moment.view, rows),
        language("{rule} answered {answer}", rule=moment.rule, answer=moment.answer),
    ]  # fmt: skip
    lines += [
        language("{rule} would have answered {answer}", rule=rule, answer=answer) for rule, answer in answers.items()
    ]
    return [*lines, language("{count} answers to this decision were as recorded", count=moment.compared)]
