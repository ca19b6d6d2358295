"""The KPIs of rescue by name: what each is, its unit, its groups."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

_TIMES: Final = ("mean", "p90", "worst")
_GROUPS: Final = ("use", "district")


def _minutes(
    name: str, title: str, groups: tuple[str, ...] = (), headline: tuple[str, ...] = ("mean",),
    target: float | None = None,
) -> KpiFamily:  # fmt: skip
    return KpiFamily(name, title, "min", _TIMES, name, groups, "lower", target, headline)


RESCUE_FAMILIES: Final = (
    _minutes("alarm_min", "stop to the firm being told"),
    _minutes("arrival_min", "firm told to somebody being at the elevator", _GROUPS, ("mean", "p90"), 30.0),
    _minutes("release_min", "arrival to the trapped being free"),
    _minutes("trapped_min", "time trapped", _GROUPS, ("mean", "p90", "worst")),
    KpiFamily("over_30_min", "entrapments that lasted over 30 min", "share", (), "over_30_min", _GROUPS, "lower", None,
              ("",)),
    KpiFamily("people_minutes", "people-minutes trapped", "min", headline=("",)),
    KpiFamily("still_trapped", "entrapments not ended when the run was", "count"),
    KpiFamily("second_level", "entrapments to which the second level or the fire brigade was called", "count",
              better="neither"),
    KpiFamily("freed_by_another", "entrapments ended by another than the contracted firm", "share", (),
              "freed_by_another", better="neither"),
    KpiFamily("freed_by_power", "entrapments that ended by themselves when power came back", "count",
              better="neither"),
    KpiFamily("false_alarms", "false alarms for which somebody was sent", "count"),
    KpiFamily("fell_ill", "people who fell ill while they were trapped", "count"),
    KpiFamily("worker_utilisation", "workers' shifts spent on visits, faults and rescues", "share", better="neither"),
    KpiFamily("cost_yuan", "what rescue and connections have cost", "yuan"),
)  # fmt: skip
