"""What many shared: how many people are still trapped, minute by minute, after a power cut or a flood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import Panel, polyline
from twin.charts.section import StoredRun
from twin.domains.elevators.parameters import COMMON_CAUSES

if TYPE_CHECKING:
    from twin.core.language import Language

FEWEST: Final = 10
"""Fewer entrapments at once are no mass failure."""
_POINTS: Final = 240
_MINUTE_S: Final = 60.0
_SHARES: Final = (50, 90, 100)


def first_day(run: StoredRun, brains: list[str]) -> list[pd.DataFrame]:
    """Return what common causes trapped in the first replication, for each brain."""
    found = []
    for brain in brains:
        rows = run.events("elevators.rescues", brain, 0)
        found.append(rows[rows["cause"].isin(COMMON_CAUSES) & (rows["people"] > 0)])
    return found


def mass_failure(rescues: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading; `first_day` must have found enough."""
    begins_s = min(float(rows["at_s"].min()) for rows in rescues)
    samples = [trapped_until_min(rows, begins_s) for rows in rescues]
    last = max(1.0, max(float(minutes.max()) for minutes, _ in samples))
    most = max(1.0, *(float(people.sum()) for _, people in samples))
    panel = Panel.of((0, last), (0, most))
    at = np.linspace(0, last, _POINTS)
    curves = [
        h("path", d=polyline([(panel.x(x), panel.y(y)) for x, y in zip(at, still(at, *sample), strict=True)]),
          class_=f"curve b{series}")
        for series, sample in enumerate(samples)
    ]  # fmt: skip
    label = language("People still trapped, by minutes after the first stop")
    text = language(
        "In {n} elevators people were trapped at once; the line shows how many people are still inside, on the first "
        "day where there are several.",
        n=len(rescues[0]),
    )
    return join(
        h("p", text), legend(titles), figure(label, panel.draw(label, *curves)), _table(rescues, titles, language)
    )


def trapped_until_min(rescues: pd.DataFrame, begins_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when each was over, minutes after the beginning, and how many people it freed; both in order of time.

    One that did not end is over when the last of the others is.
    """
    minutes = ((rescues["freed_s"] - begins_s) / _MINUTE_S).to_numpy(np.float64)
    minutes = np.where(np.isnan(minutes), np.nanmax(minutes, initial=0.0), minutes)
    order = np.argsort(minutes, kind="stable")
    return minutes[order], rescues["people"].to_numpy(np.float64)[order]


def still(at: NDArray[np.float64], minutes: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many people are still trapped at these times."""
    freed = np.concatenate([[0.0], np.cumsum(people)])
    return np.asarray(people.sum() - freed[np.searchsorted(minutes, at, side="right")])


def _table(rescues: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    rows: list[list[Child]] = []
    lasted = [((one["freed_s"] - one["at_s"]) / _MINUTE_S).dropna().to_numpy(np.float64) for one in rescues]
    for share, name in zip(_SHARES, ("half are free after", "nine in ten", "the last"), strict=True):
        rows.append([language(name), *(number(float(np.percentile(one, share)), 0) for one in lasted)])
    rows.append([
        language("people-minutes, thousands"),
        *(number(float(((one["freed_s"] - one["at_s"]) * one["people"]).sum()) / 60_000, 1) for one in rescues),
    ])  # fmt: skip
    return table([language("minutes"), *titles], rows, caption=language("How long it lasted"))
