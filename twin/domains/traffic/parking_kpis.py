"""KPIs of parking, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.kpis import HOURS, KpiValue
from twin.domains.traffic.parameters import LOT_KINDS
from twin.domains.traffic.parking_measures import LOT_MEMBERS
from twin.domains.traffic.records import INTERVAL_S
from twin.domains.traffic.sample import vehicles_per_agent
from twin.domains.traffic.tariff import FEN

MINUTE_S: Final = 60.0
WALK_M_PER_MIN: Final = 72.0
"""Pedestrians' speed for design, 1.2 m/s (Highway Capacity Manual 2010, ch. 17)."""
FOUND_NONE: Final = ("gave_up", "illegal")


def parking_observations(
    events: Mapping[str, pd.DataFrame], trips: pd.DataFrame, counted: NDArray[np.intp]
) -> dict[str, NDArray[np.float32]]:
    """Return what parking was like for counted trips, missing for who looked for no place, or not yet found one."""

    def of(name: str) -> NDArray[np.float64]:
        return trips[name].to_numpy(np.float64)[counted]

    looks = trips["looked"].to_numpy()[counted] > 0
    barrier_s = of("barrier_s")
    search_s = of("parked_s") - of("arrived_s") - barrier_s
    searched = looks & ~np.isnan(search_s)
    has_lot = looks & ~np.isnan(of("lot"))
    # times are recorded as 32-bit numbers: a search of no time may come out a little below it
    return {
        "search_min": _where(searched, np.maximum(search_s, 0.0) / MINUTE_S),
        "search_km": _where(searched, of("search_m") / 1000),
        "walk_m": _where(has_lot, of("walk_m")),
        "barrier_s": _where(has_lot, barrier_s),
        "fee_yuan": _fees_fen(events["traffic.stays"], trips["trip"].to_numpy()[counted]) / np.float32(FEN),
    }


def _where(there: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.where(there, values, np.nan).astype(np.float32)


def _fees_fen(stays: pd.DataFrame, trips: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return what the stays after trips have cost, missing where there is none or it is not paid; (trips,)."""
    came = np.flatnonzero(stays["trip"].notna().to_numpy())
    after = stays["trip"].to_numpy()[came].astype(np.int64)
    fee_fen = np.full(max(trips.max(initial=-1), after.max(initial=-1)) + 1, np.nan, np.float32)
    fee_fen[after] = stays["fee_fen"].to_numpy(np.float32)[came]
    return fee_fen[trips]


def parking_kpis(
    events: Mapping[str, pd.DataFrame], clock: Clock, cases: pd.DataFrame, km_by_hour: NDArray[np.float64]
) -> Iterator[KpiValue]:
    """Return every KPI of parking that is no statistic of trips.

    Parameters
    ----------
    cases
        The counted trips, see `twin.domains.traffic.kpis.observations`.
    km_by_hour
        Vehicle-kilometres on the roads by hour of the day, shape (24,).
    """
    yield from _shares_of_trips(events, cases)
    yield from _searching(events, clock, km_by_hour)
    yield from _lots(events, clock)
    yield from _stays(events, clock)


def _number(family: str, member: str, value: float, unit: str, count: int) -> KpiValue:
    return KpiValue(".".join(part for part in ("traffic", family, member) if part), value, unit, count)


def _shares_of_trips(events: Mapping[str, pd.DataFrame], cases: pd.DataFrame) -> Iterator[KpiValue]:
    """Return how many found none, stopped illegally, were led and turned away, of those who have looked."""
    looked = cases[cases["search_min"].notna()]
    count = len(looked)
    yield _number("want_place", "", vehicles_per_agent(events) * count, "count", count)
    if not count:
        return
    none = looked["ending"].isin(FOUND_NONE).to_numpy()
    yield _number("fail_share", "", float(none.mean()), "share", count)
    for grouping in ("purpose", "hour"):
        codes = looked[grouping].cat.codes.to_numpy()
        for code, member in enumerate(looked[grouping].cat.categories):
            if (of_member := codes == code).any():
                yield _number("fail_share", member, float(none[of_member].mean()), "share", int(of_member.sum()))
    yield _number("illegal_share", "", float((looked["ending"] == "illegal").mean()), "share", count)
    led = events["traffic.led"].set_index("trip")
    led = led[led.index.isin(looked.index)]
    followed = led["led"] > 0
    yield _number("led_share", "", float(followed.sum()) / count, "share", count)
    if followed.any():
        away = (led["turned_away"] > 0)[followed]
        yield _number("turned_away_share", "", float(away.mean()), "share", len(away))


def searching(trips: pd.DataFrame, clock: Clock) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows of those who began to look in the counted time, for how long (0: not yet ended), and how far."""
    arrived_s = trips["arrived_s"].to_numpy(np.float64)
    began = np.flatnonzero((trips["looked"].to_numpy() > 0) & (arrived_s >= 0) & (arrived_s < clock.duration_s))
    until_s = trips["parked_s"].to_numpy(np.float64)[began] - trips["barrier_s"].to_numpy(np.float64)[began]
    search_s = np.nan_to_num(np.maximum(until_s - arrived_s[began], 0))
    return began, search_s, trips["search_m"].to_numpy(np.float64)[began] / 1000


def _searching(events: Mapping[str, pd.DataFrame], clock: Clock, km_by_hour: NDArray[np.float64]) -> Iterator[KpiValue]:
    """Return hours and kilometres of those whose search began in the counted time, and their share of all."""
    trips, each = events["traffic.trips"], vehicles_per_agent(events)
    began, search_s, search_km = searching(trips, clock)
    search_s, search_km = each * search_s, each * search_km
    yield _number("search_h", "", float(search_s.sum()) / HOUR_S, "h", len(began))
    yield _number("cruising_km", "", float(search_km.sum()), "km", len(began))
    hour_of = clock.hours_of_day(trips["arrived_s"].to_numpy(np.float64)[began]).astype(np.int64)
    by_hour = np.bincount(hour_of, search_km, len(HOURS))
    if km_by_hour.sum() > 0:
        yield _number("cruising_share", "", float(by_hour.sum() / km_by_hour.sum()), "share", len(began))
    for hour, all_km in enumerate(km_by_hour.tolist()):
        if all_km > 0:
            yield _number("cruising_share", HOURS[hour], float(by_hour[hour]) / all_km, "share", len(began))


def _lots(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    """Return how full lots were at the ends of the counted intervals, by kind and hour, and how many are in the app."""
    told, taken = events["traffic.lot_list"], events["traffic.lots"]
    spaces = told["spaces"].to_numpy(np.float64)
    if not spaces.sum():
        return
    yield _number("connected_spaces", "", float(spaces[told["connected"].to_numpy(np.bool_)].sum()), "count", len(told))
    ends_s = np.arange(INTERVAL_S, clock.duration_s + 1, INTERVAL_S)  # an interval in which nobody stands has no row
    if not len(ends_s):
        return
    kind_of_lot = _kinds(told["kind"])
    kinds, hours = len(LOT_KINDS), len(HOURS)
    hour_of = clock.hours_of_day(ends_s.astype(np.float64) - INTERVAL_S).astype(np.int64)
    there = (taken["ends_s"] > 0) & (taken["ends_s"] <= clock.duration_s)
    place = hour_of[taken["ends_s"].to_numpy()[there] // INTERVAL_S - 1]
    cell = kind_of_lot[taken["lot"].to_numpy()[there]] * hours + place
    stood = np.bincount(cell, taken["taken"].to_numpy(np.float64)[there], kinds * hours).reshape(kinds, hours)
    offered = np.bincount(kind_of_lot, spaces, kinds)[:, None] * np.bincount(hour_of, minlength=hours)
    for member, stand, offer in (
        ("", stood.sum(), offered.sum()),
        *zip(LOT_MEMBERS, stood.sum(axis=1), offered.sum(axis=1), strict=True),
        *zip(HOURS, stood.sum(axis=0), offered.sum(axis=0), strict=True),
    ):
        if offer > 0:
            yield _number("occupancy", member, float(stand / offer), "share", len(ends_s))


def _kinds(names: pd.Series[str]) -> NDArray[np.int64]:
    return np.array([LOT_KINDS.index(name) for name in names.tolist()], np.int64)


def _stays(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    """Return stays, turnover and takings by kind of lot, and the hours of those who stood where it is not allowed."""
    told, stays, books = events["traffic.lot_list"], events["traffic.stays"], events["traffic.books"]
    kind_of_lot, kinds = _kinds(told["kind"]), len(LOT_KINDS)
    began = (stays["begins_s"] >= 0) & (stays["begins_s"] < clock.duration_s) & stays["trip"].notna()
    each = vehicles_per_agent(events)
    begun = np.bincount(kind_of_lot[stays["lot"].to_numpy()[began]], minlength=kinds)
    paid = (books["ends_s"] > 0) & (books["ends_s"] <= clock.duration_s)
    of_kind = kind_of_lot[books["lot"].to_numpy()[paid]]
    taken_yuan = np.bincount(of_kind, books["taken_fen"].to_numpy(np.float64)[paid], kinds) / FEN
    ended = np.bincount(of_kind, books["stays"].to_numpy(np.float64)[paid], kinds)
    spaces = np.bincount(kind_of_lot, told["spaces"].to_numpy(np.float64), kinds)
    days = clock.duration_s / DAY_S
    everything = (("", begun.sum(), taken_yuan.sum(), ended.sum(), spaces.sum()),)
    for member, count, yuan, stayed, room in (
        *everything, *zip(LOT_MEMBERS, begun, taken_yuan, ended, spaces, strict=True),
    ):  # fmt: skip
        if room > 0:
            yield _number("stays", member, float(each * count), "count", int(count))
            yield _number("turnover_per_day", member, float(each * count / room / days), "count", int(count))
            yield _number("revenue_yuan", member, float(yuan), "yuan", int(stayed))
    stood = events["traffic.illegal_parking"]
    begins_s, ends_s = (
        np.clip(stood[name].to_numpy(np.float64), 0, clock.duration_s) for name in ("begins_s", "ends_s")
    )
    yield _number("illegal_h", "", each * float((ends_s - begins_s).sum()) / HOUR_S, "h", len(stood))
