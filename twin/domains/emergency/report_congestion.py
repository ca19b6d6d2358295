"""What congestion cost the ambulances: how many of their minutes under lights and siren, and at which hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import hour_lines
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, by_group, overall
from twin.core.kpis import HOURS
from twin.domains.emergency.congestion import with_siren
from twin.domains.emergency.report_cases import over_what

if TYPE_CHECKING:
    from twin.core.language import Language

_DRIVES: Final = (("to_scene", "Drive to the scene"), ("to_hospital", "Drive to the hospital"))
"""Purpose of a drive and its title."""


def congestion(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    drives = [drives_of(run, brain) for brain in brains]
    if any(frame.empty for frame in drives):
        return h("p", language("There was no such case."), class_="empty")
    text = language(
        "Minutes under lights and siren beyond what the same way takes on empty roads. Lines are means by the hour in "
        "which the drive began, bands 95 % intervals over {over}.",
        over=over_what(run, language),
    )
    sentences = [h("p", said(frame, title, language)) for frame, title in zip(drives, titles, strict=True)]
    charts = [_chart(drives, titles, purpose, title, language) for purpose, title in _DRIVES]
    return join(sentences, h("p", text), legend(titles), h("div", charts, class_="charts two"))


def drives_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return the drives of all days under lights and siren; see `twin.domains.emergency.congestion.with_siren`."""
    frames = [
        with_siren(run.events("emergency.trips", brain, replication), run.clock).assign(replication=replication)
        for replication in range(run.replications)
    ]
    return pd.concat(frames, ignore_index=True)


def said(drives: pd.DataFrame, title: str, language: Language) -> str:
    """Return in words how many of an ambulance's minutes were congestion's."""

    def minutes(column: str, purpose: str) -> str:
        return number(float(drives.loc[drives["purpose"] == purpose, column].mean()), 1)

    total, lost = float(drives["drive_min"].sum()), float(drives["congestion_min"].sum())
    return language(
        "{brain}: of {total} minutes of driving under lights and siren, {lost} were congestion's ({share} %): of the "
        "{scene} min of a drive to the scene {scene_lost}, and of the {door} min with a patient {door_lost}.",
        brain=title,
        total=number(total, 0),
        lost=number(lost, 0),
        share=number(100 * lost / total, 1),
        scene=minutes("drive_min", "to_scene"),
        scene_lost=minutes("congestion_min", "to_scene"),
        door=minutes("drive_min", "to_hospital"),
        door_lost=minutes("congestion_min", "to_hospital"),
    )


def _chart(drives: list[pd.DataFrame], titles: list[str], purpose: str, title: str, language: Language) -> Html:
    own = [frame[frame["purpose"] == purpose] for frame in drives]
    lost = [_by_hour(frame, "congestion_min") for frame in own]
    took = [_by_hour(frame, "drive_min") for frame in own]
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", *(_of(all_of[hour], part[hour]) for all_of, part in zip(took, lost, strict=True))]
        for hour in range(len(HOURS))
        if any(series[hour].count for series in took)
    ]
    whole = [(overall(frame, "drive_min"), overall(frame, "congestion_min")) for frame in own]
    rows.append([h("strong", language("The whole time")), *(_of(*pair) for pair in whole)])
    heading = join(language(title), h("small", language("minutes of congestion, by hour of the day")))
    label = language("Through the day: {title}. The table below has the numbers.", title=language(title))
    head = [language("Hour"), *titles]
    note = language("Numbers are congestion's minutes of the drive's.")
    return figure(heading, hour_lines(lost, label), details(language("Numbers"), table(head, rows)), note=note)


def _by_hour(drives: pd.DataFrame, column: str) -> list[Spread]:
    found = by_group(drives, column, "hour")
    return [found.get(hour, NOTHING) for hour in HOURS]


def _of(took: Spread, lost: Spread) -> str:
    return f"{number(lost.mean, 1)} / {number(took.mean, 1)}" if took.count else "–"
