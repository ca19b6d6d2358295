"""One agent for several vehicles: what it makes of roads and lots, so that a sample meets the jams of the whole city.

Of all vehicles every k-th is lived (``vehicles_per_agent``), on links that pass and hold a k-th of what they do, among
lots with a k-th of their spaces: the flow and storage capacity factors of MATSim (Horni, Nagel and Axhausen 2016, "The
Multi-Agent Transport Simulation MATSim", Ubiquity Press), platoons in UXsim. What is counted on roads and in lots is
recorded for all vehicles; where a row is a vehicle, or its trip, it is an agent's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twin.kernels.road_network import LinkTimes

if TYPE_CHECKING:
    from twin.charts.section import StoredRun
    from twin.core.recorder import Recorder

AGENTS: Final = "traffic.agents"
COLUMNS: Final = {"vehicles_per_agent": pa.int32()}


def thinned_links(times: LinkTimes, vehicles_per_agent: int) -> LinkTimes:
    """Return what links are to a queue of agents, each of which is so many vehicles; shapes (m,).

    A place is at least one agent's, and as many as the capacity needs.
    """
    if vehicles_per_agent == 1:
        return times
    headway_ms = times.headway_ms * np.int32(vehicles_per_agent)
    fits = np.rint(times.storage / vehicles_per_agent)
    needed = np.ceil((times.free_ms + times.wave_ms) / headway_ms - 0.01)
    storage = np.maximum(np.maximum(fits, needed), 1).astype(np.int32)
    return times._replace(headway_ms=headway_ms, storage=storage)


def thinned_pockets(pocket: NDArray[np.int32], vehicles_per_agent: int) -> NDArray[np.int32]:
    """Return how many agents can stand aside where so many vehicles can, shape (m,): one where anybody can."""
    return -(-pocket // np.int32(vehicles_per_agent))


def thinned_lots(lots: pd.DataFrame, vehicles_per_agent: int) -> pd.DataFrame:
    """Return a table of lots with room for agents: the k-th space, the 2k-th and so on, counted through all lots.

    So all lots together keep their share to within one space, as each kind in one place does; a lot of fewer spaces
    than an agent needs is left out, or has room for one.
    """
    if vehicles_per_agent == 1:
        return lots
    filled = np.cumsum(lots["spaces"].to_numpy(np.int64)) // vehicles_per_agent
    spaces = np.diff(filled, prepend=0).astype(np.int32)
    return lots.assign(spaces=spaces)[spaces > 0].reset_index(drop=True)


def record_agents(recorder: Recorder, vehicles_per_agent: int) -> None:
    """Write how many vehicles an agent is."""
    recorder.table(AGENTS, COLUMNS).add(vehicles_per_agent)


def vehicles_per_agent(events: Mapping[str, pd.DataFrame]) -> int:
    """Return how many vehicles a row of a table of vehicles or trips stands for."""
    return int(events[AGENTS]["vehicles_per_agent"].iloc[0])


def vehicles_per_agent_of(run: StoredRun) -> int:
    """Return it for a stored run: one for all its brains."""
    return vehicles_per_agent({AGENTS: run.events(AGENTS, run.brains[0], 0)})
