"""The ambulances of Hanover County, and the best of all dispatch policies under four notions of equity.

McLay and Mayorga (2013), A dispatching model for server-to-customer systems that balances efficiency and equity,
Manufacturing & Service Operations Management 15(2) 205-220: four locations with an ambulance each. Calls are Poisson,
of high or low priority; who goes is busy for an exponential time that depends on where he comes from and where he goes
to; a call that finds all four busy is lost. A policy says who goes, by who is busy where, and by the call; the best one
of all comes out of a linear programme over how often each is sent in each state, and equity is a constraint of it.

Locations and ambulances are numbered from 0 here, from 1 in the paper. A stage is the uniformised chain's: time in
units of one over the largest rate of all transitions together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.linalg import spsolve

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

PLACES = 4
HIGH, LOW = 0, 1
MEASURES = (1, 2, 3, 4)
"""1: share of calls that the nearest serves; 2: survival; 3: share of time busy; 4: dispatches to high priority."""


@dataclass(frozen=True)
class County:
    """What the paper prints: section 4 and tables 1 to 4, in the paper's order.

    Attributes
    ----------
    calls_per_hour
        Of both priorities, from all locations.
    location_share
        Share of the calls that come from each location, shape (locations,).
    high_share
        Share of the calls of each location that are of high priority, shape (locations,).
    service_h
        Mean hours that a call keeps an ambulance, shape (ambulances, locations).
    reached_share
        Share of the calls of high priority that are reached within nine minutes, shape (ambulances, locations).
    survival
        Chance of survival of a threatened life, shape (ambulances, locations).
    """

    calls_per_hour: float = 1.2
    location_share: tuple[float, ...] = (0.169, 0.423, 0.106, 0.302)
    high_share: tuple[float, ...] = (0.583, 0.514, 0.613, 0.509)
    service_h: tuple[tuple[float, ...], ...] = (
        (1.15, 1.30, 1.73, 1.33), (1.30, 1.02, 1.73, 1.27), (1.22, 1.26, 1.57, 1.56), (1.25, 1.34, 1.73, 1.16),
    )  # fmt: skip
    reached_share: tuple[tuple[float, ...], ...] = (
        (0.413, 0.238, 0.100, 0.250), (0.238, 0.559, 0.050, 0.154), (0.100, 0.050, 0.263, 0.149),
        (0.313, 0.175, 0.149, 0.665),
    )  # fmt: skip
    survival: tuple[tuple[float, ...], ...] = (
        (0.1093, 0.0536, 0.0265, 0.0559), (0.0607, 0.1378, 0.0265, 0.0338), (0.0252, 0.0222, 0.0709, 0.0328),
        (0.0811, 0.0391, 0.0394, 0.1699),
    )  # fmt: skip

    @property
    def kind_share(self) -> Array:
        """Share of all calls of each priority and location, shape (2, locations)."""
        high = np.array(self.high_share)
        return np.array(self.location_share) * np.array([high, 1 - high])

    @property
    def stages_per_hour(self) -> float:
        """Calls and the ends of services, each ambulance at its fastest."""
        return self.calls_per_hour + float((1 / np.array(self.service_h)).max(axis=1).sum())

    @property
    def kind_rate(self) -> Array:
        """Chance that a stage brings a call of each priority and location, shape (2, locations)."""
        return self.kind_share * (self.calls_per_hour / self.stages_per_hour)


@dataclass(frozen=True)
class Bounds:
    """Bounds on the measures of equity; the defaults are the paper's table 5.

    Attributes
    ----------
    nearest_least
        Share of the calls of each priority and location that the nearest ambulance serves, at least.
    survival_least
        Mean survival at each location, at least.
    busy_least, busy_most
        Share of time that each ambulance is busy.
    high_least
        Dispatches of each ambulance to calls of high priority in a stage, at least.
    """

    nearest_least: float = 0.45
    survival_least: float = 0.06
    busy_least: float = 0.28
    busy_most: float = 0.36
    high_least: float = 0.03

    def least(self, measure: int) -> float:
        """Return what each value of a measure must be at least."""
        return {1: self.nearest_least, 2: self.survival_least, 3: self.busy_least, 4: self.high_least}[measure]


@dataclass(frozen=True)
class Plan:
    """A policy in its steady state.

    Attributes
    ----------
    state_share
        Share of time in each state, shape (states,).
    sent
        How often a stage sends each ambulance in each state to each kind of call, shape (states, 2, locations,
        ambulances).
    """

    county: County = field(repr=False)
    state_share: Array = field(repr=False)
    sent: Array = field(repr=False)

    @property
    def chances(self) -> Array:
        """Chance that each ambulance is sent, where one is free; the shape of `sent`."""
        total = self.sent.sum(axis=3, keepdims=True)
        return np.divide(self.sent, total, out=np.zeros_like(self.sent), where=total > 0)

    @property
    def lost(self) -> float:
        """Share of the calls that find all busy."""
        return float(self.state_share[~free().any(axis=1)].sum())

    @property
    def coverage(self) -> float:
        """Share of the calls of high priority that are reached in nine minutes; the lost ones are not."""
        high = self.sent[:, HIGH].sum(axis=0)
        return float((high * np.array(self.county.reached_share).T).sum() / self.county.kind_rate[HIGH].sum())

    @property
    def nearest(self) -> Array:
        """Measure 1, shape (2, locations)."""
        return np.einsum("shii->hi", self.sent) / self.county.kind_rate

    @property
    def survival(self) -> Array:
        """Measure 2, shape (locations,)."""
        high = self.sent[:, HIGH].sum(axis=0)
        return (high * np.array(self.county.survival).T).sum(axis=1) / self.county.kind_rate[HIGH]

    @property
    def busy(self) -> Array:
        """Measure 3, shape (ambulances,)."""
        return self.state_share @ ~free()

    @property
    def to_high(self) -> Array:
        """Measure 4, shape (ambulances,)."""
        return self.sent[:, HIGH].sum(axis=(0, 1))

    def measured(self, measure: int) -> Array:
        """Return a measure of equity, flat."""
        return {1: self.nearest, 2: self.survival, 3: self.busy, 4: self.to_high}[measure].ravel()

    def keeps(self, measure: int, bounds: Bounds) -> bool:
        """Say whether a measure of equity is within its bounds."""
        values = self.measured(measure)
        return bool((values >= bounds.least(measure)).all()) and (measure != 3 or values.max() <= bounds.busy_most)


# -- states ----------------------------------------------------------------------------------------------------------


@cache
def states() -> Numbers:
    """Return the states, shape (625, ambulances): 0 for a free ambulance, else 1 + where it serves."""
    return np.indices((PLACES + 1,) * PLACES).reshape(PLACES, -1).T


@cache
def free() -> NDArray[np.bool_]:
    """Return who is free in each state, shape (625, ambulances)."""
    return states() == 0


WEIGHTS = (PLACES + 1) ** np.arange(PLACES)[::-1]
"""What one more in each ambulance's digit adds to the number of a state."""


@cache
def _choices() -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return state, priority, location and ambulance of everything that may be done, shape (4,000,) each."""
    shape = (len(states()), 2, PLACES, PLACES)
    state, priority, location, ambulance = np.nonzero(np.broadcast_to(free()[:, None, None, :], shape))
    return state, priority, location, ambulance


def _ends(county: County) -> tuple[Numbers, Numbers, Array]:
    """Return the ends of services: from which state, to which, with which chance in a stage."""
    state, ambulance = np.nonzero(~free())
    location = states()[state, ambulance] - 1
    rate = 1 / (np.array(county.service_h)[ambulance, location] * county.stages_per_hour)
    return state, state - WEIGHTS[ambulance] * (location + 1), rate


def printed_size() -> tuple[int, int]:
    """Return the variables and constraints of the programme as the paper writes it.

    A variable for each state, kind of call and free ambulance, and one for doing nothing where there is no call or
    nobody free; a constraint for each state and kind of call, no call among them, and that shares add up to one.
    """
    number, all_busy = len(states()), int((~free().any(axis=1)).sum())
    kinds = 2 * PLACES
    return len(_choices()[0]) + all_busy * kinds + number, number * (kinds + 1) + 1


# -- policies --------------------------------------------------------------------------------------------------------


def live_by(county: County, chances: Array) -> Plan:
    """Return the steady state of a policy.

    Parameters
    ----------
    chances
        Chance that each ambulance is sent, shape (states, 2, locations, ambulances); 0 for those that are busy.
    """
    state, priority, location, ambulance = _choices()
    rate = county.kind_rate[priority, location] * chances[state, priority, location, ambulance]
    ended, after, end_rate = _ends(county)
    source = np.concatenate([state, ended])
    target = np.concatenate([state + WEIGHTS[ambulance] * (location + 1), after])
    rates = np.concatenate([rate, end_rate])
    number = len(states())
    flow = coo_array(
        (np.concatenate([rates, -rates]), (np.concatenate([target, source]), np.tile(source, 2))), (number, number)
    ).tolil()
    flow[-1] = np.ones(number)
    share = spsolve(flow.tocsc(), np.eye(number)[-1])
    return Plan(county, share, share[:, None, None, None] * county.kind_rate[None, :, :, None] * chances)


def by_lists(county: County, lists: Sequence[Sequence[int]]) -> Plan:
    """Return the plan that sends the first free ambulance of each location's list, whatever the priority."""
    chances = np.zeros((len(states()), 2, PLACES, PLACES))
    for location, order in enumerate(lists):
        ranked = free()[:, list(order)]
        chosen = np.array(order)[ranked.argmax(axis=1)]
        some = np.flatnonzero(ranked.any(axis=1))
        chances[some, :, location, chosen[some]] = 1.0
    return live_by(county, chances)


def best_plan(county: County, measures: Iterable[int] = (), bounds: Bounds | None = None) -> Plan | None:
    """Return the plan of most coverage under the bounds of some measures; None where none keeps them all."""
    state, priority, location, ambulance = _choices()
    number, choices = len(states()), len(state)
    reached = np.array(county.reached_share)[ambulance, location] * (priority == HIGH)
    equal, right = _balance(county)
    rows, limits = _equity(county, tuple(measures), bounds or Bounds())
    found = linprog(
        -np.concatenate([reached, np.zeros(number)]), A_eq=equal, b_eq=right, A_ub=rows, b_ub=limits, method="highs"
    )
    if found.x is None or not found.success:
        return None
    sent = np.zeros((number, 2, PLACES, PLACES))
    sent[state, priority, location, ambulance] = found.x[:choices]
    return Plan(county, found.x[choices:], sent)


def _balance(county: County) -> tuple[csr_array, Array]:
    """Return what every plan keeps: calls come as they come, states are left as often as entered, shares are shares.

    Variables: how often each choice is made in a stage, then the share of time in each state.
    """
    state, priority, location, ambulance = _choices()
    number, choices = len(states()), len(state)
    own = np.arange(choices)
    after = state + WEIGHTS[ambulance] * (location + 1)
    ended, back, rate = _ends(county)
    kind = (state * 2 + priority) * PLACES + location
    kinds, kind_row = np.unique(kind, return_inverse=True)
    split = coo_array(
        (
            np.concatenate([np.ones(choices), -np.broadcast_to(county.kind_rate.ravel(), (number, 8)).ravel()[kinds]]),
            (np.concatenate([kind_row, np.arange(len(kinds))]), np.concatenate([own, choices + kinds // 8])),
        ),
        (len(kinds), choices + number),
    )
    flow = coo_array(
        (
            np.concatenate([np.ones(choices), -np.ones(choices), rate, -rate]),
            (np.concatenate([state, after, ended, back]), np.concatenate([own, own, choices + ended, choices + ended])),
        ),
        (number, choices + number),
    )
    shares = csr_array(np.concatenate([np.zeros(choices), np.ones(number)])[None])
    return vstack([split, flow, shares]).tocsr(), np.concatenate([np.zeros(len(kinds) + number), [1.0]])


def _equity(county: County, measures: Sequence[int], bounds: Bounds) -> tuple[csr_array | None, Array | None]:
    """Return the constraints of equity as rows and limits from above, or nothing."""
    rows: list[Array] = []
    limits: list[Array] = []
    for measure in measures:
        own = _measure_rows(county, measure)
        rows.append(-own)
        limits.append(np.full(len(own), -bounds.least(measure)))
        if measure == 3:
            rows.append(own)
            limits.append(np.full(len(own), bounds.busy_most))
    if not rows:
        return None, None
    return csr_array(np.concatenate(rows)), np.concatenate(limits)


def _measure_rows(county: County, measure: int) -> Array:
    """Return a measure as linear functions of the variables, shape (values, variables)."""
    state, priority, location, ambulance = _choices()
    number = len(states())
    if measure == 3:
        return np.concatenate([np.zeros((PLACES, len(state))), (~free()).T.astype(np.float64)], axis=1)
    rate = county.kind_rate
    if measure == 1:
        group, weight = priority * PLACES + location, (location == ambulance) / rate[priority, location]
    elif measure == 2:
        survival = np.array(county.survival)[ambulance, location]
        group, weight = location, (priority == HIGH) * survival / rate[HIGH, location]
    else:
        group, weight = ambulance, (priority == HIGH) * 1.0
    values = group.max() + 1
    rows = (np.arange(values)[:, None] == group) * weight
    return np.concatenate([rows, np.zeros((values, number))], axis=1)


def with_ratio(county: County, ratio: float) -> County:
    """Return the county of the paper's example 2: so many times more calls from locations 2 and 4 than 1 and 3."""
    few = 0.5 / (1 + ratio)
    return dataclasses.replace(county, location_share=(few, ratio * few, few, ratio * few))
