"""Promises: an agent may stand for several vehicles, and what is counted is still counted for all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.reports import page_of, small_traffic_run
from support.traffic import MONDAY, small_parameters
from support.traffic_day import run_traffic

from twin.core.clock import DAY_S
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.kpis import compute
from twin.domains.traffic.sample import thinned_links, thinned_lots, thinned_pockets
from twin.kernels.road_network import LinkTimes, triangular

EACH = 3
Frames = dict[str, pd.DataFrame]


def links() -> LinkTimes:
    """Streets of 30 m to 3 km with one to four lanes."""
    length_m = np.geomspace(30, 3000, 40)
    return triangular(length_m, 1 + np.arange(40) % 4, 12.5, 1500.0, 0.15, 2000)


@pytest.fixture(scope="module")
def all_lived() -> tuple[TrafficDomain, Frames]:
    return run_traffic()[1:]


@pytest.fixture(scope="module")
def sample() -> tuple[TrafficDomain, Frames]:
    return run_traffic(vehicles_per_agent=EACH)[1:]


def kpis(frames: Frames) -> dict[str, float]:
    return {row.name: row.value for row in compute(frames, MONDAY)}


def test_one_vehicle_an_agent_leaves_everything_as_it_is() -> None:
    times, lots = links(), pd.DataFrame({"spaces": [3, 20, 240]})
    assert thinned_links(times, 1) is times
    assert thinned_lots(lots, 1) is lots
    np.testing.assert_array_equal(thinned_pockets(np.arange(5, dtype=np.int32), 1), np.arange(5))


@given(each=st.integers(2, 50))
def test_a_link_passes_and_holds_as_many_vehicles_in_agents(each: int) -> None:
    times = links()
    thin = thinned_links(times, each)
    np.testing.assert_array_equal(thin.headway_ms, each * times.headway_ms)
    np.testing.assert_array_equal(thin.free_ms, times.free_ms)
    np.testing.assert_array_equal(thin.wave_ms, times.wave_ms)
    assert (thin.storage >= 1).all()
    assert (thin.storage * thin.headway_ms >= 0.98 * (thin.free_ms + thin.wave_ms)).all(), "the capacity is not reached"
    far = times.storage >= 20 * each
    np.testing.assert_allclose(thin.storage[far] * each, times.storage[far], rtol=0.05)


@given(spaces=st.lists(st.integers(1, 60), min_size=1, max_size=40), each=st.integers(2, 20))
def test_lots_keep_their_share_of_the_spaces_together(spaces: list[int], each: int) -> None:
    lots = pd.DataFrame({"name": [str(number) for number in range(len(spaces))], "spaces": np.array(spaces, np.int32)})
    thin = thinned_lots(lots, each)
    assert thin["spaces"].sum() == sum(spaces) // each
    assert (thin["spaces"] >= 1).all()
    whole = lots.set_index("name")["spaces"].reindex(thin["name"]).to_numpy()
    assert (np.abs(thin["spaces"].to_numpy() - whole / each) < 1).all()


def test_every_third_vehicle_is_lived_and_all_of_them_are_counted(
    all_lived: tuple[TrafficDomain, Frames], sample: tuple[TrafficDomain, Frames]
) -> None:
    (_, every), (_, some) = all_lived, sample
    assert EACH * len(some["traffic.trips"]) == pytest.approx(len(every["traffic.trips"]), rel=0.02)
    whole, thin = kpis(every), kpis(some)
    assert thin.keys() == whole.keys()
    counted = (
        "trips", "want_place", "vehicle_km", "vehicle_h", "stays", "revenue_yuan", "connected_spaces", "cruising_km",
        "turnover_per_day", "occupancy",
    )  # fmt: skip
    for name in counted:
        assert thin[f"traffic.{name}"] == pytest.approx(whole[f"traffic.{name}"], rel=0.1), name
    assert thin["traffic.trip_min.mean"] == pytest.approx(whole["traffic.trip_min.mean"], rel=0.03)
    told = [frames["traffic.link_list"]["per_h"].to_numpy() for frames in (every, some)]
    np.testing.assert_allclose(told[1], told[0], rtol=1e-3)


def test_what_is_recorded_of_roads_and_lots_is_of_all_vehicles(sample: tuple[TrafficDomain, Frames]) -> None:
    domain, frames = sample
    for table, column in (("links", "left"), ("links", "on_link"), ("lots", "taken"), ("roads", "driving")):
        assert (frames[f"traffic.{table}"][column] % EACH == 0).all(), f"{table}: {column}"
    told, taken = frames["traffic.lot_list"], frames["traffic.lots"]
    np.testing.assert_array_equal(told["spaces"], EACH * domain.lots["spaces"])
    assert (taken["taken"].to_numpy() <= told["spaces"].to_numpy()[taken["lot"].to_numpy()]).all()
    books, stays = frames["traffic.books"], frames["traffic.stays"]
    assert books["stays"].sum() == EACH * stays["ends_s"].notna().sum()
    assert books["taken_fen"].sum() == EACH * stays["fee_fen"].sum()


def test_what_passes_for_the_air_is_of_all_vehicles(sample: tuple[TrafficDomain, Frames]) -> None:
    domain, frames = sample
    km = domain.air_links.volumes().vehicle_km.sum()  # since the run began: nobody has read it before
    roads = frames["traffic.roads"]
    assert roads["ends_s"].max() >= DAY_S
    assert km == pytest.approx(roads["vehicle_km"].sum(), rel=1e-6)


def test_trips_of_ones_own_are_lived_one_by_one() -> None:
    with pytest.raises(ValidationError, match="lived one by one; leave out vehicles_per_agent, or set it to 1"):
        small_parameters(trips="trips.csv", vehicles_per_agent=2)


def test_a_report_of_a_sample_says_so_beside_the_verdict_and_where_roads_begin(
    tmp_path: Path, small_map_folder: Path
) -> None:
    results = small_traffic_run(tmp_path, small_map_folder, more=f"  vehicles_per_agent: {EACH}\n")
    for code, told, noted in (
        ("en", "one vehicle in 3 is lived and stands for all of them", "A sample of one vehicle in 3 was lived"),
        ("zh", "每 3 辆车只模拟一辆并代表全部", "模拟的是每 3 辆车中的一辆"),
    ):
        page = page_of(results, code)  # type: ignore[arg-type]
        assert page.index('id="verdict"') < page.index(told) < page.index('class="findings"')
        assert page.index('id="trips-before-after"') < page.index(noted)
    every = page_of(small_traffic_run(tmp_path / "every", small_map_folder))
    assert "stands for all of them" not in every
    assert "A sample of one vehicle" not in every
