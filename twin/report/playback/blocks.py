"""Whole numbers as text inside a page: split into planes of bytes, packed by gzip, written in base64.

The page opens them by the browser's own ``DecompressionStream``; `twin/report/playback/data.js` is the other half.
"""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that the page reads together.

    Attributes
    ----------
    layout
        For each column its name, length, number of planes, and whether it holds differences and signs.
    text
        The packed bytes in base64.
    """

    layout: list[dict[str, Any]]
    text: str


@dataclass(frozen=True, slots=True)
class Running:
    """A column whose neighbours are near one another: their differences are packed."""

    values: ArrayLike


Columns: TypeAlias = dict[str, ArrayLike | Running | str]
"""Whole numbers or text by the name that the page knows them by."""


def pack(columns: Columns) -> Block:
    """Pack columns of whole numbers between -2^31 and 2^31, or of text.

    Raises
    ------
    ValueError
        If a number is not whole or does not fit.
    """
    layout, parts = [], []
    for name, given in columns.items():
        if isinstance(given, str):
            data = given.encode("utf-8")
            layout.append({"name": name, "length": len(data), "planes": 1, "text": True})
            parts.append(data)
            continue
        running = isinstance(given, Running)
        numbers = _whole(name, given.values if isinstance(given, Running) else given)
        if running:
            numbers = np.diff(numbers, prepend=0)
        signed = bool(len(numbers)) and int(numbers.min()) < 0
        if signed:
            numbers = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
        planes = _planes(numbers)
        parts += [plane.tobytes() for plane in planes]
        row = {"name": name, "length": len(numbers), "planes": len(planes)}
        layout.append({**row, **({"running": True} if running else {}), **({"signed": True} if signed else {})})
    packed = gzip.compress(b"".join(parts), compresslevel=6, mtime=0)
    return Block(layout, base64.b64encode(packed).decode("ascii"))


def _whole(name: str, values: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(values)
    if given.size and given.dtype.kind not in "iub":
        raise ValueError(f"{name}: only whole numbers can be packed, not {given.dtype}")
    numbers = given.astype(np.int64).ravel()
    if len(numbers) and max(-int(numbers.min()), int(numbers.max())) >= 2**31:
        raise ValueError(f"{name}: only numbers of 32 bits can be packed")
    return numbers


def _planes(numbers: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
    """Return the lowest bytes of all numbers, then the next, as many as the largest needs."""
    count = max(1, (int(numbers.max(initial=0)).bit_length() + 7) // 8)
    return [(numbers >> (8 * plane) & 255).astype(np.uint8) for plane in range(count)]
