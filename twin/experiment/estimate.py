"""Says before a run what it will cost: time and memory, as honest ranges.

From like runs that are stored, where there are any; else by living a piece of a day of each brain and extrapolating. A
day that was not lived to its end is a fraction of its time behind it, and a fraction of what was drawn to happen. Hours
differ: the cheap night passes first. So the range is from the one fraction to the other.
"""

from __future__ import annotations

import json
import math
import platform
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from twin.experiment.memory import forget_peak, give_back_large_arrays, give_back_memory, peak_mb

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.language import Language
    from twin.core.model import Twin
    from twin.scenario.scenario import Scenario

BUDGET_S: Final = 20.0
"""Wall time that measuring may take, once the city is read."""
SPREAD: Final = 0.25
"""Days differ, and so do moments of a machine: a figure of one day may be off by so much."""
CROWDED: Final = 1.3
"""So many times as long may a replication take beside others, which share caches and memory's bandwidth."""
GROWS: Final = (0.7, 1.25)
"""Whole days of workers hold between so many times what a piece held beyond the city: pages are shared, tables grow."""
OWN_MB: Final = 60
"""What a worker process copies of the city's pages."""
DEAREST: Final = 10.0
"""An hour on average costs at most so many times what those that were lived cost."""
_BEGINS: Final = re.compile(r"(?:depart|departs|ring|arrive|at|begins|time)_(?P<unit>ms|s|min)")
_UNITS_S: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}
_FEWEST_ROWS: Final = 50

Source = Literal["stored", "measured"]


@dataclass(frozen=True, slots=True)
class Range:
    """A least and a largest figure."""

    low: float
    high: float

    def times(self, low: float, high: float) -> Range:
        """Return both multiplied."""
        return Range(self.low * low, self.high * high)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will cost.

    Attributes
    ----------
    replications
        How many will be lived, of all brains.
    jobs
        In how many processes.
    each_s
        Processor time of one.
    wall_s
        Until the run is finished, without its report.
    memory_mb
        Peak of all processes together; None where the system does not tell.
    source
        ``stored``: from like runs that are finished; ``measured``: from a piece that was lived now.
    """

    replications: int
    jobs: int
    each_s: Range
    wall_s: Range
    memory_mb: Range | None
    source: Source


def estimate(
    scenario: Scenario, reports: Path, jobs: int, *, count: int | None = None, budget_s: float = BUDGET_S
) -> Estimate:
    """Return what a run of a scenario will cost, from stored runs or else by measuring.

    Parameters
    ----------
    count
        How many replications will be lived, where they are not the scenario's: those of a study, say.
    budget_s
        Wall time that measuring may take.
    """
    lived = scenario.replications * len(scenario.brains) if count is None else count
    return from_stored(scenario, reports, jobs, lived) or from_a_piece(scenario, jobs, lived, budget_s)


# -- from finished runs ------------------------------------------------------------------------------------------------


def from_stored(scenario: Scenario, reports: Path, jobs: int, count: int) -> Estimate | None:
    """Return what finished runs of the same scenario on such a machine say; None where there are none.

    Seeds, the number of replications and code may be others.
    """
    runs = list(_like_runs(scenario, reports))
    if not runs:
        return None
    each = [(run["wall_s"] - run["ready_s"]) * min(run["jobs"], run["count"]) / run["count"] for run in runs]
    memory = [run["peak_memory_mb"] for run in runs if run["jobs"] == jobs and run["peak_memory_mb"] is not None]
    ready_s = max(run["ready_s"] for run in runs)
    spread = SPREAD if len(runs) == 1 else SPREAD / 2
    each_s = Range(min(each), max(each)).times(1 - spread, 1 + spread)
    memory_mb = Range(min(memory), max(memory)).times(1 - SPREAD / 2, 1 + SPREAD / 2) if memory else None
    return Estimate(count, jobs, each_s, _wall(each_s, count, jobs, ready_s, crowded=False), memory_mb, "stored")


def _like_runs(scenario: Scenario, reports: Path) -> Iterator[dict[str, Any]]:
    wanted = _without_length(scenario.determining())
    for path in sorted(reports.glob(f"{scenario.path.stem}/*/manifest.json")):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            plain = manifest["scenario"]
            if _without_length({key: plain[key] for key in scenario.determining()}) != wanted:
                continue
            if manifest["platform"] == platform.platform():
                count = plain["replications"] * len(plain["brains"])
                told = {key: manifest[key] for key in ("wall_s", "ready_s", "jobs", "peak_memory_mb")}
                yield {**told, "count": count}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run of another version says nothing of this one


def _without_length(determining: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in determining.items() if key not in ("seed", "replications")}
    plain: dict[str, Any] = json.loads(json.dumps(kept))
    return plain


# -- from a piece of a day ---------------------------------------------------------------------------------------------


def from_a_piece(scenario: Scenario, jobs: int, count: int, budget_s: float = BUDGET_S) -> Estimate:
    """Live a piece of the first day of each brain, and extrapolate.

    Parameters
    ----------
    budget_s
        Wall time that living may take, over all brains.
    """
    from twin.core.recorder import Recorder
    from twin.experiment.tasks import Task, Workshop

    give_back_large_arrays()
    begun = time.perf_counter()
    workshop = Workshop(scenario)
    workshop.prepare()
    city_s = time.perf_counter() - begun
    city_mb = _resident_mb()
    ranges, peaks_mb = [], []
    for brain in range(len(scenario.brains)):
        start = time.process_time()
        twin = workshop.twin(Task(0, brain), Recorder(packed=True))
        drawn_s = time.process_time() - start
        ranges.append(_whole_day(twin, drawn_s, budget_s / len(scenario.brains)))
        peaks_mb.append(peak_mb())
        twin.let_go()
        del twin
        _resident_mb()
    each_s = Range(*(sum(each) / len(ranges) for each in zip(*((one.low, one.high) for one in ranges), strict=True)))
    known_mb = [peak for peak in peaks_mb if peak is not None]
    memory_mb = None
    if city_mb is not None and known_mb:
        processes, more_mb = min(jobs, count), max(max(known_mb) - city_mb, 0.0)  # the city is shared
        low, high = (city_mb + processes * factor * more_mb for factor in GROWS)
        memory_mb = Range(low, high + OWN_MB * processes)
    return Estimate(count, jobs, each_s, _wall(each_s, count, jobs, city_s, crowded=True), memory_mb, "measured")


def _resident_mb() -> float | None:
    """Return what this process holds now, after giving back what it can."""
    give_back_memory()
    forget_peak()
    return peak_mb()


def _whole_day(twin: Twin, drawn_s: float, budget_s: float) -> Range:
    """Live a day for so much wall time, and return what all of it takes, what was drawn before included."""
    end_s, first_s = twin.clock.duration_s, -twin.clock.warm_up_s
    begun, used = time.perf_counter(), time.process_time()
    twin.step()
    while twin.now < end_s and time.perf_counter() - begun < budget_s:
        twin.step()
    lived_s = time.process_time() - used
    if twin.now >= end_s:
        return Range(drawn_s + lived_s, drawn_s + lived_s).times(1 - SPREAD, 1 + SPREAD)
    shares = [(twin.now - first_s) / (end_s - first_s), *_shares_begun(twin.tables, twin.now, end_s)]
    fastest, slowest = max(shares), max(min(shares), shares[0] / DEAREST)
    return Range(drawn_s + lived_s / fastest, drawn_s + lived_s / slowest).times(1 - SPREAD, 1 + SPREAD)


def _shares_begun(tables: Mapping[str, pd.DataFrame], now_s: float, end_s: float) -> Iterator[float]:
    """Return, for the largest table that says when things begin, the share of them that has begun."""
    largest = 0
    share: float | None = None
    for table in tables.values():
        column = next((name for name in table.columns if _BEGINS.fullmatch(name)), None)
        if column is None or len(table) <= max(largest, _FEWEST_ROWS):
            continue
        match = _BEGINS.fullmatch(column)
        assert match is not None
        times_s = table[column].to_numpy() * _UNITS_S[match["unit"]]
        within = times_s < end_s
        if within.any():
            largest, share = len(table), float((times_s < now_s).sum() / within.sum())
    if share is not None:
        yield share


def _wall(each_s: Range, count: int, jobs: int, before_s: float, *, crowded: bool) -> Range:
    rounds = math.ceil(count / min(jobs, count))
    slower = CROWDED if crowded and min(jobs, count) > 1 else 1.0
    return Range(
        before_s + count / min(jobs, count) * each_s.low, before_s * (1 + SPREAD) + rounds * each_s.high * slower
    )


# -- in words --------------------------------------------------------------------------------------------------------


def estimate_line(found: Estimate, language: Language) -> str:
    """Return an estimate as a sentence."""
    memory = (
        language("memory {low} to {high} MB", low=_rounded(found.memory_mb.low), high=_rounded(found.memory_mb.high))
        if found.memory_mb
        else language("memory unknown")
    )
    return language(
        "{wall}: {count} replications of {each} in {jobs} processes; {memory}; {source}",
        wall=_span(found.wall_s, language), count=found.replications, each=_span(found.each_s, language),
        jobs=min(found.jobs, found.replications), memory=memory,
        source=language("from finished runs of this scenario" if found.source == "stored" else "measured now"),
    )  # fmt: skip


def _span(seconds: Range, language: Language) -> str:
    """Return a range of time in the unit that suits it."""
    for size_s, unit in ((5400.0, "{low} to {high} h"), (90.0, "{low} to {high} min"), (0.0, "{low} to {high} s")):
        if seconds.high >= size_s:
            divisor = {5400.0: 3600.0, 90.0: 60.0}.get(size_s, 1.0)
            return language(unit, low=_figure(seconds.low / divisor), high=_figure(seconds.high / divisor))
    raise AssertionError("a time is not negative")


def _figure(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _rounded(megabytes: float) -> int:
    return int(round(megabytes, -1 if megabytes >= 100 else 0))
