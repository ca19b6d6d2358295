"""What the lived roads of Zhengzhou were fitted to still fits, and how what was not fitted stands beside it.

A day on which half of the drivers know the roads as they are, as it was when they were measured (docs/validation.md
says why half); ``tests/bench/known_roads.py 0.5`` prints it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.traffic import MONDAY, ZHENGZHOU, zhengzhou
from support.traffic_counts import COUNTS, MORNING_H
from support.traffic_day import traffic_twin

from twin.city.usual_delays import FILE, read_usual_delays
from twin.core.recorder import Recorder
from twin.domains.traffic.lived_totals import RoadTotals, hourly_flow, road_totals
from twin.domains.traffic.parameters import TrafficParameters

Events = dict[str, pd.DataFrame]
INFORMED = 0.5


def test_the_table_of_usual_delays_is_the_one_that_the_map_tells_of() -> None:
    content = (ZHENGZHOU / FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() in (ZHENGZHOU / "SOURCE.md").read_text(encoding="utf-8")


def test_what_drivers_are_used_to_is_a_city_in_which_the_peaks_are_slow_and_nothing_is_locked() -> None:
    """Of the stored table: nobody gets used to a lock, and the night is free."""
    delays = read_usual_delays(ZHENGZHOU, zhengzhou().roads)
    assert delays is not None
    used = delays.at(8) > 1
    assert used.mean() > 0.3
    means = {hour: float(delays.at(hour)[used].mean()) for hour in (3, 8, 12, 18)}
    assert means[8] > means[12] > means[3]
    assert means[18] > means[12]
    assert np.quantile(delays.at(8), 0.999) < 6


def lived(folder: Path, informed: float) -> Events:
    recorder = Recorder(folder)
    traffic_twin(zhengzhou(), TrafficParameters(), MONDAY, informed=informed, recorder=recorder).run()
    frames = recorder.frames()
    return {name: frames[name] for name in ("traffic.links", "traffic.link_list", "traffic.roads")}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Events:
    return lived(Path(tmp_path_factory.mktemp("day")), INFORMED)


def totals(events: Events) -> RoadTotals:
    return road_totals(zhengzhou().roads, events, MONDAY)


@pytest.mark.long
def test_the_morning_peak_is_nearly_as_slow_as_the_survey_of_2017_found_it(events: Events) -> None:
    """Fitted: 22.6 km/h there, 3.5 % more here."""
    assert totals(events).morning_kmh == pytest.approx(22.6, rel=0.05)


@pytest.mark.long
def test_nothing_locks_on_an_ordinary_day(events: Events) -> None:
    assert events["traffic.roads"]["locked_links"].max() <= 5
    assert events["traffic.roads"]["driving"].iloc[-1] < 100


@pytest.mark.long
def test_the_delay_of_the_peaks_is_near_the_one_of_amap(events: Events) -> None:
    """Not fitted: 1.727, of its own roads and free flow, in the first quarter of 2019. Ours lies 3.5 % below."""
    assert totals(events).peak_index == pytest.approx(1.727, rel=0.05)


@pytest.mark.long
def test_the_evening_peak_is_nearly_as_bad_as_the_morning(events: Events) -> None:
    """Not fitted, and missed: Amap's worst hour is 18:00, ours 8:00, 10 % worse."""
    index = totals(events).delay_index
    assert index[18] == pytest.approx(np.nanmax(index), rel=0.12)
    assert totals(events).worst_hour in (8, 18)


@pytest.mark.long
def test_jinshui_has_the_worst_delays_of_all_districts(events: Events) -> None:
    """Amap: 1.83 against the city's 1.727, 6 % more."""
    of_district = totals(events).district_index
    assert max(of_district, key=of_district.__getitem__) == "jinshui"
    assert of_district["jinshui"] / totals(events).peak_index == pytest.approx(1.83 / 1.727, rel=0.05)


@pytest.mark.long
def test_counts_are_far_below_those_of_2013(events: Events) -> None:
    """Not fitted, and missed by a factor of five: holds what docs/validation.md says of it."""
    roads = zhengzhou().roads
    both = [(known, hourly_flow(roads, events, MONDAY, place, MORNING_H)) for place, known, _ in COUNTS]
    here = [flow for _, flow in both if flow is not None]
    assert len(here) == len(COUNTS)
    assert sum(here) / sum(known for known, _ in both) == pytest.approx(0.2, abs=0.08)


@pytest.mark.long
def test_where_nobody_is_informed_nothing_locks_either_and_the_evening_is_nearer_to_the_morning(tmp_path: Path) -> None:
    """The day as `traditional` drivers live it: 18:00 is 5 % better than 8:00."""
    events = lived(tmp_path, 0.0)
    assert events["traffic.roads"]["locked_links"].max() == 0
    index = totals(events).delay_index
    assert index[18] == pytest.approx(np.nanmax(index), rel=0.08)
