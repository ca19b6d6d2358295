"""KPIs of the emergency domain, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import Clock
from twin.core.kpis import HOURS, KpiFamily, KpiValue
from twin.domains.emergency.measures import FAMILIES, PHONES
from twin.domains.emergency.outcome import function_of

_MINUTE_S: Final = 60.0
_SPANS: Final = {
    "answer_s": ("ring_s", "answer_s", 1.0),
    "locate_s": ("answer_s", "locate_s", 1.0),
    "dispatch_s": ("answer_s", "dispatch_s", 1.0),
    "chute_s": ("dispatch_s", "out_s", 1.0),
    "answer_to_out_s": ("answer_s", "out_s", 1.0),
    "drive_min": ("out_s", "at_scene_s", _MINUTE_S),
    "response_min": ("ring_s", "at_scene_s", _MINUTE_S),
    "ring_to_patient_min": ("ring_s", "at_patient_s", _MINUTE_S),
    "find_min": ("at_scene_s", "at_patient_s", _MINUTE_S),
    "scene_min": ("at_patient_s", "leave_s", _MINUTE_S),
    "transport_min": ("leave_s", "door_s", _MINUTE_S),
    "bay_wait_min": ("door_s", "bay_s", _MINUTE_S),
    "door_to_treatment_min": ("door_s", "treatment_s", _MINUTE_S),
    "laboratory_wait_min": ("ready_s", "treatment_s", _MINUTE_S),
    "symptom_to_treatment_min": ("symptom_s", "treatment_s", _MINUTE_S),
    "ring_to_treatment_min": ("ring_s", "treatment_s", _MINUTE_S),
}
"""Each time measure: from which stamp to which, and its unit in seconds."""
_LIMITS: Final = {
    "answered_within_3_s": ("answer_s", 3.0),
    "out_within_120_s": ("answer_to_out_s", 120.0),
    "response_within_15_min": ("response_min", 15.0),
    "door_to_treatment_within_90_min": ("door_to_treatment_min", 90.0),
    "ring_to_treatment_within_120_min": ("ring_to_treatment_min", 120.0),
}
"""Each share: the measure and the limit, in the measure's unit."""
_NOT_BUSY: Final = ("at_station", "returning", "changing_crew", "out_of_service")
_OUTCOMES: Final = {"arrest_survival": "cardiac_arrest", "stemi_mortality": "stemi", "stroke_good_outcome": "stroke"}
"""Each expected outcome: the condition whose default function of `outcome.FUNCTIONS` gives it."""


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row a call of the counted time (index: its number), a column a measure, NaN where it has none."""
    calls = events["emergency.calls"]
    calls = calls[calls["ring_s"] >= 0].set_index("call").sort_index()
    columns: dict[str, NDArray[Any]] = {
        name: np.asarray(calls[name].astype(object).where(calls[name].notna(), ""), dtype=object)
        for name in ("condition", "district", "ending", "kind", "age")
    }
    phone = calls["smartphone"].to_numpy(dtype=object)
    columns["phone"] = np.array(["" if pd.isna(has) else PHONES[not has] for has in phone], dtype=object)
    columns["hour"] = np.array(HOURS, dtype=object)[clock.hours_of_day(calls["ring_s"].to_numpy())]
    for name, (begin, end, unit_s) in _SPANS.items():
        columns[name] = (calls[end].to_numpy(dtype=np.float64) - calls[begin].to_numpy(dtype=np.float64)) / unit_s
    for name, (measure, limit) in _LIMITS.items():
        columns[name] = _where((columns[measure] <= limit), ~np.isnan(columns[measure]))
    of_stemi = columns["condition"] == "stemi"
    columns["laboratory_wait_min"] = np.where(of_stemi, columns["laboratory_wait_min"], np.nan)
    for name, condition in _OUTCOMES.items():
        columns[name] = _expected(condition, calls, columns["condition"])
    waited = calls["waited_for_vehicle"].to_numpy(dtype=np.bool_)
    there, sent, treated = (calls[name].notna().to_numpy() for name in ("at_scene_s", "dispatch_s", "treatment_s"))
    columns["wrong_place"] = _where(calls["sent_wrong"].to_numpy(dtype=np.bool_), there)
    columns["queued_for_vehicle"] = _where(waited, sent | waited)
    columns["called_off"] = _where(calls["called_off"].to_numpy() > 0, sent)
    columns["secondary_transfers"] = _where(calls["transferred_to"].notna().to_numpy(), treated)
    return pd.DataFrame(columns, index=calls.index)


def _expected(condition: str, calls: pd.DataFrame, conditions: NDArray[Any]) -> NDArray[np.float64]:
    """Return the expected outcome of each treated patient with this condition, NaN for all others."""
    rule = function_of(condition)
    if rule is None:
        raise ValueError(f"{condition} has no outcome function")
    delay_min = (calls[rule.to_stamp].to_numpy(np.float64) - calls[rule.from_stamp].to_numpy(np.float64)) / _MINUTE_S
    affected = (conditions == condition) & (calls["kind"].astype(str) == "patient").to_numpy()
    value, _ = rule.evaluate(np.where(affected, delay_min, np.nan))
    return np.asarray(value, dtype=np.float64)


def _where(true: NDArray[np.bool_], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return 1 and 0, NaN where a case does not count."""
    return np.where(counted, true.astype(np.float64), np.nan)


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Return every KPI that has at least one case behind it."""
    cases = observations(events, clock)
    rows = [row for family in FAMILIES if family.column for row in _statistics(family, cases)]
    rows += _counts(cases)
    rows += _fleet(events, clock)
    rows += _walk_ins(events["emergency.walk_ins"])
    rows += _looks(events["emergency.coverage"])
    return rows


def _statistics(family: KpiFamily, cases: pd.DataFrame) -> Iterator[KpiValue]:
    values = cases[family.column].to_numpy(dtype=np.float64)
    groups: list[tuple[str | None, NDArray[np.bool_]]] = [(None, np.ones(len(cases), dtype=np.bool_))]
    for grouping in family.groups:
        member_of = cases[grouping].to_numpy()
        groups += [(str(member), member_of == member) for member in sorted(set(member_of)) if member]
    for member, inside in groups:
        present = values[inside & ~np.isnan(values)]
        if not len(present):
            continue
        for statistic in family.statistics or (None,):
            name = ".".join(part for part in ("emergency", family.name, member, statistic) if part)
            yield KpiValue(name, statistic_of(present, statistic), family.unit, len(present))


def statistic_of(values: NDArray[np.float64], statistic: str | None) -> float:
    """Return a mean, median or percentile (linear interpolation) of at least one value."""
    if statistic is None or statistic == "mean":
        return float(values.mean())
    if statistic == "median":
        return float(np.median(values))
    return float(np.percentile(values, float(statistic.removeprefix("p"))))


def _counts(cases: pd.DataFrame) -> list[KpiValue]:
    total = len(cases)
    treated = cases[cases["ending"] == "treated"]
    sent = int(cases["chute_s"].notna().sum())
    rows = [
        KpiValue("emergency.calls", total, "count", total),
        KpiValue("emergency.dispatched_calls", sent, "count", total),
        KpiValue("emergency.treated", len(treated), "count", total),
        KpiValue("emergency.unserved", int((cases["ending"] == "unserved").sum()), "count", total),
    ]
    by_condition = treated.groupby("condition").size()
    rows += [KpiValue(f"emergency.treated.{name}", float(n), "count", total) for name, n in by_condition.items()]
    return rows


def _fleet(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    trips, vehicles = events["emergency.trips"], len(events["emergency.fleet"])
    states = events["emergency.vehicles"].sort_values(["vehicle", "time_s"], kind="stable")
    begins = states["time_s"].clip(0, clock.duration_s)
    ends = states.groupby("vehicle")["time_s"].shift(-1).fillna(clock.duration_s).clip(0, clock.duration_s)
    busy_s = float((ends - begins)[~states["status"].isin(_NOT_BUSY)].sum())
    absent = states["status"].isin(("changing_crew", "out_of_service"))
    on_duty_s = vehicles * clock.duration_s - float((ends - begins)[absent].sum())
    driven_m = float(trips.loc[trips["depart_s"].between(0, clock.duration_s), "length_m"].sum())
    return [
        KpiValue("emergency.crew_utilisation", busy_s / on_duty_s if on_duty_s else 0.0, "share", vehicles),
        KpiValue("emergency.vehicle_km", driven_m / 1000, "km", len(trips)),
    ]


def _walk_ins(walk_ins: pd.DataFrame) -> list[KpiValue]:
    """Describe those who come by themselves in the counted time."""
    counted = walk_ins[walk_ins["door_s"] >= 0]
    minutes = ((counted["treatment_s"] - counted["door_s"]) / _MINUTE_S).to_numpy(dtype=np.float64)
    condition = counted["condition"].astype(str).to_numpy()
    rows = [KpiValue("emergency.walk_ins", len(counted), "count", len(counted))]
    for member in (None, *sorted(set(condition))):
        present = minutes if member is None else minutes[condition == member]
        for statistic in ("mean", "median", "p90") if len(present) else ():
            parts = ("emergency.walk_in_door_to_treatment_min", member, statistic)
            value = statistic_of(present, statistic)
            rows.append(KpiValue(".".join(part for part in parts if part), value, "min", len(present)))
    return rows


def _looks(looks: pd.DataFrame) -> list[KpiValue]:
    """Describe what was seen every quarter of an hour."""
    counted = looks[looks["time_s"] >= 0]
    count = len(counted)
    if not count:
        return []
    return [
        KpiValue("emergency.coverage", float(counted["covered"].mean()), "share", count),
        KpiValue("emergency.least_coverage", float(counted["covered"].min()), "share", count),
        KpiValue("emergency.most_waiting_calls", float(counted["waiting"].max()), "count", count),
        KpiValue("emergency.bays_taken", float(counted["bays_taken"].mean()), "count", count),
    ]
