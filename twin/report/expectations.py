"""The bounds that the scenario expects its KPIs to keep, and whether they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, h, join, table
from twin.charts.numbers import Numbers, scaled
from twin.report.names import kpi_title

if TYPE_CHECKING:
    from twin.report.view import RunView
    from twin.scenario.expectations import Expectation


def expectations(view: RunView) -> Html | None:
    """Return a table of the scenario's bounds, or None where it has none."""
    say, expected = view.language, view.results.scenario.expect
    if not expected:
        return None
    means = view.results.kpis.groupby(["brain", "kpi"])["value"].mean().to_dict()
    rows: list[list[Child]] = [
        _row(view, bound, brain, means.get((brain, bound.kpi)))
        for bound in expected
        for brain in ((bound.brain,) if bound.brain else view.brains)
    ]
    head = [say("Figure"), say("Brain"), say("Mean"), say("Bound"), say("Kept")]
    return join(
        h("h3", say("What the scenario expects")), table(head, rows, class_="expected", numbers_from=2, stacked=True)
    )


def _row(view: RunView, bound: Expectation, brain: str, value: float | None) -> list[Child]:
    say, numbers = view.language, Numbers(view.language)
    kpi = view.catalogue.get(bound.kpi)
    unit = kpi.family.unit if kpi else ""
    limits = [
        say(sentence, amount=numbers.amount(limit, unit, decimals_for_limit(scaled(limit, unit))))
        for sentence, limit in (("at least {amount}", bound.min), ("at most {amount}", bound.max))
        if limit is not None
    ]
    kept = value is not None and (bound.min is None or value >= bound.min) and (bound.max is None or value <= bound.max)
    word = h(
        "span",
        icon("✓" if kept else "✗"),
        " ",
        say("kept") if kept else say("missed"),
        class_="word better" if kept else "word worse",
    )
    title = kpi_title(view, kpi) if kpi else bound.kpi
    shown = "–" if value is None else numbers.amount(value, unit)
    return [title, view.titles.get(brain, brain), shown, say(", ").join(limits), word]


def decimals_for_limit(limit: float) -> int:
    """Return the decimals that a bound was written with."""
    return len(f"{limit:.6g}".partition(".")[2])
