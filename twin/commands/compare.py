"""The command ``twin compare``."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import EXIT_CODES, FOLDER, STUDY, executor_for, with_options
from twin.core.language import Code, Language

HELP = """Compare brains on SCENARIO_FILE; OVERRIDES such as seed=7 replace keys of the file.

All brains meet the same days. Days that were lived before, for this or another comparison, are not lived again.

\b
Examples
  twin compare scenarios/emergency_days.yaml
  twin compare scenarios/emergency_days.yaml --reps 100 --estimate          how long it would take
  twin compare scenarios/emergency_days.yaml --brains city_brain,mine.py:rule
  twin compare scenarios/emergency_days.yaml --reps auto --kpi emergency.response_min.mean --half-width 0.1
"""


@click.command(short_help="Compare brains, with intervals and a verdict for each KPI.", help=HELP, epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option(
    "--brains", metavar="A,B,...",
    help="What to compare; the first is what others are compared with [default: those of the scenario]. A name, "
    "file.py:rule, BRAIN+file.py:rule, BRAIN+decision=rule, or file.yaml.",
)  # fmt: skip
@click.option("--kpi", metavar="NAME", help="The KPI that matters most: it decides when days are enough.")
@click.option(
    "--reps", metavar="N|auto", help="Days, or auto: until the KPI's interval is narrow [default: the scenario's]."
)
@click.option("--half-width", type=click.FloatRange(min=0, min_open=True), metavar="X",
              help="How narrow, half its width in the KPI's unit [default: the margin].")  # fmt: skip
@click.option("--cap", type=click.IntRange(min=2), default=200, show_default=True, help="Most days with --reps auto.")
@click.option(
    "--margin", "margins", multiple=True, metavar="KPI=X",
    help="Smallest difference that matters: KPI=0.5 (its unit), KPI=3%, or 3% for all (repeat) "
    "[default: the scenario's, else the KPI's own, else 5%].",
)  # fmt: skip
@click.option(
    "--pick-within", metavar="X|X%",
    help="With --reps auto: stop living brains that fall behind, until the best is known within X of the KPI.",
)  # fmt: skip
@click.option("--warm-up", type=click.Choice(["auto"]), help="Find from a few days how long to live before counting.")
@click.option("--estimate", is_flag=True, help="Live one day of each brain, say how long all would take, and stop.")
@with_options(*STUDY)
def compare(
    scenario_file: Path, overrides: tuple[str, ...], brains: str | None, kpi: str | None, reps: str | None,
    half_width: float | None, cap: int, margins: tuple[str, ...], pick_within: str | None, warm_up: str | None,
    estimate: bool, jobs: int | None, cluster: str | None, reports: Path, no_report: bool, as_json: bool, lang: Code,
) -> int:  # fmt: skip
    """Compare brains on a scenario; see `HELP`."""
    from twin.experiment.studies.asked import Asked
    from twin.experiment.studies.command import Means, compare_and_report, estimate_comparison

    asked = Asked(brains, kpi, reps, half_width, cap, margins, pick_within, warm_up == "auto")
    by = Means(executor_for(jobs, cluster), reports, Language(lang))
    if estimate:
        return estimate_comparison(scenario_file, overrides, asked, by)
    return compare_and_report(scenario_file, overrides, asked, by, with_report=not no_report, as_json=as_json)
