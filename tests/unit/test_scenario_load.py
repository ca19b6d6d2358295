"""What a valid scenario file comes to: defaults, merging, overrides, brains, events, immutability, speed."""

from __future__ import annotations

import dataclasses
import json
import pickle
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.files import BASE, DATA, Write, scenario_writer

from twin.domains import DESCRIPTIONS
from twin.scenario.brains import shipped_brain, shipped_names
from twin.scenario.expectations import Expectation
from twin.scenario.load import Scenario, load_scenario, scenario_from_resolved, traditional_rules
from twin.scenario.problems import InvalidScenarioError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario that extends the base one; returns its path."""
    return scenario_writer(tmp_path)


def problem(path: Path, *overrides: str) -> str:
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(path, overrides)
    return str(caught.value)


# -- what is shipped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenario_is_valid(path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.name == path.stem
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")


def test_city_day_is_the_main_job() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "city_day.yaml")
    assert scenario.start == datetime(2021, 3, 15)
    assert scenario.start.weekday() == 0
    assert scenario.start.tzinfo is None
    assert (scenario.duration_h, scenario.seed, scenario.replications) == (24.0, 2021, 1)
    assert [brain.name for brain in scenario.brains] == ["traditional", "city_brain"]
    assert scenario.domains == ("emergency", "traffic", "elevators", "air")
    assert scenario.map_folder.name == "zhengzhou"
    assert scenario.events == ()


def test_scenarios_about_the_emergency_service_alone_do_not_live_two_million_trips() -> None:
    """A day of them would take a minute instead of a second."""
    alone = {
        path.stem for path in (ROOT / "scenarios").glob("*.yaml") if "emergency_days.yaml" in path.read_text("utf-8")
    }
    assert len(alone) > 10
    for name in sorted(alone):
        scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
        assert scenario.domains == (
            ("emergency", "traffic", "elevators", "air") if name == "city_day" else ("emergency",)
        ), name


@pytest.mark.parametrize("name", ["traditional", "city_brain"])
def test_shipped_brain_is_complete(name: str) -> None:
    brain = shipped_brain(name)
    assert set(brain.title) == {"en", "zh"}
    assert set(brain.connections) == {one.name for d in DESCRIPTIONS.values() for one in d.connections}
    assert set(brain.decisions) == {one.name for d in DESCRIPTIONS.values() for one in d.decisions}
    on = {given if isinstance(given, bool) else given["on"] for given in brain.connections.values()}
    assert on == {name == "city_brain"}


def test_traditional_comes_first() -> None:
    assert shipped_names()[0] == "traditional"
    assert {name: setting.rule for name, setting in traditional_rules().items()} == shipped_brain(
        "traditional"
    ).decisions


# -- defaults and strictness ------------------------------------------------------------------------------------------


def test_defaults_are_filled_in() -> None:
    scenario = load_scenario(BASE)
    assert scenario.warm_up_h == 2.0
    assert scenario.domains == ("emergency",)
    assert [brain.name for brain in scenario.brains] == ["traditional", "city_brain"]
    assert scenario.on_illegal_answer == "stop"
    assert scenario.decision_time_limit_s == 10.0
    assert scenario.record_views is True
    assert set(scenario.sections) == {"emergency", "roads"}


def test_whole_number_will_do_for_a_number_but_no_text_and_no_truth_value() -> None:
    assert load_scenario(BASE, ["duration_h=3"]).duration_h == 3.0
    for value in ('"3"', "true", "[3]", "3 h", "3,5", "0x10", "1_000"):
        assert "duration_h" in problem(BASE, f"duration_h={value}")
    for value in ("1.5", "2.0", "true", '"1"', "1e3"):
        assert "seed" in problem(BASE, f"seed={value}")


def test_words_of_older_yaml_stay_words(write: Write) -> None:
    scenario = load_scenario(write("title: yes\n"))
    assert scenario.title == "yes"
    assert load_scenario(write('title: "12"\n')).title == "12"


@pytest.mark.parametrize("text", ["2021-03-15 06:30", "2021-03-15T06:30", "2021-03-15 06:30:00", "'2021-03-15 6:30'"])
def test_start_is_read_as_local_time(text: str) -> None:
    assert load_scenario(BASE, [f"start={text}"]).start == datetime(2021, 3, 15, 6, 30)


def test_partial_section_keeps_the_other_values(write: Write) -> None:
    scenario = load_scenario(
        write("emergency:\n  seats: 9\n  hospital_steps_min: {stemi: {consent: {median: 20, p90: 40}}}\n")
    )
    before: Any = load_scenario(BASE).sections["emergency"]
    after: Any = scenario.sections["emergency"]
    assert after.seats == 9
    assert after.hospital_steps_min.stemi.consent.median == 20.0
    assert after.hospital_steps_min.stemi.transfer == before.hospital_steps_min.stemi.transfer
    assert after.hospital_steps_min.stroke == before.hospital_steps_min.stroke
    assert {"seats", "hospital_steps_min"} <= {row.name for row in after.labelled() if row.label == "scenario"}


def test_half_of_a_duration_keeps_the_other_half(write: Write) -> None:
    after: Any = load_scenario(write("emergency: {pick_up_s: {median: 1.0}}\n")).sections["emergency"]
    before: Any = load_scenario(BASE).sections["emergency"]
    assert (after.pick_up_s.median, after.pick_up_s.p90) == (1.0, before.pick_up_s.p90)


# -- extends ----------------------------------------------------------------------------------------------------------


def test_extending_merges_mappings_and_replaces_lists(write: Write, tmp_path: Path) -> None:
    first = write("emergency: {seats: 9, wrong_place_share: 0.1}\nbrains: [traditional, city_brain]\n", "first.yaml")
    second = write("emergency: {seats: 10}\nbrains: [city_brain]\n", "second.yaml", first)
    scenario = load_scenario(second)
    emergency: Any = scenario.sections["emergency"]
    assert (emergency.seats, emergency.wrong_place_share) == (10, 0.1)
    assert [brain.name for brain in scenario.brains] == ["city_brain"]
    assert [Path(name).name for name, _ in (scenario.source.texts if scenario.source else ())] == [
        "second.yaml", "first.yaml", "base.yaml",
    ]  # fmt: skip
    assert "seats: 9" in scenario.text
    assert "seats: 10" in scenario.text


def test_wrong_value_is_reported_where_it_stands(write: Write, tmp_path: Path) -> None:
    first = write("emergency:\n  seats: 0\n", "first.yaml")
    second = write("title: 5\n", "second.yaml", first)
    assert problem(second).splitlines() == [
        f"{second}:3:8: title: must be text, not 5",
        f"{first}:4:10: emergency.seats: must be between 1 and 1000, not 0",
    ]


def test_circle_of_files_is_found(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {other}.yaml\n")
    assert "the files extend one another in a circle" in problem(tmp_path / "a.yaml")


def test_inherited_bound_can_be_taken_away(write: Write) -> None:
    first = write("expect: {emergency.answer_s.p95: {max: 3}, emergency.calls: {min: 1}}\n", "first.yaml")
    second = write("expect: {emergency.calls: null}\n", "second.yaml", first)
    assert [bound.kpi for bound in load_scenario(second).expect] == ["emergency.answer_s.p95"]


# -- overrides --------------------------------------------------------------------------------------------------------


def test_overrides_replace_values_at_any_depth() -> None:
    overrides = ["seed=7", "emergency.hospital_steps_min.stemi.consent.median=20", "title='a: b'"]
    scenario = load_scenario(BASE, overrides)
    emergency: Any = scenario.sections["emergency"]
    assert (scenario.seed, scenario.title) == (7, "a: b")
    assert emergency.hospital_steps_min.stemi.consent.median == 20.0


def test_later_override_counts() -> None:
    assert load_scenario(BASE, ["seed=7", "seed=8"]).seed == 8


@pytest.mark.parametrize(
    "key",
    ["expect.emergency.answer_s.p95.max", 'expect."emergency.answer_s.p95".max', "expect.'emergency.answer_s.p95'.max"],
)
def test_name_with_dots_may_be_overridden(key: str, write: Write) -> None:
    bound = Expectation("emergency.answer_s.p95", None, None, 5.0)
    assert load_scenario(BASE, [f"{key}=5"]).expect == (bound,)
    path = write("expect: {emergency.answer_s.p95: {max: 3}, emergency.answer_s.mean: {max: 3}}\n")
    assert bound in load_scenario(path, [f"{key}=5"]).expect


def test_bound_as_a_whole_may_be_overridden() -> None:
    assert load_scenario(BASE, ["expect.emergency.calls={min: 1}"]).expect[0].min == 1.0


def test_list_entries_are_addressed_by_number_or_name(write: Write) -> None:
    path = write("brains:\n- traditional\n- {name: mine, extends: city_brain, connections: {live_traffic: true}}\n")
    for key in ("brains.1", "brains.mine"):
        brain = load_scenario(path, [f"{key}.connections.live_traffic=false"]).brain("mine")
        assert brain.connections["live_traffic"].on is False
    assert [b.name for b in load_scenario(path, ["brains.0=city_brain"]).brains] == ["city_brain", "mine"]
    assert [b.name for b in load_scenario(path, ["brains.2=city_brain"]).brains] == [
        "traditional",
        "mine",
        "city_brain",
    ]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seed", 'command line: "seed" is not of the form key.path=value'),
        ("=3", 'command line: "=3" is not of the form key.path=value'),
        ("a..b=3", 'command line: "a..b=3" is not of the form key.path=value'),
        ("seed=[", "command line: a value is missing here"),
        ("seed=x", 'command line: seed: must be a whole number, not "x"'),
        ("seed=", "command line: seed: must be a whole number, not nothing"),
        ("seed.x=3", "command line: seed.x: seed is 1 and has no keys"),
        ("sede=3", 'command line: sede: unknown key; did you mean "seed"?'),
        ("extends=x.yaml", "command line: extends: can only stand in a file"),
        ("title=!!python/name:os.system x", 'command line: the tag "!!python/name:os.system" has no meaning here'),
    ],
)
def test_wrong_override_is_reported(override: str, message: str) -> None:
    assert problem(BASE, override).startswith(message)


def test_entry_that_a_list_lacks_is_reported() -> None:
    path = ROOT / "scenarios" / "city_day.yaml"
    expected = "command line: brains.7: the list has no such entry; its entries are numbered 0 to 1"
    assert problem(path, "brains.7=city_brain") == expected


# -- maps -------------------------------------------------------------------------------------------------------------


def test_map_is_looked_for_beside_the_scenarios_folder_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("here/maps/town", "elsewhere/maps/town", "elsewhere/maps/other"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "map.yaml").write_text("name: town\n")
    scenario = tmp_path / "here" / "scenarios" / "mine.yaml"
    scenario.parent.mkdir()
    scenario.write_text(f"extends: {BASE}\nmap: town\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_scenario(scenario).map_folder == tmp_path / "here" / "maps" / "town"
    assert load_scenario(scenario, ["map=other"]).map_folder == Path("maps/other")
    assert load_scenario(scenario, ["map=zhengzhou"]).map_folder == ROOT / "maps" / "zhengzhou"


def test_map_path_is_relative_to_the_scenario_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "map.yaml").write_text("name: town\n")
    assert load_scenario(write(""), ["map=./town"]).map_folder == tmp_path / "town"


# -- immutability, copies, stored form --------------------------------------------------------------------------------


def test_nothing_in_a_scenario_can_be_changed() -> None:
    scenario = load_scenario(BASE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.seed = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.sections["emergency"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        scenario.brains[0].connections["live_traffic"] = None  # type: ignore[index]
    with pytest.raises(ValidationError):
        scenario.sections["emergency"].seats = 3  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        scenario.sections._items = {}  # type: ignore[attr-defined]


def test_copy_with_other_values_is_checked_anew() -> None:
    scenario = load_scenario(BASE)
    copy = scenario.with_(seed=7, brains=["city_brain"], start=datetime(2021, 3, 16), **{"emergency.seats": 14})
    emergency: Any = copy.sections["emergency"]
    assert (copy.seed, emergency.seats, len(copy.brains), copy.start.day) == (7, 14, 1, 16)
    assert scenario.seed == 1
    assert len(scenario.brains) == 2
    with pytest.raises(InvalidScenarioError) as caught:
        scenario.with_(seed="x", sed=3, title=object())
    assert sorted(str(caught.value).splitlines()) == [
        'with_: sed: unknown key; did you mean "seed"?',
        'with_: seed: must be a whole number, not "x"',
        "with_: title: cannot be used: object has no form in a scenario file",
    ]


def test_resolved_form_is_plain_complete_and_leads_back(write: Write) -> None:
    path = write(
        "events: [{at: '08:00', until: '09:00', connection_fails: live_traffic}, {at: '08:00', traffic_slows: 2}]\n"
        "expect: {emergency.answer_s.p95: {max: 3, brain: city_brain}}\n"
        "brains: [city_brain, {name: mine, extends: city_brain, decisions: {dispatch: "
        f"{{rule: '{DATA}/policies/rules.py:first', patience_s: 3}}}}}}]\n"
    )
    scenario = load_scenario(path)
    text = json.dumps(scenario.resolved(), allow_nan=False)
    again = scenario_from_resolved(json.loads(text), path)
    assert again == scenario
    assert json.dumps(again.resolved(), allow_nan=False) == text


def test_what_determines_the_result_leaves_out_words_and_bounds() -> None:
    scenario = load_scenario(BASE)
    copy = scenario.with_(title="Other words", description="x", expect={"emergency.calls": {"min": 1}})
    assert copy.determining() == scenario.determining()
    assert copy.resolved() != scenario.resolved()
    assert scenario.with_(seed=9).determining() != scenario.determining()


def test_the_same_scenario_written_otherwise_is_the_same(write: Write) -> None:
    first = load_scenario(write("emergency: {seats: 9}\nduration_h: 24.0\n"))
    second = load_scenario(write(""), ["emergency.seats=9", "duration_h=24"])
    assert first.resolved() == second.resolved()


def test_foreign_resolved_form_is_refused_in_words() -> None:
    from twin.core.errors import ScenarioError

    with pytest.raises(ScenarioError, match="another version"):
        scenario_from_resolved({"map": "zhengzhou"}, "city_day.yaml")


def test_scenario_crosses_processes() -> None:
    scenario = load_scenario(BASE)
    copy: Scenario = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert copy.with_(seed=5).seed == 5


# -- lightness --------------------------------------------------------------------------------------------------------


def test_checking_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys\n"
        "from twin.scenario.load import load_scenario\n"
        f"load_scenario({str(ROOT / 'scenarios' / 'city_day.yaml')!r})\n"
        "heavy = ('osmnx', 'geopandas', 'matplotlib', 'mesa', 'numba', 'pandas', 'scipy', 'simpy', 'pyarrow')\n"
        "sys.exit(', '.join(name for name in heavy if name in sys.modules) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
