"""One replication of one brain: builds the twin, lets it live, writes what happened."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin.experiment.files import folder_beside, remove, told_if_unwritable
from twin.experiment.memory import give_back_large_arrays, give_back_memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from twin.city.city import City
    from twin.core.decisions import Rule
    from twin.core.domain import RunWarning
    from twin.core.kpis import KpiValue
    from twin.core.model import Listener, Twin
    from twin.core.recorder import Recorder
    from twin.scenario.load import Scenario

SUMMARY: Final = "replication.json"
TIMES: Final = "times.json"
"""What rules took to answer; the one file of a replication that differs from one run to the next."""


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """One replication (from 0) of one brain (its position in the scenario)."""

    replication: int
    brain: int


def load_object(address: str) -> Any:
    """Import ``module:name``."""
    module, _, name = address.partition(":")
    return getattr(importlib.import_module(module), name)


def import_libraries() -> None:
    """Import what every run needs, Mesa first: while it is imported it looks through all modules that are there."""
    for name in ("twin.core.light_mesa", "twin.city.city", "twin.core.model", "twin.core.recorder"):
        importlib.import_module(name)


class Workshop:
    """Makes the twins of a scenario; keeps what all of them share (map, hierarchy, ordinary traffic).

    Parameters
    ----------
    threads
        How many threads one run may use, which changes no result.
    """

    def __init__(self, scenario: Scenario, threads: int = 1) -> None:
        self.scenario = scenario
        self.threads = threads
        self._supplied: dict[str, Any] = {}

    def prepare(self) -> None:
        """Do now what every replication needs: imports, and the city."""
        from twin.domains import DESCRIPTIONS

        give_back_large_arrays()
        import_libraries()
        for name in self.scenario.domains:
            load_object(DESCRIPTIONS[name].factory)
            load_object(DESCRIPTIONS[name].kpis)
        _ = self.city

    @cached_property
    def city(self) -> City:
        """The city, read when first needed."""
        import_libraries()
        from twin.city.city import City
        from twin.city.map import read_map

        roads: Any = self.scenario.sections["roads"]
        city_map, speeds = read_map(self.scenario.map_folder), None
        for supply in self._supplies(city_map).values():
            city_map, speeds = supply.city_map, supply.speeds if supply.speeds is not None else speeds
        return City(city_map, roads, speeds, threads=self.threads)

    def under(self, scenario: Scenario) -> Workshop:
        """Return this workshop for a scenario that differs from its own in the brains alone."""
        _ = self.city  # read once, and not by each
        other = copy(self)
        other.scenario = scenario
        return other

    def take_city(self, city: City) -> None:
        """Use a city that was read for a scenario of the same map and supplied tables."""
        named = any(section.files() for section in self.scenario.sections.values())
        if named:
            self.check_tables()
        else:
            self._supplies(city.map)
        roads: Any = self.scenario.sections["roads"]
        self.city = city.for_others(roads)

    def check_tables(self) -> None:
        """Read the tables that the scenario names; raises TwinError with all that is wrong with them."""
        from twin.city.map import read_map

        self._supplies(read_map(self.scenario.map_folder))

    def _supplies(self, city_map: Any) -> dict[str, Any]:
        """Read the tables that the scenario names, once; each domain finds the map as the one before has left it."""
        from twin.domains import DESCRIPTIONS

        scenario = self.scenario
        for name in scenario.domains:
            if DESCRIPTIONS[name].supply and name not in self._supplied:
                read = load_object(DESCRIPTIONS[name].supply)
                self._supplied[name] = read(scenario.sections[name], scenario.folder, city_map, scenario.clock.start)
                city_map = self._supplied[name].city_map
        return self._supplied

    def _domain(self, name: str, roads: Any, city: City) -> Any:
        from twin.domains import DESCRIPTIONS

        more = {}
        if name in self._supplied and self._supplied[name].tables is not None:
            more["supplied"] = self._supplied[name].tables
        return load_object(DESCRIPTIONS[name].factory)(self.scenario.sections[name], city, roads, **more)

    def warnings(self, threads: int = 1) -> list[RunWarning]:
        """Say what will go wrong in a run, as far as its domains can tell without living it.

        Parameters
        ----------
        threads
            How many threads may share this work, which changes nothing of what is said.
        """
        from twin.city.conditions import RoadConditions
        from twin.core.streams import Streams
        from twin.domains import DESCRIPTIONS

        scenario, city, found = self.scenario, self.city.with_threads(threads), []
        for name in scenario.domains:
            if DESCRIPTIONS[name].warnings:
                look = load_object(DESCRIPTIONS[name].warnings)
                roads = RoadConditions(city.ordinary, scenario.clock, Streams(scenario.seed, 0))
                found += look(self._domain(name, roads, city), scenario.clock, scenario.events, scenario.seed)
        return found

    def twin(
        self, task: Task, recorder: Recorder, tables: Mapping[str, pd.DataFrame] | None = None,
        rules: Mapping[str, Rule] | None = None,
    ) -> Twin:  # fmt: skip
        """Build the twin of a task.

        Parameters
        ----------
        tables
            Exogenous tables by name, in place of those that would be drawn.
        rules
            Rules by decision, in place of those that the brain names.
        """
        from twin.city.conditions import RoadConditions
        from twin.core.model import Twin
        from twin.core.streams import Streams

        scenario = self.scenario
        streams = Streams(scenario.seed, task.replication)
        clock = scenario.clock
        roads = RoadConditions(self.city.ordinary, clock, streams)
        domains = {name: self._domain(name, roads, self.city) for name in scenario.domains}
        return Twin(
            city=self.city,
            clock=clock,
            brain=self._brain(task, recorder, streams, rules or {}),
            streams=streams,
            domains=list(domains.values()),
            events=self._events(domains, roads),
            recorder=recorder,
            tables=tables,
            exogenous=roads.tables,
        )

    def _brain(self, task: Task, recorder: Recorder, streams: Any, given: Mapping[str, Rule]) -> Any:
        from twin.core.brain import Brain
        from twin.core.decisions import RuleSetting
        from twin.domains import DESCRIPTIONS
        from twin.policies.registry import load_rule
        from twin.scenario.brains import shipped_brain

        scenario = self.scenario
        setting = scenario.brains[task.brain]
        decisions = [decision for name in scenario.domains for decision in DESCRIPTIONS[name].decisions]
        practised_rules = shipped_brain("traditional").decisions
        rules, practised = {}, {}
        for decision in decisions:
            stream = streams("policy", decision.name)
            rules[decision.name] = given.get(decision.name) or load_rule(
                setting.decisions[decision.name], decision, scenario.path.parent, random=stream
            )
            practised[decision.name] = load_rule(
                RuleSetting(practised_rules[decision.name]), decision, scenario.path.parent, random=stream
            )
        return Brain(
            setting,
            rules,
            practised,
            recorder,
            replace_illegal=scenario.on_illegal_answer == "traditional_rule",
            limit_s=scenario.decision_time_limit_s,
            record_views=scenario.record_views,
        )

    def _events(self, domains: Mapping[str, Any], roads: Any) -> list[tuple[Any, Listener]]:
        from twin.city.section import EVENT_KINDS
        from twin.core.model import ConnectionFailures, Together
        from twin.domains import DESCRIPTIONS

        listeners: dict[str, list[Listener]] = {"connection_fails": [ConnectionFailures()]}
        listeners.update({kind.name: [roads] for kind in EVENT_KINDS})
        for name, domain in domains.items():
            own = {kind.name for kind in DESCRIPTIONS[name].event_kinds}
            for kind in own.union(DESCRIPTIONS[name].hears):
                listeners.setdefault(kind, []).append(domain)
        return [(event, Together(listeners[event.kind])) for event in self.scenario.events]


def compute_kpis(scenario: Scenario, frames: Mapping[str, pd.DataFrame]) -> list[KpiValue]:
    """Compute the KPIs of one replication from its recorded events."""
    from twin.domains import DESCRIPTIONS

    return [row for name in scenario.domains for row in load_object(DESCRIPTIONS[name].kpis)(frames, scenario.clock)]


def folder_of(root: Path, scenario: Scenario, task: Task) -> Path:
    """Return where the events of a task are kept below a run's folder."""
    return root / "events" / scenario.brains[task.brain].name / f"{task.replication:04d}"


@dataclass(frozen=True, slots=True)
class Lived:
    """What is known of a replication that was lived.

    Attributes
    ----------
    told
        Hashes of its exogenous tables, answers that were replaced, and a fingerprint of each event table.
    times
        What the rules took, by decision; see `twin.core.brain.AskingTime`.
    kpis
        From its recorded events.
    """

    told: dict[str, Any]
    times: dict[str, dict[str, Any]]
    kpis: list[KpiValue]


@contextmanager
def prints_on_standard_error() -> Iterator[None]:
    """Send what is printed to standard error; the first of several threads that live days here turns it back."""
    before = sys.stdout
    if before is sys.stderr:
        yield
        return
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = before


def live_task(workshop: Workshop, task: Task, recorder: Recorder) -> Lived:
    """Live a replication and compute its KPIs; the recorder is closed whatever happens.

    What a policy prints goes to standard error: standard output is for results.
    """
    try:
        with prints_on_standard_error():
            twin = workshop.twin(task, recorder)
            twin.tables.clear()  # domains have taken what they live by, most of it into columns of their own
            give_back_memory()  # what the draws needed
            twin.run()
        told = {"tables": twin.table_hashes, "replaced_answers": twin.brain.replaced}
        times = {name: asdict(times) for name, times in sorted(twin.brain.times.items())}
        del twin
        give_back_memory()  # the twin is gone but for its cycles: its tables and roads make room for the KPIs
        kpis = compute_kpis(workshop.scenario, recorder.stored())
        return Lived({**told, "events": recorder.fingerprints()}, times, kpis)
    finally:
        recorder.abandon()
        give_back_memory()  # what the KPIs needed: a worker may wait long for another task


def run_task(workshop: Workshop, task: Task, root: Path) -> None:
    """Run a replication; its folder appears under ``root`` whole or not at all.

    Raises
    ------
    ResultsError
        When the events cannot be written.
    """
    from twin.core.recorder import Recorder

    with told_if_unwritable(root), folder_beside(folder_of(root, workshop.scenario, task)) as folder:
        lived = live_task(workshop, task, Recorder(folder))
        summary = {
            "brain": workshop.scenario.brains[task.brain].name,
            "replication": task.replication,
            **lived.told,
            "kpis": [asdict(row) for row in lived.kpis],
        }
        (folder / TIMES).write_text(json.dumps(lived.times, indent=1), encoding="utf-8")
        (folder / SUMMARY).write_text(json.dumps(summary, indent=1, sort_keys=True), encoding="utf-8")


def clear_remnants(root: Path) -> None:
    """Remove what processes that were killed have left half-written; finished replications stay."""
    for path in (*root.glob(".*"), *root.glob("events/*/.*")):
        remove(path)


def is_finished(root: Path, scenario: Scenario, task: Task) -> bool:
    """Say whether a replication's folder is there (it is written beside and renamed when whole)."""
    return (folder_of(root, scenario, task) / SUMMARY).is_file()
