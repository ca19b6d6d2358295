"""How long a day of Zhengzhou's traffic takes: ``python tests/bench/traffic_day.py [hours] [share informed]``.

Two million car trips a day with lorries, buses and through traffic, looking for places, results written; one process,
one core. Prints the seconds to draw and begin and to live the hours, without what all replications share and without
compiling, the peak memory, and what the roads were like hour by hour.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.traffic import MONDAY, zhengzhou  # noqa: E402
from support.traffic_day import traffic_twin  # noqa: E402

from twin.core.clock import HOUR_S, Clock  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.domains.traffic.parameters import TrafficParameters  # noqa: E402

KB_A_GB = 1e6


def main() -> None:
    """Live the hours once and print what they took."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
    informed = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    clock = Clock(MONDAY.start, 0.0, hours * HOUR_S)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        first = Clock(MONDAY.start, 0.0, 60.0)  # prepares and compiles
        traffic_twin(zhengzhou(), TrafficParameters(), first, informed=informed).run()
        begun_s = time.perf_counter()
        twin = traffic_twin(zhengzhou(), TrafficParameters(), clock, informed=informed, recorder=recorder)
        print(f"drawn and begun in {time.perf_counter() - begun_s:.1f} s")
        begun_s = time.perf_counter()
        twin.run()
        print(f"lived in {time.perf_counter() - begun_s:.1f} s")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_A_GB:.2f} GB")
        roads = recorder.frames()["traffic.roads"]
    roads["km_h"] = roads["vehicle_km"] / roads["vehicle_h"]
    print(roads.iloc[3::4].to_string(index=False, float_format="{:.1f}".format))


if __name__ == "__main__":
    main()
