"""What every report promises: whole, self-contained, escaped, and saying what the comparison says."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.reports import Page, make_report, page_of, small_run

from twin.charts.glyphs import CHARACTERS, glyphs
from twin.charts.html import Html, h
from twin.charts.maps import hexagon_middle, hexagon_of
from twin.charts.numbers import Numbers, interval_decimals, number
from twin.charts.scales import Scale
from twin.core.language import CODES, Code, Language
from twin.experiment.compare import headline
from twin.experiment.store import Results
from twin.report.build import write_report
from twin.report.names import findings
from twin.report.verdict import sentence
from twin.report.view import RunView

SECTIONS = (
    "verdict", "curves", "chain", "eleven", "timelines", "map", "places-and-hours", "congestion", "equity", "walk-ins",
    "load", "outcomes", "assumptions", "provenance",
)  # fmt: skip
LARGEST = 3_000_000


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on two days."""
    return small_run(tmp_path_factory.mktemp("two"), small_map_folder)


@pytest.fixture(scope="module", params=CODES)
def page(request: pytest.FixtureRequest, results: Results) -> Page:
    return Page(page_of(results, request.param))


def test_every_element_is_closed_and_every_section_is_there_in_order(page: Page) -> None:
    ids = [attributes["id"] for attributes in page.all("section") if "id" in attributes]
    assert tuple(ids) == SECTIONS
    links = {attributes["href"] for attributes in page.all("a")}
    assert {f"#{name}" for name in SECTIONS} <= links


def test_no_id_stands_twice_and_every_use_has_its_shape(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    used = {str(attributes["href"])[1:] for attributes in page.all("use")}
    assert used <= set(ids)


def test_a_report_needs_nothing_but_itself(page: Page) -> None:
    assert not [tag for tag, _ in page.elements if tag in ("link", "img", "iframe", "object", "audio", "video")]
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert str(attributes.get(name) or "#").startswith("#"), attributes
    assert not any("url(" in str(a.get("style") or "") for _, a in page.elements)


def test_a_hostile_title_is_text(results: Results) -> None:
    text = page_of(results)
    assert "<script>document" not in text
    assert "Is &lt;script&gt;document" in text
    assert len(list(Page(text).all("script"))) == 1


def test_reports_are_small_and_written_whole(results: Results, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    make_report(results, path)
    assert path.stat().st_size < LARGEST
    assert sorted(found.name for found in tmp_path.iterdir()) == ["playback.html", "report.html"]


def test_the_same_run_gives_the_same_page(results: Results) -> None:
    assert page_of(results) == page_of(Results(results.folder))


def test_numbers_in_the_verdict_are_those_of_the_comparison(results: Results) -> None:
    page = Page(page_of(results))
    shown: dict[str, tuple[float, ...]] = {}
    for data in page.all("data"):
        if data.get("data-kpi"):
            values = (float(str(data[name])) for name in ("value", "data-low", "data-high"))
            assert shown.setdefault(str(data["data-kpi"]), tuple(values))
    rows = results.compare(*results.brains)
    assert rows
    for row in rows:
        gap = row.difference
        if gap is None:
            assert row.name not in shown
        else:
            assert shown[row.name] == (gap.mean, gap.low, gap.high)
    assert headline(results.catalogue(), rows)


@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_verdict_is_said_in_words(results: Results, code: Code) -> None:
    view = RunView(results, Language(code))
    finding = next(found for found in findings("emergency") if found.kpis == ("response_min.mean",))
    row = next(row for row in view.comparisons(results.brains[1]) if row.name == "emergency.response_min.mean")
    assert row.difference is not None
    gap = replace(row.difference, mean=-1.5, low=-1.9, high=-1.1, count=2)
    sooner = sentence(view, finding, replace(row, difference=gap, verdict="better"))
    later = sentence(view, finding, replace(row, difference=replace(gap, mean=1.5, low=1.1, high=1.9), verdict="worse"))
    none = sentence(view, finding, replace(row, difference=replace(gap, high=0.5), verdict="undecided"))
    same = sentence(view, finding, replace(row, difference=replace(gap, mean=0, low=0, high=0), verdict="same"))
    assert len({sooner, later, none, same}) == 4
    assert "1.5" in sooner[0]
    assert "1.1" in sooner[1]
    assert "1.9" in sooner[1]
    if code == "en":
        assert "sooner" in sooner[0]
        assert "later" in later[0]
        assert none[0].startswith("No difference shown")


def test_every_chart_has_a_label_and_every_table_head_a_scope(page: Page) -> None:
    charts = [svg for svg in page.all("svg") if not svg.get("aria-hidden") and svg.get("role") == "img"]
    assert len(charts) >= 6
    assert all(chart.get("aria-label") for chart in charts)
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))


def test_a_page_says_its_language_and_fits_phones(results: Results) -> None:
    for code, lang in (("en", "en"), ("zh", "zh-CN")):
        page = Page(page_of(results, code))
        assert next(page.all("html"))["lang"] == lang
        assert any(meta.get("name") == "viewport" for meta in page.all("meta"))


def test_chinese_reports_are_chinese(results: Results) -> None:
    """Headings, captions, column heads, notes and parameters hold no English sentence."""
    page = Page(page_of(results, "zh"))
    english = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")
    kept = {"code", "title", "h1"}
    found = {text for tag, text in page.texts if tag not in kept and english.search(text)}
    assert not found


def test_report_and_film_made_side_by_side_are_those_made_one_after_the_other(results: Results, tmp_path: Path) -> None:
    pages = {}
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        folder.mkdir()
        write_report(results, folder / "report.html", Language("en"), processes=processes)
        pages[processes] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(pages[1]) == {"report.html", "playback.html"}
    assert pages[2] == pages[1]


def test_the_mean_over_a_members_cases_is_the_kpi_of_the_day(tmp_path: Path, small_map_folder: Path) -> None:
    """The verdict of one day goes through cases by itself; of hours, conditions, districts and of all."""
    results = small_run(tmp_path, small_map_folder, replications=1)
    table = results.kpis.set_index(["brain", "kpi"])["value"]
    rows = results.compare("traditional", "city_brain")
    grouped = [row for row in rows if row.name.count(".") > 2]
    assert len(grouped) > 20
    for row in rows:
        assert row.baseline.mean == pytest.approx(table["traditional", row.name])
        assert row.other.mean == pytest.approx(table["city_brain", row.name])


@pytest.mark.parametrize("brains", ["[city_brain]", "[traditional, city_brain, {name: third, extends: city_brain}]"])
def test_one_brain_or_three(tmp_path: Path, small_map_folder: Path, brains: str) -> None:
    results = small_run(tmp_path, small_map_folder, brains=brains, replications=1)
    page = Page(page_of(results))
    assert tuple(a["id"] for a in page.all("section") if "id" in a) == SECTIONS
    differences = [data for data in page.all("data") if data.get("data-kpi")]
    assert bool(differences) == (len(results.brains) > 1)
    compared = [a for a in page.all("section") if a.get("class") == "comparison"]
    assert len(compared) == max(1, len(results.brains) - 1)


def test_a_run_without_heart_attacks_or_without_any_call(tmp_path: Path, small_map_folder: Path) -> None:
    none = "emergency: {condition_shares: {stemi: 0, stroke: 0.066}}\n"
    results = small_run(tmp_path / "a", small_map_folder, replications=1, more=none)
    assert "There was no such case." in page_of(results)
    silent = "emergency: {calls_per_day: 0, dispatches_per_day: 0, patients_per_day: 0}\n"
    results = small_run(tmp_path / "b", small_map_folder, replications=1, more=silent)
    Page(page_of(results))


def test_world_events_and_bounds_are_told(tmp_path: Path, small_map_folder: Path) -> None:
    more = (
        "events:\n  - {at: '09:00', until: '10:00', connection_fails: live_traffic}\n"
        "expect:\n  emergency.response_min.mean: {max: 0.001}\n"
    )
    text = page_of(small_run(tmp_path, small_map_folder, replications=1, more=more))
    assert "A connection does not work" in text
    assert "2021-03-15 09:00" in text
    assert "missed" in text


def test_a_map_that_is_gone_is_said_to_be_gone(tmp_path: Path, small_map_folder: Path) -> None:
    mine = shutil.copytree(small_map_folder, tmp_path / "gone")
    results = small_run(tmp_path, mine, brains="[city_brain]", replications=1)
    shutil.rmtree(mine)
    page = Page(page_of(Results(results.folder)))
    assert any("no map can be drawn" in text for _, text in page.texts)


def test_a_map_that_has_changed_is_said_to_have_changed(tmp_path: Path, small_map_folder: Path) -> None:
    mine = shutil.copytree(small_map_folder, tmp_path / "changed")
    results = small_run(tmp_path, mine, brains="[city_brain]", replications=1)
    header = json.loads((mine / "map.yaml").read_text(encoding="utf-8"))
    (mine / "map.yaml").write_text(json.dumps({**header, "licence": "other"}), encoding="utf-8")
    assert "The map has changed since this run" in page_of(Results(results.folder))


def test_every_parameter_is_listed_with_its_label(results: Results) -> None:
    page = Page(page_of(results))
    rows = [row for row in page.all("tr") if row.get("data-label")]
    sections = results.scenario.sections.values()
    assert len(rows) == sum(len(section.shipped) for section in sections)
    assert {row["data-label"] for row in rows} == {"published", "derived", "assumed"}


def test_elements_escape_all_that_is_not_html() -> None:
    assert h("p", "<b>", Html("<i>x</i>"), title='"&') == '<p title="&quot;&amp;">&lt;b&gt;<i>x</i></p>'


def test_numbers_read_as_people_write_them() -> None:
    assert number(-0.0001, 2) == "0.00"
    assert number(-36.4, 0, sign=True) == "−36"
    assert number(1234.6, 0) == "1\u202f235"
    assert number(float("nan")) == "–"
    say = Numbers(Language("en"))
    assert say.size(0.01, "share", 0) == "1 percentage point"
    assert say.size(-0.02, "share", 0) == "2 percentage points"
    assert say.difference(-36.6, -46.6, -26.6, "min") == "−37 min (−47 to −27)"
    assert say.difference(0.273, 0.0421, 0.505, "share") == "+27 points (+4 to +50)"
    assert say.unit("min") == "min"
    assert interval_decimals(-3.1, -1.4, -0.3) == 1


def test_glyphs_cover_what_axes_write() -> None:
    assert all(glyphs(character, 0, 0) for character in CHARACTERS)
    assert Scale(0, 7, 0, 100).ticks(5) == [0, 2, 4, 6]
    assert Scale(0, 0, 0, 100).ticks() == [0]


def test_each_point_lies_in_the_hexagon_whose_middle_is_nearest() -> None:
    points = np.random.default_rng(1).uniform(-5000, 5000, (400, 2))
    cells = hexagon_of(points, 1000.0)
    middles = hexagon_middle(np.unique(cells, axis=0), 1000.0)
    nearest = np.hypot(*(points[:, None] - middles[None]).transpose(2, 0, 1)).min(axis=1)
    own = np.hypot(*(points - hexagon_middle(cells, 1000.0)).T)
    assert np.allclose(own, nearest)
