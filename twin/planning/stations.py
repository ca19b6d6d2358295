"""Where a city's next stations or vehicles should stand, and what each district gains."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.places import Station
from twin.core.errors import TwinError
from twin.planning.instance import Instance, build_instance
from twin.planning.location import Location, expected_coverage, mclp, mexclp, p_median

if TYPE_CHECKING:
    import pandas as pd

Model = Literal["p-median", "mclp", "mexclp"]
MODELS: Final[tuple[Model, ...]] = get_args(Model)
SIREN_TIME_FACTOR: Final = 0.85
"""The emergency domain's shipped value (a test holds them together; planning does not import domains)."""
WHOLE_CITY: Final = "all"


@dataclass(frozen=True)
class PlanOptions:
    """What is asked.

    Attributes
    ----------
    model
        ``p-median``: stations, for the shortest mean drive. ``mclp``: stations, for the most residents within reach.
        ``mexclp``: vehicles, at existing or new stations, for the most residents with an idle one within reach.
    add
        How many stations or vehicles.
    within_min
        Minutes of driving that count as within reach.
    hour
        Local hour whose ordinary traffic counts, 0 to 23.
    busy_fraction
        Probability that a crew is busy (``mexclp``).
    most_per_station
        Crews that a station can hold (``mexclp``); one that has more keeps them.
    siren_time_factor
        What an ambulance's travel times are of the traffic's.
    spacing_m
        Least distance between a new site and any other, metres.
    """

    model: Model = "p-median"
    add: int = 3
    within_min: float = 8.0
    hour: int = 8
    busy_fraction: float = 0.3
    most_per_station: int = 4
    siren_time_factor: float = SIREN_TIME_FACTOR
    spacing_m: float = 1000.0

    def check(self) -> None:
        """Refuse values that mean nothing; raises TwinError with the option to change."""
        if self.model not in MODELS:
            raise TwinError("--model {value} is none of {allowed}", value=self.model, allowed=", ".join(MODELS))
        whole: tuple[tuple[str, int, int, float], ...] = (
            ("--add", self.add, 1, math.inf),
            ("--hour", self.hour, 0, 23),
            ("--most-per-station", self.most_per_station, 1, math.inf),
        )
        for name, number, least, most in whole:
            if not least <= number <= most:
                raise TwinError(
                    "{option} {value} is out of range; give a whole number {allowed}",
                    option=name,
                    value=number,
                    allowed=f">= {least}" if most == math.inf else f"{least}..{most:.0f}",
                )
        measured: tuple[tuple[str, float, bool, str], ...] = (
            ("--within-min", self.within_min, 0 < self.within_min < math.inf, "> 0"),
            ("--busy", self.busy_fraction, 0 <= self.busy_fraction < 1, ">= 0, < 1"),
            ("--siren-factor", self.siren_time_factor, 0 < self.siren_time_factor <= 2, "> 0, <= 2"),
            ("--spacing-m", self.spacing_m, 0 <= self.spacing_m < math.inf, ">= 0"),
        )
        for name, value, fits, allowed in measured:
            if not fits:
                raise TwinError(
                    "{option} {value} is out of range; give a number {allowed}",
                    option=name,
                    value=value,
                    allowed=allowed,
                )


@dataclass(frozen=True, eq=False)
class Plan:
    """An answer.

    Attributes
    ----------
    options
        What was asked.
    location
        What the model found; positions are those of the instance's sites.
    stations
        All stations as proposed, in the map's order, the new ones last.
    changed
        Ids of those that are new or have more vehicles.
    districts
        One row for each district, and one for the whole city, before and after: ``district``, ``name_en``, ``name_zh``,
        ``plan`` (before or after), ``residents``, ``stations``, ``crews``, ``mean_drive_min`` (from the nearest
        station), ``covered_share`` (with a station within reach) and ``expected_covered_share`` (with an idle crew).
    sites
        How many sites could be chosen from, the existing stations included.
    """

    options: PlanOptions
    location: Location
    stations: tuple[Station, ...]
    changed: tuple[str, ...]
    districts: pd.DataFrame
    sites: int


def plan_stations(city: City, options: PlanOptions) -> Plan:
    """Say where the next stations or vehicles should stand.

    The existing stations, and the crews on duty there, stay where they are.

    Raises
    ------
    TwinError
        If an option means nothing, or more is asked for than there is room.
    """
    options.check()
    instance = build_instance(city, options.hour, options.siren_time_factor, options.spacing_m)
    crews = np.zeros(len(instance.site_node), np.int64)
    crews[: instance.existing] = [station.crews for station in city.map.stations]
    is_station = np.arange(len(crews)) < instance.existing
    _check_room(city, options, crews, instance.existing)
    location, added = _solve(instance, options, crews)
    stations, changed = _proposed(city, instance, options, added)
    table = district_table(
        city, instance, options.within_min, options.busy_fraction,
        {"before": (is_station, crews), "after": (is_station | (added > 0), crews + added)},
    )  # fmt: skip
    return Plan(options, location, stations, changed, table, len(crews))


def _check_room(city: City, options: PlanOptions, crews: NDArray[np.int64], existing: int) -> None:
    free_sites = len(crews) - existing
    if options.model == "mexclp":
        room = int(np.maximum(options.most_per_station - crews, 0).sum())
        template = (
            "{path}: {add} vehicles cannot be added, there is room for {room}; ask for fewer, or change "
            "--most-per-station or --spacing-m"
        )
        error = TwinError(template, path=str(city.map.folder), add=options.add, room=room)
    else:
        room = free_sites
        error = TwinError(
            "{path}: {add} stations cannot be added, there are {room} free sites; ask for fewer, or for a smaller "
            "--spacing-m",
            path=str(city.map.folder),
            add=options.add,
            room=room,
        )
    if options.add > room:
        raise error


def _solve(instance: Instance, options: PlanOptions, crews: NDArray[np.int64]) -> tuple[Location, NDArray[np.int64]]:
    """Return what the model found, and how many crews each site gets more, shape (m,)."""
    near = instance.drive_s <= options.within_min * 60
    kept, count = range(instance.existing), instance.existing + options.add
    if options.model == "mexclp":
        room = np.maximum(options.most_per_station, crews)
        total = int(crews.sum()) + options.add
        located: Location = mexclp(
            instance.residents, near, total, options.busy_fraction, capacity=room, existing=crews
        )
        return located, located.standing - crews
    if options.model == "mclp":
        located = mclp(instance.residents, near, count, existing=kept)
    else:
        located = p_median(instance.residents, instance.drive_s, count, existing=kept)
    return located, np.where(np.arange(len(crews)) < instance.existing, 0, located.standing)


def _proposed(
    city: City, instance: Instance, options: PlanOptions, added: NDArray[np.int64]
) -> tuple[tuple[Station, ...], tuple[str, ...]]:
    """Return all stations, the new ones last, and the ids of those that are new or have more vehicles."""
    how = f"twin plan stations, {options.model}, {options.hour:02d} h"
    stations = [
        dataclasses.replace(
            station, vehicles=station.vehicles + more, crews=station.crews + more, label="assumed",
            source=f"{station.source}; {more} more by {how}",
        ) if more else station
        for station, more in zip(city.map.stations, added.tolist(), strict=False)
    ]  # fmt: skip
    taken, number, roads = {station.id for station in stations}, 0, city.roads
    for site in np.flatnonzero(added[instance.existing :]) + instance.existing:
        number = next(n for n in range(number + 1, len(taken) + number + 2) if f"planned_{n:03d}" not in taken)
        node, crews = int(instance.site_node[site]), int(added[site])
        stations.append(
            Station(
                id=f"planned_{number:03d}",
                name_zh=f"规划急救站 {number}",
                name_en=f"Planned station {number}",
                lon=round(float(roads.node_lon[node]), 6),
                lat=round(float(roads.node_lat[node]), 6),
                district=str(instance.site_district[site]),
                vehicles=crews,
                crews=crews,
                label="assumed",
                source=f"proposed by {how}, at a road node",
            )
        )
    before = {station.id: station for station in city.map.stations}
    return tuple(stations), tuple(station.id for station in stations if before.get(station.id) is not station)


def district_table(
    city: City,
    instance: Instance,
    within_min: float,
    busy_fraction: float,
    plans: dict[str, tuple[NDArray[np.bool_], NDArray[np.int64]]],
) -> pd.DataFrame:
    """Return what each district has under each plan; columns as of `Plan.districts`.

    Parameters
    ----------
    plans
        By name: whether there is a station at each site, and how many crews; shapes (m,).
    """
    import pandas as pd

    near = instance.drive_s <= within_min * 60
    names = {district.id: (district.name_en, district.name_zh) for district in city.map.districts}
    rows = []
    for code in (*(name for name in names if (instance.district == name).any()), WHOLE_CITY):
        here = np.ones(len(instance.district), np.bool_) if code == WHOLE_CITY else instance.district == code
        at = np.ones(len(instance.site_node), np.bool_) if code == WHOLE_CITY else instance.site_district == code
        weight = instance.residents[here]
        for plan, (is_station, crews) in plans.items():
            nearest_min = instance.drive_s[is_station][:, here].min(axis=0) / 60
            expected = expected_coverage(weight, near[:, here], crews, busy_fraction) / weight.sum()
            rows.append(
                {
                    "district": code,
                    "name_en": names.get(code, ("", ""))[0],
                    "name_zh": names.get(code, ("", ""))[1],
                    "plan": plan,
                    "residents": round(float(weight.sum())),
                    "stations": int((is_station & at).sum()),
                    "crews": int(crews[at].sum()),
                    "mean_drive_min": float(weight @ nearest_min / weight.sum()),
                    "covered_share": float(weight[near[is_station][:, here].any(axis=0)].sum() / weight.sum()),
                    "expected_covered_share": expected,
                }
            )
    return pd.DataFrame(rows)
