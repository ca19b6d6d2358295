"""The command ``twin run``."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.commands.options import EXIT_CODES, FOLDER, JOBS, JSON, LANGUAGE, NO_REPORT, REPORTS
from twin.core.language import Code, Language

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario


@click.command(short_help="Run a scenario and write its report.", epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--reps", type=click.IntRange(min=1), help="Replications (days), instead of the scenario's.")
@JOBS
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Threads of each run [default: one a core where there are no more runs than cores, else 1].",
)
@REPORTS
@click.option("--resume", is_flag=True, help="Go on from finished replications; reuse a finished run.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Only say what the run will cost: time and memory.")
@click.option("--check", is_flag=True, help="Only check the scenario file, and the tables that it names.")
@click.option("--check-kpis", is_flag=True, help="Exit with 1 when a bound of the scenario's expect is missed.")
@NO_REPORT
@JSON
@LANGUAGE
def run(
    scenario_file: Path,
    overrides: tuple[str, ...],
    reps: int | None,
    jobs: int | None,
    threads: int | None,
    reports: Path,
    resume: bool,
    only_estimate: bool,
    check: bool,
    check_kpis: bool,
    no_report: bool,
    as_json: bool,
    lang: Code,
) -> int:
    """Run SCENARIO_FILE; OVERRIDES such as seed=7 or emergency.seats=14 replace keys of the file."""
    from twin.scenario.load import load_scenario

    language = Language(lang)
    more = (f"replications={reps}",) if reps is not None else ()
    scenario = load_scenario(scenario_file, (*overrides, *more))
    if check:
        if any(section.files() for section in scenario.sections.values()):
            from twin.experiment.tasks import Workshop

            Workshop(scenario).check_tables()
        said = language("{path}: is a valid scenario", path=str(scenario_file))
        click.echo(json.dumps({"path": str(scenario_file), "valid": True}, ensure_ascii=False) if as_json else said)
        return 0
    if only_estimate:
        return _say_estimate(scenario, reports, jobs or os.cpu_count() or 1, language, as_json=as_json)
    from twin.experiment.command import run_and_report
    from twin.experiment.run import RunOptions

    return run_and_report(
        scenario,
        language,
        options=RunOptions(reports, jobs or os.cpu_count() or 1, resume, threads or _threads_of(scenario)),
        check_kpis=check_kpis,
        with_report=not no_report,
        as_json=as_json,
    )


def _threads_of(scenario: Scenario) -> int:
    """Return how many threads pay for each run: those of runs that end sooner leave their cores to the others."""
    runs, cores = len(scenario.brains) * scenario.replications, os.cpu_count() or 1
    return cores if runs <= cores else 1


def _say_estimate(scenario: Scenario, reports: Path, jobs: int, language: Language, *, as_json: bool) -> int:
    from twin.experiment.command import compile_if_needed
    from twin.experiment.estimate import estimate, estimate_line

    compile_if_needed(scenario.domains, language)
    found = estimate(scenario, reports, jobs)
    click.echo(json.dumps(asdict(found), indent=1) if as_json else estimate_line(found, language))
    return 0
