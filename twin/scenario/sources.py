"""Puts a scenario together: a file, the files that it extends, and overrides."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.scenario.problems import COMMAND_LINE, Position, Problems, show
from twin.scenario.problems import Path as KeyPath
from twin.scenario.reading import DEPTH_LIMIT, Member, Node, read_file, read_text

_BOUND_KEYS: Final = ("brain", "min", "max")
_SEGMENT: Final = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([^.\"']+))\s*(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario as written.

    Attributes
    ----------
    root
        The tree, everything merged.
    texts
        File name and text of everything that it came from.
    complete
        False where a file that another extends could not be read; then nothing is called missing.
    """

    path: Path
    root: Node
    texts: tuple[tuple[str, str], ...]
    complete: bool = True


def read_source(path: Path, overrides: Sequence[str], problems: Problems) -> Source | None:
    """Read a file with everything that it extends and apply overrides; None where nothing could be read."""
    chain = _Chain(problems)
    root = chain.read(path, [])
    if root is None:
        return None
    texts = chain.texts
    for override in overrides:
        root = _override(root, override, problems)
        texts.append((COMMAND_LINE, override))
    return Source(path, root, tuple(texts), chain.complete)


class _Chain:
    """Reads a file and what it extends."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self.texts: list[tuple[str, str]] = []
        self.complete = True

    def read(self, path: Path, above: list[Path]) -> Node | None:
        """Return the tree of a file laid over what it extends; None where the file cannot be read."""
        before = len(self._problems)
        root, text = read_file(path, self._problems)
        self.texts.append((str(path), text))
        if root is None or root.value is None:
            if len(self._problems) == before:
                empty = "the file is empty; see scenarios/city_day.yaml for an example"
                self._problems.add(Position(str(path)), (), empty)
            return None
        if not isinstance(root.value, Mapping):
            found = show(root.plain())
            self._problems.add(root.at, (), "a scenario is a mapping of keys to values, not {value}", value=found)
            return None
        member = root.value.get("extends")
        if member is None:
            return root
        own = Node({key: value for key, value in root.value.items() if key != "extends"}, root.at)
        base = self._base(member.node, path, above)
        self.complete = self.complete and base is not None
        return own if base is None else merge(base, own)

    def _base(self, node: Node, path: Path, above: list[Path]) -> Node | None:
        at, name = ("extends",), node.value
        if not isinstance(name, str) or not name:
            self._problems.add(node.at, at, "must be the name of a file, not {value}", value=show(node.plain()))
            return None
        base = Path(os.path.normpath(path.parent / name))
        chain = [*above, path]
        if any(_same(base, other) for other in chain):
            files = " -> ".join(str(file) for file in (*chain, base))
            self._problems.add(node.at, at, "the files extend one another in a circle: {files}", files=files)
            return None
        if not _is_file(base):
            self._problems.add(node.at, at, "there is no file {name} (relative to this file)", name=show(name))
            return None
        return self.read(base, chain)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _same(first: Path, second: Path) -> bool:
    try:
        return first.resolve() == second.resolve()
    except (OSError, ValueError, RuntimeError):
        return False


def merge(base: Node, over: Node) -> Node:
    """Lay one tree over another: mappings are merged key by key, everything else is replaced."""
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    members = dict(base.value)
    for key, member in over.value.items():
        below = members.get(key)
        members[key] = Member(member.key_at, merge(below.node, member.node)) if below else member
    return Node(members, over.at)


# -- overrides ---------------------------------------------------------------------------------------------------------


def _override(root: Node, text: str, problems: Problems) -> Node:
    at = Position(COMMAND_LINE)
    key, equals, value = text.partition("=")
    segments = split_key(key)
    if not equals or not segments:
        problems.add(at, (), "{text} is not of the form key.path=value", text=show(text))
        return root
    if segments[0] == "extends":
        problems.add(at, ("extends",), "can only stand in a file")
        return root
    before = len(problems)
    node = read_text(value, COMMAND_LINE, problems, lines=False)
    if len(problems) > before:
        return root
    return put(root, segments, node or Node(None, at), problems)


def split_key(text: str) -> list[str]:
    """Split ``a.b."c.d"`` into its segments; a segment in quotes may hold dots. Empty where the form is wrong."""
    segments = []
    position = 0
    while position < len(text):
        match = _SEGMENT.match(text, position)
        if match is None:
            return []
        segments.append(next(group for group in match.groups() if group is not None).strip())
        position = match.end()
    return [] if not segments or "" in segments or text.rstrip().endswith(".") else segments


def put(root: Node, segments: Sequence[str], value: Node, problems: Problems) -> Node:
    """Return the tree with a value put at a path.

    A key that holds dots, such as a KPI's name, needs no quotes: the longest existing key counts, below ``expect``
    everything up to ``min``, ``max`` or ``brain`` is one name, and below ``margins`` everything. An entry of a list is
    addressed by its number from 0, or by its ``name``; the number after the last appends.
    """
    return _put(root, (), list(segments), value, problems)


def _put(node: Node, done: KeyPath, rest: list[str], value: Node, problems: Problems) -> Node:
    if not rest:
        return value
    if len(done) >= DEPTH_LIMIT:
        problems.add(value.at, done, "values are nested more than {limit} deep", limit=DEPTH_LIMIT)
        return node
    if isinstance(node.value, tuple):
        index = _list_position(node.value, rest[0])
        if index is None:
            problems.add(
                value.at, (*done, rest[0]), "the list has no such entry; its entries are numbered 0 to {last}",
                last=len(node.value) - 1,
            )  # fmt: skip
            return node
        items = [*node.value, Node(None, value.at)] if index == len(node.value) else list(node.value)
        items[index] = _put(items[index], (*done, index), rest[1:], value, problems)
        return Node(tuple(items), node.at)
    if not isinstance(node.value, Mapping) and node.value is not None:
        problems.add(
            value.at, (*done, rest[0]), "{above} is {value} and has no keys", above=done[-1], value=show(node.value)
        )
        return node
    members = dict(node.value) if isinstance(node.value, Mapping) else {}
    key, rest = _next_key(members, done, rest)
    below = members[key].node if key in members else Node(None, value.at)
    key_at = members[key].key_at if key in members and rest else value.at
    members[key] = Member(key_at, _put(below, (*done, key), rest, value, problems))
    return Node(members, node.at)


def _list_position(items: tuple[Node, ...], word: str) -> int | None:
    if word.isascii() and word.isdigit() and len(word) < 7:
        return int(word) if int(word) <= len(items) else None
    for index, item in enumerate(items):
        name = item.get("name") if isinstance(item.value, Mapping) else item
        if name is not None and name.value == word:
            return index
    return None


def _next_key(members: Mapping[str, Member], done: KeyPath, rest: list[str]) -> tuple[str, list[str]]:
    for length in range(len(rest), 1, -1):
        if (joined := ".".join(rest[:length])) in members:
            return joined, rest[length:]
    if done == ("expect",) and rest[0] not in members:
        end = len(rest) - 1 if len(rest) > 1 and rest[-1] in _BOUND_KEYS else len(rest)
        return ".".join(rest[:end]), rest[end:]
    if done == ("margins",) and rest[0] not in members:
        return ".".join(rest), []
    return rest[0], rest[1:]


def node_of(value: object, at: Position) -> Node:
    """Turn a Python value into a node, as if it stood in a file.

    Raises
    ------
    TypeError
        If YAML has no form for the value.
    """
    if isinstance(value, Mapping):
        return Node({str(key): Member(at, node_of(below, at)) for key, below in value.items()}, at)
    if isinstance(value, (list, tuple)):
        return Node(tuple(node_of(item, at) for item in value), at)
    if value is None or isinstance(value, (bool, int, float, str)):
        return Node(value, at)
    if isinstance(value, (datetime.datetime, os.PathLike)):
        return Node(str(value), at)
    raise TypeError(f"{type(value).__name__} has no form in a scenario file")
