"""The twin: one Mesa model over one SimPy clock."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import simpy

from twin.core.brain import Brain
from twin.core.channels import Channels
from twin.core.clock import DRAIN_LIMIT_S, Clock
from twin.core.domain import Domain, WorldEvent
from twin.core.light_mesa import mesa
from twin.core.recorder import Recorder
from twin.core.streams import Streams


class Listener(Protocol):
    """Something that world events act on: a domain, or the roads."""

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Change when an event begins or ends."""


class Twin(mesa.Model):
    """One city, one brain, one replication.

    SimPy owns time (``env.now``, seconds since the scenario's start; negative while warming up). Mesa holds the agents.

    Parameters
    ----------
    domains
        Domain objects; the twin knows them by their protocol alone.
    events
        What happens to the world, with who must be told, in the order of the scenario.
    tables
        Exogenous tables to use instead of drawing them, by name.
    exogenous
        Tables that were drawn before (the roads'), to be hashed with the domains'.
    tick_s
        Length of one `step`.
    """

    def __init__(
        self,
        *,
        city: Any,
        clock: Clock,
        brain: Brain,
        streams: Streams,
        domains: Sequence[Domain],
        recorder: Recorder,
        events: Iterable[tuple[WorldEvent, Listener]] = (),
        tables: Mapping[str, pd.DataFrame] | None = None,
        exogenous: Mapping[str, pd.DataFrame] | None = None,
        tick_s: float = 900.0,
    ) -> None:
        super().__init__(rng=streams.seed)
        self.env = simpy.Environment(initial_time=-clock.warm_up_s)
        self.city = city
        self.clock = clock
        self.brain = brain
        self.streams = streams
        self.recorder = recorder
        self.channels = Channels()
        self.domains = {domain.name: domain for domain in domains}
        self.tick_s = tick_s
        happenings = tuple(events)
        self.events = tuple(event for event, _ in happenings)
        self.tables: dict[str, pd.DataFrame] = dict(exogenous or {})
        for domain in domains:
            given = {name: table for name, table in (tables or {}).items() if name.startswith(f"{domain.name}.")}
            self.tables.update(given or domain.draw_tables(self))
        self.table_hashes = {name: hash_frame(frame) for name, frame in sorted(self.tables.items())}
        for event, listener in happenings:
            self.env.process(self._live_event(event, listener))
        for domain in domains:
            domain.start(self, self.tables)
        self._populations = {name: each for domain in domains for name, each in domain.populations().items()}

    def __getattr__(self, name: str) -> Sequence[Any]:
        """Return a population of a domain: ``twin.ambulances``."""
        populations: Mapping[str, Sequence[Any]] = self.__dict__.get("_populations", {})
        if name in populations:
            return populations[name]
        raise AttributeError(f"the twin has no {name}; its domains' populations are {', '.join(populations)}")

    def _live_event(self, event: WorldEvent, listener: Listener) -> Generator[simpy.Event, None, None]:
        yield self.env.timeout(max(0.0, event.begins_s - self.env.now))
        listener.on_event(self, event, True)
        if event.ends_s < float("inf"):
            yield self.env.timeout(event.ends_s - self.env.now)
            listener.on_event(self, event, False)

    @property
    def now(self) -> float:
        """Simulated seconds since the scenario's start."""
        return float(self.env.now)

    def step(self) -> None:
        """Live one reporting tick."""
        self.env.run(until=self.env.now + self.tick_s)

    def run(self) -> None:
        """Live the whole scenario: until nothing new begins, then until what has begun has ended."""
        last = self.clock.duration_s + DRAIN_LIMIT_S
        while self.now < self.clock.duration_s or (
            self.now < last and any(domain.busy() for domain in self.domains.values())
        ):
            self.step()
        for domain in self.domains.values():
            domain.finish(self)
        self.recorder.close()
        self.let_go()

    def let_go(self) -> None:
        """Have nothing of Mesa's hold this twin any more; `run` does it, who lives a piece of a day asks for it.

        Mesa to 3.3 counts agents in a table that would keep every model for ever.
        """
        numbers: dict[mesa.Model, Any] = getattr(mesa.Agent, "_ids", {})
        numbers.pop(self, None)


class Together:
    """Several who hear the same events, in this order."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Let each of them change."""
        for listener in self._listeners:
            listener.on_event(twin, event, begins)


class ConnectionFailures:
    """Hears the event ``connection_fails``."""

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Let the named connection fail, or work again."""
        twin.brain.fail(str(event.value), begins)


def hash_frame(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's column names, types and values, in hexadecimal."""
    digest = hashlib.sha256()
    for name in frame.columns:
        column = frame[name].to_numpy()
        digest.update(f"{name}:{column.dtype}:{len(column)};".encode())
        if column.dtype == object:
            digest.update("\0".join(map(str, column)).encode())
        else:
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()
