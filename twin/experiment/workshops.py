"""The workshops of one process: those of like scenarios share the city, which takes seconds to read."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from twin.experiment.tasks import Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.city.city import City
    from twin.experiment.cells import Job
    from twin.scenario.load import Scenario

KEPT: Final = 4
"""So many variants keep what they derive from the city (ordinary traffic, demand, lots, networks, fleets)."""


def city_key(scenario: Scenario) -> str:
    """Return a text that is the same for scenarios whose map and supplied tables are the same."""
    from twin.domains import DESCRIPTIONS

    supplied = {
        name: [str(scenario.folder.resolve()), scenario.start.isoformat(), _plain(scenario, name)]
        for name in scenario.domains
        if DESCRIPTIONS[name].supply and tuple(scenario.sections[name].files())
    }
    return json.dumps([str(scenario.map_folder.resolve()), supplied], sort_keys=True)


def variant_key(scenario: Scenario) -> str:
    """Return a text that is the same for scenarios that differ in their brains and replications alone."""
    plain = scenario.determining()
    for key in ("brains", "replications"):
        del plain[key]
    return json.dumps([city_key(scenario), str(scenario.folder.resolve()), plain], sort_keys=True)


def _plain(scenario: Scenario, section: str) -> Any:
    return scenario.sections[section].model_dump(mode="json")


def by_city(jobs: Sequence[Job]) -> list[list[Job]]:
    """Group jobs by city and, within it, by roads and by variant, so that what days share is made once."""
    variants = {cell: variant_key(cell.scenario) for cell in dict.fromkeys(job.cell for job in jobs)}
    cities = {cell: city_key(cell.scenario) for cell in variants}
    roads = {cell: json.dumps(_plain(cell.scenario, "roads"), sort_keys=True) for cell in variants}
    grouped: dict[str, dict[str, dict[str, list[Job]]]] = {}
    for job in jobs:
        of_roads = grouped.setdefault(cities[job.cell], {}).setdefault(roads[job.cell], {})
        of_roads.setdefault(variants[job.cell], []).append(job)
    return [
        [job for of_roads in of_city.values() for of_variant in of_roads.values() for job in of_variant]
        for of_city in grouped.values()
    ]


class Workshops:
    """Finds or makes the workshop of a scenario; keeps one city at a time, with the times of one kind of roads.

    Parameters
    ----------
    threads
        How many threads one run may use, which changes no result.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._city: tuple[str, City] | None = None
        self._kept: OrderedDict[str, Workshop] = OrderedDict()

    def of(self, scenario: Scenario) -> Workshop:
        """Return the workshop of a scenario."""
        key = variant_key(scenario)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Workshop(scenario, self._threads)
            self._give_city(key, found)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found.under(scenario)

    def _give_city(self, key: str, workshop: Workshop) -> None:
        """Let a workshop share the city, or read its own; those of other roads go, whose times take some 160 MB."""
        city = city_key(workshop.scenario)
        known = self._city[1] if self._city is not None and self._city[0] == city else None
        if known is not None:
            workshop.take_city(known)
        else:
            self._kept, self._city = OrderedDict({key: workshop}), None  # before another city is read
        if self._city is None or workshop.city.ordinary is not self._city[1].ordinary:
            self._kept, self._city = OrderedDict({key: workshop}), (city, workshop.city)
