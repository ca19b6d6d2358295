"""What the roads have carried since somebody looked last: how a domain that fills them tells others (light)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RoadVolumes:
    """Links of the lived roads; shapes (m,).

    Attributes
    ----------
    edge_link
        The link that each edge of the road graph lies on, the same array at each reading, shape (edges,).
    vehicle_km
        Kilometres driven on it by all vehicles that have left it.
    speed_kmh
        Their mean speed; of a link that nobody has left, its free-flow speed.
    """

    edge_link: NDArray[np.int32]
    vehicle_km: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]


ReadVolumes = Callable[[], RoadVolumes]
"""Field ``road_volumes``: what has passed since the field was read last, or since the run began."""


@dataclass(frozen=True, slots=True)
class TrafficRestricted:
    """Who may not drive on a day (channel ``traffic_restricted``), told the day before.

    Attributes
    ----------
    kind
        ``lorries_inside_fourth_ring`` or ``odd_even``.
    from_s, until_s
        When it holds, seconds since the scenario's start.
    complies
        Share of those barred who keep to it.
    odd_date
        Whether the day's date is odd: then odd plates may drive.
    """

    kind: str
    from_s: float
    until_s: float
    complies: float
    odd_date: bool
