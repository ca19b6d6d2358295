"""The shipped parameters of dispersion."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twin.core.parameters import Parameter, read_parameters

SHIPPED: Final[dict[str, Parameter]] = read_parameters(Path(__file__).with_name("dispersion.toml"))


def shipped(name: str) -> float:
    """Return the shipped value of a parameter."""
    return float(SHIPPED[name].value)
