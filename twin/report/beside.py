"""The section of the report that sets the run beside another one: what changed with what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.charts.html import Child, Html, h, join, table
from twin.charts.numbers import Numbers, number
from twin.charts.section import Section
from twin.experiment.beside import BesideRow, beside, headline_beside, not_shared
from twin.report.names import kpi_title

if TYPE_CHECKING:
    from twin.experiment.store import Results
    from twin.report.view import RunView


def beside_section(view: RunView, other: Results) -> Section:
    """Return the section."""
    say, results = view.language, view.results
    rows = headline_beside(beside(results, other))
    title = say.pick(other.scenario.title, other.scenario.title_zh or other.scenario.title)
    told = say(
        "The other run: {title} ({id}). Means of each; the runs need not have the same cases, so no interval is given.",
        title=title, id=other.manifest["run_id"],
    )  # fmt: skip
    differ = not_shared(results, other)
    warning = say("They are not of the same days: {keys} differ.", keys=", ".join(differ)) if differ else None
    parts: list[Child] = [h("p", told), h("p", warning, class_="warning") if warning else None]
    for brain in dict.fromkeys(row.brain for row in rows):
        parts += [h("h3", view.titles[brain]), _table(view, [row for row in rows if row.brain == brain])]
    return Section("beside", say("Beside another run"), join(parts))


def _table(view: RunView, rows: list[BesideRow]) -> Html:
    say, numbers = view.language, Numbers(view.language)
    body: list[list[Child]] = [
        [
            kpi_title(view, row.kpi), numbers.amount(row.other, row.kpi.family.unit),
            numbers.amount(row.own, row.kpi.family.unit),
            number(100 * row.difference / row.other, 1, sign=True) + " %" if row.other else "–",
        ]
        for row in rows
    ]  # fmt: skip
    return table([say("Figure"), say("The other run"), say("This run"), say("Change")], body)
