"""Sizes of differences: whatever is above 0 is read, as number or share, and written so that it is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.core.margins import Size, size_of
from twin.experiment.studies.margins import Margins, read_size

ABOVE = st.floats(min_value=1e-9, max_value=1e9)


@given(ABOVE, st.booleans())
def test_a_size_is_read_as_it_was_written(value: float, relative: bool) -> None:
    size = Size(value, relative)
    again = size_of(size.plain())
    assert again is not None
    assert again.relative == relative
    assert again.value == pytest.approx(value, rel=1e-11)


@given(ABOVE)
def test_the_command_line_and_a_scenario_read_alike(value: float) -> None:
    assert read_size("--margin", repr(value)) == size_of(value)
    assert read_size("--margin", f"{value!r}%") == size_of(f"{value!r}%")


@given(st.one_of(st.floats(max_value=0), st.floats(max_value=0).map(lambda value: f"{value}%"), st.text(max_size=5)))
def test_what_is_read_is_above_nothing(given_size: object) -> None:
    size = size_of(given_size)
    assert size is None or (size.value > 0 and size.relative)


@given(ABOVE, st.floats(min_value=-1e6, max_value=1e6))
def test_a_share_does_not_hang_on_the_means_sign(share: float, mean: float) -> None:
    size = Size(share, True)
    assert size.of(mean) == size.of(-mean) >= 0


@given(ABOVE, ABOVE)
def test_the_scenarios_margin_counts_only_where_the_command_line_says_nothing(one: float, other: float) -> None:
    from twin.core.kpis import Kpi, KpiFamily

    kpi = Kpi("a.b", KpiFamily("b", "b", "min"), None, None)
    scenario = {"a.b": Size(one, False)}
    for margins, wanted in ((Margins({"a.b": Size(other, False)}, None, scenario), other),
                            (Margins({"c": Size(other, False)}, None, scenario), one)):  # fmt: skip
        found = margins.of(kpi, 10.0)
        assert found is not None
        assert found.size == wanted
