"""The commands ``twin import``: cities of other simulators."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE
from twin.core.language import Code, Language


@click.group("import", short_help="Import a city of another simulator.")
def import_() -> None:
    """Import a city of another simulator."""


@import_.command("jemss", short_help="Make a map, calls and a scenario of a JEMSS city.")
@click.argument("folder", type=FOLDER)
@click.option("--output", type=FOLDER, required=True, help="Folder that gets map/, calls.csv and scenario.yaml.")
@click.option("--title", default="", help="Title for people [default: the output folder's name].")
@click.option("--population", type=int, help="Residents of the area [default: 75,000 for each ambulance].")
@click.option("--at", type=(float, float), metavar="LON LAT", help="Where a city in plane coordinates lies.")
@click.option("--overwrite", is_flag=True, help="Replace what is there already.")
@JSON
@LANGUAGE
def import_jemss_city(folder: Path, output: Path, as_json: bool, lang: Code, **given: Any) -> int:
    """Make a map, a table of calls and a scenario of the JEMSS city in FOLDER."""
    from twin.city.importing.jemss import JemssOptions, import_jemss

    summary = import_jemss(folder, output, JemssOptions(**given))
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0


def _flow_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of every import of a network with trips."""
    options = (
        click.option("--output", type=FOLDER, required=True, help="Folder that gets map/ and trips.parquet."),
        click.option("--title", default="", help="Title for people [default: the output folder's name]."),
        click.option("--population", type=int, help="Residents of the area [default: by the length of roads]."),
        click.option("--hospitals", type=FOLDER, help="Table of hospitals (CSV) [default: one in the middle]."),
        click.option("--stations", type=int, help="Emergency stations to place by the population."),
        click.option("--vehicles", type=int, help="Vehicles to share out over the stations."),
        click.option("--at", type=(float, float), metavar="LON LAT", help="Where plane coordinates have their middle."),
        click.option("--overwrite", is_flag=True, help="Replace what is there already."),
        JSON,
        LANGUAGE,
    )
    for option in reversed(options):
        command = option(command)
    return command


@import_.command("tntp", short_help="Make a map and trips of a network in the format TNTP.")
@click.argument("folder", type=FOLDER)
@click.option("--length-m", type=float, default=1000.0, show_default=True, help="Metres in a unit of length.")
@click.option("--time-s", type=float, default=60.0, show_default=True, help="Seconds in a unit of time.")
@click.option("--period-h", type=float, default=1.0, show_default=True, help="Hours of the matrix's trips.")
@click.option("--unit-m", type=float, default=1.0, show_default=True, help="Metres in a unit of x and y (with --at).")
@_flow_options
def import_tntp_folder(
    folder: Path,
    output: Path,
    length_m: float,
    time_s: float,
    period_h: float,
    unit_m: float,
    as_json: bool,
    lang: Code,
    **given: Any,
) -> int:
    """Make a map, and a table of trips, of the network, nodes and trips (*_net.tntp ..) in FOLDER."""
    from twin.city.importing.flow_map import FlowMapOptions
    from twin.city.importing.tntp import import_tntp
    from twin.city.importing.tntp_read import TntpUnits

    units = TntpUnits(length_m, time_s, period_h)
    summary = import_tntp(folder, output, FlowMapOptions(**given), units, unit_m)
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0


@import_.command("sumo", short_help="Make a map and trips of a SUMO network.")
@click.argument("net", type=FOLDER)
@click.option("--trips", type=FOLDER, multiple=True, help="Trips or routes (.trips.xml, .rou.xml); may be repeated.")
@_flow_options
def import_sumo_files(net: Path, output: Path, trips: tuple[Path, ...], as_json: bool, lang: Code, **given: Any) -> int:
    """Make a map, and a table of trips where they are given, of the SUMO network NET (.net.xml, also packed)."""
    from twin.city.importing.flow_map import FlowMapOptions
    from twin.city.importing.sumo import import_sumo

    summary = import_sumo(net, output, FlowMapOptions(**given), trips)
    click.echo(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False) if as_json else summary.text(Language(lang)))
    return 0
