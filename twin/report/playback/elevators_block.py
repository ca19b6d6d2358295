"""Entrapments, and who comes to them, as the page reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.report.playback.ambulances_block import MISSING, after, points_of, whole
from twin.report.playback.blocks import Columns, Running
from twin.report.playback.cars_block import UNITS_PER_S
from twin.report.playback.city_block import UNITS_PER_M
from twin.report.playback.layers_block import INTERVAL_S, interval_count

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

STOPS: Final = "at_s"
STAMPS: Final = (STOPS, "told_s", "sent_s", "arrive_s", "freed_s", "back_s")
"""What is told of an entrapment, in this order."""
WORDS: Final = ("cause", "way", "district", "use")
_NUMBER: Final = (1 << 32) - 1
"""The lower half of an entrapment's number says which failure of its elevator it is."""


def elevator_columns(events: Mapping[str, pd.DataFrame], roads: RoadGraph, ends_s: float) -> Columns:
    """Return entrapments, who comes and their ways until ``ends_s``, for `pack`."""
    cases, fleet = trapping(events["elevators.rescues"], ends_s), events["elevators.fleet"]
    elevator = cases["elevator"].to_numpy()
    own = fleet.iloc[elevator]
    xy = np.rint(roads.to_plane_m(own["lon"].to_numpy(), own["lat"].to_numpy()) * UNITS_PER_M).astype(np.int64)
    stops = np.rint(cases[STOPS].to_numpy() * UNITS_PER_S).astype(np.int64)
    columns: Columns = {
        "caseElevator": elevator, "caseNumber": cases["case"].to_numpy() & _NUMBER, "caseX": xy[:, 0],
        "caseY": xy[:, 1], "casePeople": cases["people"].to_numpy(), "caseVulnerable": cases["vulnerable"].to_numpy(),
        "caseFloors": own["floors"].to_numpy(),
        "caseLevel": whole(cases["level"]), "caseHelper": whole(cases["helper"]),
        "caseCalled": cases["called_team"].to_numpy(np.bool_), "caseIll": cases["ill"].to_numpy(np.bool_),
    }  # fmt: skip
    for name in WORDS:
        word = (own if name == "use" else cases)[name].astype("category").cat.remove_unused_categories()
        columns[f"case_{name}"] = word.cat.codes.to_numpy()
        columns[f"case_{name}_words"] = "\n".join(map(str, word.cat.categories))
    for name in STAMPS:
        stamp = cases[name].to_numpy(np.float64) * UNITS_PER_S
        columns[f"case_{name}"] = Running(stops) if name == STOPS else after(stamp, stops)
    return {**columns, **_helper_columns(events, cases["case"], roads, ends_s)}


def trapping(rescues: pd.DataFrame, ends_s: float) -> pd.DataFrame:
    """Return the entrapments that begin before ``ends_s``, false alarms left out, in order of time."""
    chosen = rescues[(rescues["people"] > 0) & (rescues[STOPS] < ends_s)]
    return chosen.sort_values([STOPS, "case"], kind="stable")


def _helper_columns(
    events: Mapping[str, pd.DataFrame], cases: pd.Series[int], roads: RoadGraph, ends_s: float
) -> Columns:
    """Return who was sent, one row each, and the nodes of those who drove."""
    helpers = events["elevators.helpers"]
    helpers = helpers[helpers["sent_s"] < ends_s].sort_values(["sent_s", "case", "level"], kind="stable")
    who = ["level", "helper", "case"]
    tracks = events["elevators.tracks"].drop_duplicates(who).set_index(who)
    asked = pd.MultiIndex.from_frame(helpers[who])
    found = tracks.index.get_indexer(asked)
    points, node, at = points_of(tracks.iloc[found[found >= 0]], roads)
    of_helper = np.zeros(len(helpers), np.int64)
    of_helper[found >= 0] = points
    row = pd.Index(cases).get_indexer(pd.Index(helpers["case"]))
    sent = np.rint(helpers["sent_s"].to_numpy(np.float64) * UNITS_PER_S).astype(np.int64)
    return {
        "helperLevel": helpers["level"].to_numpy(), "helperNumber": helpers["helper"].to_numpy(),
        "helperCase": np.where(row >= 0, row, MISSING), "helperFrom": helpers["from_node"].to_numpy(),
        "helperSent": Running(sent), "helperFree": after(helpers["free_s"].to_numpy(np.float64) * UNITS_PER_S, sent),
        "helperPoints": of_helper, "helperNode": Running(node), "helperAt": Running(at),
    }  # fmt: skip


def people_trapped(rescues: pd.DataFrame, ends_s: float) -> list[int]:
    """Return how many people are trapped at the end of each interval."""
    cases = trapping(rescues, ends_s)
    people = cases["people"].to_numpy(np.int64)
    begins_s, freed_s = cases[STOPS].to_numpy(np.float64), cases["freed_s"].to_numpy(np.float64)
    edges_s = INTERVAL_S * np.arange(1, interval_count(ends_s) + 1)
    inside = _until(begins_s, people, edges_s) - _until(np.nan_to_num(freed_s, nan=np.inf), people, edges_s)
    return [int(value) for value in inside]


def _until(at_s: NDArray[np.float64], people: NDArray[np.int64], edges_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many people this has happened to by each of these times."""
    order = np.argsort(at_s, kind="stable")
    so_far = np.concatenate([[0], np.cumsum(people[order])])
    return np.asarray(so_far[np.searchsorted(at_s[order], edges_s, side="right")])
