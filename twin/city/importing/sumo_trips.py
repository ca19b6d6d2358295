"""Reads SUMO's trips and routes (``.trips.xml``, ``.rou.xml``, also packed with gzip).

The format: sumo.dlr.de/docs/Definition_of_Vehicles,_Vehicle_Types,_and_Routes.html. Trips begin at the junction where
their first edge begins and end where their last one ends. Flows with a fixed number or spacing become single trips;
what SUMO would draw by chance or by zones is refused, with the program that makes trips of it.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from twin.city.flow_network import TripList
from twin.city.importing.sumo_read import SumoNetwork
from twin.city.importing.sumo_xml import Element, elements
from twin.core.clock import DAY_S
from twin.core.errors import MapError

ROOTS: Final = ("routes", "trips", "additional")
NOT_ON_ROADS: Final = frozenset(
    ("pedestrian", "bicycle", "scooter", "wheelchair", "tram", "rail", "rail_urban", "rail_electric", "rail_fast",
     "subway", "cable_car", "ship", "container", "drone", "aircraft")
)  # fmt: skip
DEFAULT_CLASSES: Final = {
    "DEFAULT_VEHTYPE": "passenger", "DEFAULT_TAXITYPE": "taxi", "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_PEDTYPE": "pedestrian", "DEFAULT_RAILTYPE": "rail", "DEFAULT_CONTAINERTYPE": "container",
}  # fmt: skip
"""Types that SUMO knows without a definition."""
_CLOCK: Final = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$")
_LATER: Final = ("triggered", "containerTriggered", "split")


@dataclass(frozen=True)
class _Route:
    """A given way: positions of links, and whether it leads over an edge that is closed to cars."""

    links: list[int]
    closed: bool = False


@dataclass
class _Reading:
    """What was read so far; ``trips`` are (departure, name, origin, destination, links of the route)."""

    network: SumoNetwork
    counts: Counter[str]
    edge: dict[str, int]
    junction: dict[str, int]
    routes: dict[str, _Route] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_CLASSES))
    trips: list[tuple[float, str, int, int, list[int]]] = field(default_factory=list)


def read_sumo_trips(paths: Sequence[Path], network: SumoNetwork, counts: Counter[str] | None = None) -> TripList:
    """Read the trips of files, in the order of departure.

    Parameters
    ----------
    paths
        Files with types and routes before those that use them.
    counts
        Receives what was left out: ``persons``, ``trips_not_on_roads``, ``trips_over_closed``, ``trips_triggered``;
        and ``vias``, trips whose way was to lead over a given edge, and ``types_unknown``, trips and flows of a type
        that no file defines, which are taken as cars'.

    Raises
    ------
    MapError
        Naming file, line, and what to write instead.
    """
    roads = network.roads
    reading = _Reading(
        network,
        Counter() if counts is None else counts,
        {name: place for place, name in enumerate(roads.link_name)},
        {name: place for place, name in enumerate(roads.node_name)},
    )
    for path in paths:
        _read(path, reading)
    trips = sorted(reading.trips, key=lambda trip: trip[0])
    if not trips:
        raise MapError(
            "{path}: holds no trips of cars; give a file with <trip>, <vehicle> or <flow>",
            path=", ".join(map(str, paths)),
        )
    lengths = [len(trip[4]) for trip in trips]
    return TripList(
        name=tuple(trip[1] for trip in trips),
        depart_s=np.array([trip[0] for trip in trips]),
        origin=np.array([trip[2] for trip in trips], dtype=np.int32),
        destination=np.array([trip[3] for trip in trips], dtype=np.int32),
        route=np.array([link for trip in trips for link in trip[4]], dtype=np.int32),
        route_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
    )


def _read(path: Path, reading: _Reading) -> None:
    waiting: Element | None = None  # a vehicle or flow whose route may stand inside it
    for element in elements(path, ROOTS):
        if element.tag == "route" and element.parent in ("vehicle", "flow"):
            if waiting is not None:
                _add(waiting, reading, _route(element, reading))
            waiting = None
        elif element.depth == 1 or element.parent == "vTypeDistribution":
            if waiting is not None:
                _add(waiting, reading, None)
            waiting = element if element.tag in ("trip", "vehicle", "flow") else None
            _define(element, reading)
    if waiting is not None:
        _add(waiting, reading, None)


def _define(element: Element, reading: _Reading) -> None:
    """Remember what later elements refer to."""
    if element.tag == "vType":
        reading.classes[element.text("id")] = element.values.get("vClass", "passenger")
    elif element.tag == "vTypeDistribution":
        reading.classes[element.text("id")] = "passenger"
    elif element.tag == "routeDistribution":
        raise MapError(
            "{path}:{line}: leaves routes to chance; let duarouter draw one for each vehicle",
            path=str(element.path),
            line=element.line,
        )
    elif element.tag == "route":
        reading.routes[element.text("id")] = _route(element, reading)
    elif element.tag in ("person", "personFlow", "container", "containerFlow"):
        reading.counts["persons"] += 1


def _add(element: Element, reading: _Reading, inner: _Route | None) -> None:
    """Add the trip or trips of one element; ``inner`` is the route that stands inside it."""
    name, counts = element.text("id"), reading.counts
    kind = element.values.get("type", "DEFAULT_VEHTYPE")
    counts["types_unknown"] += kind not in reading.classes
    if reading.classes.get(kind) in NOT_ON_ROADS:
        counts["trips_not_on_roads"] += 1
        return
    if element.values.get("depart", "") in _LATER:
        counts["trips_triggered"] += 1
        return
    counts["vias"] += "via" in element.values
    departures = _flow_departures(element) if element.tag == "flow" else [_time(element, "depart")]
    route = inner or _named_route(element, reading)
    ends = _ends(element, reading, route)
    if ends is None:
        counts["trips_over_closed"] += len(departures)
        return
    names = [f"{name}.{number}" for number in range(len(departures))] if element.tag == "flow" else [name]
    links = route.links if route else []
    reading.trips += [(depart, one, *ends, links) for depart, one in zip(departures, names, strict=True)]


def _named_route(element: Element, reading: _Reading) -> _Route | None:
    name = element.values.get("route")
    if name is None:
        return None
    if name not in reading.routes:
        raise _unknown(element, "route", name, reading.routes)
    return reading.routes[name]


def _route(element: Element, reading: _Reading) -> _Route:
    """Return the links of a <route>, each of which must begin where the one before it ends."""
    links: list[int] = []
    roads = reading.network.roads
    for name in element.text("edges").split():
        link = _link(element, "edges", name, reading)
        if link is None:
            return _Route([], closed=True)
        if links and roads.link_to[links[-1]] != roads.link_from[link]:
            raise MapError(
                "{path}:{line}: the edge {edge!r} does not begin where {before!r} ends; correct the route, or make it "
                "anew with duarouter",
                path=str(element.path),
                line=element.line,
                edge=name,
                before=roads.link_name[links[-1]],
            )
        links.append(link)
    return _Route(links)


def _link(element: Element, attribute: str, name: str, reading: _Reading) -> int | None:
    """Return the position of an edge, None where it is closed to cars."""
    link = reading.edge.get(name)
    if link is None and name not in reading.network.closed:
        raise _unknown(element, attribute, name, reading.edge)
    return link


def _unknown(element: Element, attribute: str, name: str, known: Iterable[str]) -> MapError:
    near = difflib.get_close_matches(name, list(known), 1, 0.6)
    values = {"path": str(element.path), "line": element.line, "attribute": attribute, "tag": element.tag, "name": name}
    if near:
        return MapError(
            "{path}:{line}: {attribute} of <{tag}>: {name!r} is not known; did you mean {near!r}?",
            {**values, "near": near[0]},
        )
    return MapError(
        "{path}:{line}: {attribute} of <{tag}>: {name!r} is not known; give the network and the routes that belong "
        "together",
        values,
    )


def _ends(element: Element, reading: _Reading, route: _Route | None) -> tuple[int, int] | None:
    """Return where a trip begins and ends, None where that is closed to cars."""
    roads = reading.network.roads
    if route is not None:
        return None if route.closed else (int(roads.link_from[route.links[0]]), int(roads.link_to[route.links[-1]]))
    if "fromTaz" in element.values or "toTaz" in element.values:
        raise MapError(
            "{path}:{line}: goes from zone to zone; let SUMO's od2trips or duarouter make trips between edges of it",
            path=str(element.path),
            line=element.line,
        )
    ends: list[int] = []
    for attribute, at in (("from", roads.link_from), ("to", roads.link_to)):
        junction = element.values.get(f"{attribute}Junction")
        if junction is not None:
            if junction not in reading.junction:
                raise _unknown(element, f"{attribute}Junction", junction, reading.junction)
            ends.append(reading.junction[junction])
            continue
        link = _link(element, attribute, element.text(attribute), reading)
        if link is None:
            return None
        ends.append(int(at[link]))
    return ends[0], ends[1]


def _time(element: Element, attribute: str, default: str = "") -> float:
    """Return a time in seconds, written as seconds or as a clock's (days:)hours:minutes:seconds."""
    text = element.values.get(attribute, default) or element.text(attribute)
    clock = _CLOCK.match(text)
    if clock:
        days, hours, minutes, seconds = clock.groups()
        return int(days or 0) * DAY_S + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    try:
        seconds_only = float(text)
    except ValueError:
        seconds_only = -1.0
    if not 0 <= seconds_only < float("inf"):
        raise MapError(
            "{path}:{line}: {attribute} of <{tag}> is {text!r}; write seconds of at least 0, or a time "
            "such as 08:30:00",
            path=str(element.path),
            line=element.line,
            attribute=attribute,
            tag=element.tag,
            text=text,
        )
    return seconds_only


def _flow_departures(element: Element) -> list[float]:
    """Return when the vehicles of a flow depart: evenly spread, as SUMO does it."""
    begin, end = _time(element, "begin", "0"), _time(element, "end", str(DAY_S))
    values = element.values
    random = "probability" in values or values.get("period", "").startswith("exp")
    rate = next((name for name in ("vehsPerHour", "perHour") if name in values), "")
    if random or not (rate or "number" in values or "period" in values):
        raise MapError(
            "{path}:{line}: the flow has neither number, period nor vehsPerHour, or leaves them to chance; give one of "
            "them as a number, or let duarouter make trips of it",
            path=str(element.path),
            line=element.line,
        )
    if "number" in values:
        number = int(element.number("number", 0.0))
        gap = (end - begin) / number if number else 0.0
        if rate or "period" in values:
            gap = 3600 / element.number(rate, 1e-6) if rate else element.number("period", 1e-3)
    else:
        gap = 3600 / element.number(rate, 1e-6) if rate else element.number("period", 1e-3)
        number = int(np.ceil((end - begin) / gap - 1e-9))
    return [begin + place * gap for place in range(max(number, 0))]
