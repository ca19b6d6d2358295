"""What several commands have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from twin.core.language import CODES, Language

EXIT_CODES = "Exit codes: 0 done, 1 a KPI bound was missed, 2 bad input, 130 interrupted."
FOLDER = click.Path(path_type=Path)
LANGUAGE = click.option(
    "--lang", type=click.Choice(CODES), default="en", show_default=True, help="Language of messages and report."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def say_step(language: Language) -> Callable[[str, int, int], None]:
    """Return what says on a terminal which step of a long work has begun."""

    def say(step: str, number: int, count: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"[{number + 1}/{count}] {language(step)}", err=True)

    return say
