"""Puts the playback together: one HTML file that needs nothing but itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.charts.html import Html, h
from twin.core.errors import ResultsError
from twin.domains.air.report_levels import pm25_bounds
from twin.domains.traffic.parameters import LOT_KINDS, PURPOSES
from twin.experiment.files import write_text
from twin.report.names import member_name
from twin.report.playback import frame, texts
from twin.report.playback.ambulances_block import STAMPS
from twin.report.playback.blocks import Block, pack
from twin.report.playback.cars_block import UNITS_PER_S
from twin.report.playback.city_block import Streets, lot_columns, places
from twin.report.playback.day import FEWEST_VEHICLES, Day, has_ways, parameter
from twin.report.playback.elevators_block import STAMPS as RESCUE_STAMPS
from twin.report.playback.layers_block import INTERVAL_S
from twin.report.view import RunView

if TYPE_CHECKING:
    from twin.city.map import CityMap
    from twin.core.language import Language
    from twin.experiment.store import Results

FOLDER: Final = Path(__file__).parent
SCRIPTS: Final = (
    "data.js", "city.js", "cars.js", "ambulances.js", "elevators.js", "air.js", "brain.js", "camera.js", "draw_map.js",
    "draw_lots.js", "dots.js", "draw_movers.js", "draw_elevators.js", "stories.js", "stories_elevators.js",
    "stories_air.js", "controls.js", "player.js", "main.js",
)  # fmt: skip
LARGEST: Final = 14_000_000
"""Characters of packed data; of a larger day fewer vehicles are shown."""
LEAST_VIEW_M: Final = 3000.0
HEAVY: Final = ("freight", "bus_service")
_CODES: Final = {"en": "en", "zh": "zh-CN"}
POLICY: Final = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"


def write_playback(results: Results, path: Path, language: Language) -> None:
    """Write the playback of a finished run's first day.

    Parameters
    ----------
    path
        The HTML file; it appears whole or not at all.

    Raises
    ------
    ResultsError
        When no ways were recorded, or the map is not there any more or has changed since.
    """
    write_text(path, playback_html(results, language))


def playback_html(results: Results, language: Language) -> str:
    """Return the whole page."""
    view = RunView(results, language)
    city = _map_of(view)
    streets = Streets.of(city.roads)
    return page_of_days(view, city, streets, [Day.of(results, brain, city.roads, streets) for brain in view.brains])


def page_of_days(view: RunView, city: CityMap, streets: Streets, days: list[Day]) -> str:
    """Return the page that shows these days, one for each brain."""
    language = view.language
    blocks, every = _blocks(city, streets, days)
    content = Html(frame.body(language, **_told(view, city, days, every)))
    facts = json.dumps(_facts(view, city, days, blocks), ensure_ascii=False, separators=(",", ":"))
    data = [
        h("script", Html(block.text), id=f"data-{name}", type="application/octet-stream")
        for name, block in blocks.items()
    ]
    body = h(
        "body",
        content,
        h("script", Html(facts.replace("<", "\\u003c")), id="facts", type="application/json"),
        data,
        h("script", _script()),
    )
    return f"<!DOCTYPE html>\n{h('html', _head(view), body, lang=_CODES[language.code])}\n"


def can_play(results: Results, city: CityMap | None) -> bool:
    """Say whether ways were recorded, and the map is there as it was."""
    return city is not None and city.content_hash == results.manifest["identity"]["map"] and has_ways(results)


def _map_of(view: RunView) -> CityMap:
    """Return the map, if all is there that a playback needs."""
    city, folder = view.city, str(view.results.folder)
    if not has_ways(view.results):
        raise ResultsError(
            "{path}: no ways of vehicles were recorded; run the scenario again with traffic.tracked_share, "
            "emergency.tracked_days or elevators.tracked_days above 0",
            path=folder,
        )
    if city is None or city.content_hash != view.results.manifest["identity"]["map"]:
        raise ResultsError(
            "{path}: the map {map} is not there any more or has changed since; run the scenario again",
            path=folder, map=str(view.results.manifest["map_folder"]),
        )  # fmt: skip
    return city


def _blocks(city: CityMap, streets: Streets, days: list[Day]) -> tuple[dict[str, Block], int]:
    """Pack everything; of a day that is too large, every second vehicle, every fourth and so on."""
    columns = streets.columns(city.roads)
    if days[0].has_traffic:
        columns |= lot_columns(days[0].events["traffic.lot_list"], city.roads, LOT_KINDS)
    packed_city, every = pack(columns), 1
    fewest = min(day.vehicles for day in days)
    while True:
        blocks, room = {"city": packed_city}, LARGEST - len(packed_city.text)
        for place, day in enumerate(days):
            blocks[f"brain-{place}"] = block = day.block(every)
            room -= len(block.text)
            if room < 0 and fewest // every > FEWEST_VEHICLES:
                break
        else:
            return blocks, every
        every *= 2


def _facts(view: RunView, city: CityMap, days: list[Day], blocks: dict[str, Block]) -> dict[str, Any]:
    """Return what the script must know."""
    say, results = view.language, view.results
    kinds, purposes = texts.lot_kinds(say), [member_name(view, "traffic", purpose) for purpose in PURPOSES]
    known = {**places(city, say), **days[0].places(say)}
    return {
        "texts": texts.texts(say) | _hint(say, days[0]),
        "words": {**_member_words(view), **texts.words(say), **view.districts},
        "purposes": purposes, "heavyPurposes": [PURPOSES.index(name) for name in HEAVY],
        "lotKinds": [kinds[name] for name in LOT_KINDS], "kerbKind": LOT_KINDS.index("roadside"),
        "stamps": STAMPS, "rescueStamps": RESCUE_STAMPS, "curveTitles": texts.curve_titles(say), "places": known,
        "startDay": f"{results.clock.start:%Y-%m-%d}",
        "startOfDay": results.clock.second_of_day(0.0), "begins": 0, "ends": days[0].ends_s,
        "interval": INTERVAL_S, "unitsPerS": UNITS_PER_S, "view": _usual_view(city),
        "brains": [{"name": day.name, "title": view.titles[day.name], "curves": day.curves()} for day in days],
        "layouts": {name: block.layout for name, block in blocks.items()},
        "plantKinds": texts.plant_kinds(say), "airBounds": pm25_bounds(results.clock.start.date()),
        "airLevels": texts.air_levels(say),
    }  # fmt: skip


def _member_words(view: RunView) -> dict[str, str]:
    """Return what conditions, causes and uses are called."""
    from twin.domains.elevators.parameters import CAUSES, USES
    from twin.domains.emergency.parameters import CONDITIONS

    members = {"elevators": (*CAUSES, *USES), "emergency": CONDITIONS}
    return {
        name: member_name(view, domain, name)
        for domain, names in members.items()
        if domain in view.results.scenario.domains
        for name in names
    }


def _hint(say: Language, day: Day) -> dict[str, str]:
    """Return what the script says before anybody is chosen, where there is nothing but air."""
    if day.has_traffic or day.has_ambulances or day.has_elevators:
        return {}
    return {"hint": say("Click an enterprise, a station or a square to read its story.")}


def _usual_view(city: CityMap) -> list[float]:
    """Return the corners of what is shown at first: where four in five of the map's hospitals and stations lie."""
    at = [(place.lon, place.lat) for places in (city.hospitals, city.stations) for place in places]
    lon, lat = np.array(at, np.float64).reshape(-1, 2).T if at else (city.roads.node_lon, city.roads.node_lat)
    xy = city.roads.to_plane_m(lon, lat)
    low, high = np.quantile(xy, [0.1, 0.9], axis=0)
    aside = np.maximum(0.1 * (high - low), LEAST_VIEW_M / 2)
    return [round(value) for value in (*(low - aside), *(high + aside))]


def _told(view: RunView, city: CityMap, days: list[Day], every: int) -> dict[str, Any]:
    """Return what stands on the page itself."""
    say, scenario = view.language, view.results.scenario
    cars = [name for name in ("cars", "lots", "speeds") if days[0].has_traffic and (name != "cars" or days[0].vehicles)]
    notes = [say("This is a simulation. Its figures are not records of the emergency service of Zhengzhou.")]
    if "cars" in cars:
        share = parameter(view.results, "traffic", "tracked_share") / every
        notes.append(say("One vehicle in {n} is shown; the curves below the map count all.", n=round(1 / share)))
    notes.append(say("Vehicles are drawn larger than they are, to the right of their street's middle."))
    notes.append(say("Map data: {attribution}; {licence}.", attribution=city.attribution, licence=city.licence))
    notes.append(say("Zhengzhou twin, run {id}", id=view.results.manifest["run_id"]))
    return {
        "title": say.pick(scenario.title, scenario.title_zh or scenario.title),
        "day": f"{scenario.start:%Y-%m-%d}",
        "brains": [view.titles[brain] for brain in view.brains],
        "layers": [
            *(["ambulances"] if days[0].has_ambulances else []),
            *(["elevators"] if days[0].has_elevators else []), *cars, *(["air"] if days[0].has_air else []),
        ], "notes": notes,
    }  # fmt: skip


def _head(view: RunView) -> Html:
    say, scenario = view.language, view.results.scenario
    title = say.pick(scenario.title, scenario.title_zh or scenario.title)
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=POLICY),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="dark"),
        h("meta", name="generator", content="zhengzhou-twin"),
        h("title", f"{title} – {say('Playback')}"),
        h("style", Html((FOLDER / "playback.css").read_text(encoding="utf-8"))),
    )


def _script() -> Html:
    """Return the page's script: our own files, which hold no user's text, as one that keeps its names to itself."""
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return Html('(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n")
