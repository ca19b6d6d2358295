"""What a cell store holds, and which of it anybody could still ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from twin.core.errors import ResultsError, TwinError
from twin.experiment.cell_store import DESCRIPTION, CellStore


@dataclass(frozen=True, slots=True)
class KeptCell:
    """A cell's folder, how many days it holds, its size, and whether a study of today would take them."""

    folder: Path
    days: int
    size_bytes: int
    of_use: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """All cells of a store."""

    cells: tuple[KeptCell, ...]

    def summary(self) -> dict[str, int]:
        """Return numbers and sizes, of all and of those that are of no use."""
        found = {}
        for prefix, chosen in (("", self.cells), ("old_", [cell for cell in self.cells if not cell.of_use])):
            found[f"{prefix}cells"] = len(chosen)
            found[f"{prefix}days"] = sum(cell.days for cell in chosen)
            found[f"{prefix}bytes"] = sum(cell.size_bytes for cell in chosen)
        return found


def look_through(root: Path) -> Shelf:
    """Look through a store; an empty shelf where there is none."""
    store = CellStore(root)
    folders = sorted(path.parent for path in root.glob(f"*/{DESCRIPTION}"))
    return Shelf(tuple(_kept(store, folder) for folder in folders))


def _kept(store: CellStore, folder: Path) -> KeptCell:
    names = {entry.name for entry in os.scandir(folder)}
    days = sum(name.endswith(".json") and name.removesuffix(".json").isdecimal() for name in names)
    return KeptCell(folder, days, sum(_sizes(folder)), _is_of_use(store, folder.name))


def _sizes(folder: Path) -> Iterator[int]:
    for path, _, files in os.walk(folder):
        for file in files:
            with suppress(FileNotFoundError):  # a study that runs renames what it has written
                yield Path(path, file).stat().st_size


def _is_of_use(store: CellStore, cell_id: str) -> bool:
    """Say whether the cell that is described here has the same id today: what determines its results is unchanged."""
    try:
        store.read_cell(cell_id)
    except (TwinError, OSError):  # another code's, or its map, policies or tables are gone
        return False
    return True


def keep_of_use(shelf: Shelf) -> int:
    """Remove the cells that are of no use; return how many bytes that were.

    Raises
    ------
    ResultsError
        Where the system refuses.
    """
    freed = 0
    for cell in shelf.cells:
        if not cell.of_use:
            try:
                shutil.rmtree(cell.folder)
            except OSError as error:
                raise ResultsError(
                    "{path}: cannot be removed: {problem}", path=str(cell.folder), problem=error.strerror or str(error)
                ) from None
            freed += cell.size_bytes
    return freed
