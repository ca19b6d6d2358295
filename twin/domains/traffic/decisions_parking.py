"""What is asked about parking: which lot for these drivers, what lots cost, which private lots open at night.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Views hold many drivers or lots at once, in read-only NumPy arrays; so do answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """Users of the app who ask, n of them; shapes (n,).

    Attributes
    ----------
    driver
        Number of the vehicle.
    value_of_time_yuan_per_h
        What an hour is worth to him.
    walk_m
        The greatest walk from a lot to the destination.
    stay_s
        How long he is to stay.
    times_asked
        How often he has asked on this trip before.
    """

    driver: NDArray[np.int32]
    value_of_time_yuan_per_h: NDArray[np.float32]
    walk_m: NDArray[np.float32]
    stay_s: NDArray[np.int32]
    times_asked: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.driver)


@dataclass(frozen=True, slots=True, eq=False)
class NearLots:
    """Lots of the app that each driver may use within his walk, nearest to his destination first; shapes (n, any).

    Attributes
    ----------
    lot
        Number of the lot, -1 where there are no more; the other columns are 0 there.
    walk_m
        From the lot to the destination, in a straight line.
    price_yuan
        What the stay costs at the prices posted now.
    drive_time_s
        Estimated from where the driver is: straight line, mean detour and planned speed.
    spaces
        Spaces of the lot.
    free
        Free spaces as the feed says, places kept for others taken off; -1 where the feed does not work.
    led
        Drivers whom the app has sent there, and who are under way without a place kept.
    free_per_h
        How the free spaces that the feed shows have changed in the last quarter of an hour, an hour.
    """

    lot: NDArray[np.int32]
    walk_m: NDArray[np.float32]
    price_yuan: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]
    spaces: NDArray[np.int32]
    free: NDArray[np.int32]
    led: NDArray[np.int32]
    free_per_h: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.lot)


@dataclass(frozen=True, slots=True, eq=False)
class LotChoiceView:
    """What the app knows when users set out, or stand before a lot that has turned them away.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    asking
        How many drivers ask.
    feed_works
        Whether free spaces are known (``parking_feed`` works).
    feed_age_s
        How old they are.
    drivers
        Who asks, in order of departure.
    lots
        The lots of each, rows as in ``drivers``.
    """

    time_s: float
    asking: int
    feed_works: bool
    feed_age_s: float
    drivers: Drivers = field(repr=False, metadata=NOT_RECORDED)
    lots: NearLots = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True, eq=False)
class PricesView:
    """What the city knows of the lots in the app when it may change their prices: k lots, columns of shape (k,).

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    lots
        How many there are.
    mean_occupancy
        Taken among all their spaces since the last question.
    lot
        Number of the lot.
    spaces
        Spaces of the lot.
    tariff_fen
        What the tariff asks for the first hour (or for a visit, where it has one price).
    surcharge_fen
        What an hour begun (or the visit) costs above the tariff now.
    occupancy
        Mean share of the spaces that were taken since the last question, as the feed says.
    """

    time_s: float
    lots: int
    mean_occupancy: float
    lot: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    spaces: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    tariff_fen: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    surcharge_fen: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    occupancy: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)

    def __len__(self) -> int:
        return len(self.lot)


@dataclass(frozen=True, slots=True, eq=False)
class SetPrices:
    """Let each hour begun cost so much more than the tariff from now on, for who comes from now on.

    Attributes
    ----------
    surcharge_fen
        Fen for each lot of the view, whole numbers, shape (k,): at most 10,000, and not so far below 0 that the first
        hour (or the visit) would cost less than nothing.
    """

    surcharge_fen: NDArray[np.int32] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetPrices) and self.surcharge_fen.tolist() == other.surcharge_fen.tolist()

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class NightOpeningView:
    """The city's private lots (office, residential) in the evening: k lots, columns of shape (k,).

    Attributes
    ----------
    time_s, until_s
        Now, and when the night ends, seconds since the scenario's start.
    lots, all_spaces
        How many there are, and their spaces.
    lot
        Number of the lot.
    office
        Whether it is an office's; else it is a residential one.
    spaces
        Spaces of the lot.
    tariff_fen
        What the tariff asks for the first hour (or for a visit, where it has one price).
    """

    time_s: float
    until_s: float
    lots: int
    all_spaces: int
    lot: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    office: NDArray[np.bool_] = field(repr=False, metadata=NOT_RECORDED)
    spaces: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)
    tariff_fen: NDArray[np.int32] = field(repr=False, metadata=NOT_RECORDED)

    def __len__(self) -> int:
        return len(self.lot)


@dataclass(frozen=True, slots=True, eq=False)
class OpenLots:
    """Let everybody who may use public lots use these too until the night ends, at all hours; cars in them may stay.

    Attributes
    ----------
    opened
        For each lot of the view, shape (k,).
    """

    opened: NDArray[np.bool_] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpenLots) and self.opened.tolist() == other.opened.tolist()

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class ParkAt:
    """Lead each driver to one of his lots, or let him look for himself.

    Attributes
    ----------
    place
        For each driver the position among his lots (a column of ``NearLots``), or -1: he looks for himself; (n,).
    keep
        Whether the lots keep places for them until they come. Where a lot has none left after all, the driver asks
        again at once.
    """

    place: NDArray[np.int32] = field(repr=False)
    keep: bool = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParkAt):
            return NotImplemented
        return self.keep == other.keep and self.place.tolist() == other.place.tolist()
