"""What several commands have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from twin.core.errors import ResultsError
from twin.core.language import CODES, Language

if TYPE_CHECKING:
    from twin.experiment.executors import Executor

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_CODES = (
    "Exit codes: 0 done, 1 a KPI bound was missed or a baseline not kept, 2 bad input or no room for results, "
    "3 a fault of the twin's own, 130 interrupted."
)
FOLDER = click.Path(path_type=Path)
LANGUAGE = click.option(
    "--lang", type=click.Choice(CODES), default="en", show_default=True, help="Language of messages and report."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")

JOBS = click.option("--jobs", type=click.IntRange(min=1), help="Worker processes [default: one for each core].")
CLUSTER = click.option(
    "--cluster", metavar="ADDRESS", help="Live the days on a Dask cluster, as tcp://10.0.0.1:8786 (extra: cluster)."
)
REPORTS = click.option(
    "--reports", type=FOLDER, default=Path("reports"), show_default=True, help="Where results are written."
)
NO_REPORT = click.option("--no-report", is_flag=True, help="Leave out report.html.")
STUDY: Final = (JOBS, CLUSTER, REPORTS, NO_REPORT, JSON, LANGUAGE)
"""What every study asks: who lives its days, where results go, and how they are told."""


def with_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return what adds these arguments and options to a command, in the order in which its help is to show them."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def executor_for(jobs: int | None, cluster: str | None) -> Executor:
    """Return who lives the days of a study: so many processes here (one for each core), or a cluster."""
    if cluster is not None:
        from twin.experiment.executors.cluster import ClusterExecutor

        if jobs is not None:
            raise ResultsError("--jobs and --cluster exclude each other: a cluster's workers say how many they are")
        return ClusterExecutor(cluster)
    from twin.experiment.executors.local import LocalExecutor

    return LocalExecutor(jobs or os.cpu_count() or 1)


def say_step(language: Language) -> Callable[[str, int, int], None]:
    """Return what says on a terminal which step of a long work has begun."""

    def say(step: str, number: int, count: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"[{number + 1}/{count}] {language(step)}", err=True)

    return say
