"""Maps: small areas on the main roads of the city, with stations, hospitals and districts.

The background is drawn once and used by every map of the page. Names of districts are HTML above the drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child, Html, h, plain
from twin.charts.scales import round_step
from twin.city.graph import ROAD_CLASSES
from twin.city.map import CityMap
from twin.city.places import District, Hospital, Station

if TYPE_CHECKING:
    from twin.core.language import Language

STATION: Final = "M0-9L8 6H-8Z"
HOSPITAL: Final = "M-4-11H4V-4H11V4H4V11H-4V4H-11V-4H-4Z"
"""Outlines of the symbols, about their place."""

UNITS: Final = 1000
"""Width of a map in its own units."""
_ROADS: Final = (
    ("minor", ("secondary",)),
    ("primary", ("primary",)),
    ("major", ("motorway", "trunk")),
)
_TOLERANCE: Final = 1.5
"""Roads may be drawn this far from where they are, in units."""

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A cut-out of the city: metres of the roads' plane to units, north up.

    Attributes
    ----------
    name
        What the ids of its background begin with; frames of one page have names of their own.
    """

    city: CityMap
    west_m: float
    south_m: float
    east_m: float
    north_m: float
    name: str = "map"

    @property
    def metres(self) -> float:
        """Metres in a unit."""
        return (self.east_m - self.west_m) / UNITS

    @property
    def height(self) -> int:
        """Height in units."""
        return round((self.north_m - self.south_m) / self.metres)

    def units(self, plane_m: Points) -> Points:
        """Return units from the upper left corner, shape (k, 2)."""
        return np.column_stack([plane_m[:, 0] - self.west_m, self.north_m - plane_m[:, 1]]) / self.metres

    def of_degrees(self, lon: Points, lat: Points) -> Points:
        """Return units from degrees, shape (k, 2)."""
        return self.units(self.city.roads.to_plane_m(lon, lat))


def frame_around(city: CityMap, plane_m: Points, margin_m: float = 1000.0, name: str = "map") -> Frame:
    """Return the frame that holds all but the outermost hundredth of points on each side, no flatter than 2 to 1."""
    low, high = np.percentile(plane_m, [0.5, 99.5], axis=0)
    low, high = low - margin_m, high + margin_m
    middle, size = (low + high) / 2, np.maximum(high - low, 1.0)
    size = np.maximum(size, size[::-1] * 0.55)
    low, high = middle - size / 2, middle + size / 2
    return Frame(city, float(low[0]), float(low[1]), float(high[0]), float(high[1]), name)


# -- small areas --------------------------------------------------------------------------------------------------


def hexagon_of(plane_m: Points, width_m: float) -> NDArray[np.int64]:
    """Return column and row of the hexagon (pointed at the top, ``width_m`` across) around each point, shape (k, 2)."""
    radius = width_m / 3**0.5
    q = (3**0.5 / 3 * plane_m[:, 0] - plane_m[:, 1] / 3) / radius
    r = (2 / 3 * plane_m[:, 1]) / radius
    s = -q - r
    whole = np.round(np.column_stack([q, r, s]))
    off = np.abs(whole - np.column_stack([q, r, s]))
    worst = off.argmax(axis=1)
    whole[worst == 0, 0] = -whole[worst == 0, 1] - whole[worst == 0, 2]
    whole[worst == 1, 1] = -whole[worst == 1, 0] - whole[worst == 1, 2]
    return whole[:, :2].astype(np.int64)


def hexagon_middle(cells: NDArray[np.int64], width_m: float) -> Points:
    """Return the middle of hexagons in the roads' plane, shape (k, 2)."""
    q, r = cells[:, 0].astype(np.float64), cells[:, 1].astype(np.float64)
    return np.column_stack([width_m * (q + r / 2), width_m * 3**0.5 / 2 * r])


def hexagons(frame: Frame, middles_m: Points, width_m: float, fills: Sequence[tuple[str, str, bool]]) -> Html:
    """Draw hexagons.

    Parameters
    ----------
    fills
        For each: a class of the style sheet, a text shown under the pointer, and whether it carries a dot.
    """
    radius = width_m / 3**0.5 / frame.metres
    angles = np.radians([30, 90, 150, 210, 270, 330])
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * radius * 0.97
    shape = "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in corners) + "Z"
    drawn = []
    for (x, y), (name, text, dotted) in zip(frame.units(middles_m), fills, strict=True):
        at = f"translate({x:.0f} {y:.0f})"
        drawn.append(h("path", h("title", text), d=shape, class_=name, transform=at))
        if dotted:
            drawn.append(h("circle", cx=f"{x:.0f}", cy=f"{y:.0f}", r=plain(radius / 4), class_="dotted"))
    return h("g", drawn)


# -- background ---------------------------------------------------------------------------------------------------


def background(frame: Frame, language: Language, *, places: bool = True) -> Html:
    """Return the hidden element with roads, district borders and, unless told not, stations and hospitals.

    A page needs it once a frame.
    """
    return h(
        "svg",
        h(
            "defs",
            h("clipPath", h("rect", width=UNITS, height=frame.height), id=f"{frame.name}-edge"),
            h("g", _borders(frame), [_roads(frame, *kind) for kind in _ROADS], id=f"{frame.name}-roads"),
            h("g", _places(frame, language) if places else None, id=f"{frame.name}-places"),
        ),
        width="0", height="0", class_="hidden", aria_hidden="true", focusable="false",
    )  # fmt: skip


def _roads(frame: Frame, name: str, classes: tuple[str, ...]) -> Html:
    import shapely

    roads = frame.city.roads
    chosen = np.isin(roads.edge_class, [ROAD_CLASSES.index(kind) for kind in classes])
    pairs = np.sort(np.column_stack([roads.edge_from, roads.edge_to])[chosen], axis=1)
    ends = frame.units(roads.node_xy_m)[np.unique(pairs, axis=0)] if len(pairs) else np.empty((0, 2, 2))
    inside = np.all((ends.max(axis=1) > 0) & (ends.min(axis=1) < (UNITS, frame.height)), axis=1)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(ends[inside]))) if inside.any() else None
    return h("path", d=_lines(merged), class_=f"road {name}")


def _lines(geometry: Any) -> str:
    """Write lines as one path with whole coordinates, each point relative to the one before."""
    import shapely

    parts = []
    for line in shapely.get_parts(shapely.simplify(geometry, _TOLERANCE)) if geometry is not None else ():
        points = np.round(shapely.get_coordinates(line)).astype(np.int64)
        steps = np.diff(points, axis=0)
        steps = steps[np.any(steps != 0, axis=1)]
        if len(steps):
            moves = "".join(f"{'' if dx < 0 else ' '}{dx}{'' if dy < 0 else ' '}{dy}" for dx, dy in steps)
            parts.append(f"M{points[0, 0]} {points[0, 1]}l{moves.lstrip()}")
    return "".join(parts)


def _borders(frame: Frame) -> Html:
    import shapely

    lines = [_in_units(frame, district.geometry).boundary for district in frame.city.districts]
    merged = shapely.union_all(lines)
    inside = shapely.clip_by_rect(merged, -5, -5, UNITS + 5, frame.height + 5)
    whole = shapely.line_merge(inside) if inside.geom_type == "MultiLineString" else inside
    return h("path", d=_lines(whole) if not whole.is_empty else "", class_="border")


def _in_units(frame: Frame, geometry: Mapping[str, Any]) -> Any:
    import shapely

    shape = shapely.from_geojson(_as_text(geometry))
    return shapely.make_valid(shapely.transform(shape, lambda degrees: frame.of_degrees(degrees[:, 0], degrees[:, 1])))


def _as_text(geometry: Mapping[str, Any]) -> str:
    import json

    return json.dumps(geometry)


def _places(frame: Frame, language: Language) -> list[Html]:
    shapes: tuple[tuple[Sequence[Station | Hospital], str, str], ...] = (
        (frame.city.stations, STATION, "station"),
        (frame.city.hospitals, HOSPITAL, "hospital"),
    )
    drawn = []
    for places, shape, name in shapes:
        lon, lat = np.array([place.lon for place in places]), np.array([place.lat for place in places])
        for place, (x, y) in zip(places, frame.of_degrees(lon, lat), strict=True):
            if 0 < x < UNITS and 0 < y < frame.height:
                title = h("title", language.pick(place.name_en, place.name_zh))
                drawn.append(h("path", title, d=shape, class_=name, transform=f"translate({x:.0f} {y:.0f})"))
    return drawn


# -- the map ----------------------------------------------------------------------------------------------------


def city_map(frame: Frame, areas: Html, label: str, language: Language) -> Html:
    """Return one map: areas, the background, names of districts and a scale bar."""
    width = bar_units(frame)
    bar = f"M20 {frame.height - 28}v8h{plain(width)}v-8"
    layers = [h("use", href=f"#{frame.name}-{layer}") for layer in ("roads", "places")]
    drawing = h(
        "svg",
        h("g", areas, layers, clip_path=f"url(#{frame.name}-edge)"),
        h("path", d=bar, class_="scale-bar"),
        viewBox=f"0 0 {UNITS} {frame.height}", role="img", aria_label=label,
    )  # fmt: skip
    return h("div", drawing, map_names(frame, language), class_="map")


def bar_units(frame: Frame) -> float:
    """Return how long the scale bar is, in units."""
    return _scale_m(frame) / frame.metres


def _scale_m(frame: Frame) -> float:
    return round_step(frame.metres * UNITS / 8, 1) if frame.metres else 1.0


def map_names(frame: Frame, language: Language) -> Html:
    """Return what is written above a map: the names of districts, and the length of its scale bar."""
    length_m, width = _scale_m(frame), bar_units(frame)
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    names = [
        h("span", language.pick(district.name_en.removesuffix(" District"), district.name_zh), style=_at(frame, x, y))
        for district, x, y in _district_places(frame)
    ]
    shown = language("{number} km", number=f"{length_m / 1000:g}") if length_m >= 1000 else text
    names.append(h("span", shown, class_="scale", style=_at(frame, 24 + width, frame.height - 24)))
    return h("div", names, class_="names", aria_hidden="true")


def _at(frame: Frame, x: float, y: float) -> str:
    left, top = (
        min(max(place, edge), 100 - edge) for place, edge in ((x / UNITS * 100, 13), (y / frame.height * 100, 3))
    )
    return f"left:{plain(left)}%;top:{plain(top)}%"


def _district_places(frame: Frame) -> list[tuple[District, float, float]]:
    """Return the districts that fill a fair part of the frame, with a place for their names."""
    import shapely

    if len(frame.city.districts) < 2:
        return []
    box = shapely.box(0, 0, UNITS, frame.height)
    places = []
    for district in frame.city.districts:
        inside = shapely.intersection(_in_units(frame, district.geometry), box)
        if inside.area > 0.015 * box.area:
            middle = inside.centroid if inside.contains(inside.centroid) else inside.representative_point()
            places.append((district, float(middle.x), float(middle.y)))
    return places


def scale_classes(values: Sequence[float], most: int) -> tuple[float, ...]:
    """Return round bounds that part values into at most ``most`` classes, by the middle nine tenths of them."""
    low, high = np.percentile(np.asarray(values, dtype=np.float64), [5, 95])
    step = round_step(float(high - low), most - 2) if high > low else 1.0
    first = float(np.floor(low / step) + 1)
    return tuple((first + n) * step for n in range(most - 1) if (first + n) * step < high + step)


def class_title(bounds: Sequence[float], position: int, language: Language) -> Child:
    """Return what a class holds: under the first bound, between two, or from the last on."""
    if position == 0:
        return language("under {bound}", bound=f"{bounds[0]:g}")
    if position == len(bounds):
        return language("{bound} and more", bound=f"{bounds[-1]:g}")
    return f"{bounds[position - 1]:g}–{bounds[position]:g}"
