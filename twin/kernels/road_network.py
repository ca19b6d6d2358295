"""What the link-transmission queue works on: links, storage slots, turns and nodes as arrays.

Newell (1993), "A simplified theory of kinematic waves in highway traffic", Transportation Research Part B 27: with a
triangular relation between flow and density a link is three numbers: the time that a vehicle needs when nobody is in
its way, the time that a gap needs to travel back from the exit to the entrance, and how many vehicles fit in. Yperman
(2007), "The link transmission model for dynamic network loading", makes a network of them. Here every vehicle is an
individual.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows: TypeAlias = NDArray[Any]
"""A structured array; its fields are described where its dtype is."""

NOBODY: Final = -1
NEVER: Final = 2**31 - 1
"""Later than any time, in ms."""
LONG_AGO: Final = -(2**30)
"""Earlier than any time, in ms; whatever is added to it stays so."""
NO_SIGNAL: Final = -1
MOST_OUT: Final = 254
"""A node has fewer links out of it than this: their slots are bytes, and two values mean something else."""

CACHE_LINE_BYTES: Final = 64

LINK: Final = np.dtype(
    [
        ("from_node", np.int32),
        ("to_node", np.int32),
        ("out_slot", np.int32),  # position among the links out of from_node
        ("turn_first", np.int32),  # its turn to the link with out_slot s is turn_first + s
        ("signal", np.int32),  # at the downstream end, or NO_SIGNAL
        ("slot_first", np.int32),
        ("slot_count", np.int32),
        # what a caller may change between two calls
        ("storage", np.int32),  # vehicles that fit in, at most slot_count; 0: closed to whoever is not on it
        ("free_ms", np.int32),
        ("wave_ms", np.int32),
        ("headway_ms", np.int32),  # between two vehicles, at either end: the inverse of the capacity
        ("priority_ms", np.int32),  # at merges, shares are in proportion to the inverse of this
        # the upstream end
        ("tail", np.int32),  # slot of the next vehicle to enter
        ("entered", np.int32),  # vehicles since the beginning
        ("clock_ms", np.int32),  # a headway after the last of them, or later if it used slack
        ("awaited", np.int32),  # 1 if somebody could not enter because it is full
        ("merge_level_ms", np.int32),  # see twin.kernels.junctions
        ("origin_level_ms", np.int32),
        # the downstream end
        ("head", np.int32),  # slot of the next vehicle to leave
        ("left", np.int32),
        ("left_ms", np.int32),  # when the last of them left, or later if he counts as more than one car
        ("pocket", np.int16),  # vehicles that can stand aside at the end of the link, for others to pass
        ("passing", np.int16),  # 0: the first is not held up; k + 1: it is, and whoever is k behind it goes next
        ("travel_ms", np.int64),  # sum over all who left, from entry to exit
    ]
)
SLOT: Final = np.dtype(
    [
        ("vehicle", np.int32),  # NOBODY if empty
        ("time_ms", np.int32),  # when it has driven the link; of an empty slot, when it was left
    ]
)
TURN: Final = np.dtype([("level_ms", np.int32), ("left", np.int32)])
SIGNAL: Final = np.dtype(
    [
        ("cycle_ms", np.int32),
        ("start_ms", np.int32),  # when a green begins
        ("green_ms", np.int32),  # 0: always red; cycle_ms: always green
    ]
)


class Road(NamedTuple):
    """The road and who is on it. n nodes, m links in rows sorted by `to_node`, s slots, t turns.

    Attributes
    ----------
    links, slots, turns, signals
        Of dtype `LINK`, `SLOT`, `TURN` and `SIGNAL`, shapes (m,), (s,), (t,) and (any,).
    ready_ms
        When each link's first vehicle could leave if nothing was in its way; `NEVER` if there is none; shape (m,).
    in_first
        The links into node ``v`` are the rows ``in_first[v]:in_first[v + 1]``; shape (n + 1,).
    out_first, out_link
        Those out of it are ``out_link[out_first[v]:out_first[v + 1]]``, the order of their slots; (n + 1,) and (m,).
    wake_ms
        When there may be something to do at each node, shape (n,).
    busy, due, ahead
        Working arrays: the nodes where something is to be done in a step, shape (n,); the links or nodes whose first
        vehicles may leave, shape (max(m, n),); where links' go on to, shape (m,), see `twin.kernels.look_ahead`.
    origin_head, origin_tail
        First and last of the vehicles that wait to enter at each node, `NOBODY` if none does, shape (n,).
    origin_ms
        When the last of them entered, shape (n,).
    turned_away
        Written: how many have taken another link than they wanted, because that was full; shape (1,).
    """

    links: Rows
    slots: Rows
    turns: Rows
    signals: Rows
    ready_ms: NDArray[np.int32]
    in_first: NDArray[np.int32]
    out_first: NDArray[np.int32]
    out_link: NDArray[np.int32]
    wake_ms: NDArray[np.int32]
    busy: NDArray[np.int32]
    due: NDArray[np.int32]
    ahead: NDArray[np.int32]
    origin_head: NDArray[np.int32]
    origin_tail: NDArray[np.int32]
    origin_ms: NDArray[np.int32]
    turned_away: NDArray[np.int64]


class LinkTimes(NamedTuple):
    """What the triangular relation makes of links; each of shape (m,), see `LINK`."""

    free_ms: NDArray[np.int32]
    wave_ms: NDArray[np.int32]
    headway_ms: NDArray[np.int32]
    storage: NDArray[np.int32]


def triangular(
    length_m: ArrayLike,
    lanes: ArrayLike,
    speed_mps: ArrayLike,
    lane_flow_per_h: ArrayLike,
    jam_density_per_m: ArrayLike,
    step_ms: int,
) -> LinkTimes:
    """Return what links with these triangular fundamental diagrams are to the queue; arrays of shape (m,) or numbers.

    The capacity q = `lane_flow_per_h` is reached at the density q/v, and the wave runs back at w = q / (k - q/v), with
    k the jam density. Times shorter than a step are raised to it, and so is the storage that the capacity then needs.

    Parameters
    ----------
    lane_flow_per_h
        Greatest flow of one lane: 1,800 vehicles an hour on urban roads (Shao and others 2011), by class of road.
    jam_density_per_m
        Vehicles that stand on a metre of one lane.

    Raises
    ------
    ValueError
        If a number is not positive, or a flow can not be reached below the jam density.
    """
    given = np.broadcast_arrays(length_m, lanes, speed_mps, lane_flow_per_h, jam_density_per_m)
    if any((np.asarray(values) <= 0).any() for values in given):
        raise ValueError("length, lanes, speed, flow and jam density must be positive")
    length, lane_count, speed, flow_per_h, jam = (np.asarray(values, np.float64) for values in given)
    flow_per_s = flow_per_h / 3600.0
    if (flow_per_s >= jam * speed).any():
        raise ValueError("the flow of a lane must be less than jam density x speed")
    wave_mps = flow_per_s / (jam - flow_per_s / speed)
    free_ms = np.maximum(np.rint(1000.0 * length / speed), step_ms)
    wave_ms = np.maximum(np.rint(1000.0 * length / wave_mps), step_ms)
    headway_ms = np.maximum(np.rint(1000.0 / (flow_per_s * lane_count)), 1)
    fits = np.floor(length * lane_count * jam + 1e-9)
    # a storage rounded down, or times rounded up, would else take capacity from a short link
    storage = np.maximum(fits, np.ceil((free_ms + wave_ms) / headway_ms - 0.01))
    return LinkTimes(*(values.astype(np.int32) for values in (free_ms, wave_ms, headway_ms, storage)))


def in_cache_lines(count: int, kind: np.dtype[Any]) -> Rows:
    """Return zeros that begin where a cache line does, so that rows lie in as few lines as they can; shape (count,)."""
    room = np.zeros(count * kind.itemsize + CACHE_LINE_BYTES, np.uint8)
    begin = -room.ctypes.data % CACHE_LINE_BYTES
    return room[begin : begin + count * kind.itemsize].view(kind)


def check_links(node_count: int, link_from: NDArray[np.int32], link_to: NDArray[np.int32], times: LinkTimes) -> None:
    """Raise ValueError where links do not fit together."""
    shape = link_from.shape
    if link_to.shape != shape or any(values.shape != shape for values in times):
        raise ValueError(f"the links' arrays must all have shape {shape}")
    if (
        len(link_from)
        and not 0 <= min(link_from.min(), link_to.min()) <= max(link_from.max(), link_to.max()) < node_count
    ):
        raise ValueError(f"links must join nodes 0..{node_count - 1}")
    if any((values < 1).any() for values in times):
        raise ValueError("times, headways and storage of links must be at least 1")
    if len(link_from) and np.bincount(link_from).max() >= MOST_OUT:
        raise ValueError(f"a node has {MOST_OUT} or more links out of it")


def build_road(
    node_count: int,
    link_from: NDArray[np.int32],
    link_to: NDArray[np.int32],
    times: LinkTimes,
    priority_ms: NDArray[np.int32],
    link_signal: NDArray[np.int32],
    signals: Rows,
    pocket: NDArray[np.int32],
) -> tuple[Road, NDArray[np.int32]]:
    """Return an empty road, and the row of each given link in it.

    Parameters
    ----------
    link_from, link_to
        Nodes that each link joins, shape (m,).
    priority_ms
        See `LINK`, shape (m,): `times.headway_ms` for shares in proportion to capacities, all equal for fair ones.
    link_signal
        Position in `signals` of what stands at each link's downstream end, or `NO_SIGNAL`, shape (m,).
    pocket
        See `LINK`, shape (m,): 0 where nobody gets past who can not go on.

    Raises
    ------
    ValueError
        If the links do not fit together.
    """
    check_links(node_count, link_from, link_to, times)
    given_link = np.argsort(link_to, kind="stable").astype(np.int32)
    link_row = np.empty_like(given_link)
    link_row[given_link] = np.arange(len(given_link), dtype=np.int32)
    links = in_cache_lines(len(given_link), LINK)
    links["from_node"], links["to_node"] = link_from[given_link], link_to[given_link]
    for name, values in zip(LinkTimes._fields, times, strict=True):
        links[name] = values[given_link]
    links["priority_ms"], links["signal"] = priority_ms[given_link], link_signal[given_link]
    links["pocket"] = pocket[given_link]
    links["slot_count"] = links["storage"]
    links["slot_first"] = np.cumsum(links["slot_count"]) - links["slot_count"]
    links["clock_ms"] = links["left_ms"] = LONG_AGO
    nodes = np.arange(node_count + 1)
    by_from = np.argsort(link_from, kind="stable")
    out_first = np.searchsorted(link_from[by_from], nodes).astype(np.int32)
    out_link = link_row[by_from]
    links["out_slot"][out_link] = np.arange(len(out_link)) - out_first[links["from_node"][out_link]]
    turns_of_link = np.diff(out_first)[links["to_node"]]
    links["turn_first"] = np.cumsum(turns_of_link) - turns_of_link
    slots = np.full(int(links["slot_count"].sum()), NOBODY, SLOT)
    slots["time_ms"] = LONG_AGO
    in_first = np.searchsorted(links["to_node"], nodes).astype(np.int32)
    nobody = np.full(node_count, NOBODY, np.int32)
    road = Road(
        links, slots, np.zeros(int(turns_of_link.sum()), TURN), np.array(signals, SIGNAL),
        np.full(len(links), NEVER, np.int32), in_first, out_first, out_link,
        np.zeros(node_count, np.int32), np.zeros(node_count, np.int32),
        np.zeros(max(len(links), node_count), np.int32), np.zeros(len(links), np.int32), nobody, nobody.copy(),
        np.full(node_count, LONG_AGO, np.int32), np.zeros(1, np.int64),
    )  # fmt: skip
    return road, link_row
