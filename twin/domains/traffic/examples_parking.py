"""Views about parking such as policies meet them, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.domains.traffic.decisions_parking import Drivers, LotChoiceView, NearLots, NightOpeningView, PricesView
from twin.domains.traffic.questions_parking import LOT_CHOICE, NIGHT_OPENING, PRICES

MOST_DRIVERS: Final = 200
LOTS: Final = 60
COLUMNS: Final = 12

Number = TypeVar("Number", bound=np.generic)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()


def _time(generator: np.random.Generator) -> float:
    return float(generator.uniform(-7200, 86_400))


def _lot_choice(generator: np.random.Generator) -> LotChoiceView:
    """Return drivers who each see one lot at least, now and then all of equal cost, often fewer spaces than drivers."""
    count = int(MOST_DRIVERS ** generator.random())
    works = bool(generator.random() < 0.9)
    lot = np.argsort(generator.random((count, LOTS)), axis=1)[:, :COLUMNS].astype(np.int32)
    lot[np.arange(COLUMNS) >= generator.integers(1, COLUMNS + 1, count)[:, None]] = -1
    there = lot >= 0
    most = int(generator.choice([1, 4, 200]))
    spaces = generator.integers(1, most + 1, LOTS).astype(np.int32)
    free = np.minimum(generator.integers(0, most + 1, LOTS), spaces).astype(np.int32) if works else np.full(LOTS, -1)
    alike = generator.random() < 0.1

    def column(low: float, high: float) -> NDArray[np.float32]:
        values = np.full(lot.shape, low) if alike else generator.uniform(low, high, lot.shape)
        return _read_only(np.where(there, values, 0).astype(np.float32))

    def of_lot(values: NDArray[Any], dtype: type) -> NDArray[Any]:
        return _read_only(np.where(there, values[lot], 0).astype(dtype))

    walk_m = np.sort(np.where(there, column(5.0, 800.0), np.inf), axis=1)
    return LotChoiceView(
        time_s=_time(generator),
        asking=count,
        feed_works=works,
        feed_age_s=float(generator.uniform(0, 900)) if works else 0.0,
        drivers=Drivers(
            driver=_read_only(np.sort(generator.choice(10_000, count, replace=False)).astype(np.int32)),
            value_of_time_yuan_per_h=_read_only(generator.lognormal(3.4, 0.6, count).astype(np.float32)),
            walk_m=_read_only(np.full(count, 900, np.float32)),
            stay_s=_read_only(generator.integers(600, 40_000, count).astype(np.int32)),
            times_asked=_read_only(generator.integers(0, 3, count).astype(np.int8)),
        ),
        lots=NearLots(
            lot=_read_only(lot),
            walk_m=_read_only(np.where(there, walk_m, 0).astype(np.float32)),
            price_yuan=column(0.0, 30.0),
            drive_time_s=column(30.0, 2400.0),
            spaces=of_lot(spaces, np.int32),
            free=of_lot(free, np.int32),
            led=of_lot(generator.integers(0, 4, LOTS), np.int32),
            free_per_h=of_lot(generator.normal(0, 20, LOTS), np.float32),
        ),
    )


def _prices(generator: np.random.Generator) -> PricesView:
    """Return lots of all occupancies, empty and full ones too, some of them dearer or cheaper than the tariff."""
    count = int(generator.integers(1, LOTS))
    spaces = generator.integers(1, 400, count).astype(np.int32)
    occupancy = np.clip(generator.normal(0.6, 0.4, count), 0, 1)
    tariff = generator.choice([200, 400], count).astype(np.int32)
    surcharge = generator.integers(-2, 8, count) * 50
    return PricesView(
        time_s=_time(generator),
        lots=count,
        mean_occupancy=float((spaces * occupancy).sum() / spaces.sum()),
        lot=_read_only(np.sort(generator.choice(1000, count, replace=False)).astype(np.int32)),
        spaces=_read_only(spaces),
        tariff_fen=_read_only(tariff),
        surcharge_fen=_read_only(np.where(generator.random() < 0.3, 0, surcharge).astype(np.int32)),
        occupancy=_read_only(occupancy),
    )


def _night_opening(generator: np.random.Generator) -> NightOpeningView:
    """Return private lots, all of one kind now and then."""
    count = int(generator.integers(1, LOTS))
    spaces = generator.integers(1, 400, count).astype(np.int32)
    now_s = _time(generator)
    return NightOpeningView(
        time_s=now_s,
        until_s=now_s + 12 * 3600,
        lots=count,
        all_spaces=int(spaces.sum()),
        lot=_read_only(np.sort(generator.choice(1000, count, replace=False)).astype(np.int32)),
        office=_read_only(generator.random(count) < generator.choice([0.0, 0.5, 1.0])),
        spaces=_read_only(spaces),
        tariff_fen=_read_only(generator.choice([200, 400], count).astype(np.int32)),
    )


PARKING_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    LOT_CHOICE.name: _lot_choice,
    PRICES.name: _prices,
    NIGHT_OPENING.name: _night_opening,
}
