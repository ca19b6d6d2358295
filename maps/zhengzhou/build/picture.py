"""The picture of the map: ``python maps/zhengzhou/build/picture.py``, written to docs/images/zhengzhou_map.png."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

import matplotlib as mpl  # noqa: E402

mpl.use("Agg")

import matplotlib.patheffects as effects  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import shapely  # noqa: E402
from builtup import RAILWAYS, RIVER_SOUTH_BANK, WATERS, ellipse  # noqa: E402
from matplotlib.collections import LineCollection  # noqa: E402
from plane import to_degrees  # noqa: E402
from shapely.geometry import shape  # noqa: E402

from twin.city.graph import ROAD_CLASSES  # noqa: E402
from twin.city.map import CityMap, read_map  # noqa: E402

EXTENT: Final = (113.455, 113.925, 34.625, 34.935)
STYLE: Final = (
    (("residential",), "#8f8a82", 0.32),
    (("tertiary",), "#6e6960", 0.5),
    (("secondary",), "#6f8f6a", 0.7),
    (("primary",), "#d08a2e", 1.1),
    (("trunk",), "#c0392b", 1.5),
    (("motorway",), "#2457a6", 1.7),
)
LABELS: Final = (
    ("North Third Ring", 113.640, 34.8155, 0), ("West Third Ring", 113.5745, 34.752, 90),
    ("South Third Ring", 113.650, 34.6965, 0), ("Zhongzhou Avenue", 113.6935, 34.824, -74),
    ("East Third Ring", 113.7085, 34.7745, -58),
    ("North Fourth Ring (Dahe Road)", 113.610, 34.8845, 0), ("West Fourth Ring", 113.5195, 34.790, 90),
    ("South Fourth Ring", 113.655, 34.6610, 0), ("East Fourth Ring", 113.7795, 34.800, -90),
    ("Longhai Expressway", 113.690, 34.7365, 0), ("Jingguang Expressway", 113.6545, 34.718, 90),
    ("Nongye Road", 113.668, 34.7905, 0), ("Lianhuo Motorway", 113.660, 34.8510, 0),
    ("Jinggang'ao Motorway", 113.8115, 34.705, 90), ("Airport Motorway", 113.757, 34.6905, -40),
    ("Hanghai Road", 113.745, 34.7245, 0), ("Zhengkai Avenue", 113.848, 34.7615, 0),
)  # fmt: skip
PLACES: Final = (
    ("Old centre\n(Erqi Square)", 113.6650, 34.7545), ("Zhengdong\nCBD", 113.7275, 34.7740),
    ("Longhu lake", 113.7270, 34.8125),
    ("Longzi lake", 113.8035, 34.7940), ("High-tech Zone", 113.5480, 34.8160), ("Economic Zone", 113.755, 34.7085),
    ("Yellow River", 113.690, 34.9235), ("Baisha", 113.868, 34.772), ("North yard", 113.6110, 34.7975),
)  # fmt: skip
DISTRICT_LABELS: Final = {
    "zhongyuan": (113.505, 34.8285), "erqi": (113.600, 34.690), "guancheng": (113.715, 34.690),
    "jinshui": (113.765, 34.832),
    "huiji": (113.575, 34.905), "zhongmu": (113.885, 34.745), "xingyang": (113.476, 34.872),
    "xinzheng": (113.69, 34.632),
}  # fmt: skip


def draw(city: CityMap, path: Path) -> None:
    """Draw the main urban area; streets by class, rings and expressways named, hospitals as crosses."""
    west, east, south, north = EXTENT
    stretch = 1 / np.cos(np.radians(34.78))
    figure, axes = plt.subplots(figsize=(13.0, 13.0 * (north - south) / (east - west) * stretch))
    axes.set_facecolor("#fbfaf7")
    _draw_water(axes)
    _draw_roads(axes, city)
    _draw_districts(axes, city)
    axes.plot(
        [hospital.lon for hospital in city.hospitals], [hospital.lat for hospital in city.hospitals],
        ls="", marker="P", ms=6.5, mfc="#c2185b", mec="white", mew=0.7, label="hospital", zorder=8,
    )  # fmt: skip
    axes.plot(
        [station.lon for station in city.stations], [station.lat for station in city.stations],
        ls="", marker="o", ms=2.6, mfc="#4a148c", mec="white", mew=0.3, label="emergency station (assumed)", zorder=7,
    )  # fmt: skip
    _write_labels(axes)
    axes.set(xlim=(west, east), ylim=(south, north), aspect=stretch)
    axes.tick_params(labelsize=7)
    axes.legend(loc="lower left", fontsize=8, framealpha=0.95, ncols=2)
    axes.set_title(
        "Zhengzhou twin: main roads from OpenStreetMap's skeleton and derived street axes; local streets are synthetic",
        fontsize=10, loc="left",
    )  # fmt: skip
    figure.text(0.995, 0.004, "© OpenStreetMap contributors, ODbL 1.0", ha="right", fontsize=7)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=125, metadata={"Software": None}, pil_kwargs={"optimize": True})
    plt.close(figure)
    _fewer_colours(path)


def _fewer_colours(path: Path) -> None:
    """Store the picture with a palette: a third of the size."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def _draw_water(axes: Any) -> None:
    bank = [*RIVER_SOUTH_BANK, (114.25, 35.1), (112.7, 35.1)]
    axes.fill(*zip(*bank, strict=True), color="#d6e6f2", zorder=0)
    for _, lon, lat, wide, high in WATERS:
        axes.fill(*to_degrees(ellipse(lon, lat, wide, high)).T, color="#bcd7ec", zorder=1)
    for at, (_, points) in enumerate(RAILWAYS):
        label = None if at else "railway (sketched)"
        axes.plot(*zip(*points, strict=True), color="#222222", lw=1.3, ls=(0, (1, 1.2)), zorder=5.5, label=label)


def _draw_roads(axes: Any, city: CityMap) -> None:
    roads = city.roads
    points = np.column_stack([roads.node_lon, roads.node_lat])
    lines = np.stack([points[roads.edge_from], points[roads.edge_to]], axis=1)
    for order, (classes, colour, width) in enumerate(STYLE):
        names = [*classes, *(f"{name}_link" for name in classes)]
        chosen = np.isin(roads.edge_class, [ROAD_CLASSES.index(name) for name in names if name in ROAD_CLASSES])
        ground = chosen & (roads.edge_level == 0) & (roads.edge_from < roads.edge_to)
        upper = chosen & (roads.edge_level != 0)
        label = classes[0]
        axes.add_collection(
            LineCollection(lines[ground], colors=colour, linewidths=width, zorder=2 + order * 0.5, label=label)
        )
        if upper.any():
            shown = "#7b1fa2" if label == "trunk" else colour
            name = "elevated expressway, ramps" if label == "trunk" else None
            axes.add_collection(LineCollection(lines[upper], colors=shown, linewidths=0.9, zorder=6, label=name))


def _draw_districts(axes: Any, city: CityMap) -> None:
    for district in city.districts:
        for part in shapely.get_parts(shape(district.geometry)):
            axes.plot(*part.exterior.xy, color="#333333", lw=0.8, ls=(0, (6, 3)), zorder=6.5, alpha=0.8)
        if district.id in DISTRICT_LABELS:
            axes.text(*DISTRICT_LABELS[district.id], district.name_en.replace(" District", "").upper(), fontsize=9,
                      color="#222222", ha="center", zorder=9, path_effects=_halo())  # fmt: skip


def _halo() -> list[Any]:
    return [effects.withStroke(linewidth=2.2, foreground="white", alpha=0.9)]


def _write_labels(axes: Any) -> None:
    for text, lon, lat, turn in LABELS:
        axes.text(lon, lat, text, fontsize=6.8, rotation=turn, ha="center", va="center", zorder=9, color="#5b1a12",
                  path_effects=_halo())  # fmt: skip
    for text, lon, lat in PLACES:
        axes.text(lon, lat, text, fontsize=8, style="italic", ha="center", va="center", zorder=9, color="#123a5c",
                  path_effects=_halo())  # fmt: skip


if __name__ == "__main__":
    root = HERE.parents[2]
    draw(read_map(HERE.parent), root / "docs" / "images" / "zhengzhou_map.png")
