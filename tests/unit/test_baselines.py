"""A recorded baseline is kept by what did not change, and every difference from it is told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.commands import write_scenario

from twin.cli import main
from twin.core.margins import Size
from twin.experiment.baselines import speed
from twin.experiment.baselines.statistics import (
    Days,
    RecordedDays,
    check_statistics,
    read_statistics,
    record_statistics,
)

DOMAIN = "domains: [emergency]\n"


# -- margins and statistics --------------------------------------------------------------------------------------------


def days_of(values: Mapping[str, np.ndarray[Any, Any]], draws: str = "same") -> Days:
    from twin.core.kpis import names_of
    from twin.domains.emergency.measures import FAMILIES

    table = pd.DataFrame(values)
    catalogue = {kpi.name: kpi for kpi in names_of("emergency", FAMILIES, {})}
    return Days({"b": table}, {day: f"{draws} {day}" for day in table.index}, catalogue)


DRIVE, RESPONSE = "emergency.drive_min.mean", "emergency.response_min.mean"


def recorded_of(days: Days, *margins: str) -> RecordedDays:
    content = record_statistics(days, [DRIVE, RESPONSE], margins)
    return read_statistics(json.loads(json.dumps(content)))


def test_the_same_days_are_paired_and_other_days_are_not() -> None:
    """Days that differ by half from one another hide a change of a tenth, unless they are the same ones."""
    chance = np.random.default_rng(3)
    drive, response = chance.normal(4.0, 0.7, 20), chance.normal(8.0, 0.1, 20)
    recorded = recorded_of(days_of({DRIVE: drive, RESPONSE: response}))
    same = check_statistics(days_of({DRIVE: 1.1 * drive, RESPONSE: response}), recorded)
    assert same.same_days
    assert [(row.kpi, row.fails) for row in same.rows] == [(DRIVE, True), (RESPONSE, False)]
    other = check_statistics(days_of({DRIVE: 1.1 * drive, RESPONSE: 1.1 * response}, "other"), recorded)
    assert not other.same_days
    assert [(row.kpi, row.fails) for row in other.rows] == [(RESPONSE, True)]
    assert other.not_judged == (("b", DRIVE),)


def test_a_kpi_that_is_gone_fails() -> None:
    values = np.random.default_rng(4).normal(8.0, 0.1, 20)
    recorded = recorded_of(days_of({DRIVE: values, RESPONSE: values}))
    gone = check_statistics(days_of({DRIVE: values, RESPONSE: np.full(20, np.nan)}), recorded)
    assert [(row.kpi, row.fails, row.kept is None) for row in gone.rows] == [
        (DRIVE, False, False),
        (RESPONSE, True, True),
    ]


def test_a_named_margin_is_kept_to() -> None:
    values = np.random.default_rng(5).normal(8.0, 0.5, 20)
    recorded = recorded_of(days_of({DRIVE: values, RESPONSE: values}), f"{DRIVE}=0.5", "2%")
    now = check_statistics(days_of({DRIVE: values + 0.4, RESPONSE: values + 0.4}), recorded)
    assert [row.fails for row in now.rows] == [False, True]


def test_a_guard_takes_the_scenarios_margin_and_not_what_matters_to_a_planner() -> None:
    """A minute of the response matters to a planner; a guard has 5 % of eight minutes where nobody says anything."""
    values = np.random.default_rng(6).normal(8.0, 0.5, 20)
    days = days_of({DRIVE: values, RESPONSE: values})

    def margins(*words: str, **in_scenario: Size) -> list[float]:
        by_kpi = {DRIVE: in_scenario["drive"]} if in_scenario else {}
        content = record_statistics(days, [DRIVE, RESPONSE], words, by_kpi)
        return [row["margin"] for row in content["kpis"]]

    five = 0.05 * float(values.mean())
    assert margins() == pytest.approx([five, five])
    assert margins(drive=Size(0.5, False)) == pytest.approx([0.5, five])
    assert margins(f"{DRIVE}=0.25", drive=Size(0.5, False)) == pytest.approx([0.25, five])
    assert margins("3%", drive=Size(0.5, False)) == pytest.approx([0.6 * five] * 2)


# -- the commands ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    """A folder with a scenario of the small city and its baseline of six days."""
    folder = tmp_path_factory.mktemp("baseline")
    scenario = write_scenario(folder, small_map_folder, DOMAIN)
    reports = folder / "reports"
    words = ("--reps", "6", "--attempts", "2", "--jobs", "1", "--reports", str(reports))
    assert main(["baseline", "record", str(scenario), *words]) == 0
    return folder


def check(place: Path, *words: str) -> int:
    shared = ("--jobs", "1", "--reports", str(place / "reports"))
    return main(["baseline", "check", str(place / "tiny.yaml"), *words, *shared])


def test_unchanged_code_keeps_its_baseline_in_all_three_parts(place, capfd, monkeypatch):
    monkeypatch.setattr(speed, "SLOWEST", 20.0)  # of replications of a few milliseconds on a busy machine
    files = {path.name: path.read_bytes() for path in (place / "baselines" / "tiny").iterdir()}
    assert sorted(files) == ["exact.json", "speed.json", "statistics.json"]
    assert check(place) == 0
    said = capfd.readouterr().out
    assert "event tables are as recorded" in said
    assert "KPIs are kept (the same 6 days, paired)" in said
    assert {path.name: path.read_bytes() for path in (place / "baselines" / "tiny").iterdir()} == files


def test_every_table_that_differs_is_counted_and_named(place, tmp_path, capfd):
    content = json.loads((place / "baselines/tiny/exact.json").read_text("utf-8"))
    calls = content["tables"]["traditional"]["0001"[3:]]["emergency.calls"]
    calls["columns"]["answer_s"] = "0" * 16
    calls["buckets"] = "0000" + calls["buckets"][4:]
    del content["tables"]["city_brain"]["0"]["emergency.trips"]
    (tmp_path / "exact.json").write_text(json.dumps(content), encoding="utf-8")
    assert check(place, "--folder", str(tmp_path), "--json") == 1
    told = json.loads(capfd.readouterr().out)
    assert told["kept"] is False
    assert [(row["brain"], row["replication"], row["table"]) for row in told["exact"]["differences"]] == [
        ("city_brain", 0, "emergency.trips"),
        ("traditional", 1, "emergency.calls"),
    ]
    assert check(place, "--folder", str(tmp_path)) == 1
    said = capfd.readouterr().out
    assert "2 of " in said
    assert "the run does not repeat itself" in said
    assert "columns answer_s" in said


def test_events_may_differ_where_the_code_has_changed_unless_strictness_is_asked_for(place, tmp_path, capfd):
    content = json.loads((place / "baselines/tiny/exact.json").read_text("utf-8"))
    content["identity"]["code"] = "another"
    content["tables"]["traditional"]["0"]["emergency.calls"]["buckets"] = "f" * 256
    (tmp_path / "exact.json").write_text(json.dumps(content), encoding="utf-8")
    assert check(place, "--folder", str(tmp_path)) == 0
    assert "not the same since it was recorded: code" in capfd.readouterr().out
    assert check(place, "--folder", str(tmp_path), "--strict") == 1


def test_a_kpi_that_has_moved_is_told_with_its_interval_and_margin(place, tmp_path, capfd):
    content = json.loads((place / "baselines/tiny/statistics.json").read_text("utf-8"))
    row = next(row for row in content["kpis"] if row["kpi"] == DRIVE)
    row["values"] = {day: 1.2 * value for day, value in row["values"].items()}
    (tmp_path / "statistics.json").write_text(json.dumps(content), encoding="utf-8")
    assert check(place, "--folder", str(tmp_path)) == 1
    said = capfd.readouterr().out
    assert f"{DRIVE} [traditional]: moved" in said
    assert "margin ±" in said


def copy_with(place: Path, folder: Path, part: str, change: Callable[[dict[str, Any]], Any]) -> None:
    """Write a part of the baseline, changed, into a folder of its own."""
    content = json.loads((place / f"baselines/tiny/{part}.json").read_text("utf-8"))
    change(content)
    (folder / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")


def test_a_guard_that_can_judge_no_kpi_fails(place, tmp_path, capfd):
    """Else a change that moves what is drawn would pass unseen where few days were recorded."""

    def never_judged(content: dict[str, Any]) -> None:
        for row in content["kpis"]:
            row["margin_on_other_days"] = None

    copy_with(place, tmp_path, "statistics", never_judged)
    assert check(place, "--folder", str(tmp_path), "seed=9") == 1
    said = capfd.readouterr().out
    assert "KPIs can be judged on 6 other days; record more days (--reps)" in said
    assert "kept" not in said


def test_a_parameter_that_the_code_has_gained_or_lost_is_told_and_is_no_other_scenario(place, tmp_path, capfd):
    """Else whoever adds a parameter could check nothing."""

    def older(content: dict[str, Any]) -> None:
        del content["scenario"]["sections"]["emergency"]["seats"]
        content["scenario"]["sections"]["emergency"]["beds_on_the_moon"] = 3
        del content["scenario"]["brains"][1]["decisions"]["dispatch"]

    copy_with(place, tmp_path, "statistics", older)
    assert check(place, "--folder", str(tmp_path)) == 0
    keys = "brains.1.decisions.dispatch, emergency.beds_on_the_moon, emergency.seats"
    assert f"statistics.json: keys that came or went since: {keys}" in capfd.readouterr().err

    def of_another_scenario(content: dict[str, Any]) -> None:
        content["scenario"]["events"] = [{"kind": "connection_fails"}]

    copy_with(place, tmp_path, "statistics", of_another_scenario)
    assert check(place, "--folder", str(tmp_path)) == 2
    assert "of another scenario: events" in capfd.readouterr().err


def test_a_part_that_is_not_there_is_told(place, tmp_path, capfd):
    copy_with(place, tmp_path, "exact", lambda content: None)
    assert check(place, "--folder", str(tmp_path)) == 0
    assert "not recorded, so not checked: statistics, speed" in capfd.readouterr().err
    assert check(place, "--folder", str(tmp_path), "--json") == 0
    assert json.loads(capfd.readouterr().out)["not_recorded"] == ["statistics", "speed"]
    assert check(place, "--folder", str(tmp_path), "--exact") == 0
    assert "not recorded" not in capfd.readouterr().err, "who names a part asks for no other"


def test_events_that_are_compared_lie_below_the_reports_and_are_gone_afterwards(place, tmp_path, capfd):
    """The folder that --reports names has room for them; what a killed check has left there is removed."""
    reports = tmp_path / "reports"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = reports / f".scratch.{socket.gethostname()}.{ended.pid}" / "0000"
    left.mkdir(parents=True)
    (reports / "kept.txt").touch()
    assert (
        main(["baseline", "check", str(place / "tiny.yaml"), "--exact", "--jobs", "1", "--reports", str(reports)]) == 0
    )
    assert [path.name for path in reports.iterdir()] == ["kept.txt"]
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    words = ["baseline", "check", str(place / "tiny.yaml"), "--exact", "--jobs", "1", "--reports", str(in_the_way)]
    assert main(words) == 2
    assert f"{in_the_way}: results cannot be written" in capfd.readouterr().err


def test_a_check_keeps_the_margins_with_which_it_was_recorded(place, tmp_path, capfd):
    shared = ("--jobs", "1", "--reports", str(place / "reports"), "--folder", str(tmp_path))
    words = ("--statistics", "--reps", "6", "--kpi", DRIVE)
    assert main(["baseline", "record", str(place / "tiny.yaml"), f"margins.{DRIVE}=40%", *words, *shared]) == 0
    path = tmp_path / "statistics.json"
    content = json.loads(path.read_text("utf-8"))
    for row in content["kpis"]:
        mean = sum(row["values"].values()) / 6
        assert row["margin"] == pytest.approx(0.4 * mean)
        row["values"] = {day: value + 0.2 * mean for day, value in row["values"].items()}
    path.write_text(json.dumps(content), encoding="utf-8")
    for of_now in ((), (f"margins.{DRIVE}=1%",)):
        assert check(place, *of_now, "--folder", str(tmp_path)) == 0, "the scenario is still the one that was recorded"


def test_a_replication_that_takes_one_and_a_half_times_as_long_fails(place, capfd):
    recorded = speed.RecordedSpeed(3, {"traditional": 10.0, "city_brain": 10.0})
    rows = speed.check_speed(
        None, recorded, place, lambda done, of: None, lambda *_: {"traditional": 14.9, "city_brain": 15.1}
    )  # type: ignore[arg-type]
    assert [(row.brain, row.fails) for row in rows] == [("traditional", False), ("city_brain", True)]


def test_the_reference_loop_takes_a_time_that_a_clock_can_see():
    assert 0.005 < min(speed.reference_s() for _ in range(3)) < 5.0


def test_only_the_part_that_is_named_is_written_anew(place, capfd):
    folder = place / "baselines" / "tiny"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    scenario = str(place / "tiny.yaml")
    assert main(["baseline", "record", scenario, "--exact", "--jobs", "1", "--reports", str(place / "reports")]) == 0
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"exact.json"}


def not_a_number(content: dict[str, Any]) -> None:
    content["kpis"][0]["margin"] = float("nan")


def endless(content: dict[str, Any]) -> None:
    content["reference_loops"]["traditional"] = float("nan")


@pytest.mark.parametrize(
    ("words", "damage", "said"),
    [
        (["record", "FILE"], {}, "say what to write anew: --exact, --statistics, --speed"),
        (["check", "FILE", "--folder", "NOWHERE"], {}, "write one with twin baseline record"),
        (["check", "FILE", "--speed", "--folder", "NOWHERE"], {}, "--speed"),
        (["check", "FILE", "emergency.seats=5"], {}, "of another scenario: emergency.seats (7 -> 5) differ"),
        (["check", "FILE", "seed=9", "--exact"], {}, "the exact baseline is of seed 7"),
        (["record", "FILE", "--statistics", "--reps", "2"], {}, "--reps"),
        (["record", "FILE", "--statistics", "--reps", "6", "--kpi", "emergency.drive_min.men"], {}, "did you mean"),
        (["record", "FILE", "--statistics", "--reps", "6", "--margin", "much"], {}, "is not a size above 0"),
        (["record", "FILE", "--statistics", "--reps", "6", "--margin", "a=3%"], {}, "there is no KPI"),
        (["check", "FILE", "--exact"], {"exact": "{"}, "is no baseline of this kind"),
        (["check", "FILE", "--exact"], {"exact": '{"format": 1, "part": "speed", "scenario": {}}'}, "is no baseline"),
        (["check", "FILE", "--speed"], {"speed": "attempts"}, "KeyError"),
        (["check", "FILE", "--statistics"], {"statistics": "kpis"}, "KeyError"),
        (["check", "FILE", "--statistics"], {"statistics": lambda told: told.update(kpis=[])}, "there are no KPIs"),
        (["check", "FILE", "--statistics"], {"statistics": lambda told: told.update(draws={})}, "draws are not those"),
        (["check", "FILE", "--statistics"], {"statistics": not_a_number}, "must be numbers"),
        (["check", "FILE", "--exact"], {"exact": lambda told: told.update(replications=0)}, "tables are not those"),
        (["check", "FILE", "--exact"], {"exact": lambda told: told["tables"].popitem()}, "tables are not those"),
        (["check", "FILE", "--speed"], {"speed": lambda told: told.update(attempts=0)}, "attempts must be 1"),
        (["check", "FILE", "--speed"], {"speed": lambda told: told["reference_loops"].popitem()}, "not those of each"),
        (["check", "FILE", "--speed"], {"speed": endless}, "costs more than nothing"),
        (["record", "FILE", "--exact", "--folder", "FILE"], {}, "cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_bad_input_is_one_message_and_exit_code_2(words, damage, said, place, tmp_path, capfd):
    for part, text in damage.items():
        if callable(text):
            copy_with(place, tmp_path, part, text)
            words = [*words, "--folder", str(tmp_path)]
            continue
        if not text.startswith("{"):  # a key that is taken away
            whole = json.loads((place / f"baselines/tiny/{part}.json").read_text("utf-8"))
            del whole[text]
            text = json.dumps(whole)
        (tmp_path / f"{part}.json").write_text(text, encoding="utf-8")
        words = [*words, "--folder", str(tmp_path)]
    places = {"FILE": str(place / "tiny.yaml"), "NOWHERE": str(tmp_path / "nowhere")}
    shared = ["--jobs", "1", "--reports", str(place / "reports")]
    assert main(["baseline", *[places.get(word, word) for word in words], *shared]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error
    assert "Traceback" not in error
