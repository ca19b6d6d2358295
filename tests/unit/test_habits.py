"""Promises: habits are what the map says is usual, known a little differently by drivers to different destinations."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.traffic import MONDAY, small_parameters, small_town
from support.traffic_day import traffic_twin

from twin.city.usual_delays import FILE, UsualDelays, read_usual_delays, write_usual_delays
from twin.core.errors import MapError
from twin.domains.traffic.domain import TrafficDomain
from twin.domains.traffic.habits import OPINIONS, Habits
from twin.domains.traffic.network import Network
from twin.kernels.lanes import DESTINATIONS


def small_network() -> Network:
    domain = traffic_twin(small_town(), small_parameters(), MONDAY).domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    return domain.network


def delays(from_h: tuple[int, ...] = (0, 7)) -> UsualDelays:
    return UsualDelays(from_h, 1 + np.arange(len(from_h))[:, None] * np.full(small_town().roads.edge_count, 0.5))


def city_with(folder: Path) -> Any:
    """The small town, as if its map lay in this folder."""
    town = small_town()
    city_map = SimpleNamespace(folder=folder)
    return SimpleNamespace(map=city_map, roads=town.roads, ordinary=town.ordinary, shared=lambda _, make: make())


def test_what_is_written_is_read_again_and_holds_until_the_next_hour_told(tmp_path: Path) -> None:
    write_usual_delays(tmp_path, delays())
    found = read_usual_delays(tmp_path, small_town().roads)
    assert found is not None
    assert [float(found.at(hour)[0]) for hour in (0, 6, 7, 23)] == [1.0, 1.0, 1.5, 1.5]


def test_a_map_without_the_table_has_an_ordinary_day_for_habit(tmp_path: Path) -> None:
    assert read_usual_delays(tmp_path, small_town().roads) is None
    network = small_network()
    habits = Habits(city_with(tmp_path), network, 0.0)
    assert (habits.usual_ms(8) == network.usual_times_ms(small_town(), 8)).all()


def test_a_map_with_the_table_has_what_it_says_for_habit(tmp_path: Path) -> None:
    write_usual_delays(tmp_path, delays())
    network = small_network()
    usual_ms = Habits(city_with(tmp_path), network, 0.0).usual_ms(8)
    assert usual_ms == pytest.approx(1.5 * network.times.free_ms, abs=1)


def test_every_destination_has_one_opinion_and_opinions_differ_as_much_as_told(tmp_path: Path) -> None:
    network = small_network()
    habits = Habits(city_with(tmp_path), network, 0.2)
    usual_ms = habits.usual_ms(8)
    opinions = list(habits.opinions(8))
    assert len(opinions) == OPINIONS
    groups = np.sort(np.concatenate([groups for _, groups in opinions]))
    assert groups.tolist() == list(range(-(-len(network.xy_m) // DESTINATIONS)))
    apart = np.array([time_ms for time_ms, _ in opinions]) / usual_ms - 1
    of_a_km = apart * np.sqrt(network.links.length_m / 1000)
    assert of_a_km.std() == pytest.approx(0.2, rel=0.05)
    assert np.abs(np.corrcoef(apart) - np.eye(OPINIONS)).max() < 0.2


def test_it_does_not_matter_into_how_many_links_a_street_is_cut(tmp_path: Path) -> None:
    """What ten links of a kilometre together are taken for differs as what one of ten kilometres is."""
    long, short = (
        SimpleNamespace(
            links=SimpleNamespace(length_m=np.full(count, length_m)), point_junction=np.arange(16),
            usual_times_ms=lambda _, __, count=count, length_m=length_m: np.full(count, int(100 * length_m), np.int32),
        )
        for count, length_m in ((4000, 10_000.0), (40_000, 1000.0))
    )  # fmt: skip
    spread = []
    for network in (long, short):
        times = [time_ms for time_ms, _ in Habits(city_with(tmp_path), network, 0.2).opinions(8)]  # type: ignore[arg-type]
        whole = np.array(times, np.float64).reshape(OPINIONS, 4000, -1).sum(axis=2)
        assert whole.mean() == pytest.approx(1e6, rel=0.01)
        spread.append(whole.std() / whole.mean())
    assert spread == pytest.approx([0.2 / np.sqrt(10)] * 2, rel=0.03)


def test_a_table_of_another_map_is_refused_by_name(tmp_path: Path) -> None:
    write_usual_delays(tmp_path, UsualDelays((0,), np.ones((1, 3))))
    with pytest.raises(MapError, match=rf"{FILE}: must have columns from_0.*delete it or make it anew"):
        read_usual_delays(tmp_path, small_town().roads)


@pytest.mark.parametrize("hours", [(7, 17), (0, 24)])
def test_a_table_without_the_night_or_with_hours_that_no_day_has_is_refused(
    tmp_path: Path, hours: tuple[int, ...]
) -> None:
    write_usual_delays(tmp_path, delays(hours))
    with pytest.raises(MapError, match="must have columns from_0"):
        read_usual_delays(tmp_path, small_town().roads)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no table")
    with pytest.raises(MapError, match="is no table of usual delays"):
        read_usual_delays(tmp_path, small_town().roads)
