"""A cell: a scenario under one brain. A job: one replication of a cell. Studies are made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from twin.experiment.provenance import identity

if TYPE_CHECKING:
    from twin.scenario.load import Scenario


@dataclass(frozen=True, slots=True)
class Cell:
    """A scenario under one brain.

    Attributes
    ----------
    id
        16 hexadecimal digits of the hash of all that determines its results. The brain's name, the number of
        replications, title and bounds are not in it: two cells of one id have the same results, whoever asks.
    scenario
        Has exactly one brain, and one replication.
    """

    id: str
    scenario: Scenario = field(compare=False, repr=False)

    @property
    def brain(self) -> str:
        """The name of its brain."""
        return self.scenario.brains[0].name


@dataclass(frozen=True, slots=True)
class Job:
    """One replication (from 0) of a cell. Under one seed, two cells meet the same day in the same replication."""

    cell: Cell
    replication: int


def cells_of(scenario: Scenario) -> list[Cell]:
    """Return the cells of a scenario, one a brain, in its order."""
    return [cell_of(scenario, brain.name) for brain in scenario.brains]


def cell_of(scenario: Scenario, brain: str) -> Cell:
    """Return the cell of one of a scenario's brains."""
    alone = replace(scenario, brains=(scenario.brain(brain),), replications=1)
    text = json.dumps(cell_identity(alone), sort_keys=True, ensure_ascii=False)
    return Cell(hashlib.sha256(text.encode()).hexdigest()[:16], alone)


def cell_identity(alone: Scenario) -> dict[str, Any]:
    """Return all that determines the results of a scenario with one brain."""
    whole = identity(alone)
    plain = whole["scenario"]
    (brain,) = plain["brains"]
    plain["brains"] = [{key: value for key, value in brain.items() if key != "name"}]
    del plain["replications"]
    return whole


def jobs_of(cells: Sequence[Cell], replications: int | Iterable[int]) -> list[Job]:
    """Return the jobs of cells: a number of replications from 0 on, or those given; day by day, all cells of a day."""
    numbers = range(replications) if isinstance(replications, int) else replications
    return [Job(cell, number) for number in numbers for cell in cells]
