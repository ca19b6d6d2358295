"""Where the roads locked, which were closed, and whom a plate restriction kept off them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, h, join, table
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.core.clock import HOUR_S
from twin.domains.traffic.sample import vehicles_per_agent_of

if TYPE_CHECKING:
    from twin.core.language import Language

MOST_STREETS: Final = 12


def incidents(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    parts: list[Child] = []
    for brain, title in zip(brains, titles, strict=True):
        parts += [h("h3", title), *_locked(run, brain, language), _closed(run, brain, language)]
    parts.append(_barred(run, brains[0], language))
    return join(parts)


def _table_of(run: StoredRun, brain: str, name: str) -> pd.DataFrame:
    frames = [run.events(name, brain, replication) for replication in range(run.replications)]
    return pd.concat([frame.assign(day=day) for day, frame in enumerate(frames)], ignore_index=True)


def _locked(run: StoredRun, brain: str, language: Language) -> list[Child]:
    rows = _table_of(run, brain, "traffic.locked_links")
    aside = _table_of(run, brain, "traffic.roads").groupby("day")["put_aside"].max().sum()
    unjammed = h("p", language("{n} vehicles were put beside the road to undo a gridlock.", n=f"{int(aside):,}"))
    if rows.empty:
        return [h("p", language("No link was locked for a quarter of an hour.")), unjammed if aside else None]
    ends_s = rows["ends_s"].fillna(run.clock.duration_s)
    rows = rows.assign(
        hours=np.maximum(ends_s - rows["begins_s"], 0.0) / HOUR_S, street=rows["name"].astype(str),
        where=rows["district"].astype(str),
    )  # fmt: skip
    streets = rows.groupby(["street", "where"], observed=True).agg(
        links=("link", "nunique"), begins_s=("begins_s", "min"), hours=("hours", "sum"), circle=("in_circle", "any")
    )
    worst = streets.sort_values("hours", ascending=False).head(MOST_STREETS).reset_index()
    typed: Iterator[Any] = worst.itertuples()
    body: list[list[Child]] = [
        [
            language("(no name)") if not row.street else str(row.street), str(row.where), str(row.links),
            f"{run.clock.at(row.begins_s):%m-%d %H:%M}", number(row.hours, 1),
            language("yes") if row.circle else language("no"),
        ]
        for row in typed
    ]  # fmt: skip
    circles = rows["link"][rows["in_circle"].to_numpy(np.bool_)].nunique()
    finding = language(
        "Gridlock: {n} links stood locked, {circles} of them in circles in which each waits for the next, first on "
        "{street} at {time}."
        if circles
        else "No gridlock, but {n} links stood locked behind one another, {circles} of them in circles, first on "
        "{street} at {time}.",
        n=rows["link"].nunique(), circles=circles,
        street=str(rows["street"].iloc[int(rows["begins_s"].argmin())]) or language("(no name)"),
        time=f"{run.clock.at(float(rows['begins_s'].min())):%m-%d %H:%M}",
    )  # fmt: skip
    head = [language(text) for text in ("Street", "District", "Links", "First at", "Link-hours", "In a circle")]
    return [h("p", finding), unjammed if aside else None, table(head, body, numbers_from=2)]


def _closed(run: StoredRun, brain: str, language: Language) -> Child:
    rows = _table_of(run, brain, "traffic.closures")
    if rows.empty:
        return None
    return h(
        "p",
        language(
            "Closed: up to {links} links at once, {points} places could not be reached; {turned} drivers learned of "
            "it at the barrier.",
            links=int(rows["links"].max()), points=int(rows["points_cut_off"].max()), turned=int(rows["turned"].sum()),
        ),
    )  # fmt: skip


def _barred(run: StoredRun, brain: str, language: Language) -> Child:
    rows = _table_of(run, brain, "traffic.barred")
    if rows.empty:
        return None
    share = rows["does"].value_counts(normalize=True)
    return h(
        "p",
        language(
            "Of {n} cars that would have driven against the plate restriction, {home} % stayed at home, {shift} % "
            "drove before or after its hours, {anyway} % drove all the same (all of it assumed).",
            n=f"{vehicles_per_agent_of(run) * len(rows):,}", home=number(100 * float(share.get("stays_home", 0)), 0),
            shift=number(100 * float(share.get("shifts", 0)), 0),
            anyway=number(100 * float(share.get("drives_anyway", 0)), 0),
        ),
    )  # fmt: skip
