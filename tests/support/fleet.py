"""The fleet alone, as servers: a city of a few centimetres, where the table of cases says how long a vehicle is busy.

Calls are talked over in no time, nobody comes by himself, crews neither change nor eat, there is a bay for everyone. A
drive under lights and siren takes no time worth the name; the longest way home, on which a vehicle is as free as at its
station, takes 46 ms where a service takes 500 s.

The simulator never loses a call. A loss system is made of an overflow: vehicles so many that no call ever waits stand
farthest away, so that the nearest vehicle is one of them only while all the others are busy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from support.cities import small_map, station
from support.runs import run_emergency
from twin.city.city import City
from twin.city.section import RoadParameters
from twin.core.clock import HOUR_S
from twin.core.decisions import Rule
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters
from twin.policies.emergency.dispatch.nearest_by_drive_time import nearest_by_drive_time
from twin.policies.emergency.green_channel.at_the_door import at_the_door
from twin.policies.emergency.hospital.nearest import nearest
from twin.policies.emergency.queue.most_severe_first import most_severe_first
from twin.policies.emergency.redispatch.never import never
from twin.policies.emergency.standby.home_station import home_station

Array = NDArray[np.float64]
Times = NDArray[np.float64]
Nodes = NDArray[np.int64]

SERVICE_S = 500.0
"""Mean time for which a call keeps a vehicle busy."""
SPACING_M = 0.01
"""Between neighbouring nodes: a thousandth of a second, the least that the roads know."""
SIDE = 24
"""Nodes along one side of the city."""
HELD_BY = ("alert_s", "chute_day_s", "access_s", "scene_s", "handover_s", "clean_s")
"""The times of the table of cases that keep a standing crew with a patient busy; the drives come between them."""
FREE = ("at_station", "returning")
ORDINARY: dict[str, Rule] = {
    "queue": most_severe_first,
    "dispatch": nearest_by_drive_time,
    "redispatch": never,
    "standby": home_station,
    "hospital": nearest,
    "green_channel": at_the_door,
}
PARAMETERS = EmergencyParameters(
    shift_changes_h=[], meals_from_h=[], chute_station_sigma=0.0, reconsider_s=3600.0, siren_time_factor=1e-6,
    night_from_h=0.0, night_until_h=0.0,
)  # fmt: skip


def steady_roads() -> RoadParameters:
    """Roads on which a drive takes the same time at every hour of every day."""
    return RoadParameters(
        delay_index_by_hour=[1.0] * 24, junction_time_factor=1.0, day_to_day_sigma=0.0, hour_to_hour_sigma=0.0,
        corridor_sigma=0.0,
    )  # fmt: skip


def node_at(column: int, row: int) -> int:
    """Return the node of the grid in this column and row."""
    return row * SIDE + column


def fleet_city(crews_at: Mapping[int, int]) -> City:
    """Return a city with so many crews at stations at these nodes; vehicles are numbered in this order."""
    plain = small_map(SIDE, bays=10_000, spacing_m=SPACING_M)
    lon, lat = plain.roads.node_lon, plain.roads.node_lat
    stations = tuple(
        station(f"station{place}", float(lon[node]), float(lat[node]), crews)
        for place, (node, crews) in enumerate(crews_at.items())
    )
    city = City(dataclasses.replace(plain, stations=stations), steady_roads())
    if city.stations.nodes.tolist() != list(crews_at):
        raise ValueError("the stations do not stand where they were wanted")
    return city


@dataclass(frozen=True)
class Calls:
    """Calls that need a vehicle, in order of ringing.

    Attributes
    ----------
    ring_s
        When they ring and want a vehicle, shape (count,).
    node
        Where they are, shape (count,).
    service_s
        For how long each keeps its vehicle busy, shape (count,).
    severity
        1 or 2, shape (count,).
    """

    ring_s: Times
    node: Nodes
    service_s: Times
    severity: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ring_s)


def services(generator: np.random.Generator, shape: str, count: int) -> Times:
    """Draw services of the same mean: ``exponential``, ``deterministic`` or ``lognormal`` (coefficient of variation 2).

    Seconds, shape (count,).
    """
    if shape == "exponential":
        return generator.exponential(SERVICE_S, count)
    if shape == "deterministic":
        return np.full(count, SERVICE_S)
    if shape == "lognormal":
        sigma = np.sqrt(np.log(5.0))
        return generator.lognormal(np.log(SERVICE_S) - sigma**2 / 2, sigma, count)
    raise ValueError(f"no service has the shape {shape}")


def poisson_calls(
    generator: np.random.Generator,
    loads: Sequence[float],
    count: int,
    *,
    nodes: Sequence[int],
    shape: str = "exponential",
    severities: Sequence[int] | None = None,
) -> Calls:
    """Draw calls of independent Poisson processes, one for each offered load (calls in the mean time of a service)."""
    rates = np.asarray(loads, dtype=np.float64)
    kind = generator.choice(len(rates), count, p=rates / rates.sum())
    return Calls(
        ring_s=np.cumsum(generator.exponential(SERVICE_S / rates.sum(), count)),
        node=np.asarray(nodes, dtype=np.int64)[kind],
        service_s=services(generator, shape, count),
        severity=np.full(count, 2) if severities is None else np.asarray(severities)[kind],
    )


def tables_of(city: City, calls: Calls, held_by: Sequence[str] = ("no_patient_scene_s",)) -> dict[str, pd.DataFrame]:
    """Return the tables of a run in which only these calls ring.

    Parameters
    ----------
    held_by
        The times that make up the service, in equal parts. ``no_patient_scene_s`` alone: nobody is found, and the
        vehicle is free at the scene; otherwise of `HELD_BY`, and the patient is taken to the hospital.
    """
    count, tables = len(calls), dict(_drawn(city))
    found = tables["emergency.cases"].iloc[np.zeros(count, dtype=np.int64)].reset_index(drop=True)
    found = found.assign(**{name: 0.0 for name in found.columns if name.endswith("_s")})
    kind = np.full(count, "no_patient" if "no_patient_scene_s" in held_by else "patient", dtype=object)
    common = {"call": np.arange(count), "ring_s": calls.ring_s, "kind": kind, "node": calls.node}
    tables["emergency.cases"] = found.assign(
        **common,
        **{name: calls.service_s / len(held_by) for name in held_by},
        wrong_place=False,
        severity=calls.severity.astype(np.int8),
        condition=np.int8(CONDITIONS.index("other")),
    )
    tables["emergency.calls"] = pd.DataFrame(common).assign(pick_up_s=0.0, advice_s=0.0)
    tables["emergency.walk_ins"] = tables["emergency.walk_ins"].iloc[:0]
    return tables


@cache
def _drawn(city: City) -> dict[str, pd.DataFrame]:
    """Return what the domain would draw for an hour, for the columns and for what stays as it is."""
    twin, _ = run_emergency(city, PARAMETERS, hours=1.0, rules=ORDINARY, record_views=False)
    return {name: table for name, table in twin.tables.items() if name.startswith("emergency.")}


@dataclass(frozen=True)
class Lived:
    """What became of the calls.

    Attributes
    ----------
    vehicle
        Who was sent, shape (count,).
    wait_s
        For how long each waited for a vehicle, shape (count,).
    busy_share
        Share of the time from the first counted call to the last for which each vehicle was busy, shape (vehicles,).
    """

    vehicle: NDArray[np.int64]
    wait_s: Times
    busy_share: Array


def live(
    city: City,
    calls: Calls,
    *,
    rules: Mapping[str, Rule] | None = None,
    held_by: Sequence[str] = ("no_patient_scene_s",),
    warm_up_calls: int = 0,
) -> Lived:
    """Let the calls ring in the emergency domain; the first ``warm_up_calls`` are left out of what is returned."""
    _, frames = run_emergency(
        city, PARAMETERS, hours=calls.ring_s[-1] / HOUR_S + 1e-3, rules={**ORDINARY, **(rules or {})},
        tables=tables_of(city, calls, held_by), record_views=False,
    )  # fmt: skip
    lived = frames["emergency.calls"].sort_values("call")
    assert lived["call"].tolist() == list(range(len(calls)))
    assert lived["vehicle"].notna().all(), "a call was never served"
    wait_s = (lived["dispatch_s"] - lived["ring_s"]).to_numpy()[warm_up_calls:]
    return Lived(
        vehicle=lived["vehicle"].to_numpy().astype(np.int64)[warm_up_calls:],
        wait_s=np.where(np.abs(wait_s) < 1e-6, 0.0, wait_s),  # the clock adds up floats
        busy_share=busy_shares(frames["emergency.vehicles"], calls.ring_s[warm_up_calls], calls.ring_s[-1]),
    )


def busy_shares(statuses: pd.DataFrame, first_s: float, last_s: float) -> Array:
    """Return the share of a span for which each vehicle was neither at its station nor on its way there."""
    shares = []
    for _, own in statuses.sort_values("time_s", kind="stable").groupby("vehicle"):
        times_s = np.clip(np.append(own["time_s"].to_numpy(), last_s), first_s, last_s)
        busy = ~np.isin(own["status"].astype(str).to_numpy(), FREE)
        shares.append(float(np.diff(times_s)[busy].sum()) / (last_s - first_s))
    return np.array(shares)


# -- estimates over replications -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replications with the half width of its interval."""

    mean: float
    half: float


def estimate(values: ArrayLike, controls: ArrayLike | None = None, confidence: float = 0.99) -> Estimate:
    """Estimate a mean over replications, with controls whose mean is known to be 0.

    Control variates: Lavenberg and Welch (1981), Management Science 27(3).

    Parameters
    ----------
    values
        One a replication, shape (replications,).
    controls
        Of the same replications, shape (replications, controls).
    """
    found = np.asarray(values, dtype=np.float64)
    design = np.ones((len(found), 1))
    if controls is not None:
        design = np.column_stack([design, np.asarray(controls)])
    factors, *_ = np.linalg.lstsq(design, found, rcond=None)
    freedom = len(found) - design.shape[1]
    variance = float(np.sum((found - design @ factors) ** 2)) / freedom
    error = (variance * float(np.linalg.inv(design.T @ design)[0, 0])) ** 0.5
    return Estimate(float(factors[0]), float(stdtrit(freedom, (1 + confidence) / 2)) * error)


def calls_met(calls: Calls) -> NDArray[np.int64]:
    """Return how many others each call would meet if there were a vehicle for everyone (M/G/infinity), shape (count,).

    Once warm, Poisson with the offered load as its mean, whatever the shape of the service: a control.
    """
    return np.arange(len(calls)) - np.searchsorted(np.sort(calls.ring_s + calls.service_s), calls.ring_s)


def assert_covers(name: str, found: Estimate, theory: float, half_at_most: float) -> None:
    """Check that the interval is narrow enough to mean something, and holds what theory says."""
    told = f"{name}: {found.mean:.5f} +- {found.half:.5f} against {theory:.5f}"
    assert found.half <= half_at_most, f"{told}: too little power, {half_at_most:.5f} is wanted"
    assert abs(found.mean - theory) <= found.half, told
