"""The ways of sampled vehicles as the page reads them: turns at junctions, and times against driving freely.

A way is its first link and, at each junction, which of the links out of it is taken, counted from the one that is taken
most often; the time on a link is what it takes longer than driving freely. Both are small numbers most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.report.playback.blocks import Columns, Running

if TYPE_CHECKING:
    from twin.report.playback.city_block import Streets

UNITS_PER_S: Final = 25
"""Times on links are whole twenty-fifths of a second: at 25 m/s half a metre."""
JUMP: Final = 255
"""In place of a turn: the vehicle goes on somewhere else."""
BIG: Final = 2**33
"""More milliseconds than a run has."""


@dataclass(frozen=True, eq=False)
class Ways:
    """Trips of tracked vehicles with the links of each, in the order of vehicle and departure.

    Attributes
    ----------
    trips
        Rows of ``traffic.trips``; k of them.
    first
        Trip i enters the links ``link[first[i]:first[i + 1]]``.
    link, entered
        Which links, and when, in units of the page.
    ends
        When each trip ends, in units of the page, shape (k,).
    """

    trips: pd.DataFrame
    first: NDArray[np.int64]
    link: NDArray[np.int64]
    entered: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, tracks: pd.DataFrame, trips: pd.DataFrame, ends_s: float, every: int = 1) -> Ways:
        """Share the tracks out over the trips that begin before ``ends_s``; of one in ``every`` tracked vehicle."""
        vehicles = np.unique(tracks["vehicle"].to_numpy())[::every]
        chosen = trips[trips["vehicle"].isin(vehicles) & (trips["departed_s"] < ends_s)]
        chosen = chosen.sort_values(["vehicle", "departed_s"], ignore_index=True)
        begins = _keys(chosen, "departed_s")
        tracks = tracks[tracks["vehicle"].isin(vehicles) & (tracks["entered_s"] < ends_s)]
        at = _keys(tracks, "entered_s")
        order = np.argsort(at, kind="stable")
        at, link = at[order], tracks["link"].to_numpy(np.int64)[order]
        trip = np.searchsorted(begins, at, side="right") - 1
        known = (trip >= 0) & (begins[trip] // BIG == at // BIG)
        trip, link, at = trip[known], link[known], at[known]
        parked_s = chosen["parked_s"].fillna(ends_s).clip(upper=ends_s)
        entered = (_times(at) * UNITS_PER_S + 500) // 1000
        ends = np.rint(parked_s.to_numpy() * UNITS_PER_S).astype(np.int64)
        first = np.searchsorted(trip, np.arange(len(chosen) + 1))
        return cls(chosen, first, link, entered, ends)


def _keys(table: pd.DataFrame, seconds: str) -> NDArray[np.int64]:
    """Return numbers that rise with vehicle and time; `_times` gives the milliseconds back."""
    at_ms = np.rint(table[seconds].to_numpy(np.float64) * 1000).astype(np.int64)
    keys: NDArray[np.int64] = table["vehicle"].to_numpy(np.int64) * BIG + BIG // 2 + at_ms
    return keys


def _times(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(keys % BIG - BIG // 2)


def turn_order(streets: Streets, link: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each link among those out of its first node, the most driven one first."""
    driven = np.bincount(link, minlength=len(streets.from_node))
    order = np.lexsort((np.arange(len(driven)), -driven, streets.from_node))
    node = streets.from_node[order]
    begins = np.searchsorted(node, node)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - begins
    return place


def way_columns(ways: Ways, streets: Streets, free: NDArray[np.int64]) -> Columns:
    """Return the ways for `pack`.

    Parameters
    ----------
    free
        What each link takes freely, in units of the page.
    """
    place = turn_order(streets, ways.link)
    begins = np.zeros(len(ways.link), np.bool_)
    steps = np.diff(ways.first)
    begins[ways.first[:-1][steps > 0]] = True
    before = np.roll(ways.link, 1)
    joined = ~begins & (streets.to_node[before] == streets.from_node[ways.link])
    turn = np.where(joined, place[ways.link], JUMP)
    last = np.zeros(len(ways.link), np.bool_)
    last[ways.first[1:][steps > 0] - 1] = True
    until = np.roll(ways.entered, -1)
    until[last] = ways.ends[steps > 0]
    departed = np.floor(ways.trips["departed_s"].to_numpy()).astype(np.int64)
    waits = np.zeros(len(steps), np.int64)
    waits[steps > 0] = ways.entered[ways.first[:-1][steps > 0]] - departed[steps > 0] * UNITS_PER_S
    return {
        "linkTurn": place, "linkFree": free, "tripSteps": steps, "tripDeparted": departed, "tripWaits": waits,
        "stepTurn": turn[~begins], "stepFirst": Running(ways.link[begins]), "stepJump": ways.link[~begins & ~joined],
        "stepDelay": until - ways.entered - free[ways.link],
        **_story_columns(ways),
    }  # fmt: skip


def _story_columns(ways: Ways) -> Columns:
    """Return what is told of each trip: why, whether it found a place, where and how."""
    trips = ways.trips

    def whole(column: str, unit: float = 1.0) -> NDArray[np.int64]:
        return np.rint(trips[column].fillna(-1.0).to_numpy(np.float64) / unit).astype(np.int64)

    departed = np.floor(trips["departed_s"].to_numpy()).astype(np.int64)
    arrived, ends = whole("arrived_s"), ways.ends // UNITS_PER_S
    ending = trips["ending"].astype("category")
    vehicle, count = np.unique(trips["vehicle"].to_numpy(), return_counts=True)
    return {
        "vehicleNumber": Running(vehicle), "vehicleTrips": count, "tripPurpose": trips["purpose"].to_numpy(),
        "tripDrive": np.where(trips["arrived_s"].isna(), 0, arrived - departed + 1),
        "tripSearch": np.where(trips["arrived_s"].isna(), 0, ends - arrived + 1),
        "tripEnding": ending.cat.codes.to_numpy(), "tripLooked": trips["looked"].to_numpy(),
        "tripLot": whole("lot") + 1, "tripWalk": np.maximum(whole("walk_m", 5.0), 0),
        "endings": "\n".join(map(str, ending.cat.categories)),
    }  # fmt: skip


def told(ways: Ways) -> dict[str, Any]:
    """Return how many vehicles, trips and links there are."""
    return {"vehicles": int(ways.trips["vehicle"].nunique()), "trips": len(ways.trips), "steps": len(ways.link)}
