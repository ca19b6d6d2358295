"""What the report says of rescue: steps that add up, a power cut over time, a map; in both languages."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import write_small_map
from support.reports import Page, page_of, small_run

from twin.core.clock import Clock
from twin.core.language import Language
from twin.domains.elevators.report_mass import mass_failure, still, trapped_until_min
from twin.domains.elevators.report_rescue import rescue, steps_min

CLOCK = Clock(datetime(2021, 3, 15, 8), 0.0, 10_800.0)


def rescues(*stamps: tuple[float, float, float, float, float], people: int = 2) -> pd.DataFrame:
    """Return entrapments by their stamps in minutes: stop, told, sent, arrival, release."""
    frame = pd.DataFrame(stamps, columns=["at_s", "told_s", "sent_s", "arrive_s", "freed_s"]) * 60
    return frame.assign(people=people, way="property", level=1, cause="power_cut", by_power=False)


def words(html: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(html)))


def test_the_steps_add_up_to_the_whole() -> None:
    one, other = rescues((0, 5, 7, 15, 20), (10, 15, 19, 31, 40)), rescues((0, 1, 1, 5, 8), (10, 11, 11, 15, 20))
    assert steps_min(one).sum(axis=1).tolist() == [20, 30]
    text = words(rescue([one, other], ["Old", "New"], Language("en")))
    assert re.search(r"The firm is told.* 5\.0 1\.0 ", text)
    assert re.search(r"Setting out, the drive, the way to the elevator 10\.0 4\.0", text)
    assert re.search(r"From the stop to the release 25\.0 9\.0", text)
    assert "100.0 %, 5.0 min" in text


def test_whom_power_freed_is_in_no_step_but_in_who_freed_them() -> None:
    frame = rescues((0, 5, 7, 15, 20), (0, 5, 7, 15, 40))
    frame.loc[1, ["told_s", "sent_s", "arrive_s", "level"]] = np.nan
    frame.loc[1, "by_power"] = True
    text = words(rescue([frame], ["Old"], Language("en")))
    assert re.search(r"From the stop to the release 20\.0 ", text)
    assert "nobody: power came back 50.0 %" in text
    frame.loc[0] = frame.loc[1]
    assert words(rescue([frame], ["Old"], Language("en"))).strip().startswith("Power came back before anybody came")


def test_a_mass_failure_is_told_by_how_many_people_are_still_inside() -> None:
    frame = rescues((0, 1, 2, 5, 10), (0, 1, 2, 10, 20), (0, 1, 2, 30, 40))
    frame.loc[2, "freed_s"] = np.nan
    minutes, people = trapped_until_min(frame, 0.0)
    assert still(np.array([0.0, 9.9, 10.0, 19.0, 20.0]), minutes, people).tolist() == [6, 6, 4, 4, 0]
    text = words(mass_failure([frame, frame], ["Old", "New"], Language("en")))
    assert "In 3 elevators people were trapped at once" in text


def test_without_anybody_trapped_the_report_says_so() -> None:
    assert words(rescue([rescues()], ["Old"], Language("en"))).strip() == "Nobody was trapped."


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("elevators")
    more = (
        "domains: [elevators]\n"
        "elevators: {fleet_size: 2000, figures_for_residents: 0, entrapments_per_elevator_year: 5, history_days: 2}\n"
        'events:\n  - {at: "09:00", until: "10:30", power_cut: west}\n'
    )
    return small_run(folder, write_small_map(folder / "small"), replications=1, more=more)


@pytest.mark.parametrize(
    ("code", "titles"),
    [
        ("en", ("How the trapped were freed", "When many were trapped at once", "Where the trapped waited")),
        ("zh", ("被困者如何脱困", "多人同时被困时", "被困者在哪里等待")),
    ],
)
def test_a_report_of_a_power_cut_has_its_sections(results, code: str, titles: tuple[str, ...]) -> None:
    page = page_of(results, code)
    Page(page)
    for title in titles:
        assert title in page
    if code == "zh":
        for english in ("The firm is told", "Setting out", "half are free after", "still trapped", "Who freed them"):
            assert english not in page


def test_a_file_of_ones_own_can_be_a_rule_for_rescue(tmp_path: Path) -> None:
    (tmp_path / "my_rules.py").write_text(
        "from twin.domains.elevators.decisions_rescue import Assign, RescueView\n\n\n"
        "def own_firm_first(view: RescueView) -> Assign:\n"
        "    return view.fastest_in_turn(view.options.drive_time_s, view.options.own_firm)\n"
    )
    more = (
        "domains: [elevators]\nelevators: {fleet_size: 500, figures_for_residents: 0, history_days: 2, "
        "entrapments_per_elevator_year: 20}\n"
    )
    own = "[{name: mine, extends: city_brain, decisions: {rescue: 'my_rules.py:own_firm_first', second_level: never}}]"
    found = small_run(tmp_path, write_small_map(tmp_path / "small"), brains=own, replications=1, more=more)
    assert found.events("elevators.rescues").query("people > 0")["own_firm"].all()
