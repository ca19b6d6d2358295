"""Where the trapped waited: mean minutes by small area under each brain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Html, figure, h, join
from twin.charts.maps import (
    Frame,
    background,
    city_map,
    class_title,
    frame_around,
    hexagon_middle,
    hexagon_of,
    hexagons,
    scale_classes,
)
from twin.charts.marks import swatches
from twin.charts.numbers import number
from twin.charts.section import StoredRun

if TYPE_CHECKING:
    from twin.core.language import Language

_WIDTHS_M: Final = (1000.0, 1500.0, 2000.0, 3000.0, 5000.0)
_FEWEST: Final = 3
_CLASSES: Final = 6
_MOST_MAPS: Final = 3


def rescue_map(run: StoredRun, rescues: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    city = run.city
    if city is None:
        return h("p", language("The map folder is not there any more, so no map can be drawn."), class_="empty")
    if any(rows.empty for rows in rescues):
        return h("p", language("Nobody was trapped."), class_="empty")
    fleet = run.events("elevators.fleet", run.brains[0], 0, ["lon", "lat"])
    plane_m = city.roads.to_plane_m(fleet["lon"].to_numpy(), fleet["lat"].to_numpy())
    places = [plane_m[rows["elevator"].to_numpy()] for rows in rescues]
    width_m = _width_for(places[0])
    areas = _areas([hexagon_of(place, width_m) for place in places], rescues)
    frame = frame_around(city, places[0], name="elevator-map")
    text = language(
        "Mean minutes trapped in areas {width} km across; areas with fewer than {fewest} entrapments are left blank. "
        "Place the pointer on an area to read it.",
        width=f"{width_m / 1000:g}", fewest=_FEWEST,
    )  # fmt: skip
    drawn = [
        _map(frame, areas, width_m, position, title, language) for position, title in enumerate(titles[:_MOST_MAPS])
    ]
    attribution = language("Map data: {attribution}; {licence}.", attribution=city.attribution, licence=city.licence)
    return join(
        h("p", text), background(frame, language, places=False), h("div", drawn, class_="maps"),
        h("p", attribution, class_="note attribution"),
    )  # fmt: skip


def _width_for(plane_m: NDArray[np.float64]) -> float:
    """Return the smallest width at which three entrapments in four lie in an area with enough of them."""
    for width_m in _WIDTHS_M:
        _, inverse, counts = np.unique(hexagon_of(plane_m, width_m), axis=0, return_inverse=True, return_counts=True)
        if np.mean(counts[inverse.ravel()] >= 2 * _FEWEST) >= 0.75:
            return width_m
    return _WIDTHS_M[-1]


def _areas(cells: list[NDArray[np.int64]], rescues: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one row an area with enough entrapments: q, r, mean0, count0, mean1, ..."""
    frames = []
    for position, (cell, rows) in enumerate(zip(cells, rescues, strict=True)):
        minutes = (rows["freed_s"] - rows["at_s"]).to_numpy(np.float64) / 60
        values = pd.DataFrame({"q": cell[:, 0], "r": cell[:, 1], "value": minutes})
        grouped = values.groupby(["q", "r"])["value"].agg(["mean", "count"])
        frames.append(grouped.rename(columns={"mean": f"mean{position}", "count": f"count{position}"}))
    areas = pd.concat(frames, axis=1, join="inner")
    counts = areas[[f"count{position}" for position in range(len(cells))]]
    return areas[(counts >= _FEWEST).all(axis=1)].reset_index()


def _map(frame: Frame, areas: pd.DataFrame, width_m: float, position: int, title: str, language: Language) -> Html:
    means = [column for column in areas if str(column).startswith("mean")]
    pooled = areas[means].to_numpy().ravel()
    bounds = scale_classes(list(pooled), _CLASSES) if len(pooled) else (1.0,)
    values = areas[f"mean{position}"].to_numpy()
    fills = [
        (
            f"area q{rank}",
            language("{minutes} min, {n} entrapments", minutes=number(float(value), 1), n=count),
            False,
        )
        for rank, value, count in zip(np.digitize(values, bounds), values, areas[f"count{position}"], strict=True)
    ]
    middles = hexagon_middle(areas[["q", "r"]].to_numpy(), width_m)
    label = language("Map of the mean minutes trapped under {brain}", brain=title)
    drawing = city_map(frame, hexagons(frame, middles, width_m, fills), label, language)
    key = swatches([(f"area q{rank}", class_title(bounds, rank, language)) for rank in range(len(bounds) + 1)])
    return figure(join(title, h("small", language("minutes trapped"))), drawing, key)
