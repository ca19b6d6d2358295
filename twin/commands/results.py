"""The commands ``twin kpis`` and ``twin report``: what is made again from stored results."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.language import Code, Language


@click.command(short_help="Compute a run's KPIs again from its events.")
@click.argument("run_folder", type=FOLDER)
@JSON
@LANGUAGE
def kpis(run_folder: Path, as_json: bool, lang: Code) -> int:
    """Compute the KPIs of RUN_FOLDER again from its recorded events, store and print them."""
    from twin.experiment.command import print_kpis
    from twin.experiment.store import Results

    results = Results(run_folder)
    changed = results.recompute_kpis()
    print_kpis(results, Language(lang), as_json)
    click.echo(Language(lang)("the stored KPIs have changed" if changed else "the stored KPIs were the same"), err=True)
    return 0


@click.command(short_help="Make the report of a finished run again.")
@click.argument("run_folder", type=FOLDER)
@click.option("--output", type=FOLDER, help="File to write [default: report.html in RUN_FOLDER].")
@LANGUAGE
def report(run_folder: Path, output: Path | None, lang: Code) -> int:
    """Make the report of RUN_FOLDER from its stored results."""
    from twin.experiment.store import Results
    from twin.report.build import write_report

    path = output or run_folder / "report.html"
    write_report(Results(run_folder), path, Language(lang))
    click.echo(str(path))
    return 0
