"""When a comparison has days enough, and where a series' beginning ends."""

from __future__ import annotations

import numpy as np
import pytest

from twin.core.statistics import half_interval_of
from twin.experiment.studies.warm_up import settling
from twin.inference.initial_bias import mser_5
from twin.inference.stopping import Stopping, half_widths, look_ahead


def lived(values: np.ndarray, target: float, cap: int, ahead: int = 5) -> tuple[Stopping, int]:
    """Live as many replications as the rule asks for until it is content; return also how many."""
    count = 0
    while True:
        stopping = look_ahead(half_widths(values[:count]) if count else np.empty(0), target, cap=cap, ahead=ahead)
        if stopping.enough is not None or stopping.wanted <= count:
            return stopping, count
        count = stopping.wanted


def test_half_widths_along_the_way_are_those_of_each_beginning() -> None:
    values = np.random.default_rng(1).normal(7e3, 2, 30)
    assert np.isnan(half_widths(values)[0])
    assert half_widths(values)[1:] == pytest.approx([half_interval_of(values[:n]) for n in range(2, 31)], rel=1e-6)


def test_the_rule_stops_at_the_first_number_that_stays_narrow() -> None:
    widths = np.array([np.nan, 9, 5, 4, 0.9, 0.8, 1.2, 0.9, 0.8, 0.8, 0.7, 0.7, 0.6])
    assert look_ahead(widths, 1.0, cap=50).enough == 8
    assert look_ahead(widths[:12], 1.0, cap=50).enough is None
    assert look_ahead(widths[:12], 1.0, cap=50).wanted == 13
    assert look_ahead(widths, 1.0, cap=50, ahead=0).enough == 5, "fooled by days that happened to be alike"


def test_the_cap_ends_it_and_is_told_apart_from_enough() -> None:
    values = np.random.default_rng(2).normal(0, 10, 400)
    stopping, count = lived(values, 0.5, cap=40)
    assert (stopping.enough, count) == (None, 40)


def test_no_more_is_lived_than_is_needed() -> None:
    """A half-width of 0.5 with a deviation of 2 takes some 64 days (t of 2.0), and a few to look ahead."""
    generator = np.random.default_rng(3)
    counts, rounds_over = [], []
    for _ in range(200):
        stopping, count = lived(generator.normal(0, 2, 400), 0.5, cap=400)
        assert stopping.enough is not None
        counts.append(stopping.enough)
        rounds_over.append(count - stopping.enough)
    assert np.median(counts) == pytest.approx(64, abs=4)
    assert np.median(rounds_over) <= 20


@pytest.mark.parametrize("ahead", [0, 5])
def test_intervals_that_stopped_by_themselves_still_cover_the_truth(ahead: int) -> None:
    """Stopping where the interval happens to be narrow costs coverage; looking ahead buys it back."""
    generator = np.random.default_rng(4)
    held = []
    for _ in range(1000):
        values = generator.normal(0, 2, 200)
        _, count = lived(values, 1.0, cap=200, ahead=ahead)
        held.append(abs(values[:count].mean()) <= half_interval_of(values[:count]))
    if ahead:
        assert 0.93 <= np.mean(held) <= 0.97
    else:
        assert np.mean(held) < 0.94


def test_the_warm_up_of_a_known_series_is_found() -> None:
    """White, Cobb and Spratt's kind of case: an autoregression that starts far from its mean."""
    generator = np.random.default_rng(5)
    found, kept = [], []
    for _ in range(50):
        noise = generator.normal(0, 1, 1000)
        series = np.empty(1000)
        series[0] = 40.0
        for place in range(1, 1000):
            series[place] = 0.9 * series[place - 1] + noise[place]
        cut = mser_5(series)
        assert cut.settled
        found.append(cut.leave_out)
        kept.append(cut.mean)
    assert 20 <= np.median(found) <= 60, "0.9 ** 22 leaves a tenth of 40, 0.9 ** 44 a hundredth"
    assert np.mean(kept) == pytest.approx(0.0, abs=0.2)


def test_the_rule_is_whites_by_hand() -> None:
    """Batch means 10, 1, 1, 1, 1, 1: without the first batch the standard error is 0."""
    series = np.repeat([10.0, 1.0, 1.0, 1.0, 1.0, 1.0], 5)
    assert mser_5(series).leave_out == 5
    assert mser_5(series).mean == 1.0
    assert mser_5(np.ones(40)).leave_out == 0


def test_a_series_that_never_settles_is_called_so() -> None:
    assert not mser_5(np.arange(200.0)).settled
    with pytest.raises(ValueError, match="at least 20 values"):
        mser_5(np.ones(19))


def test_hours_that_a_city_takes_to_fill_are_found_beside_the_course_of_the_day() -> None:
    """Cases every three minutes of three days, slower by day; the idle city of the beginning is quick for hours."""
    generator = np.random.default_rng(6)
    at_s = np.arange(0, 3 * 86_400, 180.0)
    course = 3 * np.sin(2 * np.pi * at_s / 86_400)
    hours, settled = [], []
    for _ in range(20):
        noise = generator.normal(0, 1, len(at_s))
        found = settling(at_s, 10 + course + noise - 6 * np.exp(-at_s / 3600))
        hours.append(found[0])
        settled.append(found[1])
    assert all(settled)
    assert 1.5 <= np.median(hours) <= 6, "after 2 h a seventh of the beginning is left, after 4 h a fiftieth"
    even, at_once = settling(at_s, 10 + course + generator.normal(0, 1, len(at_s)))
    assert even < 2, "nothing to leave out"
    assert at_once
