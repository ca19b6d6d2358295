"""The KPIs of parking by name: what each is, its unit, its groups."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

LOT_MEMBERS: Final = (
    "roadside_spaces", "public_lots", "commercial_lots", "office_lots", "residential_lots", "hospital_lots",
)  # fmt: skip
"""Kinds of lots as members of a grouping, in the order of `twin.domains.traffic.parameters.LOT_KINDS`."""

_OF_TRIPS: Final = ("purpose", "hour")

PARKING_FAMILIES: Final = (
    KpiFamily(
        "search_min", "looking for a place, from coming to the destination (or the lot one was led to) to finding one, "
        "or giving up", "min", ("mean", "median", "p90"), "search_min", _OF_TRIPS, headline=("mean",),
    ),
    KpiFamily("search_km", "driven while looking for a place", "km", ("mean", "p90"), "search_km", _OF_TRIPS),
    KpiFamily(
        "walk_m", "from the lot to the destination, in a straight line", "m", ("mean", "median", "p90"), "walk_m",
        _OF_TRIPS, headline=("mean",),
    ),
    KpiFamily("barrier_s", "at the lot's entrance, waiting for others included", "s", ("mean", "p95"), "barrier_s"),
    KpiFamily(
        "fee_yuan", "what a stay has cost that has ended", "yuan", ("mean", "median", "p90"), "fee_yuan", ("purpose",),
        better="neither",
    ),
    KpiFamily("want_place", "drivers who look for a place", "count", better="neither"),
    KpiFamily(
        "fail_share", "of those who look for a place, who find none", "share", groups=_OF_TRIPS, headline=("",),
    ),
    KpiFamily("illegal_share", "of those who look for a place, who stop where it is not allowed", "share"),
    KpiFamily("illegal_h", "hours that cars stand where it is not allowed", "h"),
    KpiFamily("led_share", "of those who look for a place, whom the app leads", "share", better="neither"),
    KpiFamily("turned_away_share", "of those whom the app leads, who find the lot full or closed", "share"),
    KpiFamily("search_h", "hours of all who look for a place", "h"),
    KpiFamily("cruising_km", "kilometres of all who look for a place", "km"),
    KpiFamily("cruising_share", "kilometres of those who look for a place among all kilometres", "share",
              groups=("hour",), headline=("",)),
    KpiFamily("occupancy", "spaces taken or kept for somebody", "share", groups=("lot_kind", "hour"), better="neither"),
    KpiFamily("stays", "stays that began", "count", groups=("lot_kind",), better="neither"),
    KpiFamily(
        "turnover_per_day", "stays that begin on a space in a day", "count", groups=("lot_kind",), better="higher",
    ),
    KpiFamily("revenue_yuan", "what lots have taken in", "yuan", groups=("lot_kind",), better="neither"),
    KpiFamily("connected_spaces", "spaces in the app", "count", better="neither"),
)  # fmt: skip
