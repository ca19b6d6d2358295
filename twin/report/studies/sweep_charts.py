"""How a sweep's figures answer to its keys: curves, heat maps, points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.charts.html import Html, figure, h, join
from twin.charts.marks import legend
from twin.charts.numbers import Numbers, number, scaled
from twin.charts.responses import Answered, Tile, heat_map, response_curves, response_points, shade_of
from twin.report.studies.sweep_words import ordered, outcomes, value_text

if TYPE_CHECKING:
    from twin.experiment.studies.answers import Amount
    from twin.experiment.studies.sweep_answers import KpiSweep, Sweep
    from twin.report.studies.naming import Naming

MOST_CHARTS = 6
"""So many keys are drawn: those on which most hangs."""


def answers_of(answer: Sweep, one: KpiSweep, naming: Naming) -> Html:
    """Return the charts of one KPI that fit the design."""
    if answer.design == "grid" and len(answer.axes) == 2:
        return _heat_maps(answer, one, naming)
    if answer.design in ("grid", "list"):
        return _curves(answer, one, naming)
    return _scatters(answer, one, naming)


def _numeric(answer: Sweep, place: int) -> bool:
    return all(isinstance(point[place], (int, float)) and not isinstance(point[place], bool) for point in answer.points)


def _x(answer: Sweep, place: int, point: int) -> float:
    """Return where a point stands along a key: its number, or the place of its value among all."""
    value = answer.points[point][place]
    if _numeric(answer, place):
        return float(value)
    return float(list(dict.fromkeys(one[place] for one in answer.points)).index(value))


def _at(x: float, amounts: Sequence[Amount], unit: str) -> Answered:
    """Return the mean of results at one value, with the interval of a single one."""
    count = len(amounts)
    mean = sum(amount.mean for amount in amounts) / count
    half = amounts[0].half if count == 1 else 0.0
    return Answered(x, scaled(mean, unit), scaled(mean - half, unit), scaled(mean + half, unit))


def _curves(answer: Sweep, one: KpiSweep, naming: Naming) -> Html:
    """Draw each brain's means along each key (averaged over the other keys of a grid), and the differences."""
    say, charts = naming.language, []
    for place, axis in enumerate(answer.axes):
        if not _numeric(answer, place):
            charts.append(_steps_key(answer, place, naming))
        lines = [_line(answer, place, amounts, one.unit) for amounts in one.means]
        label = say("{kpi} along {key}", kpi=naming.kpi_title(one.kpi), key=axis.key)
        charts.append(figure(_title(axis.key, one, naming), response_curves(lines, label)))
        if one.differences:
            gaps = [_line(answer, place, amounts, one.unit) for amounts in one.differences]
            title = say("difference from {brain}", brain=naming.brain(answer.brains[0]))
            charts.append(figure(f"{_title(axis.key, one, naming)}: {title}", response_curves([[], *gaps], label)))
    note = (
        say("Averaged over the values of the other keys.") if answer.design == "grid" and len(answer.axes) > 1 else None
    )
    key = legend([naming.brain(brain) for brain in answer.brains])
    return join(key, h("div", charts, class_="charts"), h("p", note, class_="note") if note else None)


def _steps_key(answer: Sweep, place: int, naming: Naming) -> Html:
    values = dict.fromkeys(value_text(point[place]) for point in answer.points)
    said = ", ".join(f"{position} {value}" for position, value in enumerate(values))
    return h("p", naming.language("{key}: {values}", key=answer.axes[place].key, values=said), class_="note")


def _line(answer: Sweep, place: int, amounts: Sequence[Amount | None], unit: str) -> list[Answered]:
    at: dict[float, list[Amount]] = {}
    for point, amount in enumerate(amounts):
        if amount is not None:
            at.setdefault(_x(answer, place, point), []).append(amount)
    return [_at(x, found, unit) for x, found in at.items()]


def _title(key: str, one: KpiSweep, naming: Naming) -> str:
    unit = Numbers(naming.language).unit(one.unit)
    return f"{naming.kpi_title(one.kpi)} ({unit}) ↔ {key}" if unit else f"{naming.kpi_title(one.kpi)} ↔ {key}"


def _heat_maps(answer: Sweep, one: KpiSweep, naming: Naming) -> Html:
    maps = []
    if one.differences:
        for brain, amounts in outcomes(answer, one):
            title = naming.language(
                "{kpi}: {brain} instead of {first}",
                kpi=naming.kpi_title(one.kpi), brain=naming.brain(brain), first=naming.brain(answer.brains[0]),
            )  # fmt: skip
            maps.append(figure(title, _heat_map(answer, one, amounts, "d", title)))
    for brain, amounts in zip(answer.brains, one.means, strict=True):
        title = naming.language("{kpi}: {brain}", kpi=naming.kpi_title(one.kpi), brain=naming.brain(brain))
        maps.append(figure(title, _heat_map(answer, one, amounts, "q", title)))
    unit = Numbers(naming.language).unit(one.unit)
    note = naming.language("In {unit}. Bold: the 95 % interval of a difference does not reach zero.", unit=unit or "1")
    return join(*maps, h("p", note, class_="note"))


def _heat_map(answer: Sweep, one: KpiSweep, amounts: Sequence[Amount | None], kind: str, label: str) -> Html:
    down, across = ([*dict.fromkeys(point[place] for point in answer.points)] for place in (0, 1))
    means = [amount.mean for amount in amounts if amount is not None]
    by_point = dict(zip(answer.points, amounts, strict=True))
    rows = [
        (value_text(row), [_tile(by_point[row, column], one.unit, means, kind) for column in across]) for row in down
    ]
    keys = (h("code", answer.axes[1].key), h("code", answer.axes[0].key))
    return heat_map([value_text(column) for column in across], rows, keys, label)


def _tile(amount: Amount | None, unit: str, means: Sequence[float], kind: str) -> Tile | None:
    if amount is None:
        return None
    shade = shade_of(amount.mean, min(means), max(means), kind)
    sure = kind == "q" or not (amount.single or amount.low <= 0 <= amount.high)
    return Tile(number(scaled(amount.mean, unit), sign=kind == "d"), shade, sure)


def _scatters(answer: Sweep, one: KpiSweep, naming: Naming) -> Html:
    charts = []
    places = {axis.key: place for place, axis in enumerate(answer.axes)}
    for (brain, amounts), hangs in zip(outcomes(answer, one), one.hangs, strict=True):
        keys = [hang.key for hang in ordered(hangs)] or list(places)
        for key in keys[:MOST_CHARTS]:
            dots = [
                _at(_x(answer, places[key], point), [amount], one.unit)
                for point, amount in enumerate(amounts)
                if amount is not None
            ]
            title = f"{_title(key, one, naming)}, {naming.brain(brain)}"
            charts.append(figure(title, response_points(dots, title)))
    said = (
        naming.language("A dot a draw: the difference from {brain}, by the value of one key.")
        if one.differences
        else naming.language("A dot a draw, by the value of one key.")
    )
    return join(h("p", said.format(brain=naming.brain(answer.brains[0]))), h("div", charts, class_="charts"))
