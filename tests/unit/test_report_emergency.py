"""What the emergency part of the report promises: steps that add up, the same patients compared, nothing overstated."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.reports import Page, page_of, small_run

from twin.charts.html import Html
from twin.charts.statistics import NOTHING, Spread, difference_text, interval_text, overall
from twin.charts.strips import Choice, Order, Strip, controls, strip_table
from twin.core.language import CODES, Code, Language
from twin.domains.emergency.outcome import FUNCTIONS
from twin.domains.emergency.report_cases import MILESTONES, cases_of, milestones_min, paired, treated_of
from twin.domains.emergency.report_chain import STEPS, steps_min
from twin.domains.emergency.report_eleven import sentence
from twin.domains.emergency.report_equity import gap
from twin.domains.emergency.report_map_worse import gaps_of, said
from twin.domains.emergency.report_outcomes import expected_of
from twin.domains.emergency.report_timelines import MOST_ROWS, PHASES, choose
from twin.experiment.store import Results
from twin.report.view import RunView

EN = Language("en")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on two days."""
    return small_run(tmp_path_factory.mktemp("emergency"), small_map_folder)


@pytest.fixture(scope="module")
def cases(results: Results) -> list[pd.DataFrame]:
    view = RunView(results, EN)
    return [cases_of(view, brain) for brain in view.brains]


@pytest.fixture(scope="module")
def page(results: Results) -> Page:
    return Page(page_of(results))


def rows_of(page: Page) -> list[dict[str, str | None]]:
    return [row for row in page.all("tr") if row.get("data-ring0")]


# -- the chain ---------------------------------------------------------------------------------------------------


def test_steps_add_up_to_the_recorded_way_from_symptom_to_treatment(cases: list[pd.DataFrame]) -> None:
    for frame in cases:
        treated = treated_of(frame)
        assert len(treated) > 20
        steps = steps_min(treated)
        assert steps.shape == (len(treated), len(STEPS))
        assert (steps >= 0).all()
        assert np.allclose(steps.sum(axis=1), treated["symptom_to_treatment_min"])
        assert np.allclose(steps[:, 1:].sum(axis=1), treated["ring_to_treatment_min"])
        door = MILESTONES.index("door_s")
        assert np.allclose(steps[:, door:].sum(axis=1), treated["door_to_treatment_min"])


def test_a_step_done_during_the_drive_adds_nothing_after_the_door() -> None:
    seconds = {f"at_{name}": [600.0 + 60 * place] for place, name in enumerate(MILESTONES)}
    early = pd.DataFrame({**seconds, "at_registered_s": [600.0], "at_moved_s": [np.nan]})
    minutes = milestones_min(early)[0]
    place = MILESTONES.index("registered_s")
    assert minutes[place] == minutes[place - 1]
    assert minutes[MILESTONES.index("moved_s")] == minutes[MILESTONES.index("consulted_s")]
    assert minutes[MILESTONES.index("ring_s")] == 0


def test_patients_who_were_moved_have_a_time_at_the_second_hospital(cases: list[pd.DataFrame]) -> None:
    for frame in cases:
        moved = frame[frame["transferred_to"].notna()]
        assert moved["at_moved_s"].notna().all()
        assert (moved["at_moved_s"] > moved["at_bay_s"]).all()
        assert frame.loc[frame["transferred_to"].isna(), "at_moved_s"].isna().all()
    assert cases[0]["transferred_to"].notna().any()


# -- timelines ---------------------------------------------------------------------------------------------------


def test_there_is_a_row_for_each_chosen_patient_with_all_that_it_is_sorted_by(page: Page) -> None:
    rows = rows_of(page)
    assert 20 < len(rows) <= MOST_ROWS
    named = [control for control in page.all("option") if control.get("value") and control["value"].isalnum()]
    assert {"ring0", "ring1", "door0", "door1", "gap", "place", "time"} <= {str(option["value"]) for option in named}
    for row in rows:
        assert abs(float(str(row["data-ring1"])) - float(str(row["data-ring0"])) - float(str(row["data-gap"]))) < 0.02
        assert row["data-condition"]
        assert row["data-place"]


def test_bars_are_not_told_by_colour_alone_and_stay_on_their_axis(results: Results) -> None:
    text = page_of(results)
    bars = re.findall(r'<div class="strip(?: cut)?" aria-hidden="true">(.*?)</div>', text)
    assert len(bars) == 2 * len(rows_of(Page(text)))
    numbers = set()
    for bar in bars:
        widths = [float(width) for width in re.findall(r"width:([\d.]+)%", bar)]
        assert sum(widths) <= 100.5
        numbers |= set(re.findall(r">(\d)</i>", bar))
    assert numbers >= {"5", "7"}
    css = text[: text.index("</style>")]
    patterns = [re.search(rf"\.p{n} {{ background: (.*?); }}", css) for n in range(1, len(PHASES) + 1)]
    assert len({match[1].split("var(--p")[0] for match in patterns if match}) == len(PHASES)


def test_at_most_so_many_are_chosen_gravest_conditions_first() -> None:
    conditions = ["stemi"] * 5 + ["stroke"] * 40 + ["other"] * 100
    first = pd.DataFrame({"condition": conditions}, index=pd.RangeIndex(145))
    chosen = choose(first, most=25)
    assert chosen["condition"].value_counts().to_dict() == {"stroke": 20, "stemi": 5}
    strokes = chosen.index[chosen["condition"] == "stroke"]
    assert strokes[0] == 5  # evenly spaced: the first and the last are there
    assert strokes[-1] == 44
    assert len(choose(first)) == 145


def test_strips_escape_what_comes_from_data() -> None:
    bad = '"><script>alert(1)</script>'
    table = strip_table([Strip(bad, [[1.0, 2.0]], [bad], {"place": bad})], [bad, bad], 3.0, "t", bad)
    box = controls("t", [Order("place", bad, is_word=True)], [Choice("place", bad, {bad: bad})], EN)
    page = Page(f"{table}{box}")
    assert not list(page.all("script"))
    assert next(row for row in page.all("tr") if "data-place" in row)["data-place"] == bad
    assert isinstance(table, Html)


def test_a_hostile_district_is_text_everywhere(tmp_path: Path, small_map_folder: Path) -> None:
    mine = shutil.copytree(small_map_folder, tmp_path / "hostile")
    path = mine / "districts.geojson"
    found = json.loads(path.read_text(encoding="utf-8"))
    for feature in found["features"]:
        feature["properties"]["name_en"] = '"><img src=x onerror=alert(1)>'
    path.write_text(json.dumps(found), encoding="utf-8")
    page = Page(page_of(small_run(tmp_path, mine, replications=1)))
    assert not list(page.all("img"))
    assert any("onerror" in str(row.get("data-place")) for row in rows_of(page))


# -- eleven minutes, who got worse, gaps --------------------------------------------------------------------------


def test_the_eleven_minute_case_is_ranked_among_all_patients() -> None:
    sample = np.array([5.0, 11.0, 30.0, 60.0])
    assert sentence(sample, "A", EN) == (
        "A: 2 of 4 patients (50.0 %) are treated within 11 min of the door; a patient with 11 min would be number 3 of "
        "5, the shortest first."
    )
    assert sentence(np.array([]), "A", EN) == "A: there was no such patient."


def test_who_got_worse_counts_the_same_patients_only() -> None:
    one = pd.DataFrame(
        {"replication": 0, "call": range(5), "kind": ["patient"] * 4 + ["no_patient"], "response_min": 10.0}
    )
    other = one.assign(response_min=[11.5, 16.0, 8.0, np.nan, 30.0])
    gaps = gaps_of(one, other)
    assert gaps["gap"].tolist() == [1.5, 6.0, -2.0]
    text = said(gaps, EN)
    assert text.startswith("Of 3 patients reached under both, 2 (66.7 %) are reached more than 1 min later, 1 (33.3 %)")
    assert "1 (33.3 %) more than 1 min sooner" in text


def test_pairs_are_the_same_calls(cases: list[pd.DataFrame]) -> None:
    both = paired(cases[0], cases[1], ["at_ring_s", "response_min"])
    assert len(both) > 50
    assert (both["at_ring_s"] == both["other_at_ring_s"]).all()


def test_a_gap_is_the_mean_of_the_days_gaps() -> None:
    rows = [(0, "under_65", 5.0), (0, "from_65", 7.0), (1, "under_65", 5.0), (1, "from_65", 9.0), (1, "from_65", 11.0)]
    frame = pd.DataFrame(rows, columns=["replication", "age", "response_min"])
    found = gap(frame, "response_min", "age", "under_65", "from_65")
    assert found.mean == pytest.approx((2 + 5) / 2)
    assert found.count == 2
    assert gap(frame, "response_min", "age", "under_65", "absent") is NOTHING


def test_differences_and_intervals_are_written_with_signs_and_gaps() -> None:
    assert interval_text(NOTHING) == "–"
    assert interval_text(Spread(1.0, 1.0, 1.0, 1)) == "1.0"
    assert difference_text(Spread(-1.0, -2.0, 0.5, 3), 1, EN) == "−1.0 (−2.0 to +0.5)"
    frame = pd.DataFrame({"replication": [0, 0, 1], "x": [1.0, 3.0, 4.0]})
    assert overall(frame, "x").mean == pytest.approx(3.0)


# -- expected outcomes ---------------------------------------------------------------------------------------------


def test_expected_outcomes_are_those_of_the_kpis(results: Results, cases: list[pd.DataFrame]) -> None:
    stroke = next(row for row in FUNCTIONS if row.name == "emberson_2014")
    for brain, frame in zip(results.brains, cases, strict=True):
        own = expected_of(frame, stroke)
        assert ((own["low"] <= own["value"]) & (own["value"] <= own["high"])).all()
        days = own.groupby("replication")["value"].mean()
        kpis = results.kpis[
            (results.kpis["brain"] == brain) & (results.kpis["kpi"] == "emergency.stroke_good_outcome.mean")
        ]
        assert kpis["value"].tolist() == pytest.approx(days.tolist())


@pytest.mark.parametrize("code", CODES)
def test_outcomes_are_never_promised_and_every_curve_has_its_paper(results: Results, code: Code) -> None:
    text = page_of(results, code)
    assert ("never a promise" if code == "en" else "更不是承诺") in text
    for row in FUNCTIONS:
        assert row.paper in text
        assert Language(code)(row.valid_for).replace("&", "&amp;").replace("<", "&lt;") in text


# -- through the day -----------------------------------------------------------------------------------------------


def test_the_day_shows_vehicles_queues_and_coverage(page: Page) -> None:
    labels = [str(svg.get("aria-label")) for svg in page.all("svg") if svg.get("role") == "img"]
    for title in ("Vehicles on a call", "Coverage", "Calls that wait for a vehicle", "Emergency bays taken"):
        assert any(label.startswith(f"Through the day: {title}.") for label in labels)


def test_the_map_shows_the_stations_that_the_run_had(tmp_path: Path, small_map_folder: Path) -> None:
    """It showed the map's stations where the scenario named others."""
    from twin.city.map import read_map

    station = read_map(small_map_folder).stations[0]
    row = f"depot,车库,The depot,{station.lon},{station.lat},{station.district},1,1,assumed,test\n"
    (tmp_path / "own.csv").write_text(
        "id,name_zh,name_en,lon,lat,district,vehicles,crews,label,source\n" + row, encoding="utf-8"
    )
    more = "emergency: {tables: {stations: own.csv}}\n"
    run = small_run(tmp_path, small_map_folder, brains="[traditional]", replications=1, more=more)
    (tmp_path / "own.csv").unlink()  # the report is made of what is stored
    page = page_of(run)
    assert "The depot" in page
    assert not re.search(r">station\d", page)
