"""What the report's sections on maintenance promise: true sums, a list to be sorted, reasons in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from support.elevator_runs import run_elevators
from support.reports import Page, RunOfFrames

from twin.charts.html import Html
from twin.core.decisions import RuleSetting
from twin.core.language import CODES, Language, chinese_table
from twin.domains.elevators.decisions_inspection import REASONS as SHIPPED_REASONS
from twin.domains.elevators.layers import layers
from twin.domains.elevators.report import sections
from twin.domains.elevators.report_maintenance import lift_curves
from twin.domains.elevators.report_tomorrow import MOST_ROWS, REASON_NAMES, REASONS, list_of, why

EN = Language("en")


@pytest.fixture(scope="module")
def run() -> RunOfFrames:
    """Rounds and predicted risk over three weeks."""
    tables = {}
    for brain, rule in (("one", "rounds"), ("two", "predicted_risk")):
        _, twin, frames = run_elevators(days=21, inspection=RuleSetting(rule), telemetry=0.5)
        tables |= {(name, brain, 0): frame for name, frame in frames.items()}
    return RunOfFrames(tables, twin.clock, city=twin.city.map)


@pytest.fixture(scope="module")
def page(run: RunOfFrames) -> Page:
    return Page("".join(section.html for section in sections(run, EN)))


def rows_of(page: Page) -> list[dict[str, str | None]]:
    return [row for row in page.all("tr") if row.get("data-place")]


def test_the_list_is_that_of_the_brain_that_gives_reasons(run: RunOfFrames, page: Page) -> None:
    rows, listed = rows_of(page), run.tables["elevators.tomorrow", "two", 0]
    assert len(rows) == min(MOST_ROWS, len(listed)) > 100
    assert [int(str(row["data-place"])) for row in rows] == list(range(len(rows)))
    assert [int(str(row["data-firm"])) for row in rows] == listed["firm"].tolist()[: len(rows)]


def test_every_way_to_sort_and_filter_has_its_values_in_every_row(page: Page) -> None:
    rows = rows_of(page)
    keys = {str(box["data-key"]) for box in page.all("select") if box.get("data-key")}
    assert keys == {"district", "use", "firm", "why"}
    for key in (*keys, "place", "risk", "days", "faults"):
        assert all(row.get(f"data-{key}") is not None for row in rows)
    for key in ("place", "risk", "days", "faults", "firm"):
        assert all(float(str(row[f"data-{key}"])) >= 0 for row in rows)


def test_reasons_are_said_with_the_elevators_own_values() -> None:
    row = {
        "age_years": 12.4, "use": "office", "floors": 20, "starts_a_day": 640.0, "faults": 3, "days_since_visit": 22,
        "codes": 4.25, "reason_1": "faults", "times_1": 2.31, "reason_2": "age", "times_2": 1.3, "reason_3": None,
        "times_3": np.nan,
    }  # fmt: skip
    assert why(row, EN) == ["faults so far: 3: × 2.3", "age (12 years): × 1.3"]
    assert why({**row, "reason_1": "my own", "reason_2": None}, EN) == ["my own: × 2.3"]
    assert why({**row, "reason_1": None, "reason_2": None}, EN) == ["days since the last visit: 22"]


def test_all_that_rules_name_has_words_in_both_languages() -> None:
    table = chinese_table()
    for words in (REASONS, REASON_NAMES):
        assert set(words) == set(SHIPPED_REASONS)
        assert set(words.values()) <= table.keys()


@pytest.mark.parametrize("code", CODES)
def test_sections_are_whole_in_every_language(run: RunOfFrames, code: str) -> None:
    found = sections(run, Language(code))  # type: ignore[arg-type]
    assert {"elevator-maintenance", "elevator-tomorrow"} <= {section.id for section in found}
    for section in found:
        Page(section.html)


def test_sums_of_the_table_are_those_of_the_events(run: RunOfFrames, page: Page) -> None:
    texts = [text for _, text in page.texts]
    place = texts.index("Visits")
    for offset, brain in enumerate(("one", "two"), start=1):
        visits = int(run.tables["elevators.maintenance", brain, 0]["visits"].sum())
        assert texts[place + offset].replace("\u202f", "") == str(visits)


def test_a_curve_goes_from_nothing_to_everything() -> None:
    parts = pd.DataFrame({"elevators": [5] * 100, "failed": [3] * 20 + [0] * 80})
    drawn = lift_curves([parts], "label")
    assert 'class="curve b0"' in drawn
    assert isinstance(drawn, Html)


def test_layers_have_a_point_and_a_meaning_for_everything(run: RunOfFrames) -> None:
    (layer,) = layers(run, "two", ())
    listed = list_of(run, "two")
    assert len(layer.geometry) == len(listed)
    assert set(layer.meaning) == set(layer.columns)
    assert {len(values) for values in layer.columns.values()} == {len(listed)}
    assert (layer.columns["relative"] > 0).all()


def test_a_run_without_anything_to_say_is_said_so(run: RunOfFrames) -> None:
    empty = {
        key: frame.iloc[:0] if key[0] in ("elevators.tomorrow", "elevators.predictions") else frame
        for key, frame in run.tables.items()
    }
    found = sections(RunOfFrames(empty, run.clock, city=run.city), EN)
    assert any("Nobody is to be visited tomorrow." in section.html for section in found)
    assert not any("foretold" in section.html for section in found)
