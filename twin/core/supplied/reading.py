"""Reads a supplied table as it stands, CSV or Parquet, before anything in it is understood."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.core.errors import TwinError

MOST_TOLD: Final = 5
"""Rows told of one problem in one column; of the others only their number is told."""
PARQUET: Final = (".parquet", ".pq")


class TableError(TwinError):
    """All that is wrong with supplied tables, one problem a line."""

    @classmethod
    def of(cls, problems: list[TwinError]) -> TableError:
        """Bundle problems."""
        return cls("{problems}", problems=_Lines(problems))

    @property
    def problems(self) -> list[TwinError]:
        """The problems one by one."""
        lines = self.values["problems"]
        assert isinstance(lines, _Lines)
        return lines.problems

    def text(self, language: Any) -> str:
        """Return the messages in the given language, one a line."""
        return "\n".join(problem.text(language) for problem in self.problems)


@dataclass(frozen=True)
class _Lines:
    """Problems that print as lines."""

    problems: list[TwinError]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class Problems:
    """Collects what is wrong with one table."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[TwinError] = []

    def add(self, problem: TwinError) -> None:
        """Add one problem."""
        self.found.append(problem)

    def where(self, table: Raw, row: int, column: str) -> str:
        """Return the place of a cell: file, line (row number in Parquet) and column."""
        return f"{self.path}:{table.place(row)}:{column}"

    def rows(self, table: Raw, wrong: NDArray[np.bool_], column: str) -> Iterator[tuple[int, str]]:
        """Give the first of the wrong rows with their places, and note after them how many more there are."""
        rows = np.flatnonzero(wrong)
        for row in rows[:MOST_TOLD]:
            yield int(row), self.where(table, int(row), column)
        if len(rows) > MOST_TOLD:
            self.add(
                TwinError(
                    "{path}:{column}: the same in {n:,} more rows, up to {last}; correct them likewise",
                    path=str(self.path),
                    column=column,
                    n=len(rows) - MOST_TOLD,
                    last=table.place(int(rows[-1])),
                )
            )

    def stop_if_any(self) -> None:
        """Raise TableError where anything was found."""
        if self.found:
            raise TableError.of(self.found)


@dataclass(frozen=True, eq=False)
class Raw:
    """A table as it stands: Arrow columns of n cells, and the line of each row in a CSV file (None in Parquet)."""

    columns: dict[str, Any]
    lines: NDArray[np.int64] | None
    count: int

    def place(self, row: int) -> str:
        """Return how people find a row."""
        return f"row {row + 1}" if self.lines is None else str(self.lines[row])


def read_raw(path: Path, problems: Problems) -> Raw | None:
    """Read a table; None where nothing in it can be read, with the reason among the problems."""
    if not path.is_file():
        problems.add(
            TwinError("{path}: there is no such file; correct the path, which is relative to the scenario file",
                      path=str(path))
        )  # fmt: skip
        return None
    if path.suffix.lower() in PARQUET:
        raw = _read_parquet(path, problems)
    elif path.suffix.lower() == ".csv":
        raw = _read_csv(path, problems)
    else:
        problems.add(
            TwinError("{path}: is of no kind that is read; its name must end in .csv or .parquet", path=str(path))
        )
        return None
    if raw is not None and not raw.count and not problems.found:
        problems.add(TwinError("{path}: has no rows; add one, or leave the table out of the scenario", path=str(path)))
        return None
    return raw


def _read_parquet(path: Path, problems: Problems) -> Raw | None:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        problems.add(
            TwinError("{path}: cannot be read as Parquet ({problem}); write it again", path=str(path),
                      problem=str(error).splitlines()[0])
        )  # fmt: skip
        return None
    return Raw(dict(zip(table.column_names, table.columns, strict=True)), None, table.num_rows)


def _read_csv(path: Path, problems: Problems) -> Raw | None:
    """Read every cell as text, keeping the line on which each row stands."""
    data = path.read_bytes()
    try:
        header = data.split(b"\n", 1)[0].decode("utf-8-sig").strip()
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(TwinError("{path}:{line}: is not UTF-8 text; save it as UTF-8", path=str(path), line=line))
        return None
    if b"\r" in data and b"\n" not in data:
        problems.add(TwinError("{path}: its lines end in carriage returns alone; save it with line feeds",
                               path=str(path)))  # fmt: skip
        return None
    names = [name.strip().strip('"').strip() for name in header.split(",")]
    if not _header_fits(path, header, names, problems):
        return None
    skipped: list[int] = []

    def look_at(row: Any) -> str:
        skipped.append(row.number)
        if row.text.strip():
            problems.add(
                TwinError(
                    "{path}:{line}: has {found} cells where there are {wanted} columns; put text that holds a comma "
                    "into quotes, and leave cells without a value empty",
                    path=str(path),
                    line=row.number,
                    found=row.actual_columns,
                    wanted=row.expected_columns,
                )
            )
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(data),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, skip_rows=1, block_size=1 << 24),
            pyarrow.csv.ParseOptions(invalid_row_handler=look_at, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        problems.add(TwinError("{path}: is not a CSV table: {problem}", path=str(path), problem=str(error)))
        return None
    return _without_blanks(names, table, skipped)


def _without_blanks(names: list[str], table: Any, skipped: list[int]) -> Raw:
    """Reckon the line of each row of a CSV file, and leave out rows without any value."""
    numbers = np.arange(2, 2 + table.num_rows + len(skipped), dtype=np.int64)
    lines = numbers[~np.isin(numbers, np.array(skipped, dtype=np.int64))]
    blank = np.ones(table.num_rows, dtype=np.bool_)
    for column in table.columns:
        blank &= pc.equal(column, "").to_numpy(zero_copy_only=False).astype(np.bool_)
        if not blank.any():
            break
    if blank.any():
        table, lines = table.filter(pa.array(~blank)), lines[~blank]
    return Raw(dict(zip(names, table.columns, strict=True)), lines, table.num_rows)


def _header_fits(path: Path, header: str, names: list[str], problems: Problems) -> bool:
    """Say whether the first line names columns, each once."""
    if not header:
        problems.add(TwinError("{path}:1: the first line is empty; it must name the columns", path=str(path)))
    elif len(names) == 1 and (";" in header or "\t" in header):
        problems.add(TwinError("{path}:1: cells must be parted by commas; save the table so", path=str(path)))
    else:
        for name, count in Counter(names).items():
            if count > 1:
                problems.add(
                    TwinError("{path}:1:{column}: the column stands there twice; leave one out", path=str(path),
                              column=name)
                )  # fmt: skip
        return not problems.found
    return False


def as_text(column: Any) -> Any:
    """Return an Arrow column as trimmed text in which empty cells are null; numbers and booleans become their text.

    Raises
    ------
    TypeError
        Where the column holds something that has no text of its own (fractions, times, lists).
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        column = column.cast(pa.string())
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise TypeError(str(kind))
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
