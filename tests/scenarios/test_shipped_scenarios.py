"""Every shipped scenario asks a question, and runs, scaled down to the hours in which something happens."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from twin.core.clock import HOUR_S
from twin.experiment.run import RunOptions, run
from twin.experiment.store import Results
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
SLOWEST = {
    "air_learned_warning", "air_odd_even", "air_stagnation_week", "air_wrong_forecast", "flood_2021_traffic",
    "parking_app_share", "parking_at_hospitals", "parking_connected", "parking_feed_fails", "parking_feed_late",
}  # fmt: skip
"""Of many brains, of many days, or of half a day on all roads: these run among the long tests."""
LEAST_H = 10.0
"""A scaled-down day ends after the morning peak, if nothing happens later."""
BEGINS_H, ENDS_H = 6, 9
"""A scaled-down day of traffic alone begins at the first of these hours, and one with traffic ends at the second, after
the peak, if nothing happens later."""


def scaled_down(path: Path) -> Scenario:
    """Load a scenario with one replication, no longer than until an hour after the last thing that it lets happen."""
    whole = load_scenario(path)
    turns_s = [event.begins_s if math.isinf(event.ends_s) else event.ends_s for event in whole.events]
    least_h = max(2, ENDS_H - whole.start.hour) if "traffic" in whole.domains else LEAST_H
    hours = min(whole.duration_h, max([least_h, *(turn_s / HOUR_S + 1 for turn_s in turns_s)]))
    changes = ["replications=1"]
    if "traffic" in whole.domains:
        changes += [
            "traffic.demand_factor=0.03", "traffic.through_trips_per_day=0",  # who drives across the map takes hours
            "traffic.step_s=30", "traffic.news_every_min=60", "traffic.habits_from_h=[0]",
        ]  # fmt: skip
    if "elevators" in whole.domains:
        changes.append("elevators.history_days=60")
    if "air" in whole.domains:
        changes += ["air.enterprises=200", "air.grid_km=16", "air.forecast_members=3"]
        if not whole.sections["air"].files():  # who learns from days looks back on a fortnight
            changes.append("air.spin_up_days=2")
    if whole.domains == ("traffic",) and whole.start.hour < BEGINS_H:  # nobody drives at night
        hours -= BEGINS_H - whole.start.hour
        changes.append(f"start={whole.start:%Y-%m-%d} {BEGINS_H:02d}:00")
    return load_scenario(path, (*changes, f"duration_h={hours}"))


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.long] if path.stem in SLOWEST else []) for path in SCENARIOS],
    ids=lambda path: path.stem,
)
def test_a_shipped_scenario_runs(path: Path, tmp_path: Path) -> None:
    results = Results(run(scaled_down(path), RunOptions(tmp_path)))
    assert set(results.kpis["brain"]) == set(results.brains)
    if "emergency" in results.scenario.domains:
        calls = results.events("emergency.calls")
        assert len(calls) == calls.groupby(["brain", "replication"])["call"].nunique().sum()
        assert set(calls["ending"]) <= {"treated", "advice", "no_patient"}
    if "traffic" in results.scenario.domains:
        trips = results.events("traffic.trips")
        assert len(trips) == trips.groupby(["brain", "replication"])["trip"].nunique().sum()
        assert "under_way" not in set(trips["ending"])
    if "air" in results.scenario.domains:
        hours = results.events("air.hours")
        assert (hours.groupby(["brain", "replication"])["begins_s"].nunique() >= results.scenario.duration_h).all()
        assert (hours["pm25"] > 0).all()
    if "green_wave" in results.brains:
        assert len(results.events("traffic.signal_holds", "green_wave")) > 0, "signals make way for ambulances"
        assert results.events("traffic.signal_holds", results.brains[0]).empty
    tables = [results.summary(brain, 0)["tables"] for brain in results.brains]
    assert all(other == tables[0] for other in tables)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_asks_a_question_and_helps_editors(path: Path) -> None:
    scenario = load_scenario(path)
    assert path.read_text("utf-8").splitlines()[0] == "# yaml-language-server: $schema=schema.json"
    assert scenario.title.endswith("?")
    assert scenario.title_zh is not None
    assert scenario.title_zh.endswith("？")


def test_the_readme_names_every_shipped_scenario() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [path.name for path in SCENARIOS if f"scenarios/{path.name}" not in readme] == []


def test_the_flood_with_and_without_sharing_differs_in_nothing_else() -> None:
    shared, own = (load_scenario(ROOT / "scenarios" / f"flood_2021{end}.yaml") for end in ("", "_not_shared"))
    one, other = shared.determining(), own.determining()
    assert one["sections"]["emergency"].pop("share_vehicles") is True
    assert other["sections"]["emergency"].pop("share_vehicles") is False
    assert one == other
