"""The emergency domain's KPIs by name: what each is, its unit, its groups and its target."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import Better, KpiFamily

AGES: Final = ("under_65", "from_65")
PHONES: Final = ("smartphone", "no_smartphone")
_EVERYBODY: Final = ("condition", "district", "hour", "age", "phone")
_TIMES: Final = ("mean", "median", "p90")


def _time(
    name: str,
    title: str,
    *,
    statistics: tuple[str, ...] = _TIMES,
    groups: tuple[str, ...] = (),
    target: float | None = None,
    headline: tuple[str, ...] = (),
) -> KpiFamily:
    unit = name.rsplit("_", 1)[1]
    return KpiFamily(name, title, unit, statistics, name, groups, "lower", target, headline)


def _share(
    name: str, title: str, *, better: Better = "higher", groups: tuple[str, ...] = (), headline: tuple[str, ...] = ()
) -> KpiFamily:
    return KpiFamily(name, title, "share", (), name, groups, better, None, headline)


FAMILIES: Final = (
    _time("answer_s", "ring to answer", statistics=("mean", "median", "p95"), target=3, headline=("p95",)),
    _share("answered_within_3_s", "calls answered within 3 s", headline=("",)),
    _time("locate_s", "answer to the place being known", statistics=("mean", "median", "p95"), headline=("mean",)),
    _share("wrong_place", "vehicles sent to a wrong place first", better="lower"),
    _time("dispatch_s", "answer to a vehicle being chosen"),
    _share("queued_for_vehicle", "calls that had to wait for a vehicle", better="lower"),
    _time("chute_s", "vehicle chosen to wheels turning"),
    _time("answer_to_out_s", "answer to wheels turning", target=120, headline=("median",)),
    _share("out_within_120_s", "vehicles out within 120 s of the answer", headline=("",)),
    _time("drive_min", "wheels turning to the scene", headline=("mean",)),
    _time(
        "response_min",
        "ring to the scene",
        groups=_EVERYBODY,
        headline=("mean", "median", "p90"),
    ),
    _share("response_within_15_min", "vehicles on the scene within 15 min"),
    _time("ring_to_patient_min", "ring to the patient's side", groups=("condition", "age", "phone")),
    _time("find_min", "vehicle stopping to the patient's side"),
    _time("scene_min", "at the patient's side on the scene"),
    _time("transport_min", "scene to the hospital door", groups=("condition",)),
    KpiFamily(
        "congestion_share",
        "minutes driven under lights and siren that congestion took",
        "share",
        groups=("hour",),
        headline=("",),
    ),
    _time("congestion_to_scene_min", "congestion on the drive to the scene", groups=("hour",), headline=("mean",)),
    _time("congestion_with_patient_min", "congestion on the drive to the hospital", groups=("hour",)),
    _time("bay_wait_min", "door to a bay", statistics=("mean", "p95")),
    _time(
        "door_to_treatment_min",
        "hospital door to treatment",
        groups=("condition",),
        target=90,
        headline=("stemi.median", "stemi.mean", "stroke.mean", "mean"),
    ),
    _share(
        "door_to_treatment_within_90_min",
        "patients treated within 90 min of the door",
        groups=("condition",),
        headline=("stemi",),
    ),
    _time(
        "ring_to_treatment_min", "ring to treatment", groups=("condition",), target=120, headline=("stemi.mean", "mean")
    ),
    _share(
        "ring_to_treatment_within_120_min",
        "patients treated within 120 min of the ring",
        groups=("condition",),
        headline=("stemi",),
    ),
    _time("symptom_to_treatment_min", "symptom to treatment", groups=("condition", "age", "phone")),
    _time("laboratory_wait_min", "ready for the catheterisation laboratory to treatment", statistics=("mean", "p95")),
    _share("called_off", "calls whose vehicle was called off at least once", better="lower"),
    KpiFamily(
        "arrest_survival",
        "expected survival of a cardiac arrest",
        "share",
        ("mean",),
        "arrest_survival",
        ("district",),
        "higher",
        None,
        ("mean",),
    ),
    KpiFamily(
        "stemi_mortality",
        "expected mortality within a year of a heart attack (STEMI)",
        "share",
        ("mean",),
        "stemi_mortality",
        ("district",),
        "lower",
        None,
        ("mean",),
    ),
    KpiFamily(
        "stroke_good_outcome",
        "expected good outcome of a stroke",
        "share",
        ("mean",),
        "stroke_good_outcome",
        ("district",),
        "higher",
        None,
        ("mean",),
    ),
    _share("secondary_transfers", "patients moved on from a hospital that could not treat them", better="lower"),
    KpiFamily("calls", "calls", "count", better="neither"),
    KpiFamily("dispatched_calls", "calls for which a vehicle went out", "count", better="neither"),
    KpiFamily("treated", "patients treated", "count", better="neither", groups=("condition",)),
    KpiFamily("unserved", "calls that nobody came to", "count"),
    KpiFamily(
        "walk_in_door_to_treatment_min",
        "hospital door to treatment of those who come by themselves",
        "min",
        _TIMES,
        "",
        ("condition",),
    ),
    KpiFamily("walk_ins", "patients who came by themselves and were treated", "count", better="neither"),
    KpiFamily("coverage", "share of the demand covered by a vehicle that waits", "share", better="higher"),
    KpiFamily("least_coverage", "least share covered at any quarter of an hour", "share", better="higher"),
    KpiFamily("most_waiting_calls", "most calls that waited for a vehicle at once", "count"),
    KpiFamily("bays_taken", "emergency bays taken, mean", "count", better="neither"),
    KpiFamily("crew_utilisation", "crews' time spent on calls", "share", better="neither"),
    KpiFamily("vehicle_km", "kilometres driven", "km", better="neither"),
)
