"""Tuning: parameters of rules are chosen on training days, checked on validation days, judged on test days.

Optuna (extra ``tune``) proposes settings by its tree-structured Parzen estimator. The best few on the training days
live the validation days; the best of these there is chosen, and judged on test days that nothing has looked at before,
beside the brain as it was.

References
----------
Bergstra, Bardenet, Bengio and Kégl (2011), Algorithms for hyper-parameter optimization, NeurIPS 24; Akiba and others
(2019), Optuna: a next-generation hyperparameter optimization framework, KDD.
"""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.core.kpis import Kpi
from twin.core.streams import Streams
from twin.experiment.studies.answers import Amount
from twin.experiment.studies.asked_for import district_names
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.sweep import amount_of
from twin.experiment.studies.tuning_answers import Judged, Trial, Tuning
from twin.inference.estimates import Array
from twin.inference.paired import differences

if TYPE_CHECKING:
    from twin.experiment.studies.tuning_space import Space
    from twin.scenario.scenario import Scenario

LiveDays = Callable[[Sequence["Scenario"], Sequence[int]], "Sequence[pd.DataFrame]"]
"""Lives scenarios of one brain on some days; returns the KPIs of each."""
BATCH: Final = 4
"""So many settings are proposed at once, whatever the number of processes, so that it changes nothing."""
FINALISTS: Final = 5
DIGITS: Final = 4
"""Proposed numbers are rounded to so many digits."""


@dataclass(frozen=True)
class Days:
    """Which days are for what: numbers of replications, none of them in two."""

    train: range
    validate: range
    test: range

    @classmethod
    def of(cls, train: int, validate: int, test: int) -> Days:
        """Return so many days each, one after another."""
        if min(train, validate, test) < 2:
            refuse("--train", "training, validation and test need two days each at least")
        return cls(range(train), range(train, train + validate), range(train + validate, train + validate + test))


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    trials
        How many settings are tried on the training days.
    """

    space: Space
    kpi: Kpi
    trials: int
    days: Days

    def __post_init__(self) -> None:
        if self.kpi.family.better == "neither":
            refuse("--kpi", "of {kpi} neither more nor less is better; name another", kpi=self.kpi.name)

    @property
    def sign(self) -> int:
        """1 where less is better, -1 where more is."""
        return 1 if self.kpi.family.better == "lower" else -1


def tune(question: Question, live: LiveDays) -> Tuning:
    """Try settings on the training days, choose on the validation days, judge on the test days.

    Raises
    ------
    InvalidScenarioError
        Where Optuna is not installed, or the KPI has no value on the days.
    """
    space, scenario = question.space, question.space.scenario
    trials = _try_all(question, live)
    finalists = sorted(range(len(trials)), key=lambda place: (question.sign * trials[place].train, place))[:FINALISTS]
    cells = [space.as_it_is(), *(space.cell(trials[place].setting) for place in finalists)]
    there = [_values(frame, question.kpi) for frame in live(cells, question.days.validate)]
    means = [_mean(values, question) for values in there]
    best = min(range(len(finalists)), key=lambda place: (question.sign * means[place + 1], place))
    chosen = trials[finalists[best]]
    pair = [space.as_it_is(), space.cell(chosen.setting)]
    judged = [_judged(question, live, pair, name) for name in ("train", "validate", "test")]
    return Tuning(
        scenario=scenario.path.name,
        title=scenario.title,
        title_zh=scenario.title_zh,
        seed=scenario.seed,
        brain=space.extends,
        rules=space.rules,
        knobs={knob.name: knob.ends() for knob in space.knobs},
        kpi=question.kpi.name,
        unit=question.kpi.family.unit,
        better=question.kpi.family.better,
        trials=tuple(trials),
        finalists={place: means[number + 1] for number, place in enumerate(finalists)},
        chosen=chosen,
        judged=tuple(judged),
        districts=district_names(scenario.map_folder),
    )


def _try_all(question: Question, live: LiveDays) -> list[Trial]:
    """Let Optuna propose settings, a batch at a time, and return what came of them on the training days."""
    optuna = _optuna()
    seed = int(Streams(question.space.scenario.seed, 0)("study", "tuning").integers(2**31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Optuna calls experimental
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=len(question.space.knobs) > 1)
        study = optuna.create_study(direction="minimize", sampler=sampler)
        done: list[Trial] = []
        while len(done) < question.trials:
            asked = [study.ask() for _ in range(min(BATCH, question.trials - len(done)))]
            settings = [_setting(trial, question.space) for trial in asked]
            frames = live([question.space.cell(setting) for setting in settings], question.days.train)
            for trial, setting, frame in zip(asked, settings, frames, strict=True):
                mean = _mean(_values(frame, question.kpi), question)
                study.tell(trial, question.sign * mean)
                done.append(Trial(setting, mean))
    return done


def _optuna() -> Any:
    try:
        optuna = importlib.import_module("optuna")
    except ImportError:
        refuse("twin tune", "needs Optuna; install the extra: {command}", command="pip install 'zhengzhou-twin[tune]'")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _setting(trial: Any, space: Space) -> dict[str, Any]:
    setting: dict[str, Any] = {}
    for knob in space.knobs:
        if knob.choices:
            setting[knob.name] = knob.choices[trial.suggest_categorical(knob.name, list(range(len(knob.choices))))]
        elif knob.whole:
            setting[knob.name] = trial.suggest_int(knob.name, int(knob.low), int(knob.high))
        else:
            value = float(f"{trial.suggest_float(knob.name, knob.low, knob.high):.{DIGITS}g}")
            setting[knob.name] = min(max(value, knob.low), knob.high)
    return setting


def _values(frame: pd.DataFrame, kpi: Kpi) -> Array:
    missing = pd.Series(np.nan, index=frame.index)
    return np.asarray(frame.get(kpi.name, missing), dtype=np.float64)


def _mean(values: Array, question: Question) -> float:
    mean = float(np.nanmean(values)) if not np.isnan(values).all() else math.nan
    if math.isnan(mean):
        refuse("--kpi", "{kpi} has no value on any of the days {days}; give more days, or another KPI",
               kpi=question.kpi.name, days=f"{question.days.train.start}-{question.days.test.stop - 1}")  # fmt: skip
    return mean


def _judged(question: Question, live: LiveDays, pair: Sequence[Scenario], name: str) -> Judged:
    """Return the brain as it was, the tuned one, and their paired difference on some days."""
    days: range = getattr(question.days, name)
    before, after = (_values(frame, question.kpi) for frame in live(pair, days))
    amounts: list[Amount | None] = [amount_of(before), amount_of(after), amount_of(differences(before, after))]
    if None in amounts:
        _mean(np.array([math.nan]), question)
    was, now, gap = amounts
    assert was is not None
    assert now is not None
    assert gap is not None
    return Judged(name, days.start, days.stop - 1, was, now, gap)
