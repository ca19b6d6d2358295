"""The chain from symptom to treatment: what each step takes under each brain, and which steps make the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend, swatches
from twin.charts.numbers import number
from twin.charts.rows import Link, Step, bridge_rows, chain_rows
from twin.domains.emergency.report_cases import MILESTONES, milestones_min, treated_of

if TYPE_CHECKING:
    from twin.core.language import Language

STEPS: Final = (
    "Symptom to ring",
    "The call is answered",
    "The place is known",
    "The condition is understood",
    "A vehicle is chosen",
    "The crew sets out",
    "Drive to the scene",
    "Way to the patient",
    "First electrocardiogram",
    "Further care on the scene",
    "Drive to the hospital",
    "Wait for a bay",
    "Registration",
    "First look",
    "Consultation",
    "Moved to another hospital",
    "Consent",
    "Wait for the catheterisation team",
    "Transfer and preparation",
    "Wait for a laboratory",
)
"""What lies between each of `MILESTONES` and the next."""
_RING: Final = MILESTONES.index("ring_s")
_DOOR: Final = MILESTONES.index("door_s")
_MOST_BRIDGES: Final = 2

Steps = NDArray[np.float64]


def chain(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    text = language(
        "The mean minutes of each step from the first symptom to treatment, one after another; the steps add up to the "
        "whole way. Steps in the hospital may run side by side, and where the green channel is open some of them run "
        "during the drive: each is shown with what it adds after those above it, so a step that is over by then "
        "counts as 0. Means are over all patients of all days; those of the verdict are means of the days' means."
    )
    kinds: tuple[tuple[str | None, str], ...] = (
        ("stemi", language("Heart attack (STEMI)")), (None, language("All patients treated")),
    )  # fmt: skip
    charts = [_of(cases, titles, condition, title, language) for condition, title in kinds]
    return join(h("p", text), legend(titles, lines=False), charts)


def steps_min(treated: pd.DataFrame) -> Steps:
    """Return the minutes of each of `STEPS`, shape (cases, steps)."""
    return np.diff(milestones_min(treated), axis=1)


def _of(
    cases: list[pd.DataFrame], titles: list[str], condition: str | None, title: str, language: Language
) -> list[Html]:
    treated = [treated_of(frame, condition) for frame in cases]
    counts = language(", ").join(f"{name} {number(len(frame), 0)}" for name, frame in zip(titles, treated, strict=True))
    heading = join(title, h("small", language("minutes; patients: {counts}", counts=counts)))
    if any(frame.empty for frame in treated):
        return [figure(heading, h("p", language("There was no such case."), class_="empty"))]
    steps = [steps_min(frame) for frame in treated]
    label = language("Steps from symptom to treatment: {title}", title=title)
    drawn = chain_rows(_links(steps, language), _head(titles, language), label)
    folded = details(language("Medians and nine in ten"), _quantiles(steps, titles, language))
    note = _green_note(treated, titles, language)
    bridges = [
        _bridge(steps[0], steps[place], (titles[0], titles[place]), place, title, language)
        for place in range(1, min(len(steps), _MOST_BRIDGES + 1))
    ]
    narrow = "gap-last" if len(cases) == 2 else None  # phones leave the last column to the bridge below
    return [figure(heading, drawn, folded, note=note, class_=narrow), *bridges]


def _head(titles: list[str], language: Language) -> list[Child]:
    return [language("Step"), *titles, *([language("Difference")] if len(titles) == 2 else [])]


def _cells(means: list[float]) -> list[Child]:
    gap: list[Child] = [number(means[1] - means[0], 1, sign=True)] if len(means) == 2 else []
    return [*(number(mean, 1) for mean in means), *gap]


def _links(steps: list[Steps], language: Language) -> list[Link]:
    links, clock = [], [0.0] * len(steps)
    for place, name in enumerate(STEPS):
        means = [float(own[:, place].mean()) for own in steps]
        links.append(Link(language(name), list(zip(clock, means, strict=True)), _cells(means)))
        clock = [begin + mean for begin, mean in zip(clock, means, strict=True)]
    for name, begin in (("Symptom to treatment", 0), ("Ring to treatment", _RING), ("Door to treatment", _DOOR)):
        means = [float(own[:, begin:].sum(axis=1).mean()) for own in steps]
        starts = [float(own[:, :begin].sum(axis=1).mean()) for own in steps]
        links.append(Link(h("strong", language(name)), list(zip(starts, means, strict=True)), _cells(means)))
    return links


def _quantiles(steps: list[Steps], titles: list[str], language: Language) -> Html:
    head = [language("Step"), *(language("{brain}: half within / nine in ten within", brain=name) for name in titles)]

    def cells(values: list[NDArray[np.float64]]) -> list[Child]:
        return [" / ".join(number(float(np.percentile(own, share)), 1) for share in (50, 90)) for own in values]

    rows: list[list[Child]] = [
        [language(name), *cells([own[:, place] for own in steps])] for place, name in enumerate(STEPS)
    ]
    wholes = (("Symptom to treatment", 0), ("Ring to treatment", _RING), ("Door to treatment", _DOOR))
    rows += [[language(name), *cells([own[:, begin:].sum(axis=1) for own in steps])] for name, begin in wholes]
    return table(head, rows)


def _green_note(treated: list[pd.DataFrame], titles: list[str], language: Language) -> str:
    def share(frame: pd.DataFrame, column: str) -> str:
        return number(float(frame[column].notna().mean()) * 100, 0)

    parts = [
        language(
            "{brain}: green channel opened for {green} % of patients, {moved} % moved to another hospital",
            brain=name, green=share(frame, "at_green_channel_s"), moved=share(frame, "transferred_to"),
        )
        for name, frame in zip(titles, treated, strict=True)
    ]  # fmt: skip
    return language("{text}.", text=language("; ").join(parts))


def _bridge(one: Steps, other: Steps, names: tuple[str, str], series: int, title: str, language: Language) -> Html:
    """Draw how the mean way under one brain becomes that under another, step by step."""
    before, gaps = float(one[:, _RING:].sum(axis=1).mean()), (other.mean(axis=0) - one.mean(axis=0))[_RING:]
    rows = [Step(h("strong", names[0]), 0.0, before, "b0", [number(before, 1)])]
    at = before
    for name, gap in zip(STEPS[_RING:], gaps, strict=True):
        if abs(gap) >= 0.05:
            kind = "less" if gap < 0 else "more"
            rows.append(Step(language(name), at, at + float(gap), kind, [number(float(gap), 1, sign=True)]))
        at += float(gap)
    rows.append(Step(h("strong", names[1]), 0.0, at, f"b{series}", [number(at, 1)]))
    heading = join(
        language("{title}: from {baseline} to {other}", title=title, baseline=names[0], other=names[1]),
        h("small", language("mean minutes from ring to treatment; steps that change by less than 0.05 left out")),
    )
    label = language("What each step changes: {title}", title=title)
    key = swatches([("span less", language("shorter")), ("span more", language("longer"))])
    return figure(heading, bridge_rows(rows, [language("Step"), language("Minutes")], label), key)
