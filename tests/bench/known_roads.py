"""How a lived day stands beside what is known of Zhengzhou's roads: ``python tests/bench/known_roads.py [informed]``.

More words change a parameter of traffic, draw another day, or shorten it; it begins at 3 h: ``... 0 demand_factor=1.2
seed=7 hours=7``.
Speeds of the transport survey of 2017 and of Amap for the first quarter of 2019, counts of the traffic police of
November 2013 (docs/validation.md). A day takes some two minutes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from support.traffic import MONDAY, zhengzhou  # noqa: E402
from support.traffic_counts import COUNTS, EVENING_H, MORNING_H  # noqa: E402
from support.traffic_day import traffic_twin  # noqa: E402

from twin.core.clock import HOUR_S, Clock  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.domains.traffic.lived_totals import hourly_flow, road_totals  # noqa: E402
from twin.domains.traffic.parameters import TrafficParameters  # noqa: E402


def main() -> None:
    """Live a day and print it beside what is known."""
    informed = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    changes = dict(word.split("=", 1) for word in sys.argv[2:])
    hours, seed = float(changes.pop("hours", "24")), int(changes.pop("seed", "1"))
    clock = Clock(MONDAY.start, 0.0, hours * HOUR_S)
    parameters = TrafficParameters(**{name: _value(text) for name, text in changes.items()})
    city = zhengzhou()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        traffic_twin(city, parameters, clock, seed=seed, informed=informed, recorder=recorder).run()
        frames = recorder.frames()
        events = {name: frames[name] for name in ("traffic.links", "traffic.link_list", "traffic.roads")}
    found, roads = road_totals(city.roads, events, clock), events["traffic.roads"]
    print(f"morning peak {found.morning_kmh:.1f} km/h (survey 22.6), evening {found.evening_kmh:.1f}")
    print(f"delay index of the peaks {found.peak_index:.3f} (Amap 1.727), worst hour {found.worst_hour} (Amap 18)")
    print(f"Jinshui {found.district_index.get('jinshui', float('nan')):.2f} (Amap 1.83)")
    print("km/h by hour", " ".join(f"{h}: {v:.1f}" for h, v in enumerate(found.speed_kmh) if not np.isnan(v)))
    print("delay index by hour", " ".join(f"{h}: {v:.2f}" for h, v in enumerate(found.delay_index) if not np.isnan(v)))
    most = " ".join(f"{name} {roads[name].max()}" for name in ("driving", "queued", "full_links", "locked_links"))
    locked = roads.groupby(clock.hours_of_day(roads["ends_s"].to_numpy(np.float64) - 1) // 1)["locked_links"].max()
    print("links locked by hour", " ".join(f"{hour:.0f}: {links}" for hour, links in locked.items() if links))
    print(
        f"most at once: {most}; turned away {roads['turned_away'].max()}; driving at the end {roads['driving'].iat[-1]}"
    )
    for place, morning, evening in COUNTS:
        here = [hourly_flow(city.roads, events, clock, place, hour) for hour in (MORNING_H, EVENING_H)]
        side = f" {place.side}" if place.side else ""
        print(f"{place.street}{side}{' eastbound' if place.eastbound else ' westbound'}: {here} ({morning}, {evening})")


def _value(text: str) -> Any:
    """Return a parameter's value as a scenario file would have it."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
