"""What rules of inspection bring, and what they cost to compute: ``python tests/bench/inspection.py --rules 3``.

Years of Zhengzhou's fleet under each rule (here three): visits, faults, entrapments, what visits prevent, how far the
risk that a rule foretells holds on days that it never saw; means with 95 % intervals, nobody rescues. With sizes
(``python tests/bench/inspection.py 10000 91685``): processor time and memory of a year under `predicted_risk`
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

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.stats import t  # noqa: E402
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
AS_OFTEN_AS_ON_DEMAND = 20.6
"""Mean days from visit to visit with which as many visits are made as on demand."""
HALF = 7 / 6
"""Visits that a worker makes on a working day where there are half as many as rounds of 15 days need."""
RULES: tuple[tuple[str, dict[str, object], float, dict[str, object]], ...] = (
    ("rounds", {}, 0.0, {}),
    ("by_age", {}, 0.0, {}),
    ("predicted_risk", {}, 0.0, {}),
    ("predicted_risk", {}, 0.5, {}),
    ("oracle", {}, 0.0, {}),
    ("on_demand", {}, 0.0, {}),
    ("predicted_risk", {"every_days": AS_OFTEN_AS_ON_DEMAND}, 0.0, {}),
    ("rounds", {}, 0.0, {"visits_per_worker": HALF}),
    ("predicted_risk", {}, 0.0, {"visits_per_worker": HALF}),
    ("predicted_risk", {}, 0.5, {"visits_per_worker": HALF}),
)
SHOWN = ("visits", "entrapments", "faults", "prevented_per_1000_visits")


def city() -> City:
    """Read Zhengzhou."""
    return City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())


def live(
    where: City,
    rule: RuleSetting,
    telemetry: float,
    parameters: ElevatorParameters,
    replication: int = 0,
    *,
    rescued: bool = True,
) -> dict[str, pd.DataFrame]:
    """Live the year 2018, rescue as practised or none; return its event tables."""
    streams, recorder = Streams(2018, replication), Recorder()
    roads = RoadConditions(where.ordinary, CLOCK, streams)
    domain = ElevatorsDomain(parameters, where, roads)
    if not rescued:
        domain.rescue = domain.leave_to_repair
    Twin(
        city=where, clock=CLOCK, brain=elevator_brain(recorder, rule, telemetry), streams=streams,
        domains=[domain], recorder=recorder, exogenous=roads.tables,
    ).run()  # fmt: skip
    return recorder.frames()


def with_interval(values: list[float]) -> str:
    """Return the mean and the half width of its 95 % interval (Student)."""
    mean = float(np.mean(values))
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / len(values) ** 0.5)
    return f"{mean:,.1f} ± {half:,.1f}"


def rules(replications: int) -> None:
    """Print what each rule brings in several years, and its difference to rounds in the same years."""
    where = city()
    of_rounds: dict[str, list[float]] = {}
    for rule, given, telemetry, changes in RULES:
        years = []
        for replication in range(replications):
            parameters = ElevatorParameters(**changes)
            frames = live(where, RuleSetting(rule, given), telemetry, parameters, replication, rescued=False)
            found = {row.name.removeprefix("elevators."): row.value for row in compute(frames, CLOCK)}
            years.append(found)
        found_of = {name: [year[name] for year in years] for name in SHOWN}
        of_rounds = of_rounds or found_of
        beside = [one - other for one, other in zip(found_of["entrapments"], of_rounds["entrapments"], strict=True)]
        told = "  ".join(f"{name} {with_interval(values)}" for name, values in found_of.items())
        judged = "  ".join(
            f"{name} {with_interval([year[name] for year in years])}"
            for name in years[0]
            if name.startswith("prediction")
        )
        print(
            f"{rule} {given or ''} telemetry {telemetry} {changes or ''}: {told}  beside rounds "
            f"{with_interval(beside)}  {judged}",
            flush=True,
        )


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
    """Print what is asked for."""
    if sys.argv[1:2] == ["--size"]:
        one_size(int(sys.argv[2]))
        return
    if sys.argv[1:2] == ["--rules"]:
        rules(int(sys.argv[2]))
        return
    for size in sys.argv[1:]:
        subprocess.run([sys.executable, __file__, "--size", size], check=True)


if __name__ == "__main__":
    main()
