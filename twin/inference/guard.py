"""Has a KPI kept its recorded value? Equivalence of days lived now with days lived before.

The question of a guard is the reverse of a test for a difference: a change must be shown to be absent. So a KPI is kept
when the interval of its difference lies within a margin (two one-sided tests), and everything else is an alarm. With an
interval of 92 % a change as large as the margin passes less than 5 % of the time, whatever the number of days. What the
number of days buys is few false alarms: `narrowest_margin` says how narrow a margin may be so that a guard over many
KPIs raises one in at most 1 % of the checks of unchanged code, on days that have nothing in common with the recorded.

References
----------
Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach for assessing the
equivalence of average bioavailability, Journal of Pharmacokinetics and Biopharmaceutics 15(6).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from twin.core.statistics import student_half
from twin.inference.estimates import Array
from twin.inference.paired import differences, student, welch

FALSE_ALARMS: Final = 0.01
"""Share of checks of unchanged code in which a guard, over all its KPIs, may raise an alarm."""
MISSED: Final = 0.05
"""Share of checks in which a change as large as the margin may pass."""
_TAIL: Final = 0.04
"""What each of the two tests may err: less, for a relative margin is one of a mean that chance moves too."""
_RESERVE: Final = 0.5
"""Share of the false alarms that is left to what is not normal about days: skewed KPIs, few cases behind one."""
WIDEST: Final = 0.25
"""Share of its mean beyond which a margin guards nothing: such a KPI is judged on the same days only."""
_POINTS: Final = 300

Verdict = Literal["kept", "moved", "unclear"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One KPI, recorded and now.

    Attributes
    ----------
    recorded, now
        Means over the days.
    low, high
        Interval of the difference, now minus recorded, of confidence 92 %.
    margin
        The largest difference that does not matter.
    verdict
        ``kept`` where the interval lies within the margin, ``moved`` where it lies wholly on one side of 0 besides,
        ``unclear`` where it holds 0 and reaches beyond the margin.
    """

    recorded: float
    now: float
    low: float
    high: float
    margin: float
    verdict: Verdict


def judge(recorded: Array, now: Array, margin: float, *, paired: bool) -> Kept:
    """Judge one KPI.

    Parameters
    ----------
    recorded, now
        Its values by day; at least two each, and of one length where they are paired.
    paired
        Whether both are of the same days, one by one: Student's interval of the differences; else Welch's.
    """
    before, after = float(recorded.mean()), float(now.mean())
    if paired:
        found = student(differences(recorded, now))
        difference, error, degrees = found.mean, found.standard_error, float(found.degrees)
    else:
        difference = after - before
        error, degrees = welch(recorded, now)
    half = student_half(error, degrees, 1 - 2 * _TAIL)
    low, high = difference - half, difference + half
    if -margin <= low and high <= margin:
        verdict: Verdict = "kept"
    else:
        verdict = "moved" if low > 0 or high < 0 else "unclear"
    return Kept(before, after, low, high, margin, verdict)


def narrowest_margin(deviation: float, count: int, kpis: int) -> float:
    """Return the least margin of a KPI with which the guard keeps to its `FALSE_ALARMS` on days drawn anew.

    Parameters
    ----------
    deviation
        Standard deviation between the recorded days.
    count
        How many days were recorded, and will be lived in each check.
    kpis
        How many KPIs the guard judges; each may use up an equal part of the false alarms (Bonferroni).
    """
    return deviation * math.sqrt(2 / count) * _factor(count, kpis)


@lru_cache(maxsize=64)
def _factor(count: int, kpis: int) -> float:
    """Return the narrowest margin in units of the recorded days' own standard error of a difference, by bisection.

    The chance of an alarm is a mean over both samples' standard deviations, so that a recording whose days happened to
    be alike is allowed for.
    """
    from scipy.special import ndtr, stdtrit

    freedom = count - 1
    recorded, weights = _relative_deviations(freedom)
    a, b = recorded[:, None] ** 2, recorded[None, :] ** 2
    grid = np.linspace(freedom, 2 * freedom, 60)
    quantiles = np.interp(freedom * (a + b) ** 2 / (a**2 + b**2), grid, stdtrit(grid, 1 - _TAIL))
    halves, weight = quantiles * np.sqrt((a + b) / 2), weights[:, None] * weights[None, :]

    def alarms(factor: float) -> float:
        room = factor * recorded[:, None] - halves
        chance = np.where(room > 0, 2 * ndtr(-np.maximum(room, 0)), 1.0)
        return float((weight * chance).sum())

    low, high = 0.0, 1000.0
    while high - low > 1e-4 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if alarms(middle) <= _RESERVE * FALSE_ALARMS / kpis else (middle, high)
    return high


def _relative_deviations(freedom: int) -> tuple[Array, Array]:
    """Return points and weights of the distribution of a normal sample's standard deviation over the true one."""
    points = np.linspace(0.0, 1 + 8 / math.sqrt(2 * freedom), _POINTS + 1)[1:]
    logs = (freedom - 1) * np.log(points) - freedom * points**2 / 2
    weights = np.exp(logs - logs.max())
    return points, weights / weights.sum()


def margins_on_other_days(recorded: Sequence[Array], wanted: Sequence[float]) -> list[float | None]:
    """Return each KPI's margin on days drawn anew: the one wanted, or the narrowest possible where that is wider.

    None for a KPI that never varied, or whose margin would be wider than `WIDEST`; the others share the false alarms.

    Parameters
    ----------
    recorded
        Each KPI's values by day, two at least.
    wanted
        The margin that each should have, in its unit.
    """
    deviations = [float(values.std(ddof=1)) for values in recorded]
    judged = [place for place, deviation in enumerate(deviations) if deviation > 0]
    narrowest: dict[int, float] = {}
    for _ in range(2):  # those that drop out leave their part to the others
        narrowest = {at: narrowest_margin(deviations[at], len(recorded[at]), len(judged)) for at in judged}
        judged = [at for at in judged if narrowest[at] <= max(wanted[at], WIDEST * abs(float(recorded[at].mean())))]
    return [max(wanted[at], narrowest[at]) if at in judged else None for at in range(len(recorded))]


def days_needed(relative_deviation: float, kpis: int, margin: float = 0.05, most: int = 2000) -> int | None:
    """Return how many days let a guard hold a relative margin; None where ``most`` are not enough.

    Parameters
    ----------
    relative_deviation
        Standard deviation between days over their mean.
    """
    if narrowest_margin(relative_deviation, most, kpis) > margin:
        return None
    low, high = 2, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if narrowest_margin(relative_deviation, middle, kpis) <= margin else (middle, high)
    return high
