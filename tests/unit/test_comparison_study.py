"""A comparison of brains: verdicts, margins, days that lack a figure, days enough, the best of several."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.made_up_days import ANSWER, CATALOGUE, RESPONSE, STEMI, WORST, MadeUpDays

from twin.core.language import Language
from twin.core.margins import Size
from twin.experiment.studies.answer import ComparisonAnswer, answer_of, folder_of_answer, summary_of, write_answer
from twin.experiment.studies.comparison import ComparisonQuestion, compare_tables
from twin.experiment.studies.comparison_text import comparison_lines
from twin.experiment.studies.enough import live_enough
from twin.experiment.studies.margins import read_margins
from twin.report.studies.comparison_page import comparison_page
from twin.scenario.load import load_scenario
from twin.scenario.problems import InvalidScenarioError

SCENARIO = load_scenario(Path(__file__).parents[2] / "scenarios" / "emergency_days.yaml")
TWO = ("before", "after")
THREE = ("before", "after", "slow")


def answered(question: ComparisonQuestion, days: MadeUpDays) -> ComparisonAnswer:
    lived = live_enough(question, days, CATALOGUE)
    return answer_of(SCENARIO, question, lived, CATALOGUE, {brain: f"cell of {brain}" for brain in question.brains})


def one(answer: ComparisonAnswer, kpi: str, brain: str = "after"):
    return next(row for row in answer.rows if (row.kpi, row.brain) == (kpi, brain))


def test_each_figure_gets_the_verdict_that_it_deserves() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0, "slow": 10.05})
    answer = answered(ComparisonQuestion(THREE, kpi=RESPONSE, replications=40), days)
    assert one(answer, RESPONSE).judgement.word == "better"
    assert one(answer, RESPONSE, "slow").judgement.word == "equivalent"
    assert one(answer, ANSWER).judgement.word == "same"
    noisy = MadeUpDays({"before": 10.0, "after": 10.0}, own_sd=3.0)
    assert one(answered(ComparisonQuestion(TWO, replications=10), noisy), RESPONSE).judgement.word == "undecided"


def test_the_figure_that_matters_is_a_family_of_its_own() -> None:
    days = MadeUpDays({"before": 10.0, "after": 9.9})
    named = answered(ComparisonQuestion(TWO, kpi=RESPONSE, replications=30), days)
    unnamed = answered(ComparisonQuestion(TWO, replications=30), days)
    alone, among = one(named, RESPONSE).judgement, one(unnamed, RESPONSE).judgement
    assert alone.p == alone.p_adjusted == among.p
    assert among.p_adjusted > among.p
    assert named.rows_of("after", headline=True)[0].kpi == RESPONSE


def test_figures_that_are_the_same_on_every_day_do_not_make_others_harder_to_show() -> None:
    """Four headline figures, of which one is always 3: three questions are asked."""
    answer = answered(ComparisonQuestion(TWO, replications=30), MadeUpDays({"before": 10.0, "after": 9.7}))
    asked = [row.judgement for row in answer.rows if row.family == "headline" and row.kpi != ANSWER]
    assert len(asked) == 3
    assert min(asked, key=lambda one: one.p).p_adjusted == pytest.approx(3 * min(one.p for one in asked))
    assert one(answer, ANSWER).judgement.p_adjusted == 1.0


def test_brains_that_differ_in_nothing_that_is_asked_are_told_so() -> None:
    days = MadeUpDays({"before": 10.0, "after": 10.0}, own_sd=0.0)
    told = comparison_lines(answered(ComparisonQuestion(TWO, replications=5), days), Language("en"))
    assert any("the same on every day" in line for line in told)


def test_daily_percentiles_are_judged_by_the_bootstrap_and_means_by_students_t() -> None:
    answer = answered(ComparisonQuestion(TWO, replications=20), MadeUpDays({"before": 10.0, "after": 9.0}))
    assert (one(answer, RESPONSE).method, one(answer, WORST).method) == ("student", "bootstrap")
    assert one(answer, WORST).ends == one(answer, WORST).bootstrap != one(answer, WORST).student
    few = answered(ComparisonQuestion(TWO, replications=5), MadeUpDays({"before": 10.0, "after": 9.0}))
    assert one(few, WORST).method == "student", "five days are too few to draw from"


def test_days_that_lack_a_figure_are_left_out_of_it_and_told() -> None:
    answer = answered(ComparisonQuestion(TWO, replications=30), MadeUpDays({"before": 10.0, "after": 8.0}))
    row = one(answer, STEMI)
    assert 2 < row.days < 20
    assert row.days + row.lacking == 30
    told = "\n".join(comparison_lines(answer, Language("en")))
    assert f"Some days lack these figures (days that both have): {STEMI} ({row.days})" in told


def test_auto_lives_as_many_days_as_it_takes_and_no_more() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0}, own_sd=1.0)
    answer = answered(ComparisonQuestion(TWO, kpi=RESPONSE, half_width=0.25), days)
    assert answer.precision is not None
    assert answer.precision.enough is not None
    assert 100 < answer.precision.enough <= days.lived["before"] < 170, "known: (2 * sqrt(2) / 0.25) ** 2 is 128"
    assert one(answer, RESPONSE).ends.half_width <= 0.25
    asked = [round_["before"] for round_ in days.asked]
    assert asked == sorted(asked)
    assert asked[0] == 10


def test_auto_ends_at_the_cap_and_says_so() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0}, own_sd=3.0)
    answer = answered(ComparisonQuestion(TWO, kpi=RESPONSE, half_width=0.1, cap=40), days)
    assert days.lived == {"before": 40, "after": 40}
    assert "40 days are the most that --cap allows" in comparison_lines(answer, Language("en"))[-1]


def test_without_a_half_width_the_margin_is_the_aim() -> None:
    answer = answered(ComparisonQuestion(TWO, kpi=RESPONSE), MadeUpDays({"before": 10.0, "after": 8.0}))
    assert answer.precision is not None
    assert answer.precision.target == 1.0, "what is stated for the ring to the scene"
    share = ComparisonQuestion(TWO, kpi=RESPONSE, margins=read_margins(["5%"], CATALOGUE))
    answer = answered(share, MadeUpDays({"before": 10.0, "after": 8.0}))
    assert answer.precision is not None
    assert answer.precision.target == pytest.approx(0.5, rel=0.15), "5 % of ten minutes"


def test_days_without_the_figure_do_not_count_as_days_enough() -> None:
    answer = answered(
        ComparisonQuestion(TWO, kpi=STEMI, half_width=4.0, cap=300), MadeUpDays({"before": 10.0, "after": 8.0})
    )
    assert answer.precision is not None
    assert answer.precision.enough is not None
    assert one(answer, STEMI).days < 0.5 * answer.days["before"]
    assert one(answer, STEMI).ends.half_width <= 4.0


def test_brains_that_fall_behind_are_not_lived_any_further() -> None:
    means = {"before": 10.0, "after": 8.0, "slow": 14.0, "close": 8.3}
    days = MadeUpDays(means, own_sd=1.0)
    question = ComparisonQuestion(tuple(means), kpi=RESPONSE, indifference=Size(0.3, False), pick=True, cap=300)
    answer = answered(question, days)
    assert answer.pick is not None
    assert answer.pick.found.best == 1
    assert days.lived["slow"] == 10
    assert days.lived["after"] == days.lived["close"] > 20
    assert one(answer, RESPONSE, "slow").days == 10
    again = answered(question, days)
    assert summary_of(again) == summary_of(answer)
    assert "Picked as the best in emergency.response_min.mean" in comparison_lines(answer, Language("en"))[-1]


def test_of_several_brains_the_one_that_may_be_best_is_told() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0, "slow": 10.05})
    answer = answered(ComparisonQuestion(THREE, kpi=RESPONSE, replications=20), days)
    assert answer.best[0].kpi == RESPONSE
    assert answer.best[0].found.may_be_best == (False, True, False)
    assert ANSWER not in [best.kpi for best in answer.best], "all are the same there"
    assert answer.pick is not None
    assert answer.pick.found.best == 1


def test_the_answer_is_the_same_however_often_it_is_drawn_and_whatever_else_is_compared() -> None:
    question = ComparisonQuestion(TWO, replications=20)
    days = MadeUpDays({"before": 10.0, "after": 9.0, "slow": 12.0})
    first = compare_tables(question, days(dict.fromkeys(TWO, 20)), CATALOGUE, seed=3)
    again = compare_tables(question, days(dict.fromkeys(TWO, 20)), CATALOGUE, seed=3)
    assert first == again
    other = compare_tables(ComparisonQuestion(THREE), days(dict.fromkeys(THREE, 20)), CATALOGUE, seed=3)
    kept = {row.kpi: row.bootstrap for row in other if row.brain == "after"}
    assert {row.kpi: row.bootstrap for row in first} == kept


def test_a_figure_that_a_brain_has_on_one_day_only_stops_with_the_remedy() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0})
    with pytest.raises(InvalidScenarioError, match=r"on 0 of 2 days.*--reps"):
        answered(ComparisonQuestion(TWO, kpi="emergency.bay_wait_min.mean", replications=2), days)


def test_the_stored_answer_is_json_without_infinities(tmp_path: Path) -> None:
    answer = answered(ComparisonQuestion(THREE, kpi=RESPONSE), MadeUpDays(dict.fromkeys(THREE, 10.0)))
    folder = folder_of_answer(tmp_path, answer)
    write_answer(folder, answer)
    stored = json.loads((folder / "comparison.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert stored["days"] == dict.fromkeys(THREE, 10)
    assert {row["kpi"] for row in stored["kpis"]} >= {RESPONSE, WORST}
    assert answer.frame["verdict"].tolist() == [row["judgement"]["word"] for row in stored["kpis"]]
    more = answered(ComparisonQuestion(THREE, replications=30), MadeUpDays(dict.fromkeys(THREE, 10.0)))
    assert folder_of_answer(tmp_path, more) == folder, "more days of the same brains belong to the same place"


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_page_tells_verdicts_in_the_readers_language(code: str) -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0, "slow": 10.05}, own_sd=0.5)
    answer = answered(ComparisonQuestion(THREE, kpi=RESPONSE), days)
    page = comparison_page(answer, Language(code))  # type: ignore[arg-type]
    words = {"en": ("better", "equivalent", ">is the best<"), "zh": ("更好", "等效", ">最佳<")}[code]
    assert all(word in page for word in words)
    alike = answered(ComparisonQuestion(THREE, kpi=RESPONSE), MadeUpDays(dict.fromkeys(THREE, 10.0)))
    said = {"en": ">may be the best<", "zh": ">可能最佳<"}[code]
    assert said in comparison_page(alike, Language(code))  # type: ignore[arg-type]
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert f'data-kpi="{RESPONSE}"' in page
    assert np.isfinite(one(answer, RESPONSE).difference)
    assert repr(one(answer, RESPONSE).difference) in page


def test_a_warning_stands_where_meeting_the_same_days_does_not_pay() -> None:
    days = MadeUpDays({"before": 10.0, "after": 8.0}, shared_sd=0.0, own_sd=1.0, seed=1)
    answer = answered(ComparisonQuestion(TWO, replications=20), days)
    row = one(answer, RESPONSE)
    told = any("does not narrow" in line and RESPONSE in line for line in comparison_lines(answer, Language("en")))
    assert told == (not row.pairing.pays)
    assert not row.pairing.pays, "seed 1 draws days that are less alike than chance"
