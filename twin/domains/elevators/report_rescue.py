"""How the trapped were freed: the steps from the stop to the release under each brain, and who freed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import cumulative_curves
from twin.charts.rows import Link, chain_rows
from twin.charts.section import StoredRun

if TYPE_CHECKING:
    from twin.core.language import Language

STEPS: Final = (
    ("The firm is told", "at_s", "told_s"),
    ("A worker is found", "told_s", "sent_s"),
    ("Setting out, the drive, the way to the elevator", "sent_s", "arrive_s"),
    ("Release", "arrive_s", "freed_s"),
)
"""What lies between the stamps of an entrapment."""
WAYS_NAMED: Final = {
    "connected": "the elevator itself",
    "property": "the property",
    "platform": "96333 by the plate's number",
    "nobody": "somebody who heard them at last",
}
LEVELS_NAMED: Final = {1: "the firm or another firm's worker", 2: "the second level", 3: "the fire brigade"}
_MINUTE_S: Final = 60.0


def rescues_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return the entrapments of all replications that began in the counted time and ended."""
    parts = [run.events("elevators.rescues", brain, replication) for replication in range(run.replications)]
    rows = pd.concat(parts, ignore_index=True)
    counted = (rows["people"] > 0) & (rows["at_s"] >= 0) & (rows["at_s"] < run.clock.duration_s)
    return rows[counted & rows["freed_s"].notna()].reset_index(drop=True)


def rescue(rescues: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    if any(rows.empty for rows in rescues):
        return h("p", language("Nobody was trapped."), class_="empty")
    if any(rows["arrive_s"].isna().all() for rows in rescues):
        return h("p", language("Power came back before anybody came to those who were trapped."), class_="empty")
    text = language(
        "The mean minutes of each step from the stop to the release, one after another, over all entrapments of all "
        "days. Where a team of the second level is sent first, it stands for the worker."
    )
    steps = [steps_min(rows[rows["arrive_s"].notna()]) for rows in rescues]
    head = [language("Step"), *titles]
    drawn = chain_rows(_links(steps, language), head, language("Steps from the stop to the release"))
    samples = [((rows["freed_s"] - rows["at_s"]) / _MINUTE_S).to_numpy(np.float64) for rows in rescues]
    curves = cumulative_curves(samples, language("Share freed within so many minutes"), target=30.0)
    return join(
        h("p", text),
        legend(titles),
        figure(language("From the stop to the release"), drawn, details(language("Who told the firm, and who came"),
               _who(rescues, titles, language))),
        figure(join(language("Share freed within so many minutes"), h("small", language("line: 30 minutes"))), curves),
    )  # fmt: skip


def steps_min(rescues: pd.DataFrame) -> NDArray[np.float64]:
    """Return the minutes of each of `STEPS`, shape (entrapments, steps)."""
    spans = [(rescues[end] - rescues[begin]).to_numpy(np.float64) for _, begin, end in STEPS]
    return np.column_stack(spans) / _MINUTE_S


def _links(steps: list[NDArray[np.float64]], language: Language) -> list[Link]:
    links, clock = [], [0.0] * len(steps)
    for place, (name, _, _) in enumerate(STEPS):
        means = [float(own[:, place].mean()) for own in steps]
        cells: list[Child] = [number(mean, 1) for mean in means]
        links.append(Link(language(name), list(zip(clock, means, strict=True)), cells))
        clock = [begin + mean for begin, mean in zip(clock, means, strict=True)]
    whole: list[Child] = [number(mean, 1) for mean in clock]
    links.append(Link(h("strong", language("From the stop to the release")), [(0.0, mean) for mean in clock], whole))
    return links


def _who(rescues: list[pd.DataFrame], titles: list[str], language: Language) -> list[Html]:
    """Return tables of who told the firm, with the mean minutes of it, and of who freed the trapped."""
    ways: list[list[Child]] = []
    for way, name in WAYS_NAMED.items():
        cells: list[Child] = []
        for rows in rescues:
            own = rows[rows["way"] == way]
            minutes = float((own["told_s"] - own["at_s"]).mean()) / _MINUTE_S if len(own) else float("nan")
            cells.append(language("{share} %, {minutes} min", share=number(100 * len(own) / len(rows), 1),
                                  minutes=number(minutes, 1)) if len(own) else "–")  # fmt: skip
        ways.append([language(name), *cells])
    levels: list[list[Child]] = [
        [language(name), *(f"{number(100 * float((rows['level'] == level).mean()), 1)} %" for rows in rescues)]
        for level, name in LEVELS_NAMED.items()
    ]
    if any(rows["by_power"].any() for rows in rescues):
        shares = (f"{number(100 * float(rows['by_power'].mean()), 1)} %" for rows in rescues)
        levels.append([language("nobody: power came back"), *shares])
    return [
        table(["", *titles], ways, caption=language("Who told the firm: share, and minutes after the stop")),
        table(["", *titles], levels, caption=language("Who freed them")),
    ]
