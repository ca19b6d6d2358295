"""The emergency domain's KPIs by name: what each is, its unit, its groups and its target."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

_TIMES: Final = ("mean", "median", "p90")

FAMILIES: Final = (
    KpiFamily("answer_s", "ring to answer", "s", ("mean", "median", "p95"), target=3, headline=("p95",)),
    KpiFamily("answered_within_3_s", "calls answered within 3 s", "share", better="higher", headline=("",)),
    KpiFamily("locate_s", "answer to the place being known", "s", ("mean", "median", "p95")),
    KpiFamily("wrong_place", "vehicles sent to a wrong place first", "share"),
    KpiFamily("dispatch_s", "answer to a vehicle being chosen", "s", _TIMES),
    KpiFamily("queued_for_vehicle", "calls that had to wait for a vehicle", "share"),
    KpiFamily("chute_s", "vehicle chosen to wheels turning", "s", _TIMES),
    KpiFamily("answer_to_out_s", "answer to wheels turning", "s", _TIMES, target=120, headline=("median",)),
    KpiFamily("out_within_120_s", "vehicles out within 120 s of the answer", "share", better="higher", headline=("",)),
    KpiFamily("drive_min", "wheels turning to the scene", "min", _TIMES),
    KpiFamily(
        "response_min", "ring to the scene", "min", _TIMES, ("condition", "district", "hour"), headline=("mean", "p90")
    ),
    KpiFamily("response_within_15_min", "vehicles on the scene within 15 min", "share", better="higher"),
    KpiFamily("ring_to_patient_min", "ring to the patient's side", "min", _TIMES, ("condition",)),
    KpiFamily("scene_min", "at the patient's side on the scene", "min", _TIMES),
    KpiFamily("transport_min", "scene to the hospital door", "min", _TIMES, ("condition",)),
    KpiFamily("bay_wait_min", "door to a bay", "min", ("mean", "p95")),
    KpiFamily(
        "door_to_treatment_min",
        "hospital door to treatment",
        "min",
        _TIMES,
        ("condition",),
        target=90,
        headline=("stemi.median", "stemi.mean", "stroke.mean"),
    ),
    KpiFamily(
        "door_to_treatment_within_90_min",
        "patients treated within 90 min of the door",
        "share",
        groups=("condition",),
        better="higher",
        headline=("stemi",),
    ),
    KpiFamily(
        "ring_to_treatment_min",
        "ring to treatment",
        "min",
        _TIMES,
        ("condition",),
        target=120,
        headline=("stemi.mean", "mean"),
    ),
    KpiFamily(
        "ring_to_treatment_within_120_min",
        "patients treated within 120 min of the ring",
        "share",
        groups=("condition",),
        better="higher",
        headline=("stemi",),
    ),
    KpiFamily("secondary_transfers", "patients moved on from a hospital that could not treat them", "share"),
    KpiFamily("calls", "calls", "count", better="neither"),
    KpiFamily("dispatched_calls", "calls for which a vehicle went out", "count", better="neither"),
    KpiFamily("treated", "patients treated", "count", ("total",), ("condition",), better="neither"),
    KpiFamily("unserved", "calls that nobody came to", "count"),
    KpiFamily("crew_utilisation", "share of the crews' time spent on calls", "share", better="neither"),
    KpiFamily("vehicle_km", "kilometres driven", "km", better="neither"),
)
