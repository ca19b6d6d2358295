"""Cars that leave where they stand: what stay ends, where each sets out, and where it will look for a place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.arrivals import Customs, Seekers, Stops
from twin.kernels.compile import uncounted_kernel
from twin.kernels.parking import NOT_YET


class Journeys(NamedTuple):
    """Trips as they were drawn, and when each begins: t trips, v vehicles.

    Attributes
    ----------
    vehicle, origin, destination
        Whose each is, and between which nodes of the road graph, shape (t,).
    overnight
        The lot in which each vehicle stands when the run begins, below 0 where in none, shape (v,).
    departed_ms, left_ms
        Written, shape (t,): when each begins, and when the place at its end is left.
    """

    vehicle: NDArray[np.int32]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    overnight: NDArray[np.int32]
    departed_ms: NDArray[np.int32]
    left_ms: NDArray[np.int32]


class Whereabouts(NamedTuple):
    """The junction of each node of the road graph, the point of each junction, and the junction of each point."""

    node_junction: NDArray[np.int32]
    junction_point: NDArray[np.int32]
    point_junction: NDArray[np.int32]


class SettingOut(NamedTuple):
    """Written for k trips that begin.

    Attributes
    ----------
    who, junction
        The vehicles, and the junctions where they set out; shape (k,).
    seeks
        Who will look for a place at the trip's end, shape (k,).
    stays
        For as many as leave a lot: vehicle, the trip after which it stood there (-1: since the run's beginning), lot,
        since when, and until when; shape (5, k).
    """

    who: NDArray[np.int32]
    junction: NDArray[np.int32]
    seeks: NDArray[np.bool_]
    stays: NDArray[np.int32]

    @classmethod
    def of(cls, count: int) -> SettingOut:
        """Return room for so many trips."""
        who, junction = np.empty((2, count), np.int32)
        return cls(who, junction, np.empty(count, np.bool_), np.empty((5, count), np.int32))


@uncounted_kernel
def set_out(
    stops: Stops,
    seekers: Seekers,
    customs: Customs,
    journeys: Journeys,
    whereabouts: Whereabouts,
    trips: NDArray[np.int32],
    at_ms: NDArray[np.int32],
    out: SettingOut,
) -> int:
    """Let trips begin, one of a vehicle at most; return how many leave a lot.

    A car sets out where it stands: at the point where it came to a stop, or on its first trip at the trip's origin.

    Parameters
    ----------
    trips, at_ms
        Which begin, and when, shape (k,).
    """
    ended = 0
    for place in range(len(trips)):
        trip, begins_ms = trips[place], at_ms[place]
        vehicle = journeys.vehicle[trip]
        before = stops.current[vehicle]
        lot, since_ms = journeys.overnight[vehicle], np.int32(0)
        if before >= 0:
            journeys.left_ms[before] = begins_ms
            lot, since_ms = stops.lot[before], stops.parked_ms[before]
        if lot >= 0:
            out.stays[0, ended], out.stays[1, ended], out.stays[2, ended] = vehicle, before, lot
            out.stays[3, ended], out.stays[4, ended] = since_ms, begins_ms
            ended += 1
        stands = seekers.heading[vehicle]
        origin = whereabouts.node_junction[journeys.origin[trip]]
        out.who[place] = vehicle
        out.junction[place] = whereabouts.point_junction[stands] if stands >= 0 else origin
        stops.current[vehicle] = trip
        journeys.departed_ms[trip] = begins_ms
        point = whereabouts.junction_point[whereabouts.node_junction[journeys.destination[trip]]]
        seekers.heading[vehicle] = point
        seekers.destination[vehicle] = point
        seekers.been[vehicle] = 0
        seekers.turned_away[vehicle] = NOT_YET
        purpose = stops.purpose[trip]
        out.seeks[place] = customs.parks[purpose] and not (purpose == customs.home and seekers.at_home[vehicle])
    return ended
