"""KPIs of the traffic domain, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S, Clock
from twin.core.kpis import HOURS, KpiFamily, KpiValue
from twin.core.statistics import statistic_of
from twin.domains.traffic.crowd_kpis import crowd_kpis
from twin.domains.traffic.kpis_events import event_kpis
from twin.domains.traffic.measures import RINGS, ROAD_FAMILIES
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.parking_kpis import MINUTE_S, WALK_M_PER_MIN, parking_kpis, parking_observations
from twin.domains.traffic.parking_measures import PARKING_FAMILIES
from twin.domains.traffic.records import INTERVAL_S
from twin.domains.traffic.sample import vehicles_per_agent

PLANNING_SHARE: Final = 0.95


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Return the KPIs of one replication; see `twin.core.domain.KpiFunction`."""
    passed = link_hours(events, clock)
    rows = list(_on_links(passed))
    km_by_hour = np.bincount(passed["hour"].to_numpy(np.int64), passed["km"].to_numpy(np.float64), len(HOURS))
    del passed  # a day has millions of rows, and so has the table of trips
    cases = observations(events, clock)
    rows += [row for family in (*ROAD_FAMILIES, *PARKING_FAMILIES) if family.column for row in _of_cases(family, cases)]
    each, trips = vehicles_per_agent(events), len(cases)
    under_way = int((cases["ending"] == "under_way").sum())
    rows += [
        KpiValue("traffic.trips", each * trips, "count", trips),
        KpiValue("traffic.trips_not_ended", each * under_way, "count", trips),
    ]
    rows += [*event_kpis(events, clock), *crowd_kpis(events)]
    return [
        *rows, *_on_roads(events["traffic.roads"], clock), *_for_ambulances(events, clock),
        *parking_kpis(events, clock, cases, km_by_hour.astype(np.float64)),
    ]  # fmt: skip


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row a trip that was planned for the counted time (index: its number), a column a measure."""
    trips = events["traffic.trips"]
    planned_s = trips["planned_s"].to_numpy(np.float64)
    counted = np.flatnonzero((planned_s >= 0) & (planned_s < clock.duration_s))
    planned_s = planned_s[counted]

    def of(name: str) -> NDArray[np.float64]:
        return trips[name].to_numpy(np.float64)[counted]

    walk_min = np.nan_to_num(of("walk_m")) / WALK_M_PER_MIN
    hours = clock.hours_of_day(planned_s).astype(np.int8)
    return pd.DataFrame(
        {
            "trip_min": ((of("arrived_s") - of("departed_s")) / MINUTE_S).astype(np.float32),
            "door_to_door_min": ((of("parked_s") - of("departed_s")) / MINUTE_S + walk_min).astype(np.float32),
            "late_min": ((of("departed_s") - planned_s) / MINUTE_S).astype(np.float32),
            "purpose": pd.Categorical.from_codes(trips["purpose"].to_numpy()[counted], pd.Index(PURPOSES)),
            "hour": pd.Categorical.from_codes(hours, pd.Index(HOURS)),
            "ending": trips["ending"].array[counted],
            **parking_observations(events, trips, counted),
        },
        index=pd.Index(trips["trip"].to_numpy()[counted], name="trip"),
    )


def _of_cases(family: KpiFamily, cases: pd.DataFrame) -> Iterator[KpiValue]:
    values = cases[family.column].to_numpy(np.float64)
    there = ~np.isnan(values)
    values = values[there]
    samples: list[tuple[str, NDArray[np.float64]]] = [("", values)]
    for grouping in family.groups:
        group = cases[grouping].array
        codes = np.asarray(group.codes)[there]
        order = np.argsort(codes, kind="stable")  # of bytes, so that it is linear
        first = np.searchsorted(codes[order], np.arange(len(group.categories) + 1))
        by_member = np.split(values[order], first)[1:]
        samples += [(str(member), part) for member, part in zip(group.categories, by_member, strict=False)]
    for member, present in samples:
        for statistic in family.statistics if len(present) else ():
            parts = ("traffic", family.name, member, statistic)
            value = statistic_of(present, statistic)
            yield KpiValue(".".join(part for part in parts if part), value, family.unit, len(present))


def link_hours(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return what passed each link in each counted interval.

    Returns
    -------
    DataFrame
        ``hour`` of the day in which the interval began, ``ring``, ``km``, ``h`` and ``free_h`` (vehicle-kilometres,
        vehicle-hours, and these at free flow), and ``index`` (the mean time relative to free flow), single precision.
    """
    links, told = events["traffic.links"], events["traffic.link_list"]
    ends_s = links["ends_s"].to_numpy()  # rising, as they were recorded
    counted = slice(*np.searchsorted(ends_s, [1, clock.duration_s + 1]))
    link, left = links["link"].to_numpy()[counted], links["left"].to_numpy()[counted].astype(np.float32)
    time_s, ends_s = links["time_s"].to_numpy()[counted], ends_s[counted]
    free_s, length_m = (told[name].to_numpy(np.float32) for name in ("free_s", "length_m"))
    return pd.DataFrame(
        {
            "hour": _hours_of_intervals(ends_s, clock),
            "ring": told["ring"].to_numpy()[link],
            "km": left * (length_m / np.float32(1000))[link],
            "h": left * (time_s / np.float32(HOUR_S)),
            "free_h": left * (free_s / np.float32(HOUR_S))[link],
            "index": time_s / free_s[link],
        },
        copy=False,
    )


def _hours_of_intervals(ends_s: NDArray[np.int32], clock: Clock) -> NDArray[np.int8]:
    """Return the hour of the day in which each interval began; they rise."""
    different, first = np.unique(ends_s, return_index=True)
    hours = clock.hours_of_day(different.astype(np.float64) - INTERVAL_S).astype(np.int8)
    return np.repeat(hours, np.diff(first, append=len(ends_s)))


def _on_links(passed: pd.DataFrame) -> Iterator[KpiValue]:
    groups = (("ring", RINGS), ("hour", HOURS))
    members = [("", "", 0), *((group, name, code) for group, names in groups for code, name in enumerate(names))]
    for group, member, code in members:
        part = passed[passed[group] == code] if group else passed
        km, hours, free_h = (float(part[name].to_numpy().sum(dtype=np.float64)) for name in ("km", "h", "free_h"))
        if hours <= 0:
            continue
        yield _number("speed_kmh", member, km / hours, "km/h", len(part))
        yield _number("delay_index", member, hours / free_h, "times", len(part))
        yield _number("delay_h", member, hours - free_h, "h", len(part))
        if member not in HOURS:
            yield _number("vehicle_km", member, km, "km", len(part))
            yield _number("vehicle_h", member, hours, "h", len(part))
        if member not in RINGS:
            index = _weighted_quantile(part["index"].to_numpy(), part["km"].to_numpy(), PLANNING_SHARE)
            yield _number("planning_time_index", member, index, "times", len(part))


def _number(family: str, member: str, value: float, unit: str, count: int) -> KpiValue:
    return KpiValue(".".join(part for part in ("traffic", family, member) if part), value, unit, count)


def _weighted_quantile(values: NDArray[np.floating], weights: NDArray[np.floating], share: float) -> float:
    """Return the least of these values, none below 0, up to which this share of the weight lies.

    The bits of such numbers rise as they do: by their upper half, a step of a hundredth, the weight is added up first,
    and only the values in the step where the share is reached are sorted.
    """
    step = np.ascontiguousarray(values, np.float32).view(np.int32) >> 16
    by_step = np.cumsum(np.bincount(step, weights))
    wanted = share * by_step[-1]
    reached = int(np.searchsorted(by_step, wanted))
    inside = np.flatnonzero(step == reached)
    order = inside[np.argsort(values[inside], kind="stable")]
    cumulative = np.cumsum(weights[order], dtype=np.float64) + (by_step[reached - 1] if reached else 0.0)
    return float(values[order[min(int(np.searchsorted(cumulative, wanted)), len(order) - 1)]])


def _on_roads(roads: pd.DataFrame, clock: Clock) -> list[KpiValue]:
    """Describe what was seen of the whole road at the end of each interval."""
    counted = roads[(roads["ends_s"] > 0) & (roads["ends_s"] <= clock.duration_s)]
    count = len(counted)
    if not count:
        return []
    most = {"most_driving": "driving", "most_queued": "queued", "most_full_links": "full_links",
            "most_locked_links": "locked_links", "put_aside": "put_aside", "turned_away": "turned_away"}  # fmt: skip
    rows = [KpiValue(f"traffic.{name}", float(counted[column].max()), "count", count) for name, column in most.items()]
    return [*rows, KpiValue("traffic.queued", float(counted["queued"].mean()), "count", count)]


def _for_ambulances(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Count for whom signals made way in the counted time, and what green that took from others."""
    waves, holds = events["traffic.green_waves"], events["traffic.signal_holds"]
    waves = waves[(waves["time_s"] >= 0) & (waves["time_s"] < clock.duration_s)]
    if waves.empty:
        return []
    holds = holds[(holds["begins_s"] >= 0) & (holds["begins_s"] < clock.duration_s)]
    taken_min = float(holds["green_taken_s"].sum()) / MINUTE_S
    return [
        KpiValue("traffic.green_waves", len(waves), "count", len(waves)),
        KpiValue("traffic.signal_holds", len(holds), "count", len(waves)),
        KpiValue("traffic.green_taken_min", taken_min, "min", len(holds)),
    ]
