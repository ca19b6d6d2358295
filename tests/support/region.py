"""A region as in the papers on ambulances of Utrecht, laid on the map of Zhengzhou, and policies compared in it.

As there: a few bases, vehicles with a home each, a fixed time before the wheels turn, the same travel times at all
hours, calls evenly over the day, patients taken to the nearest hospital where they never queue. A call is late if no
vehicle is there after 15 min, 3 of them before the wheels turn. The counts (18 bases, 19 vehicles, 78 % taken to
hospital, 12 and 15 min on the scene and in the hospital) are Utrecht's as remembered, not looked up; the rest is
Zhengzhou's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from support.fleet import ORDINARY, busy_shares
from support.runs import run_emergency
from twin.city.city import City
from twin.city.map import read_map
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S
from twin.core.decisions import Rule
from twin.core.parameters import Duration
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.views import coverage_of
from twin.policies.emergency.dispatch.least_coverage_loss import LeastCoverageLoss
from twin.policies.emergency.standby.dmexclp import Dmexclp

Array = NDArray[np.float64]

MAP = Path(__file__).resolve().parents[2] / "maps" / "zhengzhou"
BASES, VEHICLES = 18, 19
BUSY_FRACTION = 0.3
"""What the papers give their heuristics."""
BEFORE_WHEELS_TURN_S = 180.0
TARGET_MIN = 12.0
DELAY_INDEX = 1.3
"""The traffic of all hours: between the peaks."""


def _fixed(value: float) -> Duration:
    return Duration(median=value, p90=value)


def region_parameters(calls_per_day: float) -> EmergencyParameters:
    """Return the parameters of a region with so many calls a day, each of which gets a vehicle."""
    scene, nothing = Duration(median=8.5, p90=24.7), _fixed(1e-6)  # of mean 12, as spread as an exponential
    return EmergencyParameters(
        calls_per_day=calls_per_day, dispatches_per_day=calls_per_day, patients_per_day=0.78 * calls_per_day,
        figures_for_residents=0, calls_by_hour=[1.0] * 24, ems_shares=dict.fromkeys(_CONDITIONS, 1.0),
        alert_s=nothing, chute_day_s=nothing, chute_night_s=nothing, chute_station_sigma=0.0,
        access_s=dict.fromkeys(("residential", "office", "house", "outdoors"), nothing), stopped_elevator_share=0.0,
        wrong_place_share=0.0, history_share=0.0, scene_min=scene, no_patient_scene_min=scene,
        handover_min=Duration(median=12.4, p90=27.3), clean_min=nothing, shift_changes_h=[], meals_from_h=[],
        coverage_target_min=TARGET_MIN,
    )  # fmt: skip


_CONDITIONS = ("stemi", "stroke", "cardiac_arrest", "trauma", "respiratory", "obstetric", "other")


def region(vehicles: int = VEHICLES, bases: int = BASES) -> City:
    """Return Zhengzhou with so many bases and vehicles.

    The bases are those of the map's stations that lie best for the mean drive, taken one after another; each vehicle's
    home is the base where it adds the most expected coverage (Daskin 1983), the static solution of the papers.
    """
    roads = RoadParameters(
        delay_index_by_hour=[DELAY_INDEX] * 24, day_to_day_sigma=0.0, hour_to_hour_sigma=0.0, corridor_sigma=0.0
    )
    city_map = read_map(MAP)
    coverage = coverage_of(City(city_map, roads), region_parameters(100.0))
    demand, drive_s = coverage.demand_share.astype(np.float64), coverage.drive_time_s.astype(np.float64)
    chosen: list[int] = []
    best_s = np.full(len(demand), drive_s.max())
    for _ in range(bases):
        chosen.append(int((np.minimum(drive_s, best_s) @ demand).argmin()))
        best_s = np.minimum(best_s, drive_s[chosen[-1]])
    left, crews = demand.copy(), np.zeros(bases, dtype=np.int64)
    covers = coverage.covers[chosen].astype(np.float64)
    for _ in range(vehicles):
        base = int((covers @ left).argmax())
        crews[base] += 1
        left *= BUSY_FRACTION ** covers[base]
    stations = tuple(
        dataclasses.replace(city_map.stations[place], crews=int(count), vehicles=int(count))
        for place, count in zip(chosen, crews.tolist(), strict=True)
    )
    hospitals = tuple(dataclasses.replace(place, emergency_bays=10_000) for place in city_map.hospitals)
    return City(dataclasses.replace(city_map, stations=stations, hospitals=hospitals), roads)


@dataclass(frozen=True)
class Served:
    """What one policy did in one replication."""

    late: float
    response_min: float
    busy: float
    calls: int


def serve(city: City, calls_per_day: float, days: int, replication: int, rules: Mapping[str, Rule]) -> Served:
    """Live some days after a warm-up of six hours; the same calls for every policy."""
    hours, warm_up_h = 24.0 * days, 6.0
    _, frames = run_emergency(
        city, region_parameters(calls_per_day), rules={**ORDINARY, **rules}, hours=hours, warm_up_h=warm_up_h,
        seed=2021, replication=replication, record_views=False, connected=False,
    )  # fmt: skip
    calls = frames["emergency.calls"]
    calls = calls[calls["ring_s"] >= 0]
    response_s = BEFORE_WHEELS_TURN_S + (calls["at_scene_s"] - calls["triage_s"]).to_numpy()
    if not np.isfinite(response_s).all():
        raise RuntimeError("a call was never served")
    return Served(
        late=float((response_s > BEFORE_WHEELS_TURN_S + 60 * TARGET_MIN).mean()),
        response_min=float(response_s.mean()) / 60,
        busy=float(busy_shares(frames["emergency.vehicles"], 0.0, days * DAY_S).mean()),
        calls=len(calls),
    )


@dataclass(frozen=True)
class Change:
    """A relative change with the half width of its 95 % interval, as shares."""

    relative: float
    half: float


def relative_change(base: Array, other: Array, confidence: float = 0.95) -> Change:
    """Return the change of the mean of paired replications relative to the base's, by linearising the ratio."""
    ratio = float(other.mean() / base.mean())
    rest = other - ratio * base
    error = float(np.std(rest, ddof=1)) / len(base) ** 0.5 / float(base.mean())
    return Change(ratio - 1, float(stdtrit(len(base) - 1, (1 + confidence) / 2)) * error)


POLICIES: dict[str, Callable[[], Mapping[str, Rule]]] = {
    "closest vehicle, home stations": dict,
    "DMEXCLP": lambda: {"standby": Dmexclp(BUSY_FRACTION).decide},
    "least coverage loss, if late the closest": lambda: {"dispatch": LeastCoverageLoss(BUSY_FRACTION).decide},
    "least coverage loss, also if late": lambda: {
        "dispatch": LeastCoverageLoss(BUSY_FRACTION, if_late="least_loss").decide
    },
}
"""Rules of each policy, made anew for each run; the first is what the papers compare with."""
