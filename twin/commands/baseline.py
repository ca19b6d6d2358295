"""The commands ``twin baseline``: record what a scenario gives, and check that it still does."""

from __future__ import annotations

import os
from pathlib import Path

import click

from twin.commands.options import EXIT_CODES, FOLDER, JOBS, JSON, LANGUAGE, REPORTS, with_options
from twin.core.language import Code, Language

_SHARED = with_options(
    click.argument("scenario_file", type=FOLDER),
    click.argument("overrides", nargs=-1),
    click.option("--exact", is_flag=True, help="The events, to the last bit (exact.json)."),
    click.option("--statistics", is_flag=True, help="The KPIs, within margins (statistics.json)."),
    click.option("--speed", is_flag=True, help="What a replication costs (speed.json)."),
    click.option("--folder", type=FOLDER, help="Where the files are [baselines/NAME beside the scenario]."),
    JOBS,
    REPORTS,
    LANGUAGE,
)
"""What both commands have."""


@click.group(short_help="Record what a scenario gives; check that it still does.")
def baseline() -> None:
    """Record what a scenario gives, and check that it still does."""


@baseline.command("record", short_help="Write a scenario's baseline.")
@_SHARED
@click.option("--reps", type=click.IntRange(min=5), help="Days of the statistics [the scenario's, at least 60].")
@click.option("--exact-reps", type=click.IntRange(min=1), default=2, show_default=True, help="Days of the events.")
@click.option("--attempts", type=click.IntRange(min=2), default=3, show_default=True, help="Measurements of speed.")
@click.option("--kpi", "kpis", multiple=True, help="Guard this KPI (repeat) [those that the verdict shows].")
@click.option("--margin", "margins", multiple=True,
              help="3% for all KPIs, KPI=3% or KPI=0.5 for one (repeat) [the scenario's, else 5%].")  # fmt: skip
def record_baseline(
    scenario_file: Path, overrides: tuple[str, ...], exact: bool, statistics: bool, speed: bool, folder: Path | None,
    jobs: int | None, reports: Path, lang: Code, reps: int | None, exact_reps: int, attempts: int,
    kpis: tuple[str, ...], margins: tuple[str, ...],
) -> int:  # fmt: skip
    """Write what is missing of the baseline of SCENARIO_FILE, or the parts named, anew.

    Nothing but this command writes a baseline. Look at what changed, then record it again, by its own flag.
    """
    from twin.experiment.baselines.command import BaselineOptions, parts_named, record
    from twin.experiment.baselines.statistics import DAYS
    from twin.experiment.command import compile_if_needed, progress_bar
    from twin.scenario.load import load_scenario

    scenario = load_scenario(scenario_file, overrides)
    options = BaselineOptions(
        parts_named(exact, statistics, speed), folder, reports, jobs or os.cpu_count() or 1, kpis=kpis,
        margins=margins, days=reps or max(DAYS, scenario.replications), exact_days=exact_reps, attempts=attempts,
    )  # fmt: skip
    language = Language(lang)
    compile_if_needed(scenario.domains, language)
    with progress_bar(language) as progress:
        return record(scenario, options, language, progress)


@baseline.command("check", short_help="Check a scenario against its baseline.", epilog=EXIT_CODES)
@_SHARED
@click.option("--strict", is_flag=True, help="Events must be as recorded although the code has changed.")
@JSON
def check_baseline(
    scenario_file: Path, overrides: tuple[str, ...], exact: bool, statistics: bool, speed: bool, folder: Path | None,
    jobs: int | None, reports: Path, lang: Code, strict: bool, as_json: bool,
) -> int:  # fmt: skip
    """Check SCENARIO_FILE against its baseline, in all parts that are there or in those named.

    Exits with 1 where events differ though the code is the same, where a KPI is not shown to lie within its margin, or
    where a replication takes 1.5 times as long as recorded. Every difference is counted, not the first. With another
    seed ("seed=7") the statistics are checked on days that have nothing in common with the recorded ones.
    """
    from twin.experiment.baselines.command import BaselineOptions, check, parts_named
    from twin.experiment.command import compile_if_needed, progress_bar
    from twin.scenario.load import load_scenario

    scenario = load_scenario(scenario_file, overrides)
    options = BaselineOptions(
        parts_named(exact, statistics, speed), folder, reports, jobs or os.cpu_count() or 1, strict=strict
    )
    language = Language(lang)
    compile_if_needed(scenario.domains, language)
    with progress_bar(language) as progress:
        return check(scenario, options, language, progress, as_json=as_json)
