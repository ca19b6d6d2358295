"""The first part of the report: what differs between the brains, in sentences and in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, details, h, join, table
from twin.charts.numbers import Numbers, interval_decimals, number, scaled
from twin.charts.rows import interval_bar
from twin.charts.section import Section
from twin.charts.statistics import Spread, spread_of
from twin.experiment.compare import Comparison, headline, is_headline, lacks_sentence, of_one_alone
from twin.inference.verdicts import Verdict
from twin.report.expectations import expectations
from twin.report.names import Named, days, findings, kpi_title

if TYPE_CHECKING:
    from twin.charts.section import Finding
    from twin.core.kpis import Kpi
    from twin.report.view import RunView

WORDS: Final[dict[Verdict, tuple[str, str]]] = {
    "better": ("✓", "better"),
    "worse": ("✗", "worse"),
    "undecided": ("≈", "no difference shown"),
    "same": ("=", "the same"),
    "equivalent": ("=", "equivalent"),
    "higher": ("↑", "higher"),
    "lower": ("↓", "lower"),
}
"""Sign and word of each verdict."""


def verdict_section(view: RunView) -> Section:
    """Return what the run was warned of, sentences, the table of headline KPIs and the folded table of all others."""
    baseline, *others = view.brains
    content = [_comparison(view, other, alone=len(others) == 1) for other in others] or [_single(view, baseline)]
    return Section("verdict", view.language("The verdict"), join(_warned(view), content, expectations(view)))


def _warned(view: RunView) -> Html | None:
    """Return what a planner was told before the run, for it holds of every figure below."""
    warned = view.results.manifest["warnings"]
    say = view.language
    items = [h("li", say(one["sentence"], **one["values"])) for one in warned]
    return h("div", h("p", say("Told before the run:")), h("ul", items), class_="note warned") if items else None


def _comparison(view: RunView, other: str, *, alone: bool) -> Html:
    say = view.language
    rows = view.comparisons(other)
    first = headline(view.catalogue, rows)
    names = {row.name for row in first}
    both = {"other": view.titles[other], "baseline": view.titles[view.brains[0]]}
    return h(
        "section",
        h("p", say("With {other} instead of {baseline}:", **both), class_="pair")
        if alone
        else h("h3", say("{other} against {baseline}", **both)),
        _lacks(view, other),
        _sentences(view, rows),
        _table(view, other, first, bars=True) if first else h("p", say("No headline figure can be compared.")),
        h("p", _explanation(view, rows), class_="note"),
        details(say("All {n} figures", n=len(rows)), _table(view, other, rows, bars=False, names=True))
        if len(rows) > len(names)
        else None,
        class_="comparison",
    )


def _lacks(view: RunView, other: str) -> list[Html]:
    """Return a warning where one of two brains never has headline figures that the other has."""
    alone = of_one_alone(view.catalogue, view.results.kpis, view.brains[0], other)
    called = {brain: [kpi_title(view, view.catalogue[kpi]) for kpi in kpis] for brain, kpis in alone.items()}
    return [
        h("p", lacks_sentence(view.language, view.titles[brain], kpis), class_="note warning")
        for brain, kpis in called.items()
    ]


def _explanation(view: RunView, rows: list[Comparison]) -> str:
    say = view.language
    over = _over(rows)
    if over == "days":
        text = say(
            "Both met the same {n} days, case by case. A difference is shown where the 95 % interval of the daily "
            "differences does not reach zero; each interval bar has a scale of its own, its line is zero.",
            n=view.replications,
        )
    elif over == "days_in_a_row":
        text = say(
            "Both met the same weather and the same chance. A difference is shown where its 95 % interval does not "
            "reach zero; each interval bar has a scale of its own, its line is zero. Days in a row are no cases of "
            "their own, so the interval is by blocks of days (Künsch 1989). More replications show what other weather "
            "would bring."
        )
    else:
        text = say(
            "Both met the same day, case by case. A difference is shown where the 95 % interval over that day's cases "
            "does not reach zero, and says nothing about other days; where cases share queues, as drivers do, it is "
            "too narrow even for this one. Each interval bar has a scale of its own, its line is zero. More "
            "replications show what differs from day to day."
        )
    return text + say(" With this many figures, some one in twenty would seem to differ by chance alone.")


def _over(rows: list[Comparison]) -> str:
    return next((row.difference.over for row in rows if row.difference), "days")


# -- sentences ----------------------------------------------------------------------------------------------------


def _sentences(view: RunView, rows: list[Comparison]) -> Html | None:
    by_name = {row.name: row for row in rows}
    items = []
    for domain in view.results.scenario.domains:
        for finding in findings(domain):
            names = (f"{domain}.{name}" for name in finding.kpis)
            row = next((by_name[name] for name in names if name in by_name), None)
            if row is not None and row.difference is not None:
                items.append(_item(view, finding, row))
    return h("ul", items, class_="findings") if items else None


def _item(view: RunView, finding: Finding, row: Comparison) -> Html:
    sign, _ = WORDS[row.verdict]
    main, more = sentence(view, finding, row)
    return h("li", icon(sign), h("div", h("strong", main), " ", h("span", more)), class_=f"finding {row.verdict}")


def sentence(view: Named, finding: Finding, row: Comparison) -> tuple[str, str]:
    """Return a finding in plain words, and its interval."""
    say, numbers, gap = view.language, Numbers(view.language), row.difference
    if gap is None or row.verdict == "same":
        text = say("The same in every case: {subject}.", subject=say(finding.subject))
        return text, ""
    low, high = scaled(gap.low, row.unit), scaled(gap.high, row.unit)
    places = interval_decimals(low, scaled(gap.mean, row.unit), high)
    if row.verdict == "undecided":
        more = say(
            "(difference {difference}, over {over})",
            difference=numbers.difference(gap.mean, gap.low, gap.high, row.unit), over=_over_text(view, row),
        )  # fmt: skip
        return say("No difference shown: {subject}.", subject=say(finding.subject)), more
    rises = gap.mean > 0
    ends = (low, high) if rises else (-high, -low)
    text = say(finding.higher if rises else finding.lower, difference=numbers.size(gap.mean, row.unit, places))
    more = say(
        "(95 % interval {low} to {high}, over {over})",
        low=number(ends[0], places), high=number(ends[1], places), over=_over_text(view, row),
    )  # fmt: skip
    return text, more


def _over_text(view: Named, row: Comparison) -> str:
    count = row.difference.count if row.difference else 0
    if row.difference and row.difference.over == "days":
        return days(view, count)
    if row.difference and row.difference.over == "days_in_a_row":
        return view.language("{n} days in a row, by blocks", n=number(count, 0))
    if row.of_some:
        return view.language("the {n} cases of one day that both have", n=number(count, 0))
    return view.language("{n} cases of one day", n=number(count, 0))


# -- tables ----------------------------------------------------------------------------------------------------


def _table(view: RunView, other: str, rows: list[Comparison], *, bars: bool, names: bool = False) -> Html:
    say = view.language
    head: list[Child] = [
        say("Figure"), view.titles[view.brains[0]], view.titles[other], say("Difference (95 % interval)"),
        *([say("Interval and zero")] if bars else []), say("Verdict"), say("Interval over"),
    ]  # fmt: skip
    body = [_row(view, row, bars=bars, names=names) for row in rows]
    return table(head, body, class_="verdict" if bars else "verdict all", stacked=True)


def _row(view: RunView, row: Comparison, *, bars: bool, names: bool) -> list[Child]:
    numbers, say = Numbers(view.language), view.language
    kpi = view.catalogue[row.name]
    gap = row.difference
    sign, word = WORDS[row.verdict]
    shown = (
        h(
            "data",
            numbers.difference(gap.mean, gap.low, gap.high, row.unit),
            value=repr(gap.mean), data_kpi=row.name, data_low=repr(gap.low), data_high=repr(gap.high),
        )
        if gap
        else "–"
    )  # fmt: skip
    bar = [interval_bar(gap.low, gap.mean, gap.high) if gap and row.verdict != "same" else None] if bars else []
    title: Child = [kpi_title(view, kpi), h("small", h("code", row.name)) if names else None, _target(view, kpi)]
    return [
        title, _mean(numbers, row.baseline.mean, row.unit), _mean(numbers, row.other.mean, row.unit), shown, *bar,
        h("span", icon(sign), " ", say(word), class_=f"word {row.verdict}"), _over_text(view, row) if gap else "–",
    ]  # fmt: skip


def _mean(numbers: Numbers, value: float, unit: str) -> Html:
    return h("data", numbers.amount(value, unit), value=repr(value))


def _target(view: RunView, kpi: Kpi) -> Html | None:
    if kpi.family.target is None:
        return None
    amount = Numbers(view.language).amount(kpi.family.target, kpi.family.unit, 0)
    return h("small", view.language("target {amount}", amount=amount))


# -- one brain ----------------------------------------------------------------------------------------------------


def _single(view: RunView, brain: str) -> Html:
    say = view.language
    spreads = _spreads(view, brain)
    first = [name for name, kpi in view.catalogue.items() if is_headline(kpi) and name in spreads]
    text = say(
        "One brain was run, so there is nothing to compare: {brain}, {days}.",
        brain=view.titles[brain], days=days(view, view.replications),
    )  # fmt: skip
    return h(
        "section",
        h("p", text, class_="pair"),
        _single_table(view, brain, first, spreads),
        details(say("All {n} figures", n=len(spreads)), _single_table(view, brain, list(spreads), spreads)),
        class_="comparison",
    )


def _spreads(view: RunView, brain: str) -> dict[str, Spread]:
    frame = view.results.kpis
    own = frame[frame["brain"] == brain]
    return {
        str(name): spread_of(values.to_numpy(dtype=float))
        for name, values in own.groupby("kpi", sort=False)["value"]
        if name in view.catalogue
    }


def _single_table(view: RunView, brain: str, names: list[str], spreads: dict[str, Spread]) -> Html:
    say, numbers = view.language, Numbers(view.language)
    rows: list[list[Child]] = []
    for name in names:
        kpi, spread = view.catalogue[name], spreads[name]
        ends = [scaled(end, kpi.family.unit) for end in (spread.low, spread.high)]
        places = interval_decimals(*ends)
        interval = f"{number(ends[0], places)} – {number(ends[1], places)}" if spread.count > 1 else "–"
        rows.append(
            [
                [kpi_title(view, kpi), _target(view, kpi)],
                _mean(numbers, spread.mean, kpi.family.unit),
                interval,
                days(view, spread.count),
            ]
        )
    return table(
        [say("Figure"), view.titles[brain], say("95 % interval"), say("Interval over")],
        rows,
        class_="verdict all",
        stacked=True,
    )
