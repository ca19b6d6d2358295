"""Margins: the smallest difference of a KPI that matters, as the domains state them in ``margins.toml``.

Like a parameter each has a label (published, derived or assumed) and a source. Margins judge results and determine
none, so these files are no part of a run's identity.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from twin.core.kpis import KpiFamily

Label = Literal["published", "derived", "assumed"]
LABELS: Final[tuple[Label, ...]] = ("published", "derived", "assumed")
PER_CENT: Final = "%"
"""The unit of a margin that is a share of the first brain's mean."""


@dataclass(frozen=True, slots=True)
class Size:
    """A size as it was given: a share of the baseline's mean, or an amount in the KPI's unit."""

    value: float
    relative: bool

    def of(self, baseline_mean: float) -> float:
        """Return it in the KPI's unit."""
        return self.value * abs(baseline_mean) if self.relative else self.value

    def plain(self) -> float | str:
        """Return it as a scenario holds it: ``0.5``, or ``"3%"``."""
        return f"{100 * self.value:.12g}{PER_CENT}" if self.relative else self.value


def size_of(given: object) -> Size | None:
    """Return the size that a number, or a share as text (``3%``), is; None for what is no finite size above 0."""
    relative = isinstance(given, str) and given.endswith(PER_CENT)
    if not relative and (isinstance(given, bool) or not isinstance(given, (int, float))):
        return None
    try:
        value = float(str(given).removesuffix(PER_CENT)) / (100 if relative else 1)
    except ValueError:
        return None
    return Size(value, relative) if value > 0 and math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class StatedMargin:
    """The smallest difference of a family's KPIs that matters to a planner.

    Attributes
    ----------
    member
        The member of a group whose KPIs it holds for alone (``stemi``); empty where it holds for the whole family.
    label
        ``published``, ``derived`` or ``assumed``.
    source
        Whose it is, or why so much.
    """

    member: str
    size: Size
    label: Label
    source: str


def with_margins(families: Sequence[KpiFamily], path: Path) -> tuple[KpiFamily, ...]:
    """Return a domain's KPI families with the margins of its ``margins.toml``.

    Each table of the file has the name of a family, or of a family and a member (``"answer_s.stemi"``), and says
    ``value``, ``unit`` (the family's, or ``%`` of the first brain's mean), ``label`` and ``source``.

    Raises
    ------
    ValueError
        For a table that names no family, lacks a label or a source, or has another unit: an error of ours.
    """
    stated: dict[str, list[StatedMargin]] = {family.name: [] for family in families}
    units = {family.name: family.unit for family in families}
    for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
        family, _, member = name.partition(".")
        if family not in stated or row["unit"] not in (units[family], PER_CENT):
            raise ValueError(f"{path}: {name} is no KPI family, or its unit is neither the family's nor {PER_CENT}")
        size = size_of(f"{row['value']}{PER_CENT}" if row["unit"] == PER_CENT else row["value"])
        if size is None or row["label"] not in LABELS or not row["source"]:
            raise ValueError(f"{path}: {name} needs a value above 0, a label out of {LABELS} and a source")
        stated[family].append(StatedMargin(member, size, row["label"], row["source"]))
    return tuple(replace(family, margins=tuple(stated[family.name])) for family in families)


def margins_as_markdown(domain: str, families: Sequence[KpiFamily]) -> str:
    """Return a domain's margins as they stand in the documentation."""
    lines = ["| figures | margin | label | source or reason |", "|---|---|---|---|"]
    for family in families:
        for stated in family.margins:
            name = ".".join(part for part in (domain, family.name, stated.member) if part)
            size = stated.size
            amount = (
                f"{100 * size.value:g} % of the first brain's" if size.relative else f"{size.value:g} {family.unit}"
            )
            lines.append(f"| `{name}` | {amount} | {stated.label} | {stated.source} |")
    return "\n".join(lines) + "\n"
