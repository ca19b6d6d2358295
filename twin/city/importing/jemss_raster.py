"""Reads the rasters by which JEMSS says where calls come from: ``x y value`` texts, and plain GeoTIFF files."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import MapError

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _OFFSETS, _SAMPLES, _SIZES, _FORMAT = 256, 257, 258, 259, 273, 277, 279, 339
_CELL_SIZE, _TIE_POINT = 33550, 33922
_TYPES: Final = {3: "H", 4: "I", 12: "d"}
_KINDS: Final = {(1, 8): "u1", (1, 16): "u2", (1, 32): "u4", (2, 16): "i2", (2, 32): "i4", (3, 32): "f4", (3, 64): "f8"}


@dataclass(frozen=True, eq=False)
class Raster:
    """Cells with a value above 0: middles in the raster's units, shape (k,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    value: NDArray[np.float64]


def read_raster(path: Path) -> Raster | None:
    """Return a raster's cells, or None where the file is of a kind that is not read here (a packed GeoTIFF and others).

    Raises
    ------
    MapError
        Where a text raster holds anything but three numbers a line.
    """
    raster = _read_text(path) if path.suffix.lower() == ".xyz" else _read_tiff(path)
    if raster is None:
        return None
    lived = np.isfinite(raster.value) & (raster.value > 0)
    return Raster(raster.x[lived], raster.y[lived], raster.value[lived]) if lived.any() else None


def _read_text(path: Path) -> Raster:
    rows = []
    for line, text in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        words = text.replace(",", " ").split()
        if not words:
            continue
        try:
            x, y, value = map(float, words)
        except ValueError:
            raise MapError(
                "{path}:{line}: {text!r} is not x, y and a value; write three numbers a line",
                path=str(path),
                line=line,
                text=text,
            ) from None
        rows.append((x, y, value))
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Raster(table[:, 0], table[:, 1], table[:, 2])


def _read_tiff(path: Path) -> Raster | None:
    """Read an unpacked GeoTIFF of one band in strips, north up."""
    data = path.read_bytes()
    try:
        tags = _tags(data)
        if tags[_COMPRESSION] != (1,) or tags.get(_SAMPLES, (1,)) != (1,):
            return None
        kind = np.dtype(_order(data) + _KINDS[int(tags.get(_FORMAT, (1,))[0]), int(tags[_BITS][0])])
        strips = zip(tags[_OFFSETS], tags[_SIZES], strict=True)
        cells = b"".join(data[int(begin) : int(begin) + int(size)] for begin, size in strips)
        width, height = int(tags[_WIDTH][0]), int(tags[_HEIGHT][0])
        value = np.frombuffer(cells, kind, width * height).astype(np.float64).reshape(height, width)
        (dx, dy), (column, row, _, x0, y0) = tags[_CELL_SIZE][:2], tags[_TIE_POINT][:5]
    except (KeyError, IndexError, ValueError, struct.error):
        return None
    x, y = np.meshgrid(x0 + (np.arange(width) + 0.5 - column) * dx, y0 - (np.arange(height) + 0.5 - row) * dy)
    return Raster(x.ravel(), y.ravel(), value.ravel())


def _order(data: bytes) -> str:
    return {b"II": "<", b"MM": ">"}[data[:2]]


def _tags(data: bytes) -> dict[int, tuple[float, ...]]:
    """Return the numbers of a TIFF file's first directory by tag; raises KeyError or struct.error where it is none."""
    order = _order(data)
    magic, directory = struct.unpack_from(order + "HI", data, 2)
    if magic != 42:
        raise KeyError(magic)
    tags: dict[int, tuple[float, ...]] = {}
    for number in range(struct.unpack_from(order + "H", data, directory)[0]):
        at = directory + 2 + 12 * number
        tag, kind, count = struct.unpack_from(order + "HHI", data, at)
        if kind in _TYPES:
            layout = f"{order}{count}{_TYPES[kind]}"
            inside = struct.calcsize(layout) <= 4
            tags[tag] = struct.unpack_from(
                layout, data, at + 8 if inside else struct.unpack_from(order + "I", data, at + 8)[0]
            )
    return tags
