"""KPIs of the air domain, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.quality_index import standard_on, sub_index
from twin.core.clock import DAY_S, Clock
from twin.core.kpis import KpiValue
from twin.domains.air.judging import DAY_H, Days, days_of, judged
from twin.domains.air.kinds import GROUPS, LEVELS, STATION_NAMES
from twin.domains.air.measures import LIMITS

MILLION: Final = 1e6


def counted(rows: pd.DataFrame, column: str, clock: Clock) -> pd.DataFrame:
    """Return the rows of the counted time."""
    at_s = rows[column].to_numpy(np.float64)
    return rows[(at_s >= 0) & (at_s < clock.duration_s)]


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row a day of the counted time, a column a measure; the same days under every brain.

    Hours that follow one another are no cases: they have the same air. A day begins with the counted time's first hour;
    what is left over at its end is shared among the days.
    """
    hours = counted(events["air.hours"], "begins_s", clock)["pm25"].to_numpy(np.float64)
    days = np.array_split(hours, max(1, len(hours) // DAY_H)) if len(hours) else []
    index = pd.Index(np.arange(len(days)), name="day")
    return pd.DataFrame({"pm25": np.array([day.mean() for day in days], np.float64)}, index=index)


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Return the KPIs of one replication; see `twin.core.domain.KpiFunction`."""
    hours = counted(events["air.hours"], "begins_s", clock)
    if not len(hours):
        return []
    days = days_of(events, clock)
    return [
        *_stations(events, clock),
        *_exposure(hours),
        *_warnings(days),
        *_costs(events, hours, days, clock),
        *_inspections(events, clock),
    ]


def _stations(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    hours = counted(events["air.hours"], "begins_s", clock)["pm25"].to_numpy(np.float64)
    yield KpiValue("air.pm25_ugm3.mean", float(hours.mean()), "µg/m³", len(hours))
    yield KpiValue("air.pm25_ugm3.p95", float(np.quantile(hours, 0.95)), "µg/m³", len(hours))
    rows = counted(events["air.station_hours"], "begins_s", clock)
    standard = standard_on(clock.start.date())
    over: dict[int, list[int]] = {limit: [] for limit in LIMITS}
    for station in np.unique(rows["station"].to_numpy()).tolist():
        own = rows[rows["station"] == station]
        name, values = STATION_NAMES[station], own["pm25"].to_numpy(np.float64)
        yield KpiValue(f"air.station_pm25_ugm3.{name}", float(values.mean()), "µg/m³", len(values))
        index = np.fmax(sub_index("pm25", values, standard), sub_index("pm10", own["pm10"].to_numpy(), standard))
        for limit in LIMITS:
            found = int((index > limit).sum())
            over[limit].append(found)
            yield KpiValue(f"air.hours_over_{limit}.{name}", found, "h", len(values))
    for limit, found_at in over.items():
        yield KpiValue(f"air.hours_over_{limit}", float(np.mean(found_at)), "h", len(hours))
    parts = counted(events["air.contributions"], "begins_s", clock)
    for group, mean in parts.groupby("group", observed=True)["pm25"].mean().items():
        if group in GROUPS:
            yield KpiValue(f"air.pm25_from_ugm3.{group}", float(mean), "µg/m³", len(hours))


def _exposure(hours: pd.DataFrame) -> Iterator[KpiValue]:
    exposed, without = hours["exposed"].mean(), hours["exposed_without"].mean()
    residents, count = float(hours["residents"].iloc[0]), len(hours)
    yield KpiValue("air.exposed_persons", float(exposed), "µg/m³ persons", count)
    yield KpiValue("air.exposure_ugm3", float(exposed / max(residents, 1.0)), "µg/m³", count)
    if without > 0:
        yield KpiValue("air.exposure_spared_share", float(1 - exposed / without), "share", count)


def _warnings(days: Days) -> Iterator[KpiValue]:
    if not len(days):
        return
    found = judged(days)
    count = len(days)
    yield KpiValue("air.warned_days", float((days.level > 0).sum()), "days", count)
    for code, name in enumerate(LEVELS[1:], 1):
        yield KpiValue(f"air.warned_days.{name}", float((days.level == code).sum()), "days", count)
    yield KpiValue("air.bad_days", float(days.bad.sum()), "days", count)
    for name in ("hits", "misses", "false_alarms"):
        yield KpiValue(f"air.{name}", float(getattr(found, name)), "days", count)
    cases = found.hits + found.misses + found.false_alarms
    if cases:
        yield KpiValue("air.threat_score", found.hits / cases, "share", cases)
    if found.leads_h:
        yield KpiValue("air.lead_time_h.mean", float(np.mean(found.leads_h)), "h", len(found.leads_h))
    warned = days.level > 0
    if warned.any():
        relief = days.without[warned] - days.lived[warned]
        yield KpiValue("air.relief_ugm3", float(relief.mean()), "µg/m³", int(warned.sum()))
        share = float(relief.sum() / days.without[warned].sum())
        yield KpiValue("air.relief_share", share, "share", int(warned.sum()))


def _costs(events: Mapping[str, pd.DataFrame], hours: pd.DataFrame, days: Days, clock: Clock) -> Iterator[KpiValue]:
    orders = counted(events["air.warnings"], "begins_s", clock)
    begun = 1 - np.clip(orders["begins_s"].to_numpy() + DAY_S - clock.duration_s, 0, DAY_S) / DAY_S
    production = float(hours["cut_yuan"].sum())
    trips = float((orders["trips"].to_numpy() * begun).sum())
    yuan = production + float((orders["trips_yuan"].to_numpy() * begun).sum())
    count = len(hours)
    yield KpiValue("air.production_million_yuan", production / MILLION, "million yuan", count)
    yield KpiValue("air.trips_suppressed", trips, "count", count)
    yield KpiValue("air.measures_million_yuan", yuan / MILLION, "million yuan", count)
    if yuan > 0:
        spared = float((hours["exposed_without"] - hours["exposed"]).sum())
        yield KpiValue("air.relief_per_million_yuan", spared / yuan * MILLION, "µg/m³ h persons", count)


def _inspections(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    visits = counted(events["air.inspections"], "at_s", clock)
    found = visits[visits["found"].to_numpy(np.bool_)]
    yield KpiValue("air.inspections", len(visits), "count", len(visits))
    yield KpiValue("air.found_out", len(found), "count", len(visits))
    took: list[float] = []
    secrets = events["air.secrets"]
    for plant, begins_s in zip(secrets["plant"].tolist(), secrets["begins_s"].tolist(), strict=True):
        at_s: NDArray[np.float64] = found["at_s"].to_numpy(np.float64)[found["plant"].to_numpy() == plant]
        until_s = float(at_s.min()) if len(at_s) else clock.duration_s
        took.append((until_s - begins_s) / DAY_S)
    if took:
        yield KpiValue("air.days_to_find.mean", float(np.mean(took)), "days", len(took))
    calls = counted(events["air.calls"], "at_s", clock)
    yield KpiValue("air.calls_by_exposure", len(calls), "count", len(calls))
