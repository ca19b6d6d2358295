"""What rules of inspection learn from the city's diary: how many failures from wear tomorrow brings to each elevator.

Two regressions of Poisson numbers on the logarithm of the hazard (proportional hazards, Cox 1972, in discrete days),
estimated by scikit-learn. The first knows what an elevator is (age, use, floors, starts) and says how many faults of
any kind it should have had; what it has had more or less tells how prone it is (the mean of a gamma distribution given
a Poisson number, as in credibility theory: Bühlmann 1967, "Experience rating and credibility"). The second adds this,
the days since the last visit, and, where an elevator reports them, its fault codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.elevators.decisions_inspection import REASONS, Diary, Fleet, InspectionView, Reasons

DAYS_A_YEAR: Final = 365.25
YOUNGEST_YEARS: Final = 0.5
MODERNISED_YEARS: Final = 15.0
"""From this age on many have been modernised, nobody has a list of which: a step of its own."""
FEWEST_FAILURES: Final = 50
"""With fewer nothing is learnt."""
FEWEST_CODES: Final = 200
"""With fewer failures of elevators that report codes these are not looked at."""
DIGITS: Final = 6
"""Coefficients are rounded, so that neither processor nor library changes who is visited."""
LEAST_PRONE, MOST_PRONE = 0.1, 100.0
"""Bounds of the estimated shape of how prone elevators are."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Fit:
    """Coefficients of columns, and the intercept."""

    of: Values
    intercept: float

    def of_rows(self, columns: Values) -> Values:
        """Return the logarithm of the hazard, shape (rows,)."""
        # einsum and not @, whose threads wait for one another where every core has its own run
        return np.asarray(np.einsum("rc,c->r", columns, self.of) + self.intercept)


class WearRisk:
    """What has been learnt, for one fleet.

    Use `learnt`.
    """

    def __init__(self, view: InspectionView, rows: slice) -> None:
        fleet, diary = view.fleet, view.diary
        everybody = np.arange(len(fleet), dtype=np.int32)
        self._recovery_days = view.round_days / 2
        year = diary.day[rows] / DAYS_A_YEAR
        who, weight = diary.elevator[rows], diary.weight[rows].astype(np.float64)
        plain = _plain_columns(fleet, who, year)
        first = _fitted(plain, diary.failed[rows], weight)
        self._groups = _grouped(_plain_columns(fleet, everybody, view.day / DAYS_A_YEAR), first)
        self._rate = np.exp(self._groups.sum(axis=1) + first.intercept)
        rate = np.exp(first.of_rows(plain))
        faults, days = diary.faults[rows].astype(np.float64), diary.days_observed[rows].astype(np.float64)
        self._shape = _shape(faults, rate * days, weight)
        columns = self._columns(rate, faults, days, diary.days_since_visit[rows])
        worn, codes = diary.failed_from_wear[rows], diary.codes[rows].astype(np.float64)
        self._without_codes = _fitted(columns, worn, weight)
        told = np.isfinite(codes)
        coded = np.average(np.log1p(codes[told]), weights=weight[told]) if told.any() else 0.0
        self._means = np.array([*np.average(columns, axis=0, weights=weight), coded])
        """Of the columns and of codes, over all days so far."""
        self._with_codes: _Fit | None = None
        if int(worn[told].sum()) >= FEWEST_CODES:
            with_codes = np.column_stack([columns[told], np.log1p(codes[told])])
            self._with_codes = _fitted(with_codes, worn[told], weight[told])

    def _columns(self, rate: Values, faults: Values, days: Values, days_since_visit: NDArray[np.int32]) -> Values:
        """Return logarithms of the rate by kind, of how prone each is, and of the time since the visit."""
        prone = np.log((self._shape + faults) / (self._shape + rate * days))
        return np.column_stack([np.log(rate), prone, np.log(days_since_visit + self._recovery_days)])

    def expected(self, view: InspectionView) -> Values:
        """Return the failures from wear that tomorrow brings to each elevator, shape (n,)."""
        record = view.record
        days = np.full(len(record), float(view.days_observed))
        columns = self._columns(self._rate, record.faults.astype(np.float64), days, record.days_since_visit)
        log = self._without_codes.of_rows(columns)
        if self._with_codes is not None:
            codes = np.log1p(record.codes.astype(np.float64))
            told = np.isfinite(codes)
            log[told] = self._with_codes.of_rows(np.column_stack([columns[told], codes[told]]))
        return np.exp(log)

    def reasons(self, view: InspectionView, who: NDArray[np.int32]) -> Reasons:
        """Return by what each column multiplies what is expected, relative to the mean of all days so far; (k, 7)."""
        record = view.record
        days = np.full(len(who), float(view.days_observed))
        faults = record.faults[who].astype(np.float64)
        columns = self._columns(self._rate[who], faults, days, record.days_since_visit[who])
        codes = np.log1p(record.codes[who].astype(np.float64))
        told = np.isfinite(codes) & (self._with_codes is not None)
        times = np.ones((len(who), len(REASONS)))
        for fit, rows in ((self._without_codes, ~told), (self._with_codes, told)):
            if fit is None:
                continue
            groups = (self._groups[who[rows]] - self._groups.mean(axis=0)) * fit.of[0]
            others = (columns[rows, 1:] - self._means[1:3]) * fit.of[1:3]
            times[rows, :-1] = np.exp(np.column_stack([groups, others]))
            if fit is self._with_codes:
                times[rows, -1] = np.exp((codes[rows] - self._means[3]) * fit.of[3])
        return Reasons(REASONS, times)


def learnt(view: InspectionView, until_day: int) -> WearRisk | None:
    """Learn from the days before one; None where too few failures from wear are known."""
    rows = slice(0, int(np.searchsorted(view.diary.day, until_day)))
    if int(view.diary.failed_from_wear[rows].sum()) < FEWEST_FAILURES:
        return None
    return WearRisk(view, rows)


class Learner:
    """Learns anew every so many days, from the days before, and remembers what it has learnt until then.

    What it says depends on the view alone: asked first on the last day before it learns anew, or on every day, it
    says the same.
    """

    def __init__(self, learns_every_days: int) -> None:
        self._every = learns_every_days
        self._of: tuple[int, ...] = ()
        self._risk: WearRisk | None = None

    def risk(self, view: InspectionView) -> WearRisk | None:
        """Return what is known by now; None where too few failures from wear are known."""
        until = view.day // self._every * self._every
        of = (until, *_print_of(view.diary, until))
        if of != self._of:
            self._of, self._risk = of, learnt(view, until)
        return self._risk


def _print_of(diary: Diary, until_day: int) -> tuple[int, ...]:
    """Tell one diary from another by its last rows: a run's only grows."""
    end = int(np.searchsorted(diary.day, until_day))
    last = slice(max(0, end - 200), end)
    return (end, hash((diary.elevator[last].tobytes(), diary.codes[last].tobytes(), diary.faults[last].tobytes())))


def _plain_columns(fleet: Fleet, who: NDArray[np.int32], later_years: float | Values) -> Values:
    """Return what elevators are: age (two columns), floors, starts, and one column a use but the first."""
    age = np.maximum(fleet.age_years[who] + later_years, YOUNGEST_YEARS)
    uses = int(fleet.use.max(initial=0)) + 1
    return np.column_stack(
        [
            np.log(age),
            age >= MODERNISED_YEARS,
            np.log(fleet.floors[who]),
            np.log(fleet.starts_a_day[who]),
            *(fleet.use[who] == use for use in range(1, uses)),
        ]
    ).astype(np.float64)


def _grouped(columns: Values, fit: _Fit) -> Values:
    """Return the parts of the logarithm by age, use, floors and starts, shape (n, 4)."""
    part = columns * fit.of
    return np.column_stack([part[:, :2].sum(axis=1), part[:, 4:].sum(axis=1), part[:, 2], part[:, 3]])


def _shape(faults: Values, expected: Values, weight: Values) -> float:
    """Estimate the shape of how prone elevators are: the variance beyond chance of the numbers of faults (moments)."""
    beyond = float((weight * ((faults - expected) ** 2 - expected)).sum())
    square = float((weight * expected**2).sum())
    return float(np.round(np.clip(square / beyond if beyond > 0 else MOST_PRONE, LEAST_PRONE, MOST_PRONE), DIGITS))


def _fitted(columns: Values, happened: NDArray[np.bool_], weight: Values) -> _Fit:
    """Estimate how the logarithm of the hazard depends on columns, on one thread."""
    from sklearn.linear_model import PoissonRegressor
    from threadpoolctl import threadpool_limits

    middle, spread = columns.mean(axis=0), columns.std(axis=0)
    spread[spread < 1e-9] = 1.0
    model = PoissonRegressor(alpha=1e-6, solver="newton-cholesky", tol=1e-6, max_iter=100)
    with threadpool_limits(limits=1):
        model.fit((columns - middle) / spread, happened.astype(np.float64), sample_weight=weight)
    of = np.round(np.asarray(model.coef_, np.float64) / spread, DIGITS)
    return _Fit(of, float(np.round(model.intercept_ - (of * middle).sum(), DIGITS)))
