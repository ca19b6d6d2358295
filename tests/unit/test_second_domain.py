"""A second domain joins the twin without a change to anybody else's folder: an elevator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import small_city
from support.commands import only_run, write_scenario
from support.elevators import DESCRIPTION, ElevatorParameters, Elevators
from support.runs import run_emergency

from twin.cli import main
from twin.core.channels import Channels
from twin.domains import DESCRIPTIONS
from twin.domains.emergency.parameters import EmergencyParameters
from twin.experiment.store import Results

CITY = small_city()
QUIET = EmergencyParameters(calls_per_day=0.0, dispatches_per_day=0.0, patients_per_day=0.0)
DURATIONS = [
    ("ring_s", "answer_s"), ("answer_s", "locate_s"), ("locate_s", "triage_s"), ("at_scene_s", "at_patient_s"),
    ("at_patient_s", "leave_s"), ("bay_s", "treatment_s"),
]  # fmt: skip


def elevators(**parameters: float) -> Elevators:
    return Elevators(ElevatorParameters(**parameters), CITY)


def test_the_trapped_become_emergency_calls_and_end_treated():
    domain = elevators(entrapments_per_hour=5.0)
    twin, frames = run_emergency(CITY, QUIET, more_domains=[domain], hours=4)
    trapped, calls = frames["elevators.entrapments"], frames["emergency.calls"]
    assert len(trapped) == len(calls) > 5
    assert (trapped["heard_by"] == 1).all()
    assert set(calls["cause"]) == {"elevators.entrapment"}
    assert set(calls["condition"]) == {"cardiac_arrest"}
    assert set(calls["ending"]) == {"treated"}
    assert sorted(calls["ring_s"]) == pytest.approx(trapped["time_s"].tolist())
    assert twin.table_hashes.keys() >= {"elevators.entrapments", "emergency.calls"}


def test_they_share_call_takers_crews_and_bays_with_everybody_else():
    """A separate service for them would answer the question what elevators do to the city with: nothing."""
    alone, frames = run_emergency(CITY, hours=3)
    together, shared = run_emergency(CITY, hours=3, more_domains=[elevators(entrapments_per_hour=40.0)])
    ordinary = shared["emergency.calls"]["cause"] == "call"
    assert ordinary.sum() == len(frames["emergency.calls"])
    assert shared["emergency.calls"]["call"].is_unique
    response_s = [
        (calls["at_scene_s"] - calls["ring_s"]).mean()
        for calls in (frames["emergency.calls"], shared["emergency.calls"][ordinary])
    ]
    assert response_s[1] > response_s[0]
    assert together.table_hashes["emergency.calls"] == alone.table_hashes["emergency.calls"]


def test_what_is_drawn_for_a_person_does_not_depend_on_when_and_in_which_order_people_fall_ill():
    """Else a policy that prevents one entrapment would change everybody's luck, and no difference would be paired."""

    def live(order: list[str]) -> pd.DataFrame:
        node = {name: 20 + 30 * position for position, name in enumerate("abcd")}
        table = pd.DataFrame(
            {
                "time_s": 1000.0 + 2000.0 * np.arange(len(order)),
                "lon": [CITY.roads.node_lon[node[name]] for name in order],
                "lat": [CITY.roads.node_lat[node[name]] for name in order],
                "person": order,
            }
        )
        _, frames = run_emergency(
            CITY, QUIET, hours=4, connected=False, more_domains=[elevators()], tables={"elevators.entrapments": table}
        )
        calls = frames["emergency.calls"].sort_values("ring_s")
        calls.index = pd.Index(order)
        return pd.DataFrame({end: calls[end] - calls[begin] for begin, end in DURATIONS})

    first = live(["a", "b", "c", "d"])
    assert first.notna().all(axis=None)
    assert (first.nunique() == 4).all(), "each person has durations of his own"
    for order in (["d", "c", "b", "a"], ["c", "a"], ["b"]):
        pd.testing.assert_frame_equal(live(order), first.loc[order], rtol=0, atol=1e-6)


def test_a_message_that_nobody_hears_is_no_error():
    """Domains may be left out of a scenario."""
    channels = Channels()
    assert channels.publish("person_fell_ill", object()) == 0
    heard: list[tuple[str, object]] = []
    channels.listen("person_fell_ill", lambda message: heard.append(("first", message)))
    channels.listen("person_fell_ill", lambda message: heard.append(("second", message)))
    assert channels.publish("person_fell_ill", 1) == 2
    assert heard == [("first", 1), ("second", 1)]


def test_one_line_in_the_list_of_domains_takes_it_through_scenario_run_and_kpis(
    tmp_path: Path, small_map_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The loader, the runner, the store and the comparison know no domain by name."""
    monkeypatch.setitem(DESCRIPTIONS, "elevators", DESCRIPTION)
    more = "domains: [emergency, elevators]\nelevators: {entrapments_per_hour: 6}\n"
    more += "expect: {elevators.entrapments: {min: 1}}\n"
    scenario = write_scenario(tmp_path, small_map_folder, more)
    options = ["--jobs", "1", "--no-report", "--check-kpis", "--reports", str(tmp_path / "reports")]
    assert main([str(scenario), *options]) == 0
    results = Results(only_run(tmp_path / "reports"))
    counts = results.kpis[results.kpis["kpi"] == "elevators.entrapments"]["value"]
    assert len(counts) == 4
    assert (counts > 0).all()
    assert (results.events("emergency.calls")["cause"] == "elevators.entrapment").sum() == counts.sum()
    (row,) = [row for row in results.compare("traditional", "city_brain") if row.name == "elevators.entrapments"]
    assert row.verdict == "same"
    assert main([str(scenario), *options, "elevators.entrapments_per_hour=0", "replications=1"]) == 1
    assert main([str(scenario), "--check", "elevators.entrapments_per_hour=-1"]) == 2
    assert "entrapments_per_hour" in capfd.readouterr().err
