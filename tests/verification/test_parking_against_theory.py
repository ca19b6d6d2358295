"""Looking for a place against closed forms: a lot that turns people away, and points taken at random."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.kernels.parking import GIVEN_UP, NOT_YET, Lots, Points, look_for_places

DAY_MS = 86_400_000


def lots_at(points: int, spaces: NDArray[np.int32], taken: NDArray[np.int32]) -> Lots:
    """One lot at each point, always open to everybody."""
    count = len(spaces)
    return Lots(
        np.arange(points + 1, dtype=np.int32), spaces, taken, np.ones(count, np.uint8), np.zeros(count, np.int32),
        np.full(count, DAY_MS, np.int32),
    )  # fmt: skip


def erlang_b(servers: int, offered: float) -> float:
    """Return the share that is turned away, by the usual recursion."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked


@pytest.mark.parametrize(("spaces", "offered"), [(5, 4.0), (20, 18.0), (60, 70.0)])
def test_a_lot_turns_away_what_erlang_says(spaces: int, offered: float) -> None:
    """Arrivals by chance, stays of any shape (here uniform), nobody waits: Erlang's loss formula (1917)."""
    generator = np.random.default_rng(20210315)
    shares = []
    for _ in range(20):
        count = 6_000
        arrive = np.cumsum(generator.exponential(1 / offered, count))
        stay = generator.uniform(0, 2, count)
        lots = lots_at(1, np.array([spaces], np.int32), np.zeros(1, np.int32))
        points = Points(np.zeros(1), np.zeros(1), np.zeros((1, 1), np.int32))
        leaves: list[float] = []
        turned_away = 0
        for at, until in zip(arrive.tolist(), (arrive + stay).tolist(), strict=True):
            gone = [time for time in leaves if time <= at]
            leaves = [time for time in leaves if time > at]
            lots.taken[0] -= len(gone)
            lot, onward = np.empty(1, np.int32), np.empty(1, np.int32)
            look_for_places(
                lots, points, np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.uint8), np.zeros(1, np.int32),
                np.ones(1, np.bool_), np.zeros(1, np.uint32), lot, onward,
            )  # fmt: skip
            assert lots.taken[0] <= spaces
            if lot[0] == 0:
                leaves.append(until)
            else:
                assert lot[0] == GIVEN_UP
                turned_away += at > 10
        shares.append(turned_away / (arrive > 10).sum())
    half = 2.861 * np.std(shares, ddof=1) / np.sqrt(len(shares))  # 99 %, 19 degrees of freedom
    assert abs(np.mean(shares) - erlang_b(spaces, offered)) < half
    assert half < 0.25 * erlang_b(spaces, offered), "too wide to tell anything"


@pytest.mark.parametrize(("count", "free"), [(20, 1), (20, 4), (31, 10)])
def test_where_free_places_lie_by_chance_as_many_are_looked_at_as_counting_says(count: int, free: int) -> None:
    """Of S places looked at one after another, F of them free, (S + 1) / (F + 1) are looked at on average."""
    generator = np.random.default_rng(7)
    looked = []
    for _ in range(4_000):
        taken = np.ones(count, np.int32)
        taken[generator.permutation(count)[:free]] = 0
        lots = lots_at(count, np.ones(count, np.int32), taken)
        place = generator.uniform(0, 500, (2, count))
        order = np.argsort(np.hypot(*(place - place[:, :1])), kind="stable").astype(np.int32)
        around = np.zeros((count, count), np.int32)
        around[0] = order
        points = Points(place[0].copy(), place[1].copy(), around)
        here, been, tries = np.zeros(1, np.int32), np.zeros(1, np.uint32), 0
        while True:
            lot, onward = np.empty(1, np.int32), np.empty(1, np.int32)
            look_for_places(
                lots, points, here, np.zeros(1, np.int32), np.ones(1, np.uint8), np.zeros(1, np.int32),
                np.ones(1, np.bool_), been, lot, onward,
            )  # fmt: skip
            tries += 1
            if lot[0] != NOT_YET:
                break
            here = onward
        assert lot[0] >= 0
        looked.append(tries)
    expected = (count + 1) / (free + 1)
    assert abs(np.mean(looked) - expected) < 2.6 * np.std(looked) / np.sqrt(len(looked))


def test_the_next_point_is_the_one_with_the_shortest_way_over_it_and_nobody_looks_twice() -> None:
    """Points on a line at 0, 100, 200, 300 and -150 m; the destination is at 0, all are full."""
    x_m = np.array([0.0, 100.0, 200.0, 300.0, -150.0])
    around = np.zeros((5, 4), np.int32)
    around[0] = [0, 1, 4, 2]
    points = Points(x_m, np.zeros(5), around)
    lots = lots_at(5, np.ones(5, np.int32), np.ones(5, np.int32))
    here, been, visited = np.zeros(1, np.int32), np.zeros(1, np.uint32), [0]
    for _ in range(3):
        lot, onward = np.empty(1, np.int32), np.empty(1, np.int32)
        look_for_places(
            lots, points, here, np.zeros(1, np.int32), np.ones(1, np.uint8), np.zeros(1, np.int32),
            np.ones(1, np.bool_), been, lot, onward,
        )  # fmt: skip
        assert lot[0] == NOT_YET
        here = onward
        visited.append(int(here[0]))
    # from 0: 1 costs 200, 4 costs 300, 2 costs 400; from 1: 2 costs 300, 4 costs 400; then 4 is left
    assert visited == [0, 1, 2, 4]
    lot, onward = np.empty(1, np.int32), np.empty(1, np.int32)
    look_for_places(
        lots, points, here, np.zeros(1, np.int32), np.ones(1, np.uint8), np.zeros(1, np.int32), np.ones(1, np.bool_),
        been, lot, onward,
    )  # fmt: skip
    assert lot[0] == GIVEN_UP
