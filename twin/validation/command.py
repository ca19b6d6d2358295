"""What ``twin validate air`` does once the arguments are read: judge, write the page, print the table."""

from __future__ import annotations

import json
from pathlib import Path

import click

from twin.atmosphere.daily_file import read_daily_record
from twin.core.errors import TwinError
from twin.core.language import Language
from twin.validation.air import Progress, validate_air
from twin.validation.air_page import air_page
from twin.validation.air_words import lines
from twin.validation.options import Options


def validate_and_write(
    observations: Path, options: Options, output: Path, language: Language, progress: Progress, *, as_json: bool
) -> int:
    """Judge the daily model on a file of observed days; return the exit code."""
    if output.is_dir() or not output.parent.is_dir():
        raise TwinError("{path}: cannot be written; name a file in a folder that is there", path=str(output))
    found = validate_air(read_daily_record(observations, options.city), options, progress)
    beside = output.with_name(f".{output.name}.unfinished")
    try:
        beside.write_text(air_page(found, observations.name, language), encoding="utf-8", newline="\n")
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
    if as_json:
        click.echo(json.dumps({**found.as_dict(), "output": str(output)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([*lines(found, language), str(output)]))
    return 0
