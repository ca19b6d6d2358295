"""The shipped parameters of the air domain, read once, and how a field of the section is made of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from twin.core.parameters import read_parameters, shipped_field

FOLDER: Final = Path(__file__).parent
SHIPPED: Final = read_parameters(FOLDER / "parameters.toml")
FROM_SOURCES: Final = read_parameters(FOLDER / "parameters_sources.toml")
FROM_ROADS: Final = read_parameters(FOLDER / "parameters_roads.toml")


def shipped(name: str, **limits: Any) -> Any:
    """Return a field whose default and description are the shipped parameter's; lists of models are validated too."""
    for rows in (SHIPPED, FROM_SOURCES, FROM_ROADS):
        if name in rows:
            value = rows[name].value
            more = {"validate_default": True} if isinstance(value, list) else {}
            return shipped_field(rows, name, **more, **limits)
    raise KeyError(name)
