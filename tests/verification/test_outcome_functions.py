"""Expected outcomes are what the papers say, worked by hand; beyond a paper's range nothing is done in silence."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from twin.core.parameters import LABELS
from twin.domains.emergency.outcome import (
    FUNCTIONS,
    WITHOUT_FUNCTION,
    OutcomeFunction,
    expected,
    function_of,
    functions_as_markdown,
)
from twin.domains.emergency.outcome_curves import (
    PARAMETERS,
    good_outcome_emberson_2014,
    mortality_rathore_2009,
    odds_ratio_newgard_2010,
    of_all_arrests,
    relative_risk_de_luca_2004,
    share_saver_2013,
    survival_de_maio_2003,
    survival_larsen_1993,
    survival_valenzuela_1997,
)
from twin.domains.emergency.parameters import CONDITIONS
from twin.domains.emergency.records import CALLS

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation-outcomes.md"
BY_NAME = pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)


def minutes_within(row: OutcomeFunction) -> np.ndarray:
    """Return delays from one end of the range to the other."""
    return np.linspace(max(row.valid_range[0] - row.lead_min, 0.0), row.valid_range[1] - row.lead_min, 200)


# Each curve against its paper.


def test_de_maio_worked_by_hand():
    """At 0 min 1 / (1 + e^0.679); each minute multiplies the odds by e^-0.262 = 0.77, as the paper says."""
    found = survival_de_maio_2003([0.0, 5.0, 8.0])
    assert found == pytest.approx([0.33648, 0.12036, 0.05869], abs=1e-5)
    odds = found / (1 - found)
    assert odds[1] / odds[0] == pytest.approx(math.exp(-0.262) ** 5, rel=1e-12)
    assert math.exp(-0.262) == pytest.approx(0.77, abs=0.005)


def test_valenzuela_worked_by_hand():
    """Nothing delayed: 1 / (1 + e^-0.26) = 56.5 %; CPR at 5 and a shock at 10 min: 1 / (1 + e^1.66) = 16.0 %."""
    assert survival_valenzuela_1997([0.0, 5.0], [0.0, 10.0]) == pytest.approx([0.56464, 0.15976], abs=1e-5)


def test_larsen_worked_by_hand():
    """67 % at once; CPR at 4, a shock at 8, advanced care at 10 min: 67 - 9.2 - 8.8 - 21 = 28 %; never below 0."""
    assert survival_larsen_1993([0.0, 4.0, 20.0], [0.0, 8.0, 20.0], [0.0, 10.0, 20.0]) == pytest.approx([0.67, 0.28, 0])
    untreated = survival_larsen_1993([3.0, 4.0], [3.0, 4.0], [3.0, 4.0])
    assert untreated[0] - untreated[1] == pytest.approx(0.055)


def test_rathore_hits_every_published_point_and_lies_between_them():
    minutes = [30, 60, 90, 120, 150, 180, 210]
    published = [0.109, 0.136, 0.165, 0.195, 0.225, 0.253, 0.279]
    assert mortality_rathore_2009(minutes).tolist() == published
    assert float(mortality_rathore_2009(75.0)) == pytest.approx(0.1505)


def test_de_lucas_ratio_is_exact():
    """Thirty minutes more are 1.075 whatever came before, and sixty are its square."""
    risk = relative_risk_de_luca_2004(np.arange(0.0, 331.0, 30.0))
    assert risk[0] == 1.0
    assert risk[1] == 1.075
    assert risk[1:] / risk[:-1] == pytest.approx(np.full(11, 1.075), rel=1e-14)
    interval = function_of("stemi", "de_luca_2004").evaluate_interval(60.0)
    assert [float(end) for end in interval] == pytest.approx([1.008**2, 1.15**2], rel=1e-14)


def test_embersons_odds_ratios_come_out_of_the_shares():
    """The windows include their ends: 3 h is within 3 h, 4.5 h within 4.5 h."""
    good = good_outcome_emberson_2014([60.0, 180.0, 180.1, 270.0, 270.1, 360.0])
    base = 965 / 3365
    odds_ratio = good / (1 - good) / (base / (1 - base))
    assert odds_ratio == pytest.approx([1.75, 1.75, 1.26, 1.26, 1.15, 1.15])
    assert good[0] == pytest.approx(0.41303, abs=1e-5)


def test_embersons_baseline_and_ratios_are_near_the_trials_own_counts():
    """Crude counts within 3 h: 259 of 787 against 176 of 762; the published ratios are adjusted."""
    crude = (259 / (787 - 259)) / (176 / (762 - 176))
    assert crude == pytest.approx(1.75, rel=0.08)
    assert PARAMETERS["stroke_baseline"].value == (176 + 432 + 357) / (762 + 1437 + 1166)


def test_savers_shares_hold_at_its_median_delay_and_move_by_its_odds_ratio():
    death = share_saver_2013([144.0, 129.0, 159.0], 0.088, 0.96)
    assert death[0] == pytest.approx(0.088)
    odds = death / (1 - death)
    assert odds[1] / odds[0] == pytest.approx(0.96)
    assert odds[0] / odds[2] == pytest.approx(0.96)
    walking = share_saver_2013([144.0, 129.0], 0.334, 1.04)
    assert walking[1] == pytest.approx(0.34278, abs=1e-5)


def test_trauma_has_no_slope_and_says_so():
    assert odds_ratio_newgard_2010([0.0, 10.0, 100.0]).tolist() == [1.0, 1.0, 1.0]
    row = function_of("trauma")
    assert "no effect" in row.outcome
    assert row.better == "neither"
    low, high = row.evaluate_interval(10.0)
    assert (float(low), float(high)) == pytest.approx((0.99**10, 1.01**10))


# All arrests together.


@pytest.mark.parametrize("name", ["de_maio_2003", "valenzuela_1997"])
def test_all_arrests_survive_as_in_beijing_at_beijings_delay(name):
    """1.2 to 1.6 % where a vehicle takes 16 min on average; otherwise the level would be Ontario's or Seattle's."""
    value, extrapolated = expected("cardiac_arrest", 16.0, name)
    assert float(value) == pytest.approx(0.014, abs=1e-12)
    assert not extrapolated


def test_the_curve_moves_the_shockable_share_alone():
    value, _ = expected("cardiac_arrest", [6.0, 12.0], "de_maio_2003")
    curve = survival_de_maio_2003([6.0, 12.0])
    assert value[0] - value[1] == pytest.approx(0.056 * (curve[0] - curve[1]), rel=1e-12)


def test_a_residual_never_is_negative():
    """A curve that alone gives more survivors than were found must not be made up for by fewer than none."""
    value = of_all_arrests(lambda minutes: np.full_like(minutes, 0.5), np.array([1.0, 9.0]), 5.0)
    assert value == pytest.approx([0.028, 0.028])


@pytest.mark.parametrize("name", ["de_maio_2003", "valenzuela_1997", "larsen_1993"])
def test_minutes_bring_little_where_few_arrests_are_shockable(name):
    """From 16 to 4 min: at most three in a hundred more; the bare curves promise 14 (De Maio) to 30 in a hundred."""
    value, _ = expected("cardiac_arrest", [4.0, 16.0], name)
    assert 0 < value[0] - value[1] < 0.03


# What holds for every function.


@BY_NAME
def test_later_is_never_better(row: OutcomeFunction):
    steps = np.diff(row.evaluate(minutes_within(row))[0])
    if row.better == "lower":
        assert (steps >= 0).all()
        assert steps.any()
    elif row.better == "higher":
        assert (steps <= 0).all()
        assert steps.any()
    else:
        assert not steps.any()


@BY_NAME
def test_beyond_the_range_the_end_is_taken_and_counted(row: OutcomeFunction):
    low, high = (end - row.lead_min for end in row.valid_range)
    delays = np.array([low - 10, low, (low + high) / 2, high, high + 1, high + 1000])
    value, extrapolated = row.evaluate(delays)
    assert extrapolated.tolist() == [True, False, False, False, True, True]
    assert value[0] == value[1]
    assert value[3] == value[4] == value[5]
    if row.interval is not None:
        ends = row.evaluate_interval(delays)
        assert all(end[3] == end[5] for end in ends)


@BY_NAME
def test_shares_are_shares_and_lie_within_their_interval(row: OutcomeFunction):
    value, _ = row.evaluate(minutes_within(row))
    if row.unit == "share":
        assert ((value >= 0) & (value <= 1)).all()
    else:
        assert (value > 0).all()
    if row.interval is not None:
        low, high = row.evaluate_interval(minutes_within(row))
        assert (low <= value + 1e-12).all()
        assert (value <= high + 1e-12).all()


@BY_NAME
def test_a_case_without_a_delay_has_no_outcome_and_is_not_counted(row: OutcomeFunction):
    value, extrapolated = row.evaluate([np.nan, 60.0])
    assert np.isnan(value[0])
    assert not np.isnan(value[1])
    assert not extrapolated[0]


@BY_NAME
def test_every_shape_is_kept(row: OutcomeFunction):
    for delays in (40.0, np.full(3, 40.0), np.full((2, 3), 40.0), np.empty(0)):
        value, extrapolated = row.evaluate(delays)
        assert value.shape == extrapolated.shape == np.shape(delays)


@BY_NAME
def test_the_table_is_complete(row: OutcomeFunction):
    """Else a KPI would be computed from a stamp that is not recorded, or a report would leave the paper out."""
    assert row.condition in CONDITIONS
    assert {row.from_stamp, row.to_stamp} <= CALLS.keys()
    assert row.range_label in LABELS
    assert row.valid_range[0] < row.valid_range[1]
    assert all((row.outcome, row.unit, row.paper, row.valid_for))


def test_names_are_unique_and_every_parameter_is_labelled_within_its_range():
    assert len({row.name for row in FUNCTIONS}) == len(FUNCTIONS)
    for name, given in PARAMETERS.items():
        assert name == given.name
        assert given.label in LABELS
        assert given.source
        if given.range is not None:
            assert given.range[0] <= given.value <= given.range[1]


def test_conditions_without_a_function_are_named_and_give_no_number():
    assert WITHOUT_FUNCTION == ("respiratory", "obstetric", "other")
    for condition in WITHOUT_FUNCTION:
        assert function_of(condition) is None
        value, extrapolated = expected(condition, [5.0, 500.0])
        assert np.isnan(value).all()
        assert not extrapolated.any()


def test_the_first_of_a_condition_is_used_and_wrong_names_are_refused():
    assert [function_of(name).name for name in ("cardiac_arrest", "stemi", "stroke", "trauma")] == [
        "de_maio_2003", "rathore_2009", "emberson_2014", "newgard_2010",
    ]  # fmt: skip
    value, _ = expected("stemi", 90.0)
    assert float(value) == 0.165
    with pytest.raises(KeyError):
        expected("headache", 5.0)
    with pytest.raises(KeyError):
        expected("stemi", 5.0, "emberson_2014")


def test_the_document_holds_the_table_as_it_is():
    """Otherwise the document would name other papers, ranges or values than the program uses."""
    assert functions_as_markdown() in DOCUMENT.read_text(encoding="utf-8")
