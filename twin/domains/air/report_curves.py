"""Curves of the stations with the levels of the index behind, warnings as bars above, and what came of each day."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.glyphs import glyphs
from twin.charts.html import Child, Html, details, figure, h, join, plain, table
from twin.charts.marks import legend, swatches
from twin.charts.numbers import number
from twin.charts.panels import WIDTH, Panel, polyline
from twin.charts.scales import Scale
from twin.core.clock import DAY_S, HOUR_S
from twin.domains.air.judging import Days
from twin.domains.air.report_findings import LEVEL_NAMES
from twin.domains.air.report_ground import Ground
from twin.domains.air.report_levels import INDEX_LEVELS, pm25_bounds
from twin.domains.air.report_outcomes import SIGNS, day_table, days_by_brain, outcomes, said, sign_key

if TYPE_CHECKING:
    from twin.core.language import Language

Floats = NDArray[np.float64]

_HEIGHT: Final = 260
_HEAD: Final = 44
"""Units above the curves for bars and signs."""
_BAR_Y: Final = 34
_SIGN_Y: Final = 12
_STEP: Final = 3.0
"""Units that a warning's bar is thick for each level."""
_STATION_HEIGHT: Final = 150
_LEAST_TOP: Final = 80.0


def curves(ground: Ground, language: Language) -> Html:
    """Return what stands below the heading."""
    if ground.empty:
        return h("p", language("No hour was counted."), class_="empty")
    days = days_by_brain(ground)
    text = language(
        "The line is the mean of PM2.5 over the stations, the band reaches from the lowest to the highest of them, the "
        "thin line is what the mean would have been without measures. Above, a bar for each warning, the higher the "
        "level the thicker, with its number: 1 blue, 2 yellow, 3 orange, 4 red; the dotted line before it begins when "
        "it was decided. A sign for each day tells what came of it."
    )
    top = max(_LEAST_TOP, *(float(at.max()) for at in (*ground.at_stations(), *ground.at_stations("pm25_without"))))
    drawn = [_brain(ground, place, days[place], top, language) for place in range(len(ground.brains))]
    sentences = [h("p", said(title, one, language), class_="said")
                 for title, one in zip(ground.titles, days, strict=True) if len(one)]  # fmt: skip
    none = language("The run holds no whole day, so no day is judged.")
    signs = sign_key(language) if len(days[0]) else h("p", none, class_="note")
    return join(
        sentences, h("p", text), _level_key(ground, language), signs,
        h("div", drawn, class_="charts wide"), day_table(ground, days, language) if len(days[0]) else None,
        _stations(ground, top, language), _level_hours(ground, language),
    )  # fmt: skip


# -- levels of the index ---------------------------------------------------------------------------------------------


def level_bounds(ground: Ground) -> list[float]:
    """Return at how many µg/m³ each level of the index ends, but for the last, by the standard of the run's date."""
    return pm25_bounds(ground.run.clock.start.date())


def _bands(panel: Panel, bounds: list[float]) -> list[Html]:
    """Draw the levels as bands, told by a number at their right end too."""
    found = []
    edges = [0.0, *bounds, panel.y.high]
    left, right = panel.x(panel.x.low), panel.x(panel.x.high)
    for level, (low, high) in enumerate(pairwise(edges), start=1):
        ceiling = min(high, panel.y.high)
        if low >= ceiling:
            break
        y, height = panel.y(ceiling), panel.y(low) - panel.y(ceiling)
        found.append(h("rect", x=left, y=y, width=right - left, height=height, class_=f"level l{level}"))
        if height > 10:
            found.append(glyphs(str(level), right + 3, y + height / 2 + 3.5, size=9))
    return found


def _level_key(ground: Ground, language: Language) -> Html:
    edges = [0.0, *level_bounds(ground)]
    items: list[tuple[str, Child]] = []
    for level, (name, low) in enumerate(zip(INDEX_LEVELS, edges, strict=True), start=1):
        span = f"{low:g}–{edges[level]:g}" if level < len(edges) else f"> {low:g}"
        items.append((f"level l{level}", f"{level} {language(name)} ({span})"))
    return swatches(items)


# -- one brain -------------------------------------------------------------------------------------------------------


def _brain(ground: Ground, place: int, days: Days, top: float, language: Language) -> Html:
    low, high = (reduced(ground.at_stations()[place], axis=1) for reduced in (np.min, np.max))
    hours = ground.hours[place]
    plain_panel = Panel.of(_ends(ground), (0, top), _HEIGHT)
    panel = Panel(plain_panel.x, Scale(0, top, plain_panel.y.begin, _HEAD), _HEIGHT)
    x = [panel.x(day) for day in ground.days.tolist()]
    mean, without = (hours[name].to_numpy(np.float64).tolist() for name in ("pm25", "pm25_without"))
    around = polyline([*zip(x, map(panel.y, high.tolist()), strict=True),
                       *reversed(list(zip(x, map(panel.y, low.tolist()), strict=True)))])  # fmt: skip
    title = ground.titles[place]
    label = language("PM2.5 at the stations under {brain}, by day, with warnings", brain=title)
    drawing = _drawing(
        panel, ground, label, *_bands(panel, level_bounds(ground)),
        h("path", d=f"{around}Z", class_=f"band wide b{place}"),
        h("path", d=polyline(list(zip(x, map(panel.y, without), strict=True))), class_="without"),
        h("path", d=polyline(list(zip(x, map(panel.y, mean), strict=True))), class_=f"curve b{place}"),
        *_bars(panel, ground, place), *_signs(panel, ground, days),
    )  # fmt: skip
    return figure(join(title, h("small", language("µg/m³, by date"))), drawing)


def _ends(ground: Ground) -> tuple[float, float]:
    half = HOUR_S / DAY_S / 2
    return float(ground.days[0]) - half, float(ground.days[-1]) + half


def _drawing(panel: Panel, ground: Ground, label: str, *content: Html) -> Html:
    """Draw a panel whose axis shows dates, or hours where there is only one day."""
    midnight_s = -ground.run.clock.second_of_day(0.0)
    many = panel.x.high - panel.x.low > 1.5
    step = max(1, round((panel.x.high - panel.x.low) / 8)) if many else 0.25
    ticks = np.arange(np.ceil(panel.x.low / step) * step, panel.x.high, step)
    foot = panel.y(0)
    marks = []
    for day in ticks.tolist():
        when = ground.run.clock.at(midnight_s + day * DAY_S)
        text = f"{when.month}.{when.day}" if many else f"{when:%H:%M}"
        marks.append(h("path", d=f"M{plain(panel.x(day))} {plain(foot)}v4", class_="axis"))
        marks.append(glyphs(text, panel.x(day), foot + 15, anchor="start" if many else "middle"))
    line = [h("path", d=f"M{plain(panel.x(panel.x.low))} {plain(foot)}H{plain(panel.x(panel.x.high))}", class_="axis")]
    left = panel.x(panel.x.low) - 5
    numbers = [glyphs(f"{value:g}", left, panel.y(value) + 3.7, anchor="end") for value in panel.y.ticks(6)]
    box = f"0 0 {WIDTH} {panel.height}"
    return h("svg", content, line, numbers, marks, viewBox=box, class_="panel", role="img", aria_label=label)


def _bars(panel: Panel, ground: Ground, place: int) -> list[Html]:
    """Return a bar for each spell of one level, and a dotted line from when it was decided."""
    level, days = ground.hours[place]["level"].to_numpy(), ground.days
    half = HOUR_S / DAY_S / 2
    orders = ground.run.events("air.warnings", ground.brains[place], 0)
    decided = dict(zip(orders["begins_s"].tolist(), orders["decided_s"].tolist(), strict=True))
    turns = np.flatnonzero(np.append(True, level[1:] != level[:-1]))
    found = []
    for first, last in zip(turns.tolist(), [*turns[1:].tolist(), len(level)], strict=True):
        if level[first] == 0:
            continue
        begin, end = panel.x(float(days[first]) - half), panel.x(float(days[last - 1]) + half)
        begins_s = float(ground.begins_s[first])
        known = decided.get(begins_s)
        if known is not None:
            at = panel.x(max(float(days[first]) - half - (begins_s - known) / DAY_S, panel.x.low))
            found.append(h("path", d=f"M{plain(at)} {_BAR_Y}H{plain(begin)}", class_="decided"))
        thick = _STEP * int(level[first])
        size = {"x": begin, "y": _BAR_Y - thick, "width": max(end - begin - 1, 1), "height": thick}
        found.append(h("rect", h("title", str(LEVEL_NAMES[int(level[first])])), **size, class_="warned"))
        found.append(glyphs(str(int(level[first])), (begin + end) / 2, _BAR_Y + 9, anchor="middle", class_="t strong"))
    return found


def _signs(panel: Panel, ground: Ground, days: Days) -> list[Html]:
    first = ground.run.clock.second_of_day(0.0)
    return [
        glyphs(SIGNS[outcome], panel.x((begins_s + first) / DAY_S + 0.5), _SIGN_Y, anchor="middle", class_="t strong")
        for outcome, begins_s in zip(outcomes(days).tolist(), days.begins_s.tolist(), strict=True)
    ]


# -- each station ----------------------------------------------------------------------------------------------------


def _stations(ground: Ground, top: float, language: Language) -> Html:
    each = ground.at_stations()
    drawn = []
    for place, name in enumerate(ground.stations["name"].tolist()):
        panel = Panel.of(_ends(ground), (0, top), _STATION_HEIGHT)
        lines = [
            h("path", d=polyline([(panel.x(day), panel.y(value)) for day, value in
                                  zip(ground.days.tolist(), at[:, place].tolist(), strict=True)]),
              class_=f"curve b{series}")
            for series, at in enumerate(each)
        ]  # fmt: skip
        label = language("PM2.5 at station {name} by day", name=name)
        drawn.append(figure(str(name), _drawing(panel, ground, label, *_bands(panel, level_bounds(ground)), *lines)))
    return join(
        h("h3", language("Each station")), legend(ground.titles), h("div", drawn, class_="charts"),
        details(language("Mean of PM2.5 at each station by day, µg/m³"), _station_table(ground, each, language)),
    )  # fmt: skip


def _station_table(ground: Ground, each: list[Floats], language: Language) -> Html:
    day = np.floor(ground.days).astype(np.int64)
    midnight_s = -ground.run.clock.second_of_day(0.0)
    rows: list[list[Child]] = []
    for place, name in enumerate(ground.stations["name"].tolist()):
        for one in np.unique(day).tolist():
            date = f"{ground.run.clock.at(midnight_s + one * DAY_S):%Y-%m-%d}"
            rows.append([name, date, *(number(float(at[day == one, place].mean()), 0) for at in each)])
    return table([language("Station"), language("Day"), *ground.titles], rows, class_="compact", numbers_from=2)


def _level_hours(ground: Ground, language: Language) -> Html:
    rows: list[list[Child]] = []
    for level, name in enumerate(LEVEL_NAMES):
        rows.append([language(name), *(number(float((hours["level"] == level).sum()), 0) for hours in ground.hours)])
    return details(
        language("Hours under each level of warning"), table(["", *ground.titles], rows, class_="compact")
    )  # fmt: skip
