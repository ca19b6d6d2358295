"""The KPIs of those who come in a crowd, to a concert or a match: all crowds of a run together."""

from __future__ import annotations

from typing import Final

from twin.core.kpis import KpiFamily

PREFIX: Final = "crowd_"
CROWD_FAMILIES: Final = (
    KpiFamily("crowd_cars", "cars that came in a crowd", "count", better="neither"),
    KpiFamily("crowd_late_share", "of a crowd's cars, whose people come to the place after it has begun", "share"),
    KpiFamily("crowd_search_min", "looking for a place, a crowd's cars", "min", ("mean", "p90")),
    KpiFamily("crowd_walk_m", "from the lot to the place, a crowd's cars", "m", ("mean", "p90")),
    KpiFamily("crowd_fail_share", "of a crowd's cars, which find no place", "share"),
    KpiFamily("crowd_home_min", "from the end of what a crowd came for to its cars' coming home", "min",
              ("mean", "p90")),
)  # fmt: skip
"""But for the first, what follows `PREFIX` is a column of `twin.domains.traffic.crowd_kpis.crowd_cars`."""
