"""A policy is begun by one command and checked by another, and a run says what its rules took to answer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.commands import ROOT, environment, only_run, strict_json, write_scenario

from twin.cli import main
from twin.domains import DESCRIPTIONS
from twin.experiment.store import Results
from twin.policies.conformance import check_rule
from twin.policies.registry import rule_names
from twin.policies.template import write_policy
from twin.scenario.brains import shipped_brain

DECISIONS = [decision for description in DESCRIPTIONS.values() for decision in description.decisions]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_a_policy_that_is_begun_conforms_whatever_it_answers(decision, tmp_path):
    practised = str(shipped_brain("traditional").decisions[decision.name])
    path, _ = write_policy("mine", decision, practised, tmp_path)
    found = check_rule("mine.py:mine", decision, folder=tmp_path, views=20, slowest_s=5.0)
    assert found.views == 20
    assert 0 < found.median_s <= found.longest_s
    text = path.read_text("utf-8")
    assert all(f"view.{name}" in text for name in ("time_s",))
    assert all(answer.__name__ in text for answer in decision.answers)


def test_the_files_that_are_written_are_clean_and_their_test_passes(tmp_path, capfd):
    for name, decision in (("mine", "dispatch"), ("Theirs", "plant_inspection"), ("ours", "inspection")):
        assert main(["policy", "new", name, "--decision", decision, "--folder", str(tmp_path)]) == 0
    out, error = capfd.readouterr()
    assert out.splitlines()[:2] == [str(tmp_path / "mine.py"), str(tmp_path / "test_mine.py")]
    assert "decisions: {dispatch: mine.py:mine}" in error
    for command in (
        ["ruff", "check", "--isolated", "--select", "D,E,F,I,UP", "--ignore", "D104,D203,D213,D107,D407,D413,E501"],
        ["pytest", "-q", "-p", "no:cacheprovider"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command, "."],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_check_says_what_an_answer_takes(capfd):
    rule = str(ROOT / "scenarios/policies/first_there.py:first_there")
    assert main(["policy", "check", rule, "--decision", "dispatch", "--views", "30", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["views"] == 30
    assert 0 < told["median_s"] <= told["longest_s"] < 5
    assert (
        main(["policy", "check", "dmexclp", "--decision", "standby", "--views", "30", "--with", "busy_fraction=0.4"])
        == 0
    )
    assert "answers standby legally and repeatably on 30 views" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("rule", "decision"),
    [(str(ROOT / "scenarios/policies/first_there.py:first_there"), "dispatch"), ("dmexclp", "standby")],
    ids=["by its view", "by its name"],
)
def test_a_check_finds_out_which_decision_a_rule_answers(rule, decision, capfd):
    assert main(["policy", "check", rule, "--views", "10", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["decision"] == decision


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "mine", "--decision", "dispach"], "did you mean dispatch?"),
        (["new", "first there", "--decision", "dispatch"], "is no name of a policy"),
        (["new", "class", "--decision", "dispatch"], "is no name of a policy"),
        (["new", "there", "--decision", "dispatch", "--folder", "FOLDER"], "is there already"),
        (["new", "mine", "--decision", "dispatch", "--folder", "FOLDER/there.py"], "cannot be written"),
        (["check", "FOLDER/there.py:nobody", "--decision", "dispatch"], "has no function nobody"),
        (["check", "FOLDER/nowhere.py:mine", "--decision", "dispatch"], "there is no policy file"),
        (["check", "FOLDER/there.py:there", "--decision", "hospital"], "raised AttributeError"),
        (["check", "FOLDER/there.py:there", "--decision", "dispatch", "--with", "kept"], "write it as kept=3"),
        (["check", "FOLDER/there.py:there", "--decision", "dispatch", "--with", "kept=3"], "has no parameter kept"),
        (["check", "nearest", "--decision", "dispatch"], "no rule nearest answers dispatch"),
        (["check", "FOLDER/there.py:there"], "say with --decision which decision"),
        (["check", "my_own"], "say with --decision which decision"),
        (["check", "FOLDER/there.py", "--decision", "dispatch"], 'name the function too, as in FOLDER/there.py:name'),
        (["check", "FOLDER/there.py:there", "--decision", "dispatch", "--slowest-s", "1e-9"], "which is more than"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_bad_input_is_one_message_and_exit_code_2(words, said, tmp_path, capfd):
    rule = (
        "def there(view):\n    from twin.domains.emergency.decisions import Send, Wait\n    free = view.free_vehicles\n"
    )
    (tmp_path / "there.py").write_text(rule + "    return Send(int(free.id[0])) if len(free) else Wait()\n", "utf-8")
    assert main(["policy", *[word.replace("FOLDER", str(tmp_path)) for word in words]]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said.replace("FOLDER", str(tmp_path)) in error
    assert "Traceback" not in error


def test_a_run_and_its_report_say_what_each_rule_took(tmp_path, small_map_folder, capfd):
    scenario = write_scenario(tmp_path, small_map_folder, "domains: [emergency]\n")
    assert main([str(scenario), "--jobs", "1", "--reports", str(tmp_path / "reports")]) == 0
    results = Results(only_run(tmp_path / "reports"))
    times = results.answer_times("city_brain")["dispatch"]
    asked = len(results.events("emergency.decisions.dispatch", brain="city_brain"))
    assert times.count == asked > 0
    assert 0 < times.longest_s <= times.total_s
    page = (results.folder / "report.html").read_text("utf-8")
    assert "What rules took to answer" in page
    assert "A rule that has not answered after 10 s ends the run." in page


def test_policies_lists_every_decision_from_the_code_itself(capsys):
    assert main(["policies", "--json"]) == 0
    told = {row["decision"]: row for row in strict_json(capsys.readouterr().out)}
    decisions = {one.name: one for description in DESCRIPTIONS.values() for one in description.decisions}
    assert told.keys() == decisions.keys()
    for name, decision in decisions.items():
        row = told[name]
        assert row["question"] == decision.text
        assert [answer["name"] for answer in row["answers"]] == [answer.__name__ for answer in decision.answers]
        assert [rule["name"] for rule in row["rules"]] == list(rule_names(decision))
        assert all(rule["text"] for rule in row["rules"])
        for field in row["view"]["fields"]:
            assert field["type"], field
            assert field["text"], f"{field['name']} is not explained"
            assert field["unit"] == (
                "s" if field["name"].endswith("_s") else "m" if field["name"].endswith("_m") else ""
            )


def test_policies_can_be_read_by_people(capsys):
    assert main(["policies", "dispatch"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("dispatch  (emergency)  Which vehicle goes to this call?")
    assert "free_vehicles.drive_time_s: array of float32 [s]  Drive time" in text
    assert "Send(vehicle: int)  Send this vehicle: a free one" in text
    assert "nearest_by_drive_time  Send the free vehicle that drives there fastest" in text
    assert "hospital  (" not in text
