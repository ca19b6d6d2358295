"""KPIs of maintenance, from recorded events alone: what visits prevent and cost, and what a prediction is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import Clock
from twin.core.kpis import KpiValue

FALSE_POSITIVES: Final = 0.090
"""Of the best published prediction (PLoS ONE 2025, pone.0320566), which finds a share of 0.919 of the faults."""
TOP: Final = 10
"""The lift is that of the tenth of the fleet with the highest risk."""


def maintenance_kpis(events: Mapping[str, pd.DataFrame], clock: Clock) -> Iterator[KpiValue]:
    """Return what visits have prevented and how far the rule's prediction held."""
    days = counted_days(events["elevators.maintenance"], clock)
    if days.empty:
        return
    total = days.sum()
    visits, count = float(total["visits"]), len(days)
    prevented = float(total["unvisited_faults"] - total["faults"])
    saved = float(total["unvisited_entrapments"] - total["entrapments"])
    yield KpiValue("elevators.prevented", prevented, "count", count)
    yield KpiValue("elevators.prevented_entrapments", saved, "count", count)
    yield KpiValue("elevators.maintenance_yuan", float(total["yuan"]), "yuan", count)
    if visits:
        yield KpiValue("elevators.prevented_per_1000_visits", 1000 * prevented / visits, "count", count)
        yield KpiValue("elevators.prevented_entrapments_per_1000_visits", 1000 * saved / visits, "count", count)
    yield from prediction_kpis(events["elevators.predictions"])


def counted_days(days: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Return the days that begin in the counted time."""
    return days[(days["begins_s"] >= 0) & (days["begins_s"] < clock.duration_s)]


def prediction_kpis(predictions: pd.DataFrame) -> Iterator[KpiValue]:
    """Return lift, true positives and calibration of the rule's ranking and the oracle's."""
    for ranking, suffix in (("rule", ""), ("oracle", ".oracle")):
        parts = parts_of(predictions, ranking)
        failed = parts["failed"].to_numpy(np.float64)
        if not failed.sum():
            continue
        count = int(failed.sum())
        yield KpiValue(f"elevators.prediction_lift{suffix}", lift(failed), "count", count)
        yield KpiValue(f"elevators.prediction_found{suffix}", true_positives(parts), "share", count)
        if not suffix:
            yield KpiValue("elevators.prediction_ratio", float(parts["expected"].sum()) / count, "count", count)


def parts_of(predictions: pd.DataFrame, ranking: str) -> pd.DataFrame:
    """Return the sums over the judged days for each hundredth of a ranking, the highest first."""
    own = predictions[predictions["ranking"] == ranking]
    return own.groupby("part")[["elevators", "expected", "hazard", "failed", "trapped"]].sum()


def lift(failed: NDArray[np.float64]) -> float:
    """Return how many times as many failures the first tenth of the parts has as its share of the fleet."""
    return float(failed[: len(failed) * TOP // 100].sum() / failed.sum() * 100 / TOP)


def true_positives(parts: pd.DataFrame, false_positives: float = FALSE_POSITIVES) -> float:
    """Return the share of failures among those with the highest risk, where this share of the others is among them."""
    failed = parts["failed"].to_numpy(np.float64)
    sound = parts["elevators"].to_numpy(np.float64) - failed
    found, alarmed = (np.concatenate([[0.0], np.cumsum(column) / column.sum()]) for column in (failed, sound))
    return float(np.interp(false_positives, alarmed, found))
