"""Draws a map as a picture: roads by class, districts, hospitals, stations, a scale bar and whose data it is.

No font needs to be installed: Chinese names are drawn where a font has their characters, English ones elsewhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M, ROAD_CLASSES, RoadGraph
from twin.city.map import CityMap
from twin.city.places import Hospital
from twin.core.errors import MapError
from twin.core.language import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES: Final = (".png", ".svg", ".pdf")
WIDTH_INCHES: Final = 11.0
MOST_VECTOR_EDGES: Final = 60_000
"""Roads of larger maps are put into vector files as an image, or no viewer would open them."""

_CHINESE_FONTS: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimSun",
    "Noto Serif CJK SC", "Noto Sans CJK JP", "Arial Unicode MS", "Droid Sans Fallback",
)  # fmt: skip
_STYLES: Final[tuple[tuple[str, tuple[str, ...], str, float], ...]] = (
    ("Local streets", ("unclassified", "residential", "living_street", "service"), "#b0b0b0", 0.45),
    ("Secondary and tertiary roads", ("secondary", "secondary_link", "tertiary", "tertiary_link"), "#8f8f8f", 0.7),
    ("Primary roads", ("primary", "primary_link"), "#d08a2e", 1.2),
    ("Motorways and trunk roads", ("motorway", "motorway_link", "trunk", "trunk_link"), "#a33b20", 1.7),
)
_HOSPITAL_COLOUR: Final = "#0b5fa5"
_STATION_COLOUR: Final = "#1b7837"


def draw_map(city: CityMap, path: Path, language: Language | None = None) -> None:
    """Draw a map into a file.

    Parameters
    ----------
    path
        Ends in ``.png``, ``.svg`` or ``.pdf``.

    Raises
    ------
    MapError
        Where the ending is another, or the file cannot be written.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if path.suffix.lower() not in SUFFIXES:
        raise MapError("{path}: a picture must end in {allowed}", path=str(path), allowed=", ".join(SUFFIXES))
    say = _Words(city, language or Language("en"))
    fonts = [font for font in (chinese_font(),) if font] + ["DejaVu Sans"]
    with mpl.rc_context({"font.family": fonts, "svg.fonttype": "path", "svg.hashsalt": city.content_hash}):
        figure = Figure(figsize=_size_inches(city.roads), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _draw_districts(axes, city, say)
        _draw_roads(axes, city, say)
        _draw_places(axes, city, say)
        _finish(axes, city, say)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise MapError("{path}: cannot be written: {problem}", path=str(path), problem=str(error)) from None


@cache
def chinese_font() -> str | None:
    """Return the name of an installed font that has Chinese characters, or None."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE_FONTS if name in installed), None)


@cache
def _characters() -> frozenset[int]:
    """Return the code points that can be drawn."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    fonts = [name for name in (chinese_font(), "DejaVu Sans") if name]
    return frozenset(code for name in fonts for code in FT2Font(font_manager.findfont(name)).get_charmap())


def can_draw(text: str) -> bool:
    """Return whether the fonts at hand have every character of a text."""
    return all(ord(character) in _characters() for character in text)


class _Words:
    """Texts in the reader's language where they can be drawn, else in English, else a name without foreign letters."""

    def __init__(self, city: CityMap, language: Language) -> None:
        wanted = language if language.code == "en" or chinese_font() else Language("en")
        self._language = wanted
        self.title = self.name(city.title_en, city.title_zh, city.name)

    def __call__(self, sentence: str, **values: object) -> str:
        return self._language(sentence, **values)

    def name(self, english: str, chinese: str, identifier: str) -> str:
        """Return the first of the names that can be drawn."""
        first, second = (chinese, english) if self._language.code == "zh" else (english, chinese)
        # A dollar sign would begin a formula.
        return next((text for text in (first, second) if can_draw(text)), identifier).replace("$", r"\$")


def _bounds(roads: RoadGraph) -> tuple[float, float, float, float]:
    return (
        float(roads.node_lon.min()), float(roads.node_lat.min()), float(roads.node_lon.max()),
        float(roads.node_lat.max()),
    )  # fmt: skip


def _size_inches(roads: RoadGraph) -> tuple[float, float]:
    west, south, east, north = _bounds(roads)
    shape = (north - south) / max((east - west) * np.cos(np.radians((south + north) / 2)), 1e-9)
    return (WIDTH_INCHES, float(np.clip(WIDTH_INCHES * shape, 5.0, 14.0)) + 1.0)


def _lines(city: CityMap) -> NDArray[np.object_]:
    """Return the line of each edge; straight ones where the map's folder holds none."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    path = city.folder / "edges.parquet"
    try:
        lines: NDArray[np.object_] = shapely.from_wkb(pq.read_table(path, columns=["geometry"])["geometry"].to_numpy())
    except (OSError, pa.ArrowException, shapely.errors.ShapelyError):
        places = np.column_stack([city.roads.node_lon, city.roads.node_lat])
        lines = shapely.linestrings(np.stack([places[city.roads.edge_from], places[city.roads.edge_to]], axis=1))
    return lines


def _draw_roads(axes: Any, city: CityMap, say: _Words) -> None:
    """Draw each street once, the important ones on top."""
    import shapely
    from matplotlib.collections import LineCollection

    roads = city.roads
    lines = _lines(city)
    key = roads.edge_from.astype(np.int64) * roads.node_count + roads.edge_to
    opposite = roads.edge_to.astype(np.int64) * roads.node_count + roads.edge_from
    once = (roads.edge_from < roads.edge_to) | ~np.isin(opposite, key)
    for order, (title, classes, colour, width) in enumerate(_STYLES):
        codes = [ROAD_CLASSES.index(name) for name in classes]
        chosen = lines[once & np.isin(roads.edge_class, codes)]
        if not len(chosen):
            continue
        places, line = shapely.get_coordinates(chosen, return_index=True)
        parts = np.split(places, np.flatnonzero(np.diff(line)) + 1)
        collection = LineCollection(parts, colors=colour, linewidths=width, label=say(title), zorder=2 + order)
        collection.set_rasterized(roads.edge_count > MOST_VECTOR_EDGES)
        axes.add_collection(collection)


def _rings(geometry: dict[str, Any]) -> list[Sequence[Sequence[float]]]:
    coordinates = geometry.get("coordinates", [])
    polygons = coordinates if geometry.get("type") == "MultiPolygon" else [coordinates]
    return [ring for polygon in polygons for ring in polygon if len(ring) > 2]


def _draw_districts(axes: Any, city: CityMap, say: _Words) -> None:
    west, south, east, north = _bounds(city.roads)
    for district in city.districts:
        rings = [np.asarray(ring, dtype=np.float64)[:, :2] for ring in _rings(district.geometry)]
        for ring in rings:
            axes.plot(ring[:, 0], ring[:, 1], color="#6b5b95", linewidth=1.0, linestyle=(0, (6, 3)), zorder=1)
        if rings and len(city.districts) > 1:
            lon, lat = max(rings, key=len).mean(axis=0)
            if west < lon < east and south < lat < north:
                name = say.name(district.name_en, district.name_zh, district.id)
                axes.text(lon, lat, name, fontsize=8, color="#4d3f73", ha="center", zorder=8, bbox=_halo())


def _halo() -> dict[str, Any]:
    return {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.0}


def _draw_places(axes: Any, city: CityMap, say: _Words) -> None:
    """Draw stations as triangles and hospitals as crosses in squares, the latter with their names."""
    axes.scatter(
        [place.lon for place in city.stations], [place.lat for place in city.stations], marker="^", s=28,
        color=_STATION_COLOUR, edgecolors="white", linewidths=0.5, zorder=9, label=say("Emergency stations"),
    )  # fmt: skip
    lon, lat = [place.lon for place in city.hospitals], [place.lat for place in city.hospitals]
    axes.scatter(
        lon, lat, marker="s", s=52, color=_HOSPITAL_COLOUR, edgecolors="white", zorder=10, label=say("Hospitals")
    )
    axes.scatter(lon, lat, marker="+", s=28, color="white", linewidths=1.2, zorder=11)
    for place, name in _names_that_fit(city, say):
        axes.annotate(
            name, (place.lon, place.lat), xytext=(6, 4), textcoords="offset points", fontsize=7,
            color=_HOSPITAL_COLOUR, zorder=12, bbox=_halo(), clip_on=True,
        )  # fmt: skip


def _names_that_fit(city: CityMap, say: _Words) -> list[tuple[Hospital, str]]:
    """Choose hospitals whose names do not cover one another, in the order of the table; the rest go without."""
    west, south, east, _ = _bounds(city.roads)
    shrink = np.cos(np.radians(south))
    inch_deg = max((east - west) / WIDTH_INCHES, 1e-9)
    chosen: list[tuple[Hospital, str]] = []
    boxes: list[tuple[float, float, float]] = []
    for place in city.hospitals:
        name = say.name(place.name_en, place.name_zh, place.id)
        name = name if len(name) <= 32 else name[:31] + "…"
        left, middle = (place.lon - west) / inch_deg, (place.lat - south) / inch_deg / shrink
        right = left + sum(0.1 if ord(character) > 0x2E80 else 0.06 for character in name) + 0.1
        if all(left > end or right < begin or abs(middle - height) > 0.15 for begin, end, height in boxes):
            boxes.append((left, right, middle))
            chosen.append((place, name))
    return chosen


def _finish(axes: Any, city: CityMap, say: _Words) -> None:
    """Set the limits to the roads, and add title, legend, scale bar and attribution."""
    west, south, east, north = _bounds(city.roads)
    margin_lon, margin_lat = 0.03 * (east - west) + 1e-4, 0.03 * (north - south) + 1e-4
    axes.set_xlim(west - margin_lon, east + margin_lon)
    axes.set_ylim(south - margin_lat, north + margin_lat)
    shrink = float(np.cos(np.radians((south + north) / 2)))
    axes.set_aspect(1 / shrink)
    axes.set_axis_off()
    axes.set_title(say.title, fontsize=15)
    axes.legend(loc="upper right", fontsize=8, framealpha=0.9).set_zorder(20)
    degree_m = np.radians(1.0) * EARTH_RADIUS_M * shrink
    length_m = round_length_m((east - west) * degree_m / 4)
    lon, lat = west, south - margin_lat / 2
    axes.plot(
        [lon, lon + length_m / degree_m], [lat, lat], color="black", linewidth=3, solid_capstyle="butt", zorder=15
    )
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    axes.annotate(text, (lon, lat), xytext=(0, 4), textcoords="offset points", fontsize=9, zorder=15, bbox=_halo())
    owner = city.attribution if can_draw(city.attribution) else city.licence
    axes.text(0.995, 0.003, owner, transform=axes.transAxes, ha="right", fontsize=8, zorder=15, bbox=_halo())


def round_length_m(longest_m: float) -> float:
    """Return the greatest of 1, 2 or 5 times a power of ten that is at most the given length."""
    power = 10.0 ** np.floor(np.log10(longest_m))
    return float(max(step for step in (1, 2, 5) if step * power <= longest_m * (1 + 1e-9)) * power)
