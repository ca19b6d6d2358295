"""The command ``twin attribute``."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import EXIT_CODES, FOLDER, STUDY, executor_for, with_options
from twin.core.language import Code, Language

HELP = """Say which connection and which decision brings how much of what one brain brings over another.

The parts in which the brains differ get their Shapley values: what each adds, averaged over all orders in which they
might be introduced. They add up to the whole. Days that were lived before are not lived again.

\b
Examples
  twin attribute scenarios/emergency_days.yaml --reps 5
  twin attribute scenarios/emergency_days.yaml --estimate          how long it would take
  twin attribute scenarios/emergency_days.yaml --kpi emergency.response_min.mean
  twin attribute scenarios/emergency_days.yaml --part way=live_traffic,dispatch --part heart=vitals_stream,green_channel
  twin attribute scenarios/city_day.yaml --to best_published --kpi emergency.response_min.mean --reps 4
"""


@click.command(short_help="Say which part of a brain brings how much.", help=HELP, epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--from", "start", default="traditional", show_default=True, metavar="BRAIN", help="The brain left.")
@click.option("--to", "goal", default="city_brain", show_default=True, metavar="BRAIN", help="The brain introduced.")
@click.option("--kpi", "kpis", multiple=True, metavar="NAME",
              help="What is attributed; may be repeated [default: headline figures of the first domain].")  # fmt: skip
@click.option("--part", "groups", multiple=True, metavar="NAME=KEY,KEY",
              help="Connections and decisions that are one part together; may be repeated.")  # fmt: skip
@click.option("--parts", "told_apart", metavar="A,B,...",
              help="Tell only these parts apart [default: all of the KPIs' domains].")  # fmt: skip
@click.option("--reps", type=click.IntRange(min=1), help="Days, instead of the scenario's replications.")
@click.option("--orders", type=click.IntRange(min=1),
              help="Sample so many orders of the parts [default: all of up to 8 parts, 16 of more].")  # fmt: skip
@click.option("--every-coalition", is_flag=True, help="Live also those whose parts change nothing at either end.")
@click.option("--estimate", is_flag=True, help="Live one day of both ends, say how long all would take, and stop.")
@with_options(*STUDY)
def attribute(
    scenario_file: Path, overrides: tuple[str, ...], start: str, goal: str, kpis: tuple[str, ...],
    groups: tuple[str, ...], told_apart: str | None, reps: int | None, orders: int | None, every_coalition: bool,
    estimate: bool, jobs: int | None, cluster: str | None, reports: Path, no_report: bool, as_json: bool, lang: Code,
) -> int:  # fmt: skip
    """Attribute a difference to parts; see `HELP`."""
    from twin.report.studies.attribution_command import Asked, attribute_and_report
    from twin.report.studies.together import Options

    asked = Asked(start, goal, kpis, groups, told_apart, reps, orders, every_coalition)
    by = executor_for(jobs, cluster)
    options = Options(reports, by, Language(lang), not no_report, as_json, estimate)
    return attribute_and_report(scenario_file, overrides, asked, options)
