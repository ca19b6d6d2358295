"""Reads ``margins``: the smallest differences of KPIs that matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.core.margins import Size, size_of
from twin.scenario.brains import Vocabulary
from twin.scenario.expectations import check_kpi
from twin.scenario.frozen import FrozenMapping
from twin.scenario.map_folder import MapNames
from twin.scenario.problems import Problems, show
from twin.scenario.reading import Node


def read_margins(
    entries: Mapping[str, Any], root: Node, map_names: MapNames | None, vocabulary: Vocabulary, problems: Problems
) -> Mapping[str, Size]:
    """Return the margins by the KPI's name; what is wrong goes into ``problems``."""
    found = {}
    for name, entry in entries.items():
        if entry is None:  # takes away a margin of the file that this one extends
            continue
        path = ("margins", name)
        check_kpi(path, root, map_names, vocabulary, problems)
        size = size_of(entry)
        if size is None:
            problems.add(
                root.position(path), path, "must be a size above 0, as 0.5 or 3%, not {value}", value=show(entry)
            )
        else:
            found[name] = size
    return FrozenMapping(found)
