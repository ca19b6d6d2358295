"""Every shipped scenario asks a question, and runs, scaled down to the hours in which something happens."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from twin.core.clock import HOUR_S
from twin.experiment.run import RunOptions, run
from twin.experiment.store import Results
from twin.experiment.workshops import Workshops
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
WORKSHOPS = Workshops()
SLOWEST = {
    "air_learned_warning", "air_odd_even", "air_sensors_down", "air_stagnation_week", "air_wrong_forecast",
    "flood_2021_traffic", "green_wave", "guidance_and_gates", "parking_app_share", "parking_at_hospitals",
    "parking_connected", "parking_feed_fails", "parking_feed_late", "parking_prices", "signal_rules", "tunnel_closed",
}  # fmt: skip
"""Of many brains, of many days, or with much that happens on all roads: these run among the long tests."""
LEAST_H = 10.0
"""A scaled-down day of elevators or air alone begins when it does, and goes on so long if nothing happens later."""
BEGINS_H = 6.5
"""Another in which nothing happens begins as night ends: prices and bans change, roads fill."""
LASTS_H = {"traffic": 1.5, "emergency": 3.5}
"""It goes on for so long at least."""
LEAD_H, TAIL_H = 0.75, 0.5
"""One in which something happens begins so long before it, and ends so long after it."""
GAPS_H = {"traffic": 0.5, "emergency": 3.0, "air": 12.0}
"""What happens next happens after no more hours than that, where hours of a domain take long to live."""


@pytest.fixture(autouse=True)
def one_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the city once for all scenarios of it, as studies do."""
    monkeypatch.setattr("twin.experiment.run.Workshop", lambda scenario, threads: WORKSHOPS.of(scenario))


def in_haste(whole: Scenario, gap_h: float) -> tuple[list[str], list[float]]:
    """Return changes that let the same things happen in the same order, no more than so long after one another.

    Also when something begins or ends then, in hours from the scenario's start.
    """
    turns_s = sorted({turn_s for event in whole.events for turn_s in (event.begins_s, event.ends_s)} - {math.inf})
    sooner_s = dict(zip(turns_s, turns_s[:1], strict=False))
    for before_s, turn_s in pairwise(turns_s):
        sooner_s[turn_s] = sooner_s[before_s] + min(turn_s - before_s, gap_h * HOUR_S)
    changes = []
    for number, event in enumerate(whole.events):
        for key, turn_s in (("at", event.begins_s), ("until", event.ends_s)):
            if turn_s in sooner_s and sooner_s[turn_s] != turn_s:
                at = whole.start + timedelta(seconds=sooner_s[turn_s])
                changes.append(f"events.{number}.{key}={at:%Y-%m-%d %H:%M}")
    return changes, [turn_s / HOUR_S for turn_s in sooner_s.values()]


def scaled_down(path: Path) -> Scenario:
    """Load a scenario with one replication, no longer than what it lets happen takes in haste."""
    whole = load_scenario(path)
    gaps_h = [GAPS_H[domain] for domain in whole.domains if domain in GAPS_H]
    changes, turns_h = in_haste(whole, min(gaps_h, default=math.inf))
    changes.append("replications=1")
    begins_h, ends_h = 0.0, max([LEAST_H, *(turn_h + 1 for turn_h in turns_h)])
    lasts_h = [LASTS_H[domain] for domain in whole.domains if domain in LASTS_H]
    if lasts_h:
        begins_h = max(0.0, turns_h[0] - LEAD_H if turns_h else BEGINS_H - whole.start.hour)
        ends_h = max(begins_h + min(lasts_h), *(turn_h + TAIL_H for turn_h in turns_h), 0)
        changes += [f"start={whole.start + timedelta(hours=begins_h):%Y-%m-%d %H:%M}", "warm_up_h=0"]
    if "traffic" in whole.domains:
        changes += [
            "traffic.demand_factor=0.03",
            "traffic.through_trips_per_day=0", "traffic.lorry_trips_per_day=12000",  # across the map it takes hours
            "traffic.step_s=30", "traffic.news_every_min=60", "traffic.habits_from_h=[0]",
        ]  # fmt: skip
    if "elevators" in whole.domains:
        changes += ["elevators.history_days=60", "elevators.fleet_size=20000"]  # one in five of those of the city
    if "air" in whole.domains:
        changes += ["air.enterprises=200", "air.grid_km=16", "air.forecast_members=3"]
        if not whole.sections["air"].files():  # who learns from days looks back on a fortnight
            changes.append("air.spin_up_days=2")
    return load_scenario(path, (*changes, f"duration_h={min(whole.duration_h, ends_h) - begins_h}"))


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
