"""Views such as policies meet them, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.domains.emergency.decisions import (
    DISPATCH,
    GREEN_CHANNEL,
    HOSPITAL,
    DispatchView,
    GreenChannelView,
    Hospitals,
    HospitalView,
    Vehicles,
)
from twin.domains.emergency.parameters import CONDITIONS

MOST: Final = 170
FAR_M: Final = 30_000.0
FAR_S: Final = 3_600.0

Number = TypeVar("Number", bound=np.generic)


def example_view(decision: str, generator: np.random.Generator) -> Any:
    """Return a view that could be put to a policy of this decision.

    There is always something to choose from, as in a run, but often only one thing; now and then distances are equal.
    """
    return _EXAMPLES[decision](generator)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()


def _count(generator: np.random.Generator) -> int:
    return int(MOST ** generator.random())


def _ids(generator: np.random.Generator, count: int) -> NDArray[np.int32]:
    return _read_only(np.sort(generator.choice(2 * MOST, count, replace=False)).astype(np.int32))


def _distances(generator: np.random.Generator, count: int, farthest: float) -> NDArray[np.float32]:
    step = farthest / 4 if generator.random() < 0.2 else 0.001
    return _read_only((np.round(generator.random(count) * farthest / step) * step).astype(np.float32))


def _condition(generator: np.random.Generator) -> tuple[str, int]:
    return str(generator.choice(CONDITIONS)), int(generator.integers(1, 3))


def _dispatch(generator: np.random.Generator) -> DispatchView:
    count = _count(generator)
    stations = generator.permutation(max(1, count // 2)).astype(np.int32)
    station = generator.integers(0, len(stations), count).astype(np.int32)
    condition, severity = _condition(generator)
    return DispatchView(
        time_s=float(generator.uniform(-7200, 86_400)),
        call=int(generator.integers(0, 3000)),
        condition=condition,
        severity=severity,
        exact_location=bool(generator.random() < 0.5),
        waiting_s=float(generator.choice([0.0, generator.exponential(600)])),
        calls_waiting=int(generator.integers(1, 20)),
        free_vehicles=Vehicles(
            id=_ids(generator, count),
            station=_read_only(station),
            at_station=_read_only(generator.random(count) < generator.random()),
            station_order=_read_only(stations[station]),
            straight_line_m=_distances(generator, count, FAR_M),
            drive_time_s=_distances(generator, count, FAR_S),
        ),
    )


def _hospital(generator: np.random.Generator) -> HospitalView:
    count = _count(generator)
    condition, severity = _condition(generator)
    return HospitalView(
        time_s=float(generator.uniform(-7200, 86_400)),
        call=int(generator.integers(0, 3000)),
        condition=condition,
        severity=severity,
        hospitals=Hospitals(
            id=_ids(generator, count),
            capable=_read_only(generator.random(count) < generator.random()),
            straight_line_m=_distances(generator, count, FAR_M),
            drive_time_s=_distances(generator, count, FAR_S),
        ),
    )


def _green_channel(generator: np.random.Generator) -> GreenChannelView:
    known = bool(generator.random() < 0.5)
    condition, severity = _condition(generator) if known else ("", 0)
    return GreenChannelView(
        time_s=float(generator.uniform(-7200, 86_400)),
        call=int(generator.integers(0, 3000)),
        vital_signs=known,
        condition=condition,
        severity=severity,
        drive_time_s=float(generator.exponential(900)),
    )


_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    DISPATCH.name: _dispatch,
    HOSPITAL.name: _hospital,
    GREEN_CHANNEL.name: _green_channel,
}
