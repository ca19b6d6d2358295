"""Reads SUMO's XML files element by element, plain or packed with gzip, and knows the line of each element."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from twin.core.errors import MapError

_CHUNK: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Element:
    """The beginning of an element.

    Attributes
    ----------
    depth
        0 for the outermost.
    parent
        Tag of the element around it, "" for the outermost.
    """

    path: Path
    line: int
    depth: int
    parent: str
    tag: str
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return an attribute; raises MapError where it is missing or empty."""
        value = self.values.get(name, "").strip()
        if not value:
            raise MapError(
                "{path}:{line}: <{tag}> has no {attribute}; add it",
                path=str(self.path),
                line=self.line,
                tag=self.tag,
                attribute=name,
            )
        return value

    def number(self, name: str, low: float = float("-inf")) -> float:
        """Return a finite number above or at ``low``; raises MapError where the attribute holds none."""
        text = self.text(name)
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value < float("inf"):
            raise MapError(
                "{path}:{line}: {attribute} of <{tag}> is {text!r}; write a number"
                if low == float("-inf")
                else "{path}:{line}: {attribute} of <{tag}> is {text!r}; write a number of at least {low:g}",
                path=str(self.path),
                line=self.line,
                attribute=name,
                tag=self.tag,
                text=text,
                low=low,
            )
        return value


class _Collector:
    """Receives what the parser finds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[Element] = []
        self.parents: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, tag: str, values: dict[str, str]) -> None:
        parent = self.parents[-1] if self.parents else ""
        line = self.parser.CurrentLineNumber
        self.found.append(Element(self.path, line, len(self.parents), parent, tag, values))
        self.parents.append(tag)

    def end(self, _: str) -> None:
        self.parents.pop()


def elements(path: Path, roots: tuple[str, ...]) -> Iterator[Element]:
    """Give every element in the order of their beginnings, the outermost first.

    Parameters
    ----------
    roots
        Tags that the outermost element may have.

    Raises
    ------
    MapError
        Where the file is missing, cut short, no XML, or of another kind.
    """
    if not path.is_file():
        raise MapError("{path}: there is no such file; correct the path", path=str(path))
    collector = _Collector(path)
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        with gzip.open(raw) if packed else nullcontext(raw) as stream:
            last = False
            while not last:
                last = _feed(collector, stream)
                for element in collector.found:
                    if element.depth == 0:
                        _check_root(element, roots)
                    yield element
                collector.found.clear()


def _check_root(element: Element, roots: tuple[str, ...]) -> None:
    if element.tag not in roots:
        raise MapError(
            "{path}:{line}: begins with <{tag}>, not with <{wanted}>; give SUMO's own file",
            path=str(element.path),
            line=element.line,
            tag=element.tag,
            wanted=">, <".join(roots),
        )


def _feed(collector: _Collector, stream: IO[bytes] | gzip.GzipFile) -> bool:
    """Parse the next part of a file and say whether it was the last."""
    try:
        chunk = stream.read(_CHUNK)
        collector.parser.Parse(chunk, not chunk)
    except expat.ExpatError as error:
        raise MapError(
            "{path}:{line}: is not XML ({problem}); correct the line, or write the file again",
            path=str(collector.path),
            line=error.lineno,
            problem=expat.ErrorString(error.code),
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise MapError(
            "{path}: cannot be unpacked ({problem}); fetch or write it again",
            path=str(collector.path),
            problem=str(error),
        ) from None
    return not chunk
