"""What the emergency domain asks: which vehicle, which hospital, where to wait, when to open the green channel.

A policy is a function of one of the views below, or a class with ``decide(view)``; it returns one of the answers.
Columns are read-only NumPy arrays of one length, one entry a vehicle or hospital.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vehicles:
    """Free vehicles, in order of id.

    Attributes
    ----------
    id
        Vehicle number.
    station
        Position of the station where it waits or is on its way to wait.
    at_station
        Whether it stands there; otherwise it is on its way.
    station_order
        Place of that station in the list of stations that the call's district of responsibility prefers (0 first).
    straight_line_m
        Straight distance to the reported place, metres; of a vehicle on its way from where it will turn.
    drive_time_s
        Drive time to the reported place in seconds: of the live traffic where ``live_traffic`` works, else of an
        ordinary day at this hour. That of a vehicle on its way counts from when its crew is likely to know of the call
        (the median of ``alert_s``): it drives on until then, and turns at the next junction.
    advanced
        Whether its crew can give advanced life support: all can, unless a table of vehicles says ``bls``. What a crew
        can do changes no time and no outcome in the model: it is there for rules to go by.
    """

    id: NDArray[np.int32]
    station: NDArray[np.int32]
    at_station: NDArray[np.bool_]
    station_order: NDArray[np.int32]
    straight_line_m: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]
    advanced: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Vehicles under way to a call that is less severe than this one, in order of id: they may be called off for it.

    Attributes
    ----------
    id
        Vehicle number.
    call, severity
        The call that it would leave, which then waits for another, and that call's severity.
    drive_time_s
        From where it will turn (or from its station) to the reported place, as in `Vehicles`.
    """

    id: NDArray[np.int32]
    call: NDArray[np.int64]
    severity: NDArray[np.int8]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the stations cover the city on an ordinary day; the same object for the whole run.

    Attributes
    ----------
    demand_share
        Share of the calls that come from each cell of the population surface, shape (cells,).
    drive_time_s
        From each station to each cell under lights and siren, shape (stations, cells).
    target_s
        Drive time within which a cell counts as covered.
    covers
        1 where ``drive_time_s`` is within ``target_s``, else 0, shape (stations, cells).
    """

    demand_share: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]
    target_s: float
    covers: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DispatchView:
    """What the dispatcher sees when a call waits for a vehicle.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    call
        Number of the call.
    condition, severity
        As understood on the phone; severity 1 is life-threatening, 2 is not.
    exact_location
        Whether the position came with the call (``one_tap_location``) or was described.
    waiting_s
        Seconds since the call was ready for dispatch.
    calls_waiting
        Calls that wait for a vehicle, this one included.
    free_vehicles
        The vehicles that may be sent.
    under_way
        The vehicles that may be called off a less severe call.
    coverage
        What the stations cover.
    """

    time_s: float
    call: int
    condition: str
    severity: int
    exact_location: bool
    waiting_s: float
    calls_waiting: int
    free_vehicles: Vehicles
    under_way: UnderWay
    coverage: Coverage = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this vehicle: a free one, or one under way to a less severe call, which then waits."""

    vehicle: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nobody now; the question is asked again when a vehicle becomes free."""


@dataclass(frozen=True, slots=True)
class Hospitals:
    """Open hospitals, in order of id.

    Attributes
    ----------
    id
        Position of the hospital in the map's list.
    capable
        Whether it can treat this condition for good.
    straight_line_m, drive_time_s
        From the patient; the drive time as in `Vehicles`.
    bays, bays_taken, bays_waited_for
        Emergency bays, how many are taken, and how many patients wait for one. The latter two are 0 where the
        connection ``hospital_load`` is off or fails.
    laboratories, laboratories_taken
        Catheterisation laboratories, and how many are taken or waited for; the latter 0 as above.
    """

    id: NDArray[np.int32]
    capable: NDArray[np.bool_]
    straight_line_m: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]
    bays: NDArray[np.int32]
    bays_taken: NDArray[np.int32]
    bays_waited_for: NDArray[np.int32]
    laboratories: NDArray[np.int32]
    laboratories_taken: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class HospitalView:
    """What the crew sees when the patient is ready to leave the scene.

    Attributes
    ----------
    time_s, call
        As in `DispatchView`.
    condition, severity
        As found by the crew.
    load_known
        Whether the hospitals' load is known (``hospital_load`` works).
    bay_stay_s, laboratory_s
        Mean time for which a patient holds a bay, and a laboratory, on an ordinary day.
    hospitals
        The open hospitals.
    """

    time_s: float
    call: int
    condition: str
    severity: int
    load_known: bool
    bay_stay_s: float
    laboratory_s: float
    hospitals: Hospitals


@dataclass(frozen=True, slots=True)
class TakeTo:
    """Take the patient to this hospital."""

    hospital: int


@dataclass(frozen=True, slots=True)
class GreenChannelView:
    """What the hospital sees of a patient who leaves the scene for it.

    Attributes
    ----------
    time_s, call
        As in `DispatchView`.
    vital_signs
        Whether electrocardiogram and vital signs have reached the hospital (``vitals_stream`` works).
    condition, severity
        What they show; empty and 0 while nothing has come.
    drive_time_s
        Expected seconds until arrival.
    """

    time_s: float
    call: int
    vital_signs: bool
    condition: str
    severity: int
    drive_time_s: float


@dataclass(frozen=True, slots=True)
class Open:
    """Open it now: consultation by distance, then consent and preparation side by side, while the patient is driven."""


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Begin at the door, one step after another."""


@dataclass(frozen=True, slots=True)
class WaitingCalls:
    """Calls that wait for a vehicle, in the order in which they were ready.

    Attributes
    ----------
    call, severity
        Number and severity (1 is life-threatening).
    waiting_s
        Seconds since the call was ready for dispatch.
    """

    call: NDArray[np.int64]
    severity: NDArray[np.int8]
    waiting_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.call)


@dataclass(frozen=True, slots=True)
class QueueView:
    """What the dispatch centre sees when a vehicle may be free and several calls wait.

    Attributes
    ----------
    time_s
        Now, seconds since the scenario's start.
    free_vehicles
        How many vehicles are free.
    calls
        The waiting calls.
    """

    time_s: float
    free_vehicles: int
    calls: WaitingCalls


@dataclass(frozen=True, slots=True)
class ServeInOrder:
    """Ask for a vehicle for these calls, one after another; each waiting call stands in the order once."""

    calls: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stations:
    """Stations where vehicles wait, in the map's order.

    Attributes
    ----------
    id
        Position of the station.
    idle
        Free vehicles that stand there or are on their way to wait there; the freed one is in none.
    drive_time_s
        From the freed vehicle, without lights and siren; known as in `Vehicles`.
    """

    id: NDArray[np.int32]
    idle: NDArray[np.int32]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class StandbyView:
    """What the dispatch centre sees when a vehicle becomes free and no call wants it.

    Attributes
    ----------
    time_s, vehicle
        Now, and the vehicle's number.
    home
        Position of its home station.
    vehicles
        How many vehicles are on duty, busy ones included.
    busy_fraction
        Share of these that are busy now.
    stations
        The open stations.
    coverage
        What the stations cover.
    """

    time_s: float
    vehicle: int
    home: int
    vehicles: int
    busy_fraction: float
    stations: Stations
    coverage: Coverage = field(repr=False, metadata=NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class WaitAt:
    """Wait at this station for the next call."""

    station: int


@dataclass(frozen=True, slots=True)
class RedispatchView:
    """What the dispatch centre sees when a vehicle becomes free, no call waits, and others are under way to calls.

    Attributes
    ----------
    time_s, vehicle
        Now, and the number of the freed vehicle.
    calls
        Calls whose vehicle is under way to the scene, in order of that vehicle's number.
    """

    time_s: float
    vehicle: int
    calls: CallsUnderWay


@dataclass(frozen=True, slots=True)
class CallsUnderWay:
    """Calls whose vehicle is under way to the scene, in order of that vehicle's number.

    Attributes
    ----------
    call, severity
        Number and severity.
    vehicle
        The vehicle that is under way.
    remaining_s
        Seconds until it is there as far as known (alert and chute that are left included).
    drive_time_s
        Drive time of the freed vehicle to the place.
    """

    call: NDArray[np.int64]
    severity: NDArray[np.int8]
    vehicle: NDArray[np.int32]
    remaining_s: NDArray[np.float32]
    drive_time_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.call)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Let the freed vehicle take over this call; the one under way is called off."""

    call: int


@dataclass(frozen=True, slots=True)
class LeaveAsIs:
    """Let those who are under way go on."""
