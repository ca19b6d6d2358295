"""Attribution: how much of what one brain brings over another comes from each part in which they differ.

Each part is worth its Shapley value: what it adds when it joins those that are there already, averaged over all orders
in which the parts might be introduced. So the parts add up to the whole, and none depends on the order of a plan. All
coalitions live the same days, and a part's interval is that of its values over the days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.kpis import Kpi
from twin.core.streams import Streams
from twin.experiment.studies.answers import Amount, Attribution, KpiAttribution, PartAnswered
from twin.experiment.studies.asked_for import district_names
from twin.experiment.studies.parts import Part, brain_of, changes_of
from twin.experiment.studies.refusing import refuse
from twin.inference import shapley
from twin.inference.paired import ROUNDING

if TYPE_CHECKING:
    from twin.core.decisions import BrainSetting
    from twin.scenario.scenario import Scenario

ORDER_PAIRS: Final = 8
"""So many orders, each with its reverse, are sampled where there are too many parts to live every coalition."""

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
        What is attributed.
    asked
        Whether the user named the KPIs; those that he did not name are left out where too few days have them.
    days
        Replications, the same for every coalition.
    order_pairs
        How many orders of the parts, each with its reverse, are sampled; None samples only where there are more than
        `twin.inference.shapley.MOST_EXACT` parts.
    screened
        Whether a part that changes nothing at either end is taken to change nothing between.
    """

    scenario: Scenario
    start: BrainSetting
    goal: BrainSetting
    parts: tuple[Part, ...]
    kpis: tuple[Kpi, ...]
    days: int
    asked: bool = False
    order_pairs: int | None = None
    screened: bool = True

    def __post_init__(self) -> None:
        if self.days < 2:
            refuse("--reps", "an interval needs two days at least, not {days}", days=self.days)
        if len(self.parts) < 2:
            refuse(
                "--part", "there is one part only ({part}), to which everything is due; twin compare says how much",
                part=self.parts[0].name,
            )  # fmt: skip

    @property
    def whole(self) -> int:
        """The coalition of all parts: the goal."""
        return (1 << len(self.parts)) - 1

    def cell(self, coalition: int) -> Scenario:
        """Return the scenario in which one coalition's brain lives."""
        brain = brain_of(self.start, self.goal, self.parts, coalition)
        return replace(self.scenario, brains=(brain,), replications=1)


class Attributing:
    """Answers a question in two steps: `screen`, after which it is known how much there is to live, and `answer`.

    Parameters
    ----------
    live
        Lives what has not been lived yet, and remembers it.
    """

    def __init__(self, question: Question, live: Live) -> None:
        self.question = question
        self._live = live
        self._frames: dict[int, pd.DataFrame] = {}
        self._active = tuple(range(len(question.parts)))

    @property
    def idle(self) -> tuple[str, ...]:
        """Names of the parts that are taken to change nothing."""
        return tuple(part.name for place, part in enumerate(self.question.parts) if place not in self._active)

    @property
    def coalitions(self) -> list[int]:
        """Every coalition of the parts that are not idle that is needed, as numbers of the question's parts."""
        if len(self.orders):
            return sorted({self._spread(int(one)) for one in shapley.coalitions_along(self.orders).flat})
        return [self._spread(one) for one in range(1 << len(self._active))]

    @property
    def most(self) -> int:
        """How many coalitions there are at most, before it is known which parts are idle."""
        parts = len(self.question.parts)
        pairs = self.question.order_pairs if self.question.order_pairs is not None else ORDER_PAIRS
        if self.question.order_pairs is None and parts <= shapley.MOST_EXACT:
            return 1 << parts
        ends = 2 * parts + 3 if self.question.screened else 2
        return min(1 << parts, 2 * pairs * (parts - 1) + ends)

    @property
    def unlived(self) -> list[int]:
        """Those that have not been asked for yet."""
        return [one for one in self.coalitions if one not in self._frames]

    @cached_property
    def orders(self) -> NDArray[np.int64]:
        """The orders of the active parts that are sampled, from a stream of the scenario's seed; none where all are."""
        pairs, parts = self.question.order_pairs, len(self._active)
        if pairs is None:
            pairs = ORDER_PAIRS if parts > shapley.MOST_EXACT else 0
        generator = Streams(self.question.scenario.seed, 0)("study", "attribution", "orders")
        return shapley.sample_orders(parts, pairs, generator)

    def screen(self) -> None:
        """Live both ends, each part alone, and all but each; a part that changes no KPI on any day there is idle."""
        question, whole = self.question, self.question.whole
        self._need([0, whole])
        if not question.screened:
            return
        bits = [1 << place for place in range(len(question.parts))]
        self._need([*bits, *(whole ^ bit for bit in bits)])
        active = [
            place for place, bit in enumerate(bits) if not (self._alike(0, bit) and self._alike(whole, whole ^ bit))
        ]
        together = sum(1 << place for place in active)
        self._need([together])
        if self._alike(together, whole):
            self._active = tuple(active)

    def _alike(self, one: int, other: int) -> bool:
        return self._frames[one].equals(self._frames[other])

    def _need(self, coalitions: Iterable[int]) -> None:
        missing = [one for one in dict.fromkeys(coalitions) if one not in self._frames]
        found = self._live([self.question.cell(one) for one in missing], self.question.days) if missing else []
        self._frames.update(zip(missing, found, strict=True))

    def _spread(self, coalition: int) -> int:
        """Return a coalition of the active parts as one of the question's."""
        return sum(1 << place for position, place in enumerate(self._active) if coalition >> position & 1)

    def answer(self) -> Attribution:
        """Live every coalition that is needed and say what each part brings.

        Raises
        ------
        TwinError
            Where a KPI that was asked for has values on fewer than two days that all coalitions share.
        """
        question = self.question
        self._need(self.coalitions)
        found, left_out = [], []
        for kpi in question.kpis:
            worths = self._worths(kpi.name)
            if worths.shape[1] >= 2:
                found.append(self._attributed(kpi, worths))
            elif question.asked:
                refuse(
                    "--kpi",
                    "{kpi} has a value under every coalition on {days} of {count} days, and an interval needs two; "
                    "give more --reps, or a KPI with cases on every day",
                    kpi=kpi.name, days=worths.shape[1], count=question.days,
                )  # fmt: skip
            else:
                left_out.append(kpi.name)
        if not found:
            refuse("--reps", "no headline figure has values on two days under every coalition; give more")
        return self._put_together(found, left_out)

    def _put_together(self, found: Sequence[KpiAttribution], left_out: Sequence[str]) -> Attribution:
        question, scenario = self.question, self.question.scenario
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
            coalitions=len(self._frames),
            orders=len(self.orders),
            idle=self.idle,
            asked=question.asked,
        )

    def _worths(self, kpi: str) -> NDArray[np.float64]:
        """Return a KPI of each coalition on the days on which all have it, shape (coalitions, days)."""
        columns = [
            self._frames[one].get(kpi, pd.Series(np.nan, index=self._frames[one].index)) for one in self.coalitions
        ]
        whole = np.column_stack([column.to_numpy(dtype=np.float64) for column in columns])
        shared: NDArray[np.float64] = whole[~np.isnan(whole).any(axis=1)].T
        return shared

    def _attributed(self, kpi: Kpi, worths: NDArray[np.float64]) -> KpiAttribution:
        rounding = ROUNDING * max(1.0, float(np.abs(worths).max()))
        place = {coalition: position for position, coalition in enumerate(self.coalitions)}
        start, goal = worths[0], worths[-1]
        together = None
        if len(self.orders):
            along = shapley.coalitions_along(self.orders)
            rows = np.vectorize(lambda one: place[self._spread(int(one))])(along)
            gains = _without_rounding(shapley.gains_along(self.orders, worths[rows]), rounding)
            values = shapley.over_orders_and_days(gains)
        else:
            values = shapley.over_days(_without_rounding(shapley.shapley_values(worths), rounding))
            pairs = _without_rounding(shapley.interactions(worths), rounding)
            together = self._for_all_pairs([_amounts(shapley.over_days(row)) for row in pairs])
        whole = shapley.over_days(_without_rounding((goal - start)[None], rounding))
        return KpiAttribution(
            kpi=kpi.name,
            unit=kpi.family.unit,
            better=kpi.family.better,
            start=float(start.mean()),
            goal=float(goal.mean()),
            whole=_amounts(whole)[0],
            parts=self._for_all(_amounts(values)),
            together=together,
            days=worths.shape[1],
        )

    def _for_all(self, amounts: Sequence[Amount]) -> tuple[Amount, ...]:
        """Return an amount for each part of the question: nothing for those that are idle."""
        known = dict(zip(self._active, amounts, strict=True))
        return tuple(known.get(place, NOTHING) for place in range(len(self.question.parts)))

    def _for_all_pairs(self, rows: Sequence[Sequence[Amount]]) -> tuple[tuple[Amount, ...], ...]:
        known = {place: self._for_all(row) for place, row in zip(self._active, rows, strict=True)}
        nothing = (NOTHING,) * len(self.question.parts)
        return tuple(known.get(place, nothing) for place in range(len(self.question.parts)))


NOTHING: Final = Amount(0.0, 0.0, 0.0, 0.0)


def _without_rounding(values: NDArray[np.float64], rounding: float) -> NDArray[np.float64]:
    return np.where(np.abs(values) <= rounding, 0.0, values)


def _amounts(found: shapley.Estimates) -> list[Amount]:
    """Return amounts by part."""
    arrays = (found.mean, found.half, found.half_days, found.half_orders)
    return [Amount(*values) for values in zip(*(array.tolist() for array in arrays), strict=True)]
