"""A run of a small city with traffic and ambulances, and where its vehicles were, straight from the recorded tables."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.reports import small_run
from twin.city.map import read_map
from twin.experiment.store import Results
from twin.report.playback.city_block import Streets

MORE = """domains: [emergency, traffic]
traffic:
  {figures_for_residents: 0, trips_per_day: 20000, through_trips_per_day: 500, lorry_trips_per_day: 800, buses: 12,
   bus_routes: 5, off_street_spaces: 9000, roadside_spaces: 300, tariff_zone_km: [1.0, 2.0], tracked_share: 0.2,
   mean_trip_km: {work: 2.5, school: 1.8, business: 2.5, leisure: 2.2, hospital: 2.6}}
"""
BRAINS = "[traditional, {name: city, extends: traditional, connections: {driver_traffic: true, live_traffic: true}}]"
KEEP_RIGHT_M = 4.0
"""As in city.js."""


def traffic_run(folder: Path, map_folder: Path, *, more: str = MORE) -> Results:
    """Run three hours of a small city with traffic, once."""
    return small_run(folder, map_folder, brains=BRAINS, replications=1, more=more)


def columns_of(page: str, name: str) -> dict[str, Any]:
    """Open a block of a page as its script does."""
    facts = json.loads(re.search(r'id="facts" type="application/json">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    packed = re.search(rf'id="data-{name}"[^>]*>([^<]*)<', page)
    assert packed is not None
    data = gzip.decompress(base64.b64decode(packed[1]))
    columns: dict[str, Any] = {}
    at = 0
    for column in facts["layouts"][name]:
        length, planes = column["length"], column["planes"]
        part, at = data[at : at + length * planes], at + length * planes
        if column.get("text"):
            columns[column["name"]] = part.decode()
            continue
        bytes_ = np.frombuffer(part, np.uint8).reshape(planes, length).astype(np.int64)
        numbers = (bytes_ << 8 * np.arange(planes)[:, None]).sum(axis=0)
        if column.get("signed"):
            numbers = np.where(numbers % 2, -(numbers + 1) // 2, numbers // 2)
        columns[column["name"]] = np.cumsum(numbers) if column.get("running") else numbers
    assert at == len(data)
    return columns


def places_at(results: Results, brain: str, time_s: float) -> dict[int, NDArray[np.float64]]:
    """Return where each tracked vehicle drives at a moment, metres east and north, from tracks, trips and map alone."""
    roads = read_map(results.scenario.map_folder).roads
    streets = Streets.of(roads)
    tracks, trips = results.events("traffic.tracks", brain, 0), results.events("traffic.trips", brain, 0)
    ends_s = results.scenario.duration_h * 3600
    found = {}
    for vehicle, way in tracks.groupby("vehicle"):
        entered = way[way["entered_s"] <= time_s]
        own = trips[(trips["vehicle"] == vehicle) & (trips["departed_s"] <= time_s)]
        if own.empty or entered.empty:
            continue
        trip = own.sort_values("departed_s").iloc[-1]
        parked_s = ends_s if np.isnan(trip["parked_s"]) else trip["parked_s"]
        last = entered.sort_values("entered_s").iloc[-1]
        if parked_s <= time_s or last["entered_s"] < trip["departed_s"]:
            continue
        later = way[(way["entered_s"] > time_s) & (way["entered_s"] < parked_s)]["entered_s"]
        until_s = later.min() if len(later) else parked_s
        share = (time_s - last["entered_s"]) / (until_s - last["entered_s"])
        found[int(vehicle)] = _on_link(roads.node_xy_m, streets, int(last["link"]), share)
    return found


def _on_link(node_xy_m: NDArray[np.float64], streets: Streets, link: int, share: float) -> NDArray[np.float64]:
    points = node_xy_m[streets.node[streets.first[link] : streets.first[link + 1]]]
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    step = min(int(np.searchsorted(along, share * along[-1], side="right")) - 1, len(steps) - 1)
    heading = steps[step] / lengths[step]
    place: NDArray[np.float64] = points[step] + (share * along[-1] - along[step]) * heading
    return place + KEEP_RIGHT_M * np.array([heading[1], -heading[0]])


ELEVATORS = """domains: [elevators]
elevators:
  fleet_size: 1500
  figures_for_residents: 0
  history_days: 5
  entrapments_per_elevator_year: 4
"""
CUT = 'events: [{at: "08:30", until: "10:00", power_cut: west}]\n'


def cut_run(folder: Path, map_folder: Path, *, more: str = "") -> Results:
    """Run three hours of a small city's elevators with a power cut, once."""
    brains = "[traditional, city_brain]"
    return small_run(folder, map_folder, brains=brains, replications=1, more=ELEVATORS + more + CUT)


def helpers_at(results: Results, brain: str, time_s: float) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Return where each helper is who is sent and not free again, metres east and north, by level and number."""
    node_xy_m = read_map(results.scenario.map_folder).roads.node_xy_m
    edge_to = read_map(results.scenario.map_folder).roads.edge_to
    helpers = results.event_table("elevators.helpers", brain, 0)
    tracks = results.event_table("elevators.tracks", brain, 0)
    found = {}
    for helper in helpers[(helpers["sent_s"] <= time_s) & ~(helpers["free_s"] <= time_s)].itertuples():
        own = tracks[(tracks["level"] == helper.level) & (tracks["helper"] == helper.helper)]
        own = own[own["case"] == helper.case]
        place = node_xy_m[helper.from_node]
        if len(own):
            way = own.iloc[0]
            nodes = [helper.from_node, *edge_to[way["edges"]]]
            place = np.array([np.interp(time_s, way["at_s"], node_xy_m[nodes, axis]) for axis in (0, 1)])
        found[int(helper.level), int(helper.helper)] = place
    return found
