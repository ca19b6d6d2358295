"""The columns of tables that a user may supply: the reference page and the checks both come from here (no pandas)."""

from __future__ import annotations

from typing import Final, Literal

from twin.city.graph import ROAD_CLASSES
from twin.city.places import LABELS
from twin.core.supplied.columns import LAT, LON, Column, Pairs, markdown, maybe, needed
from twin.domains.emergency.parameters import CONDITIONS

Kind = Literal["calls", "vehicles", "stations", "extra_stations", "hospitals", "speeds"]
KINDS: Final[tuple[Kind, ...]] = ("calls", "vehicles", "stations", "extra_stations", "hospitals", "speeds")
CALL_KINDS: Final = ("patient", "no_patient", "advice")
ADVANCED: Final = "als"
LEVELS: Final = (ADVANCED, "bls")


_DISTRICT: Final = needed("district", "word", "", "District in which it lies, by its id in the map", among="districts")

_CALLS: Final = (
    maybe("ring_s", "number", "s", "ring_at", "When the phone rings, after the start; below 0 in the warm-up"),
    maybe("ring_at", "time", "", "ring_s", "The same as local date and time, such as 2021-03-15 08:30:00"),
    LON,
    LAT,
    maybe("call", "text", "", "number of the row in order of ringing, from 0", "Name of the call", unique=True),
    maybe(
        "kind", "word", "", "patient",
        "What becomes of it: a patient, a dispatch that finds none, or advice without a vehicle",
        fill="patient", words=CALL_KINDS,
    ),
    maybe("condition", "word", "", "drawn by the scenario's shares", "What the patient has", words=CONDITIONS),
    maybe("severity", "whole", "", "drawn by the condition", "1 life-threatening, 2 serious, 3 light", low=1, high=3),
    maybe("scene_min", "number", "min", "drawn", "How long the crew is with the patient", low=0, high=1440),
    maybe("handover_min", "number", "min", "drawn", "How long the crew hands over at the hospital", low=0, high=1440),
    maybe("hospital", "word", "", "decided by the policy", "Where the patient is taken, by its id", among="hospitals"),
    maybe("age", "number", "years", "unknown", "Age of the patient", low=0, high=130),
    maybe("smartphone", "yes_no", "", "drawn", "Whether the caller's phone can send its position"),
)  # fmt: skip
_VEHICLES: Final = (
    needed("vehicle", "text", "", "Name of the vehicle", unique=True),
    needed("station", "word", "", "Station from which it starts, by its id", among="stations"),
    maybe("level", "word", "", ADVANCED, "What its crew can do: advanced or basic life support",
          fill=ADVANCED, words=LEVELS),
    maybe("on_duty_from_h", "number", "h", "0", "Local hour at which its duty begins", fill=0.0, low=0, high=24),
    maybe(
        "on_duty_until_h", "number", "h", "24", "Local hour at which it ends; before on_duty_from_h: the next day",
        fill=24.0, low=0, high=24,
    ),
)  # fmt: skip
_STATIONS: Final = (
    needed("id", "text", "", "Name by which other tables, events and policies know it", unique=True),
    needed("name_zh", "text", "", "Name in Chinese"),
    needed("name_en", "text", "", "Name in English"),
    LON,
    LAT,
    _DISTRICT,
    needed("vehicles", "whole", "vehicles", "Vehicles kept there", low=0, high=1000),
    needed("crews", "whole", "crews", "Crews on duty, at most as many as vehicles", low=0, high=1000),
    needed("label", "word", "", "How sure the row is", words=LABELS),
    needed("source", "text", "", "Where the row comes from"),
)
_HOSPITALS: Final = (
    needed("id", "text", "", "Name by which other tables, events and policies know it", unique=True),
    needed("name_zh", "text", "", "Name in Chinese"),
    needed("name_en", "text", "", "Name in English"),
    LON,
    LAT,
    _DISTRICT,
    needed("level", "text", "", "Grade, such as 3A"),
    needed("chest_pain_centre", "yes_no", "", "Whether it treats heart attacks for good"),
    needed("stroke_centre", "yes_no", "", "Whether it treats strokes for good"),
    needed("children_only", "yes_no", "", "Whether it takes children only"),
    needed("emergency_bays", "whole", "bays", "Emergency bays", low=0, high=10_000),
    needed("catheterisation_labs", "whole", "laboratories", "Catheterisation laboratories", low=0, high=10_000),
    needed("position_label", "word", "", "How sure the place is", words=LABELS),
    needed("position_source", "text", "", "Where the place comes from"),
    needed("capability_label", "word", "", "How sure the centres are", words=LABELS),
    needed("capability_source", "text", "", "Where the centres come from"),
    needed("capacity_label", "word", "", "How sure the bays and laboratories are", words=LABELS),
    needed("capacity_source", "text", "", "Where the bays and laboratories come from"),
)
_SPEEDS: Final = (
    maybe("edge_name", "word", "", "road_class", "Road to which the row applies, by its name", among="streets"),
    maybe("road_class", "word", "", "edge_name", "Class of roads to which the row applies", words=ROAD_CLASSES),
    needed("hour", "whole", "h", "Local hour of the day", low=0, high=23),
    maybe("speed_kmh", "number", "km/h", "delay_index", "Mean speed of traffic in that hour", low=1, high=200),
    maybe("delay_index", "number", "times", "speed_kmh", "Travel time relative to free flow", low=1, high=20),
)  # fmt: skip

COLUMNS: Final[dict[Kind, tuple[Column, ...]]] = {
    "calls": _CALLS,
    "vehicles": _VEHICLES,
    "stations": _STATIONS,
    "extra_stations": _STATIONS,
    "hospitals": _HOSPITALS,
    "speeds": _SPEEDS,
}
ONE_OF: Final[dict[Kind, Pairs]] = {
    "calls": (("ring_s", "ring_at"),),
    "speeds": (("edge_name", "road_class"), ("speed_kmh", "delay_index")),
}
"""Pairs of columns of which each row fills exactly one."""

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
    return markdown(COLUMNS[kind], ONE_OF.get(kind, ()), _AMONG)
