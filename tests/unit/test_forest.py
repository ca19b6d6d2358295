"""The forest of differences: what lies within the margin, what lies beyond the axis, and the axis itself."""

from __future__ import annotations

import math
import re

import pytest

from twin.charts.convergence import half_width_line
from twin.charts.forest import ForestRow, forest


def drawn(*rows: ForestRow, most: float = math.inf) -> str:
    return forest(rows, ["Figure"], "differences", most=most)


def places(html: str, pattern: str) -> list[float]:
    return [float(place) for place in re.findall(pattern, html)]


def test_the_margin_lies_about_zero_and_the_dot_where_the_mean_is() -> None:
    html = drawn(ForestRow("a", -10, -6, -2, 4, "better"))
    (begin, width) = re.search(r'<rect x="([\d.]+)%" width="([\d.]+)%"[^>]*class="margin"', html).groups()
    (zero,) = places(html, r'<line x1="([\d.]+)%"[^>]*class="zero"')
    assert float(begin) + float(width) / 2 == pytest.approx(zero, abs=0.02)
    (low, high) = re.search(r'<line x1="([\d.]+)%" x2="([\d.]+)%"[^>]*class="whisker ink"', html).groups()
    (dot,) = places(html, r'<circle cx="([\d.]+)%"')
    assert dot == pytest.approx((float(low) + float(high)) / 2, abs=0.02)
    assert dot < zero
    assert float(high) > float(begin), "it reaches into what does not matter"
    assert 'class="dot better"' in html


@pytest.mark.parametrize(
    ("low", "high", "arrows", "dots"), [(-20, 20, 0, 1), (50, 400, 1, 0), (-math.inf, math.inf, 2, 1), (150, 400, 1, 0)]
)
def test_what_goes_on_beyond_the_axis_ends_in_an_arrow(low: float, high: float, arrows: int, dots: int) -> None:
    mean = 0.0 if math.isinf(low) else (low + high) / 2
    html = drawn(ForestRow("a", low, mean, high, 5, "worse"), ForestRow("b", -100, 0, 100, 5, "same"), most=100)
    first = html.split("<tbody>")[1].split("</tr>")[0]
    assert (first.count("<path"), first.count("<circle")) == (arrows, dots)
    assert "nan" not in html
    assert "inf%" not in html


def test_differences_of_nothing_at_all_can_be_drawn() -> None:
    assert "<circle" in drawn(ForestRow("a", 0, 0, 0, None, "same"))


def test_the_line_of_half_widths_stops_at_the_axis_and_marks_what_was_enough() -> None:
    html = half_width_line([math.nan, 900.0, 3.0, 1.5, 0.9, 0.8], 1.0, 5, "half the width")
    assert 'class="curve b1"' in html
    assert html.count('class="target"') == 1
    assert half_width_line([math.nan, 900.0], 1.0, None, "half the width").count('class="target"') == 0
