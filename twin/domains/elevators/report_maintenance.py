"""What maintenance brought and cost under each brain, and how far what its rule foretold came true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import Panel, polyline
from twin.charts.section import StoredRun
from twin.charts.statistics import interval_text, spread_of
from twin.domains.elevators.judging import ORACLE, ROUNDS, RULE
from twin.domains.elevators.kpis_maintenance import FALSE_POSITIVES, counted_days, lift, parts_of, true_positives
from twin.domains.elevators.records_maintenance import PARTS

if TYPE_CHECKING:
    from twin.core.language import Language

TENTH: Final = PARTS // 10
PUBLISHED_FOUND: Final = 0.919
"""True positives at `FALSE_POSITIVES` (PLoS ONE 2025, pone.0320566)."""
_SUMS: Final = (
    ("visits", "Visits", 0),
    ("faults", "Faults", 0),
    ("entrapments", "Entrapments", 0),
    ("prevented", "Faults prevented", 0),
    ("prevented_per_1000", "Faults prevented by 1,000 visits", 1),
    ("saved_per_1000", "Entrapments prevented by 1,000 visits", 2),
    ("million_yuan", "Visits and repairs, million yuan", 1),
)


def maintenance(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    sums = [pd.DataFrame([_sums(run, brain, day) for day in range(run.replications)]) for brain in brains]
    rows: list[list[Child]] = [
        [language(title), *(interval_text(spread_of(own[name].to_numpy(np.float64)), places) for own in sums)]
        for name, title, places in _SUMS
    ]
    text = language(
        "Prevented is what would have failed had nobody visited any elevator since the run began: a fleet with the "
        "same chance is lived beside, failure by failure. Faults are counted as if an elevator that stands still could "
        "fail."
    )
    judged = [_judged(run, brain, title, language) for brain, title in zip(brains, titles, strict=True)]
    return join(
        h("p", text),
        table(["", *titles], rows, caption=language("Maintenance, by brain; a run's sums")),
        *judged,
    )


def _sums(run: StoredRun, brain: str, replication: int) -> dict[str, float]:
    total = counted_days(run.events("elevators.maintenance", brain, replication), run.clock).sum()
    prevented = float(total["unvisited_faults"] - total["faults"])
    saved = float(total["unvisited_entrapments"] - total["entrapments"])
    visits = float(total["visits"])
    a_thousand = visits / 1000 if visits else np.nan
    return {
        "visits": visits, "faults": float(total["faults"]), "entrapments": float(total["entrapments"]),
        "prevented": prevented, "prevented_per_1000": prevented / a_thousand, "saved_per_1000": saved / a_thousand,
        "million_yuan": float(total["yuan"]) / 1e6,
    }  # fmt: skip


def _judged(run: StoredRun, brain: str, title: str, language: Language) -> Html | None:
    """Return how one brain's rule did as a prophet; None where it foretold nothing, or nothing failed."""
    tables = [run.events("elevators.predictions", brain, day) for day in range(run.replications)]
    found = pd.concat(tables, ignore_index=True)
    names = {RULE: title, ORACLE: language("True hazard, which nobody knows"), ROUNDS: language("Days since the visit")}
    parts = {ranking: parts_of(found, ranking) for ranking in names}
    if parts[RULE].empty or not parts[RULE]["failed"].sum():
        return None
    curves = lift_curves([parts[ranking] for ranking in names], language("Failures found, by share of the fleet"))
    own, best = (true_positives(parts[ranking]) for ranking in (RULE, ORACLE))
    note = language(
        "The tenth of the fleet with the highest risk has {lift} times its share of the failures from wear; by the "
        "true hazard it would have {oracle} times. Where {false} % of the other elevators are named too, {found} % of "
        "the failures are found, {best} % at best; the best published figure is {published} %, of a laboratory in "
        "which a fault shows in the signal. Here a failure is for the most part chance, which no signal foretells.",
        lift=number(lift(parts[RULE]["failed"].to_numpy(np.float64)), 1),
        oracle=number(lift(parts[ORACLE]["failed"].to_numpy(np.float64)), 1),
        false=f"{100 * FALSE_POSITIVES:.0f}", found=f"{100 * own:.0f}", best=f"{100 * best:.0f}",
        published=f"{100 * PUBLISHED_FOUND:.0f}",
    )  # fmt: skip
    heading = h("h3", language("What {brain} foretold", brain=title))
    judged = language("Days judged: {n}; none of them was known when it was foretold.", n=_days(found))
    charts = h("div", figure(language("Failures found, by share of the fleet"), curves), class_="charts")
    return join(
        heading, h("p", judged), legend(list(names.values())), charts, h("p", note), _calibration(parts, language)
    )


def _days(predictions: pd.DataFrame) -> int:
    return len(predictions.loc[predictions["ranking"] == RULE, ["day"]]) // PARTS


def lift_curves(rankings: list[pd.DataFrame], label: str) -> Html:
    """Draw what share of failures lies in each share of the fleet, per cent, for each ranking."""
    panel = Panel.of((0, 100), (0, 100))
    lines = [h("path", d=polyline([(panel.x(0), panel.y(0)), (panel.x(100), panel.y(100))]), class_="target")]
    for series, parts in enumerate(rankings):
        reached, named = (
            np.concatenate([[0.0], 100 * np.cumsum(column) / column.sum()])
            for column in (parts["failed"].to_numpy(np.float64), parts["elevators"].to_numpy(np.float64))
        )
        points = [(panel.x(x), panel.y(y)) for x, y in zip(named.tolist(), reached.tolist(), strict=True)]
        lines.append(h("path", d=polyline(points), class_=f"curve b{series}"))
    return panel.draw(label, *lines, x_ticks=(0, 25, 50, 75, 100), suffix="%")


def _calibration(parts: dict[str, pd.DataFrame], language: Language) -> Html:
    """Return expected and lived failures for each tenth of the fleet by risk, and what other rankings find."""
    tenths = {name: own.groupby(np.arange(len(own)) // TENTH).sum() for name, own in parts.items()}
    rows: list[list[Child]] = []
    for tenth in range(10):
        own = tenths[RULE].iloc[tenth]
        others = [number(float(tenths[name]["failed"].iloc[tenth]), 0) for name in (ORACLE, ROUNDS)]
        expected, failed = number(float(own["expected"]), 0), number(float(own["failed"]), 0)
        rows.append([str(tenth + 1), expected, failed, *others])
    head = [
        language("Tenth of the fleet, highest risk first"), language("Expected"), language("Failed"),
        language("Failed, ranked by the true hazard"), language("Failed, ranked by days since the visit"),
    ]  # fmt: skip
    return table(head, rows, caption=language("Failures from wear on the judged days: expected and what came"))
