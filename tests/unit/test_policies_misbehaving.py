"""A policy may be wrong in every way that Python allows; the run then stops with one sentence that says all."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.cities import small_city
from support.commands import call, remnants, write_scenario
from support.runs import CITY_BRAIN, run_emergency

from twin.cli import main
from twin.core.errors import PolicyError
from twin.core.time_limit import TimeLimitError, WatchLimit
from twin.domains.emergency.decisions import DispatchView, HospitalView, Open, Send, TakeTo, Wait
from twin.experiment.tasks import prints_on_standard_error

CITY = small_city(side=4, stations=2)


def run_with(decision: str, rule: Callable[[Any], Any], **options: Any) -> Any:
    return run_emergency(CITY, rules={**CITY_BRAIN, decision: rule}, hours=0.5, **options)


# -- what policies do wrong --------------------------------------------------------------------------------------------


def raises(view: DispatchView) -> Send:
    raise RuntimeError("no idea")


def raises_within_a_library(view: DispatchView) -> Send:
    return Send(int(np.argmin(np.array([]))))


def leaves_the_program(view: DispatchView) -> Send:
    sys.exit(0)


def sends_a_busy_vehicle(view: DispatchView) -> Send:
    return Send(10_000)


def answers_nothing(view: DispatchView) -> Any:
    return None


def answers_a_number(view: DispatchView) -> Any:
    return len(view.free_vehicles)


def answers_another_question(view: DispatchView) -> Any:
    return Open()


def answers_with_words(view: DispatchView) -> Send:
    return Send("the first")  # type: ignore[arg-type]


def answers_with_an_array(view: DispatchView) -> Send:
    return Send(view.free_vehicles.id)  # type: ignore[arg-type]


def answers_with_the_class(view: DispatchView) -> Any:
    return Wait


def changes_a_column(view: DispatchView) -> Send:
    view.free_vehicles.drive_time_s[:] = 0
    return Send(int(view.free_vehicles.id[0]))


def unlocks_a_column(view: DispatchView) -> Send:
    view.free_vehicles.id.flags.writeable = True
    return Send(0)


def changes_a_field(view: DispatchView) -> Send:
    view.severity = 1  # type: ignore[misc]
    return Send(int(view.free_vehicles.id[0]))


WRONG: list[tuple[Callable[[Any], Any], str]] = [
    (raises, "raised RuntimeError: no idea ("),
    (raises_within_a_library, "raised ValueError: attempt to get argmin of an empty sequence ("),
    (leaves_the_program, "raised SystemExit: 0 ("),
    (sends_a_busy_vehicle, "answered Send(vehicle=10000): vehicle 10000 is neither free nor under way to a"),
    (answers_nothing, "answered None, which is not one of Send, Wait"),
    (answers_a_number, ", which is not one of Send, Wait"),
    (answers_another_question, "answered Open(), which is not one of Send, Wait"),
    (answers_with_words, "answered Send(vehicle='the first'): vehicle must be a whole number"),
    (answers_with_an_array, "vehicle must be a whole number"),
    (answers_with_the_class, "which is not one of Send, Wait"),
    (changes_a_column, "raised ValueError: assignment destination is read-only ("),
    (unlocks_a_column, "raised ValueError: cannot set WRITEABLE flag"),
    (changes_a_field, "raised FrozenInstanceError: cannot assign to field 'severity' ("),
]


@pytest.mark.parametrize(("rule", "complaint"), WRONG, ids=lambda value: getattr(value, "__name__", ""))
def test_a_wrong_answer_stops_the_run_and_says_who_was_asked_what_and_answered_what(rule, complaint):
    with pytest.raises(PolicyError) as caught:
        run_with("dispatch", rule)
    message = str(caught.value)
    assert message.startswith(f"policy {rule.__name__} of brain tested, asked for dispatch at ")
    assert complaint in message
    if "raised" in complaint:  # points at the policy's own line, not at one of NumPy's
        line = rule.__code__.co_firstlineno
        assert any(f"({__file__}:{number})" in message for number in range(line, line + 4)), message


@pytest.mark.parametrize(("rule", "complaint"), WRONG, ids=lambda value: getattr(value, "__name__", ""))
def test_where_the_scenario_says_so_a_wrong_answer_is_replaced_counted_and_recorded(rule, complaint):
    twin, frames = run_with("dispatch", rule, replace_illegal=True)
    asked = frames["emergency.decisions.dispatch"]
    assert twin.brain.replaced == len(asked) > 0
    assert asked["replaced"].str.contains(complaint, regex=False).all()
    assert asked["answer"].str.fullmatch(r"Send\(vehicle=\d+\)|Wait\(\)").all()
    practised, _ = run_with("dispatch", CITY_BRAIN["dispatch"])
    assert practised.brain.replaced == 0


def test_only_the_wrong_answers_are_replaced():
    """Were a legal answer replaced too, a policy would be judged by what another one decided."""

    def wrong_every_other_time(view: DispatchView) -> Send | None:
        return CITY_BRAIN["dispatch"](view) if view.call % 2 else None

    twin, frames = run_with("dispatch", wrong_every_other_time, replace_illegal=True)
    asked = frames["emergency.decisions.dispatch"]
    even = asked["seen.call"] % 2 == 0
    assert asked["replaced"].notna().tolist() == even.tolist()
    assert twin.brain.replaced == even.sum()


@pytest.mark.parametrize("answer", ["capable", None, [0, 1], 1.0, 77, -1, 2**80])
def test_an_answer_that_names_no_open_hospital_is_refused(answer):
    """A list that equals the list of hospitals, in NumPy's sense, was once taken for one of them."""

    def rule(view: HospitalView) -> TakeTo:
        return TakeTo(answer)

    with pytest.raises(PolicyError, match=r"asked for hospital .* answered TakeTo\(hospital="):
        run_with("hospital", rule)


def test_an_answer_whose_own_words_fail_is_still_reported():
    class Mute(Wait):
        def __repr__(self) -> str:
            raise RuntimeError

    class Foreign:
        def __repr__(self) -> str:
            return "x" * 10_000_000

    with pytest.raises(PolicyError, match="which is not one of Send, Wait") as caught:
        run_with("dispatch", lambda view: Foreign())
    assert len(str(caught.value)) < 1000
    chosen = iter([Mute()])
    _, frames = run_with("dispatch", lambda view: next(chosen, None) or CITY_BRAIN["dispatch"](view))
    assert frames["emergency.decisions.dispatch"]["answer"][0] == "<Mute>"


def test_opening_the_green_channel_for_somebody_nobody_knows_of_is_refused():
    with pytest.raises(PolicyError, match="nothing about this patient has reached the hospital"):
        run_with("green_channel", lambda view: Open(), connected=False)


# -- policies that do not return ---------------------------------------------------------------------------------------


def spins(view: DispatchView) -> Send:
    while True:
        pass


def sleeps(view: DispatchView) -> Send:
    time.sleep(1e9)
    return Send(0)


def spins_whatever_is_raised(view: DispatchView) -> Send:
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


@pytest.mark.parametrize("rule", [spins, sleeps, spins_whatever_is_raised], ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("replace_illegal", [False, True])
def test_a_policy_that_does_not_return_always_stops_the_run(rule, replace_illegal):
    """Were it replaced, every one of its thousand decisions would cost the whole limit."""
    with pytest.raises(PolicyError, match=rf"policy {rule.__name__} of .* did not return within 0.2 s"):
        run_with("dispatch", rule, limit_s=0.2, replace_illegal=replace_illegal)


def test_the_time_limit_leaves_nothing_behind():
    """An alarm that rings after the answer would stop somebody else."""
    before = signal.getsignal(signal.SIGALRM)
    run_with("dispatch", CITY_BRAIN["dispatch"], limit_s=0.3)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before
    time.sleep(0.4)


def test_a_loop_is_stopped_without_alarm_signals_too():
    """As on Windows and outside the main thread."""
    limit = WatchLimit(0.1)
    with pytest.raises(TimeLimitError):
        limit(lambda: spins_whatever_is_raised(None))  # type: ignore[arg-type]
    assert limit(lambda: 3) == 3


def test_ctrl_c_within_a_policy_is_the_users_and_not_the_policys():
    def interrupted(view: DispatchView) -> Send:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_with("dispatch", interrupted, replace_illegal=True)


# -- through the command line ------------------------------------------------------------------------------------------

FILE = """\
import time

def raises(view):
    raise RuntimeError("no idea")

def busy(view):
    from twin.domains.emergency.decisions import Send
    return Send(999)

def nothing(view):
    return None

def spins(view):
    while True:
        pass

def sleeps(view):
    time.sleep(1e9)

def leaves(view):
    raise SystemExit(0)
"""
BRAINS = "decision_time_limit_s: 0.3\nbrains: [{name: mine, extends: city_brain, decisions: {dispatch: RULE}}]\n"


@dataclass(frozen=True)
class Case:
    name: str
    complaint: str


CASES = [
    Case("raises", "raised RuntimeError: no idea ("),
    Case("busy", "answered Send(vehicle=999): vehicle 999 is neither free nor under way to a less severe call"),
    Case("nothing", "answered None, which is not one of Send, Wait"),
    Case("spins", "did not return within 0.3 s"),
    Case("sleeps", "did not return within 0.3 s"),
    Case("leaves", "raised SystemExit: 0 ("),
]


def scenario_with(case: Case, folder: Path, map_folder: Path, more: str = "") -> Path:
    (folder / "rules").mkdir()
    (folder / "rules" / "mine.py").write_text(FILE, encoding="utf-8")
    return write_scenario(folder, map_folder, BRAINS.replace("RULE", f"rules/mine.py:{case.name}") + more)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_command_line_says_it_in_one_sentence(case, tmp_path, small_map_folder, capfd):
    scenario = scenario_with(case, tmp_path, small_map_folder)
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(tmp_path / "reports")]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert error.startswith(f"policy rules/mine.py:{case.name} of brain mine, asked for dispatch at ")
    assert case.complaint in error
    if "raised" in case.complaint:
        assert f"{tmp_path / 'rules' / 'mine.py'}:" in error
    assert len(error.splitlines()) == 1
    assert remnants(tmp_path / "reports") == []


@pytest.mark.parametrize("case", [CASES[0], CASES[3]], ids=lambda case: case.name)
def test_a_worker_process_says_it_too(case, tmp_path, small_map_folder):
    scenario = scenario_with(case, tmp_path, small_map_folder)
    done = call(scenario, "--jobs", "2", "--no-report", "--reports", tmp_path / "reports")
    assert (done.returncode, done.stdout) == (2, "")
    assert case.complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert remnants(tmp_path / "reports") == []


def test_replaced_answers_are_counted_in_what_a_replication_leaves(tmp_path, small_map_folder, capfd):
    import json

    scenario = scenario_with(CASES[2], tmp_path, small_map_folder, "on_illegal_answer: traditional_rule\n")
    reports = tmp_path / "reports"
    assert main([str(scenario), "--jobs", "1", "--no-report", "--reports", str(reports), "replications=1"]) == 0
    (summary,) = reports.glob("*/*/events/mine/0000/replication.json")
    assert json.loads(summary.read_text(encoding="utf-8"))["replaced_answers"] > 0


def test_standard_output_is_as_it_was_after_threads_that_lived_days_side_by_side():
    """Were each to put back what it found, the one that ends last would put back standard error for good."""
    before = sys.stdout
    first, second = prints_on_standard_error(), prints_on_standard_error()
    first.__enter__()
    second.__enter__()
    assert sys.stdout is sys.stderr
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert sys.stdout is before
