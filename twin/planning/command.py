"""What ``twin plan stations`` does once the arguments are read: solve, write the table, say what it changes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from twin.city.places import Station
from twin.core.errors import TwinError
from twin.core.language import Language
from twin.planning.stations import WHOLE_CITY, Plan, PlanOptions, plan_stations


def plan_and_write(
    map_folder: Path, options: PlanOptions, language: Language, *, output: Path, geojson: Path | None, as_json: bool
) -> int:
    """Plan stations on a map, write the table, print what changes; return the exit code."""
    options.check()
    for path in (output, geojson):
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise TwinError("{path}: cannot be written; name a file in a folder that is there", path=str(path))
    _compile_if_needed(language)
    from twin.city.city import City
    from twin.city.map import read_map
    from twin.city.section import RoadParameters

    city = City(read_map(map_folder), RoadParameters())
    began_s = time.perf_counter()
    plan = plan_stations(city, options)
    seconds = time.perf_counter() - began_s
    _write_whole(output, lambda path: _write_stations(path, plan.stations))
    if geojson is not None:
        _write_whole(geojson, lambda path: path.write_text(points(plan), encoding="utf-8", newline="\n"))
    if as_json:
        click.echo(json.dumps({**summary(plan), "output": str(output)}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([*lines(plan, seconds, language), str(output)]))
    return 0


def _compile_if_needed(language: Language) -> None:
    from twin.city.warm_up import compile_beside, kernels_are_compiled

    if not kernels_are_compiled():
        click.echo(language("first run: compiling the kernels, once; this takes some 30 seconds"), err=True)
        compile_beside()


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside and rename it, so that it is there whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(beside)
        beside.replace(path)
    except OSError as error:
        raise TwinError("{path}: cannot be written: {problem}", path=str(path), problem=str(error.strerror)) from None
    finally:
        beside.unlink(missing_ok=True)


def _write_stations(path: Path, stations: tuple[Station, ...]) -> None:
    from twin.city.importing.write import write_places

    write_places(path, stations, Station)


def summary(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data for scripts."""
    found, options = plan.location, plan.options
    return {
        "model": options.model,
        "add": options.add,
        "within_min": options.within_min,
        "hour": options.hour,
        "busy_fraction": options.busy_fraction,
        "most_per_station": options.most_per_station,
        "siren_time_factor": options.siren_time_factor,
        "spacing_m": options.spacing_m,
        "sites": plan.sites,
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "changed": [
            {"id": place.id, "lon": place.lon, "lat": place.lat, "district": place.district, "vehicles": place.vehicles,
             "crews": place.crews}
            for place in plan.stations if place.id in plan.changed
        ],
        "districts": plan.districts.to_dict("records"),
    }  # fmt: skip


def points(plan: Plan) -> str:
    """Return the new and enlarged stations as GeoJSON (WGS84)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {
                "id": place.id, "name_zh": place.name_zh, "name_en": place.name_en, "district": place.district,
                "vehicles": place.vehicles, "crews": place.crews, "source": place.source,
            },
        }
        for place in plan.stations if place.id in plan.changed
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1) + "\n"


def lines(plan: Plan, seconds: float, language: Language) -> list[str]:
    """Return what a person wants to know, line by line."""
    options, found = plan.options, plan.location
    what = "{add} vehicles more" if options.model == "mexclp" else "{add} stations more"
    proof = "no choice of these sites is better"
    if found.gap > 0:
        proof = "the best choice of these sites is at most {gap:.2%} better"
    told = [
        language(
            "{what} by {model}, {sites} sites, {hour:02d} h: {seconds:.1f} s",
            what=language(what, add=options.add),
            model=options.model,
            sites=plan.sites,
            hour=options.hour,
            seconds=seconds,
        ),
        language(proof, gap=found.gap),
        language(
            "mean drive from the nearest station; residents with a station within {within:g} min; with an idle crew "
            "within {within:g} min, {busy:.0%} of them busy",
            within=options.within_min,
            busy=options.busy_fraction,
        ),
    ]
    for (code, english, chinese), rows in plan.districts.groupby(["district", "name_en", "name_zh"], sort=False):
        before, after = (rows[rows["plan"] == name].iloc[0] for name in ("before", "after"))
        name = language("whole city") if code == WHOLE_CITY else language.pick(str(english), str(chinese))
        told.append(
            f"  {name:<24} {before.mean_drive_min:5.2f} -> {after.mean_drive_min:5.2f} min"
            f"  {before.covered_share:6.1%} -> {after.covered_share:6.1%}"
            f"  {before.expected_covered_share:6.1%} -> {after.expected_covered_share:6.1%}"
        )
    for place in (place for place in plan.stations if place.id in plan.changed):
        name = language.pick(place.name_en, place.name_zh)
        told.append(f"  {place.id:<24} {place.lon:.6f}, {place.lat:.6f}  {place.district}  {name} ({place.crews})")
    return told
