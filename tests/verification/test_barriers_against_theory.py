"""Entrances against queueing theory: one barrier as M/D/1, several against a reckoning with a heap."""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.domains.traffic.entrances import Entrances


def entrances(counts: list[int], service_s: list[float]) -> Entrances:
    """Return lots with so many barriers, of which the last reads no plates."""
    recognition = np.arange(len(counts)) < len(counts) - 1
    return Entrances(
        pd.DataFrame(
            {
                "entrances": counts,
                "recognition": recognition,
                "barrier_recognised_s": np.where(recognition, service_s, 999.0),
                "barrier_ticket_s": np.where(recognition, 999.0, service_s),
            }
        )
    )


@pytest.mark.parametrize("load", [0.3, 0.6, 0.85])
def test_one_barrier_lets_cars_wait_as_long_as_pollaczek_and_khinchine_say(load: float) -> None:
    """M/D/1: the mean wait is load x service / (2 (1 - load)) (Khinchine 1932)."""
    service_s = 14.0
    generator = np.random.default_rng(7)
    waits = []
    for _ in range(20):
        at_ms = np.rint(1000 * np.cumsum(generator.exponential(service_s / load, 20_000))).astype(np.int32)
        lot = np.zeros(len(at_ms), np.int32)
        in_ms = entrances([1], [service_s]).let_in(lot, at_ms)
        waits.append((in_ms - at_ms)[2000:].mean() / 1000 - service_s)
    expected = load * service_s / (2 * (1 - load))
    half = 2.861 * np.std(waits, ddof=1) / np.sqrt(len(waits))  # 99 %, 19 degrees of freedom
    assert abs(np.mean(waits) - expected) < half
    assert half < 0.1 * expected, "too wide to tell anything"


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), counts=st.lists(st.integers(0, 4), min_size=1, max_size=5), cars=st.integers(1, 80))
def test_several_barriers_serve_in_the_order_of_arrivals_whoever_is_free_first(
    seed: int, counts: list[int], cars: int
) -> None:
    generator = np.random.default_rng(seed)
    service_s = generator.choice([4.0, 14.0], len(counts)).tolist()
    at_ms = np.sort(generator.integers(0, 200_000, cars)).astype(np.int32)
    lot = generator.integers(-1, len(counts), cars).astype(np.int32)
    doors = entrances(counts, service_s)
    half = cars // 2  # in two steps, as a run has them
    in_ms = np.concatenate([doors.let_in(lot[:half], at_ms[:half]), doors.let_in(lot[half:], at_ms[half:])])
    free = [[0] * count for count in counts]
    for car in range(cars):
        here = lot[car]
        if here < 0 or counts[here] == 0:
            assert in_ms[car] == at_ms[car], "a kerb has no barrier"
            continue
        begins_ms = max(int(at_ms[car]), heapq.heappop(free[here]))
        heapq.heappush(free[here], begins_ms + round(1000 * service_s[here]))
        assert in_ms[car] == begins_ms + round(1000 * service_s[here])
