"""How a result answers to a number: curves with intervals, points, and a heat map for two numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.charts.html import Child, Html, h, plain, scrolling
from twin.charts.marks import mark
from twin.charts.panels import Panel, polyline
from twin.charts.scales import tick_text


@dataclass(frozen=True, slots=True)
class Answered:
    """A result at one value of the number, with the ends of its interval."""

    x: float
    mean: float
    low: float
    high: float


def response_curves(series: Sequence[Sequence[Answered]], label: str) -> Html:
    """Draw a line through each series' results, in the order of the number, with bars for their intervals."""
    panel = _frame([one for line in series for one in line])
    content: list[Html] = []
    for number, line in enumerate(series):
        ordered = sorted(line, key=lambda one: one.x)
        places = [(panel.x(one.x), panel.y(one.mean)) for one in ordered]
        content += [_whisker(panel, one, number) for one in ordered if one.high > one.low]
        content.append(h("path", d=polyline(places), class_=f"curve b{number}"))
        content += [mark(number, *place) for place in places]
    return panel.draw(label, _zero(panel), *content)


def response_points(points: Sequence[Answered], label: str) -> Html:
    """Draw a dot for each result, without its interval, and zero where it lies within."""
    panel = _frame([Answered(one.x, one.mean, one.mean, one.mean) for one in points])
    dots = "".join(f"M{plain(panel.x(one.x))} {plain(panel.y(one.mean))}h0" for one in points)
    return panel.draw(label, _zero(panel), h("path", d=dots, class_="dots"))


def _frame(points: Sequence[Answered]) -> Panel:
    xs = [one.x for one in points] or [0.0]
    ends = [end for one in points for end in (one.low, one.high)] or [0.0]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    inner = (max(xs) - min(xs)) * 0.03 or 1.0
    return Panel.of((min(xs) - inner, max(xs) + inner), (low - room, high + room))


def _zero(panel: Panel) -> Html:
    if not panel.y.low < 0 < panel.y.high:
        return Html("")
    return h("path", d=f"M{plain(panel.x.begin)} {plain(panel.y(0))}H{plain(panel.x.end)}", class_="axis-mark")


def _whisker(panel: Panel, one: Answered, number: int) -> Html:
    x = panel.x(one.x)
    path = f"M{plain(x)} {plain(panel.y(one.low))}V{plain(panel.y(one.high))}"
    return h("path", d=path, class_=f"whisker b{number}")


@dataclass(frozen=True, slots=True)
class Tile:
    """A cell of a heat map: what is written in it, a class of the style sheet for its shade, whether it is shown."""

    text: str
    shade: str
    sure: bool = True


def heat_map(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Tile | None]]], axes: tuple[Child, Child], label: str
) -> Html:
    """Draw a table whose cells bear a square of their shade beside their number.

    Parameters
    ----------
    rows
        Title and cells, None where nothing is known.
    axes
        What goes across, and what goes down.
    """
    across, down = axes
    head = [h("th", down, " ↓ ", across, " →", scope="col"), *(h("th", title, scope="col") for title in columns)]
    body = [
        h("tr", h("th", title, scope="row"), [h("td", _tile(tile), class_="tile") for tile in tiles])
        for title, tiles in rows
    ]
    return scrolling(h("table", h("thead", h("tr", head)), h("tbody", body), class_="heat"), label)


def _tile(tile: Tile | None) -> Child:
    if tile is None:
        return "–"
    square = h("svg", h("rect", width="100%", height="100%", class_=tile.shade), class_="square", aria_hidden="true")
    return [square, h("strong", tile.text) if tile.sure else tile.text]


def shade_of(value: float, low: float, high: float, kind: str) -> str:
    """Return one of seven classes: ``q`` from low to high, ``d`` about zero by the larger of the two ends.

    Where all is zero ``d`` is the middle one.
    """
    if kind == "d":
        reach = max(abs(low), abs(high)) or 1.0
        low, high = -reach, reach
    place = (value - low) / ((high - low) or 1.0)
    return f"{kind}{min(max(int(place * 7), 0), 6)}"


def number_text(value: float) -> str:
    """Return a number of an axis."""
    return tick_text(float(f"{value:.4g}"))
