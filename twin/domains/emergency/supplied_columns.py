"""The columns of tables that a user may supply: the reference page and the checks both come from here (no pandas)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from twin.city.graph import ROAD_CLASSES
from twin.city.places import LABELS
from twin.domains.emergency.parameters import CONDITIONS

Kind = Literal["calls", "vehicles", "stations", "extra_stations", "hospitals", "speeds"]
Type = Literal["number", "whole", "word", "text", "time", "yes_no"]
KINDS: Final[tuple[Kind, ...]] = ("calls", "vehicles", "stations", "extra_stations", "hospitals", "speeds")
CALL_KINDS: Final = ("patient", "no_patient", "advice")
FARTHEST_FROM_ROAD_M: Final = 2_000.0
"""A place farther from every road node than this is an error: it lies off the map, or its numbers are swapped."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a supplied table.

    Attributes
    ----------
    type
        ``number``; ``whole`` number; ``word`` out of ``words`` or of the names in ``among``; free ``text``; local
        ``time`` as 2021-03-15 08:30:00; ``yes_no``.
    required
        Whether each row needs a value.
    default
        What holds where a cell is empty, for people.
    fill
        The value put in there; None leaves the cell missing, for the domain to draw or to decide.
    low, high
        Bounds of a number, both allowed.
    among
        What the words are that the map or another table gives: ``stations``, ``hospitals``, ``streets`` or
        ``districts``.
    unique
        Whether no value may stand in two rows.
    """

    name: str
    type: Type
    unit: str
    required: bool
    default: str
    text: str
    fill: float | str | None = None
    low: float = float("-inf")
    high: float = float("inf")
    words: tuple[str, ...] = ()
    among: str = ""
    unique: bool = False


def _needed(name: str, type_: Type, unit: str, text: str, **more: object) -> Column:
    return Column(name, type_, unit, True, "", text, **more)  # type: ignore[arg-type]


def _maybe(name: str, type_: Type, unit: str, default: str, text: str, **more: object) -> Column:
    return Column(name, type_, unit, False, default, text, **more)  # type: ignore[arg-type]


_LON: Final = _needed("lon", "number", "degrees", "Longitude, WGS84", low=-180, high=180)
_LAT: Final = _needed("lat", "number", "degrees", "Latitude, WGS84", low=-90, high=90)
_DISTRICT: Final = _needed("district", "word", "", "District in which it lies, by its id in the map", among="districts")

_CALLS: Final = (
    _maybe("ring_s", "number", "s", "ring_at", "When the phone rings, after the start; below 0 in the warm-up"),
    _maybe("ring_at", "time", "", "ring_s", "The same as local date and time, such as 2021-03-15 08:30:00"),
    _LON,
    _LAT,
    _maybe("call", "text", "", "number of the row in order of ringing, from 0", "Name of the call", unique=True),
    _maybe(
        "kind", "word", "", "patient",
        "What becomes of it: a patient, a dispatch that finds none, or advice without a vehicle",
        fill="patient", words=CALL_KINDS,
    ),
    _maybe("condition", "word", "", "drawn by the scenario's shares", "What the patient has", words=CONDITIONS),
    _maybe("severity", "whole", "", "drawn by the condition", "1 life-threatening, 2 serious, 3 light", low=1, high=3),
    _maybe("scene_min", "number", "min", "drawn", "How long the crew is with the patient", low=0, high=1440),
    _maybe("handover_min", "number", "min", "drawn", "How long the crew hands over at the hospital", low=0, high=1440),
    _maybe("hospital", "word", "", "decided by the policy", "Where the patient is taken, by its id", among="hospitals"),
    _maybe("age", "number", "years", "unknown", "Age of the patient", low=0, high=130),
    _maybe("smartphone", "yes_no", "", "drawn", "Whether the caller's phone can send its position"),
)  # fmt: skip
_VEHICLES: Final = (
    _needed("vehicle", "text", "", "Name of the vehicle", unique=True),
    _needed("station", "word", "", "Station from which it starts, by its id", among="stations"),
    _maybe("level", "text", "", "the same for all", "Level of its crew, such as als or bls"),
    _maybe("on_duty_from_h", "number", "h", "0", "Local hour at which its duty begins", fill=0.0, low=0, high=24),
    _maybe(
        "on_duty_until_h", "number", "h", "24", "Local hour at which it ends; before on_duty_from_h: the next day",
        fill=24.0, low=0, high=24,
    ),
)  # fmt: skip
_STATIONS: Final = (
    _needed("id", "text", "", "Name by which other tables, events and policies know it", unique=True),
    _needed("name_zh", "text", "", "Name in Chinese"),
    _needed("name_en", "text", "", "Name in English"),
    _LON,
    _LAT,
    _DISTRICT,
    _needed("vehicles", "whole", "vehicles", "Vehicles kept there", low=0, high=1000),
    _needed("crews", "whole", "crews", "Crews on duty, at most as many as vehicles", low=0, high=1000),
    _needed("label", "word", "", "How sure the row is", words=LABELS),
    _needed("source", "text", "", "Where the row comes from"),
)
_HOSPITALS: Final = (
    _needed("id", "text", "", "Name by which other tables, events and policies know it", unique=True),
    _needed("name_zh", "text", "", "Name in Chinese"),
    _needed("name_en", "text", "", "Name in English"),
    _LON,
    _LAT,
    _DISTRICT,
    _needed("level", "text", "", "Grade, such as 3A"),
    _needed("chest_pain_centre", "yes_no", "", "Whether it treats heart attacks for good"),
    _needed("stroke_centre", "yes_no", "", "Whether it treats strokes for good"),
    _needed("children_only", "yes_no", "", "Whether it takes children only"),
    _needed("emergency_bays", "whole", "bays", "Emergency bays", low=0, high=10_000),
    _needed("catheterisation_labs", "whole", "laboratories", "Catheterisation laboratories", low=0, high=10_000),
    _needed("position_label", "word", "", "How sure the place is", words=LABELS),
    _needed("position_source", "text", "", "Where the place comes from"),
    _needed("capability_label", "word", "", "How sure the centres are", words=LABELS),
    _needed("capability_source", "text", "", "Where the centres come from"),
    _needed("capacity_label", "word", "", "How sure the bays and laboratories are", words=LABELS),
    _needed("capacity_source", "text", "", "Where the bays and laboratories come from"),
)
_SPEEDS: Final = (
    _maybe("edge_name", "word", "", "road_class", "Road to which the row applies, by its name", among="streets"),
    _maybe("road_class", "word", "", "edge_name", "Class of roads to which the row applies", words=ROAD_CLASSES),
    _needed("hour", "whole", "h", "Local hour of the day", low=0, high=23),
    _maybe("speed_kmh", "number", "km/h", "delay_index", "Mean speed of traffic in that hour", low=1, high=200),
    _maybe("delay_index", "number", "times", "speed_kmh", "Travel time relative to free flow", low=1, high=20),
)  # fmt: skip

COLUMNS: Final[dict[Kind, tuple[Column, ...]]] = {
    "calls": _CALLS,
    "vehicles": _VEHICLES,
    "stations": _STATIONS,
    "extra_stations": _STATIONS,
    "hospitals": _HOSPITALS,
    "speeds": _SPEEDS,
}
ONE_OF: Final[dict[Kind, tuple[tuple[str, str], ...]]] = {
    "calls": (("ring_s", "ring_at"),),
    "speeds": (("edge_name", "road_class"), ("speed_kmh", "delay_index")),
}
"""Pairs of columns of which each row fills exactly one."""

_WRITTEN: Final = {
    "number": "number",
    "whole": "whole number",
    "text": "text",
    "time": "local time",
    "yes_no": "yes or no",
}
_AMONG: Final = {
    "stations": "id of a station", "hospitals": "id of a hospital", "streets": "name of a road",
    "districts": "id of a district",
}  # fmt: skip


def columns_as_markdown(kind: Kind) -> str:
    """Return the reference table of a kind of supplied table as Markdown.

    Raises
    ------
    KeyError
        Where there is no such kind.

    Examples
    --------
    >>> print(columns_as_markdown("vehicles").splitlines()[2])
    | `vehicle` | text |  | yes |  | Name of the vehicle |
    """
    either = {name: pair for pair in ONE_OF.get(kind, ()) for name in pair}
    rows = ["| column | type | unit | required | if empty | what it says |", "|---|---|---|---|---|---|"]
    for column in COLUMNS[kind]:
        pair = either.get(column.name, ())
        other = next((name for name in pair if name != column.name), None)
        required = f"this or `{other}`" if other else "yes" if column.required else "no"
        default = "" if other else column.default
        rows.append(
            f"| `{column.name}` | {_type_in_words(column)} | {column.unit} | {required} | {default} | {column.text} |"
        )
    return "\n".join(rows) + "\n"


def _type_in_words(column: Column) -> str:
    if column.type == "word":
        return _AMONG[column.among] if column.among else ", ".join(column.words)
    finite = column.low > float("-inf") and column.high < float("inf")
    return _WRITTEN[column.type] + (f", {column.low:g} to {column.high:g}" if finite else "")
