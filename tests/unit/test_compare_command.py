"""``twin compare``: what it lives, what it never lives again, what it says, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from support.commands import ROOT, write_scenario
from support.made_up_days import CATALOGUE

from twin.cli import main
from twin.experiment.studies.brains import choose_brains
from twin.scenario.load import load_scenario

RESPONSE = "emergency.response_min.mean"
RULE = """\
from twin.domains.emergency.decisions import DispatchView, Send, Wait


def last_there(view: DispatchView) -> Send | Wait:
    free = view.free_vehicles
    return Send(int(free.id[free.drive_time_s.argmax()])) if len(free) else Wait()


def unsaid(view):
    return Wait()


def illegal(view: DispatchView) -> Send | Wait:
    return Send(-1) if len(view.free_vehicles) else Wait()
"""
BRAIN = """\
extends: city_brain
connections: {live_traffic: false}
decisions: {dispatch: mine.py:last_there}
"""


def go(*words: str | Path) -> int:
    return main(["compare", *map(str, words), "--jobs", "1"])


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    (folder / "mine.py").write_text(RULE, encoding="utf-8")
    (folder / "slow_brain.yaml").write_text(BRAIN, encoding="utf-8")
    return write_scenario(folder, small_map_folder)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, scenario: Path) -> Path:
    """The reports folder of a comparison of three days."""
    reports = tmp_path_factory.mktemp("reports")
    assert go(scenario, "--reps", 3, "--reports", reports) == 0
    return reports


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--reps", "10"], "2 brains x 10 days, of which 14 are to be lived: some "),
        (
            ["--reps", "auto", "--kpi", RESPONSE, "--cap", "40"],
            "2 brains x at most 40 days, of which 74 are to be lived",
        ),
    ],
    ids=["days", "auto"],
)
def test_an_estimate_counts_what_is_not_lived_yet(
    words: list[str], said: str, scenario: Path, compared: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = set(compared.rglob("*"))
    assert go(scenario, *words, "--estimate", "--reports", compared) == 0
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error
    assert set(compared.rglob("*")) == before, "the first day of both was lived already"


def cells(reports: Path) -> dict[str, bytes]:
    return {path.relative_to(reports).as_posix(): path.read_bytes() for path in reports.glob("cells/*/[0-9]*.json")}


def only_answer(reports: Path) -> Path:
    (folder,) = reports.glob("tiny/comparison-*")
    return folder


# -- what it lives -----------------------------------------------------------------------------------------------------


def test_a_finished_comparison_is_extended_by_the_new_days_alone(compared, scenario, tmp_path):
    shutil.copytree(compared, tmp_path / "reports")
    before = cells(tmp_path / "reports")
    assert len(before) == 6
    assert go(scenario, "--reps", 5, "--reports", tmp_path / "reports", "--no-report") == 0
    after = cells(tmp_path / "reports")
    assert len(after) == 10
    assert {name: after[name] for name in before} == before, "with the seconds that they took: nobody lived them again"
    stored = json.loads((only_answer(tmp_path / "reports") / "comparison.json").read_text("utf-8"))
    assert stored["days"] == {"traditional": 5, "city_brain": 5}


def test_asking_again_gives_the_same_answer_to_the_last_byte(compared, scenario, capfd):
    before = (only_answer(compared) / "comparison.json").read_bytes()
    capfd.readouterr()
    assert go(scenario, "--reps", 3, "--reports", compared) == 0
    assert (only_answer(compared) / "comparison.json").read_bytes() == before
    assert RESPONSE in capfd.readouterr().out


def test_another_brain_lives_only_its_own_days(compared, scenario, tmp_path):
    shutil.copytree(compared, tmp_path / "reports")
    before = cells(tmp_path / "reports")
    rule = f"{scenario.parent / 'mine.py'}:last_there"
    assert go(scenario, "--brains", f"city_brain,{rule}", "--reps", 3, "--reports", tmp_path / "reports") == 0
    assert len(cells(tmp_path / "reports")) == len(before) + 3


def test_auto_ends_at_the_cap(scenario, tmp_path, capfd):
    words = ("--reps", "auto", "--kpi", RESPONSE, "--half-width", "0.0001", "--cap", 4, "--no-report")
    assert go(scenario, *words, "--reports", tmp_path) == 0
    assert len(cells(tmp_path)) == 8
    assert "4 days are the most that --cap allows" in capfd.readouterr().out


def test_the_warm_up_is_found_from_a_few_days_and_lived_by_all(scenario, tmp_path, capfd):
    words = (scenario, "--warm-up", "auto", "--reps", 2, "--reports", tmp_path, "--no-report")
    assert go(*words, "--kpi", RESPONSE) == 2
    assert "too few to tell when it has settled; give hours as warm_up_h=2" in capfd.readouterr().err
    assert go(*words, "--kpi", "emergency.answer_s.mean", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert set(told["warm_up"]["by_brain"]) == {"traditional", "city_brain"}
    assert told["warm_up_h"] == told["warm_up"]["hours"] >= max(told["warm_up"]["by_brain"].values())
    with_events = {path.parent.name for path in tmp_path.glob("cells/*/0000") if path.is_dir()}
    assert len(with_events) == 2, "the pilots keep their events"
    assert not with_events & set(told["cells"].values())


def test_brains_that_did_not_meet_the_same_days_are_found_out(compared, scenario, tmp_path, capfd):
    """Such as results of another's store that were copied here."""
    shutil.copytree(compared, tmp_path / "reports")
    words = (scenario, "--reps", 3, "--reports", tmp_path / "reports", "--no-report")
    assert go(*words) == 0
    assert "did not meet the same days" not in capfd.readouterr().out
    path = next((tmp_path / "reports").glob("cells/*/0001.json"))
    result = json.loads(path.read_text("utf-8"))
    result["tables"]["emergency.calls"] = "another"
    path.write_text(json.dumps(result), encoding="utf-8")
    assert go(*words) == 0
    assert "warning: the brains did not meet the same days: emergency.calls differ" in capfd.readouterr().out


def test_illegal_answers_that_were_replaced_are_told(scenario, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(scenario.parent)
    words = ("on_illegal_answer=traditional_rule", "--brains", "traditional,traditional+mine.py:illegal", "--reps", 2)
    assert go(scenario, *words, "--reports", tmp_path, "--no-report") == 0
    told = capfd.readouterr().out
    assert re.search(
        r"warning: \d+ illegal answers of traditional_illegal were replaced by the traditional rule's", told
    )


# -- what it says ------------------------------------------------------------------------------------------------------


def test_json_holds_every_figure_and_strict_readers_can_read_it(compared, scenario, capfd):
    capfd.readouterr()
    assert go(scenario, "--reps", 3, "--reports", compared, "--json", "--margin", f"{RESPONSE}=0.5") == 0
    told = json.loads(capfd.readouterr().out, parse_constant=pytest.fail)
    row = next(row for row in told["kpis"] if row["kpi"] == RESPONSE)
    given = {"size": 0.5, "origin": "given", "source": "on the command line", "share": None}
    assert row["margin"] == given
    assert row["ends"]["low"] <= row["difference"] <= row["ends"]["high"]
    assert row["difference"] == pytest.approx(row["other"] - row["baseline"])


def test_margins_of_the_scenario_count_and_nothing_is_lived_again_for_them(compared, scenario, capfd):
    before = cells(compared)
    told = {}
    for words in ((), (f"margins.{RESPONSE}=50%",), (f"margins.{RESPONSE}=50%", "--margin", f"{RESPONSE}=0.01")):
        capfd.readouterr()
        assert go(scenario, *words, "--reps", 3, "--reports", compared, "--json", "--no-report") == 0
        answer = json.loads(capfd.readouterr().out)
        row = next(row for row in answer["kpis"] if row["kpi"] == RESPONSE)
        told[words] = (row["margin"]["source"], row["margin"]["size"] / row["baseline"], answer["id"])
    (stated, _, own), (in_scenario, half, same), (on_line, _, as_well) = told.values()
    assert stated == CATALOGUE[RESPONSE].margin.source
    assert (in_scenario, on_line) == ("in the scenario", "on the command line")
    assert half == pytest.approx(0.5)
    assert own == same == as_well, "what matters does not change what is lived"
    assert cells(compared) == before


def test_the_terminal_and_the_page_speak_chinese(compared, scenario, capfd):
    capfd.readouterr()
    assert go(scenario, "--reps", 3, "--reports", compared, "--lang", "zh") == 0
    assert "判断" in capfd.readouterr().out
    page = (only_answer(compared) / "report.html").read_text("utf-8")
    assert 'lang="zh-CN"' in page
    assert "面对相同的日子" in page


# -- which brains ------------------------------------------------------------------------------------------------------


def test_brains_are_names_rules_and_files(scenario, monkeypatch):
    monkeypatch.chdir(scenario.parent)
    words = ["traditional", "mine.py:last_there", "traditional+mine.py:last_there", "slow_brain.yaml",
             "city_brain+standby=dmexclp"]  # fmt: skip
    chosen = choose_brains(load_scenario(scenario), words)
    assert chosen.names == ("traditional", "last_there", "traditional_last_there", "slow_brain", "dmexclp")
    rules = {brain.name: brain.decisions["dispatch"].rule for brain in chosen.scenario.brains}
    assert rules["last_there"] == rules["traditional_last_there"] == rules["slow_brain"] == "mine.py:last_there"
    brain = chosen.scenario.brain
    assert brain("last_there").connections == chosen.scenario.with_().brain("city_brain").connections
    assert brain("traditional_last_there").connections == brain("traditional").connections
    assert not brain("slow_brain").connections["live_traffic"].on
    assert brain("dmexclp").decisions["standby"].rule == "dmexclp"


def test_a_brain_of_the_scenario_keeps_its_rules_file(scenario, tmp_path, small_map_folder, monkeypatch):
    """The scenario lies elsewhere than where one stands, and its rule beside it."""
    monkeypatch.chdir(tmp_path)
    more = "brains: [city_brain, {name: own, extends: city_brain, decisions: {dispatch: 'mine.py:last_there'}}]\n"
    path = write_scenario(scenario.parent, small_map_folder, more, name="with_own.yaml")
    chosen = choose_brains(load_scenario(path), ["own", "traditional", "own+standby=dmexclp"])
    assert chosen.names == ("own", "traditional", "own_dmexclp")
    assert chosen.scenario.brain("own_dmexclp").decisions["dispatch"].rule == "mine.py:last_there"


# -- what it refuses ---------------------------------------------------------------------------------------------------

REFUSED = [
    (["--brains", "traditional,citybrain"], '--brains: there is no brain "citybrain".*did you mean "city_brain"'),
    (["--brains", "city_brain"], "--brains: a comparison needs two brains or more; given: city_brain"),
    (["--brains", "city_brain,,traditional"], "is not a list of brains with commas between"),
    (["--brains", "city_brain,city_brain"], '--brains: "city_brain" stands there twice'),
    (["--brains", "city_brain,city_brain+dispatch=nearest_by_drive_time"], "are the same: every connection"),
    (["--brains", "city_brain,nowhere.py:rule"], 'there is no file "nowhere.py" in this folder or beside the scenario'),
    (["--brains", "city_brain,mine.py:unsaid"], 'annotate its view .* or write "dispatch=mine.py:unsaid"'),
    (["--brains", "city_brain,mine.py:absent"], "does not say which decision it answers"),
    (["--brains", "city_brain,dispatch=nearest_by_drive"], 'no rule "nearest_by_drive" answers dispatch; did you mean'),
    (["--brains", "city_brain,dispach=mine.py:last_there"], 'unknown decision; did you mean "dispatch"'),
    (["--brains", "city_brain,tiny.yaml"], "tiny.yaml: is not a brain: a mapping with name, extends"),
    (["--brains", "city_brain,absent.yaml"], 'there is no file "absent.yaml"'),
    (["--reps", "1"], "--reps: a comparison needs two days or more, not 1"),
    (["--reps", "many"], '--reps: "many" is neither a number of days nor auto'),
    (["--reps", "auto"], "--reps: auto needs to know which KPI matters; name it with --kpi"),
    (["--reps", "4", "--half-width", "1", "--kpi", RESPONSE], "which --reps 4 has said; give --reps auto"),
    (["--kpi", "emergency.respons_min.mean"], f'--kpi: there is no KPI .*; did you mean "{RESPONSE}"'),
    (["--margin", "emergency.response=1"], '--margin: there is no KPI "emergency.response"'),
    (["--margin", f"{RESPONSE}=-3%"], '--margin: "-3%" is not a size above 0'),
    (["--margin", f"{RESPONSE}=wide"], '--margin: "wide" is not a size above 0'),
    (["--margin", "0.5"], "a margin for all KPIs is a share, as in 3%; or name the KPI: KPI=0.5"),
    (["--reps", "auto", "--pick-within", "3%"], "--pick-within: needs to know in which KPI"),
    (["--reps", "auto", "--kpi", RESPONSE, "--pick-within", "1", "--half-width", "1"], "both say when to stop"),
    (["--reps", "auto", "--kpi", RESPONSE, "--pick-within", "1", "--cap", "4"], "looks at 10 days to begin with"),
    (["--warm-up", "auto"], "--warm-up: needs to know which KPI is to have settled"),
    (["--warm-up", "auto", "--kpi", "emergency.calls"], "is no measure of single cases"),
    (["--kpi", "emergency.arrest_survival.mean", "--reps", "2", "--reports", "{reports}"], "on [01] of 2 days"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(words)[:60] for words, _ in REFUSED])
def test_what_cannot_be_compared_is_refused_with_a_remedy(words, said, scenario, compared, capfd, monkeypatch):
    monkeypatch.chdir(scenario.parent)
    before = len(cells(compared))
    capfd.readouterr()
    assert go(scenario, *(word.format(reports=compared) for word in words), "--no-report") == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert re.search(said, told.err), told.err
    assert len(cells(compared)) == before
    assert not (scenario.parent / "reports").exists(), "nothing is lived before all is well"


def test_the_example_of_the_help_is_one(capfd):
    assert main(["compare", "--help"]) == 0
    assert "twin compare scenarios/emergency_days.yaml" in capfd.readouterr().out
    assert (ROOT / "scenarios" / "emergency_days.yaml").is_file()
