"""The emergency domain's part of the report: waiting times, districts and hours, and the chain of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.marks import MOST_SERIES, legend
from twin.charts.numbers import Numbers, number
from twin.charts.panels import cumulative_curves, hour_bars, hour_lines
from twin.charts.rows import Link, Row, chain_rows, dot_rows
from twin.charts.section import Finding, Section, StoredRun
from twin.charts.statistics import NOTHING, Spread, by_group
from twin.core.kpis import HOURS
from twin.domains.emergency.kpis import observations
from twin.domains.emergency.report_map import map_section

if TYPE_CHECKING:
    from twin.core.language import Language

MEMBER_NAMES: Final = {
    "stemi": "heart attack (STEMI)",
    "stroke": "stroke",
    "cardiac_arrest": "cardiac arrest",
    "trauma": "injury",
    "respiratory": "breathing difficulty",
    "obstetric": "childbirth",
    "other": "other conditions",
}

FINDINGS: Final = (
    Finding(
        ("door_to_treatment_min.stemi.mean",),
        "Heart-attack patients are treated {difference} sooner after reaching the hospital",
        "Heart-attack patients are treated {difference} later after reaching the hospital",
        "how soon heart-attack patients are treated after reaching the hospital",
    ),
    Finding(
        ("ring_to_treatment_within_120_min.stemi",),
        "The share of heart-attack patients treated within 120 min of the ring is {difference} lower",
        "The share of heart-attack patients treated within 120 min of the ring is {difference} higher",
        "the share of heart-attack patients treated within 120 min of the ring",
    ),
    Finding(
        ("door_to_treatment_min.stroke.mean",),
        "Stroke patients are treated {difference} sooner after reaching the hospital",
        "Stroke patients are treated {difference} later after reaching the hospital",
        "how soon stroke patients are treated after reaching the hospital",
    ),
    Finding(
        ("ring_to_treatment_min.mean",),
        "From ring to treatment, all patients together wait {difference} less",
        "From ring to treatment, all patients together wait {difference} more",
        "how long all patients together wait from ring to treatment",
    ),
    Finding(
        ("response_min.mean",),
        "Ambulances are on the scene {difference} sooner after the ring",
        "Ambulances are on the scene {difference} later after the ring",
        "how soon ambulances are on the scene after the ring",
    ),
    Finding(
        ("answer_to_out_s.median", "answer_to_out_s.mean"),
        "Ambulances set out {difference} sooner after the call is answered",
        "Ambulances set out {difference} later after the call is answered",
        "how soon ambulances set out after the call is answered",
    ),
    Finding(
        ("locate_s.mean",),
        "The place is known {difference} sooner",
        "The place is known {difference} later",
        "how soon the place is known",
    ),
    Finding(
        ("answered_within_3_s",),
        "The share of calls answered within 3 s is {difference} lower",
        "The share of calls answered within 3 s is {difference} higher",
        "the share of calls answered within 3 s",
    ),
)
"""Most important first."""

_CURVES: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("answer_s", "From ring to answer", None),
    ("answer_to_out_s", "From answer to wheels turning", None),
    ("response_min", "From ring to the scene", None),
    ("door_to_treatment_min", "Heart attack (STEMI): from hospital door to treatment", "stemi"),
    ("ring_to_treatment_min", "Heart attack (STEMI): from ring to treatment", "stemi"),
)
_TARGETS: Final = {
    "answer_s": 3.0, "answer_to_out_s": 120.0, "door_to_treatment_min": 90.0, "ring_to_treatment_min": 120.0
}  # fmt: skip
_SHARES: Final = (5, 10, 25, 50, 75, 90, 95, 99)

_LINKS: Final = (
    ("The call is answered", "ring_s", "answer_s"),
    ("The place is known", "answer_s", "locate_s"),
    ("The condition is understood", "locate_s", "triage_s"),
    ("A vehicle is chosen", "triage_s", "dispatch_s"),
    ("The crew sets out", "dispatch_s", "out_s"),
    ("Drive to the scene", "out_s", "at_scene_s"),
    ("Way to the patient", "at_scene_s", "at_patient_s"),
    ("Care on the scene", "at_patient_s", "leave_s"),
    ("Drive to the hospital", "leave_s", "door_s"),
    ("Door to treatment", "door_s", "treatment_s"),
)


def sections(run: StoredRun, language: Language) -> list[Section]:
    """Return the domain's sections, in the order of the report."""
    shown = run.brains[:MOST_SERIES]
    cases = [_cases(run, brain) for brain in shown]
    titles = [run.titles[brain] for brain in shown]
    parts = [
        Section("curves", language("How long people wait"), _curves(cases, titles, language)),
        map_section(run, cases, titles, language),
        Section("places-and-hours", language("By district and by hour"), _groups(run, cases, titles, language)),
        Section("chain", language("From ring to treatment, step by step"), _chain(cases, titles, language)),
    ]
    if len(run.brains) > len(shown):
        note = language("Charts show the first {n} brains; the tables of the verdict have all.", n=len(shown))
        parts[0] = Section(parts[0].id, parts[0].title, join(h("p", note, class_="note"), parts[0].html))
    return parts


def _cases(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return the measures of every counted call of a brain, with its stamps, place and replication."""
    frames = []
    for replication in range(run.replications):
        calls = run.events("emergency.calls", brain, replication)
        measures = observations({"emergency.calls": calls}, run.clock)
        own = calls.set_index("call")
        stamps = own[["ring_s", *(end for _, _, end in _LINKS)]].add_prefix("at_")
        frames.append(measures.join([own[["lon", "lat"]], stamps]).assign(replication=replication))
    return pd.concat(frames, ignore_index=True)


def _values(cases: pd.DataFrame, column: str, condition: str | None) -> NDArray[np.float64]:
    chosen = cases if condition is None else cases[cases["condition"] == condition]
    values: NDArray[np.float64] = chosen[column].dropna().to_numpy(dtype=np.float64)
    return values


# -- curves ----------------------------------------------------------------------------------------------------


def _curves(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    charts = [_curve(cases, titles, *curve, language) for curve in _CURVES]
    text = language(
        "Each curve says what share of cases was finished within a time; the further to the left, the sooner. A dashed "
        "vertical line is a target that the city has set itself."
    )
    return join(h("p", text), legend(titles), h("div", charts, class_="charts"))


def _curve(
    cases: list[pd.DataFrame], titles: list[str], column: str, title: str, condition: str | None, language: Language
) -> Html:
    numbers = Numbers(language)
    unit = column.rsplit("_", 1)[1]
    samples = [_values(frame, column, condition) for frame in cases]
    heading = join(language(title), h("small", language("share of cases, by {unit}", unit=numbers.unit(unit))))
    if not any(len(sample) for sample in samples):
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    head = [language("Share of cases"), *titles]
    rows: list[list[Child]] = [
        [numbers.amount(share / 100, "share", 0), *(numbers.amount(_percentile(s, share), unit) for s in samples)]
        for share in _SHARES
    ]
    rows.append([language("Cases"), *(number(len(sample), 0) for sample in samples)])
    target, note = _TARGETS.get(column), None
    if target is not None:
        met = [numbers.amount(float((s <= target).mean()), "share", 0) if len(s) else "–" for s in samples]
        within = language("within {amount}", amount=numbers.amount(target, unit, 0))
        rows.append([within, *met])
        note = _within_target(numbers.amount(target, unit, 0), titles, met, language)
    label = language("Cumulative curves: {title}. The table below has the numbers.", title=language(title))
    folded = details(language("Numbers"), table(head, rows))
    return figure(heading, cumulative_curves(samples, label, target=target), note, folded)


def _within_target(amount: str, titles: list[str], met: list[str], language: Language) -> Html:
    pairs = language(", ").join(f"{name} {share}" for name, share in zip(titles, met, strict=True))
    return h("p", language("Within the target of {amount}: {shares}.", amount=amount, shares=pairs), class_="note")


def _percentile(sample: NDArray[np.float64], share: float) -> float:
    return float(np.percentile(sample, share)) if len(sample) else float("nan")


# -- districts and hours ------------------------------------------------------------------------------------------


def _groups(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    over = language("the days") if run.replications > 1 else language("the cases of the day")
    text = language(
        "Mean minutes from ring to the scene; lines through the marks and bands are 95 % intervals over {over}.",
        over=over,
    )
    charts = [
        _by_district(run, cases, titles, language),
        h(
            "div",
            _response_by_hour(cases, titles, language),
            _calls_by_hour(run, cases[0], language),
            class_="charts two",
        ),
    ]
    return join(h("p", text), legend(titles), charts)


def _text(spread: Spread) -> str:
    if not spread.count:
        return "–"
    if spread.count == 1:
        return number(spread.mean)
    return f"{number(spread.mean, 1)} ({number(spread.low, 1)}–{number(spread.high, 1)})"


def _by_district(run: StoredRun, cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    spreads = [by_group(frame, "response_min", "district") for frame in cases]
    reached = cases[0][cases[0]["response_min"].notna()]
    served = reached.groupby("district", observed=True).size().sort_values(ascending=False) / run.replications
    often = served[served >= 1]
    names = {str(member): run.districts.get(str(member), str(member) or language("outside")) for member in served.index}
    rows = [
        Row(
            names[str(member)],
            [by_member.get(str(member), NOTHING) for by_member in spreads],
            [number(float(count), 0 if count >= 10 else 1)],
        )
        for member, count in often.items()
    ]
    heading = join(language("By district"), h("small", language("minutes from ring to the scene")))
    if not rows:
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    head = [language("District"), language("Vehicles sent a day")]
    body: list[list[Child]] = [
        [name, *(_text(by_member.get(member, NOTHING)) for by_member in spreads)] for member, name in names.items()
    ]
    label = language("Mean response by district. The table below has the numbers.")
    rare = language("Districts with less than one vehicle a day are in the numbers only.")
    return figure(
        heading,
        dot_rows(rows, head, label),
        details(language("Numbers"), table([language("District"), *titles], body)),
        note=rare if len(often) < len(served) else None,
    )


def _response_by_hour(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    found = [by_group(frame, "response_min", "hour") for frame in cases]
    spreads = [[by_member.get(hour, NOTHING) for hour in HOURS] for by_member in found]
    heading = join(
        language("Response by hour"), h("small", language("minutes from ring to the scene, by hour of the day"))
    )
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", *(_text(series[hour]) for series in spreads)] for hour in range(len(HOURS))
    ]
    label = language("Mean response by hour of the day. The table below has the numbers.")
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows))
    return figure(heading, hour_lines(spreads, label), folded)


def _calls_by_hour(run: StoredRun, cases: pd.DataFrame, language: Language) -> Html:
    hours = cases["hour"]
    sent = cases["response_min"].notna()
    calls = [float((hours == hour).sum()) / run.replications for hour in HOURS]
    vehicles = [float((sent & (hours == hour)).sum()) / run.replications for hour in HOURS]
    rows: list[list[Child]] = [
        [f"{hour:02d}:00", number(calls[hour], 1), number(vehicles[hour], 1)] for hour in range(len(HOURS))
    ]
    heading = join(language("Calls by hour"), h("small", language("calls in an hour, the same for every brain")))
    head = [language("Hour"), language("Calls"), language("Vehicles on the scene")]
    label = language("Calls by hour of the day. The table below has the numbers.")
    return figure(heading, hour_bars(calls, label), details(language("Numbers"), table(head, rows)))


# -- chain ----------------------------------------------------------------------------------------------------


def _chain(cases: list[pd.DataFrame], titles: list[str], language: Language) -> Html:
    text = language(
        "The median minutes of each step, one after another. The last row is the median of the whole way, which is not "
        "the sum of the medians of its steps."
    )
    charts = [
        _chain_of(cases, titles, "stemi", language("Heart attack (STEMI)"), language),
        _chain_of(cases, titles, None, language("All patients treated"), language),
    ]
    return join(h("p", text), legend(titles, lines=False), charts)


def _chain_of(
    cases: list[pd.DataFrame], titles: list[str], condition: str | None, title: str, language: Language
) -> Html:
    treated = [frame[frame["at_treatment_s"].notna()] for frame in cases]
    if condition is not None:
        treated = [frame[frame["condition"] == condition] for frame in treated]
    counts = language(", ").join(f"{name} {number(len(frame), 0)}" for name, frame in zip(titles, treated, strict=True))
    heading = join(title, h("small", language("minutes; patients: {counts}", counts=counts)))
    if any(frame.empty for frame in treated):
        return figure(heading, h("p", language("There was no such case."), class_="empty"))
    links, clock = [], [0.0] * len(treated)
    for name, begin, end in _LINKS:
        lengths = [float(((frame[f"at_{end}"] - frame[f"at_{begin}"]) / 60).median()) for frame in treated]
        spans = list(zip(clock, lengths, strict=True))
        links.append(Link(language(name), spans, [number(length, 1) for length in lengths]))
        clock = [start + length for start, length in spans]
    whole = [float(frame["ring_to_treatment_min"].median()) for frame in treated]
    links.append(
        Link(h("strong", language("Ring to treatment")), [(0.0, w) for w in whole], [number(w, 1) for w in whole])
    )
    label = language("Steps from ring to treatment: {title}", title=title)
    return figure(heading, chain_rows(links, [language("Step"), *titles], label))
