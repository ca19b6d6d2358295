"""The command ``twin cells``: what studies have kept, and what of it no study would ask for again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from twin.commands.options import JSON, LANGUAGE, REPORTS
from twin.core.language import Code, Language


@click.command(short_help="Say what studies have kept, and remove what is of use no more.")
@click.option("--remove", is_flag=True, help="Remove the cells of other code, maps, tables or libraries.")
@REPORTS
@JSON
@LANGUAGE
def cells(remove: bool, reports: Path, as_json: bool, lang: Code) -> int:
    """Say how much compare, attribute, sweep, tune and baseline have kept of days that they lived.

    A cell is a scenario under one brain, with a file for each day. It is of use as long as the code, the map, the
    policy files, the tables and the libraries that made it are those of today; what else is there only takes room.
    """
    from twin.experiment.cell_shelf import keep_of_use, look_through
    from twin.experiment.cell_store import CELLS

    shelf = look_through(reports / CELLS)
    freed = keep_of_use(shelf) if remove else 0
    if as_json:
        click.echo(json.dumps({**shelf.summary(), "freed_bytes": freed}, indent=1))
        return 0
    say, told = Language(lang), shelf.summary()
    click.echo(
        say(
            "{cells} cells with {days} days, {mb} MB; of no use any more: {old} cells with {old_days} days, "
            "{old_mb} MB",
            cells=told["cells"], days=told["days"], mb=f"{told['bytes'] / 1e6:,.1f}", old=told["old_cells"],
            old_days=told["old_days"], old_mb=f"{told['old_bytes'] / 1e6:,.1f}",
        )
    )  # fmt: skip
    if remove:
        click.echo(say("{mb} MB freed", mb=f"{freed / 1e6:,.1f}"))
    elif told["old_cells"]:
        click.echo(say("twin cells --remove removes what is of no use"), err=True)
    return 0
