"""Views such as policies meet them, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.domains.emergency.decisions import (
    CallsUnderWay,
    Coverage,
    DispatchView,
    GreenChannelView,
    Hospitals,
    HospitalView,
    QueueView,
    RedispatchView,
    StandbyView,
    Stations,
    UnderWay,
    Vehicles,
    WaitingCalls,
)
from twin.domains.emergency.parameters import CONDITIONS
from twin.domains.emergency.questions import DISPATCH, GREEN_CHANNEL, HOSPITAL, QUEUE, REDISPATCH, STANDBY

MOST: Final = 170
FAR_M: Final = 30_000.0
FAR_S: Final = 3_600.0
CITIES: Final = 3
STATIONS: Final = 12
CELLS: Final = 40

Number = TypeVar("Number", bound=np.generic)


def example_view(decision: str, generator: np.random.Generator) -> Any:
    """Return a view that could be put to a policy of this decision.

    There is always something to choose from, as in a run, but often only one thing; now and then distances are equal.
    Nobody may be free, as long as somebody may be called off. The coverage is that of one of a few small cities.
    """
    return _EXAMPLES[decision](generator)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()


def _count(generator: np.random.Generator, most: int = MOST) -> int:
    return int(most ** generator.random())


def _ids(generator: np.random.Generator, count: int, among: int = 2 * MOST) -> NDArray[np.int32]:
    return np.sort(generator.choice(among, count, replace=False)).astype(np.int32)


def _distances(generator: np.random.Generator, count: int, farthest: float) -> NDArray[np.float32]:
    step = farthest / 4 if generator.random() < 0.2 else 0.001
    return _read_only((np.round(generator.random(count) * farthest / step) * step).astype(np.float32))


def _severities(generator: np.random.Generator, count: int) -> NDArray[np.int8]:
    return _read_only(generator.integers(1, 3, count).astype(np.int8))


def _time(generator: np.random.Generator) -> float:
    return float(generator.uniform(-7200, 86_400))


def _condition(generator: np.random.Generator) -> tuple[str, int]:
    return str(generator.choice(CONDITIONS)), int(generator.integers(1, 3))


@cache
def _coverage(city: int) -> Coverage:
    """Return the coverage of a small city, the same object each time: stations and cells by chance in a square."""
    generator = np.random.default_rng(city)
    stations, cells = generator.random((STATIONS, 1, 2)), generator.random((1, CELLS, 2))
    drive_time_s = (1200 * np.hypot(*np.moveaxis(stations - cells, 2, 0))).astype(np.float32)
    target_s = 480.0
    return Coverage(
        demand_share=_read_only(generator.dirichlet(np.ones(CELLS)).astype(np.float32)),
        drive_time_s=_read_only(drive_time_s),
        target_s=target_s,
        covers=_read_only((drive_time_s <= target_s).astype(np.float32)),
    )


def _any_coverage(generator: np.random.Generator) -> Coverage:
    return _coverage(int(generator.integers(CITIES)))


def _queue(generator: np.random.Generator) -> QueueView:
    count = 1 + _count(generator, 30)
    return QueueView(
        time_s=_time(generator),
        free_vehicles=_count(generator),
        calls=WaitingCalls(
            call=_read_only(generator.choice(3000, count, replace=False)),
            severity=_severities(generator, count),
            waiting_s=_read_only(np.sort(generator.exponential(600, count))[::-1].copy()),
        ),
    )


def _dispatch(generator: np.random.Generator) -> DispatchView:
    condition, severity = _condition(generator)
    called_off = _count(generator) - 1 if severity == 1 else 0
    free = 0 if called_off and generator.random() < 0.1 else _count(generator)
    vehicles = generator.permutation(_ids(generator, free + called_off))
    return DispatchView(
        time_s=_time(generator),
        call=int(generator.integers(0, 3000)),
        condition=condition,
        severity=severity,
        exact_location=bool(generator.random() < 0.5),
        waiting_s=float(generator.choice([0.0, generator.exponential(600)])),
        calls_waiting=int(generator.integers(1, 20)),
        free_vehicles=_vehicles(generator, np.sort(vehicles[:free])),
        under_way=_under_way(generator, np.sort(vehicles[free:])),
        coverage=_any_coverage(generator),
    )


def _vehicles(generator: np.random.Generator, ids: NDArray[np.int32]) -> Vehicles:
    count = len(ids)
    order = generator.permutation(STATIONS).astype(np.int32)
    station = generator.integers(0, STATIONS, count).astype(np.int32)
    return Vehicles(
        id=_read_only(ids),
        station=_read_only(station),
        at_station=_read_only(generator.random(count) < generator.random()),
        station_order=_read_only(order[station]),
        straight_line_m=_distances(generator, count, FAR_M),
        drive_time_s=_distances(generator, count, FAR_S),
        advanced=_read_only(generator.random(count) < generator.random()),
    )


def _under_way(generator: np.random.Generator, ids: NDArray[np.int32]) -> UnderWay:
    return UnderWay(
        id=_read_only(ids),
        call=_read_only(generator.choice(3000, len(ids), replace=False)),
        severity=_read_only(np.full(len(ids), 2, dtype=np.int8)),
        drive_time_s=_distances(generator, len(ids), FAR_S),
    )


def _redispatch(generator: np.random.Generator) -> RedispatchView:
    count = _count(generator)
    vehicles = generator.permutation(_ids(generator, count + 1))
    return RedispatchView(
        time_s=_time(generator),
        vehicle=int(vehicles[0]),
        calls=CallsUnderWay(
            call=_read_only(generator.choice(3000, count, replace=False)),
            severity=_severities(generator, count),
            vehicle=_read_only(np.sort(vehicles[1:])),
            remaining_s=_distances(generator, count, FAR_S),
            drive_time_s=_distances(generator, count, FAR_S),
        ),
    )


def _standby(generator: np.random.Generator) -> StandbyView:
    count = int(generator.integers(1, STATIONS + 1))
    idle = generator.integers(0, _count(generator, 9) + 1, count).astype(np.int32)
    vehicles = int(idle.sum()) + 1 + _count(generator)
    return StandbyView(
        time_s=_time(generator),
        vehicle=int(generator.integers(vehicles)),
        home=int(generator.integers(STATIONS)),
        vehicles=vehicles,
        busy_fraction=1 - (int(idle.sum()) + 1) / vehicles,
        stations=Stations(
            id=_read_only(_ids(generator, count, STATIONS)),
            idle=_read_only(idle),
            drive_time_s=_distances(generator, count, FAR_S),
        ),
        coverage=_any_coverage(generator),
    )


def _hospital(generator: np.random.Generator) -> HospitalView:
    count = _count(generator)
    condition, severity = _condition(generator)
    load_known = bool(generator.random() < 0.5)
    bays = generator.integers(1, 30, count).astype(np.int32)
    taken = np.minimum(generator.integers(0, 40, count), bays) * load_known
    waited_for = generator.integers(0, 10, count) * (taken == bays)
    laboratories = generator.integers(0, 4, count).astype(np.int32)
    laboratories_taken = generator.integers(0, 5, count) * (laboratories > 0) * load_known
    return HospitalView(
        time_s=_time(generator),
        call=int(generator.integers(0, 3000)),
        condition=condition,
        severity=severity,
        load_known=load_known,
        bay_stay_s=float(generator.uniform(1800, 14_400)),
        laboratory_s=float(generator.uniform(1800, 7200)),
        hospitals=Hospitals(
            id=_read_only(_ids(generator, count)),
            capable=_read_only(generator.random(count) < generator.random()),
            straight_line_m=_distances(generator, count, FAR_M),
            drive_time_s=_distances(generator, count, FAR_S),
            bays=_read_only(bays),
            bays_taken=_read_only(taken.astype(np.int32)),
            bays_waited_for=_read_only(waited_for.astype(np.int32)),
            laboratories=_read_only(laboratories),
            laboratories_taken=_read_only(laboratories_taken.astype(np.int32)),
        ),
    )


def _green_channel(generator: np.random.Generator) -> GreenChannelView:
    known = bool(generator.random() < 0.5)
    condition, severity = _condition(generator) if known else ("", 0)
    return GreenChannelView(
        time_s=_time(generator),
        call=int(generator.integers(0, 3000)),
        vital_signs=known,
        condition=condition,
        severity=severity,
        drive_time_s=float(generator.exponential(900)),
    )


_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    QUEUE.name: _queue,
    DISPATCH.name: _dispatch,
    REDISPATCH.name: _redispatch,
    STANDBY.name: _standby,
    HOSPITAL.name: _hospital,
    GREEN_CHANNEL.name: _green_channel,
}
