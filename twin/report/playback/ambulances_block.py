"""Ambulances, their calls and their ways as the page reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.report.playback.blocks import Columns, Running
from twin.report.playback.cars_block import UNITS_PER_S
from twin.report.playback.city_block import UNITS_PER_M

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

MISSING: Final = -1
STAMPS: Final = (
    "symptom_s", "ring_s", "answer_s", "dispatch_s", "out_s", "at_scene_s", "at_patient_s", "leave_s", "door_s",
    "treatment_s",
)  # fmt: skip
"""What is told of a call, in this order."""
WORDS: Final = ("condition", "ending", "age", "district")


def ambulance_columns(events: Mapping[str, pd.DataFrame], roads: RoadGraph, ends_s: float) -> Columns:  # fmt: skip
    """Return fleet, ways, states and calls until ``ends_s``, for `pack`."""
    tracks, states = events["emergency.tracks"], events["emergency.vehicles"]
    return {
        "fleetNode": events["emergency.fleet"]["node"].to_numpy(),
        "fleetStation": events["emergency.fleet"]["station"].to_numpy(),
        **_way_columns(tracks[np.array([at_s[0] < ends_s for at_s in tracks["at_s"]], bool)], roads),
        **_state_columns(states[states["time_s"] < ends_s]),
        **_call_columns(events["emergency.calls"], roads, ends_s),
    }


def _way_columns(tracks: pd.DataFrame, roads: RoadGraph) -> Columns:
    points, node, at = points_of(tracks, roads)
    purpose = tracks["purpose"].astype("category")
    return {
        "wayVehicle": tracks["vehicle"].to_numpy(), "wayCall": whole(tracks["call"]),
        "wayPurpose": purpose.cat.codes.to_numpy(), "wayPoints": points, "wayNode": Running(node),
        "wayAt": Running(at), "wayPurposes": "\n".join(map(str, purpose.cat.categories)),
    }  # fmt: skip


def points_of(tracks: pd.DataFrame, roads: RoadGraph) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return how many nodes each way has, then all ways' nodes one after the other, and when somebody is at each."""
    count = np.array([len(edges) for edges in tracks["edges"]], np.int64)
    edges = np.concatenate([np.empty(0, np.int64), *tracks["edges"]]).astype(np.int64)
    at_s: NDArray[np.float64] = np.concatenate([np.empty(0), *tracks["at_s"]])
    at = np.rint(at_s * UNITS_PER_S).astype(np.int64)
    first = np.cumsum(count) - count
    node = np.empty(len(at), np.int64)
    node[np.arange(len(edges)) + np.repeat(np.arange(len(count)), count) + 1] = roads.edge_to[edges]
    node[first + np.arange(len(count))] = roads.edge_from[edges[first]]
    return count + 1, node, at


def _state_columns(states: pd.DataFrame) -> Columns:
    states = states.sort_values(["vehicle", "time_s"], kind="stable")
    status = states["status"].astype("category").cat.remove_unused_categories()
    return {
        "stateVehicle": Running(states["vehicle"].to_numpy()),
        "stateAt": Running(np.floor(states["time_s"].to_numpy()).astype(np.int64)),
        "stateWord": status.cat.codes.to_numpy(), "stateWords": "\n".join(map(str, status.cat.categories)),
    }  # fmt: skip


def _call_columns(calls: pd.DataFrame, roads: RoadGraph, ends_s: float) -> Columns:
    """Return the calls to which a vehicle was sent."""
    calls = calls[calls["vehicle"].notna() & (calls["ring_s"] < ends_s)].sort_values("ring_s")
    xy = np.rint(roads.to_plane_m(calls["lon"].to_numpy(), calls["lat"].to_numpy()) * UNITS_PER_M).astype(np.int64)
    columns: Columns = {
        "call": calls["call"].to_numpy(), "callX": xy[:, 0], "callY": xy[:, 1],
        "callVehicle": whole(calls["vehicle"]), "callHospital": whole(calls["hospital"]),
        "callSeverity": whole(calls["severity"]), "callOneTap": calls["one_tap"].to_numpy(np.bool_),
    }  # fmt: skip
    for name in WORDS:
        word = calls[name].astype("category").cat.remove_unused_categories()
        columns[f"call_{name}"] = word.cat.codes.to_numpy()
        columns[f"call_{name}_words"] = "\n".join(map(str, word.cat.categories))
    ring = np.rint(calls["ring_s"].to_numpy() * UNITS_PER_S).astype(np.int64)
    for name in STAMPS:
        stamp_s = calls[name].to_numpy(np.float64) * UNITS_PER_S
        columns[f"call_{name}"] = ring if name == "ring_s" else after(stamp_s, ring)
    return columns


def after(at: NDArray[np.float64], ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return stamps as units after the ring, shifted by one so that 0 says that there is none."""
    there = np.isfinite(at)
    after = np.rint(np.where(there, at, 0.0)).astype(np.int64) - ring
    return np.where(there, np.where(after >= 0, after + 1, after), 0)


def whole(column: pd.Series[float]) -> NDArray[np.int64]:
    """Return a column as whole numbers, `MISSING` where nothing stands in it."""
    return column.astype("float64").fillna(MISSING).to_numpy().astype(np.int64)
