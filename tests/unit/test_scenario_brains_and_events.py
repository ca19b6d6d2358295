"""What brains and events come to: everything resolved, times and places as a planner means them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from support.files import BASE, DATA, Write, scenario_writer

from twin.core.decisions import ConnectionSetting, RuleSetting
from twin.scenario.brains import shipped_brain
from twin.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario that extends the base one; returns its path."""
    return scenario_writer(tmp_path)


# -- brains -----------------------------------------------------------------------------------------------------------


def test_brain_keeps_what_it_does_not_change(write: Write) -> None:
    scenario = load_scenario(
        write(
            "brains:\n"
            "- {name: first, extends: second, connections: {live_traffic: {share: 0.5}}}\n"
            "- {name: second, extends: city_brain, connections: {live_traffic: {on: false}, vitals_stream: false}}\n"
        )
    )
    first = scenario.brain("first")
    assert first.connections["live_traffic"] == ConnectionSetting(False, 0.5)
    assert first.connections["vitals_stream"] == ConnectionSetting(False, 1.0)
    assert first.connections["one_tap_location"] == ConnectionSetting(True, 1.0)
    assert {name: setting.rule for name, setting in first.decisions.items()} == shipped_brain("city_brain").decisions


def test_every_brain_has_every_connection_and_decision() -> None:
    for path in SHIPPED:
        for brain in load_scenario(path).brains:
            assert set(brain.connections) == set(shipped_brain("traditional").connections)
            assert set(brain.decisions) == set(shipped_brain("traditional").decisions)


def test_policy_file_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "rules.py").write_text("def first(view):\n    return None\n")
    inner = tmp_path / "inner" / "first.yaml"
    inner.write_text(
        f"extends: {BASE}\nmap: {DATA / 'maps' / 'small'}\n"
        "brains: [{name: mine, extends: city_brain, decisions: {dispatch: 'rules.py:first'}}]\n"
    )
    outer = tmp_path / "second.yaml"
    outer.write_text("extends: inner/first.yaml\n")
    assert load_scenario(inner).brains[0].decisions["dispatch"] == RuleSetting("rules.py:first", {})
    assert load_scenario(outer).brains[0].decisions["dispatch"].rule == "inner/rules.py:first"


def test_rule_parameters_are_kept_frozen(write: Write) -> None:
    path = write(
        "brains: [{name: mine, extends: city_brain, decisions: {dispatch: "
        f"{{rule: '{DATA}/policies/rules.py:first', patience_s: 3}}}}}}]\n"
    )
    setting = load_scenario(path).brains[0].decisions["dispatch"]
    assert dict(setting.parameters) == {"patience_s": 3}
    with pytest.raises(TypeError):
        setting.parameters["patience_s"] = 4  # type: ignore[index]


# -- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "at", "until", "begins_h", "ends_h"),
    [
        ("2021-03-15 00:00", "08:00", "09:00", 8, 9),
        ("2021-03-15 00:00", "8:00", None, 8, math.inf),
        ("2021-03-15 00:00", "08:00", "24:00", 8, 24),
        ("2021-03-15 00:00", "22:00", "02:00", 22, 26),
        ("2021-03-15 18:00", "20:00", "06:00", 2, 12),
        ("2021-03-15 18:00", "06:00", None, 12, math.inf),
        ("2021-03-15 18:00", "18:00", None, 0, math.inf),
        ("2021-03-15 00:00", "day 2 08:00", "day 2 09:00", 32, 33),
        ("2021-03-15 18:00", "day 2 08:00", "09:00", 14, 15),
        ("2021-03-15 00:00", "2021-03-16 08:00", "2021-03-16 09:30", 32, 33.5),
    ],
)
def test_event_times_are_what_a_planner_means(
    start: str, at: str, until: str | None, begins_h: float, ends_h: float, write: Write
) -> None:
    ending = f"until: '{until}', " if until else ""
    path = write(f"start: {start}\nduration_h: 48\nevents: [{{at: '{at}', {ending}connection_fails: live_traffic}}]\n")
    (event,) = load_scenario(path).events
    assert (event.begins_s, event.ends_s) == (begins_h * 3600, ends_h * 3600)


def test_places_are_named_by_id_or_name(write: Write) -> None:
    for name in ("north", "北医院", "North Hospital"):
        (event,) = load_scenario(write(f"events: [{{at: '08:00', hospital_closes: {name}}}]\n")).events
        assert (event.kind, event.value) == ("hospital_closes", "north")


def test_event_with_a_number_is_a_float(write: Write) -> None:
    (event,) = load_scenario(write("events: [{at: '08:00', traffic_slows: 2}]\n")).events
    assert event.value == 2.0
    assert isinstance(event.value, float)


def test_kpi_of_a_district_is_known_from_the_map(write: Write) -> None:
    scenario = load_scenario(write("expect: {emergency.response_min.jinshui.mean: {max: 20}}\n"))
    assert scenario.expect[0].kpi == "emergency.response_min.jinshui.mean"
