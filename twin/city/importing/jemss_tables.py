"""Reads the tables of JEMSS, a simulator of ambulance services: several named tables may share one CSV file.

A table begins with a line ``name,(rows),(columns)`` whose numbers may be left out, then come the line of its columns
and its rows; it ends at a line whose first cell is empty, or at the end of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import MapError

FIRST_LINES: Final = 40
"""How far into a file its tables are looked for: JEMSS puts short tables (miscData) before long ones."""

Row = tuple[int, list[str]]


@dataclass(frozen=True, eq=False)
class JemssTable:
    """One named table.

    Attributes
    ----------
    columns
        The cells of each column, n texts without blanks around them.
    lines
        Line of each row in the file, n numbers.
    header_line
        Line of the columns' names.
    """

    path: Path
    name: str
    columns: dict[str, list[str]]
    lines: list[int]
    header_line: int

    def __len__(self) -> int:
        return len(self.lines)

    def texts(self, column: str) -> list[str]:
        """Return a column's cells; raises MapError where the table lacks the column."""
        if column not in self.columns:
            raise MapError(
                "{path}:{line}: the table {table} has no column {column}; add it, as JEMSS writes it",
                path=str(self.path),
                line=self.header_line,
                table=self.name,
                column=column,
            )
        return self.columns[column]

    def numbers(self, column: str, low: float = -np.inf) -> NDArray[np.float64]:
        """Return a column as numbers, shape (n,).

        Raises
        ------
        MapError
            Where a cell is no finite number, or is below ``low``.
        """
        cells = self.texts(column)
        try:
            values = np.array(cells, dtype=np.float64)
        except ValueError:
            values = np.array([_number(cell) for cell in cells])
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            raise MapError(
                "{path}:{line}: column {column}: {text!r} is not a number; write one, with a point for decimals",
                **self._cell(column, int(wrong[0])),
            )
        wrong = np.flatnonzero(values < low)
        if len(wrong):
            raise MapError(
                "{path}:{line}: column {column}: {text} is less than {low:g}; correct it (times are days, distances "
                "kilometres)",
                low=low,
                **self._cell(column, int(wrong[0])),
            )
        return values

    def whole(self, column: str) -> NDArray[np.int64]:
        """Return a column as whole numbers, shape (n,); JEMSS also writes them as 1.0."""
        values = self.numbers(column)
        wrong = np.flatnonzero(values != np.rint(values))
        if len(wrong):
            raise MapError(
                "{path}:{line}: column {column}: {text} is not a whole number; it must be one",
                **self._cell(column, int(wrong[0])),
            )
        return values.astype(np.int64)

    def positions(self, column: str, of: JemssTable, none: int | None = None) -> NDArray[np.int64]:
        """Return a column that holds indexes of another table's rows as positions from 0, shape (n,).

        Parameters
        ----------
        none
            An index that stands for no row; it becomes -1.
        """
        index = self.whole(column)
        unknown = (index < 1) | (index > len(of))
        if none is not None:
            unknown &= index != none
        wrong = np.flatnonzero(unknown)
        if len(wrong):
            raise MapError(
                "{path}:{line}: column {column}: {text} is no index in the table {other}, which has 1 to {last} "
                "({other_path}); correct it, or add the row there",
                other=of.name,
                last=len(of),
                other_path=str(of.path),
                **self._cell(column, int(wrong[0])),
            )
        return np.where(index == none, -1, index - 1) if none is not None else index - 1

    def check_index(self) -> None:
        """Raise MapError unless the column ``index`` counts the rows from 1, as JEMSS demands."""
        index = self.whole("index")
        wrong = np.flatnonzero(index != np.arange(1, len(index) + 1))
        if not len(wrong):
            return
        row = int(wrong[0])
        if index[row] in index[:row]:
            raise MapError(
                "{path}:{line}: the index {text} stands there twice; number the rows 1, 2, 3 ..",
                **self._cell("index", row),
            )
        raise MapError(
            "{path}:{line}: the index is {text} but this is row {row} of the table; number the rows 1, 2, 3 ..",
            row=row + 1,
            **self._cell("index", row),
        )

    def _cell(self, column: str, row: int) -> dict[str, object]:
        return {"path": str(self.path), "line": self.lines[row], "column": column, "text": self.columns[column][row]}


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _rows(path: Path) -> Iterator[Row]:
    """Give the lines of a file as cells; raises MapError where it is no CSV text in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            for cells in reader:
                yield reader.line_num, cells
    except UnicodeDecodeError:
        raise MapError("{path}: is not UTF-8 text; save it as UTF-8", path=str(path)) from None
    except csv.Error as error:
        raise MapError("{path}: is not a CSV table: {problem}", path=str(path), problem=str(error)) from None


def table_names(path: Path) -> set[str]:
    """Return the first cells of a file's first lines, the names of its tables among them."""
    names = set()
    for (_, cells), _ in zip(_rows(path), range(FIRST_LINES), strict=False):
        if cells and cells[0].strip():
            names.add(cells[0].strip())
    return names


def read_tables(path: Path) -> dict[str, JemssTable]:
    """Read all tables of a file, by name.

    Raises
    ------
    MapError
        Where a row has fewer cells than there are columns, or a table not as many rows or columns as it says.
    """
    tables: dict[str, JemssTable] = {}
    block: list[Row] = []
    for line, cells in _rows(path):
        if cells and cells[0].strip():
            block.append((line, cells))
        elif block:
            _add(path, block, tables)
            block = []
    if block:
        _add(path, block, tables)
    return tables


def _add(path: Path, block: list[Row], tables: dict[str, JemssTable]) -> None:
    (title_line, title), rows = block[0], block[2:]
    name = title[0].strip()
    where: dict[str, object] = {"path": str(path), "line": title_line, "table": name}
    if len(block) < 2:
        raise MapError("{path}:{line}: the table {table} has no line with its columns; add it below", **where)
    if name in tables:
        raise MapError("{path}:{line}: the table {table} stands there twice; keep one of them", **where)
    header_line, header = block[1][0], [cell.strip() for cell in block[1][1]]
    width = header.index("") if "" in header else len(header)  # columns behind a gap are remarks
    _check_counts(title, len(rows), width, where)
    for line, cells in rows:
        if len(cells) < width:
            raise MapError(
                "{path}:{line}: has {found} cells, but the table {table} has {wanted} columns; add the missing ones",
                path=str(path),
                line=line,
                table=name,
                found=len(cells),
                wanted=width,
            )
    names = {column: number for number, column in reversed(list(enumerate(header))) if column}
    columns = {
        column: [cells[number].strip() if number < len(cells) else "" for _, cells in rows]
        for column, number in names.items()
    }
    tables[name] = JemssTable(path, name, columns, [line for line, _ in rows], header_line)


def _check_counts(title: list[str], rows: int, columns: int, where: dict[str, object]) -> None:
    """Raise MapError where a table does not have as many rows and columns as its first line says."""
    said_rows, said_columns = _said(title, 1), _said(title, 2)
    if said_rows not in (None, rows):
        raise MapError(
            "{path}:{line}: the table {table} says that it has {said} rows, but it has {found}; correct the number, "
            "or leave it out (a row whose first cell is empty ends a table)",
            said=said_rows,
            found=rows,
            **where,
        )
    if said_columns not in (None, columns):
        raise MapError(
            "{path}:{line}: the table {table} says that it has {said} columns, but it has {found}; correct the number, "
            "or leave it out",
            said=said_columns,
            found=columns,
            **where,
        )


def _said(title: list[str], position: int) -> int | None:
    """Return the number of rows or columns that a table's first line states; remarks may stand in its place."""
    cell = title[position].strip() if position < len(title) else ""
    return int(cell) if cell.isascii() and cell.isdigit() else None
