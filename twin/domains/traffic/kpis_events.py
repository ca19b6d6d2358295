"""KPIs of what happened to the roads, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.kpis import KpiValue
from twin.domains.traffic.sample import vehicles_per_agent

DOES: Final = {"stays_home": "barred_at_home", "shifts": "barred_shifted", "drives_anyway": "barred_driven"}


def event_kpis(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    """Return them; those of closures and restrictions only where there were any."""
    closures = events["traffic.closures"]
    if len(closures):
        yield KpiValue("traffic.turned_back", float(closures["turned"].sum()), "count", len(closures))
    locked = events["traffic.locked_links"]
    begins_s, ends_s = (locked[name].to_numpy(np.float64) for name in ("begins_s", "ends_s"))
    ends_s = np.where(np.isnan(ends_s), clock.duration_s, ends_s)
    counted_s = np.clip(ends_s, 0.0, clock.duration_s) - np.clip(begins_s, 0.0, clock.duration_s)
    yield KpiValue("traffic.locked_link_h", float(np.maximum(counted_s, 0.0).sum() / HOUR_S), "h", len(locked))
    circles = locked["link"][locked["in_circle"].to_numpy(np.bool_)].nunique()
    yield KpiValue("traffic.gridlocked_links", float(circles), "count", len(locked))
    barred = events["traffic.barred"]
    for does, family in DOES.items() if len(barred) else ():
        agents = int((barred["does"] == does).sum())
        cars = vehicles_per_agent(events) * agents
        yield KpiValue(f"traffic.{family}", cars / max(1.0, clock.duration_s / DAY_S), "count", agents)
