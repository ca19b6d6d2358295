"""What the elevator domain asks about maintenance: which elevators are visited tomorrow.

A policy is a function of the view below, or a class with ``decide(view)``; it returns the answer. Columns are read-only
NumPy arrays with one entry an elevator, so that ``urgency[17]`` belongs to elevator 17.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is known of each elevator once and for all; the same object for the whole run.

    Attributes
    ----------
    age_years
        When the run begins.
    use
        Position in `twin.domains.elevators.parameters.USES`.
    floors, starts_a_day
        How high and how busy it is.
    firm
        Maintenance firm that has its contract.
    building
        Elevators of one building have one number.
    by_firm
        All elevators in the order of their firms; those of firm f are ``by_firm[firm_first[f]:firm_first[f + 1]]``.
    firm_first
        Shape (firms + 1,).
    """

    age_years: NDArray[np.float32]
    use: NDArray[np.int8]
    floors: NDArray[np.int16]
    starts_a_day: NDArray[np.float32]
    firm: NDArray[np.int32]
    building: NDArray[np.int32]
    by_firm: NDArray[np.int32]
    firm_first: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.age_years)


@dataclass(frozen=True, slots=True)
class Record:
    """What the city's records say of each elevator this evening.

    Attributes
    ----------
    days_since_visit
        Days from its last maintenance to tomorrow, at least 1.
    faults, wear_faults, entrapments
        How many since records begin: of single elevators (power cuts and floods are not counted); of door, drive and
        control; with somebody inside.
    days_since_fault
        Days from its last fault to tomorrow; -1 where it has had none.
    last_cause
        Position in `twin.domains.elevators.parameters.CAUSES`; -1 where it has had none.
    stands
        Whether it stands still.
    codes
        Fault codes that its controller has reported, the older the less (they halve every `codes_half_life_days`);
        not a number where it reports none to the city.
    """

    days_since_visit: NDArray[np.int32]
    faults: NDArray[np.int32]
    wear_faults: NDArray[np.int32]
    entrapments: NDArray[np.int32]
    days_since_fault: NDArray[np.int32]
    last_cause: NDArray[np.int8]
    stands: NDArray[np.bool_]
    codes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.faults)


@dataclass(frozen=True, slots=True)
class Diary:
    """Days of elevators in the past, to learn from: all on which one failed, and a sample of all days.

    One entry an elevator and day, in the order of days. It holds what was known on the evening before, and what came.

    Attributes
    ----------
    day
        0 is the day in which the run begins; the past before it is below 0.
    elevator
        Which one.
    days_since_visit, faults, wear_faults, codes
        As in `Record`, on that evening.
    days_observed
        For how many days there had been records.
    failed, failed_from_wear
        Whether it failed on the day; whether by door, drive or control.
    weight
        For how many such days it stands: 1 where the elevator failed, else the fleet by the day's sample.
    """

    day: NDArray[np.int32]
    elevator: NDArray[np.int32]
    days_since_visit: NDArray[np.int32]
    faults: NDArray[np.int32]
    wear_faults: NDArray[np.int32]
    codes: NDArray[np.float32]
    days_observed: NDArray[np.int32]
    failed: NDArray[np.bool_]
    failed_from_wear: NDArray[np.bool_]
    weight: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True, slots=True)
class InspectionView:
    """What the maintenance chief sees in the evening: n elevators, their firms.

    Attributes
    ----------
    time_s
        The midnight at which tomorrow begins, seconds since the scenario's start.
    day
        Tomorrow; 0 is the day in which the run begins.
    round_days
        The rule in force: each elevator is visited every so many days.
    days_observed
        For how many days there are records.
    visits_possible
        How many visits all firms' workers can make tomorrow.
    capacity
        The same by firm, shape (firms,).
    fleet, record, diary
        See these.
    true_hazard
        Failures from wear that tomorrow brings to each elevator, shape (n,). Nobody in the city knows them: they are
        there for the rule ``oracle`` alone, by which others are judged, and empty for every other rule.
    """

    time_s: float
    day: int
    round_days: int
    days_observed: int
    visits_possible: int
    capacity: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    fleet: Fleet = field(repr=False, metadata=NOT_RECORDED)
    record: Record = field(repr=False, metadata=NOT_RECORDED)
    diary: Diary = field(repr=False, metadata=NOT_RECORDED)
    true_hazard: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)

    def visits_as_in_rounds(self, every_days: float | None = None) -> NDArray[np.int32]:
        """Return tomorrow's visits by firm if each firm makes as many as rounds do, within what it can; (firms,).

        Parameters
        ----------
        every_days
            Mean days from visit to visit; `round_days` unless it is given.
        """
        import numpy as np

        each = np.diff(self.fleet.firm_first) / (every_days or self.round_days)
        whole = np.floor((self.day + 1) * each) - np.floor(self.day * each)
        return np.asarray(np.minimum(whole, self.capacity), np.int32)

    def most_urgent(self, urgency: NDArray[np.float64], visits: NDArray[np.int32] | None = None) -> NDArray[np.int32]:
        """Return of each firm's elevators those of greatest urgency, the most urgent of all first, shape (any,).

        Parameters
        ----------
        urgency
            Shape (n,). Of equals the one with the lower number comes first; minus infinity: not to be visited.
        visits
            At most so many of each firm, shape (firms,); `capacity` unless it is given.
        """
        import numpy as np

        fleet = self.fleet
        at_most = self.capacity if visits is None else visits
        ordered, first = urgency[fleet.by_firm], fleet.firm_first
        size = np.diff(first)
        wanted = np.minimum(np.maximum(at_most, 0), size)
        level = np.full(len(size), np.inf)  # the least urgency that each firm comes to
        for firm in np.flatnonzero(wanted).tolist():
            rank = size[firm] - wanted[firm]
            level[firm] = np.partition(ordered[first[firm] : first[firm + 1]], rank)[rank]
        least = np.repeat(level, size)
        above, equal = ordered > least, (ordered == least) & (least > -np.inf)
        before = np.concatenate([[0], np.cumsum(equal)])
        above_before = np.concatenate([[0], np.cumsum(above)])
        left = wanted - np.diff(above_before[first])  # so many of those who are at the level
        chosen = above | (equal & (before[:-1] - np.repeat(before[first[:-1]], size) < np.repeat(left, size)))
        found = fleet.by_firm[chosen]
        return np.asarray(found[np.lexsort((found, -urgency[found]))], np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """Why the elevators of an answer stand in it.

    Attributes
    ----------
    names
        What was looked at; `REASONS` have names in both languages.
    times
        By what each of these multiplies what would be expected of a mean elevator, shape (visits, names); above 0.
    """

    names: tuple[str, ...]
    times: NDArray[np.float64]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reasons):
            return NotImplemented
        return self.names == other.names and _same(self.times, other.times)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class Inspect:
    """Visit these elevators tomorrow.

    Attributes
    ----------
    elevators
        Each at most once, the most urgent first, shape (visits,).
    expected
        Failures from wear (door, drive, control) that the rule expects tomorrow of each elevator of the fleet, shape
        (n,): it is judged by what comes. None where it foretells nothing.
    reasons
        Why these, or None.
    """

    elevators: NDArray[np.int32]
    expected: NDArray[np.float64] | None = field(default=None, repr=False)
    reasons: Reasons | None = field(default=None, repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Inspect):
            return NotImplemented
        same = _same(self.elevators, other.elevators) and self.reasons == other.reasons
        return same and _same(self.expected, other.expected)

    __hash__ = None  # type: ignore[assignment]


def _same(one: NDArray[np.generic] | None, other: NDArray[np.generic] | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one.shape == other.shape and (one == other).all())


REASONS = ("age", "use", "floors", "starts", "faults", "days_since_visit", "codes")
"""What a rule that ships may name as a reason."""
