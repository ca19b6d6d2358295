"""Charts with two axes: cumulative curves, lines with intervals, bars.

Each is 360 units wide, so that it is shown at its own size on a phone and its numbers stay readable; wider pages put
several side by side. Colours and line styles come from the page's style sheet, so one drawing serves light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.glyphs import glyphs
from twin.charts.html import Html, h, plain
from twin.charts.marks import mark
from twin.charts.scales import Scale, tick_text
from twin.charts.statistics import Spread

WIDTH: Final = 360
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 12, 16, 24
_CURVE_POINTS: Final = 160

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """The frame of a chart: its scales and its height."""

    x: Scale
    y: Scale
    height: int = HEIGHT

    @classmethod
    def of(cls, x: tuple[float, float], y: tuple[float, float], height: int = HEIGHT) -> Panel:
        """Return a frame for data within these limits."""
        return cls(Scale(*x, _LEFT, WIDTH - _RIGHT), Scale(*y, height - _BOTTOM, _TOP), height)

    def draw(self, label: str, *content: Html, x_ticks: Sequence[float] = (), suffix: str = "") -> Html:
        """Return the chart: grid and numbers below the content."""
        grid, numbers = [], []
        for value in self.y.ticks(5):
            y = self.y(value)
            grid.append(h("path", d=f"M{_LEFT} {plain(y)}H{WIDTH - _RIGHT}", class_="grid" if value else "axis"))
            numbers.append(glyphs(tick_text(value) + suffix, _LEFT - 6, y + 3.7, anchor="end"))
        for value in x_ticks or self.x.ticks(6):
            x, foot = self.x(value), self.height - _BOTTOM
            grid.append(h("path", d=f"M{plain(x)} {foot}v4", class_="axis"))
            numbers.append(glyphs(tick_text(value), x, foot + 15, anchor="middle"))
        return h(
            "svg", grid, content, numbers,
            viewBox=f"0 0 {WIDTH} {self.height}", class_="panel", role="img", aria_label=label,
        )  # fmt: skip


def cumulative_curves(samples: Sequence[Values], label: str, *, target: float | None = None) -> Html:
    """Draw what share of cases is finished within each time, in per cent.

    Parameters
    ----------
    samples
        The times of each series, without gaps; an empty one draws nothing.
    target
        A time to mark with a line.
    """
    whole = np.concatenate([sample for sample in samples if len(sample)])
    high = float(np.percentile(whole, 98.5)) * 1.04
    high = max(high, (target or 0) * 1.15, 1e-6)
    panel = Panel.of((0, high), (0, 100))
    curves = [
        h("path", d=_curve(panel, np.sort(sample)), class_=f"curve b{series}")
        for series, sample in enumerate(samples)
        if len(sample)
    ]
    return panel.draw(label, *(_target(panel, target) if target else ()), *curves, suffix="%")


def _target(panel: Panel, target: float) -> list[Html]:
    x = panel.x(target)
    return [
        h("path", d=f"M{plain(x)} {_TOP}V{panel.height - _BOTTOM}", class_="target"),
        glyphs(tick_text(target), x, _TOP - 4, anchor="middle", class_="t strong"),
    ]


def _curve(panel: Panel, ordered: Values) -> str:
    """Write a step for each case where there are few, and a line through even times where there are many."""
    count = len(ordered)
    if count <= _CURVE_POINTS:
        shown = ordered[ordered <= panel.x.high]
        steps = [
            f"H{plain(panel.x(time))}V{plain(panel.y((position + 1) / count * 100))}"
            for position, time in enumerate(shown)
        ]
        return f"M{plain(panel.x(0))} {plain(panel.y(0))}" + "".join(steps) + f"H{plain(panel.x(panel.x.high))}"
    times = np.linspace(0, panel.x.high, _CURVE_POINTS)
    shares = np.searchsorted(ordered, times, side="right") / count * 100
    return polyline([(panel.x(time), panel.y(share)) for time, share in zip(times, shares, strict=True)])


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Write a line through points, leaving out those on the straight between their neighbours."""
    kept = [
        point
        for position, point in enumerate(points)
        if position in (0, len(points) - 1) or not _straight(points[position - 1], point, points[position + 1])
    ]
    return "M" + "L".join(f"{plain(x)} {plain(y)}" for x, y in kept)


def _straight(before: tuple[float, float], point: tuple[float, float], after: tuple[float, float]) -> bool:
    cross = (point[0] - before[0]) * (after[1] - before[1]) - (point[1] - before[1]) * (after[0] - before[0])
    return abs(cross) < 0.02


def hour_ticks(between: tuple[int, int]) -> list[int]:
    """Return the hours that are written below an axis of these hours: every one, two or six, so that they have room."""
    first, last = between
    step = next((step for step in (1, 2) if last - first <= 7 * step), 6)
    return [hour for hour in range(first, last + 1) if hour % step == 0]


def hour_lines(
    series: Sequence[Sequence[Spread]],
    label: str,
    *,
    low: float = 0.0,
    suffix: str = "",
    between: tuple[int, int] = (0, 24),
) -> Html:
    """Draw a mean through the day for each series, with its interval as a band; parts without cases are gaps.

    Parameters
    ----------
    series
        For each, the day's equal parts: 24 hours, or 96 quarters of an hour.
    low
        Where the axis begins.
    suffix
        What stands behind the axis numbers.
    between
        The hours of the day that are shown.
    """
    shown = [spread for spreads in series for spread in spreads if spread.count]
    high = max((min(spread.high, low + (spread.mean - low) * 2) for spread in shown), default=1.0)
    panel = Panel.of(between, (low, low + ((high - low) or 1.0) * 1.05))
    content: list[Html] = []
    for position, spreads in enumerate(series):
        for run in _runs(spreads):
            content += _band_and_line(panel, run, spreads, position)
    return panel.draw(label, *content, x_ticks=hour_ticks(between), suffix=suffix)


def _runs(spreads: Sequence[Spread]) -> list[list[int]]:
    """Return the stretches of hours that have values."""
    runs: list[list[int]] = [[]]
    for hour, spread in enumerate(spreads):
        if spread.count:
            runs[-1].append(hour)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _band_and_line(panel: Panel, run: list[int], spreads: Sequence[Spread], series: int) -> list[Html]:
    def at(hour: int, value: float) -> tuple[float, float]:
        return panel.x((hour + 0.5) * 24 / len(spreads)), panel.y(min(max(value, panel.y.low), panel.y.high))

    upper = [at(hour, spreads[hour].high) for hour in run]
    lower = [at(hour, spreads[hour].low) for hour in reversed(run)]
    line = [at(hour, spreads[hour].mean) for hour in run]
    return [
        h("path", d=polyline(upper) + polyline(lower).replace("M", "L", 1) + "Z", class_=f"band b{series}"),
        h("path", d=polyline(line), class_=f"curve b{series}"),
        *(mark(series, x, y) for x, y in line[:: len(spreads) // 8]),
    ]


def hour_bars(values: Sequence[float], label: str) -> Html:
    """Draw an amount for each hour of the day."""
    panel = Panel.of((0, 24), (0, (max(values) or 1.0) * 1.05))
    foot, width = plain(panel.y(0)), plain(panel.x(0.76) - _LEFT)
    bars = [
        h("path", d=f"M{plain(panel.x(hour + 0.12))} {foot}V{plain(panel.y(value))}h{width}V{foot}Z", class_="bar")
        for hour, value in enumerate(values)
    ]
    return panel.draw(label, *bars, x_ticks=(0, 6, 12, 18, 24))


def dot_strips(samples: Sequence[Values], label: str, *, at: float) -> Html:
    """Draw each value as a mark on the row of its series, with a line at one value; what lies close is stacked."""
    whole = np.concatenate([sample for sample in samples if len(sample)])
    row_height = 64
    height = row_height * len(samples) + _TOP + _BOTTOM
    panel = Panel(Scale(0, max(float(whole.max()), at) * 1.03, _LEFT, WIDTH - _RIGHT), Scale(0, 1, height, 0), height)
    marks: list[Html] = []
    for series, sample in enumerate(samples):
        foot = _TOP + row_height * (series + 1) - 8
        columns: dict[int, int] = {}
        for value in np.sort(sample):
            x = panel.x(float(value))
            level = columns.get(round(x / 8), 0)
            columns[round(x / 8)] = level + 1
            marks.append(mark(series, x, foot - min(level * 7, row_height - 16)))
    foot = height - _BOTTOM
    axis = [h("path", d=f"M{_LEFT} {foot}H{WIDTH - _RIGHT}", class_="axis")]
    axis += [glyphs(tick_text(value), panel.x(value), foot + 15, anchor="middle") for value in panel.x.ticks(6)]
    line = h("path", d=f"M{plain(panel.x(at))} {_TOP - 2}V{foot}", class_="axis-mark")
    number = glyphs(tick_text(at), panel.x(at), _TOP - 5, anchor="middle", class_="t strong")
    return h(
        "svg", axis, line, number, marks, viewBox=f"0 0 {WIDTH} {height}", class_="panel", role="img", aria_label=label
    )


def sorted_changes(shares: Values, changes: Values, label: str) -> Html:
    """Draw every case's change in order, from the greatest fall on the left to the greatest rise on the right.

    Parameters
    ----------
    shares
        Shares of the cases in per cent, rising from 0 to 100.
    changes
        The change that each share of the cases does not exceed; what lies far out is cut.
    """
    inside = (shares >= 2) & (shares <= 98)
    reach = max(float(np.abs(changes[inside]).max(initial=0.0)) * 1.1, 1e-6)
    panel = Panel.of((0, 100), (-reach, reach))
    zero = panel.y(0)
    parts = [h("path", d=f"M{_LEFT} {plain(zero)}H{WIDTH - _RIGHT}", class_="axis-mark")]
    for kind, side in (("d1", np.minimum(changes, 0.0)), ("d5", np.maximum(changes, 0.0))):
        ys = [panel.y(min(max(float(change), -reach), reach)) for change in side]
        line = polyline([(panel.x(float(share)), y) for share, y in zip(shares, ys, strict=True)])
        parts.append(h("path", d=f"{line}V{plain(zero)}H{plain(panel.x(float(shares[0])))}Z", class_=kind))
    return panel.draw(label, *parts, x_ticks=(0, 25, 50, 75, 100))
