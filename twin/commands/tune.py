"""The command ``twin tune``."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import EXIT_CODES, FOLDER, STUDY, executor_for, with_options
from twin.core.language import Code, Language

HELP = """Choose parameters of rules on training days, and judge them on days that they never saw.

Needs the extra "tune" (Optuna). The days are replications of SCENARIO_FILE: first those for training, then those for
validation, then those for the test. The page shows all three.

\b
Examples
  twin tune scenarios/emergency_days.yaml --rule dispatch=fastest_or_called_off --set worth_s=0:600
      --kpi emergency.response_min.mean
  twin tune scenarios/emergency_policies.yaml --rule standby=dmexclp --set busy_fraction=0.1:0.9
      --kpi emergency.response_min.p90 --trials 30 --train 8 --test 20
  twin tune mine.yaml --rule dispatch=my_rules.py:careful --set margin_s=0:300 --set mode=near,far --kpi ...
"""


@click.command(short_help="Choose rules' parameters, judge them on other days.", help=HELP, epilog=EXIT_CODES)
@click.argument("scenario_file", type=FOLDER)
@click.argument("overrides", nargs=-1)
@click.option("--brain", default="city_brain", show_default=True, metavar="BRAIN", help="The brain that is tuned.")
@click.option("--rule", "rules", multiple=True, metavar="DECISION=RULE", help="A rule that it gets first; repeated.")
@click.option("--set", "knobs", multiple=True, metavar="PARAMETER=LOW:HIGH|A,B",
              help="What may be tried: the parameter of the one --rule, or decision.parameter; repeated.")  # fmt: skip
@click.option("--kpi", required=True, metavar="NAME", help="What is to become better: its mean over days.")
@click.option("--trials", type=click.IntRange(min=1), default=20, show_default=True, help="Settings to try.")
@click.option("--train", type=int, default=6, show_default=True, help="Training days.")
@click.option("--validate", type=int, default=6, show_default=True, help="Validation days.")
@click.option("--test", type=int, default=12, show_default=True, help="Test days.")
@click.option("--estimate", is_flag=True, help="Live one day, say how long all would take, and stop.")
@with_options(*STUDY)
def tune(
    scenario_file: Path, overrides: tuple[str, ...], brain: str, rules: tuple[str, ...], knobs: tuple[str, ...],
    kpi: str, trials: int, train: int, validate: int, test: int, estimate: bool, jobs: int | None, cluster: str | None,
    reports: Path, no_report: bool, as_json: bool, lang: Code,
) -> int:  # fmt: skip
    """Tune a brain's rules; see `HELP`."""
    from twin.report.studies.together import Options
    from twin.report.studies.tuning_command import Asked, tune_and_report

    asked = Asked(brain, rules, knobs, kpi, trials, train, validate, test)
    by = executor_for(jobs, cluster)
    options = Options(reports, by, Language(lang), not no_report, as_json, estimate)
    return tune_and_report(scenario_file, overrides, asked, options)
