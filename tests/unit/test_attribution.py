"""What an attribution promises: parts that add up, the same days for all, and no answer where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import ROOT, write_scenario

from twin.core.decisions import BrainSetting, RuleSetting
from twin.core.errors import TwinError
from twin.core.language import CODES, Code, Language, chinese_table
from twin.domains import DESCRIPTIONS
from twin.experiment.studies.answers import Amount, Attribution, answer_json, read_answer
from twin.experiment.studies.asked_for import kpis_asked, with_brains
from twin.experiment.studies.attribution import Attributing, Live, Question
from twin.experiment.studies.parts import REST, Part, Wanted, brain_of, differing, keys_by_domain, parts_between
from twin.report.studies.attribution_lines import attribution_lines
from twin.report.studies.attribution_page import attribution_page
from twin.report.studies.naming import KEY_TITLES
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario

KPI = "emergency.response_min.mean"
OTHER = "emergency.door_to_treatment_min.stemi.mean"
DAYS = 6
EMERGENCY = ("one_tap_location", "live_traffic", "patient_history", "vitals_stream", "hospital_load", "dispatch",
             "hospital", "green_channel")  # fmt: skip


@pytest.fixture(scope="module")
def scenario(small_map_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    more = "domains: [emergency]\nbrains: [traditional, city_brain]\n"
    return load_scenario(write_scenario(tmp_path_factory.mktemp("attribute"), small_map_folder, more))


def all_parts(scenario: Scenario) -> tuple[Part, ...]:
    start, goal = scenario.brains
    return parts_between(start, goal, scenario.domains, Wanted({}, None, {"emergency"}))


def question(scenario: Scenario, **changes: object) -> Question:
    start, goal = scenario.brains
    plain = Question(scenario, start, goal, all_parts(scenario), kpis_asked(scenario, [KPI]), DAYS, asked=True)
    return replace(plain, **changes)  # type: ignore[arg-type]


def worth_of(brain: BrainSetting, goal: BrainSetting) -> float:
    """Made up: an amount for one tap, one for traffic with the rule that looks at it, the hospital's against them."""
    has = {key: brain.connections[key].on for key in ("one_tap_location", "live_traffic", "vitals_stream")}
    rules = {key: brain.decisions[key] == goal.decisions[key] for key in ("dispatch", "hospital", "green_channel")}
    return -(
        2.0 * has["one_tap_location"]
        + 1.0 * (has["live_traffic"] and rules["dispatch"])
        - 0.5 * rules["hospital"]
        + 0.25 * (has["one_tap_location"] and rules["dispatch"])
    )


def made_up(goal: BrainSetting, *, lived: list[str] | None = None, missing: Sequence[int] = ()) -> Live:
    """Return what lives brains at once: KPIs by the formula, with chance that all share and chance in the effect."""

    def live(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        frames = []
        for cell in cells:
            (brain,) = cell.brains
            generator = np.random.default_rng(5)
            level, effect = 10 + generator.normal(0, 3, days), 1 + generator.normal(0, 0.1, days)
            values = level + effect * worth_of(brain, goal)
            values[list(missing)] = np.nan
            frames.append(pd.DataFrame({KPI: values, OTHER: values * 2}))
            if lived is not None:
                lived.append(brain.name)
        return frames

    return live


def answered(asked: Question, live: Live | None = None) -> Attribution:
    attributing = Attributing(asked, live or made_up(asked.goal))
    attributing.screen()
    return attributing.answer()


def by_name(answer: Attribution) -> dict[str, Amount]:
    return {part.name: amount for part, amount in zip(answer.parts, answer.kpis[0].parts, strict=True)}


# -- parts -----------------------------------------------------------------------------------------------------------


def test_the_parts_are_the_keys_that_differ_and_take_part(scenario: Scenario) -> None:
    assert tuple(part.name for part in all_parts(scenario)) == EMERGENCY
    assert all(part.keys == (part.name,) for part in all_parts(scenario))


def test_no_connection_has_a_decisions_name() -> None:
    """Parts are named by the bare key."""
    connections = [one.name for description in DESCRIPTIONS.values() for one in description.connections]
    decisions = [one.name for description in DESCRIPTIONS.values() for one in description.decisions]
    assert (
        len({*connections, *decisions, *DESCRIPTIONS, REST})
        == len(connections) + len(decisions) + len(DESCRIPTIONS) + 1
    )


def test_keys_of_other_domains_that_take_part_make_one_part_each() -> None:
    city = load_scenario(ROOT / "scenarios" / "city_day.yaml")
    start, goal = with_brains(city, ("traditional", "city_brain"), "--from").brains
    parts = parts_between(start, goal, city.domains, Wanted({}, None, {"emergency"}))
    assert {part.name for part in parts} == {*EMERGENCY, *city.domains} - {"emergency"}
    assert {key for part in parts for key in part.keys} == set(differing(start, goal, city.domains))


def test_groups_and_a_rest_hold_every_key_once(scenario: Scenario) -> None:
    start, goal = scenario.brains
    groups = {"way": ["dispatch", "live_traffic"]}
    parts = parts_between(start, goal, scenario.domains, Wanted(groups, ["way", "hospital"], {"emergency"}))
    assert [part.name for part in parts] == ["way", "hospital", REST]
    assert parts[0].keys == ("live_traffic", "dispatch")
    assert sorted(key for part in parts for key in part.keys) == sorted(EMERGENCY)


def test_a_connection_that_is_off_is_off_whatever_its_share(scenario: Scenario) -> None:
    change = {
        "name": "mine",
        "extends": "traditional",
        "connections": {"one_tap_location": {"on": False, "share": 0.5}},
    }
    changed = scenario.with_(**{"brains.2": change})
    assert not differing(changed.brains[0], changed.brains[2], changed.domains)


def test_coalitions_lead_from_one_brain_to_the_other(scenario: Scenario) -> None:
    start, goal = scenario.brains
    parts = all_parts(scenario)
    assert brain_of(start, goal, parts, 0) is start
    assert brain_of(start, goal, parts, 255) is goal
    between = brain_of(start, goal, parts, 0b100001)
    assert set(differing(start, between, scenario.domains)) == {"one_tap_location", "dispatch"}
    assert isinstance(between.decisions["dispatch"], RuleSetting)
    assert between.decisions["dispatch"] == goal.decisions["dispatch"]


# -- worths ------------------------------------------------------------------------------------------------------------


def test_each_part_gets_what_the_formula_gives_it_and_together_they_are_the_whole(scenario: Scenario) -> None:
    answer = answered(question(scenario))
    found, effect = by_name(answer), answer.kpis[0].whole.mean / -2.75
    expected = {"one_tap_location": -2.125, "live_traffic": -0.5, "dispatch": -0.625, "hospital": 0.5}
    for name, amount in found.items():
        assert amount.mean == pytest.approx(expected.get(name, 0.0) * effect, abs=1e-9), name
    assert sum(amount.mean for amount in found.values()) == pytest.approx(answer.kpis[0].whole.mean, abs=1e-9)
    assert answer.kpis[0].goal - answer.kpis[0].start == pytest.approx(answer.kpis[0].whole.mean, abs=1e-9)


def test_common_days_take_the_level_out_of_every_interval(scenario: Scenario) -> None:
    """Days differ by 3 in level, effects by a tenth: an interval of unpaired days would be far wider."""
    answer = answered(question(scenario))
    assert by_name(answer)["one_tap_location"].half < 0.3


def test_pairs_that_need_one_another_show(scenario: Scenario) -> None:
    answer = answered(question(scenario))
    names = [part.name for part in answer.parts]
    together = answer.kpis[0].together
    assert together is not None
    traffic, rule, tap = (names.index(name) for name in ("live_traffic", "dispatch", "one_tap_location"))
    effect = answer.kpis[0].whole.mean / -2.75
    assert together[traffic][rule].mean == pytest.approx(-1.0 * effect, abs=1e-9)
    assert together[rule][tap].mean == pytest.approx(-0.25 * effect, abs=1e-9)
    assert together[tap][traffic].word("lower") == "same"


def test_parts_that_change_nothing_at_either_end_spare_half_of_the_lives_each(scenario: Scenario) -> None:
    lived: list[str] = []
    asked = question(scenario)
    answer = answered(asked, made_up(asked.goal, lived=lived))
    assert answer.idle == ("patient_history", "vitals_stream", "hospital_load", "green_channel")
    assert len(lived) == answer.coalitions < 2**4 + 2 * 8 + 2
    unscreened = answered(replace(asked, screened=False))
    assert unscreened.coalitions == 256
    assert unscreened.idle == ()
    for name, amount in by_name(unscreened).items():
        assert by_name(answer)[name].mean == pytest.approx(amount.mean, abs=1e-9)
        assert by_name(answer)[name].half == pytest.approx(amount.half, abs=1e-9)


def test_two_parts_that_matter_only_without_one_another_are_not_taken_for_idle(scenario: Scenario) -> None:
    """Either of two is enough: neither changes the far end, but both together do."""
    asked = question(scenario)

    def live(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        keys = ("vitals_stream", "hospital_load")
        ons = [[cell.brains[0].connections[key].on for key in keys] for cell in cells]
        return [pd.DataFrame({KPI: np.arange(days) - 1.0 * any(on)}) for on in ons]

    answer = answered(asked, live)
    found = by_name(answer)
    assert found["vitals_stream"].mean == found["hospital_load"].mean == -0.5
    assert not {"vitals_stream", "hospital_load"} & set(answer.idle)


def test_sampled_orders_add_up_too_and_come_near_the_exact_values(scenario: Scenario) -> None:
    exact = answered(question(scenario))
    sampled = answered(question(scenario, order_pairs=6))
    assert sampled.orders == 12
    assert sampled.kpis[0].together is None
    assert sum(one.mean for one in sampled.kpis[0].parts) == pytest.approx(sampled.kpis[0].whole.mean, abs=1e-9)
    for name, amount in by_name(sampled).items():
        assert abs(amount.mean - by_name(exact)[name].mean) <= amount.half + 1e-9


def test_more_than_eight_parts_are_sampled(scenario: Scenario) -> None:
    city = load_scenario(ROOT / "scenarios" / "city_day.yaml", ("domains=[emergency, traffic]",))
    start, goal = with_brains(city, ("traditional", "city_brain"), "--from").brains
    parts = parts_between(start, goal, city.domains, Wanted({}, None, {"emergency", "traffic"}))
    assert len(parts) > 8
    asked = Question(city, start, goal, parts, kpis_asked(city, [KPI]), 4, asked=True)

    def live(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        changed = [len(differing(start, cell.brains[0], city.domains)) for cell in cells]
        return [pd.DataFrame({KPI: np.arange(days) * 1.0 - count**2}) for count in changed]

    answer = answered(asked, live)
    assert answer.orders == 16
    assert answer.coalitions < 2 ** len(parts) / 10
    assert sum(one.mean for one in answer.kpis[0].parts) == pytest.approx(-(len(parts) ** 2))


def test_days_on_which_a_coalition_has_no_case_are_left_out_of_all(scenario: Scenario) -> None:
    asked = question(scenario)
    answer = answered(asked, made_up(asked.goal, missing=[0, 3]))
    assert answer.kpis[0].days == DAYS - 2


# -- the pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("pairs", [None, 4])
def test_the_page_says_every_part_and_the_whole(scenario: Scenario, code: Code, pairs: int | None) -> None:
    answer = answered(question(scenario, kpis=kpis_asked(scenario, [KPI, OTHER]), order_pairs=pairs))
    language = Language(code)
    page = attribution_page(answer, language)
    for key in EMERGENCY:
        title = language(KEY_TITLES[key])
        assert title[:1].upper() + title[1:] in page.replace("&#x27;", "'")
    whole = answer.kpis[0].whole.mean
    assert f'value="{whole!r}"' in page
    assert ('<table class="triangle"' in page) == (pairs is None)
    assert "<script" not in page


def test_only_what_is_shown_is_bold_and_what_is_left_out_has_its_name(scenario: Scenario) -> None:
    def chance(cells: Sequence[Scenario], days: int) -> list[pd.DataFrame]:
        generator = np.random.default_rng(2)
        return [pd.DataFrame({KPI: generator.normal(10, 3, days), also: 3.0}) for _ in cells]

    also = "emergency.response_min.p90"
    asked = question(scenario, kpis=kpis_asked(scenario, [KPI, also, OTHER]), asked=False)
    nothing = answered(asked, chance)
    assert nothing.kpis[0].whole.word("lower") == "undecided"
    pages = [attribution_page(answer, Language("en")) for answer in (nothing, answered(asked))]
    wholes = [page.partition("compact figures")[2].partition("<tbody>")[2].split("</td>")[0] for page in pages]
    assert ["<strong>" in whole for whole in wholes] == [False, True]
    told = pages[0].partition("Too few cases to say anything: ")[2].partition("</p>")[0]
    assert told == "Hospital door to treatment, heart attack (STEMI), mean."


def test_the_terminal_says_the_same_as_the_answer(scenario: Scenario) -> None:
    answer = answered(question(scenario))
    text = "\n".join(attribution_lines(answer, Language("en")))
    assert "6 days" in text
    lines = {line.split()[0]: line for line in text.splitlines() if line.startswith("  ")}
    assert lines["one_tap_location"].endswith("better")
    assert lines["hospital"].endswith("worse")
    assert lines["hospital_load"].endswith("the same")
    assert "100 %" in lines["="]
    assert text.isascii()


def test_an_answer_is_read_back_as_it_was(scenario: Scenario, tmp_path: Path) -> None:
    answer = answered(question(scenario))
    path = tmp_path / "answer.json"
    path.write_text(answer_json(answer), encoding="utf-8")
    assert read_answer(Attribution, path) == answer
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(TwinError, match="cannot be read"):
        read_answer(Attribution, path)


def test_every_connection_and_decision_has_a_short_name_in_both_languages() -> None:
    assert set(KEY_TITLES) == set(keys_by_domain(tuple(DESCRIPTIONS)))
    assert [title for title in KEY_TITLES.values() if title not in chinese_table()] == []
    assert len(set(KEY_TITLES.values())) == len(KEY_TITLES)


# -- bad input ---------------------------------------------------------------------------------------------------------

Ask = Callable[[Scenario], object]


def parts_with(groups: dict[str, list[str]] | None = None, told_apart: list[str] | None = None) -> Ask:
    def ask(scenario: Scenario) -> object:
        return parts_between(*scenario.brains, scenario.domains, Wanted(groups or {}, told_apart, {"emergency"}))

    return ask


BAD: dict[str, tuple[Ask, str]] = {
    "an unknown brain": (lambda s: with_brains(s, ["city_brian"], "--to"), "--to: there is no .*mean .city_brain"),
    "an unknown KPI": (
        lambda s: kpis_asked(s, ["emergency.respons_min.mean"]), "did you mean .emergency.response_min.mean"),
    "a KPI of a domain that does not take part": (lambda s: kpis_asked(s, ["traffic.trips"]), "there is no KPI"),
    "an unknown key in a part": (parts_with({"way": ["dispach"]}), "--part: there is no .*mean .dispatch"),
    "a key that does not differ": (parts_with({"way": ["queue"]}), "queue. is the same under both brains"),
    "a key of a domain that does not take part": (parts_with({"way": ["rescue"]}), "its domain does not take part"),
    "a key in two parts": (parts_with({"a": ["hospital"], "b": ["hospital"]}), "stands in the parts a and b"),
    "a part called like a key": (parts_with({"hospital": ["dispatch"]}), "cannot be called .hospital"),
    "a part called like a domain": (parts_with({"traffic": ["dispatch"]}), "cannot be called .traffic"),
    "a part that is not there": (parts_with(None, ["queue"]), "--parts: there is no part .queue. between"),
    "one part": (lambda s: question(s, parts=all_parts(s)[:1]), "one part only"),
    "one day": (lambda s: question(s, days=1), "two days at least"),
    "a brain and itself": (
        lambda s: parts_between(s.brains[0], s.brains[0], s.domains, Wanted({}, None, ())), "do not differ"),
    "a KPI without cases": (
        lambda s: answered(question(s), made_up(s.brains[1], missing=range(DAYS - 1))), "on 1 of 6 days"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_remedy(name: str, scenario: Scenario) -> None:
    ask, message = BAD[name]
    with pytest.raises(TwinError, match=message):
        ask(scenario)
