"""Reads the list ``events``: what happens to the world, when."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from twin.city.section import EVENT_KINDS as CITY_EVENT_KINDS
from twin.core.domain import EventKind, WorldEvent
from twin.core.errors import MapError
from twin.scenario.brains import Vocabulary
from twin.scenario.event_details import DetailReader
from twin.scenario.map_folder import MapNames
from twin.scenario.problems import Clause, Problems, hints, show
from twin.scenario.problems import Path as KeyPath
from twin.scenario.reading import Node
from twin.scenario.schema import EventTimes
from twin.scenario.sentences import validate

CONNECTION_FAILS: Final = EventKind(
    "connection_fails", "A connection does not work, in every brain that has it", names="connection"
)
_NO_TIME: Final = 'must be a time such as "08:00", "day 2 08:00" or "2021-03-15 08:00", not {value}'
_CLOCK: Final = re.compile(r"(?:day (\d{1,3}) )?(\d{1,2}):(\d{2})")
_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})")


def event_kinds(vocabulary: Vocabulary) -> dict[str, tuple[EventKind, str | None]]:
    """Return every kind by its key, with the domain that it belongs to."""
    kinds: dict[str, tuple[EventKind, str | None]] = {
        kind.name: (kind, None) for kind in (CONNECTION_FAILS, *CITY_EVENT_KINDS)
    }
    for description in vocabulary.descriptions.values():
        kinds.update({kind.name: (kind, description.name) for kind in description.event_kinds})
    return kinds


@dataclass(frozen=True)
class RunTimes:
    """When the run begins and how long it lasts."""

    start: datetime
    duration_s: float

    def second(self, moment: datetime) -> float:
        """Return seconds since the start."""
        return (moment - self.start).total_seconds()

    def read(self, text: str, not_before: datetime) -> datetime | None:
        """Read a time; a bare time of day is the first one at or after ``not_before``. None where it is no time."""
        date = _DATE.fullmatch(text)
        clock = _CLOCK.fullmatch(text)
        try:
            if date:
                year, month, day, hour, minute = map(int, date.groups())
                return datetime(year, month, day) + _time_of_day(hour, minute)
            if clock is None:
                return None
            time = _time_of_day(int(clock[2]), int(clock[3]))
            midnight = datetime(self.start.year, self.start.month, self.start.day)
            if clock[1]:
                return midnight + timedelta(days=int(clock[1]) - 1) + time if int(clock[1]) else None
            moment = datetime(not_before.year, not_before.month, not_before.day) + time
            return moment if moment >= not_before else moment + timedelta(days=1)
        except (ValueError, OverflowError):
            return None


def _time_of_day(hour: int, minute: int) -> timedelta:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise ValueError
    return timedelta(hours=hour, minutes=minute)


class EventReader:
    """Reads the events of one scenario.

    Parameters
    ----------
    times
        None where start or duration is wrong; then no event is compared with the run.
    map_names
        None where the map is not known; then no place is checked.
    """

    def __init__(
        self, root: Node, times: RunTimes | None, map_names: MapNames | None, vocabulary: Vocabulary, problems: Problems
    ) -> None:
        self._root = root
        self._times = times
        self._map_names = map_names
        self._vocabulary = vocabulary
        self._kinds = event_kinds(vocabulary)
        self._problems = problems

    def read(self, entries: Iterable[Any]) -> tuple[WorldEvent, ...]:
        """Return the events in the order of the file; what is wrong goes into the problems."""
        events = (self._event(entry, ("events", position)) for position, entry in enumerate(entries))
        return tuple(event for event in events if event is not None)

    def _add(self, path: KeyPath, template: str, *clauses: Clause, of_key: bool = False, **values: object) -> None:
        self._problems.add(self._root.position(path, of_key=of_key), path, template, *clauses, **values)

    def _event(self, entry: Any, path: KeyPath) -> WorldEvent | None:
        if not isinstance(entry, Mapping):
            self._add(path, "must be a mapping with at and one kind of event, not {value}", value=show(entry))
            return None
        kinds = [key for key in entry if key in self._kinds]
        more = [detail.name for detail in self._kinds[kinds[0]][0].details] if kinds else []
        known = {*self._kinds, *EventTimes.model_fields, *more}
        unknown = [key for key in entry if key not in known]
        for key in unknown:
            self._add((*path, key), "unknown key", *hints(key, ("at", "until", *more, *self._kinds)), of_key=True)
        timing = self._timing(entry, path)
        begins_s, ends_s = self._when(timing, path) if timing else (0.0, math.inf)
        if not kinds and not unknown:
            self._add(path, "does not say what happens", *hints(None, self._kinds))
        for key in kinds[1:]:
            self._add((*path, key), "one event does one thing; write a second event for this", of_key=True)
        if not kinds:
            return None
        kind = self._kinds[kinds[0]][0]
        if kind.needs_end and timing is not None and timing.until is None:
            self._add(path, "needs until: it must be known when it ends")
        value = self._value(kind.name, entry[kind.name], (*path, kind.name))
        details = DetailReader(self._root, self._map_names, self._problems).read(kind, entry, path)
        return None if value is None else WorldEvent(kind.name, value, begins_s, ends_s, details)

    # -- when -------------------------------------------------------------------------------------------------------

    def _when(self, timing: EventTimes, path: KeyPath) -> tuple[float, float]:
        times = self._times or RunTimes(datetime(2000, 1, 1), math.inf)
        at = self._moment(times, timing.at, times.start, (*path, "at"))
        if at is None:
            return 0.0, math.inf
        begins_s = times.second(at)
        if self._times and not 0 <= begins_s < times.duration_s:
            self._add(
                (*path, "at"), "is outside the run, which lasts from {start} to {end}",
                start=_written(times.start), end=_written(times.start + timedelta(seconds=times.duration_s)),
            )  # fmt: skip
            return 0.0, math.inf
        if timing.until is None:
            return begins_s, math.inf
        until = self._moment(times, timing.until, at, (*path, "until"))
        if until is None:
            return begins_s, math.inf
        wrapped = _CLOCK.fullmatch(timing.until) is not None and until.date() > at.date()
        overlong = self._times is not None and times.second(until) > times.duration_s
        if until <= at or (wrapped and overlong and not timing.until.startswith(("day", "24:"))):
            self._add((*path, "until"), "is not after at ({at})", at=_written(at))
        elif overlong:
            end = _written(times.start + timedelta(seconds=times.duration_s))
            self._add((*path, "until"), "is after the end of the run ({end}); leave it out", end=end)
        return begins_s, times.second(until)

    def _timing(self, entry: Mapping[str, Any], path: KeyPath) -> EventTimes | None:
        given = {key: entry[key] for key in EventTimes.model_fields if entry.get(key) is not None}
        unreadable = [key for key, value in given.items() if not isinstance(value, str)]
        for key in unreadable:
            self._add((*path, key), _NO_TIME, value=show(given[key]))
        if unreadable:
            return None
        timing: EventTimes | None = validate(EventTimes, given, self._root, path, self._problems)
        return timing

    def _moment(self, times: RunTimes, text: str, not_before: datetime, path: KeyPath) -> datetime | None:
        moment = times.read(text, not_before)
        if moment is None:
            self._add(path, _NO_TIME, value=show(text))
        return moment

    # -- what -------------------------------------------------------------------------------------------------------

    def _value(self, key: str, value: Any, path: KeyPath) -> str | float | None:
        kind, domain = self._kinds[key]
        if domain is not None and domain not in self._vocabulary.active:
            self._add(path, "needs the domain {domain}; add it to domains", of_key=True, domain=domain)
            return None
        if kind.names is None:
            return self._number(kind, value, path)
        if not isinstance(value, str):
            self._add(path, "must be a name, not {value}", value=show(value))
            return None
        if kind.names == "connection":
            return self._connection(value, path)
        try:
            known = self._known(kind)
        except MapError as error:
            self._add(path, "cannot be checked: {problem}", problem=str(error))
            return None
        if known is None:
            return None
        if value not in known:
            self._add(path, _UNKNOWN[kind.names], *hints(value, known), value=show(value))
            return None
        return known[value]

    def _known(self, kind: EventKind) -> dict[str, str] | None:
        names = self._map_names
        if names is None:
            return None
        if kind.names == "hospital":
            return names.hospitals
        if kind.names == "station":
            return names.stations
        return names.roads if kind.names == "road" else names.districts

    def _connection(self, value: str, path: KeyPath) -> str | None:
        known = self._vocabulary.connections
        if value not in known:
            self._add(path, "there is no connection {value}", *hints(value, known), value=show(value))
            return None
        domain = known[value].domain
        if domain not in self._vocabulary.active:
            self._add(path, "needs the domain {domain}; add it to domains", domain=domain)
            return None
        return value

    def _number(self, kind: EventKind, value: Any, path: KeyPath) -> float | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._add(path, "must be a number, not {value}", value=show(value))
            return None
        low, high = (-math.inf if kind.low is None else kind.low), (math.inf if kind.high is None else kind.high)
        if not (low <= value <= high and math.isfinite(value)):
            self._add(
                path,
                "must be between {low} and {high}, not {value}",
                low=f"{low:g}",
                high=f"{high:g}",
                value=show(value),
            )
            return None
        return float(value)


_UNKNOWN: Final = {
    "hospital": "the map has no hospital {value}",
    "station": "the map has no station {value}",
    "road": "the map has no road {value}",
    "district": "the map has no district {value}",
}


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
