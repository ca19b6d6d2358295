"""Where signals stand, which approaches share a phase, and what a plan lets through when.

A junction has a signal where three or more main roads come in (see `twin.domains.traffic.network.SIGNALLED`) from
directions that are not all opposite; then every link into it stands at the signal. Approaches whose axes lie within
45 degrees of one another share a phase, so that opposite ones do. Left turns have no phase of their own.

Plans are in effective greens: a phase is green for traffic for its green, and for nobody in the lost time before it,
which is what the change from phase to phase and the start of a queue cost. What drivers see is longer by the start-up
loss and shorter by the gain at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.clock import MS

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.links import Links

LEAST_MAIN_APPROACHES: Final = 3
SAME_PHASE_DEGREES: Final = 45.0
ENDLESS_MS: Final = 2**30
"""Cycle of a phase that keeps the green until somebody decides otherwise."""


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of a network: s signals, p phases, a approaches, m links.

    Attributes
    ----------
    junction
        Where each signal stands, shape (s,).
    phase_first
        The phases of signal i are ``phase_first[i]:phase_first[i + 1]``, shape (s + 1,).
    approach_first
        The approaches of phase j are ``approach_first[j]:approach_first[j + 1]``, shape (p + 1,).
    approach_link
        The link of each approach, shape (a,).
    link_phase
        The phase at each link's end, -1 where none stands there, shape (m,).
    """

    junction: NDArray[np.int32]
    phase_first: NDArray[np.int32]
    approach_first: NDArray[np.int32]
    approach_link: NDArray[np.int32]
    link_phase: NDArray[np.int32]

    @classmethod
    def of(cls, roads: RoadGraph, links: Links, is_main: NDArray[np.bool_]) -> Signals:
        """Find the signals of a network whose main roads are those links, shape (m,)."""
        mains = np.bincount(links.to_junction[is_main], minlength=len(links.node))
        crossing = mains >= LEAST_MAIN_APPROACHES
        axis = _axes(roads, links)
        into = np.flatnonzero(crossing[links.to_junction])
        # main roads first, the widest first: the axis of a phase is that of its first approach
        order = np.lexsort((into, -links.lanes[into].astype(int), ~is_main[into], links.to_junction[into]))
        into = into[order]
        junctions, begins, counts = np.unique(links.to_junction[into], return_index=True, return_counts=True)
        junction: list[int] = []
        phases: list[list[list[int]]] = []
        for where, begin, count in zip(junctions.tolist(), begins.tolist(), counts.tolist(), strict=True):
            found = _phases(into[begin : begin + count].tolist(), axis)
            if sum(is_main[phase].any() for phase in found) > 1:
                junction.append(where)
                phases.append(found)
        flat = [phase for of_one in phases for phase in of_one]
        approach_link = np.array([link for phase in flat for link in phase], np.int32)
        approach_first = np.cumsum([0, *map(len, flat)]).astype(np.int32)
        link_phase = np.full(len(links.length_m), -1, np.int32)
        link_phase[approach_link] = np.repeat(np.arange(len(flat)), np.diff(approach_first))
        return cls(
            np.array(junction, np.int32), np.cumsum([0, *map(len, phases)]).astype(np.int32), approach_first,
            approach_link, link_phase,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.junction)

    @property
    def phase_count(self) -> int:
        """How many phases all signals have."""
        return len(self.approach_first) - 1

    @property
    def phase_signal(self) -> NDArray[np.int32]:
        """The signal of each phase, shape (p,)."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.phase_first))

    @property
    def approach_phase(self) -> NDArray[np.int32]:
        """The phase of each approach, shape (a,)."""
        return np.repeat(np.arange(self.phase_count, dtype=np.int32), np.diff(self.approach_first))

    def over_phases(self, of_phase: NDArray[Any]) -> NDArray[Any]:
        """Return the sum over each signal's phases, shape (s,)."""
        return np.add.reduceat(of_phase, self.phase_first[:-1]) if len(self) else of_phase[:0]

    def only(self, chosen: NDArray[np.bool_]) -> Signals:
        """Return some of the signals, shape (s,); phases are counted anew, links are not."""
        phases = chosen[self.phase_signal]
        approaches = phases[self.approach_phase]
        approach_first = np.cumsum([0, *np.diff(self.approach_first)[phases]]).astype(np.int32)
        approach_link = self.approach_link[approaches]
        link_phase = np.full(len(self.link_phase), -1, np.int32)
        link_phase[approach_link] = np.repeat(np.arange(len(approach_first) - 1), np.diff(approach_first))
        phase_first = np.cumsum([0, *np.diff(self.phase_first)[chosen]]).astype(np.int32)
        return Signals(self.junction[chosen], phase_first, approach_first, approach_link, link_phase)

    def alone(self, green_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which phases are the only one of their signal that has green, shape (p,)."""
        has = np.rint(MS * green_s) > 0
        only_one = self.over_phases(has.astype(np.int64)) == 1
        return np.asarray(has & np.repeat(only_one, np.diff(self.phase_first)))

    def fixed_green_s(self, cycle_s: float, lost_s: float, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the greens of a plan that shares a cycle out by the weight of phases, shape (p,), less lost times."""
        phases = np.diff(self.phase_first)
        share = weight / np.repeat(self.over_phases(weight), phases)
        return np.asarray(share * np.repeat(cycle_s - lost_s * phases, phases))

    def rows(self, green_s: NDArray[np.float64], offset_s: NDArray[np.float64], lost_s: float) -> NDArray[np.int32]:
        """Return what a road needs of a plan: cycle, start of the green and its length of each phase, ms, (p, 3).

        Parameters
        ----------
        green_s
            Effective green of each phase, shape (p,). Phases without green are left out of the cycle, and the only
            one that is left has it without end.
        offset_s
            When each signal's cycle begins, in run time; that of an endless green, after the lost time; shape (s,).
        """
        green_ms = np.rint(MS * green_s).astype(np.int64)
        lost_ms = np.where(green_ms > 0, round(MS * lost_s), 0)
        phases = np.diff(self.phase_first)
        whole_ms = np.repeat(self.over_phases(green_ms + lost_ms), phases)
        before_ms = np.cumsum(green_ms + lost_ms) - green_ms
        before_ms -= np.repeat((before_ms - lost_ms)[self.phase_first[:-1]], phases)
        start_ms = np.repeat(np.rint(MS * offset_s).astype(np.int64), phases) + before_ms
        rows = np.column_stack([whole_ms, start_ms, green_ms])
        alone = self.alone(green_s)
        rows[alone, 0] = ENDLESS_MS
        rows[alone, 2] = ENDLESS_MS - lost_ms[alone]
        return rows.astype(np.int32)


def _axes(roads: RoadGraph, links: Links) -> NDArray[np.float64]:
    """Return the direction in which each link ends, degrees from 0 to 180: opposite ones are alike; shape (m,)."""
    ends = links.node[links.to_junction[links.edge_link]]
    last = np.flatnonzero(roads.edge_to == ends)
    way_m = roads.node_xy_m[roads.edge_to[last]] - roads.node_xy_m[roads.edge_from[last]]
    axis = np.zeros(len(links.length_m))
    axis[links.edge_link[last]] = np.degrees(np.arctan2(way_m[:, 1], way_m[:, 0])) % 180.0
    return axis


def _phases(approaches: list[int], axis: NDArray[np.float64]) -> list[list[int]]:
    """Group the approaches of a junction by their axes, in their order."""
    phases: list[list[int]] = []
    for link in approaches:
        apart = [abs((axis[link] - axis[phase[0]] + 90.0) % 180.0 - 90.0) for phase in phases]
        nearest = int(np.argmin(apart)) if apart else -1
        if apart and apart[nearest] <= SAME_PHASE_DEGREES:
            phases[nearest].append(link)
        else:
            phases.append([link])
    return phases
