"""The command ``twin sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.commands.options import EXIT_CODES, FOLDER, STUDY, executor_for, with_options
from twin.core.language import Code, Language

if TYPE_CHECKING:
    from twin.experiment.studies.designs import Design

DESIGNS = ("grid", "list", "latin_hypercube", "one_at_a_time", "morris", "sobol")

HELP = """Live SCENARIO_FILE at many points of its keys, and say how its figures answer and what they hang on.

Every point meets the same days, under each brain. A key takes values (key=1,2,3), a range (key=low:high or
key=low:high:n), or what it may be: key~uniform(low,high), key~normal(mean,sd), key~lognormal(median,p90),
key~triangular(low,mode,high), or key~range, the range that the parameter's source gives.

\b
Examples
  twin sweep scenarios/emergency_days.yaml --set emergency.crews_on_duty=30,40,60,104 --reps 4
  twin sweep scenarios/emergency_days.yaml --set emergency.crews_on_duty=30:60:4 --set emergency.seats=6:14:3 --reps 4
  twin sweep scenarios/emergency_days.yaml --set emergency.calls_per_day~range --set emergency.elderly_share~range
  twin sweep scenarios/emergency_days.yaml --assumed --design one_at_a_time --reps 4     what all assumptions matter
  twin sweep scenarios/emergency_days.yaml --assumed --design morris --samples 8 --reps 4
"""


@click.command(short_help="Live a scenario at many points of its keys.", help=HELP, epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--set", "axes", multiple=True, metavar="KEY=VALUES|KEY~WHAT", help="A key and what it takes; repeated.")
@click.option("--assumed", is_flag=True, help="Every assumed parameter that has a range, anywhere in it.")
@click.option("--design", type=click.Choice(DESIGNS), help="Which points [default: grid; latin_hypercube for KEY~...].")
@click.option(
    "--samples", type=click.IntRange(min=2), help="Draws (30), trajectories (8) or base points (32) of a design."
)
@click.option("--brains", metavar="A,B,...", help="Under which brains, as in twin compare [default: the scenario's].")
@click.option("--kpi", "kpis", multiple=True, metavar="NAME",
              help="What the page shows; may be repeated [default: headline figures of the first domain].")  # fmt: skip
@click.option("--reps", type=click.IntRange(min=1), help="Days at each point, instead of the scenario's replications.")
@click.option("--estimate", is_flag=True, help="Live one day of one point, say how long all would take, and stop.")
@with_options(*STUDY)
def sweep(
    scenario_file: Path, overrides: tuple[str, ...], axes: tuple[str, ...], assumed: bool, design: Design | None,
    samples: int | None, brains: str | None, kpis: tuple[str, ...], reps: int | None, estimate: bool, jobs: int | None,
    cluster: str | None,     reports: Path, no_report: bool, as_json: bool, lang: Code,
) -> int:  # fmt: skip
    """Sweep over keys; see `HELP`."""
    from twin.report.studies.sweep_command import Asked, sweep_and_report
    from twin.report.studies.together import Options

    asked = Asked(axes, assumed, design, samples, brains, kpis, reps)
    by = executor_for(jobs, cluster)
    options = Options(reports, by, Language(lang), not no_report, as_json, estimate)
    return sweep_and_report(scenario_file, overrides, asked, options)
