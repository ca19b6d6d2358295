"""The command line: what it prints, where, and the exit code that scripts rely on."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support.commands import (
    ROOT,
    RUN_SCENARIO,
    call,
    environment,
    only_run,
    results_of,
    start,
    strict_json,
    write_scenario,
)

from twin.cli import main

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def go(*words: str | Path) -> int:
    """Run the command line in this process, in one process, without a report."""
    return main([*map(str, words), "--jobs", "1", "--no-report"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> tuple[Path, Path]:
    """A scenario file and the folder of its finished run."""
    folder = tmp_path_factory.mktemp("finished")
    scenario = write_scenario(folder, small_map_folder)
    assert go(scenario, "--reports", folder / "reports") == 0
    return scenario, only_run(folder / "reports")


# -- what it says ------------------------------------------------------------------------------------------------------


def test_run_scenario_and_twin_are_the_same_program(finished, tmp_path):
    """The README's command and the installed one must not drift apart."""
    scenario, run = finished
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"twin": "twin.cli:main"}
    done = call(scenario, "--no-report", "--jobs", "1", "--reports", tmp_path, program=RUN_SCENARIO)
    assert done.returncode == 0
    assert done.stderr == ""
    assert results_of(only_run(tmp_path)) == results_of(run)
    assert call("--help", program=RUN_SCENARIO).stdout == call("--help").stdout


def test_help_shows_examples_first_and_the_exit_codes(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert text.index("Examples") < text.index("Options:")
    assert "twin scenarios/city_day.yaml --check" in text
    assert "0 done, 1 a KPI bound was missed or a baseline not kept, 2 bad input" in " ".join(text.split())
    assert main([]) == 0
    assert capsys.readouterr().out == text
    assert main(["run", "--help"]) == 0
    assert "0 done, 1 a KPI bound was missed or" in capsys.readouterr().out


def test_every_command_of_the_help_is_there(capsys):
    main(["--help"])
    commands = re.findall(r"^  (\w+)  +\w", capsys.readouterr().out.partition("Commands:")[2], re.MULTILINE)
    assert set(commands) >= {"run", "report", "kpis", "policies", "map", "schema"}
    for command in commands:
        assert main([command, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: twin {command}")


def test_the_verdict_goes_to_standard_output_and_ends_in_the_folder(finished, capfd, tmp_path):
    scenario, _ = finished
    assert go(scenario, "--reports", tmp_path) == 0
    out, error = capfd.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith("city_brain against traditional: means over 2 days")
    assert any("emergency.response_min.mean" in line for line in lines)
    assert lines[-1] == str(only_run(tmp_path))
    assert error == ""
    assert not COLOUR.search(out)


def test_json_is_all_that_stands_on_standard_output(finished, capfd, tmp_path):
    scenario, _ = finished
    assert go(scenario, "--reports", tmp_path, "--json") == 0
    told = strict_json(capfd.readouterr().out)
    assert told["folder"] == str(only_run(tmp_path))
    assert set(told["kpis"]) == {"traditional", "city_brain"}
    assert told["kpis"]["traditional"]["emergency.calls"] > 0
    assert told["differences"]["city_brain"]["emergency.response_min.mean"]["unit"] == "min"


def test_json_is_json_where_a_bound_has_no_value_and_a_single_day_no_interval(finished, capfd, tmp_path):
    """NaN or Infinity would stop every other reader of JSON."""
    scenario, _ = finished
    bound = "expect.emergency.door_to_treatment_min.obstetric.p90.max=1"
    options = ("replications=1", "emergency.patients_per_day=0", bound, "--json", "--check-kpis")
    assert go(scenario, "--reports", tmp_path, *options) == 1
    out, error = capfd.readouterr()
    missed = strict_json(out)["missed"]
    assert {(row["brain"], row["value"]) for row in missed} == {("traditional", None), ("city_brain", None)}
    assert "emergency.door_to_treatment_min.obstetric.p90" in error


# -- exit codes --------------------------------------------------------------------------------------------------------


def test_a_missed_bound_is_told_and_fails_only_where_asked_to(finished, capfd, tmp_path):
    scenario, _ = finished
    bound = "expect.emergency.response_min.mean.max=0.5"
    assert go(scenario, bound, "--reports", tmp_path) == 0
    assert "bound missed: emergency.response_min.mean of traditional is" in capfd.readouterr().err
    assert go(scenario, bound, "--reports", tmp_path, "--check-kpis", "--resume") == 1
    assert "bound missed: emergency.response_min.mean of city_brain is" in capfd.readouterr().err
    assert go(scenario, "--reports", tmp_path, "--check-kpis", "--resume") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["FILE", "emergency.seat=9"], 'emergency.seat: unknown key; did you mean "seats"?'),
        (["FILE", "sed=9"], 'sed: unknown key; did you mean "seed"?'),
        (["FILE", "seed=never"], "seed"),
        (["FILE", "seed"], "key.path=value"),
        (["FILE", "--reps", "0"], "--reps"),
        (["FILE", "--jobs", "0"], "--jobs"),
        (["FILE", "--quick"], "No such option"),
        (["FILE", "--lang", "fr"], "fr"),
        (["missing.yaml"], "missing.yaml"),
        (["fly"], "'fly' is neither a command"),
        (["--check"], "Missing argument"),
        (["run"], "Missing argument"),
        (["report", "FOLDER"], "is not the folder of a finished run"),
        (["kpis", "FOLDER"], "is not the folder of a finished run"),
        (["policies", "dispach"], "did you mean dispatch?"),
        (["map", "show", "FOLDER"], "map.yaml"),
        (["schema", "FOLDER/none/schema.json"], "none/schema.json: cannot be read or written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_message_on_standard_error_and_exit_code_2(words, said, finished, tmp_path, capfd):
    scenario, _ = finished
    places = {"FILE": str(scenario), "FOLDER": str(tmp_path)}
    assert main([re.sub("FILE|FOLDER", lambda match: places[match[0]], word) for word in words]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error
    assert "Traceback" not in error


def test_the_schema_goes_where_scenarios_are(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["schema"]) == 0
    (tmp_path / "scenarios").mkdir()
    assert main(["schema"]) == 0
    written = [Path(line) for line in capfd.readouterr().out.split()]
    assert written == [Path("schema.json"), Path("scenarios/schema.json")]
    assert all(json.loads((tmp_path / path).read_text("utf-8"))["properties"] for path in written)


def test_reports_that_cannot_be_written_are_bad_input(finished, tmp_path, capfd):
    scenario, _ = finished
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert go(scenario, "--reports", tmp_path / "file") == 2
    error = capfd.readouterr().err
    assert str(tmp_path / "file") in error
    assert "--reports" in error


def test_interrupted_is_130_and_says_how_to_go_on(finished, tmp_path, capfd, monkeypatch):
    scenario, _ = finished

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.experiment.run.run_task", interrupt)
    assert go(scenario, "--reports", tmp_path) == 130
    assert "--resume" in capfd.readouterr().err


def test_a_reader_who_has_seen_enough_is_no_error():
    """As in ``twin policies | head -1``: neither a traceback nor the exit code of a missed KPI."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = call("policies", stdout=writer, stderr=-1, capture_output=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


# -- checking ----------------------------------------------------------------------------------------------------------


def test_checking_loads_nothing_slow(finished):
    """An editor checks at every save; each of these libraries alone would cost more than the whole check may."""
    slow = ("osmnx", "geopandas", "matplotlib", "mesa", "numba", "pandas", "pyarrow", "scipy", "simpy", "tqdm")
    program = (
        "import sys; from twin.cli import main; code = main(sys.argv[1:]); "
        f"print(sorted(set(sys.modules) & set({slow!r}))); sys.exit(code)"
    )
    for scenario in (finished[0], ROOT / "scenarios" / "city_day.yaml"):
        done = call("--check", scenario, program=(sys.executable, "-c", program))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [f"{scenario}: is a valid scenario", "[]"]


def test_checking_runs_and_writes_nothing(finished, tmp_path, capfd):
    scenario, _ = finished
    assert main([str(scenario), "--check", "--reports", str(tmp_path / "reports")]) == 0
    assert main(["--check", str(scenario), "seed=-1"]) == 2
    assert not (tmp_path / "reports").exists()
    assert "seed" in capfd.readouterr().err


# -- overrides, resuming -----------------------------------------------------------------------------------------------


def test_overrides_and_options_replace_what_the_file_says(finished, tmp_path):
    scenario, run = finished
    assert go(scenario, "seed=8", "emergency.seats=14", "--reps", "1", "--reports", tmp_path) == 0
    changed = only_run(tmp_path)
    manifest = strict_json((changed / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario"]["seed"] == 8
    assert manifest["scenario"]["sections"]["emergency"]["seats"] == 14
    assert manifest["scenario"]["replications"] == 1
    assert changed.name != run.name
    assert "emergency.seats=14" in manifest["scenario_text"]


def test_the_place_of_the_file_among_the_options_does_not_matter(finished, tmp_path, capfd):
    scenario, run = finished
    assert main(["--no-report", "--jobs", "1", "--reports", str(tmp_path), "--json", str(scenario)]) == 0
    assert strict_json(capfd.readouterr().out)["run_id"] == run.name


def test_resume_reuses_a_finished_run(finished, capfd):
    scenario, run = finished
    before = {path: path.stat().st_mtime_ns for path in run.glob("events/*/*/*")}
    assert go(scenario, "--resume", "--reports", run.parents[1]) == 0
    assert {path: path.stat().st_mtime_ns for path in run.glob("events/*/*/*")} == before
    assert str(run) in capfd.readouterr().out


def test_resume_runs_only_what_is_missing(finished, tmp_path, monkeypatch):
    from twin.experiment import run as runs

    scenario, run = finished
    assert go(scenario, "--reports", tmp_path) == 0
    again = only_run(tmp_path)
    unfinished = again.rename(again.with_name(f".{again.name}.unfinished"))
    (unfinished / "manifest.json").unlink()
    (unfinished / "events" / "city_brain" / "0001" / "replication.json").unlink()
    lived = []
    whole = runs.run_task
    monkeypatch.setattr(runs, "run_task", lambda shop, task, root: (lived.append(task), whole(shop, task, root)))
    assert go(scenario, "--reports", tmp_path, "--resume") == 0
    assert [(task.brain, task.replication) for task in lived] == [(1, 1)]
    assert results_of(only_run(tmp_path)) == results_of(run)


def test_without_resume_everything_is_run_again(finished, tmp_path):
    scenario, _ = finished
    ages = []
    for _ in range(2):
        assert go(scenario, "--reports", tmp_path) == 0
        ages.append({path.name: path.stat().st_mtime_ns for path in only_run(tmp_path).glob("events/*/0000/*.json")})
    assert ages[0].keys() == ages[1].keys()
    assert all(ages[1][name] > age for name, age in ages[0].items())


# -- the other commands ------------------------------------------------------------------------------------------------


def test_kpis_are_computed_again_from_the_events_and_are_the_same(finished, capfd):
    _, run = finished
    stored = (run / "kpis.csv").read_bytes(), (run / "kpis.json").read_bytes()
    assert main(["kpis", str(run), "--json"]) == 0
    out, error = capfd.readouterr()
    assert strict_json(out)["run_id"] == run.name
    assert error == "the stored KPIs were the same\n"
    (run / "kpis.csv").write_text("brain,replication,kpi,value,unit,count\n", encoding="utf-8")
    assert main(["kpis", str(run)]) == 0
    out, error = capfd.readouterr()
    assert out.startswith("KPI")
    assert error == "the stored KPIs have changed\n"
    assert ((run / "kpis.csv").read_bytes(), (run / "kpis.json").read_bytes()) == stored


def test_a_run_stands_beside_another_with_the_differences_of_its_figures(finished, tmp_path, capfd):
    scenario, run = finished
    assert go(scenario, "events=[{at: '08:00', traffic_slows: 3}]", "--reports", tmp_path) == 0
    slow = only_run(tmp_path)
    capfd.readouterr()
    assert main(["kpis", str(slow), "--beside", str(run), "--json"]) == 0
    told = strict_json(capfd.readouterr().out)
    assert told["not_shared"] == []
    rows = {(row["brain"], row["kpi"]): row for row in told["kpis"]}
    for (brain, kpi), row in rows.items():
        assert row["own"] == pytest.approx(mean_of(slow, brain, kpi))
        assert row["other"] == pytest.approx(mean_of(run, brain, kpi))
    longer = rows["traditional", "emergency.response_min.mean"]
    assert longer["own"] > longer["other"] + 10
    assert main(["kpis", str(slow), "--beside", str(run)]) == 0
    assert re.search(r"emergency.response_min\S* +[\d.]+ -> +[\d.]+ +\+[\d.]+ +\+[\d.]+ %", capfd.readouterr().out)
    assert main(["report", str(slow), "--beside", str(run), "--output", str(tmp_path / "both.html")]) == 0
    assert f"({run.name})" in (tmp_path / "both.html").read_text(encoding="utf-8")


def mean_of(run: Path, brain: str, kpi: str) -> float:
    return float(json.loads((run / "kpis.json").read_text(encoding="utf-8"))[brain][kpi]["mean"])


def test_runs_of_other_days_or_other_brains_are_told_apart(finished, tmp_path, capfd):
    scenario, run = finished
    assert go(scenario, "seed=8", "brains=[traditional]", "--reports", tmp_path / "a") == 0
    capfd.readouterr()
    assert main(["kpis", str(only_run(tmp_path / "a")), "--beside", str(run)]) == 0
    assert "warning: the runs are not of the same days: seed differ" in capfd.readouterr().err
    assert go(scenario, "brains=[{name: mine, extends: traditional}]", "--reports", tmp_path / "b") == 0
    assert main(["kpis", str(only_run(tmp_path / "b")), "--beside", str(run)]) == 2
    assert "has none of the brains of" in capfd.readouterr().err


@pytest.mark.parametrize("damage", ["missing", "cut", "gone"])
def test_kpis_of_a_damaged_run_are_refused_and_the_stored_ones_kept(damage, finished, tmp_path, capfd):
    scenario, _ = finished
    assert go(scenario, "replications=1", "--reports", tmp_path) == 0
    run = only_run(tmp_path)
    stored = results_of(run)["kpis.csv"]
    calls = run / "events" / "traditional" / "0000" / "emergency.calls.parquet"
    if damage == "missing":
        calls.unlink()
    elif damage == "cut":
        calls.write_bytes(calls.read_bytes()[:-100])
    else:
        for path in calls.parent.glob("*.parquet"):
            path.unlink()
    capfd.readouterr()
    assert main(["kpis", str(run)]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert str(calls.parent) in error
    assert (run / "kpis.csv").read_bytes() == stored


# -- terminals ---------------------------------------------------------------------------------------------------------


def read_terminal(terminal: int) -> str:
    """Read what was written to a pseudo-terminal until its other side is closed."""
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # what Linux says at the end
                raise
            part = b""
        if not part:
            return b"".join(parts).decode()
        parts.append(part)


def test_a_terminal_gets_a_progress_bar_and_a_pipe_none(finished, tmp_path):
    scenario, _ = finished
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    child = start(
        scenario, "--no-report", "--jobs", "1", "--reports", tmp_path, stderr=theirs, env=environment(NO_COLOR="1")
    )
    os.close(theirs)
    shown = read_terminal(ours)
    os.close(ours)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "replications: 100%" in shown
    assert "4/4" in shown
    assert not COLOUR.search(shown)
    assert "%|" not in out
    assert out.splitlines()[-1] == str(only_run(tmp_path))
