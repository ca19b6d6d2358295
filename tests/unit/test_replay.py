"""A recorded day is lived again to the same question, and another rule can be asked it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.commands import only_run, write_scenario

from twin.cli import main
from twin.core.decisions import RuleSetting
from twin.core.errors import ResultsError
from twin.domains.emergency.decisions import Send
from twin.experiment.replay import Moment, ask_another, replay
from twin.experiment.store import Results


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    scenario = write_scenario(folder, small_map_folder, "domains: [emergency]\n")
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(folder / "reports")]) == 0
    return only_run(folder / "reports")


def some_moment(run: Path, **wanted: object) -> Moment:
    return replay(Results(run), "city_brain", 1, **{"until_s": 3600.0, "decision": "dispatch", **wanted})  # type: ignore[arg-type]


def test_every_number_gives_the_question_that_was_recorded(run):
    recorded = Results(run).event_table("emergency.decisions.dispatch", "city_brain", 1)
    for number in (0, 7, len(recorded) - 1):
        moment = some_moment(run, number=number, until_s=100_000.0)
        row = recorded.iloc[number]
        assert (moment.time_s, repr(moment.answer)) == (row["time_s"], row["answer"])
        assert moment.compared == number + 1
        assert moment.view.call == row["seen.call"]
        np.testing.assert_array_equal(moment.view.free_vehicles.drive_time_s, row["seen.free_vehicles.drive_time_s"])


def test_a_moment_gives_the_last_question_before_it(run):
    recorded = Results(run).event_table("emergency.decisions.dispatch", "city_brain", 1)
    until_s = float(recorded["time_s"].iloc[5]) + 1e-6
    assert some_moment(run, until_s=until_s).number == 5
    assert some_moment(run, until_s=until_s, decision=None).time_s <= until_s


def test_another_rule_is_asked_the_same_and_answers_by_its_own_lights(run, tmp_path):
    rule = "def last(view):\n    return Send(int(view.free_vehicles.id[-1]))\n"
    text = "from twin.domains.emergency.decisions import Send\n\n" + rule
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    moment = some_moment(run, number=1)
    assert isinstance(moment.answer, Send)
    assert ask_another(moment, RuleSetting(moment.rule), tmp_path) == moment.answer
    assert ask_another(moment, RuleSetting("mine.py:last"), tmp_path) == Send(int(moment.view.free_vehicles.id[-1]))


def test_the_command_prints_what_was_seen_and_what_was_said(run, capfd):
    words = [str(run), "--until", "08:40", "--decision", "dispatch", "--ask", "nearest_by_straight_line"]
    assert main(["replay", *words]) == 0
    said = capfd.readouterr().out
    for part in (
        "Which vehicle goes to this call?",
        "free_vehicles (",
        "station_district answered Send",
        "nearest_by_straight_line would have answered",
        "answers to this decision were as recorded",
    ):
        assert part in said
    assert main(["replay", *words, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["decision"] == "dispatch"
    assert set(told["others"]) == {"nearest_by_straight_line"}
    assert len(told["view"]["free_vehicles"]["id"]) == len(told["view"]["free_vehicles"]["drive_time_s"])


@pytest.fixture
def changed(run: Path, tmp_path: Path) -> Path:
    """A copy of the run, to be tampered with."""
    return Path(shutil.copytree(run, tmp_path / "tiny" / run.name))


def test_a_run_of_other_code_is_refused_unless_told_to_go_on(changed):
    manifest = json.loads((changed / "manifest.json").read_text("utf-8"))
    manifest["identity"]["code"] = "another"
    (changed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultsError, match="not the same since it was run: code"):
        some_moment(changed, number=0)
    assert some_moment(changed, number=0, anyway=True).number == 0


def test_a_rules_file_that_is_not_found_from_here_is_told_with_the_remedy(changed):
    manifest = json.loads((changed / "manifest.json").read_text("utf-8"))
    for brain in manifest["scenario"]["brains"]:
        brain["decisions"]["dispatch"]["rule"] = "elsewhere.py:mine"
    (changed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"elsewhere\.py is not found from here; replay in the folder in which"):
        some_moment(changed, number=0)


def test_another_day_is_never_taken_for_the_recorded_one(changed):
    path = changed / "events" / "city_brain" / "0001" / "replication.json"
    summary = json.loads(path.read_text("utf-8"))
    summary["tables"]["emergency.calls"] = "0" * 64
    path.write_text(json.dumps(summary), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"what is drawn now is not what was drawn then: emergency\.calls"):
        some_moment(changed, number=0, anyway=True)


def test_an_answer_that_is_not_the_recorded_one_is_an_error(changed):
    path = changed / "events" / "city_brain" / "0001" / "emergency.decisions.dispatch.parquet"
    import pandas as pd

    table = pd.read_parquet(path)
    table.loc[2, "answer"] = "Wait()"
    table.to_parquet(path)
    assert some_moment(changed, number=1).compared == 2
    with pytest.raises(ResultsError, match=r"departs from its record at question 2 of dispatch: Wait\(\) at"):
        some_moment(changed, number=4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["RUN", "--until", "25:00"], "is no time"),
        (["RUN", "--until", "2021-05-01 08:00"], "is not within the run"),
        (["RUN", "--brain", "nobody"], "of nobody; there are"),
        (["RUN", "--replication", "9"], "has no replication 9"),
        (["RUN", "--decision", "dispach"], "did you mean dispatch?"),
        (["RUN", "--decision", "dispatch", "--number", "5000"], "there was no such question"),
        (["RUN", "--decision", "inspection"], "there was no such question"),
        (["RUN", "--decision", "dispatch", "--ask", "nearest"], "no rule nearest answers dispatch"),
        (["RUN", "--decision", "dispatch", "--ask", "nowhere.py:mine"], "there is no policy file"),
        (["RUN", "--decision", "dispatch", "--with", "3"], "write it as kept=3"),
        (["FOLDER"], "is not the folder of a finished run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_message_and_exit_code_2(words, said, run, tmp_path, capfd):
    places = {"RUN": str(run), "FOLDER": str(tmp_path)}
    assert main(["replay", *[places.get(word, word) for word in words]]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error
    assert "Traceback" not in error
