"""What each connected space brings: minutes and kilometres that drivers save beside another brain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from twin.charts.html import Child, Html, h, join, table
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.charts.statistics import Spread, spread_of
from twin.core.clock import DAY_S
from twin.domains.traffic.parking_kpis import MINUTE_S, WALK_M_PER_MIN, searching
from twin.domains.traffic.sample import vehicles_per_agent_of

if TYPE_CHECKING:
    from twin.core.language import Language

TRIP_COLUMNS: Final = ("looked", "arrived_s", "parked_s", "barrier_s", "search_m", "walk_m")


@dataclass(frozen=True, slots=True)
class Totals:
    """What parking cost all drivers on one counted day, and how many spaces were in the app."""

    spaces: float
    search_min: float
    walk_min: float
    search_km: float


def totals_of(run: StoredRun, brain: str, replication: int) -> Totals:
    """Return them of one replication, the counted time taken to a day."""
    told = run.events("traffic.lot_list", brain, replication, ("spaces", "connected"))
    trips = run.events("traffic.trips", brain, replication, TRIP_COLUMNS)
    began, search_s, search_km = searching(trips, run.clock)
    days = run.clock.duration_s / DAY_S / vehicles_per_agent_of(run)
    walk_m = float(np.nansum(trips["walk_m"].to_numpy(np.float64)[began]))
    return Totals(
        spaces=float(told["spaces"].to_numpy()[told["connected"].to_numpy(np.bool_)].sum()),
        search_min=float(search_s.sum()) / MINUTE_S / days,
        walk_min=walk_m / WALK_M_PER_MIN / days,
        search_km=float(search_km.sum()) / days,
    )


def connected(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html | None:
    """Return what stands below the heading; None where no brain has more spaces in the app than the first."""
    days = range(run.replications)
    base = [totals_of(run, brains[0], day) for day in days]
    rows: list[list[Child]] = []
    for brain, title in zip(brains[1:], titles[1:], strict=True):
        own = [totals_of(run, brain, day) for day in days]
        more = own[0].spaces - base[0].spaces
        if more <= 0:
            continue
        saved = [
            spread_of(
                np.array([getattr(one, name) - getattr(other, name) for one, other in zip(base, own, strict=True)])
            )
            for name in ("search_min", "walk_min", "search_km")
        ]
        rows.append([title, f"{more:,.0f}", *(_for_each(spread, more) for spread in saved)])
    if not rows:
        return None
    text = language(
        "Spaces in the app beyond those of {base}, and what all drivers together save in a day, users of the app or "
        "not, for each of them. Ranges are 95 % intervals over the days where there are several; below 0 is a loss.",
        base=titles[0],
    )
    head = [
        "", language("More spaces in the app"), language("Minutes of searching saved"),
        language("Minutes on foot saved"), language("Kilometres of searching saved"),
    ]  # fmt: skip
    return join(h("p", text), table(head, rows))


def _for_each(saved: Spread, spaces: float) -> str:
    mean = number(saved.mean / spaces, 3)
    if saved.count < 2:
        return mean
    return f"{mean} ({number(saved.low / spaces, 3)} … {number(saved.high / spaces, 3)})"
