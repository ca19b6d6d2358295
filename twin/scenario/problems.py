"""What is wrong with a scenario: every problem with its place, a plain sentence and, where there is one, a remedy."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from twin.core.errors import ScenarioError
from twin.core.language import Language

Key = str | int
Path = tuple[Key, ...]
COMMAND_LINE: Final = "command line"
_LISTED: Final = 24
_LISTED_BESIDE_A_GUESS: Final = 8
_PLAIN_KEY: Final = re.compile(r"[^\s.\"'=:]+")


class Position(NamedTuple):
    """A place in a file, 1-based; line 0 stands for something that has no lines, such as the command line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence with ``{name}`` places and what goes into them."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """Return the clause in a language."""
        return language(self.template, **self.values)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: where it stands, the dotted path of the key, what is wrong and what would be right."""

    position: Position
    path: str
    clauses: tuple[Clause, ...]

    def text(self, language: Language) -> str:
        """Return the line ``file:line:column: path: message``."""
        message = "".join(clause.text(language) for clause in self.clauses)
        return printable(": ".join(part for part in (str(self.position), self.path, message) if part))

    def __str__(self) -> str:
        return self.text(Language("en"))


class InvalidScenarioError(ScenarioError):
    """A scenario has problems; ``problems`` holds all of them, sorted by position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("{problems}", problems="\n".join(map(str, self.problems)))

    def text(self, language: Language) -> str:
        """Return one line for each problem."""
        return "\n".join(problem.text(language) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))


class Problems:
    """Collects problems; `stop_if_any` raises them all."""

    def __init__(self) -> None:
        self._found: dict[tuple[Position, str], Problem] = {}
        self._files: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, position: Position, path: Path, template: str, /, *hints: Clause, **values: object) -> None:
        """Add a problem; the first one found for a key at a position stays."""
        self.add_clauses(position, path, (Clause(template, values), *hints))

    def add_clauses(self, position: Position, path: Path, clauses: tuple[Clause, ...]) -> None:
        """Add a problem whose message is made of clauses."""
        dotted = dotted_path(path)
        self._files.setdefault(position.file, len(self._files))
        self._found.setdefault((position, dotted), Problem(position, dotted, clauses))

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems by file in the order of reading, the command line last, then by line and column."""

        def place(problem: Problem) -> tuple[bool, int, int, int]:
            position = problem.position
            return (position.line == 0, self._files[position.file], position.line, position.column)

        return tuple(sorted(self._found.values(), key=place))

    def stop_if_any(self) -> None:
        """Raise what has been collected.

        Raises
        ------
        InvalidScenarioError
        """
        if self._found:
            raise InvalidScenarioError(self.sorted())


def dotted_path(path: Path) -> str:
    """Write a path as it may be given on the command line: keys with dots in quotes."""
    return ".".join(part if _PLAIN_KEY.fullmatch(part) else quoted(part) for part in map(str, path))


def shorten(text: str, length: int = 60) -> str:
    """Cut a long text."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quoted(text: str) -> str:
    """Put a text in double quotes, cut where it is long."""
    return json.dumps(shorten(text), ensure_ascii=False)


def printable(text: str) -> str:
    """Escape the characters that would disturb a line, such as line separators."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def show(value: object) -> str:
    """Write a value in a message as one would write it in YAML, cut where it is long."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[…]" if value else "[]"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        return number(value)
    return shorten(str(value))


def number(value: Any) -> str:
    """Write a number as one would in YAML: whole ones without a point."""
    if not math.isfinite(value):
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else str(value)


def closest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that somebody who wrote ``word`` probably meant."""
    by_folded = {choice.casefold(): choice for choice in choices}
    folded = shorten(word.casefold(), 200)
    if folded in by_folded:
        return by_folded[folded]
    import difflib  # only when something is wrong

    matches = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    if matches:
        return by_folded[matches[0]]
    containing = [choice for choice in by_folded if len(folded) > 1 and folded in choice]
    return by_folded[min(containing, key=len)] if containing else None


def hints(word: object, choices: Iterable[str]) -> tuple[Clause, ...]:
    """Return "did you mean" and the allowed values, as far as they help."""
    allowed = list(dict.fromkeys(choices))
    meant = closest(word, allowed) if isinstance(word, str) else None
    clauses = []
    if meant is not None:
        clauses.append(Clause("; did you mean {meant}?", {"meant": show(meant)}))
    if allowed and (len(allowed) <= _LISTED_BESIDE_A_GUESS or meant is None):
        listed = ", ".join(allowed[:_LISTED]) + (", …" if len(allowed) > _LISTED else "")
        clauses.append(Clause(" (allowed: {listed})", {"listed": listed}))
    return tuple(clauses)
