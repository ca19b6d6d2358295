"""A sweep: a scenario's brains on the same days at many points of its keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin.core.kpis import Kpi
from twin.core.statistics import half_interval_of
from twin.experiment.studies.answers import Amount
from twin.experiment.studies.asked_for import district_names
from twin.experiment.studies.axes import OPTION, Axis
from twin.experiment.studies.designs import DRAWN, SAMPLES, Design, Point, shares_of
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.sweep_answers import AxisAnswered, Hang, KpiSweep, Sweep, Toll
from twin.inference.estimates import Array
from twin.inference.paired import differences, without_rounding
from twin.inference.sensitivity import over_draws_and_days, rank_correlation
from twin.scenario.load import changed

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

Live = Callable[[Sequence["Scenario"], int], "Sequence[pd.DataFrame]"]
FEWEST_PAIRS = 5
"""Fewer points than this have no rank correlation."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    scenario
        With the brains that are swept.
    kpis
        What the page shows; the table has all.
    """

    scenario: Scenario
    axes: tuple[Axis, ...]
    design: Design
    points: tuple[Point, ...]
    kpis: tuple[Kpi, ...]
    days: int
    samples: int | None = None
    asked: bool = False

    def __post_init__(self) -> None:
        if not self.axes:
            refuse(OPTION, "nothing is swept; give --set key=1,2,3, --set key=low:high or --set key~distribution")

    @cached_property
    def variants(self) -> list[Scenario]:
        """The scenario at each point, with all its brains, each read and checked.

        Raises
        ------
        InvalidScenarioError
            With what is wrong at the first point that cannot be.
        """
        return [self.at(point) for point in self.points]

    def cells(self) -> list[Scenario]:
        """Return the scenario of each point and brain, point by point."""
        names = [brain.name for brain in self.scenario.brains]
        return [
            replace(variant, brains=(variant.brain(name),), replications=1)
            for variant in self.variants for name in names
        ]  # fmt: skip

    def at(self, point: Point) -> Scenario:
        """Return the scenario at one point."""
        changes = dict(zip((axis.key for axis in self.axes), point, strict=True))
        where = f"{OPTION} " + " ".join(f"{key}={value}" for key, value in changes.items())
        return changed(self.scenario, changes, where=where)


def sweep(question: Question, live: Live) -> tuple[Sweep, pd.DataFrame]:
    """Live every point under every brain; return the answer and the tidy table of all KPIs."""
    names = [brain.name for brain in question.scenario.brains]
    frames = list(live(question.cells(), question.days))
    by_place = {
        (place, name): frames[place * len(names) + number]
        for place in range(len(question.points)) for number, name in enumerate(names)
    }  # fmt: skip
    return _answer(question, names, by_place), tidy(question, by_place)


def tidy(question: Question, frames: Mapping[tuple[int, str], pd.DataFrame]) -> pd.DataFrame:
    """Return one row a point, brain, day and KPI, with the keys as columns."""
    parts = []
    for (place, brain), frame in frames.items():
        long = frame.rename_axis(index="replication").reset_index()
        long = long.melt("replication", var_name="kpi", value_name="value").dropna(subset=["value"])
        columns = {axis.key: question.points[place][number] for number, axis in enumerate(question.axes)}
        parts.append(long.assign(point=place, brain=brain, **columns))
    keys = [axis.key for axis in question.axes]
    whole = pd.concat(parts, ignore_index=True)[["point", *keys, "brain", "replication", "kpi", "value"]]
    mixed = [key for key in keys if len({type(value) for value in whole[key].unique().tolist()} - {int, float}) > 1]
    return whole.astype(dict.fromkeys(mixed, str))


def _answer(question: Question, names: Sequence[str], frames: Mapping[tuple[int, str], pd.DataFrame]) -> Sweep:
    scenario = question.scenario
    found = [_swept(question, names, frames, kpi) for kpi in question.kpis]
    kept = [one for one in found if one is not None]
    if not kept:
        refuse("--kpi", "none of the KPIs has a value at any point; give more --reps")
    return Sweep(
        scenario=scenario.path.name,
        title=scenario.title,
        title_zh=scenario.title_zh,
        seed=scenario.seed,
        brains=tuple(names),
        axes=tuple(AxisAnswered(axis.key, _spread_text(axis)) for axis in question.axes),
        design=question.design,
        points=question.points,
        kpis=tuple(kept),
        districts=district_names(scenario.map_folder),
        days=question.days,
        asked=question.asked,
    )


def _spread_text(axis: Axis) -> str:
    return axis.spread.text if axis.drawn and axis.spread else ""


def _swept(
    question: Question, names: Sequence[str], frames: Mapping[tuple[int, str], pd.DataFrame], kpi: Kpi
) -> KpiSweep | None:
    """Return one KPI at every point; None where no point has it."""
    count = len(question.points)
    values = {
        name: without_rounding(np.vstack([_days(frames[place, name], kpi.name) for place in range(count)]))
        for name in names
    }
    if all(np.isnan(array).all() for array in values.values()):
        return None
    first, *others = names
    gaps = {name: differences(values[first], values[name]) for name in others}
    outcomes = gaps or values
    return KpiSweep(
        kpi=kpi.name,
        unit=kpi.family.unit,
        better=kpi.family.better,
        means=tuple(tuple(map(amount_of, values[name])) for name in names),
        differences=tuple(tuple(map(amount_of, gap)) for gap in gaps.values()),
        tolls=tuple(_toll(question, array) for array in outcomes.values()),
        hangs=tuple(_hangs(question, array) for array in outcomes.values()),
    )


def _days(frame: pd.DataFrame, kpi: str) -> Array:
    missing = pd.Series(np.nan, index=frame.index)
    found: Array = np.asarray(frame.get(kpi, missing), dtype=np.float64)
    return found


def amount_of(values: Array) -> Amount | None:
    """Return the mean over the days that have a value, with its interval (none for a single day)."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    half = half_interval_of(known) if len(known) > 1 else 0.0
    return Amount(float(known.mean()), half, half, 0.0, single=len(known) == 1)


def _complete(values: Array) -> Array:
    """Return the days on which every point has a value."""
    complete: Array = values[:, ~np.isnan(values).any(axis=0)]
    return complete


def _mean_of_days(values: Array) -> Array:
    means: Array = np.asarray(np.mean(values, axis=1), dtype=np.float64)
    return means


def _toll(question: Question, values: Array) -> Toll | None:
    """Return what is left of a result when its parameters are drawn; None where they are not."""
    complete = _complete(values)
    if question.design != "latin_hypercube" or min(complete.shape) < 2:
        return None
    found = over_draws_and_days(complete)
    return Toll(found.mean, found.half_days, found.half_draws, found.half, found.share_below)


def _hangs(question: Question, values: Array) -> tuple[Hang, ...]:
    """Return how much the result hangs on each key, by what its design can tell."""
    complete = _complete(values)
    if not complete.shape[1]:
        return ()
    if question.design == "one_at_a_time":
        return _swings(question, complete)
    means = _mean_of_days(complete)
    if question.design in ("morris", "sobol"):
        from twin.experiment.studies.salib import analyse

        keys, seed = [axis.key for axis in question.axes], question.scenario.seed
        shares = shares_of(question.design, len(keys), question.samples or SAMPLES[question.design], seed)
        return analyse(question.design, keys, shares, means, seed)
    if question.design not in DRAWN or len(means) < FEWEST_PAIRS:
        return ()
    columns = [np.array([float(point[place]) for point in question.points]) for place in range(len(question.axes))]
    found = [rank_correlation(column, means) for column in columns]
    return tuple(
        Hang(axis.key, "rank", one.value, one.low, one.high) for axis, one in zip(question.axes, found, strict=True)
    )


def _swings(question: Question, values: Array) -> tuple[Hang, ...]:
    """Return what each key's low and high end change, from the scenario as it is; see `designs`."""
    found = []
    for place, axis in enumerate(question.axes):
        low, high = values[1 + 2 * place], values[2 + 2 * place]
        ends = amount_of(low - values[0]), amount_of(high - values[0])
        swing = amount_of(high - low)
        assert swing is not None
        assert ends[0] is not None
        assert ends[1] is not None
        hang = Hang(axis.key, "swing", swing.mean, swing.low, swing.high, 0.0, (ends[0], ends[1]), swing.single)
        found.append(hang)
    return tuple(found)
