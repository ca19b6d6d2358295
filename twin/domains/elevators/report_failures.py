"""How elevators failed: entrapments by hour, by cause and by the use of the building, and what many shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.panels import hour_lines
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, interval_text, spread_of
from twin.core.clock import DAY_S
from twin.core.kpis import HOURS
from twin.domains.elevators.kpis import observations
from twin.domains.elevators.parameters import CAUSES, USES
from twin.domains.elevators.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

TABLES = ("elevators.failures", "elevators.fleet")


def failures(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    cases = [[_cases(run, brain, replication) for replication in range(run.replications)] for brain in brains]
    if not any(len(day) for days in cases for day in days):
        return h("p", language("Nobody was trapped."), class_="empty")
    days = run.clock.duration_s / DAY_S
    text = language(
        "Entrapments a day: faults that stopped an elevator with somebody inside. Ranges are 95 % intervals over the "
        "replications where there are several."
    )
    by_hour = hour_lines(
        [[_spread(each, "hour", hour, days) for hour in HOURS] for each in cases], language("Entrapments by hour")
    )
    return join(
        h("p", text),
        legend(titles),
        figure(language("Entrapments by hour"), by_hour),
        _table(cases, "cause", CAUSES, titles, days, language),
        _table(cases, "use", USES, titles, days, language),
    )


def _cases(run: StoredRun, brain: str, replication: int) -> pd.DataFrame:
    return observations({name: run.events(name, brain, replication) for name in TABLES}, run.clock)


def _spread(replications: list[pd.DataFrame], grouping: str, member: str, days: float) -> Spread:
    counts = np.array([float((each[grouping] == member).sum()) / days for each in replications])
    return spread_of(counts) if len(counts) else NOTHING


def _table(
    cases: list[list[pd.DataFrame]],
    grouping: str,
    members: tuple[str, ...],
    titles: list[str],
    days: float,
    language: Language,
) -> Html:
    """Return entrapments a day by the members of a grouping, for each brain; those without any are left out."""
    rows: list[list[Child]] = []
    for member in members:
        spreads = [_spread(each, grouping, member, days) for each in cases]
        if any(spread.mean for spread in spreads):
            rows.append([language(MEMBER_NAMES[member]), *(interval_text(spread) for spread in spreads)])
    caption = language("Entrapments a day by cause") if grouping == "cause" else language("Entrapments a day by use")
    return table(["", *titles], rows, caption=caption)
