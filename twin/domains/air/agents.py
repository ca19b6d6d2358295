"""A view of one enterprise: made when somebody asks, for a notebook, a test or a debugger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from twin.domains.air.kinds import KINDS, SPECIES

if TYPE_CHECKING:
    from twin.domains.air.domain import AirDomain


@dataclass(frozen=True, slots=True)
class Plant:
    """An enterprise as it is now.

    Attributes
    ----------
    gps
        Its mean emission of a year by pollutant, grams a second.
    cut
        What it is to leave out today.
    disobeys
        Whether it goes on in secret under a warning.
    found_out
        Whether inspectors have found it out.
    """

    plant: int
    name: str
    kind: str
    x_m: float
    y_m: float
    stack_m: float
    gps: dict[str, float]
    hour_yuan: float
    cut: float
    disobeys: bool
    found_out: bool


class Plants(Sequence[Plant]):
    """The enterprises of a run by number."""

    def __init__(self, domain: AirDomain) -> None:
        self._domain = domain

    def __len__(self) -> int:
        return self._domain.inventory.sources.plants

    @overload
    def __getitem__(self, plant: int) -> Plant: ...
    @overload
    def __getitem__(self, plant: slice) -> list[Plant]: ...
    def __getitem__(self, plant: int | slice) -> Plant | list[Plant]:
        """Return an enterprise as it is now, or several."""
        if isinstance(plant, slice):
            return [self._of(number) for number in range(*plant.indices(len(self)))]
        return self._of(range(len(self))[plant])

    def _of(self, plant: int) -> Plant:
        domain, sources = self._domain, self._domain.inventory.sources
        return Plant(
            plant=plant, name=str(sources.name[plant]), kind=KINDS[sources.kind[plant]], x_m=float(sources.x_m[plant]),
            y_m=float(sources.y_m[plant]), stack_m=float(sources.stack_m[plant]),
            gps=dict(zip(SPECIES, sources.gps[plant].tolist(), strict=True)),
            hour_yuan=float(sources.hour_yuan[plant]), cut=float(domain.orders_today.cut[plant]),
            disobeys=bool(domain.secrets.disobeys()[plant]), found_out=bool(domain.secrets.found[plant]),
        )  # fmt: skip
