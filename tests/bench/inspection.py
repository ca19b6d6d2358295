"""What rules of inspection bring, and what they cost to compute: ``python tests/bench/inspection.py [size ...]``.

A year of Zhengzhou's fleet under each rule: visits, faults, entrapments, what visits prevent, how far the risk that a
rule foretells holds on days that it never saw. With sizes: processor time and memory of a year under `predicted_risk`
with telemetry, for fleets of these sizes, each in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pandas as pd  # noqa: E402
from support.elevator_runs import elevator_brain  # noqa: E402

from twin.city.city import City  # noqa: E402
from twin.city.conditions import RoadConditions  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.core.clock import DAY_S, Clock  # noqa: E402
from twin.core.decisions import RuleSetting  # noqa: E402
from twin.core.model import Twin  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.core.streams import Streams  # noqa: E402
from twin.domains.elevators.domain import ElevatorsDomain  # noqa: E402
from twin.domains.elevators.kpis import compute  # noqa: E402
from twin.domains.elevators.parameters import ElevatorParameters  # noqa: E402
from twin.domains.elevators.warm_up import compile_kernels  # noqa: E402

CLOCK = Clock(datetime(2018, 1, 1), 0.0, 365 * DAY_S)
RULES: tuple[tuple[str, dict[str, object], float], ...] = (
    ("rounds", {}, 0.0),
    ("by_age", {}, 0.0),
    ("predicted_risk", {}, 0.0),
    ("predicted_risk", {}, 0.5),
    ("predicted_risk", {}, 1.0),
    ("predicted_risk", {"every_days": 30}, 0.0),
    ("predicted_risk", {"every_days": 30}, 0.5),
    ("on_demand", {}, 0.0),
    ("on_demand", {}, 0.5),
    ("oracle", {}, 0.0),
)


def city() -> City:
    """Read Zhengzhou."""
    return City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())


def live(where: City, rule: RuleSetting, telemetry: float, parameters: ElevatorParameters) -> dict[str, pd.DataFrame]:
    """Live the year 2018; return its event tables."""
    streams, recorder = Streams(2018, 0), Recorder()
    roads = RoadConditions(where.ordinary, CLOCK, streams)
    Twin(
        city=where, clock=CLOCK, brain=elevator_brain(recorder, rule, telemetry), streams=streams,
        domains=[ElevatorsDomain(parameters, where, roads)], recorder=recorder, exogenous=roads.tables,
    ).run()  # fmt: skip
    return recorder.frames()


def rules() -> None:
    """Print what each rule brings."""
    shown = ("visits", "faults", "entrapments", "prevented", "prevented_per_1000_visits", "maintenance_yuan")
    where = city()
    for rule, parameters, telemetry in RULES:
        begun_s = time.process_time()
        frames = live(where, RuleSetting(rule, parameters), telemetry, ElevatorParameters())
        spent_s = time.process_time() - begun_s
        found = {row.name.removeprefix("elevators."): row.value for row in compute(frames, CLOCK)}
        told = "  ".join(f"{name} {found[name]:,.1f}" for name in shown if name in found)
        judged = "  ".join(f"{name} {value:.3f}" for name, value in found.items() if name.startswith("prediction"))
        print(f"{rule} {parameters or ''} telemetry {telemetry}: {told}  {judged}  {spent_s:.1f} s", flush=True)


def one_size(size: int) -> None:
    """Print processor time and memory of a year, history, learning and daily decisions included."""
    compile_kernels()
    where = city()
    begun_s = time.process_time()
    frames = live(where, RuleSetting("predicted_risk"), 0.5, ElevatorParameters(fleet_size=size))
    spent_s = time.process_time() - begun_s
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    faults = len(frames["elevators.failures"])
    print(f"{size:11,} {faults:10,} {spent_s:6.2f} s {1e6 * spent_s / size:8.1f} us {peak_gb:6.2f} GB")


def main() -> None:
    """Print the rules, or the sizes that are given."""
    if sys.argv[1:2] == ["--size"]:
        one_size(int(sys.argv[2]))
        return
    if not sys.argv[1:]:
        rules()
    for size in sys.argv[1:]:
        subprocess.run([sys.executable, __file__, "--size", size], check=True)


if __name__ == "__main__":
    main()
