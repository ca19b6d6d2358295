"""What the first sections on the air promise: curves with warnings, sources by station, cost beside relief."""

from __future__ import annotations

import pytest
from support.air_runs import air_parameters, run_air
from support.reports import Page, RunOfFrames

from twin.core.language import CODES, Language, chinese_table
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.kinds import GROUPS
from twin.domains.air.report import MEMBER_NAMES, sections

EN = Language("en")


def yellow(view: AirWarningView) -> Warn:
    return Warn(2)


@pytest.fixture(scope="module")
def run() -> RunOfFrames:
    """Three days without and under a yellow warning."""
    tables = {}
    for brain, rules in (("one", {"air_warning": lambda view: Warn(0)}), ("two", {"air_warning": yellow})):
        _, twin, frames = run_air(air_parameters(), days=3, rules=rules)
        tables |= {(name, brain, 0): frame for name, frame in frames.items()}
    return RunOfFrames(tables, twin.clock, city=twin.city.map)


def test_hours_under_each_level_add_up_to_the_run(run: RunOfFrames) -> None:
    texts = [text for _, text in Page(sections(run, EN)[0].html).texts]
    hours = {name: texts[texts.index(name) + 1 : texts.index(name) + 3] for name in ("no warning", "yellow")}
    assert hours == {"no warning": ["72", "24"], "yellow": ["0", "48"]}


def test_every_group_has_a_row_for_the_stations(run: RunOfFrames) -> None:
    html = sections(run, EN)[1].html
    assert all(MEMBER_NAMES[group] in html for group in GROUPS)


def test_chinese_pages_have_no_english_sentence(run: RunOfFrames) -> None:
    pages = {code: "".join(section.html for section in sections(run, Language(code))) for code in CODES}
    assert "各监测站的污染来自谁" in "".join(section.title for section in sections(run, Language("zh")))
    for sentence in chinese_table():
        if len(sentence) > 40 and sentence in pages["en"]:
            assert sentence not in pages["zh"]


def test_a_run_without_an_hour_says_so(run: RunOfFrames) -> None:
    empty = {key: frame.iloc[:0] if key[0] != "air.judged_by" else frame for key, frame in run.tables.items()}
    html = sections(RunOfFrames(empty, run.clock, city=run.city), EN)[0].html
    assert "No hour was counted." in html
