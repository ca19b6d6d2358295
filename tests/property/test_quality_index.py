"""Whatever the concentration, the index never falls as it rises, and is exact at the breakpoints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.atmosphere.quality_index import HJ_633_2012, HJ_633_2026, POLLUTANTS, STEPS, Standard, sub_index
from twin.atmosphere.warning_levels import warning_level

BOTH = (HJ_633_2012, HJ_633_2026)


@pytest.mark.parametrize("standard", BOTH, ids=lambda one: one.name)
@pytest.mark.parametrize("pollutant", POLLUTANTS)
def test_breakpoints_are_exact_and_what_lies_above_is_rounded_up(standard: Standard, pollutant: str) -> None:
    points = np.array(standard.breakpoints[pollutant], dtype=float)
    assert sub_index(pollutant, points, standard).tolist() == list(STEPS[: len(points)])
    above = sub_index(pollutant, points[:-1] + 1e-4, standard)
    assert above.tolist() == [step + 1 for step in STEPS[: len(points) - 1]]


@given(st.sampled_from(POLLUTANTS), st.sampled_from(BOTH), st.lists(st.floats(0, 4000), min_size=2, max_size=30))
def test_more_pollution_is_never_a_better_index(pollutant: str, standard: Standard, values: list[float]) -> None:
    index = sub_index(pollutant, np.sort(values), standard)
    known = index[~np.isnan(index)]
    assert np.all(np.diff(known) >= 0)
    assert np.all((known >= 0) & (known <= 500) & (known == np.rint(known)))


@given(st.sampled_from(("pm25", "pm10")), st.floats(0, 1000))
def test_the_index_of_2026_is_never_better(pollutant: str, value: float) -> None:
    assert sub_index(pollutant, value, HJ_633_2026) >= sub_index(pollutant, value, HJ_633_2012)


@given(st.lists(st.floats(0, 500), max_size=8), st.integers(0, 7), st.floats(0, 200))
def test_a_worse_day_never_lowers_the_warning(days: list[float], which: int, more: float) -> None:
    worse = [min(day + more, 500.0) if number == which else day for number, day in enumerate(days)]
    assert warning_level(worse) >= warning_level(days)
