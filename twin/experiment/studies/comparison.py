"""What a comparison asks, and what it answers: every KPI of each brain against the first, with a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from twin.core.kpis import Better, Kpi
from twin.core.margins import Size
from twin.core.statistics import CONFIDENCE
from twin.core.streams import Streams
from twin.experiment.compare import is_headline
from twin.experiment.studies.margins import Margin, Margins
from twin.inference.bootstrap import BootstrapEstimate, bootstrap_t, quantile_interval
from twin.inference.estimates import Ends, Estimate, p_value
from twin.inference.families import holm
from twin.inference.paired import Pairing, StudentEstimate, differences, pairing, student
from twin.inference.verdicts import Judgement, judge

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Method = Literal["student", "bootstrap"]
Family = Literal["primary", "headline", "other"]
BOOTSTRAP_FROM: Final = 10
"""Days from which on the bootstrap can be trusted with skewed figures."""
BOOTSTRAP_UNTIL: Final = 1000
"""Days from which on means are normal enough, and resampling only costs time."""


@dataclass(frozen=True, slots=True)
class ComparisonQuestion:
    """What is asked.

    Attributes
    ----------
    brains
        Names; the first is what others are compared with.
    kpi
        The one that matters most, or None: it is tested by itself, and decides how many replications are enough and
        which brain is best.
    replications
        How many, or None: as many as it takes until the KPI's interval is narrow.
    half_width
        How narrow, in the KPI's unit; None for its margin.
    cap
        Most replications where they are not given.
    indifference
        A difference between brains that one does not mind when the best is picked; None for the margin.
    pick
        Whether brains that have fallen behind are not lived any further.
    find_warm_up
        Whether the hours that are lived and not counted are found from a few days, instead of the scenario's.
    """

    brains: tuple[str, ...]
    kpi: str | None = None
    replications: int | None = None
    half_width: float | None = None
    cap: int = 200
    margins: Margins = field(default_factory=Margins)
    indifference: Size | None = None
    pick: bool = False
    find_warm_up: bool = False


@dataclass(frozen=True, slots=True)
class ComparedKpi:
    """One KPI of a brain against the first brain.

    Attributes
    ----------
    family
        Of the questions whose p-values are adjusted together: the KPI that matters most, the headline KPIs, all others.
    days
        Pairs of days on which both brains have the KPI; ``lacking`` of the days lack it.
    baseline, other
        Means over these days.
    difference
        Mean of other minus baseline; ``ends`` is its 95 % interval, ``inner`` the 90 % one that is held against the
        margin.
    method
        Whose interval and p-values these are: Student's t, or the bootstrap-t for daily percentiles, medians and worst
        cases among the headline KPIs and the one that matters most.
    student, bootstrap
        The 95 % interval by each; the bootstrap's is None for all other KPIs and for few days.
    typical
        Median of the daily differences and its interval by the bootstrap over days, for headline KPIs of ten days on.
    """

    brain: str
    kpi: str
    unit: str
    better: Better
    family: Family
    days: int
    lacking: int
    baseline: float
    other: float
    difference: float
    ends: Ends
    inner: Ends
    method: Method
    student: Ends
    bootstrap: Ends | None
    typical: tuple[float, Ends] | None
    margin: Margin | None
    pairing: Pairing
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The days on which both brains have a KPI, and what they say, before the family is known."""

    brain: str
    kpi: Kpi
    family: Family
    lacking: int
    baseline: NDArray[np.float64]
    other: NDArray[np.float64]
    student: StudentEstimate
    bootstrap: BootstrapEstimate | None
    typical: tuple[float, Ends] | None

    @property
    def always_equal(self) -> bool:
        """Whether both brains have the same value on every day."""
        return self.student.mean == 0 and self.student.standard_error == 0

    @property
    def estimate(self) -> Estimate:
        """The estimate that the verdict rests on."""
        if self.bootstrap is not None and is_skewed(self.kpi):
            return self.bootstrap
        return self.student


def is_skewed(kpi: Kpi) -> bool:
    """Say whether a day's value is a percentile or a worst case, whose means over days are not near normal."""
    return kpi.statistic is not None and kpi.statistic != "mean"


def compare_tables(
    question: ComparisonQuestion, tables: Mapping[str, pd.DataFrame], catalogue: Mapping[str, Kpi], seed: int
) -> list[ComparedKpi]:
    """Compare every KPI that at least two days of both brains have, in the order of the catalogue.

    Parameters
    ----------
    tables
        The KPIs of each brain: a row a replication, a column a KPI, NaN where a day lacks it.
    seed
        Of the bootstrap's chance.
    """
    baseline, *others = question.brains
    found: list[_Pairs] = []
    for other in others:
        days = tables[baseline].index.intersection(tables[other].index)
        one, two = (tables[brain].loc[days] for brain in (baseline, other))
        for kpi in catalogue.values():
            if kpi.name in one.columns and kpi.name in two.columns:
                both = np.column_stack([table[kpi.name].to_numpy(np.float64) for table in (one, two)])
                found += _pairs(question, kpi, other, both, seed)
    adjusted: dict[int, float] = dict.fromkeys(range(len(found)), 1.0)
    for family in ("primary", "headline", "other"):  # what is the same on every day is no question
        places = [place for place, pairs in enumerate(found) if pairs.family == family and not pairs.always_equal]
        values = holm([p_value(found[place].estimate) for place in places])
        adjusted.update(zip(places, values.tolist(), strict=True))
    return [_compared(question, pairs, adjusted[place]) for place, pairs in enumerate(found)]


def _pairs(
    question: ComparisonQuestion, kpi: Kpi, brain: str, both: NDArray[np.float64], seed: int
) -> Iterator[_Pairs]:
    """Return the pairs of a KPI, if it has two: values of the baseline and of another brain by day, shape (days, 2)."""
    pairs = both[~np.isnan(both).any(axis=1)]
    if len(pairs) < 2:
        return
    family: Family = "primary" if kpi.name == question.kpi else "headline" if is_headline(kpi) else "other"
    apart = differences(pairs[:, 0], pairs[:, 1])
    enough = BOOTSTRAP_FROM <= len(apart) <= BOOTSTRAP_UNTIL
    bootstrap, typical = None, None
    if enough and family != "other":  # among hundreds of questions no p-value of a bootstrap would be small enough
        chance = Streams(seed, 0)("study", "bootstrap", brain, kpi.name)
        bootstrap = bootstrap_t(apart, chance)
        typical = float(np.median(apart)), quantile_interval(apart, 0.5, CONFIDENCE, chance)
    yield _Pairs(
        brain, kpi, family, len(both) - len(pairs), pairs[:, 0], pairs[:, 1], student(apart), bootstrap, typical
    )


def _compared(question: ComparisonQuestion, pairs: _Pairs, p_adjusted: float) -> ComparedKpi:
    kpi, estimate = pairs.kpi, pairs.estimate
    mean = float(pairs.baseline.mean())
    margin = question.margins.of(kpi, mean)
    return ComparedKpi(
        brain=pairs.brain,
        kpi=kpi.name,
        unit=kpi.family.unit,
        better=kpi.family.better,
        family=pairs.family,
        days=len(pairs.baseline),
        lacking=pairs.lacking,
        baseline=mean,
        other=float(pairs.other.mean()),
        difference=estimate.mean,
        ends=estimate.interval(CONFIDENCE),
        inner=estimate.interval(2 * CONFIDENCE - 1),
        method="student" if estimate is pairs.student else "bootstrap",
        student=pairs.student.interval(CONFIDENCE),
        bootstrap=None if pairs.bootstrap is None else pairs.bootstrap.interval(CONFIDENCE),
        typical=pairs.typical,
        margin=margin,
        pairing=pairing(pairs.baseline, pairs.other),
        judgement=judge(estimate, kpi.family.better, margin.size if margin else None, p_adjusted),
    )


def left_out(
    question: ComparisonQuestion, tables: Mapping[str, pd.DataFrame], rows: Sequence[ComparedKpi]
) -> list[tuple[str, str]]:
    """Return brain and name of each KPI that one of two brains has on too few days to be compared."""
    there = {(row.brain, row.kpi) for row in rows}
    baseline, *others = question.brains
    return [
        (other, str(name))
        for other in others
        for name in dict.fromkeys([*tables[baseline].columns, *tables[other].columns])
        if (other, name) not in there
    ]
