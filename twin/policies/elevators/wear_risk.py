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
MOST_ROWS: Final = 150_000
"""Of a longer diary every second, third, ... row is learnt from: more rows take longer and say little more."""
DIGITS: Final = 6
"""Coefficients are rounded, so that neither processor nor library changes who is visited."""
LEAST_PRONE, MOST_PRONE = 0.1, 100.0
"""Bounds of the estimated shape of how prone elevators are."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """What a regression has found: coefficients of columns, and the intercept."""

    of: Values
    intercept: float

    def of_rows(self, columns: Values) -> Values:
        """Return the logarithm of the hazard, shape (rows,)."""
        # einsum and not @, whose threads wait for one another where every core has its own run
        return np.asarray(np.einsum("rc,c->r", columns, self.of) + self.intercept)


class WearRisk:
    """What has been learnt, for one fleet; see `learnt`.

    Attributes
    ----------
    plain
        How faults of any kind depend on what an elevator is: logarithm of its age, whether it is 15 years or older,
        logarithms of floors and starts, its use.
    shape
        Of the gamma distribution of how prone elevators are.
    without_codes, with_codes
        How failures from wear depend on the logarithms of the rate by `plain`, of how prone the elevator is, of the
        days since its visit (and half a round), and of its fault codes; None where too few report any.
    """

    def __init__(self, view: InspectionView, until_day: int) -> None:
        diary, rows = view.diary, _before(view.diary, until_day)
        who, weight = diary.elevator[rows], diary.weight[rows].astype(np.float64)
        self._recovery_days = view.round_days / 2
        columns = _plain_columns(view.fleet, who, diary.day[rows] / DAYS_A_YEAR)
        self.plain = fitted(columns, diary.failed[rows], weight)
        faults, days = diary.faults[rows].astype(np.float64), diary.days_observed[rows].astype(np.float64)
        rate = np.exp(self.plain.of_rows(columns))
        so_far = self._rate_so_far(view.fleet, who, rate, diary.day[rows], days)
        self.shape = _shape(faults, so_far * days, weight)
        self._know(view, until_day)
        columns = self._columns(np.log(rate), faults, so_far * days, diary.days_since_visit[rows])
        self._learn_wear(columns, diary.failed_from_wear[rows], diary.codes[rows].astype(np.float64), weight)

    def _know(self, view: InspectionView, until_day: int) -> None:
        """Reckon of every elevator of the fleet what does not change until something new is learnt."""
        everybody = np.arange(len(view.fleet), dtype=np.int32)
        columns = _plain_columns(view.fleet, everybody, until_day / DAYS_A_YEAR)
        self._groups = _grouped(columns, self.plain)
        self._mean_groups = self._groups.mean(axis=0)
        self._rate = np.exp(self._groups.sum(axis=1) + self.plain.intercept)
        self._log_rate = np.log(self._rate)
        days = np.float64(view.days_observed - (view.day - until_day))
        self._so_far = self._rate_so_far(view.fleet, everybody, self._rate, np.int32(until_day), days)

    def _learn_wear(self, columns: Values, worn: NDArray[np.bool_], codes: Values, weight: Values) -> None:
        told = np.isfinite(codes)
        coded = np.average(np.log1p(codes[told]), weights=weight[told]) if told.any() else 0.0
        self._means = np.array([*np.average(columns, axis=0, weights=weight), coded])
        """Of the columns and of codes, over all days so far."""
        self.without_codes = fitted(columns, worn, weight)
        self.with_codes: Fit | None = None
        if int(worn[told].sum()) >= FEWEST_CODES:
            with_codes = np.column_stack([columns[told], np.log1p(codes[told])])
            self.with_codes = fitted(with_codes, worn[told], weight[told])

    def _rate_so_far(
        self, fleet: Fleet, who: NDArray[np.int32], rate: Values, day: NDArray[np.int32] | np.int32,
        days_observed: Values | np.float64,
    ) -> Values:  # fmt: skip
        """Return the mean rate while there were records: an elevator was younger then, half of that time on average."""
        now, then = (_age_columns(fleet, who, at / DAYS_A_YEAR) for at in (day, day - days_observed / 2))
        return np.asarray(rate * np.exp(np.einsum("rc,c->r", then - now, self.plain.of[:2])))

    def _columns(
        self, log_rate: Values, faults: Values, foreseen: Values, days_since_visit: NDArray[np.int32]
    ) -> Values:
        """Return logarithms of the rate by kind, of how prone each is, and of the time since the visit."""
        prone = np.log((self.shape + faults) / (self.shape + foreseen))
        log_of_days = np.log(np.arange(int(days_since_visit.max(initial=0)) + 1) + self._recovery_days)
        return np.column_stack([log_rate, prone, log_of_days[days_since_visit]])

    def expected(self, view: InspectionView) -> Values:
        """Return the failures from wear that tomorrow brings to each elevator, shape (n,)."""
        record = view.record
        foreseen = self._so_far * view.days_observed
        columns = self._columns(self._log_rate, record.faults.astype(np.float64), foreseen, record.days_since_visit)
        log = self.without_codes.of_rows(columns)
        if self.with_codes is not None:
            told = np.flatnonzero(np.isfinite(record.codes))
            codes = np.log1p(record.codes[told].astype(np.float64))
            log[told] = self.with_codes.of_rows(np.column_stack([columns[told], codes]))
        return np.exp(log)

    def reasons(self, view: InspectionView, who: NDArray[np.int32]) -> Reasons:
        """Return by what each column multiplies what is expected, relative to the mean of all days so far; (k, 7)."""
        record = view.record
        faults, foreseen = record.faults[who].astype(np.float64), self._so_far[who] * view.days_observed
        columns = self._columns(self._log_rate[who], faults, foreseen, record.days_since_visit[who])
        codes = np.log1p(record.codes[who].astype(np.float64))
        told = np.isfinite(codes) & (self.with_codes is not None)
        times = np.ones((len(who), len(REASONS)))
        for fit, rows in ((self.without_codes, ~told), (self.with_codes, told)):
            if fit is None:
                continue
            groups = (self._groups[who[rows]] - self._mean_groups) * fit.of[0]
            others = (columns[rows, 1:] - self._means[1:3]) * fit.of[1:3]
            times[rows, :-1] = np.exp(np.column_stack([groups, others]))
            if fit is self.with_codes:
                times[rows, -1] = np.exp((codes[rows] - self._means[3]) * fit.of[3])
        return Reasons(REASONS, times)


def learnt(view: InspectionView, until_day: int) -> WearRisk | None:
    """Learn from the days before one; None where too few failures from wear are known."""
    known = view.diary.failed_from_wear[_before(view.diary, until_day)]
    return WearRisk(view, until_day) if int(known.sum()) >= FEWEST_FAILURES else None


def _before(diary: Diary, day: int) -> slice:
    """Return the rows before a day, evenly thinned where there are very many."""
    end = int(np.searchsorted(diary.day, day))
    return slice(0, end, 1 + end // MOST_ROWS)


class Learner:
    """Learns anew every so many days, from the days before, and remembers what it has learnt until then.

    What it says depends on the view alone: asked first on the last day before it learns anew, or on every day, it
    says the same. The library is loaded when a run begins, not while the first answer is waited for.
    """

    def __init__(self, learns_every_days: int) -> None:
        import sklearn.linear_model
        import threadpoolctl

        del sklearn, threadpoolctl
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
    end = _before(diary, until_day).stop
    last = slice(max(0, end - 200), end)
    return (end, hash((diary.elevator[last].tobytes(), diary.codes[last].tobytes(), diary.faults[last].tobytes())))


def _age_columns(fleet: Fleet, who: NDArray[np.int32], later_years: float | Values) -> Values:
    age = np.maximum(fleet.age_years[who] + later_years, YOUNGEST_YEARS)
    return np.column_stack([np.log(age), age >= MODERNISED_YEARS])


def _plain_columns(fleet: Fleet, who: NDArray[np.int32], later_years: float | Values) -> Values:
    """Return what elevators are: age (two columns), floors, starts, and one column a use but the first."""
    uses = int(fleet.use.max(initial=0)) + 1
    return np.column_stack(
        [
            _age_columns(fleet, who, later_years),
            np.log(fleet.floors[who]),
            np.log(fleet.starts_a_day[who]),
            *(fleet.use[who] == use for use in range(1, uses)),
        ]
    ).astype(np.float64)


def _grouped(columns: Values, fit: Fit) -> Values:
    """Return the parts of the logarithm by age, use, floors and starts, shape (n, 4)."""
    part = columns * fit.of
    return np.column_stack([part[:, :2].sum(axis=1), part[:, 4:].sum(axis=1), part[:, 2], part[:, 3]])


def _shape(faults: Values, expected: Values, weight: Values) -> float:
    """Estimate the shape of how prone elevators are: the variance beyond chance of the numbers of faults (moments)."""
    beyond = float((weight * ((faults - expected) ** 2 - faults)).sum())
    square = float((weight * expected**2).sum())
    return float(np.round(np.clip(square / beyond if beyond > 0 else MOST_PRONE, LEAST_PRONE, MOST_PRONE), DIGITS))


def fitted(columns: Values, happened: NDArray[np.bool_], weight: Values) -> Fit:
    """Estimate how the logarithm of the hazard depends on columns, on one thread."""
    from sklearn.linear_model import PoissonRegressor
    from threadpoolctl import threadpool_limits

    middle, spread = columns.mean(axis=0), columns.std(axis=0)
    spread[spread < 1e-9] = 1.0
    model = PoissonRegressor(alpha=1e-6, solver="newton-cholesky", tol=1e-6, max_iter=100)
    with threadpool_limits(limits=1):
        model.fit((columns - middle) / spread, happened.astype(np.float64), sample_weight=weight)
    of = np.round(np.asarray(model.coef_, np.float64) / spread, DIGITS)
    return Fit(of, float(np.round(model.intercept_ - (of * middle).sum(), DIGITS)))
