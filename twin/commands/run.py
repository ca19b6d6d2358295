"""The command ``twin run``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from twin.commands.options import EXIT_CODES, FOLDER, JSON, LANGUAGE
from twin.core.language import Code, Language


@click.command(short_help="Run a scenario and write its report.", epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--reps", type=click.IntRange(min=1), help="Replications (days), instead of the scenario's.")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes [default: one for each core].")
@click.option("--threads", type=click.IntRange(min=1), default=1, help="Threads of each run [default: 1].")
@click.option("--reports", type=FOLDER, default=Path("reports"), show_default=True, help="Where results are written.")
@click.option("--resume", is_flag=True, help="Go on from finished replications; reuse a finished run.")
@click.option("--check", is_flag=True, help="Only check the scenario file, and the tables that it names.")
@click.option("--check-kpis", is_flag=True, help="Exit with 1 when a bound of the scenario's expect is missed.")
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@JSON
@LANGUAGE
def run(
    scenario_file: Path,
    overrides: tuple[str, ...],
    reps: int | None,
    jobs: int | None,
    threads: int,
    reports: Path,
    resume: bool,
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
        click.echo(language("{path}: is a valid scenario", path=str(scenario_file)))
        return 0
    from twin.experiment.command import run_and_report
    from twin.experiment.run import RunOptions

    return run_and_report(
        scenario,
        language,
        options=RunOptions(reports, jobs or os.cpu_count() or 1, resume, threads),
        check_kpis=check_kpis,
        with_report=not no_report,
        as_json=as_json,
    )
