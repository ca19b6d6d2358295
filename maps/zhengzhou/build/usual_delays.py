"""Find what Zhengzhou's drivers are used to, by living days: ``python maps/zhengzhou/build/usual_delays.py [days]``.

On the first day half of the drivers know the roads as they are and the others an ordinary day's; on the days after
the others know the mean of the days before (method of successive averages), and in the end nobody knows more. Writes
``usual_delays.parquet`` beside the map. A day takes some two minutes; made anew when the map, the tables of trips or
the road model change.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from support.traffic import MONDAY, ZHENGZHOU  # noqa: E402
from support.traffic_day import traffic_twin  # noqa: E402

from twin.city.city import City  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.city.usual_delays import FILE, UsualDelays, write_usual_delays  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.domains.traffic.domain import TrafficDomain  # noqa: E402
from twin.domains.traffic.parameters import TrafficParameters  # noqa: E402
from twin.domains.traffic.records import INTERVAL_S  # noqa: E402

INFORMED = (0.5, 0.5, 0.5, 0.25, 0.0, 0.0, 0.0)
"""Share of drivers who know the roads as they are, day by day: with nobody from the second day on, all would go where
few went on the first, and a table of a city in which nothing moves would be nobody's habit."""


def lived_day(informed: float, seed: int) -> tuple[UsualDelays, pd.DataFrame]:
    """Live a day on the map as it is now; return the mean delays of edges, and what the whole road was like."""
    city, parameters = City(read_map(ZHENGZHOU), RoadParameters()), TrafficParameters()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        twin = traffic_twin(city, parameters, MONDAY, seed=seed, informed=informed, recorder=recorder)
        twin.run()
        frames = recorder.frames()
        passed, roads = frames["traffic.links"], frames["traffic.roads"]
        domain = twin.domains["traffic"]
        assert isinstance(domain, TrafficDomain)
        free_s = domain.network.times.free_ms / 1000
        edge_link = domain.network.links.edge_link
    begins_s = passed["ends_s"].to_numpy() - INTERVAL_S
    hour = MONDAY.hours_of_day(begins_s.astype(np.float64))
    from_h = sorted({0, *parameters.habits_from_h})
    period = np.searchsorted(from_h, hour, side="right") - 1
    link, left = passed["link"].to_numpy(), passed["left"].to_numpy(np.float64)
    spent_s = left * passed["time_s"].to_numpy(np.float64)
    factor: list[NDArray[np.float64]] = []
    for number in range(len(from_h)):
        own = period == number
        count = np.bincount(link[own], left[own], len(free_s))
        mean_s = np.bincount(link[own], spent_s[own], len(free_s)) / np.maximum(count, 1)
        factor.append(np.where(count > 0, mean_s / free_s, 1.0)[edge_link])
    return UsualDelays(tuple(from_h), np.array(factor)), roads


def main() -> None:
    """Live the days one after the other, and write the mean after each."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else len(INFORMED)
    (ZHENGZHOU / FILE).unlink(missing_ok=True)
    mean = 0.0
    for day in range(days):
        found, roads = lived_day(INFORMED[min(day, len(INFORMED) - 1)], seed=1 + day)
        mean = mean + (found.factor - mean) / (day + 1)
        write_usual_delays(ZHENGZHOU, UsualDelays(found.from_h, mean))
        index = roads["vehicle_h"].sum() / roads["free_flow_h"].sum()
        print(f"day {day}: delay index {index:.3f}, {roads['locked_links'].max()} links locked at once", flush=True)


if __name__ == "__main__":
    main()
