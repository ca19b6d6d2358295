"""Margins: every headline figure has one with label and source, who wins where several say one, what files may hold."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.files import BASE, Write, scenario_writer
from support.made_up_days import ANSWER, CATALOGUE, RESPONSE, STEMI, WORST, MadeUpDays

import twin
from twin.core.kpis import Kpi, KpiFamily, names_of
from twin.core.language import CODES, Language
from twin.core.margins import LABELS, Size, StatedMargin, margins_as_markdown, size_of, with_margins
from twin.domains import DESCRIPTIONS
from twin.domains.emergency.outcome import expected
from twin.experiment.catalogue import catalogue_of
from twin.experiment.compare import is_headline
from twin.experiment.provenance import _code_below
from twin.experiment.studies.answer import answer_of, summary_of
from twin.experiment.studies.comparison import ComparisonQuestion
from twin.experiment.studies.comparison_text import comparison_lines
from twin.experiment.studies.enough import live_enough
from twin.experiment.studies.margins import Margins, read_margins
from twin.report.studies.comparison_page import comparison_page
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario
from twin.scenario.stored import scenario_from_resolved

ROOT = Path(__file__).parents[2]
EVERY = catalogue_of(tuple(DESCRIPTIONS), ["erqi"])
STATED = [(name, family, stated) for name, description in DESCRIPTIONS.items()
          for family in description.kpi_families for stated in family.margins]  # fmt: skip


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return scenario_writer(tmp_path)


# -- what domains state ------------------------------------------------------------------------------------------------


def test_every_headline_figure_of_every_domain_has_a_margin_that_somebody_stated() -> None:
    lacking = [name for name, kpi in EVERY.items() if is_headline(kpi) and kpi.margin is None]
    assert not lacking
    assert {name for name, _, _ in STATED} == set(DESCRIPTIONS)


@pytest.mark.parametrize("found", STATED, ids=[f"{name}.{one.name}.{own.member}" for name, one, own in STATED])
def test_a_stated_margin_is_labelled_and_of_a_family_that_has_its_member(
    found: tuple[str, KpiFamily, StatedMargin],
) -> None:
    _, family, stated = found
    assert stated.label in LABELS
    assert stated.source.strip()
    members = {kpi.member for kpi in EVERY.values() if kpi.family is family}
    assert stated.member in members or (stated.member == "" and None in members)
    assert stated.size.relative or family.unit != "count", "a count grows with the days of a scenario"


def test_a_members_margin_goes_before_its_familys_and_all_statistics_share_it() -> None:
    assert CATALOGUE[STEMI].margin == CATALOGUE[STEMI.replace("mean", "p90")].margin
    assert CATALOGUE[STEMI].margin != CATALOGUE["emergency.door_to_treatment_min.mean"].margin
    trauma = CATALOGUE["emergency.door_to_treatment_min.trauma.mean"]
    assert trauma.margin == CATALOGUE["emergency.door_to_treatment_min.mean"].margin
    assert CATALOGUE["emergency.find_min.mean"].margin is None


def test_derived_margins_are_what_their_sources_give() -> None:
    """Ten minutes are a hundredth of those with a heart attack, twenty 13 in 1,000 of those with a stroke; rounded."""
    margin = {name: kpi.margin.size.value for name, kpi in EVERY.items() if kpi.margin is not None}
    delays = np.arange(40.0, 190.0)
    deaths = expected("stemi", delays + margin[STEMI])[0] - expected("stemi", delays)[0]
    assert np.abs(deaths / margin["emergency.stemi_mortality.mean"] - 1).max() < 0.15
    later = np.array([0.0, margin["emergency.door_to_treatment_min.stroke.mean"]]) + 79.0  # some 144 min after onset
    walking = expected("stroke", later, "saver_2013_walking")[0]
    assert walking[0] - walking[1] == pytest.approx(margin["emergency.stroke_good_outcome.mean"], rel=0.15)
    assert margin["air.relief_share"] == pytest.approx(margin["air.pm25_ugm3.mean"] / 75)


def test_the_page_on_margins_holds_todays() -> None:
    page = (ROOT / "docs" / "margins.md").read_text(encoding="utf-8")
    for name, description in DESCRIPTIONS.items():
        assert margins_as_markdown(name, description.kpi_families) in page, "put what it returns into docs/margins.md"


def test_margins_are_no_part_of_what_makes_results() -> None:
    root = Path(twin.__file__).parent
    assert (root / "domains" / "air" / "margins.toml").is_file()
    counted = set(_code_below(str(root)))
    assert "domains/air/parameters.toml" in counted
    assert not [name for name in counted if name.endswith("margins.toml")]


FAMILY = KpiFamily("wait_min", "waiting", "min", ("mean",), groups=("kind",))
RIGHT = {"value": 1.0, "unit": "min", "label": "assumed", "source": "a guess"}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("wait_s", {}),
        ("wait_min", {"unit": "s"}),
        ("wait_min", {"label": "measured"}),
        ("wait_min", {"source": ""}),
        ("wait_min", {"value": 0}),
        ("wait_min", {"value": -1.0}),
        ("wait_min", {"value": "1"}),
    ],
)
def test_a_wrong_row_of_a_margins_file_is_refused(table: str, change: dict[str, Any], tmp_path: Path) -> None:
    def written(name: str, row: dict[str, Any]) -> Path:
        path = tmp_path / "margins.toml"
        lines = [f"{key} = {json.dumps(value)}" for key, value in row.items()]
        path.write_text("\n".join([f'["{name}"]', *lines]), encoding="utf-8")
        return path

    assert with_margins([FAMILY], written("wait_min.old", RIGHT))[0].margins == (
        StatedMargin("old", Size(1.0, False), "assumed", "a guess"),
    )
    with pytest.raises(ValueError, match=table):
        with_margins([FAMILY], written(table, {**RIGHT, **change}))


# -- who wins ----------------------------------------------------------------------------------------------------------


def test_the_command_line_wins_over_the_scenario_and_the_scenario_over_the_domain() -> None:
    scenario = {RESPONSE: Size(0.4, False), STEMI: Size(0.1, True)}
    named, for_all = read_margins([f"{RESPONSE}=0.3"], CATALOGUE, scenario), read_margins(["2%"], CATALOGUE, scenario)
    kpi, share = CATALOGUE[RESPONSE], CATALOGUE[STEMI]

    def told(margins: Margins, of: Kpi) -> tuple[float, str, str]:
        found = margins.of(of, 10.0)
        assert found is not None
        return found.size, found.origin, found.source

    assert told(named, kpi) == (0.3, "given", "on the command line")
    assert told(for_all, kpi) == (0.2, "given", "on the command line")
    assert told(named, share) == (1.0, "given", "in the scenario")
    assert told(named, CATALOGUE[WORST])[:2] == (1.0, "assumed")
    assert told(Margins(), CATALOGUE["emergency.stroke_good_outcome.mean"])[:2] == (0.013, "published")
    assert told(Margins(), share)[:2] == (10.0, "derived")
    assert told(Margins(), CATALOGUE["emergency.find_min.mean"]) == (0.5, "assumed", "nobody has said what matters")
    assert told(Margins(stated=False), kpi)[:2] == (0.5, "assumed"), "5 %"


def test_a_share_is_of_the_baselines_mean_and_of_nothing_it_is_no_margin() -> None:
    survival = CATALOGUE["emergency.arrest_survival.mean"]
    margin = Margins().of(survival, 0.02)
    assert margin is not None
    assert (margin.size, margin.share, margin.origin) == (pytest.approx(0.004), 0.2, "derived")
    assert Margins().of(survival, 0.0) is None
    fixed = Margins().of(CATALOGUE[RESPONSE], 0.0)
    assert fixed is not None
    assert (fixed.size, fixed.share) == (1.0, None)


# -- scenarios ---------------------------------------------------------------------------------------------------------


def margins_of(path: Path, *overrides: str) -> dict[str, Size]:
    return dict(load_scenario(path, overrides).margins)


def test_a_scenario_gives_amounts_and_shares(write: Write) -> None:
    path = write(f"margins:\n  {RESPONSE}: 0.5\n  {ANSWER}: 2\n  emergency.arrest_survival.mean: 2%\n")
    assert margins_of(path) == {
        RESPONSE: Size(0.5, False), ANSWER: Size(2.0, False), "emergency.arrest_survival.mean": Size(0.02, True),
    }  # fmt: skip
    assert margins_of(BASE) == {}


def test_a_margin_is_inherited_changed_and_taken_away(write: Write) -> None:
    first = write(f"margins: {{{RESPONSE}: 0.5, {ANSWER}: 3%, {WORST}: 1}}\n", "first.yaml")
    second = write(f"margins: {{{ANSWER}: null, {WORST}: 2}}\n", "second.yaml", first)
    assert margins_of(second) == {RESPONSE: Size(0.5, False), WORST: Size(2.0, False)}


@pytest.mark.parametrize("key", [f"margins.{RESPONSE}", f'margins."{RESPONSE}"', f"margins.'{RESPONSE}'"])
def test_a_margin_can_be_given_as_an_override(key: str, write: Write) -> None:
    assert margins_of(BASE, f"{key}=0.5") == {RESPONSE: Size(0.5, False)}
    assert margins_of(BASE, f"{key}=4%") == {RESPONSE: Size(0.04, True)}
    path = write(f"margins: {{{RESPONSE}: 9, {ANSWER}: 1}}\n")
    assert margins_of(path, f"{key}=0.5") == {RESPONSE: Size(0.5, False), ANSWER: Size(1.0, False)}
    assert margins_of(path, f"{key}=null") == {ANSWER: Size(1.0, False)}


def test_margins_judge_results_and_do_not_determine_them(write: Write) -> None:
    plain, own = load_scenario(BASE), load_scenario(BASE, [f"margins.{RESPONSE}=2.5%"])
    assert own.determining() == plain.determining()
    assert own.resolved()["margins"] == {RESPONSE: "2.5%"}
    assert plain.with_(margins={RESPONSE: "2.5%"}).margins == own.margins


def test_a_stored_scenario_has_its_margins_and_older_ones_have_none() -> None:
    scenario = load_scenario(BASE, [f"margins.{RESPONSE}=2.5%", f"margins.{ANSWER}=1"])
    plain = json.loads(json.dumps(scenario.resolved(), allow_nan=False))
    assert scenario_from_resolved(plain, scenario.path) == scenario
    del plain["margins"]
    assert scenario_from_resolved(plain, scenario.path).margins == {}


# -- reports -----------------------------------------------------------------------------------------------------------


def page_of(scenario: Scenario, code: str) -> str:
    question = ComparisonQuestion(
        ("before", "after"), replications=40, margins=read_margins([], CATALOGUE, scenario.margins)
    )
    lived = live_enough(question, MadeUpDays({"before": 10.0, "after": 9.9}), CATALOGUE)
    answer = answer_of(scenario, question, lived, CATALOGUE, {"before": "1", "after": "2"})
    row = next(row for row in summary_of(answer)["kpis"] if row["kpi"] == RESPONSE)
    assert row["margin"] == {"size": 0.7, "origin": "given", "source": "in the scenario", "share": None}
    assert row["judgement"]["word"] == "equivalent"
    return comparison_page(answer, Language("zh" if code == "zh" else "en"))


def test_the_terminal_counts_margins_by_origin_in_both_languages() -> None:
    margins = read_margins([f"{RESPONSE}=1", f"{WORST}=1"], CATALOGUE)
    question = ComparisonQuestion(("before", "after"), replications=10, margins=margins)
    lived = live_enough(question, MadeUpDays({"before": 10.0, "after": 9.9}), CATALOGUE)
    answer = answer_of(load_scenario(BASE), question, lived, CATALOGUE, {"before": "1", "after": "2"})
    told = {code: "\n".join(comparison_lines(answer, Language(code))) for code in CODES}
    assert "Margins: 2 given, 1 derived, 1 assumed; their sources stand in the report." in told["en"]
    assert "界限：2 给定，1 推算，1 假定；来源见报告。" in told["zh"]


def test_the_page_tells_each_margin_with_its_origin_and_source_in_both_languages() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "emergency_days.yaml", [f"margins.{RESPONSE}=0.7"])
    english, chinese = page_of(scenario, "en"), page_of(scenario, "zh")
    stemi = CATALOGUE[STEMI].margin
    assert stemi is not None
    source = stemi.source
    assert 'title="in the scenario">given</small>' in english
    assert f'title="{source}">derived</small>' in english
    assert f"<td>10 min</td><td>derived</td><td>{source}</td>" in english
    assert "below 0.7 min it does not matter, which is given" in english
    assert 'title="在场景中">给定</small>' in chinese
    assert f"<td>10 分钟</td><td>推算</td><td>{Language('zh')(source)}</td>" in chinese
    assert "小于 0.7 分钟 则无关紧要，此界限为给定" in chinese


# -- sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [0, -1, True, None, "0.5", "", "%", "-3%", "0%", "3", float("nan"), float("inf"),
                                   "inf%", [1], {}, "10" * 200 + "%", 10**400])  # fmt: skip
def test_what_is_no_size_is_none(given: object) -> None:
    assert size_of(given) is None


def test_a_margin_can_be_replaced_for_a_test_of_ones_own() -> None:
    kpi = CATALOGUE[RESPONSE]
    own = StatedMargin("", Size(3.0, False), "published", "me")
    stated = dataclasses.replace(kpi, family=dataclasses.replace(kpi.family, margins=(own,)))
    margin = Margins().of(stated, 10.0)
    assert margin is not None
    assert (margin.size, margin.origin, margin.source) == (3.0, "published", "me")
    assert [one.margin for one in names_of("emergency", (stated.family,), {})] == [own] * 3
