"""The command ``twin export``."""

from __future__ import annotations

from pathlib import Path

import click

from twin.commands.options import FOLDER, LANGUAGE
from twin.core.language import Code, Language

FORMATS = ("gpkg", "geoparquet")


@click.command("export", short_help="Write a run's links and lots for QGIS.")
@click.argument("run_folder", type=FOLDER)
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), default="gpkg", show_default=True,
    help="One GeoPackage with a layer for each table and brain, or a folder of GeoParquet files.",
)  # fmt: skip
@click.option("--hour", "hours", type=click.IntRange(0, 23), multiple=True, help="Local hour; may be repeated [all].")
@click.option("--brain", "brains", multiple=True, help="Name of a brain; may be repeated [all].")
@click.option("--output", type=FOLDER, help="File or folder to make [export.gpkg or export, in RUN_FOLDER].")
@click.option("--overwrite", is_flag=True, help="Replace what is there already.")
@LANGUAGE
def export(
    run_folder: Path, kind: str, hours: tuple[int, ...], brains: tuple[str, ...], output: Path | None,
    overwrite: bool, lang: Code,
) -> int:  # fmt: skip
    """Write what passed each street, how fast, with which delay, and how full each lot is, hour by hour.

    Each row carries its line or point in WGS84; attribution, labels and the meaning of columns are in the metadata.
    """
    from twin.experiment.store import Results
    from twin.report import export as writer

    options = writer.ExportOptions("gpkg" if kind == "gpkg" else "geoparquet", output, brains, hours, overwrite)
    click.echo(str(writer.export(Results(run_folder), options, Language(lang))))
    return 0
