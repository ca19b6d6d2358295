"""What a recording or a check of a baseline says on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from twin.core.language import Language
from twin.experiment.baselines.exact import ExactCheck
from twin.experiment.baselines.files import Part
from twin.experiment.baselines.fingerprints import TableDifference
from twin.experiment.baselines.speed import SLOWEST, SpeedCheck
from twin.experiment.baselines.statistics import KpiCheck, StatisticsCheck

_VERDICTS: Final = {"kept": "kept", "moved": "moved", "unclear": "not shown to be kept"}
_SHOWN_COLUMNS: Final = 6


def recorded_lines(part: Part, content: Mapping[str, Any], language: Language) -> list[str]:
    """Say of a recording what a reader must know: which KPIs need a wider margin than the one named."""
    if part != "statistics":
        return []
    rows, days = content["kpis"], content["replications"]
    judged = [row for row in rows if row["margin_on_other_days"] is not None]
    wide = [row for row in judged if row["margin_on_other_days"] > row["margin"]]
    lines = [
        language(
            "{count} KPIs are guarded: on the same {days} days within the margin named",
            count=len(rows), days=days,
        ),
        language("on other days {held} of them hold it too, {wide} a wider one, {none} differ too much between days",
                 held=len(judged) - len(wide), wide=len(wide), none=len(rows) - len(judged)),
    ]  # fmt: skip
    for row in wide:
        mean = sum(row["values"].values()) / len(row["values"])
        share = f" ({100 * row['margin_on_other_days'] / abs(mean):.1f} %)" if mean else ""
        lines.append(f"  {row['kpi']} [{row['brain']}]: ±{_number(row['margin_on_other_days'])} {row['unit']}{share}")
    return lines


def exact_lines(check: ExactCheck, failed: bool, language: Language) -> list[str]:
    """Say which tables differ, in which columns, in how many rows."""
    if not check.differences:
        return [language("exact: all of {count} event tables are as recorded", count=check.tables)]
    lines = [
        language("exact: {differ} of {count} event tables differ", differ=len(check.differences), count=check.tables)
    ]
    if check.code_differs:
        what = ", ".join(language(name) for name in check.code_differs)
        lines.append(
            language("  not the same since it was recorded: {what}; so this is no failure without --strict", what=what)
            if not failed
            else language("  not the same since it was recorded: {what}", what=what)
        )
    else:
        lines.append(language("  yet code, map and libraries are the same: the run does not repeat itself"))
    for (brain, replication, table), row in check.differences.items():
        lines.append(f"  {brain}/{replication:04d}/{table}: {_difference(row, language)}")
    return lines


def _difference(row: TableDifference, language: Language) -> str:
    if row.rows is None:
        return language("missing; it had {rows} rows", rows=row.recorded_rows)
    if row.recorded_rows is None:
        return language("new, with {rows} rows", rows=row.rows)
    said = language(
        "{about} {differing} of {rows} rows ({recorded} recorded)",
        about=language("at least" if row.at_least else "about"), differing=row.differing_rows, rows=row.rows,
        recorded=row.recorded_rows,
    )  # fmt: skip
    if not row.columns:
        return said + language("; each column by itself holds the same values")
    names = ", ".join(row.columns[:_SHOWN_COLUMNS])
    more = len(row.columns) - _SHOWN_COLUMNS
    return said + language(
        "; columns {names}{more}", names=names, more=language(" and {n} more", n=more) if more > 0 else ""
    )


def statistics_lines(check: StatisticsCheck, days: int, language: Language) -> list[str]:
    """Say how each guarded KPI stands, first those that are not kept."""
    over = (
        language("the same {days} days, paired", days=days)
        if check.same_days
        else language("{days} other days", days=days)
    )
    if not check.rows:
        return [
            language("statistics: none of {count} KPIs can be judged on {days} other days; record more days (--reps)",
                     count=len(check.not_judged), days=days)
        ]  # fmt: skip
    failing = [row for row in check.rows if row.fails]
    lines = [
        language("statistics: {kept} of {count} KPIs are kept ({over})", kept=len(check.rows) - len(failing),
                 count=len(check.rows), over=over)
    ]  # fmt: skip
    lines += [_kpi_line(row, language) for row in failing]
    if check.not_judged:
        lines.append(
            language("  {count} more differ too much between days, or never vary: judged on the same days only",
                     count=len(check.not_judged))
        )  # fmt: skip
    return lines


def _kpi_line(row: KpiCheck, language: Language) -> str:
    name = f"  {row.kpi} [{row.brain}]: "
    if row.kept is None:
        return name + language("has no longer a value on enough days")
    kept = row.kept
    return name + language(
        "{verdict}: {recorded} -> {now} {unit}, difference {low} to {high}, margin ±{margin}",
        verdict=language(_VERDICTS[kept.verdict]), recorded=_number(kept.recorded), now=_number(kept.now),
        unit=row.unit, low=f"{kept.low:+.3g}", high=f"{kept.high:+.3g}", margin=_number(kept.margin),
    )  # fmt: skip


def speed_lines(checks: Sequence[SpeedCheck], language: Language) -> list[str]:
    """Say what a replication of each brain costs."""
    return [
        language(
            "speed: {brain} takes {now} reference loops a replication, {ratio} times as recorded ({recorded}){word}",
            brain=row.brain, now=_number(row.now), recorded=_number(row.recorded), ratio=f"{row.ratio:.2f}",
            word=language(": too slow, the limit is {limit}", limit=SLOWEST) if row.fails else "",
        )
        for row in checks
    ]  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
