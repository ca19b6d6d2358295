"""The air on the map: eight hours of the worst day side by side, and every hour as a film with stations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.films import Classes, Film, Squares, film_map
from twin.charts.html import Child, Html, details, figure, h, join, plain, table
from twin.charts.maps import Frame, background, city_map, class_title
from twin.charts.marks import swatches
from twin.charts.numbers import number
from twin.domains.air.report_ground import MOST_HOURS, Ground

if TYPE_CHECKING:
    from twin.core.language import Language

Floats = NDArray[np.float64]

SMALL_MAPS: Final = 8
_MOST_ROWS: Final = 2
_CLASSES: Final = 7
_STEPS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 40.0, 50.0, 100.0, 200.0, 500.0, math.inf)
"""Widths of classes, µg/m³."""
_PARTS: Final = 10
_SIZES: Final = (0.72, 0.77, 0.82, 0.88, 0.94, 1.0, 1.0)
"""Sides of the squares of each class, of a cell's; as the style sheet has them for films."""
_WITHIN: Final = 1.0
"""Differences below this many µg/m³ are shown as none."""
_PERSONS: Final = 1000


def air_map(ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    if ground.empty:
        return h("p", language("No hour was counted."), class_="empty")
    frame = ground.frame
    if frame is None:
        drawn = h("p", language("The map folder is not there any more, so no map can be drawn."), class_="empty")
        return join(drawn, _hour_table(ground, language))
    city = frame.city
    attribution = language("Map data: {attribution}; {licence}.", attribution=city.attribution, licence=city.licence)
    return join(
        background(frame, language, places=False), _small_maps(ground, frame, language),
        _film(ground, frame, language), _hour_table(ground, language),
        h("p", attribution, class_="note attribution"),
    )  # fmt: skip


def bounds_of(fields: list[Floats]) -> tuple[float, ...]:
    """Return round bounds of classes for some fields: as many as there are colours for."""
    low, high = np.percentile(np.concatenate([field.ravel() for field in fields]), [5, 99]).tolist()
    step = next(step for step in _STEPS if high - low <= step * (_CLASSES - 2))
    first = math.floor(low / step) + 1
    return tuple(step * n for n in range(first, max(math.floor(high / step), first) + 1))


def air_classes(bounds: tuple[float, ...], language: Language) -> Classes:
    """Return classes of PM2.5, the cleanest first."""
    titles = [class_title(bounds, rank, language) for rank in range(len(bounds) + 1)]
    return Classes(bounds, [f"a{shade(bounds, rank)}" for rank in range(len(bounds) + 1)], titles)


def shade(bounds: tuple[float, ...], rank: int) -> int:
    """Return which of the colours a class has, so that few classes lie as far apart as many."""
    return round(rank * (_CLASSES - 1) / max(len(bounds), 1))


# -- small maps ------------------------------------------------------------------------------------------------------


def chosen_hours(day: slice, most: int = SMALL_MAPS) -> list[int]:
    """Return hours evenly through a day, at most so many."""
    hours = np.arange(day.start, day.stop)
    return [int(hour) for hour in hours[:: max(1, -(-len(hours) // most))]]


def _small_maps(ground: Ground, frame: Frame, language: Language) -> Html:
    day = ground.worst_day()
    hours = chosen_hours(day)
    bounds = bounds_of([field[hours] for field in ground.fields[:_MOST_ROWS]])
    date = format(ground.run.clock.at(float(ground.begins_s[day.start])), "%Y-%m-%d")
    text = language(
        "PM2.5 in µg/m³ where people live, in cells {side} km wide, through the worst day, {date}. The worse, the "
        "darker and the larger the square.",
        side=f"{ground.side_m / 1000:g}", date=date,
    )  # fmt: skip
    rows = []
    for title, field in list(zip(ground.titles, ground.fields, strict=True))[:_MOST_ROWS]:
        maps = [_small_map(ground, frame, bounds, title, field[hour], hour, language) for hour in hours]
        rows.append(join(h("h3", title), h("div", maps, class_="maps smalls")))
    names = air_classes(bounds, language)
    key = swatches([(f"film-swatch {name}", text) for name, text in zip(names.names, names.titles, strict=True)])
    return join(h("p", text), key, rows)


def _small_map(
    ground: Ground, frame: Frame, bounds: tuple[float, ...], title: str, field: Floats, hour: int, language: Language
) -> Html:
    when = format(ground.run.clock.at(float(ground.begins_s[hour])), "%H:%M")
    label = language("Map of PM2.5 at {time} under {brain}", time=when, brain=title)
    squares = _squares(frame.units(ground.cell_xy_m), ground.side_m / frame.metres, field, bounds)
    mean = ground.mean_of_residents()[ground.titles.index(title)][hour]
    said = language("{n} µg/m³ where residents live, on average", n=number(float(mean), 0))
    return figure(join(when, h("small", said)), city_map(frame, squares, label, language))


def _squares(places: Floats, side: float, field: Floats, bounds: tuple[float, ...]) -> Html:
    """Draw the cells, a path for each class."""
    rank = np.digitize(field, bounds)
    paths = []
    for one in np.unique(rank).tolist():
        tone = shade(bounds, one)
        size = side * _SIZES[tone]
        corners = places[rank == one] - size / 2
        path = "".join(f"M{plain(x, 0)} {plain(y, 0)}h{plain(size)}v{plain(size)}h{plain(-size)}z" for x, y in corners)
        paths.append(h("path", d=path, class_=f"film-swatch a{tone}"))
    return h("g", paths)


# -- the film --------------------------------------------------------------------------------------------------------


def _film(ground: Ground, frame: Frame, language: Language) -> Html:
    shown = ground.shown()
    bounds = bounds_of([field[shown] for field in ground.fields])
    lon, lat = (ground.stations[name].to_numpy(np.float64) for name in ("lon", "lat"))
    places = np.concatenate([frame.units(ground.cell_xy_m), frame.of_degrees(lon, lat)])
    values = [
        np.concatenate([field[shown], at[shown]], axis=1)
        for field, at in zip(ground.fields, ground.at_stations(), strict=True)
    ]
    hours = ground.hour_titles(shown)
    worst = int(np.argmax(ground.mean_of_residents()[0][shown]))
    film = Film(
        name="air-film", places=places, hours=hours, layers=ground.titles,
        values=np.rint(np.array(values) * _PARTS).clip(0, 65_534).astype(np.uint16),
        classes=air_classes(bounds, language), gap_classes=_gap_classes(values, language), about={},
        words={"name": (_names(ground, language), np.arange(len(places)))},
        text=language("{name}: {value} µg/m³"),
        gap_text=language("{name}: {before} µg/m³ before, {after} after, {value}"),
        hint=language("Place the pointer on a square or on a station (round) to read it."),
        on_roads=True, parts=_PARTS, squares=Squares(ground.side_m / frame.metres, len(lon)),
    )  # fmt: skip
    title = join(language("PM2.5 by hour"), h("small", language("µg/m³; stations are round")))
    label = language("Map of PM2.5 by hour; what residents and stations have in each hour is listed below.")
    cut = language(
        "The run is longer than {n} hours; the film shows those about the worst day.", n=MOST_HOURS
    )  # fmt: skip
    note = h("p", cut, class_="note") if len(ground.begins_s) > MOST_HOURS else None
    return join(film_map(film, frame, title, label, worst, language), note)


def _names(ground: Ground, language: Language) -> list[str]:
    residents = ground.cells["residents"].to_numpy(np.float64)
    cells = [language("{n} thousand residents", n=number(float(count) / _PERSONS, 1)) for count in residents.tolist()]
    return [*cells, *(language("station {name}", name=name) for name in ground.stations["name"].tolist())]


def _gap_classes(values: list[Floats], language: Language) -> Classes:
    """Return classes of the second brain less the first; one brain alone has none, and gets what nothing reaches."""
    gap = np.abs(values[1] - values[0]) if len(values) > 1 else np.zeros(1)
    seen = gap[gap > _WITHIN]
    step = max(round(float(np.quantile(seen, 0.98)) / 2.5), 2) if len(seen) else 2
    bounds = (-2 * step, -step, -_WITHIN, _WITHIN, step, 2 * step)
    cleaner, dirtier = language("{bound} less"), language("{bound} more")
    titles: list[Child] = [
        cleaner.format(bound=f"> {2 * step}"), cleaner.format(bound=f"{step}–{2 * step}"),
        cleaner.format(bound=f"{_WITHIN:g}–{step}"), language("within {bound}", bound=f"{_WITHIN:g}"),
        dirtier.format(bound=f"{_WITHIN:g}–{step}"), dirtier.format(bound=f"{step}–{2 * step}"),
        dirtier.format(bound=f"> {2 * step}"),
    ]  # fmt: skip
    return Classes(bounds, [f"k{rank}" for rank in range(_CLASSES)], titles)


def _hour_table(ground: Ground, language: Language) -> Html:
    """Return the table behind maps and film."""
    shown = ground.shown()
    residents, stations = ground.mean_of_residents(), ground.at_stations()
    head = [language("Hour")]
    for title in ground.titles:
        head += [language("{brain}: residents", brain=title), language("{brain}: cells, least to most", brain=title),
                 language("{brain}: stations, least to most", brain=title)]  # fmt: skip
    rows: list[list[Child]] = []
    for place, when in zip(range(shown.start, shown.stop), ground.hour_titles(shown), strict=True):
        row: list[Child] = [when]
        for mean, field, at in zip(residents, ground.fields, stations, strict=True):
            row += [number(float(mean[place]), 0), _range(field[place]), _range(at[place])]
        rows.append(row)
    return details(language("PM2.5 of each hour, µg/m³"), table(head, rows, class_="compact"))


def _range(values: Floats) -> str:
    return f"{number(float(values.min()), 0)}–{number(float(values.max()), 0)}" if len(values) else "–"
