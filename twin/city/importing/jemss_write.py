"""Writes what was made of a JEMSS city: documents of the map folder, the calls, and a scenario to begin with."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin.city.graph import RoadGraph
from twin.city.importing.build import DISTRICT_ID
from twin.city.importing.jemss_read import JemssCity
from twin.city.importing.jemss_roads import urgent_share
from twin.city.importing.jemss_summary import JemssSummary
from twin.city.map import CRS
from twin.core.clock import HOUR_S

if TYPE_CHECKING:
    import pandas as pd

LICENCE: Final = "not stated by the source; see SOURCE.md"
MOST_HOURS: Final = 8784
"""Longest scenario, a leap year."""
SHORTEST_S: Final = 0.001
"""Stands for a step that JEMSS does not have: a duration must be greater than 0."""
FLAT: Final = ", ".join(["1"] * 24)
_SOURCE: Final = """\
# Where the map of {title} comes from

Imported by `twin import jemss` from a city folder of JEMSS (github.com/uoa-ems-research/JEMSS.jl),
from these files:

{files}

Coordinates are WGS84 (EPSG:4326). The speed of an edge is its length over JEMSS's travel time of ordinary driving.
{told}
"""
_LICENCE_NOTE: Final = """\
The folder from which this map was imported does not say under which licence its data stand; whoever passes the map on
asks its author. The example cities that come with JEMSS take their roads from OpenStreetMap (© OpenStreetMap
contributors, Open Database License 1.0, https://opendatacommons.org/licenses/odbl/1-0/) and their demand from census
data; JEMSS itself stands under the Apache License 2.0.
"""
_SCENARIO: Final = """\
# A scenario to begin with, made by `twin import jemss` from {source}.
# It lives the city as JEMSS does: what JEMSS does not have takes no time here. Change what you want to know about.

title: {title}
map: ./map                 # beside this file
start: 2021-03-15 00:00    # JEMSS has no calendar: its day 0 is taken for this midnight, a Monday
duration_h: {hours}{hours_note}
warm_up_h: 0               # JEMSS begins with every ambulance at its station

seed: 1
replications: {replications}

domains: [emergency]
brains: [traditional, city_brain]

roads:                     # JEMSS's travel times hold at every hour, to the second
  delay_index_by_hour: [{flat}]
  junction_time_factor: 1
  day_to_day_sigma: 0
  hour_to_hour_sigma: 0
  corridor_sigma: 0

emergency:
{calls}
  siren_time_factor: {urgent:.4g}  # time of urgent driving relative to ordinary driving, median over the arcs
  seats: 100               # JEMSS lets no caller wait
  # From ring to dispatch: JEMSS's dispatch delay.
{triage}
  pick_up_s: {none}
  locate_verbal_s: {none}
  locate_one_tap_s: {none}
  # JEMSS has none of these steps.
  wrong_place_share: 0
  alert_s: {none}
  chute_day_s: {none}
  chute_night_s: {none}
  access_s:
    residential: {none}
    office: {none}
    house: {none}
    outdoors: {none}
  clean_min: {none}
"""
_TABLE: Final = """\
  tables:
    calls: calls.csv       # every replication meets these calls"""
_DRAWN: Final = """\
  figures_for_residents: 0 # the figures a day stand as they are
  calls_per_day: {rate:g}
  dispatches_per_day: {rate:g}
  patients_per_day: {rate:g}
  calls_by_hour: [{flat}]"""


def write_district(path: Path, graph: RoadGraph, residents: int, title: str, *, assumed: bool) -> None:
    """Write the map's one district: the box around its road nodes."""
    west, east = float(graph.node_lon.min()), float(graph.node_lon.max())
    south, north = float(graph.node_lat.min()), float(graph.node_lat.max())
    properties = {
        "id": DISTRICT_ID,
        "name_zh": title,
        "name_en": title,
        "population": residents,
        "served": True,
        "label": "assumed" if assumed else "derived",
        "source": "box around the roads; residents "
        + ("assumed, 75,000 for each ambulance" if assumed else "given at import"),
    }
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_header(path: Path, name: str, title: str, spread: str) -> None:
    """Write ``map.yaml``."""
    from ruamel.yaml import YAML

    header: dict[str, Any] = {
        "name": name,
        "title": {"en": title, "zh": title},
        "crs": CRS,
        "licence": LICENCE,
        "attribution": f"JEMSS city folder {name}",
        "notes": {
            "source": "imported from a city folder of JEMSS",
            "speeds": "length over JEMSS's travel time of ordinary driving; all roads count as main ones",
            "population": spread,
        },
    }
    writer = YAML()
    writer.width = 200
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        writer.dump(header, stream)


def write_documents(folder: Path, city: JemssCity, title: str, summary: JemssSummary) -> None:
    """Write ``SOURCE.md`` and ``LICENSE`` of the map folder."""
    from hashlib import sha256

    files = "\n".join(
        f"- `{path.relative_to(city.folder).as_posix()}` (SHA-256 `{sha256(path.read_bytes()).hexdigest()}`)"
        for path in sorted(set(city.files.values()))
    )
    told = "\n".join(_as_list(summary.lines()[1:]))
    text = _SOURCE.format(title=title, files=files, told=told)
    (folder / "SOURCE.md").write_text(text, encoding="utf-8", newline="\n")
    (folder / "LICENSE").write_text(_LICENCE_NOTE, encoding="utf-8", newline="\n")


def _as_list(lines: Iterable[str]) -> Iterable[str]:
    return (f"- {line.strip()}" if line.startswith("  ") else f"\n{line}:\n" for line in lines)


def write_calls(path: Path, calls: pd.DataFrame) -> None:
    """Write the supplied calls as CSV."""
    calls.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_scenario(path: Path, city: JemssCity, title: str, calls: pd.DataFrame | None) -> None:
    """Write a scenario that uses the map, and the calls where there are any."""
    hours, note = 24, ""
    if calls is not None:
        needed = max(math.ceil((float(calls["ring_s"].max()) + 1) / HOUR_S), 1)
        hours = min(needed, MOST_HOURS)
        note = f"  # the longest that can be; the calls last {needed}" if needed > hours else "  # until the last call"
    none = f"{{median: {SHORTEST_S}, p90: {SHORTEST_S}}}"
    text = _SCENARIO.format(
        source=city.folder.name,
        title=json.dumps(title, ensure_ascii=False),
        hours=hours,
        hours_note=note,
        replications=10 if calls is None else 1,
        flat=FLAT,
        calls=_calls_lines(city, calls),
        urgent=min(urgent_share(city), 2.0),
        triage=_triage_line(calls, none),
        none=none,
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _calls_lines(city: JemssCity, calls: pd.DataFrame | None) -> str:
    if calls is not None:
        return _TABLE
    if city.calls_per_day > 0:
        return _DRAWN.format(rate=city.calls_per_day, flat=FLAT)
    return "  # neither calls nor a demand: calls are drawn as in Zhengzhou, in proportion to the residents"


def _triage_line(calls: pd.DataFrame | None, none: str) -> str:
    """Return the key that stands for the dispatch delay, by its median and 90th percentile."""
    if calls is None:
        return f"  triage_s: {none}    # the folder has no calls that would tell it"
    median, p90 = np.maximum(np.quantile(calls["_dispatch_delay_s"], [0.5, 0.9]), SHORTEST_S)
    return f"  triage_s: {{median: {median:.3f}, p90: {p90:.3f}}}"
