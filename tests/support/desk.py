"""The call desk alone, as a queue: every call is advice, so that nothing but the call takers matters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from support.cities import small_city
from support.runs import run_emergency
from twin.city.city import City
from twin.core.clock import HOUR_S
from twin.core.streams import Streams
from twin.domains.emergency.parameters import EmergencyParameters

Times = NDArray[np.float64]


@cache
def desk_city() -> City:
    """The smallest city that the domain accepts; nobody drives in it."""
    return small_city(side=3, stations=1)


@cache
def _drawn() -> dict[str, pd.DataFrame]:
    """The tables that the domain draws, for their columns and for what stays as it is."""
    twin, _ = run_emergency(desk_city(), hours=1.0)
    return {name: table for name, table in twin.tables.items() if name.startswith("emergency.")}


def poisson_calls(seed: int, replication: int, count: int, load: float, talk_s: float) -> tuple[Times, Times]:
    """Draw ringing times of a homogeneous Poisson process and exponential talks, seconds, both of shape (count,).

    Parameters
    ----------
    load
        Offered load in Erlang: calls in the mean time of a talk.
    """
    streams = Streams(seed, replication)
    gaps_s = streams("desk", "gaps").exponential(talk_s / load, count)
    return np.cumsum(gaps_s), streams("desk", "talks").exponential(talk_s, count)


def table_of(ring_s: Times, talk_s: Times) -> pd.DataFrame:
    """Return a table of calls that ring at these times, are picked up at once, and end in advice after a talk."""
    count = len(ring_s)
    repeated = _drawn()["emergency.calls"].iloc[np.zeros(count, dtype=np.int64)].reset_index(drop=True)
    return repeated.assign(
        call=np.arange(count),
        ring_s=ring_s,
        kind=np.full(count, "advice", dtype=object),
        pick_up_s=0.0,
        advice_s=talk_s,
    )


def waits_at_the_desk(ring_s: Times, talk_s: Times, seats: int) -> Times:
    """Return how long each call waits for a call taker in our emergency domain, seconds."""
    hours = ring_s[-1] / HOUR_S + 1e-3
    _, frames = run_emergency(
        desk_city(), EmergencyParameters(seats=seats, shift_changes_h=[]), hours=hours, record_views=False,
        tables=_drawn() | {
            "emergency.calls": table_of(ring_s, talk_s),
            "emergency.cases": _drawn()["emergency.cases"].iloc[:0],
            "emergency.walk_ins": _drawn()["emergency.walk_ins"].iloc[:0],
        },
    )  # fmt: skip
    calls = frames["emergency.calls"].sort_values("call")
    assert calls["call"].tolist() == list(range(len(ring_s)))
    assert (calls["ending"] == "advice").all()
    waits_s = (calls["answer_s"] - calls["ring_s"]).to_numpy()
    return np.where(np.abs(waits_s) < 1e-6, 0.0, waits_s)  # the clock adds up floats
