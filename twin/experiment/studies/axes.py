"""The axes of a sweep: a key of the scenario, with the values that it takes or what it may be.

- ``key=1,2,3``: these values, as YAML would read them;
- ``key=low:high`` or ``key=low:high:n``: from low to high, n values of them (5) where a grid is asked for;
- ``key~uniform(low,high)``, ``key~normal(mean,sd)``, ``key~lognormal(median,p90)``, ``key~triangular(low,mode,high)``:
  nobody knows it better than that;
- ``key~range``: anywhere in the range that the parameter's source gives.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twin.experiment.studies.refusing import refuse
from twin.scenario.problems import Problems, hints, show
from twin.scenario.reading import read_text
from twin.scenario.sources import split_key

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

OPTION: Final = "--set"
ASSUMED: Final = "--assumed"
POINTS: Final = 5
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
RANGE: Final = re.compile(rf"\s*({_NUMBER})\s*:\s*({_NUMBER})\s*(?::\s*(\d+)\s*)?")
_CALL: Final = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*")
_OUTERMOST: Final = 1e-3
"""No draw lies further out than this share of all."""
_P90: Final = 1.2815515655446004

Value = float | int | str | bool


@dataclass(frozen=True, slots=True)
class Spread:
    """What a number may be.

    Attributes
    ----------
    kind
        ``uniform``, ``normal``, ``lognormal`` or ``triangular``.
    numbers
        Its parameters, as in the text.
    """

    kind: str
    numbers: tuple[float, ...]

    def quantile(self, share: float) -> float:
        """Return the value that this share of draws stays below."""
        return _QUANTILES[self.kind](min(max(share, _OUTERMOST), 1 - _OUTERMOST), *self.numbers)

    @property
    def text(self) -> str:
        """The spread as it is written."""
        return f"{self.kind}({', '.join(f'{number:g}' for number in self.numbers)})"


@dataclass(frozen=True, slots=True)
class Axis:
    """A key and what it takes.

    Attributes
    ----------
    levels
        What it takes in grids and lists; of a spread quantiles in equal steps.
    spread
        What it may be, where values are drawn.
    drawn
        Whether the user gave what it may be, and no values.
    whole
        Whether it takes whole numbers only.
    """

    key: str
    levels: tuple[Value, ...]
    spread: Spread | None
    drawn: bool
    whole: bool

    def at(self, share: float) -> Value:
        """Return the value that this share of draws stays below; a whole number where it must be one.

        Raises
        ------
        InvalidScenarioError
            Where the values have no order.
        """
        if self.spread is None:
            refuse(OPTION, "{key} has values and no range, so none can be drawn; write low:high", key=show(self.key))
        value = self.spread.quantile(share)
        return round(value) if self.whole else value


def read_axes(scenario: Scenario, words: Sequence[str]) -> tuple[Axis, ...]:
    """Read the axes.

    Raises
    ------
    InvalidScenarioError
        For a word that is none, and for a key that stands there twice.
    """
    axes = tuple(_read(scenario, word) for word in words)
    seen: set[str] = set()
    for axis in axes:
        if axis.key in seen:
            refuse(OPTION, "the name {name} stands there twice", name=show(axis.key))
        seen.add(axis.key)
    return axes


def assumed_axes(scenario: Scenario) -> tuple[Axis, ...]:
    """Return an axis for each parameter that is assumed, has a range, and was left at its value by the scenario."""
    found = [
        _read(scenario, f"{name}.{parameter.name}~range")
        for name, section in sorted(scenario.sections.items())
        for parameter in section.labelled()
        if parameter.label == "assumed" and parameter.range is not None and _is_number(parameter.value)
    ]
    if not found:
        refuse(ASSUMED, "no parameter of {domains} is assumed and has a range", domains=", ".join(scenario.domains))
    return tuple(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read(scenario: Scenario, word: str) -> Axis:
    match = re.match(r"\s*([^=~]+?)\s*([=~])(.*)", word, re.DOTALL)
    if match is None or not split_key(match[1]):
        refuse(OPTION, "{text} is neither key=values nor key~distribution", text=show(word))
    key, given = match[1], match[3].strip()
    if key == "replications":
        refuse(OPTION, "{key} is how many days each point lives, and the same for all; give --reps", key=key)
    whole = isinstance(current_value(scenario, key), int) and not isinstance(current_value(scenario, key), bool)
    if match[2] == "~":
        spread = _read_spread(scenario, key, given)
        return Axis(key, _steps(spread, POINTS, whole), spread, drawn=True, whole=whole)
    span = RANGE.fullmatch(given)
    if span is not None:
        low, high, count = float(span[1]), float(span[2]), int(span[3] or POINTS)
        if not low < high or not 2 <= count <= 1000:
            refuse(
                OPTION,
                "{text} is no range: low:high or low:high:n with low below high and n at least 2",
                text=show(word),
            )
        return Axis(key, _even(low, high, count, whole), Spread("uniform", (low, high)), drawn=False, whole=whole)
    return Axis(key, listed(key, given), None, drawn=False, whole=False)


def listed(key: str, given: str) -> tuple[Value, ...]:
    """Return values with commas between, as YAML reads them."""
    problems = Problems()
    node = read_text(f"[{given}]", OPTION, problems, lines=False)
    problems.stop_if_any()
    values = node.plain() if node is not None else []
    if not isinstance(values, list) or not values or any(value is None for value in values):
        refuse(OPTION, "{key} has no values; write {key}=1,2,3 or {key}=low:high", key=key)
    if not all(isinstance(value, (bool, int, float, str)) for value in values):
        refuse(OPTION, "{key} takes numbers, texts, true and false; lists and mappings cannot be swept", key=key)
    return tuple(values)


def _even(low: float, high: float, count: int, whole: bool) -> tuple[Value, ...]:
    values = [low + (high - low) * place / (count - 1) for place in range(count)]
    return tuple(dict.fromkeys(round(value) if whole else float(f"{value:.10g}") for value in values))


def _steps(spread: Spread, count: int, whole: bool) -> tuple[Value, ...]:
    values = [spread.quantile((place + 0.5) / count) for place in range(count)]
    return tuple(dict.fromkeys(round(value) if whole else value for value in values))


def current_value(scenario: Scenario, key: str) -> Any:
    """Return the value that a key has now, as JSON holds it; None where that cannot be told."""
    plain: Any = scenario.determining()
    plain = {**plain, **plain["sections"]}
    for segment in split_key(key):
        plain = plain.get(segment) if isinstance(plain, Mapping) else None
    return plain


# -- what a number may be ---------------------------------------------------------------------------------------------


def _read_spread(scenario: Scenario, key: str, text: str) -> Spread:
    match = _CALL.fullmatch(text)
    kind = match[1] if match else text
    if match is None or kind not in (*_QUANTILES, "range"):
        refuse(OPTION, "{text} is no distribution", *hints(kind, [*_FORMS, "range"]), text=show(text))
    if kind == "range":
        return Spread("uniform", _range_of(scenario, key))
    try:
        numbers = tuple(float(word) for word in (match[2] or "").split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != _COUNTS[kind] or not all(map(math.isfinite, numbers)) or not _fits(kind, numbers):
        refuse(OPTION, "{text} cannot be; write {form}", text=show(text), form=_FORMS[kind])
    return Spread(kind, numbers)


def _fits(kind: str, numbers: Sequence[float]) -> bool:
    if kind == "normal":
        return numbers[1] > 0
    if kind == "lognormal":
        return 0 < numbers[0] < numbers[1]
    return list(numbers) == sorted(numbers) and numbers[0] < numbers[-1]


def _range_of(scenario: Scenario, key: str) -> tuple[float, float]:
    segments = split_key(key)
    section = scenario.sections.get(segments[0])
    parameter = section.shipped.get(segments[1]) if section is not None and len(segments) == 2 else None
    if parameter is None or parameter.range is None:
        refuse(
            OPTION,
            "{key} is no parameter for which a range is known; give one, as in {example}",
            key=show(key), example=f"{key}~uniform(low,high)",
        )  # fmt: skip
    return parameter.range


def _normal(share: float, mean: float, deviation: float) -> float:
    from scipy.special import ndtri

    return mean + deviation * float(ndtri(share))


def _lognormal(share: float, median: float, p90: float) -> float:
    from scipy.special import ndtri

    return median * math.exp(math.log(p90 / median) / _P90 * float(ndtri(share)))


def _triangular(share: float, low: float, mode: float, high: float) -> float:
    turn = (mode - low) / (high - low)
    if share <= turn:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


_QUANTILES: Final[dict[str, Callable[..., float]]] = {
    "uniform": lambda share, low, high: low + share * (high - low),
    "normal": _normal,
    "lognormal": _lognormal,
    "triangular": _triangular,
}
_COUNTS: Final = {"uniform": 2, "normal": 2, "lognormal": 2, "triangular": 3}
_FORMS: Final = {
    "uniform": "uniform(low,high)",
    "normal": "normal(mean,sd)",
    "lognormal": "lognormal(median,p90)",
    "triangular": "triangular(low,mode,high)",
}
