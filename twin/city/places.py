"""Places with coordinates: hospitals, emergency stations, districts. Standard library only, so that checking is fast.

Each record says of every group of its figures whether it is ``published``, ``derived`` or ``assumed``, and why.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from twin.core.errors import MapError

Label = Literal["published", "derived", "assumed"]
LABELS: Final[tuple[str, ...]] = ("published", "derived", "assumed")


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital that receives emergency patients (a row of ``hospitals.csv``)."""

    id: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    district: str
    level: str
    chest_pain_centre: bool
    stroke_centre: bool
    children_only: bool
    emergency_bays: int
    catheterisation_labs: int
    position_label: str
    position_source: str
    capability_label: str
    capability_source: str
    capacity_label: str
    capacity_source: str


@dataclass(frozen=True, slots=True)
class Station:
    """An emergency station (a row of ``stations.csv``); ``crews`` of its ``vehicles`` are on duty."""

    id: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    district: str
    vehicles: int
    crews: int
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class District:
    """A district or county (a feature of ``districts.geojson``); ``served`` by the city's 120 centre or not."""

    id: str
    name_zh: str
    name_en: str
    population: int
    served: bool
    label: str
    source: str
    geometry: dict[str, Any]


Place = TypeVar("Place", Hospital, Station)


def _convert(kind: str, text: str) -> object:
    """Read one cell; raises ValueError where the text does not fit the type."""
    if kind == "bool":
        if text not in ("yes", "no"):
            raise ValueError("yes or no")
        return text == "yes"
    if kind == "int":
        number = int(text)
        if number < 0:
            raise ValueError("a whole number of at least 0")
        return number
    if kind == "float":
        return float(text)
    if not text:
        raise ValueError("some text")
    return text


def read_places(path: Path, kind: type[Place]) -> tuple[Place, ...]:
    """Read hospitals or stations from a CSV file with one column for each field of the record.

    Raises
    ------
    MapError
        Naming the file, line and column of the first cell that does not fit.
    """
    if not path.is_file():
        raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
    fields = dataclasses.fields(kind)
    wanted = [field.name for field in fields]
    places: list[Place] = []
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in wanted if name not in (reader.fieldnames or [])]
            if missing:
                raise MapError("{path}:1: missing column {columns}", path=str(path), columns=", ".join(missing))
            for row in reader:
                values = {}
                for field in fields:
                    text = (row[field.name] or "").strip()
                    try:
                        values[field.name] = _convert(str(field.type), text)
                    except ValueError:
                        raise MapError(
                            "{path}:{line}: column {column}: {text!r} is not {kind}",
                            path=str(path),
                            line=reader.line_num,
                            column=field.name,
                            text=text,
                            kind={"bool": "yes or no", "int": "a whole number of at least 0", "float": "a number"}.get(
                                str(field.type), "some text"
                            ),
                        ) from None
                place = kind(**values)  # type: ignore[arg-type]
                _check_place(place, path, reader.line_num, seen)
                seen.add(place.id)
                places.append(place)
    except UnicodeDecodeError:
        raise MapError("{path}: is not UTF-8 text; save it as UTF-8", path=str(path)) from None
    return tuple(places)


def _check_place(place: Hospital | Station, path: Path, line: int, seen: set[str]) -> None:
    where = {"path": str(path), "line": line}
    if place.id in seen:
        raise MapError("{path}:{line}: the id {id!r} stands there twice", id=place.id, **where)
    if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        raise MapError(
            "{path}:{line}: {lon}, {lat} is no longitude and latitude", lon=place.lon, lat=place.lat, **where
        )
    for name in ("label", "position_label", "capability_label", "capacity_label"):
        label = getattr(place, name, None)
        if label is not None and label not in LABELS:
            raise MapError(
                "{path}:{line}: column {column}: {text!r} is not published, derived or assumed",
                column=name,
                text=label,
                **where,
            )


def read_districts(path: Path) -> tuple[District, ...]:
    """Read districts from a GeoJSON FeatureCollection whose properties are the record's other fields."""
    if not path.is_file():
        raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            District(geometry=feature["geometry"], **feature["properties"]) for feature in collection["features"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise MapError("{path}: is not a GeoJSON of districts: {problem}", path=str(path), problem=str(error)) from None
