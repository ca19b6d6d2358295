"""Attribution: how much of what one brain brings over another comes from each part in which they differ.

Each part is worth its Shapley value: what it adds when it joins those that are there already, averaged over all orders
in which the parts might be introduced. So the parts add up to the whole, and none depends on the order of a plan. All
coalitions live the same days, and a part's interval is that of its values over the days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.errors import TwinError
from twin.core.kpis import Kpi
from twin.core.streams import Streams
from twin.experiment.studies.answers import Amount, Attribution, KpiAttribution, PartAnswered
from twin.experiment.studies.catalogue import district_names
from twin.experiment.studies.parts import Part, brain_of, changes_of
from twin.inference import shapley

if TYPE_CHECKING:
    from twin.core.decisions import BrainSetting
    from twin.scenario.scenario import Scenario

ROUNDING: Final = 1e-9
"""Relative size below which a part's value is the rounding of sums of times."""

Live = Callable[[Sequence["Scenario"], int], "Sequence[pd.DataFrame]"]
"""Lives scenarios of one brain for a number of days; returns the KPIs of each (index: day, columns: KPIs)."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    start, goal
        The brain that is left, and the one that is introduced.
    kpis
        What is attributed; those that ``optional`` says may lack values are left out where they do.
    days
        Replications, the same for every coalition.
    order_pairs
        How many orders of the parts, each with its reverse, are sampled; 0 looks at every coalition.
    """

    scenario: Scenario
    start: BrainSetting
    goal: BrainSetting
    parts: tuple[Part, ...]
    kpis: tuple[Kpi, ...]
    days: int
    order_pairs: int = 0
    optional: bool = False

    def __post_init__(self) -> None:
        if self.days < 2:
            raise TwinError("an interval needs two days at least; give --reps 2 or more")
        if len(self.parts) < 2:
            raise TwinError(
                "there is one part only ({part}), to which everything is due; twin compare says how much",
                part=self.parts[0].name,
            )  # fmt: skip

    @property
    def orders(self) -> NDArray[np.int64]:
        """The orders that are sampled, drawn from a stream of the scenario's seed; none where all are looked at."""
        generator = Streams(self.scenario.seed, 0)("study", "attribution", "orders")
        return shapley.sample_orders(len(self.parts), self.order_pairs, generator)

    @property
    def coalitions(self) -> list[int]:
        """Every coalition that is needed, the two ends first."""
        whole = (1 << len(self.parts)) - 1
        needed = set(shapley.coalitions_along(self.orders).flat) if self.order_pairs else range(whole + 1)
        return [0, whole, *sorted(int(one) for one in needed if 0 < one < whole)]

    def cell(self, coalition: int) -> Scenario:
        """Return the scenario in which one coalition's brain lives."""
        brain = brain_of(self.start, self.goal, self.parts, coalition)
        return replace(self.scenario, brains=(brain,), replications=1)


def attribute(question: Question, live: Live) -> Attribution:
    """Live every coalition and say what each part brings.

    Raises
    ------
    TwinError
        Where a KPI that was asked for has values on fewer than two days that all coalitions share.
    """
    scenario, coalitions = question.scenario, question.coalitions
    frames = live([question.cell(coalition) for coalition in coalitions], question.days)
    by_coalition = dict(zip(coalitions, frames, strict=True))
    found, left_out = [], []
    for kpi in question.kpis:
        worths = worths_of(by_coalition, kpi.name)
        if worths.shape[1] >= 2:
            found.append(_attributed(question, kpi, coalitions, worths))
        elif question.optional:
            left_out.append(kpi.name)
        else:
            raise TwinError(
                "{kpi} has a value under every coalition on {days} of {count} days, and an interval needs two; "
                "give more --reps, or a KPI with cases on every day",
                kpi=kpi.name, days=worths.shape[1], count=question.days,
            )  # fmt: skip
    if not found:
        raise TwinError("no headline figure has values on two days under every coalition; give more --reps")
    changes = {part.name: changes_of(question.start, question.goal, part) for part in question.parts}
    return Attribution(
        scenario=scenario.path.name,
        title=scenario.title,
        title_zh=scenario.title_zh,
        map=scenario.map,
        seed=scenario.seed,
        start=question.start.name,
        goal=question.goal.name,
        parts=tuple(PartAnswered(name, changed) for name, changed in changes.items()),
        kpis=tuple(found),
        left_out=tuple(left_out),
        districts=district_names(scenario.map_folder),
        days=question.days,
        coalitions=len(coalitions),
        orders=2 * question.order_pairs,
        asked=not question.optional,
    )


def worths_of(by_coalition: Mapping[int, pd.DataFrame], kpi: str) -> NDArray[np.float64]:
    """Return a KPI of each coalition on the days on which all have it, shape (coalitions, days)."""
    columns = [
        frame[kpi] if kpi in frame.columns else pd.Series(np.nan, index=frame.index) for frame in by_coalition.values()
    ]
    whole = np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])
    shared: NDArray[np.float64] = whole[~np.isnan(whole).any(axis=1)].T
    return shared


def _attributed(question: Question, kpi: Kpi, coalitions: Sequence[int], worths: NDArray[np.float64]) -> KpiAttribution:
    rounding = ROUNDING * max(1.0, float(np.abs(worths).max()))
    together = None
    if question.order_pairs:
        place = np.zeros(1 << len(question.parts), dtype=np.int64)
        place[list(coalitions)] = np.arange(len(coalitions))
        along = shapley.coalitions_along(question.orders)
        gains = _without_rounding(shapley.gains_along(question.orders, worths[place[along]]), rounding)
        values = shapley.over_orders_and_days(gains)
    else:
        ordered = worths[np.argsort(coalitions)]
        values = shapley.over_days(_without_rounding(shapley.shapley_values(ordered), rounding))
        pairs = _without_rounding(shapley.interactions(ordered), rounding)
        together = tuple(tuple(_amounts(shapley.over_days(row))) for row in pairs)
    whole = shapley.over_days(_without_rounding(worths[1:2] - worths[:1], rounding))
    return KpiAttribution(
        kpi=kpi.name,
        unit=kpi.family.unit,
        better=kpi.family.better,
        start=float(worths[0].mean()),
        goal=float(worths[1].mean()),
        whole=_amounts(whole)[0],
        parts=tuple(_amounts(values)),
        together=together,
        days=worths.shape[1],
    )


def _without_rounding(values: NDArray[np.float64], rounding: float) -> NDArray[np.float64]:
    return np.where(np.abs(values) <= rounding, 0.0, values)


def _amounts(found: shapley.Estimates) -> list[Amount]:
    """Return amounts by part."""
    arrays = (found.mean, found.half, found.half_days, found.half_orders)
    return [Amount(*map(float, values)) for values in zip(*arrays, strict=True)]
