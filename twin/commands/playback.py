"""The command ``twin playback``."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import FOLDER, LANGUAGE
from twin.core.language import Code, Language

NAME = "playback.html"


@click.command(short_help="Make the playback of a finished run.")
@click.argument("run_folder", type=FOLDER)
@click.option("--output", type=FOLDER, help=f"File to write [default: {NAME} in RUN_FOLDER].")
@LANGUAGE
def playback(run_folder: Path, output: Path | None, lang: Code) -> int:
    """Make one HTML file in which the first day of RUN_FOLDER can be watched, under each of its brains.

    The page opens offline. Its address takes where to begin: playback.html#t=08:30&brain=city_brain&scale=0.1&play
    """
    from twin.experiment.store import Results
    from twin.report.playback.page import write_playback

    path = output or run_folder / NAME
    write_playback(Results(run_folder), path, Language(lang))
    click.echo(str(path))
    return 0
