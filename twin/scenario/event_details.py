"""Reads the further keys of an event: where on a road, how many lanes, at which place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from twin.core.domain import DetailValue, EventDetail, EventKind
from twin.core.errors import MapError
from twin.scenario.map_folder import MapNames
from twin.scenario.problems import Clause, Problems, hints, show
from twin.scenario.problems import Path as KeyPath
from twin.scenario.reading import Node

_NO_PLACE: Final = "must be [longitude, latitude] or the name of a hospital, not {value}"
_NO_BOX: Final = "must be [west, south, east, north], degrees with west below east and south below north, not {value}"


class DetailReader:
    """Reads the details of events; what is wrong goes into the problems.

    Parameters
    ----------
    map_names
        None where the map is not known; then no place is checked.
    """

    def __init__(self, root: Node, map_names: MapNames | None, problems: Problems) -> None:
        self._root = root
        self._map_names = map_names
        self._problems = problems

    def read(self, kind: EventKind, entry: Mapping[str, Any], path: KeyPath) -> tuple[tuple[str, DetailValue], ...]:
        """Return names and values of the further keys of an event, in the order of their names."""
        found = []
        for detail in sorted(kind.details, key=lambda one: one.name):
            given = entry.get(detail.name)
            if given is None:
                if detail.required:
                    self._add(path, "{kind} needs {key} too", kind=kind.name, key=detail.name)
                continue
            value = self._value(detail, given, (*path, detail.name))
            if value is not None:
                found.append((detail.name, value))
        return tuple(found)

    def _add(self, path: KeyPath, template: str, *clauses: Clause, **values: object) -> None:
        self._problems.add(self._root.position(path), path, template, *clauses, **values)

    def _value(self, detail: EventDetail, given: Any, path: KeyPath) -> DetailValue | None:
        if detail.what == "number":
            return self._number(detail, given, path)
        if detail.what == "choice":
            if given not in detail.choices:
                self._add(path, "cannot be {value}", *hints(given, detail.choices), value=show(given))
                return None
            return str(given)
        return self._box(given, path) if detail.what == "box" else self._place(given, path)

    def _number(self, detail: EventDetail, given: Any, path: KeyPath) -> float | None:
        low = -math.inf if detail.low is None else detail.low
        high = math.inf if detail.high is None else detail.high
        if not _is_number(given):
            self._add(path, "must be a number, not {value}", value=show(given))
        elif not low <= given <= high:
            self._add(
                path, "must be between {low} and {high}, not {value}",
                low=f"{low:g}", high=f"{high:g}", value=show(given),
            )  # fmt: skip
        else:
            return float(given)
        return None

    def _box(self, given: Any, path: KeyPath) -> tuple[float, float, float, float] | None:
        if not _are_numbers(given, 4) or not (given[0] < given[2] and given[1] < given[3]):
            self._add(path, _NO_BOX, value=show(given))
            return None
        west, south, east, north = map(float, given)
        return west, south, east, north

    def _place(self, given: Any, path: KeyPath) -> tuple[float, float] | None:
        names = self._map_names
        try:
            if isinstance(given, str):
                if names is None or given in names.hospitals:
                    return (0.0, 0.0) if names is None else names.hospital_places[names.hospitals[given]]
                self._add(path, "the map has no hospital {value}", *hints(given, names.hospitals), value=show(given))
                return None
            if not _are_numbers(given, 2):
                self._add(path, _NO_PLACE, value=show(given))
                return None
            lon, lat = float(given[0]), float(given[1])
            if names is not None:
                west, south, east, north = names.extent
                if not (west <= lon <= east and south <= lat <= north):
                    self._add(
                        path, "lies outside the map, which reaches from {west}, {south} to {east}, {north}",
                        west=f"{west:.2f}", south=f"{south:.2f}", east=f"{east:.2f}", north=f"{north:.2f}",
                    )  # fmt: skip
                    return None
        except MapError as error:
            self._add(path, "cannot be checked: {problem}", problem=str(error))
            return None
        return lon, lat


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _are_numbers(value: Any, count: int) -> bool:
    return isinstance(value, Sequence) and len(value) == count and all(map(_is_number, value))
