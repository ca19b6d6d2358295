"""The commands ``twin kpis`` and ``twin report``: what is made again from stored results."""

from __future__ import annotations

import os
from pathlib import Path

import click

from twin.commands.options import FOLDER, JOBS, JSON, LANGUAGE
from twin.core.language import Code, Language

BESIDE = click.option("--beside", type=FOLDER, metavar="RUN_FOLDER", help="Set it beside this other run.")


@click.command(short_help="Compute a run's KPIs again from its events.")
@click.argument("run_folder", type=FOLDER)
@BESIDE
@JSON
@LANGUAGE
def kpis(run_folder: Path, beside: Path | None, as_json: bool, lang: Code) -> int:
    """Compute the KPIs of RUN_FOLDER again from its recorded events, store and print them.

    With --beside the stored KPIs of two runs are printed instead: what a closed road, rain or a rule changed.
    """
    from twin.experiment.command import print_beside, print_kpis
    from twin.experiment.store import Results

    results = Results(run_folder)
    if beside is not None:
        print_beside(results, Results(beside), Language(lang), as_json)
        return 0
    changed = results.recompute_kpis()
    print_kpis(results, Language(lang), as_json)
    click.echo(Language(lang)("the stored KPIs have changed" if changed else "the stored KPIs were the same"), err=True)
    return 0


@click.command(short_help="Make the report of a finished run again.")
@click.argument("run_folder", type=FOLDER)
@click.option("--output", type=FOLDER, help="File to write [default: report.html in RUN_FOLDER].")
@BESIDE
@JOBS
@LANGUAGE
def report(run_folder: Path, output: Path | None, beside: Path | None, jobs: int | None, lang: Code) -> int:
    """Make the report of RUN_FOLDER from its stored results."""
    from twin.experiment.store import Results
    from twin.report.build import write_report

    path = output or run_folder / "report.html"
    other = None if beside is None else Results(beside)
    write_report(Results(run_folder), path, Language(lang), other, processes=jobs or os.cpu_count() or 1)
    click.echo(str(path))
    return 0
