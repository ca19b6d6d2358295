"""Places with coordinates: hospitals, emergency stations, districts. Standard library only, so that checking is fast.

Each record says of every group of its figures whether it is ``published``, ``derived`` or ``assumed``, and why.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import math
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


_WRONG_CELL: Final = {
    "bool": "{path}:{line}: column {column}: {text!r} is not yes or no",
    "int": "{path}:{line}: column {column}: {text!r} is not a whole number of at least 0",
    "float": "{path}:{line}: column {column}: {text!r} is not a number",
    "str": "{path}:{line}: column {column} is empty",
}


def _convert(kind: str, text: str) -> object:
    """Read one cell; raises ValueError where the text does not fit the type."""
    if kind == "bool" and text in ("yes", "no"):
        return text == "yes"
    if kind == "int" and text.isascii() and text.isdigit():
        return int(text)
    if kind == "float" and math.isfinite(float(text)):
        return float(text)
    if kind in _WRONG_CELL and (kind != "str" or not text):
        raise ValueError(text)
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
    places: list[Place] = []
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            columns = reader.fieldnames or []
            missing = [field.name for field in dataclasses.fields(kind) if field.name not in columns]
            if missing:
                raise MapError("{path}:1: missing column {columns}", path=str(path), columns=", ".join(missing))
            for row in reader:
                place = _read_row(row, kind, path, reader.line_num)
                _check_place(place, path, reader.line_num, seen)
                seen.add(place.id)
                places.append(place)
    except UnicodeDecodeError:
        raise MapError("{path}: is not UTF-8 text; save it as UTF-8", path=str(path)) from None
    except csv.Error as error:
        raise MapError("{path}: is not a CSV table: {problem}", path=str(path), problem=str(error)) from None
    if not places:
        raise MapError("{path}: has no rows; a city needs at least one", path=str(path))
    return tuple(places)


def _read_row(row: dict[str, Any], kind: type[Place], path: Path, line: int) -> Place:
    """Read the cells of one row."""
    if None in row:
        raise MapError(
            "{path}:{line}: has more cells than there are columns; put text that holds a comma into quotes",
            path=str(path),
            line=line,
        )
    values: dict[str, object] = {}
    for field in dataclasses.fields(kind):
        text = (row[field.name] or "").strip()
        try:
            values[field.name] = _convert(str(field.type), text)
        except ValueError:
            template = _WRONG_CELL[str(field.type)]
            raise MapError(template, path=str(path), line=line, column=field.name, text=text) from None
    return kind(**values)  # type: ignore[arg-type]


def _check_place(place: Hospital | Station, path: Path, line: int, seen: set[str]) -> None:
    where: dict[str, object] = {"path": str(path), "line": line}
    if place.id in seen:
        raise MapError("{path}:{line}: the id {id!r} stands there twice", id=place.id, **where)
    if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
        raise MapError(
            "{path}:{line}: {lon}, {lat} is no longitude and latitude", lon=place.lon, lat=place.lat, **where
        )
    if isinstance(place, Station) and place.crews > place.vehicles:
        raise MapError(
            "{path}:{line}: {crews} crews for {vehicles} vehicles; a crew on duty needs a vehicle",
            crews=place.crews,
            vehicles=place.vehicles,
            **where,
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
    """Read districts from a GeoJSON FeatureCollection whose properties are the record's other fields.

    Raises
    ------
    MapError
        Naming the file and the first feature that does not fit.
    """
    if not path.is_file():
        raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        features = [(feature["geometry"], feature["properties"]) for feature in collection["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise MapError(
            "{path}: is not a GeoJSON FeatureCollection: {problem}", path=str(path), problem=str(error)
        ) from None
    if not features:
        raise MapError("{path}: has no rows; a city needs at least one", path=str(path))
    districts = tuple(_read_district(geometry, properties, path) for geometry, properties in features)
    ids = [district.id for district in districts]
    for district in districts:
        if ids.count(district.id) > 1:
            raise MapError("{path}: the id {id!r} stands there twice", path=str(path), id=district.id)
    return districts


def _read_district(geometry: Any, properties: Any, path: Path) -> District:
    """Check one feature; properties that the record lacks are left alone."""
    properties = properties if isinstance(properties, dict) else {}
    name = str(properties.get("id", "?"))
    kinds: dict[str, type] = {
        "id": str, "name_zh": str, "name_en": str, "population": int, "served": bool, "label": str, "source": str,
    }  # fmt: skip
    for key, kind in kinds.items():
        value = properties.get(key)
        if type(value) is not kind or value == "" or (isinstance(value, int) and value < 0):
            raise MapError(
                "{path}: district {district}: the property {key} is missing or wrong ({value!r})",
                path=str(path),
                district=name,
                key=key,
                value=value,
            )
    if properties["label"] not in LABELS:
        raise MapError(
            "{path}: district {district}: the property {key} is missing or wrong ({value!r})",
            path=str(path),
            district=name,
            key="label",
            value=properties["label"],
        )
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise MapError(
            "{path}: district {district} has no Polygon or MultiPolygon as its geometry", path=str(path), district=name
        )
    return District(geometry=geometry, **{key: properties[key] for key in kinds})
