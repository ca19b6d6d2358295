"""The commands ``twin plan``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.errors import TwinError
from twin.core.language import Code, Language


@click.group(short_help="Plan stations and vehicles.")
def plan() -> None:
    """Plan stations and vehicles."""


@plan.command("stations", short_help="Say where the next stations or vehicles should stand.")
@click.option("--map", "map_name", default="zhengzhou", show_default=True, help="Name or folder of the map.")
@click.option("--add", type=int, default=3, show_default=True, help="Stations (with mexclp: vehicles) to add.")
@click.option(
    "--model",
    type=click.Choice(("p-median", "mclp", "mexclp")),
    default="p-median",
    show_default=True,
    help="Shortest mean drive; most residents within reach; most with an idle vehicle within reach.",
)
@click.option("--within-min", type=float, default=8.0, show_default=True, help="Minutes of driving within reach.")
@click.option("--hour", type=int, default=8, show_default=True, help="Local hour of the traffic, 0 to 23.")
@click.option(
    "--busy", "busy_fraction", type=float, default=0.3, show_default=True, help="Share of crews that are busy."
)
@click.option("--most-per-station", type=int, default=4, show_default=True, help="Crews a station can hold (mexclp).")
@click.option(
    "--siren-factor",
    "siren_time_factor",
    type=float,
    default=0.85,
    show_default=True,
    help="Drive times under lights and siren, of the traffic's.",
)
@click.option("--spacing-m", type=float, default=1000.0, show_default=True, help="Least distance between sites.")
@click.option("--output", type=FOLDER, default=Path("stations.csv"), show_default=True, help="Table of all stations.")
@click.option("--geojson", type=FOLDER, help="Also write the new and enlarged stations as points.")
@JSON
@LANGUAGE
def plan_stations(map_name: str, output: Path, geojson: Path | None, as_json: bool, lang: Code, **given: Any) -> int:
    """Say where the next stations or vehicles should stand; those that are there stay.

    The table has the columns of a map's stations.csv: copy the map's folder, put the table in, and run scenarios on it.
    """
    from twin.planning.command import plan_and_write
    from twin.planning.stations import PlanOptions
    from twin.scenario.map_folder import find_map, map_names

    folder = find_map(map_name, ())
    if folder is None:
        template = "there is no map {name}; give one of {known}, or a folder, with --map"
        raise TwinError(template, name=map_name, known=", ".join(map_names(())))
    options = PlanOptions(**given)
    return plan_and_write(folder, options, Language(lang), output=output, geojson=geojson, as_json=as_json)
