"""Named channels through which domains meet without knowing one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PersonFellIll:
    """Somebody needs an ambulance through no call of the emergency domain's own table (channel ``person_fell_ill``).

    Attributes
    ----------
    cause
        Name of the domain and what happened there: ``elevators.entrapment``.
    lon, lat
        Where, degrees WGS84.
    condition
        A condition of the emergency domain.
    chance_key
        Unique text that names the random stream of everything that will be drawn for this person, so that the draws
        do not depend on when or in which order people fall ill.
    """

    cause: str
    lon: float
    lat: float
    condition: str
    chance_key: str


StoppedElevators = Callable[[float, float], bool]
"""Field ``stopped_elevators``: whether all elevators of the house at a place (degrees WGS84) stand still."""


class Channels:
    """How domains meet: events that one publishes and others listen to, and fields that one offers and others read.

    Events go by name and in order of subscription; a field has one domain that offers it.
    """

    def __init__(self) -> None:
        self._fields: dict[str, Callable[..., Any]] = {}
        self._listeners: dict[str, list[Callable[[Any], None]]] = defaultdict(list)

    def listen(self, name: str, listener: Callable[[Any], None]) -> None:
        """Call ``listener(message)`` at once whenever something is published under this name."""
        self._listeners[name].append(listener)

    def publish(self, name: str, message: object) -> int:
        """Hand a message to every listener; return how many there were."""
        for listener in self._listeners[name]:
            listener(message)
        return len(self._listeners[name])

    def offer(self, name: str, field: Callable[..., Any]) -> None:
        """Offer a field of the city under a name of its own."""
        if name in self._fields:
            raise ValueError(f"the field {name} is offered twice")
        self._fields[name] = field

    def field(self, name: str) -> Callable[..., Any] | None:
        """Return a field; None where no domain that offers it takes part."""
        return self._fields.get(name)
