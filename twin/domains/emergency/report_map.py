"""The map of the report: minutes from ring to the scene by small area, under each brain, and what differs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.maps import (
    HOSPITAL,
    STATION,
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
from twin.charts.marks import swatches, symbols
from twin.charts.numbers import Numbers, number
from twin.charts.section import Section, StoredRun
from twin.city.places import Hospital, Station
from twin.domains.emergency.report_map_worse import gaps_of, worse

if TYPE_CHECKING:
    from twin.city.map import CityMap
    from twin.core.language import Language

Place = TypeVar("Place", Station, Hospital)
_WIDTHS_M: Final = (1000.0, 1500.0, 2000.0, 3000.0, 5000.0, 8000.0)
_ENOUGH: Final = 6
"""Areas are made so large that most calls lie in one with this many."""
_FEWEST: Final = 3
"""Areas with fewer calls are left blank."""
_CLASSES: Final = 6
_SLOWEST: Final = 12
_FEWEST_LISTED: Final = 10
"""An area is listed among the slowest when it has this many calls, or as many as any has."""
_MOST_MAPS: Final = 3


def map_section(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Section:
    """Return the section; where there is no map, it says so."""
    title = language("Where in the city")
    city = run.city
    if city is None:
        text = language("The map folder is not there any more, so no map can be drawn.")
        return Section("map", title, h("p", text, class_="empty"))
    city = _as_it_was(city, run)
    served = [frame[frame["response_min"].notna()] for frame in cases]
    if any(frame.empty for frame in served):
        return Section("map", title, h("p", language("There was no such case."), class_="empty"))
    return Section("map", title, _maps(city, run, served, titles, language))


def _as_it_was(city: CityMap, run: StoredRun) -> CityMap:
    """Return the map with the stations and hospitals that the run had, which the scenario's tables may have named."""
    stations, hospitals = (run.events(f"emergency.{kind}_list", run.brains[0], 0) for kind in ("station", "hospital"))
    return dataclasses.replace(city, stations=_places(Station, stations), hospitals=_places(Hospital, hospitals))


def _places(kind: type[Place], rows: pd.DataFrame) -> tuple[Place, ...]:
    names = [field.name for field in dataclasses.fields(kind)]
    return tuple(kind(*row) for row in rows[names].itertuples(index=False, name=None))


def _maps(city: CityMap, run: StoredRun, served: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    places = [city.roads.to_plane_m(f["lon"].to_numpy(), f["lat"].to_numpy()) for f in served]
    frame = frame_around(city, places[0])
    width_m = _width_for(places[0])
    areas = _areas([hexagon_of(place, width_m) for place in places], served)
    text = language(
        "Mean minutes from ring to the scene in areas {width} km across; areas with fewer than {fewest} calls are left "
        "blank. Place the pointer on an area to read it.",
        width=f"{width_m / 1000:g}", fewest=_FEWEST,
    )  # fmt: skip
    drawn = [
        _response_map(frame, areas, width_m, position, title, language)
        for position, title in enumerate(titles[:_MOST_MAPS])
    ]
    for place in range(1, min(len(titles), _MOST_MAPS)):
        gaps = gaps_of(served[0], served[place])
        if len(gaps):
            drawn.append(worse(run, frame, width_m, gaps, (titles[0], titles[place]), language))
    key = symbols([("station", STATION, language("ambulance station")), ("hospital", HOSPITAL, language("hospital"))])
    attribution = language("Map data: {attribution}; {licence}.", attribution=city.attribution, licence=city.licence)
    return join(
        h("p", text),
        background(frame, language),
        key,
        h("div", drawn, _slowest(city, areas, width_m, titles, language), class_="maps"),
        h("p", attribution, class_="note attribution"),
    )


def _width_for(plane_m: NDArray[np.float64]) -> float:
    """Return the smallest width at which three calls in four lie in an area with enough of them."""
    for width_m in _WIDTHS_M:
        _, inverse, counts = np.unique(hexagon_of(plane_m, width_m), axis=0, return_inverse=True, return_counts=True)
        if np.mean(counts[inverse.ravel()] >= _ENOUGH) >= 0.75:
            return width_m
    return _WIDTHS_M[3]


def _areas(cells: list[NDArray[np.int64]], served: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one row an area: q, r, mean0, count0, mean1, ... for the areas where every brain has enough calls."""
    frames = []
    for position, (cell, frame) in enumerate(zip(cells, served, strict=True)):
        values = pd.DataFrame({"q": cell[:, 0], "r": cell[:, 1], "value": frame["response_min"].to_numpy()})
        grouped = values.groupby(["q", "r"])["value"].agg(["mean", "count"])
        frames.append(grouped.rename(columns={"mean": f"mean{position}", "count": f"count{position}"}))
    areas = pd.concat(frames, axis=1, join="inner")
    counts = areas[[f"count{position}" for position in range(len(cells))]]
    return areas[(counts >= _FEWEST).all(axis=1)].reset_index()


def _middles(areas: pd.DataFrame, width_m: float) -> NDArray[np.float64]:
    return hexagon_middle(areas[["q", "r"]].to_numpy(), width_m)


def _response_map(
    frame: Frame, areas: pd.DataFrame, width_m: float, position: int, title: str, language: Language
) -> Html:
    pooled = areas[[column for column in areas if str(column).startswith("mean")]].to_numpy().ravel()
    bounds = scale_classes(list(pooled), _CLASSES) if len(pooled) else (1.0,)
    numbers = Numbers(language)
    values = areas[f"mean{position}"].to_numpy()
    ranks = np.digitize(values, bounds)
    fills = [
        (f"area q{rank}", _tip(numbers.amount(value, "min"), count, language), False)
        for rank, value, count in zip(ranks, values, areas[f"count{position}"], strict=True)
    ]
    label = language("Map of mean response under {brain}; the slowest areas are listed below.", brain=title)
    drawing = city_map(frame, hexagons(frame, _middles(areas, width_m), width_m, fills), label, language)
    key = swatches([(f"area q{rank}", class_title(bounds, rank, language)) for rank in range(len(bounds) + 1)])
    heading = join(title, h("small", language("minutes from ring to the scene")))
    return figure(heading, drawing, key)


def _tip(amount: str, count: int, language: Language) -> str:
    return language("{amount}, {n} calls", amount=amount, n=count)


def _slowest(city: CityMap, areas: pd.DataFrame, width_m: float, titles: list[str], language: Language) -> Html | None:
    """List the areas that wait longest under the first brain, each by the station nearest to it."""
    chosen = areas[areas["count0"] >= min(_FEWEST_LISTED, int(areas["count0"].max() if len(areas) else 0))]
    chosen = chosen.nlargest(_SLOWEST, "mean0")
    if chosen.empty:
        return None
    lon, lat = (np.array([getattr(place, axis) for place in city.stations]) for axis in ("lon", "lat"))
    stations = city.roads.to_plane_m(lon, lat)
    rows: list[list[Child]] = []
    for area, middle in zip(chosen.to_dict("records"), _middles(chosen, width_m), strict=True):
        away_m = np.hypot(*(stations - middle).T)
        nearest = city.stations[int(away_m.argmin())]
        means = [number(float(area[f"mean{position}"]), 1) for position in range(len(titles))]
        distance = language("{number} km", number=number(float(away_m.min()) / 1000, 1))
        rows.append([language.pick(nearest.name_en, nearest.name_zh), distance, str(area["count0"]), *means])
    head = [language("Nearest station"), language("Distance to it"), language("Calls"), *titles]
    heading = join(
        language("The {n} slowest areas", n=len(rows)), h("small", language("mean minutes, by nearest station"))
    )
    return figure(heading, table(head, rows, class_="compact"))
