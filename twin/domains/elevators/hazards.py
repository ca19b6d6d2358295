"""How often each elevator fails: a baseline that grows with age, times what use, load and luck make of it.

Proportional hazards (Cox 1972, "Regression models and life-tables") on a power law of age (Crow 1974), with a gamma
frailty (Vaupel, Manton and Stallard 1979). Two kinds of causes: from outside, at a rate; from wear, see
`twin.kernels.elevator_failures`. The scale of both is such that a fleet as the parameters describe it, visited every
15 days, has the published number of entrapments: what a user's own fleet has follows from how it differs.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.elevators.parameters import OUTSIDE_CAUSES, USES, ElevatorParameters

DAYS_A_YEAR: Final = 365.25
PRACTICE_DAYS: Final = 15
"""The published figures are those of visits every 15 days (TSG T5002-2017)."""
YOUNGEST_YEARS: Final = 0.1
"""A younger elevator fails as one of this age: the power law has none at age 0."""
_STEPS: Final = 4000


def rates(fleet: pd.DataFrame, parameters: ElevatorParameters, later_years: float = 0.0) -> NDArray[np.float64]:
    """Return failures a day from outside, and from wear for each unit of the accumulated power; shape (n, 2).

    Parameters
    ----------
    later_years
        So long after the time to which the fleet's ages belong.
    """
    relative = relative_hazard(fleet, parameters, later_years)
    a_day = parameters.entrapments_per_elevator_year * parameters.faults_per_entrapment / DAYS_A_YEAR
    outside = outside_share(parameters)
    wear = a_day * (1 - outside) / mean_growth(parameters, PRACTICE_DAYS)
    return np.column_stack([relative * a_day * outside, relative * wear])


def relative_hazard(fleet: pd.DataFrame, parameters: ElevatorParameters, later_years: float) -> NDArray[np.float64]:
    """Return how much more often each elevator fails than the mean of the fleet that the parameters describe; (n,)."""
    use = fleet["use"].to_numpy()
    of_use = np.array([use_hazard(parameters, name) for name in USES])
    median = np.array([getattr(parameters.starts_a_day, name) for name in USES])
    power, sigma = parameters.usage_power, parameters.starts_sigma
    busy = (fleet["starts_a_day"].to_numpy(np.float64) / median[use]) ** power / np.exp((power * sigma) ** 2 / 2)
    age = fleet["age_years"].to_numpy(np.float64) + later_years
    renewed = fleet["renewed_draw"].to_numpy() < parameters.modernised_share
    aged = age_hazard(age, renewed, parameters) / mean_age_hazard(parameters)
    return np.asarray(of_use[use] * busy * aged * fleet["frailty"].to_numpy(np.float64))


def use_hazard(parameters: ElevatorParameters, use: str) -> float:
    """Return how much more often an elevator of a use traps somebody than the mean one."""
    share = float(getattr(parameters.use_shares, use))
    return float(getattr(parameters.entrapment_shares, use)) / share if share > 0 else 1.0


def age_hazard(
    age_years: NDArray[np.float64], renewed: NDArray[np.bool_], parameters: ElevatorParameters
) -> NDArray[np.float64]:
    """Return the power law of the age since installation or, where ``renewed``, modernisation; shapes (k,)."""
    since = np.where(renewed & (age_years >= parameters.modernised_at_years), parameters.modernised_at_years, 0.0)
    return np.asarray(np.maximum(age_years - since, YOUNGEST_YEARS) ** parameters.age_power)


def mean_age_hazard(parameters: ElevatorParameters) -> float:
    """Return its mean over the ages of the fleet that the parameters describe, half a year on.

    The published number is that of a year, in which elevators grow older and none is added.
    """
    installed = (np.arange(_STEPS) + 0.5) / _STEPS * parameters.oldest_years
    weight, age = np.exp(-parameters.growth_per_year * installed), installed + 0.5
    share, one = parameters.modernised_share, np.ones(_STEPS, np.bool_)
    law = share * age_hazard(age, one, parameters) + (1 - share) * age_hazard(age, ~one, parameters)
    return float((weight * law).sum() / weight.sum())


def outside_share(parameters: ElevatorParameters) -> float:
    """Return the share of the causes that no visit prevents."""
    return float(sum(getattr(parameters.cause_shares, name) for name in OUTSIDE_CAUSES))


def days_left_by_visits(parameters: ElevatorParameters, every_days: float) -> float:
    """Return the virtual days just after a visit, where there has always been one every so many days."""
    left = 1 - parameters.maintenance_efficiency
    return every_days * left / (1 - left)


def mean_growth(parameters: ElevatorParameters, every_days: float) -> float:
    """Return what a day adds to the accumulated power of virtual days, on average between such visits."""
    begin, power = days_left_by_visits(parameters, every_days), parameters.wear_power
    return float(((begin + every_days) ** power - begin**power) / every_days)
