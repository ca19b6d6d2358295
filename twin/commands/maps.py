"""The commands ``twin map``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from twin.commands.options import FOLDER, LANGUAGE, say_step
from twin.core.language import Code, Language


@click.group("map", short_help="Import, download or draw a map.")
def map_() -> None:
    """Import, download or draw a map."""


@map_.command("import", short_help="Make a map from .osm.pbf, .osm or .graphml.")
@click.argument("source", type=FOLDER)
@click.option("--name", help="Name of the map [default: the file's].")
@click.option("--title", default="", help="Title for people.")
@click.option("--title-zh", default="", help="Title in Chinese.")
@click.option("--to", "target", type=FOLDER, help="Folder to make [default: maps/NAME].")
@click.option("--population", type=int, help="Residents of the area [default: by the length of streets].")
@click.option("--hospitals", type=FOLDER, help="Table of hospitals (CSV) instead of the file's.")
@click.option("--station-table", type=FOLDER, help="Table of emergency stations (CSV) instead of the file's.")
@click.option("--stations", type=int, help="Emergency stations to place where the file has none.")
@click.option("--vehicles", type=int, help="Vehicles to share out over the stations.")
@click.option("--overwrite", is_flag=True, help="Replace an existing map.")
@LANGUAGE
def map_import(source: Path, name: str | None, target: Path | None, lang: Code, **given: Any) -> int:
    """Make a map from SOURCE (.osm.pbf, .osm, or .graphml as OSMnx writes it)."""
    from twin.city.importing import ImportOptions, import_map

    language = Language(lang)
    name = name or source.name.split(".")[0].lower()
    folder = target or Path("maps") / name
    options = ImportOptions(name=name, progress=say_step(language), **given)
    click.echo(import_map(source, folder, options).text(language))
    click.echo(str(folder))
    return 0


@map_.command("download", short_help="Download a place from OpenStreetMap (needs a network).")
@click.argument("place")
@click.option("--name", required=True, help="Name of the map.")
@click.option("--to", "target", type=FOLDER, help="Folder to make [default: maps/NAME].")
@LANGUAGE
def map_download(place: str, name: str, target: Path | None, lang: Code) -> int:
    """Download PLACE from OpenStreetMap; where there is no network, import a file instead."""
    from twin.city.download import download_map
    from twin.city.importing import ImportOptions

    language = Language(lang)
    folder = target or Path("maps") / name
    options = ImportOptions(name=name, progress=say_step(language))
    click.echo(download_map(place, folder, options).text(language))
    click.echo(str(folder))
    return 0


@map_.command("show", short_help="Draw a map.")
@click.argument("folder", type=FOLDER)
@click.option("--output", type=FOLDER, default=Path("map.png"), show_default=True, help="Picture (.png or .svg).")
@LANGUAGE
def map_show(folder: Path, output: Path, lang: Code) -> int:
    """Draw the map in FOLDER (or of that name under maps/)."""
    from twin.city.draw import draw_map
    from twin.city.map import read_map

    if not folder.exists() and (Path("maps") / folder).exists():
        folder = Path("maps") / folder
    draw_map(read_map(folder), output, Language(lang))
    click.echo(str(output))
    return 0
