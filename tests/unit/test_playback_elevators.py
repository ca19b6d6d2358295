"""The playback shows who was trapped, who came and by which way, as recorded; without ambulances or with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.playback import columns_of, cut_run
from support.reports import small_run

from twin.core.errors import ResultsError
from twin.core.language import CODES, Language
from twin.experiment.store import Results
from twin.report.build import write_report
from twin.report.playback.elevators_block import people_trapped
from twin.report.playback.page import playback_html


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on three hours of elevators, with a power cut."""
    return cut_run(tmp_path_factory.mktemp("cut"), small_map_folder)


@pytest.mark.parametrize("brain", [0, 1])
def test_entrapments_are_shown_to_a_twenty_fifth_of_a_second(results: Results, brain: int) -> None:
    columns = columns_of(playback_html(results, Language("en")), f"brain-{brain}")
    recorded = results.event_table("elevators.rescues", results.brains[brain], 0)
    trapped = recorded[(recorded["people"] > 0) & (recorded["at_s"] < 3 * 3600)].sort_values(["at_s", "case"])
    assert len(trapped) > 50
    assert columns["caseElevator"].tolist() == trapped["elevator"].tolist()
    assert ((columns["caseElevator"] << 32) + columns["caseNumber"]).tolist() == trapped["case"].tolist()
    stops_s = columns["case_at_s"] / 25
    assert stops_s == pytest.approx(trapped["at_s"].to_numpy(), abs=0.03)
    for name in ("told_s", "arrive_s", "freed_s", "back_s"):
        stamp = columns[f"case_{name}"]
        shown = np.where(stamp == 0, np.nan, stops_s + np.where(stamp > 0, stamp - 1, stamp) / 25)
        assert shown == pytest.approx(trapped[name].to_numpy(np.float64), abs=0.05, nan_ok=True), name
    words = columns["case_cause_words"].split("\n")
    assert [words[code] for code in columns["case_cause"]] == trapped["cause"].astype(str).tolist()


def test_everybody_who_was_sent_is_shown_with_his_way(results: Results) -> None:
    columns = columns_of(playback_html(results, Language("en")), "brain-1")
    helpers = results.event_table("elevators.helpers", results.brains[1], 0)
    helpers = helpers[helpers["sent_s"] < 3 * 3600].sort_values(["sent_s", "case", "level"])
    tracks = results.event_table("elevators.tracks", results.brains[1], 0)
    assert columns["helperNumber"].tolist() == helpers["helper"].tolist()
    first = np.concatenate([[0], np.cumsum(columns["helperPoints"])])
    assert first[-1] == len(columns["helperNode"]) == len(columns["helperAt"])
    way_of = {(way.level, way.helper, way.case): way for way in tracks.itertuples()}
    drove = 0
    for row, helper in enumerate(helpers.itertuples()):
        way = way_of.get((helper.level, helper.helper, helper.case))
        points = slice(first[row], first[row + 1])
        if way is None:
            assert first[row] == first[row + 1]
            continue
        drove += 1
        assert columns["helperFrom"][row] == columns["helperNode"][points][0] == helper.from_node
        assert columns["helperAt"][points] / 25 == pytest.approx(np.asarray(way.at_s), abs=0.03)
        if helper.came_first:
            assert columns["helperNode"][points][-1] == helper.to_node
    assert drove > 30


def test_a_way_ends_where_its_helper_turned_round_or_arrived(results: Results) -> None:
    helpers = results.event_table("elevators.helpers", results.brains[1], 0).set_index(["level", "helper", "case"])
    rescues = results.event_table("elevators.rescues", results.brains[1], 0).set_index("case")
    for way in results.event_table("elevators.tracks", results.brains[1], 0).itertuples():
        helper = helpers.loc[(way.level, way.helper, way.case)]
        assert len(way.at_s) == len(way.edges) + 1
        if helper["came_first"]:
            assert way.at_s[-1] <= rescues.loc[way.case, "arrive_s"]
        else:
            assert way.at_s[-2] <= helper["free_s"]


def test_the_curve_counts_people_at_the_end_of_each_quarter() -> None:
    rows = [(100.0, 950.0, 2), (200.0, np.nan, 3), (950.0, 1000.0, 1), (10.0, 20.0, 0)]
    rescues = pd.DataFrame(rows, columns=["at_s", "freed_s", "people"]).assign(case=range(4))
    assert people_trapped(rescues, 1800.0) == [5, 3]


@pytest.mark.parametrize("code", CODES)
def test_the_report_of_elevators_alone_leads_to_their_playback(results: Results, tmp_path: Path, code: str) -> None:
    write_report(results, tmp_path / "report.html", Language(code))  # type: ignore[arg-type]
    page = (tmp_path / "playback.html").read_text(encoding="utf-8")
    assert 'name="elevators"' in page
    assert ("Elevators and rescue workers" if code == "en" else "电梯与救援人员") in page
    assert 'href="playback.html"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_no_ways_no_playback_and_the_same_rescues(results: Results, tmp_path: Path, small_map_folder: Path) -> None:
    silent = cut_run(tmp_path, small_map_folder, more="  tracked_days: 0\n")
    with pytest.raises(ResultsError, match=r"elevators\.tracked_days"):
        playback_html(silent, Language("en"))
    for brain in results.brains:
        one, other = (run.event_table("elevators.rescues", brain, 0) for run in (results, silent))
        pd.testing.assert_frame_equal(one, other)


def test_ambulances_and_elevators_are_played_together(tmp_path: Path, small_map_folder: Path) -> None:
    more = "domains: [emergency, elevators]\nelevators: {fleet_size: 300, figures_for_residents: 0, history_days: 5}\n"
    both = small_run(tmp_path, small_map_folder, replications=1, brains="[traditional]", more=more)
    columns = columns_of(playback_html(both, Language("en")), "brain-0")
    assert {"fleetNode", "caseElevator", "helperLevel"} <= set(columns)
