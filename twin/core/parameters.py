"""Parameters as data: each has a value, a unit, a label (published, derived or assumed), a source and a range.

A domain keeps them in ``parameters.toml`` and declares them, typed, in a `ParameterSection`, which is also its section
of the scenario file. A value that a scenario changes is reported with the label ``scenario``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from twin.core.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELS: Final = ("published", "derived", "assumed")
_NORMAL_P90: Final = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of ``parameters.toml``."""

    name: str
    value: Any
    unit: str
    label: str
    text: str
    source: str
    range: tuple[float, float] | None = None


def read_parameters(path: Path) -> dict[str, Parameter]:
    """Read a parameter file; a row that lacks its label or source is an error of ours and raises ValueError.

    TOML is read forty times as fast as YAML, which counts because every start of the program reads these files.
    """
    text = path.read_text(encoding="utf-8")
    rows: dict[str, Any]
    if path.suffix == ".toml":
        import tomllib

        rows = tomllib.loads(text)
    else:
        from ruamel.yaml import YAML

        rows = YAML(typ="safe").load(text)
    parameters = {}
    for name, row in rows.items():
        if row["label"] not in LABELS or not row["source"]:
            raise ValueError(f"{path}: {name} needs a label out of {LABELS} and a source")
        limits = row.get("range")
        parameters[name] = Parameter(
            name, row["value"], row["unit"], row["label"], row["text"], row["source"], tuple(limits) if limits else None
        )
    return parameters


class Frozen(BaseModel):
    """A strict, frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class ParameterSection(Frozen):
    """A domain's section of the scenario; its defaults are the shipped parameters."""

    shipped: ClassVar[dict[str, Parameter]]

    def files(self) -> tuple[str, ...]:
        """Return the files that the section names, relative to the scenario's folder; they determine the result."""
        return ()

    def labelled(self) -> list[Parameter]:
        """Return every parameter as used, labelled ``scenario`` where it differs from what is shipped."""
        rows = []
        defaults = type(self)()
        for name, shipped in self.shipped.items():
            value = getattr(self, name)
            if value == getattr(defaults, name):
                rows.append(shipped)
            else:
                plain = self.model_dump(include={name})[name]
                rows.append(Parameter(name, plain, shipped.unit, "scenario", shipped.text, "set in the scenario file"))
        return rows


def check_shares(section: ParameterSection, *names: str) -> None:
    """Raise ParameterError where the shares under one of these names do not add up to 1."""
    for name in names:
        total = sum(getattr(section, name).model_dump().values())
        if abs(total - 1) > 1e-6:
            raise ParameterError("{name} must add up to 1, not {total}", name=name, total=f"{total:.7g}")


class Duration(Frozen):
    """A log-normal duration, given as people give it: the median and the 90th percentile, in the key's unit."""

    median: float = Field(gt=0, description="half of the durations are shorter")
    p90: float = Field(gt=0, description="nine in ten durations are shorter")

    @model_validator(mode="after")
    def _p90_is_longer(self) -> Self:
        if self.p90 < self.median:
            raise ParameterError(
                "p90 ({p90}) must be at least the median ({median})", p90=f"{self.p90:g}", median=f"{self.median:g}"
            )
        return self

    @property
    def log_sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.log(self.p90 / self.median) / _NORMAL_P90

    @property
    def mean(self) -> float:
        """Mean, in the key's unit."""
        return self.median * math.exp(self.log_sigma**2 / 2)

    def draw(self, generator: np.random.Generator, count: int) -> NDArray[np.float64]:
        """Draw ``count`` durations in the key's unit, shape (count,)."""
        return self.of(generator.standard_normal(count))

    def of(self, standard_normal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn standard normal draws into durations in the key's unit, same shape."""
        import numpy as np

        return self.median * np.exp(self.log_sigma * standard_normal)


def shipped_field(parameters: dict[str, Parameter], name: str, **limits: Any) -> Any:
    """Return a pydantic field whose default and description are the shipped parameter's.

    Parameters
    ----------
    limits
        Pydantic constraints such as ``gt=0``.
    """
    row = parameters[name]
    description = f"{row.text} [{row.unit}] {row.label}: {row.source}"
    if isinstance(row.value, dict):
        return Field(default=row.value, validate_default=True, description=description, **limits)
    return Field(default=row.value, description=description, **limits)
