"""What a tuning promises: it chooses on some days and is judged on others, and says what it brings on both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import write_scenario

from twin.core.errors import TwinError
from twin.core.language import CODES, Code, Language, chinese_table
from twin.experiment.studies import tuning
from twin.experiment.studies.answers import answer_json, read_answer
from twin.experiment.studies.tuning import Days, Question, tune
from twin.experiment.studies.tuning_answers import Tuning
from twin.report.studies.tuning_command import Asked
from twin.report.studies.tuning_page import DAYS, snippet, tuning_lines, tuning_page
from twin.scenario.load import load_scenario
from twin.scenario.scenario import Scenario

KPI = "emergency.response_min.mean"


@pytest.fixture(scope="module")
def scenario(small_map_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    more = "domains: [emergency]\nbrains: [traditional, city_brain]\n"
    return load_scenario(write_scenario(tmp_path_factory.mktemp("tune"), small_map_folder, more))


def asked(
    scenario: Scenario, *knobs: str, rules: tuple[str, ...] = ("dispatch=fastest_or_called_off",), kpi: str = KPI,
    brain: str = "city_brain", train: int = 4, trials: int = 16,
) -> Question:  # fmt: skip
    return Asked(brain, rules, knobs or ("worth_s=0:600",), kpi, trials, train, 3, 5).question(scenario)


class MadeUp:
    """Response falls to a valley at 200 s; days differ by chance that does not go with the setting."""

    def __init__(self) -> None:
        self.lived: list[tuple[float, tuple[int, ...]]] = []

    def __call__(self, cells: Sequence[Scenario], days: Sequence[int]) -> list[pd.DataFrame]:
        frames = []
        for cell in cells:
            worth = float(str(cell.brains[0].decisions["dispatch"].parameters.get("worth_s", 120.0)))
            level = np.array([np.random.default_rng(day).normal(9, 2) for day in days])
            frames.append(pd.DataFrame({KPI: level + ((worth - 200) / 100) ** 2}, index=list(days)))
            self.lived.append((worth, tuple(days)))
        return frames


@pytest.fixture(autouse=True)
def _optuna() -> None:
    pytest.importorskip("optuna", reason="optuna (extra tune) is not installed")


def test_it_finds_the_valley_and_is_judged_on_days_that_nothing_had_seen(scenario: Scenario) -> None:
    live = MadeUp()
    answer = tune(asked(scenario), live)
    worth = answer.chosen.setting["dispatch.worth_s"]
    assert isinstance(worth, int)
    assert abs(worth - 200) < 40
    test = answer.judged[-1]
    assert (test.name, test.first, test.last) == ("test", 7, 11)
    assert test.gap.mean == pytest.approx(((worth - 200) / 100) ** 2 - 0.64)
    assert test.gap.half < 1e-9, "the level of days cancels"
    on_test_days = [at for at, days in live.lived if set(days) & set(range(7, 12))]
    assert on_test_days == [120.0, float(worth)], "only the brain as it was, and the one chosen before"


def test_no_day_is_in_two_sets() -> None:
    days = Days.of(3, 4, 5)
    assert sorted([*days.train, *days.validate, *days.test]) == list(range(12))


def test_the_same_seed_tries_the_same_settings(scenario: Scenario) -> None:
    first, again = (tune(asked(scenario, trials=6), MadeUp()) for _ in range(2))
    other = tune(asked(scenario.with_(seed=8), trials=6), MadeUp())
    assert first == again
    assert [trial.setting for trial in other.trials] != [trial.setting for trial in first.trials]


def test_values_and_several_parameters(scenario: Scenario) -> None:
    question = asked(
        scenario, "dispatch.worth_s=100.5:300", "standby.busy_fraction=0.2,0.5",
        rules=("dispatch=fastest_or_called_off", "standby=dmexclp"), trials=5,
    )  # fmt: skip
    answer = tune(question, MadeUp())
    for trial in answer.trials:
        assert 100.5 <= float(trial.setting["dispatch.worth_s"]) <= 300
        assert trial.setting["standby.busy_fraction"] in (0.2, 0.5)


def test_the_snippet_makes_the_tuned_brain(scenario: Scenario, small_map_folder: Path, tmp_path: Path) -> None:
    answer = tune(asked(scenario, trials=4), MadeUp())
    copied = load_scenario(write_scenario(tmp_path, small_map_folder, "domains: [emergency]\n" + snippet(answer)))
    rule = copied.brain("tuned").decisions["dispatch"]
    assert rule.rule == "fastest_or_called_off"
    assert rule.parameters["worth_s"] == answer.chosen.setting["dispatch.worth_s"]


@pytest.mark.parametrize("code", CODES)
def test_the_page_shows_training_and_test(scenario: Scenario, code: Code, tmp_path: Path) -> None:
    answer, language = tune(asked(scenario, trials=6), MadeUp()), Language(code)
    page = tuning_page(answer, language)
    assert all(language(title) in page for title in DAYS.values())
    assert snippet(answer).strip() in page
    text = "\n".join(tuning_lines(answer, language))
    assert {"train", "validate", "test"} <= set(text.split())
    path = tmp_path / "tuning.json"
    path.write_text(answer_json(answer), encoding="utf-8")
    assert read_answer(Tuning, path) == answer


def test_every_kind_of_day_has_its_chinese_name() -> None:
    assert [title for title in DAYS.values() if title not in chinese_table()] == []


def test_without_optuna_it_says_what_to_install(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(tuning.importlib, "import_module", gone)
    with pytest.raises(TwinError, match=r"needs Optuna; install the extra: pip install 'zhengzhou-twin\[tune\]'"):
        tune(asked(scenario), MadeUp())


Ask = Callable[[Scenario], object]

BAD: dict[str, tuple[Ask, str]] = {
    "a rule without decision": (lambda s: asked(s, rules=("dmexclp",)), "--rule: .* not of the form decision=rule"),
    "an unknown rule": (lambda s: asked(s, rules=("dispatch=fastest",)), "fastest"),
    "an unknown brain": (lambda s: asked(s, "dispatch.worth_s=1:2", brain="nobody", rules=()), "--brain: there is no"),
    "an unknown parameter": (lambda s: asked(s, "worth_m=0:600"), "worth_m.*did you mean .worth_s"),
    "a parameter of nobody": (lambda s: asked(s, "worth_s=1:2", rules=()), "does not say whose parameter"),
    "an unknown decision": (lambda s: asked(s, "dispach.worth_s=1:2"), "no decision .dispach.; did you mean"),
    "a range that falls": (lambda s: asked(s, "worth_s=600:0"), "low must be below high"),
    "a value that cannot be": (lambda s: asked(s, "worth_s=-5:600"), "worth_s: must be at least 0, not -5"),
    "no range at all": (lambda s: asked(s, "worth_s"), "not of the form parameter=low:high"),
    "a parameter twice": (lambda s: asked(s, "worth_s=1:2", "dispatch.worth_s=1:3"), "stands there twice"),
    "a KPI without direction": (lambda s: asked(s, kpi="emergency.calls"), "neither more nor less is better"),
    "an unknown KPI": (lambda s: asked(s, kpi="emergency.calls_"), "--kpi: there is no KPI"),
    "one training day": (lambda s: asked(s, train=1), "two days each"),
    "a KPI without values": (
        lambda s: tune(asked(s, kpi="emergency.unserved"), MadeUp()), "no value on any of the days 0-11"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_remedy(name: str, scenario: Scenario) -> None:
    ask, message = BAD[name]
    with pytest.raises(TwinError, match=message):
        ask(scenario)
