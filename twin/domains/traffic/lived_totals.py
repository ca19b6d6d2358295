"""What the lived roads add up to, to be set beside what is known of the city's speeds and counts (docs/validation)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.traffic import MAIN_CLASSES
from twin.core.clock import HOUR_S, Clock
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.records import INTERVAL_S

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

HOURS: Final = 24
MORNING_H: Final = (7, 8)
EVENING_H: Final = (17, 18)
"""The peaks of the survey and of Amap, from 7 to 9 and from 17 to 19; each hour by its beginning."""
CITY_ROADS: Final = tuple(
    ROAD_CLASSES[code] for code in sorted(MAIN_CLASSES) if not ROAD_CLASSES[code].startswith("motorway")
)
"""Tertiary roads and up, elevated ones too; neither residential streets nor motorways."""
BEYOND_FOURTH: Final = RINGS.index("beyond_fourth_ring")


@dataclass(frozen=True, eq=False)
class RoadTotals:
    """Speeds and delays on the city's main roads (`CITY_ROADS`) within its Fourth Ring.

    Attributes
    ----------
    speed_kmh, delay_index
        By hour of the day, vehicle-kilometres over vehicle-hours, and these over those at free flow; NaN where
        nobody drove; shapes (24,).
    morning_kmh, evening_kmh
        The speeds of the peaks.
    peak_index
        The delay index of both peaks together.
    worst_hour
        Hour of the highest delay index among those in which at least half as far is driven as in the fullest.
    district_index
        The delay index of both peaks by district.
    """

    speed_kmh: NDArray[np.float64]
    delay_index: NDArray[np.float64]
    morning_kmh: float
    evening_kmh: float
    peak_index: float
    worst_hour: int
    district_index: dict[str, float]


def road_totals(roads: RoadGraph, events: Mapping[str, pd.DataFrame], clock: Clock) -> RoadTotals:
    """Add up the event tables ``traffic.links`` and ``traffic.link_list`` of one replication."""
    told, passed = events["traffic.link_list"], events["traffic.links"]
    of_city = told["road_class"].isin(CITY_ROADS).to_numpy() & (told["ring"].to_numpy() < BEYOND_FOURTH)
    passed = passed[of_city[passed["link"].to_numpy()]]
    link, left = passed["link"].to_numpy(), passed["left"].to_numpy(np.float64)
    hour = clock.hours_of_day(passed["ends_s"].to_numpy(np.float64) - INTERVAL_S)
    km = left * told["length_m"].to_numpy(np.float64)[link] / 1000
    lived_h = left * passed["time_s"].to_numpy(np.float64) / HOUR_S
    free_h = left * told["free_s"].to_numpy(np.float64)[link] / HOUR_S
    by_hour = np.array([np.bincount(hour, values, HOURS) for values in (km, lived_h, free_h)])
    with np.errstate(invalid="ignore"):
        speed_kmh, delay_index = by_hour[0] / by_hour[1], by_hour[1] / by_hour[2]
    morning, evening = by_hour[:, MORNING_H].sum(axis=1), by_hour[:, EVENING_H].sum(axis=1)
    peaks = morning + evening
    in_peaks = np.isin(hour, (*MORNING_H, *EVENING_H))
    district = roads.node_district[told["from_node"].to_numpy()[link]]
    of_district = {}
    for code, name in enumerate(roads.districts):
        own = in_peaks & (district == code)
        if free_h[own].sum() > 0:
            of_district[name] = float(lived_h[own].sum() / free_h[own].sum())
    busy = by_hour[0] >= by_hour[0].max() / 2
    return RoadTotals(
        speed_kmh=speed_kmh,
        delay_index=delay_index,
        morning_kmh=_ratio(morning[0], morning[1]),
        evening_kmh=_ratio(evening[0], evening[1]),
        peak_index=_ratio(peaks[1], peaks[2]),
        worst_hour=int(np.nanargmax(np.where(busy, delay_index, np.nan))),
        district_index=of_district,
    )


def _ratio(one: float, other: float) -> float:
    return float(one / other) if other > 0 else float("nan")


@dataclass(frozen=True)
class CountPlace:
    """Where vehicles were counted: a street at the crossing of two, on its side to the west or the east of it.

    ``crossing`` names the two streets; ``street`` is one of them, or a street parallel to it, which is then looked at
    where it is nearest to the crossing.
    """

    street: str
    crossing: tuple[str, str]
    side: str | None
    eastbound: bool


def hourly_flow(
    roads: RoadGraph, events: Mapping[str, pd.DataFrame], clock: Clock, place: CountPlace, hour: int
) -> float | None:
    """Return how many vehicles left the link of a counting place in an hour of the first day; None if it has none."""
    told, passed = events["traffic.link_list"], events["traffic.links"]
    at_m = crossing_xy_m(roads, place.crossing)
    begin, end = (roads.node_xy_m[told[name].to_numpy()] for name in ("from_node", "to_node"))
    middle = (begin + end) / 2
    own = (told["name"] == place.street).to_numpy() & ((end[:, 0] > begin[:, 0]) == place.eastbound)
    if place.side is not None:
        own &= (middle[:, 0] > at_m[0]) == (place.side == "east")
    if not own.any():
        return None
    candidates = np.flatnonzero(own)
    link = candidates[np.argmin(np.hypot(*(middle[candidates] - at_m).T))]
    begins_s = passed["ends_s"].to_numpy(np.float64) - INTERVAL_S
    counted = (passed["link"].to_numpy() == told["link"].to_numpy()[link]) & (clock.hours_of_day(begins_s) == hour)
    return float(passed["left"].to_numpy()[counted].sum())


def crossing_xy_m(roads: RoadGraph, streets: tuple[str, str]) -> NDArray[np.float64]:
    """Return where two streets meet: the mean of the nodes that both have, shape (2,).

    Raises
    ------
    ValueError
        If the map lacks one of them, or they do not meet.
    """
    ends = []
    for name in streets:
        if name not in roads.names:
            raise ValueError(f"the map has no street {name}")
        edges = np.flatnonzero(roads.edge_name == roads.names.index(name))
        ends.append(np.union1d(roads.edge_from[edges], roads.edge_to[edges]))
    both = np.intersect1d(ends[0], ends[1])
    if not len(both):
        raise ValueError(f"{streets[0]} and {streets[1]} do not meet")
    return np.asarray(roads.node_xy_m[both].mean(axis=0))
