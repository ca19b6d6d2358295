"""Links that do not move are found, told from circles that wait for themselves, and recorded with place and time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from support.cities import grid_graph

from twin.city.road_traffic import RoadTraffic
from twin.core.clock import MS
from twin.core.recorder import Recorder
from twin.domains.traffic.gridlock import GridlockWatch, circles
from twin.kernels.road_network import triangular


def test_circles_are_told_from_those_who_wait_behind_them() -> None:
    assert circles({1: 2, 2: 3, 3: 1, 4: 2, 5: 4, 6: 7}) == {1, 2, 3}
    assert circles({1: 1}) == {1}
    assert circles({1: 2, 2: 3}) == set()
    assert circles({}) == set()


def ring(*, storage_m: float = 40.0) -> tuple[RoadTraffic, SimpleNamespace]:
    """Four links round a block, 0-1-2-3-0, and a link 4-0 that leads in; one lane, six vehicles a link."""
    begin, end = np.array([0, 1, 2, 3, 4], np.int32), np.array([1, 2, 3, 0, 0], np.int32)
    times = triangular(np.full(5, storage_m), np.ones(5), np.full(5, 10.0), np.full(5, 1800.0), 0.15, 2000)
    road = RoadTraffic(5, begin, end, times)
    links = SimpleNamespace(
        node=np.arange(5, dtype=np.int32), to_junction=end, length_m=np.full(5, storage_m),
        edge_link=np.arange(5, dtype=np.int32),
    )  # fmt: skip
    return road, SimpleNamespace(links=links)


def test_a_block_that_locks_is_recorded_as_a_circle_with_street_district_and_begin() -> None:
    road, network = ring()
    # on each side of the block so many cars enter at once that all wait for the next side, which is full
    who = road.add_vehicles(4 * 40)
    routes = [[side, (side + 1) % 4, (side + 2) % 4, (side + 3) % 4] for side in range(4) for _ in range(40)]
    first = np.arange(0, 4 * len(routes) + 1, 4)
    road.send_along(who, first, np.concatenate(routes))
    watch = GridlockWatch(recorder := Recorder(), network, road, grid_graph(), [["-"], ["-"]])  # type: ignore[arg-type]
    road.advance(0)
    road.advance(600_000, who, np.arange(len(who)) % 200)
    watch.look(600.0)
    assert len(road.locked(MS * 900)) == 0  # not for a quarter of an hour yet
    road.advance(1_800_000)
    watch.look(1800.0)
    assert road.locked(MS * 900).tolist() == [0, 1, 2, 3]
    road.advance(2_400_000)
    watch.look(2400.0)
    watch.finish()
    recorder.close()
    rows = recorder.frames()["traffic.locked_links"]
    assert rows["link"].tolist() == [0, 1, 2, 3]
    assert rows["in_circle"].all()
    assert rows["ends_s"].isna().all()
    assert (rows["begins_s"] < 60).all()  # from when it could have moved, not from when it was noticed
    assert set(rows["district"]) == {"west"}


def test_links_that_move_again_get_an_end() -> None:
    road, network = ring()
    who = road.add_vehicles(20)
    road.send_along(who, np.arange(0, 41, 2), np.tile([4, 0], 20))
    road.set_links([0], storage=0)
    watch = GridlockWatch(recorder := Recorder(), network, road, grid_graph(), [["-"], ["-"]])  # type: ignore[arg-type]
    road.advance(1_800_000, who, np.arange(20))
    watch.look(1800.0)
    road.set_links([0], storage=int(road.of_links("slot_count")[0]))
    road.advance(2_400_000)
    watch.look(2400.0)
    watch.finish()
    recorder.close()
    rows = recorder.frames()["traffic.locked_links"]
    assert rows["link"].tolist() == [4]
    assert rows["ends_s"].tolist() == [2400.0]
    assert not rows["in_circle"].any()
