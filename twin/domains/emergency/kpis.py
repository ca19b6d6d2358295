"""KPIs of the emergency domain, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import Clock
from twin.core.kpis import HOURS, KpiFamily, KpiValue
from twin.core.statistics import statistic_of
from twin.domains.emergency.congestion import minutes_of_calls, shares
from twin.domains.emergency.measures import FAMILIES, PHONES
from twin.domains.emergency.outcome import function_of
from twin.domains.emergency.tables import PATIENT

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
_REACHED: Final = {"congestion_to_scene_min": "at_scene_s", "congestion_with_patient_min": "door_s"}
"""Each measure of congestion, and the stamp that a call must have for it."""
_NOT_BUSY: Final = ("at_station", "returning", "changing_crew", "out_of_service")
_OUTCOMES: Final = {"arrest_survival": "cardiac_arrest", "stemi_mortality": "stemi", "stroke_good_outcome": "stroke"}
"""Each expected outcome: the condition whose default function of `outcome.FUNCTIONS` gives it."""
_SHARES: Final = ("wrong_place", "queued_for_vehicle", "called_off", "secondary_transfers")
_GROUPINGS: Final = ("condition", "district", "ending", "kind", "age", "phone", "hour")


class CountedCalls:
    """The calls of the counted time in order of their numbers; a measure is worked out when it is asked for.

    So a year's KPIs need one column at a time, not a table of all.
    """

    def __init__(self, events: Mapping[str, pd.DataFrame], clock: Clock) -> None:
        self._clock = clock
        self._events = events
        calls = self._calls = events["emergency.calls"]
        number = calls["call"].to_numpy()
        counted = np.flatnonzero(calls["ring_s"].to_numpy() >= 0)
        self._order = counted[np.argsort(number[counted], kind="stable")]
        self.number: NDArray[np.int64] = number[self._order]
        self._groups: dict[str, pd.Categorical[Any]] = {}

    def __len__(self) -> int:
        return len(self._order)

    def recorded(self, name: str) -> Any:
        """Return a column as it is recorded, shape (calls,)."""
        return self._calls[name].array[self._order]

    def _seconds(self, name: str) -> NDArray[np.float64]:
        stamps: NDArray[np.float64] = self._calls[name].to_numpy(np.float64)[self._order]
        return stamps

    def _happened(self, name: str) -> NDArray[np.bool_]:
        return ~np.asarray(pd.isna(self.recorded(name)), dtype=np.bool_)

    def group(self, name: str) -> pd.Categorical[Any]:
        """Return to which member of a grouping each call belongs; "" where it is not known."""
        if name not in self._groups:
            self._groups[name] = self._members(name)
        return self._groups[name]

    def _members(self, name: str) -> pd.Categorical[Any]:
        if name == "hour":
            hours = self._clock.hours_of_day(self._seconds("ring_s"))
            return pd.Categorical.from_codes(hours.astype(np.int8), pd.Index(HOURS))
        if name == "phone":
            told = self._happened("smartphone")
            without = ~np.asarray(self.recorded("smartphone")[told], dtype=np.bool_)
            codes = np.zeros(len(self), np.int8)
            codes[told] = 1 + without
            return pd.Categorical.from_codes(codes, pd.Index(["", *PHONES]))
        recorded = pd.Categorical(self.recorded(name))
        known = recorded if "" in recorded.categories else recorded.add_categories([""])
        return known.fillna("")

    def measure(self, name: str) -> NDArray[np.float64]:
        """Return a measure of each call, NaN where it has none, shape (calls,)."""
        if name in _SPANS:
            begin, end, unit_s = _SPANS[name]
            span = (self._seconds(end) - self._seconds(begin)) / unit_s
            return span if name != "laboratory_wait_min" else np.where(self.group("condition") == "stemi", span, np.nan)
        if name in _LIMITS:
            measure, limit = _LIMITS[name]
            values = self.measure(measure)
            return _where(values <= limit, ~np.isnan(values))
        if name in _OUTCOMES:
            return self._expected(_OUTCOMES[name])
        if name in _REACHED:
            minutes = minutes_of_calls(
                name, self._events["emergency.trips"], self.number, self._seconds("vehicle"), self._seconds("out_s")
            )
            return np.where(self._happened(_REACHED[name]), minutes, np.nan)
        true, counted = self._share(name)
        return _where(true, counted)

    def _share(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return of which calls a share is true, and which count."""
        sent = self._happened("dispatch_s")
        if name == "wrong_place":
            return np.asarray(self.recorded("sent_wrong"), dtype=np.bool_), self._happened("at_scene_s")
        if name == "queued_for_vehicle":
            waited = np.asarray(self.recorded("waited_for_vehicle"), dtype=np.bool_)
            return waited, sent | waited
        if name == "called_off":
            return np.asarray(self.recorded("called_off")) > 0, sent
        if name == "secondary_transfers":
            return self._happened("transferred_to"), self._happened("treatment_s")
        raise KeyError(name)

    def _expected(self, condition: str) -> NDArray[np.float64]:
        """Return the expected outcome of each treated patient with this condition, NaN for all others."""
        rule = function_of(condition)
        if rule is None:
            raise ValueError(f"{condition} has no outcome function")
        delay_min = (self._seconds(rule.to_stamp) - self._seconds(rule.from_stamp)) / _MINUTE_S
        affected = (self.group("condition") == condition) & (self.group("kind") == PATIENT)
        value, _ = rule.evaluate(np.where(affected, delay_min, np.nan))
        return np.asarray(value, dtype=np.float64)


def observations(events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
    """Return one row a call of the counted time (index: its number), a column a measure, NaN where it has none."""
    calls = CountedCalls(events, clock)
    columns: dict[str, Any] = {name: calls.group(name) for name in _GROUPINGS}
    columns |= {name: calls.measure(name) for name in (*_SPANS, *_LIMITS, *_OUTCOMES, *_SHARES, *_REACHED)}
    return pd.DataFrame(columns, index=pd.Index(calls.number, name="call"))


def _where(true: NDArray[np.bool_], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return 1 and 0, NaN where a case does not count."""
    return np.where(counted, true.astype(np.float64), np.nan)


def compute(events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
    """Return every KPI that has at least one case behind it."""
    return [
        *_of_calls(CountedCalls(events, clock)),
        *_fleet(events, clock),
        *shares(events["emergency.trips"], clock),
        *_walk_ins(events["emergency.walk_ins"]),
        *_looks(events["emergency.coverage"]),
    ]


def _of_calls(calls: CountedCalls) -> list[KpiValue]:
    rows = [row for family in FAMILIES if family.column for row in _statistics(family, calls)]
    return rows + _counts(calls)


def _statistics(family: KpiFamily, calls: CountedCalls) -> Iterator[KpiValue]:
    values = calls.measure(family.column)
    there = ~np.isnan(values)
    samples: list[tuple[str | None, NDArray[np.float64]]] = [(None, values[there])]
    for grouping in family.groups:
        group = calls.group(grouping)
        codes = group.codes[there]
        members = ((str(member), code) for code, member in enumerate(group.categories) if member)
        samples += [(member, values[there][codes == code]) for member, code in sorted(members)]
    for member, present in samples:
        if not len(present):
            continue
        for statistic in family.statistics or (None,):
            name = ".".join(part for part in ("emergency", family.name, member, statistic) if part)
            yield KpiValue(name, statistic_of(present, statistic), family.unit, len(present))


def _counts(calls: CountedCalls) -> list[KpiValue]:
    total, ending = len(calls), calls.group("ending")
    treated = np.asarray(ending == "treated")
    sent = int(np.count_nonzero(~np.isnan(calls.measure("chute_s"))))
    rows = [
        KpiValue("emergency.calls", total, "count", total),
        KpiValue("emergency.dispatched_calls", sent, "count", total),
        KpiValue("emergency.treated", int(treated.sum()), "count", total),
        KpiValue("emergency.unserved", int((ending == "unserved").sum()), "count", total),
    ]
    by_condition = calls.group("condition")[treated].value_counts()
    return rows + [
        KpiValue(f"emergency.treated.{name}", float(by_condition[name]), "count", total)
        for name in sorted(by_condition.index[by_condition > 0])
    ]


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
