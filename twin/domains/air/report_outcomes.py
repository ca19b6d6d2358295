"""What came of each day: warned of or not, rightly or not; as signs, in a table of days, and in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.quality_index import standard_on, sub_index
from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, h, table
from twin.charts.numbers import number
from twin.core.clock import HOUR_S
from twin.domains.air.judging import Days, days_of, judged, leads_on
from twin.domains.air.report_findings import LEVEL_NAMES
from twin.domains.air.report_ground import Ground

if TYPE_CHECKING:
    from twin.core.language import Language

HIT, MISS, FALSE, LEAD, QUIET = range(5)
SIGNS: Final = ("✓", "✗", "−", "+", "=")
"""Of a day that was bad and warned of, bad and not warned of, warned of in vain, warned of ahead, quiet."""
WORDS: Final = (
    "bad, and warned of", "bad, and not warned of", "warned of, but not bad", "warned of ahead of a bad day",
    "neither bad nor warned of",
)  # fmt: skip


def outcomes(days: Days) -> NDArray[np.int8]:
    """Return what came of each day: a position in `WORDS`, shape (d,)."""
    warned = days.level > 0
    found = np.full(len(days), QUIET, np.int8)
    found[days.bad & warned], found[days.bad & ~warned] = HIT, MISS
    ahead = leads_on(days.bad, warned)
    found[~days.bad & warned] = FALSE
    found[ahead] = LEAD
    return found


def days_by_brain(ground: Ground) -> list[Days]:
    """Return the whole days of the counted time under each brain."""
    names = ("air.hours", "air.warnings", "air.judged_by")
    return [
        days_of({name: ground.run.events(name, brain, 0) for name in names}, ground.run.clock)
        for brain in ground.brains
    ]


def sign_key(language: Language) -> Html:
    """Return the key to the signs."""
    items = [h("li", icon(sign), language(word)) for sign, word in zip(SIGNS, WORDS, strict=True)]
    return h("ul", items, class_="legend")


def said(title: str, days: Days, language: Language) -> str:
    """Return a brain's warnings in one sentence."""
    found = judged(days)
    text = language(
        "{brain}: {hits} of {bad} bad days were warned of; days warned of in vain: {false}.",
        brain=title, hits=found.hits, bad=int(days.bad.sum()), false=found.false_alarms,
    )  # fmt: skip
    if not found.leads_h:
        return text
    lead = number(float(np.mean(found.leads_h)), 0)
    return text + language(" The warning came {h} h before the bad spell.", h=lead)


def day_table(ground: Ground, each: list[Days], language: Language) -> Html:
    """Return every day with what it would have been, and what each brain did."""
    clock = ground.run.clock
    rows: list[list[Child]] = []
    for place, begins_s in enumerate(each[0].begins_s.tolist()):
        date = clock.at(begins_s)
        without = float(each[0].without[place])
        index = float(sub_index("pm25", without, standard_on(date.date())))
        row: list[Child] = [f"{date:%Y-%m-%d}", number(without, 0), number(index, 0)]
        for days in each:
            row += [number(float(days.lived[place]), 0), _warned(days, place, language)]
        rows.append(row)
    head = [language("Day"), language("without measures, µg/m³"), language("its index")]
    for title in ground.titles:
        head += [language("{brain}: as lived, µg/m³", brain=title), language("{brain}: warning", brain=title)]
    return table(head, rows, class_="compact days", caption=language("What was warned of, and what came"))


def _warned(days: Days, place: int, language: Language) -> Child:
    outcome = int(outcomes(days)[place])
    level = language(LEVEL_NAMES[int(days.level[place])])
    begun_h = (float(days.begins_s[place]) - float(days.decided_s[place])) / HOUR_S
    when = language(", decided {h} h before", h=number(begun_h, 0)) if np.isfinite(begun_h) else ""
    return [icon(SIGNS[outcome]), " ", level + when, h("small", language(WORDS[outcome]))]
