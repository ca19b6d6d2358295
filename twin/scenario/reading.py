"""Reads YAML into a tree of nodes that know where they stand.

The events of ruamel.yaml's parser are turned into nodes directly: no tag makes an object, plain values follow the YAML
1.2 core schema (so ``on`` and ``08:00`` are text), and dates stay text. Limits keep any input cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import Reader

from twin.scenario.problems import Clause, Position, Problems, closest, shorten, show
from twin.scenario.problems import Path as KeyPath

SIZE_LIMIT: Final = 256 * 1024
DEPTH_LIMIT: Final = 32
NODE_LIMIT: Final = 50_000

Scalar = None | bool | int | float | str


class Member(NamedTuple):
    """The value of a key, and where the key stands."""

    key_at: Position
    node: Node


class Node(NamedTuple):
    """A value and where it stands: a scalar, a tuple of nodes, or a mapping of keys to members."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Member]
    at: Position

    def get(self, key: str | int) -> Node | None:
        """Return the node under a key or list position, or None."""
        if isinstance(self.value, Mapping):
            member: Member | None = self.value.get(str(key))
            return member.node if member else None
        if isinstance(self.value, tuple) and isinstance(key, int) and 0 <= key < len(self.value):
            item: Node = self.value[key]
            return item
        return None

    def plain(self) -> Any:
        """Return the value as dicts, lists and scalars."""
        if isinstance(self.value, Mapping):
            return {key: member.node.plain() for key, member in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    def position(self, path: KeyPath, *, of_key: bool = False) -> Position:
        """Return where a path stands, or the nearest thing around it that exists.

        Parameters
        ----------
        of_key
            Point at the key instead of at its value.
        """
        node, at = self, self.at
        for step, key in enumerate(path):
            member = node.value.get(str(key)) if isinstance(node.value, Mapping) else None
            below = member.node if member else node.get(key)
            if below is None:
                return at
            last = step == len(path) - 1
            node, at = below, member.key_at if member and (of_key or not last) else below.at
        return at


# Control characters, halves of surrogate pairs as a command line may hold them, and what Unicode calls no character.
_FORBIDDEN: Final = "".join(
    chr(code)
    for code in (
        *range(9),
        11,
        12,
        *range(14, 32),
        *range(127, 133),
        *range(134, 160),
        *range(0xDC80, 0xDD00),
        0xFFFE,
        0xFFFF,
    )
)
_PLAIN_SCALARS: Final = (
    (re.compile(r"|~|null|Null|NULL"), lambda text: None),
    (re.compile(r"true|True|TRUE"), lambda text: True),
    (re.compile(r"false|False|FALSE"), lambda text: False),
    (re.compile(r"[-+]?[0-9]{1,40}"), int),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda text: float("nan")),
)


def plain_scalar(text: str) -> Scalar:
    """Read an unquoted value by the YAML 1.2 core schema."""
    if text[:1].isalpha() and text[:1] not in "nNtTfF":
        return text
    for pattern, convert in _PLAIN_SCALARS:
        if pattern.fullmatch(text):
            value: Scalar = convert(text)
            return value
    return text


def read_file(path: Path, problems: Problems) -> tuple[Node | None, str]:
    """Read a file; what is wrong with it goes into ``problems``, and the node is then None.

    Returns
    -------
    tuple
        The root node and the text.
    """
    file = Position(str(path))
    try:
        if path.is_dir():
            problems.add(file, (), "this is a folder; give a scenario file")
            return None, ""
        if not path.is_file():
            beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
            meant = closest(path.name, beside)
            hint = (Clause("; did you mean {meant}?", {"meant": show(meant)}),) if meant else ()
            problems.add(file, (), "there is no such file", *hint)
            return None, ""
        with path.open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        problems.add(file, (), "the file cannot be read: {reason}", reason=reason)
        return None, ""
    if len(content) > SIZE_LIMIT:
        problems.add(file, (), "the file is larger than {limit} KiB; no scenario needs that", limit=SIZE_LIMIT // 1024)
        return None, ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        problems.add(
            Position(str(path), line, column), (), "this is not UTF-8 text; save the file with the encoding UTF-8"
        )
        return None, ""
    return read_text(text, str(path), problems), text


def read_text(text: str, file: str, problems: Problems, *, lines: bool = True) -> Node | None:
    """Read YAML text; what is wrong with it goes into ``problems``.

    Parameters
    ----------
    lines
        Whether lines mean something to the reader (they do not on the command line).
    """
    reader = _TreeReader(file, problems, lines=lines)
    forbidden = [text.find(character) for character in _FORBIDDEN if character in text]
    if forbidden:
        before, code = text[: min(forbidden)], ord(text[min(forbidden)])
        at = reader.place(before.count("\n"), len(before) - (before.rfind("\n") + 1))
        problems.add(at, (), "the character {character} cannot stand in YAML", character=f"U+{code:04X}")
        return None
    try:
        return reader.read(text)
    except _StopReading:
        return None
    except MarkedYAMLError as error:
        mark = _mark(error)
        at = reader.place(mark.line, mark.column) if mark else Position(file)
        problems.add(at, (), _plain_sentence(error, text))
    except Exception:
        problems.add(reader.last, (), "this is not YAML; something near here cannot be read")
    return None


def _tag(event: Any) -> str:
    return str(event.tag).replace("tag:yaml.org,2002:", "!!")


class _StopReading(Exception):  # noqa: N818 - not an error, a way out
    """The rest of the text need not be read."""


class _CharacterReader(Reader):
    """Leaves out the search for forbidden characters, whose pattern alone takes 14 ms to compile."""

    def check_printable(self, data: Any) -> None:
        """Do nothing: `read_text` has looked for them."""


class _TreeReader:
    """Turns parser events into nodes."""

    def __init__(self, file: str, problems: Problems, *, lines: bool) -> None:
        self._file = file
        self._problems = problems
        self._lines = lines
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._count = 0
        self._events: Iterator[Any] = iter(())
        self.last = Position(file)

    def place(self, line: int, column: int) -> Position:
        """Return a position from the parser's 0-based one."""
        return Position(self._file, line + 1, column + 1) if self._lines else Position(self._file)

    def read(self, text: str) -> Node | None:
        """Read one document; None where there is none."""
        yaml = YAML(typ="safe", pure=True)
        yaml.Reader = _CharacterReader
        self._events = yaml.parse(text)
        root = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, (), "a second document begins here; a scenario file holds one (remove ---)")
            elif isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                root = self._node(event, (), 1)
        return root

    def _stop(self, event: Any, path: KeyPath, template: str, **values: object) -> None:
        self._problems.add(self._at(event), path, template, **values)
        raise _StopReading

    def _at(self, event: Any) -> Position:
        self.last = self.place(event.start_mark.line, event.start_mark.column)
        return self.last

    def _node(self, event: Any, path: KeyPath, depth: int) -> Node:
        at = self._at(event)
        self._count += 1
        before = self._count
        if depth > DEPTH_LIMIT:
            self._stop(event, (), "values are nested more than {limit} deep", limit=DEPTH_LIMIT)
        if isinstance(event, AliasEvent):
            return self._alias(event, path, at)
        if event.tag is not None and str(event.tag) != "!":
            self._problems.add(at, path, "the tag {tag} has no meaning here; write plain values", tag=show(_tag(event)))
        if isinstance(event, MappingStartEvent):
            node = Node(self._members(path, depth), at)
        elif isinstance(event, SequenceStartEvent):
            node = Node(self._items(path, depth), at)
        else:
            node = Node(self._scalar(event, path, at), at)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._count - before + 1)
        return node

    def _alias(self, event: Any, path: KeyPath, at: Position) -> Node:
        if event.anchor not in self._anchors:
            self._stop(
                event,
                path,
                "no anchor &{name} stands before this; put quotes around a text that begins with *",
                name=shorten(event.anchor),
            )
        node, size = self._anchors[event.anchor]
        self._count += size
        if self._count > NODE_LIMIT:
            self._stop(event, path, "aliases unfold to more than {limit} values here", limit=NODE_LIMIT)
        return Node(node.value, at)

    def _text(self, event: Any, path: KeyPath, at: Position) -> str:
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            self._problems.add(at, path, "half of a surrogate pair is no character; write the character itself")
            return ""
        return text

    def _scalar(self, event: Any, path: KeyPath, at: Position) -> Scalar:
        text = self._text(event, path, at)
        return plain_scalar(text) if event.style is None and event.tag is None else text

    def _items(self, path: KeyPath, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return tuple(items)

    def _members(self, path: KeyPath, depth: int) -> dict[str, Member]:
        members: dict[str, Member] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key_at = self._at(event)
            if not isinstance(event, ScalarEvent):
                self._stop(event, path, "a key must be a single word; put quotes around a text with { or [")
            key = self._text(event, path, key_at)
            if key == "<<" and event.style is None:
                self._problems.add(
                    key_at, (*path, key), "merge keys (<<) are not read here; use extends: or write the keys out"
                )
            node = self._node(event := next(self._events), (*path, key), depth + 1)
            if isinstance(event, ScalarEvent) and event.style is None and not event.value:
                node = Node(node.value, key_at)  # the parser places an empty value behind what follows
            if key in members:
                first = members[key].key_at
                self._problems.add(
                    key_at, (*path, key), "this key stands there twice (first in line {line})", line=first.line
                )
            else:
                members[key] = Member(key_at, node)
        return members


# What ruamel.yaml says, and what a planner understands; the first that occurs in the message counts.
_PARSER_SENTENCES: Final = (
    ("could not find expected ':'", "a key needs a colon and a space after it, or a quote before this is not closed"),
    ("mapping values are not allowed", "a colon and a space cannot stand here; mend the indentation or use quotes"),
    ("sequence entries are not allowed", "a list entry (- ...) cannot stand here; begin it on a line of its own"),
    ("mapping keys are not allowed", "a key cannot stand here; mend the indentation"),
    ("expected <block end>", "the indentation does not fit the lines above, or a quote or bracket is not closed"),
    ("expected ',' or ']'", "a list in [ ] needs a comma between entries and ] at its end"),
    ("expected ',' or '}'", "a mapping in { } needs a comma between entries and } at its end"),
    ("unexpected end of stream", "a quote is opened and never closed"),
    ("unexpected document separator", "a quote is opened and never closed"),
    ("unknown escape character", "inside double quotes a backslash has a meaning; write two, or use single quotes"),
    ("hexdecimal", "inside double quotes a backslash has a meaning; write two, or use single quotes"),
    ("undefined tag handle", "tags (!...) have no meaning here; write plain values"),
    ("scanning a tag", "tags (!...) have no meaning here; write plain values"),
    ("scanning an alias", "* begins an alias; put quotes around a text that begins with *"),
    ("scanning an anchor", "& begins an anchor; put quotes around a text that begins with &"),
    ("scanning a block scalar", "after | or > the text begins on the next line, indented"),
    ("directive", "% begins a directive; put quotes around a text that begins with %"),
    ("expected the node content", "a value is missing here"),
)


def _mark(error: MarkedYAMLError) -> Any:
    """Return where the error is: for a quote or bracket that is not closed where it is opened, else where it shows."""
    context, opened, shows = str(error.context), error.context_mark, error.problem_mark
    if opened and shows and ("quoted scalar" in context or ("flow" in context and opened.line < shows.line)):
        return shows if "escape" in str(error.problem) else opened
    return shows or opened


def _plain_sentence(error: MarkedYAMLError, text: str) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    if "cannot start any token" in said:
        mark = error.problem_mark
        line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
        if line[mark.column : mark.column + 1] == "\t":
            return "a tab cannot indent a line; use spaces"
        return "a text that begins with this character needs quotes"
    for phrase, sentence in _PARSER_SENTENCES:
        if phrase in said:
            return sentence
    return "this is not YAML; something near here cannot be read"
