"""What those who come in a crowd go through, a row a car, from recorded events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.kpis import KpiValue
from twin.core.statistics import statistic_of
from twin.domains.traffic.happened import CROWDS
from twin.domains.traffic.measures_crowds import CROWD_FAMILIES, PREFIX
from twin.domains.traffic.parameters import PURPOSES
from twin.domains.traffic.parking_kpis import FOUND_NONE, MINUTE_S, WALK_M_PER_MIN
from twin.domains.traffic.sample import vehicles_per_agent

TRIP_COLUMNS: Final = (
    "vehicle", "purpose", "arrived_s", "parked_s", "walk_m", "barrier_s", "looked", "ending", "lot",
)  # fmt: skip


def crowd_cars(crowds: pd.DataFrame, trips: pd.DataFrame) -> pd.DataFrame:
    """Return what each car of these crowds went through.

    Parameters
    ----------
    crowds, trips
        The tables ``traffic.crowds`` and, with `TRIP_COLUMNS` at least, ``traffic.trips``.

    Returns
    -------
    DataFrame
        A row for each car that set out: ``crowd``, ``late_share`` (1, 0), ``search_min``, ``walk_m``, ``fail_share``
        (1, 0), ``lot`` and ``home_min``, from the end of what they came for; missing where it has not come about.
    """
    rows: Iterator[Any] = crowds.itertuples()
    parts = [_of_crowd(row, trips) for row in rows]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _of_crowd(crowd: Any, trips: pd.DataFrame) -> pd.DataFrame:
    vehicle, purpose = trips["vehicle"].to_numpy(), trips["purpose"].to_numpy()
    came = (vehicle >= crowd.first_vehicle) & (vehicle < crowd.first_vehicle + crowd.cars)
    there = trips[came & (purpose == PURPOSES.index("leisure"))]
    back = trips[came & (purpose == PURPOSES.index("home"))].set_index("vehicle")["parked_s"]

    def of(name: str) -> NDArray[np.float64]:
        return np.asarray(there[name].to_numpy(np.float64))

    come_s = of("parked_s") + np.nan_to_num(of("walk_m")) / WALK_M_PER_MIN * MINUTE_S
    search_s = np.maximum(of("parked_s") - of("arrived_s") - of("barrier_s"), 0.0)
    home_s = back.reindex(there["vehicle"]).to_numpy(np.float64)
    return pd.DataFrame(
        {
            "crowd": crowd.Index,
            "late_share": np.where(np.isnan(come_s), np.nan, come_s > crowd.begins_s),
            "search_min": np.where(of("looked") > 0, search_s / MINUTE_S, np.nan),
            "walk_m": np.where(np.isnan(of("lot")), np.nan, of("walk_m")),
            "fail_share": there["ending"].isin(FOUND_NONE).to_numpy(np.float64),
            "lot": of("lot"),
            "home_min": (home_s - crowd.ends_s) / MINUTE_S,
        }
    )


def crowd_kpis(events: Mapping[str, pd.DataFrame]) -> Iterator[KpiValue]:
    """Return the KPIs of all crowds together; none where nobody came."""
    cars = crowd_cars(events[CROWDS], events["traffic.trips"])
    if not len(cars):
        return
    yield KpiValue("traffic.crowd_cars", float(vehicles_per_agent(events) * len(cars)), "count", len(cars))
    for family in CROWD_FAMILIES[1:]:
        values = cars[family.name.removeprefix(PREFIX)].dropna().to_numpy(np.float64)
        for statistic in (family.statistics or (None,)) if len(values) else ():
            name = ".".join(part for part in ("traffic", family.name, statistic) if part)
            yield KpiValue(name, statistic_of(values, statistic), family.unit, len(values))
