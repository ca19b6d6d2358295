"""Cost against relief: what each measure cost, and what it took from the stations' air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.numbers import number
from twin.charts.rows import Step, bridge_rows
from twin.core.clock import DAY_S
from twin.domains.air.kinds import GROUPS, group_of
from twin.domains.air.kpis import counted
from twin.domains.air.report_findings import MEMBER_NAMES
from twin.domains.air.report_ground import Ground
from twin.domains.air.report_sources import contributions

if TYPE_CHECKING:
    from twin.core.language import Language

Floats = NDArray[np.float64]

MEASURES: Final = {
    "coal": "Enterprises that burn coal are curbed",
    "process": "Other enterprises are curbed",
    "dust": "Building sites stand still",
    "traffic": "Traffic is restricted",
}
"""What acts on which group of sources."""
FORMED: Final = ("inorganic", "organic")
_MILLION: Final = 1e6
_LEAST: Final = 0.005


@dataclass(frozen=True, eq=False)
class Balance:
    """What measures cost and brought under one brain, means over the stations and the counted hours.

    Attributes
    ----------
    yuan
        By measure.
    relief
        µg/m³ by group of sources.
    without, lived
        PM2.5 without measures and as lived, µg/m³.
    """

    yuan: dict[str, float]
    relief: dict[str, float]
    without: float
    lived: float


def balances(ground: Ground) -> list[Balance]:
    """Return the balance of each brain."""
    pairs = zip(contributions(ground), contributions(ground, "pm25_without"), ground.brains, strict=True)
    found = []
    for lived, without, brain in pairs:
        relief = dict(zip(GROUPS, (without - lived).mean(axis=0).tolist(), strict=True))
        yuan = _yuan(ground, brain)
        found.append(Balance(yuan, relief, float(without.mean(axis=0).sum()), float(lived.mean(axis=0).sum())))
    return found


def _yuan(ground: Ground, brain: str) -> dict[str, float]:
    run = ground.run
    kinds = run.events("air.plants", brain, 0, ["kind"])["kind"].astype(object)
    lost = run.events("air.plant_totals", brain, 0, ["lost_yuan"])["lost_yuan"].to_numpy(np.float64)
    group = np.array([group_of(kind) for kind in kinds], object)
    orders = counted(run.events("air.warnings", brain, 0), "begins_s", run.clock)
    inside = 1 - np.clip(orders["begins_s"].to_numpy() + DAY_S - run.clock.duration_s, 0, DAY_S) / DAY_S
    trips = float((orders["trips_yuan"].to_numpy() * inside).sum())
    stood_still = counted(run.events("air.hours", brain, 0, ["begins_s", "cut_yuan"]), "begins_s", run.clock)
    sites = max(float(stood_still["cut_yuan"].sum()) - float(lost.sum()), 0.0)
    return {"coal": float(lost[group == "coal"].sum()), "process": float(lost[group == "process"].sum()),
            "dust": sites, "traffic": trips}  # fmt: skip


def costs(ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    if ground.empty:
        return h("p", language("No hour was counted."), class_="empty")
    each = balances(ground)
    text = language(
        "What all measures together took from the mean of PM2.5 over the stations, in µg/m³, by the sources that gave "
        "less. What forms in the air out of gases is the work of all measures together, some days later, and of the "
        "region where it joins them: it has no cost of its own here."
    )
    reach = max(one.without - one.lived for one in each)
    drawn = [_bridge(title, one, reach, language) for title, one in zip(ground.titles, each, strict=True)]
    return join(h("p", text), h("div", drawn, class_="charts wide"), _table(ground, each, language))


def _bridge(title: str, one: Balance, reach: float, language: Language) -> Html:
    said = language(
        "{lived} µg/m³ instead of {without}", lived=number(one.lived, 1), without=number(one.without, 1)
    )  # fmt: skip
    now, steps = 0.0, []
    for group in GROUPS:
        relief = one.relief[group]
        if abs(relief) < _LEAST:
            continue
        kind = "less" if relief > 0 else "more"
        steps.append(Step(language(MEMBER_NAMES[group]), now, now + relief, kind, (number(relief, 2),)))
        now += relief
    if not steps:
        return figure(join(title, h("small", said)), h("p", language("No measure took anything."), class_="empty"))
    steps.append(Step(language("All together"), 0.0, now, "b1", (number(now, 2),)))
    label = language("What measures took from PM2.5 under {brain}", brain=title)
    drawn = bridge_rows(steps, [language("PM2.5 less"), "µg/m³"], label, reach=reach)
    return figure(join(title, h("small", said)), drawn)


def _table(ground: Ground, each: list[Balance], language: Language) -> Html:
    head = [language("Measure")]
    for title in ground.titles:
        head += [language("{brain}: cost, million yuan", brain=title), language("{brain}: relief, µg/m³", brain=title),
                 language("{brain}: relief for each million yuan", brain=title)]  # fmt: skip
    rows: list[list[Child]] = []
    for group, name in MEASURES.items():
        row: list[Child] = [language(name)]
        for one in each:
            row += _cells(one.yuan[group], one.relief[group])
        rows.append(row)
    formed: list[Child] = [language("Less forms in the air out of gases")]
    whole: list[Child] = [language("All together")]
    for one in each:
        formed += ["–", number(sum(one.relief[group] for group in FORMED), 2), "–"]
        whole += _cells(sum(one.yuan.values()), one.without - one.lived)
    caption = language("Cost and relief of each measure: particles that sources gave less, mean of all counted hours")
    return table(head, [*rows, formed, whole], caption=caption, class_="compact")


def _cells(yuan: float, relief: float) -> list[Child]:
    """Return cost, relief and their ratio, which what has cost nothing has not."""
    ratio = number(relief / yuan * _MILLION, 3) if yuan > 0 else "–"
    return [number(yuan / _MILLION, 1), number(relief, 2), ratio]
