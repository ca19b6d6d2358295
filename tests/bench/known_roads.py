"""How a lived day stands beside what is known of Zhengzhou's roads: ``python tests/bench/known_roads.py [informed]``.

Speeds of the transport survey of 2017 and of Amap for the first quarter of 2019, counts of the traffic police of
November 2013 (docs/validation.md). A day takes some two minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.traffic import MONDAY, zhengzhou  # noqa: E402
from support.traffic_counts import COUNTS, EVENING_H, MORNING_H  # noqa: E402
from support.traffic_day import traffic_twin  # noqa: E402

from twin.core.recorder import Recorder  # noqa: E402
from twin.domains.traffic.lived_totals import hourly_flow, road_totals  # noqa: E402
from twin.domains.traffic.parameters import TrafficParameters  # noqa: E402


def main() -> None:
    """Live a day and print it beside what is known."""
    informed = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    city = zhengzhou()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        traffic_twin(city, TrafficParameters(), MONDAY, informed=informed, recorder=recorder).run()
        frames = recorder.frames()
        events = {name: frames[name] for name in ("traffic.links", "traffic.link_list", "traffic.roads")}
    found = road_totals(city.roads, events, MONDAY)
    print(f"morning peak {found.morning_kmh:.1f} km/h (survey 22.6), evening {found.evening_kmh:.1f}")
    print(f"delay index of the peaks {found.peak_index:.3f} (Amap 1.727), worst hour {found.worst_hour} (Amap 18)")
    print(f"Jinshui {found.district_index.get('jinshui', float('nan')):.2f} (Amap 1.83)")
    print(f"most links locked at once {events['traffic.roads']['locked_links'].max()}")
    for place, morning, evening in COUNTS:
        here = [hourly_flow(city.roads, events, MONDAY, place, hour) for hour in (MORNING_H, EVENING_H)]
        side = f" {place.side}" if place.side else ""
        print(f"{place.street}{side}{' eastbound' if place.eastbound else ' westbound'}: {here} ({morning}, {evening})")


if __name__ == "__main__":
    main()
