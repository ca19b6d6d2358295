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
    """Group jobs by city and, within it, by variant, so that what a variant's days share is made once."""
    variants = {cell: variant_key(cell.scenario) for cell in dict.fromkeys(job.cell for job in jobs)}
    cities = {cell: city_key(cell.scenario) for cell in variants}
    grouped: dict[str, dict[str, list[Job]]] = {}
    for job in jobs:
        of_city = grouped.setdefault(cities[job.cell], {})
        of_city.setdefault(variants[job.cell], []).append(job)
    return [[job for of_variant in of_city.values() for job in of_variant] for of_city in grouped.values()]


class Workshops:
    """Finds or makes the workshop of a scenario; keeps one city at a time.

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
            city = city_key(scenario)
            if self._city is None or self._city[0] != city:
                self._kept = OrderedDict({key: found})  # the others' city goes
                self._city = None
                self._city = (city, found.city)
            else:
                found.take_city(self._city[1])
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found.under(scenario)
