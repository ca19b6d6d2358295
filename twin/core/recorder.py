"""Records what happens, row by row, in Parquet files with bounded memory."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_IN_MEMORY: Final = 4096


class EventTable:
    """One kind of event with a fixed schema; rows are written in groups so that memory stays bounded."""

    def __init__(self, schema: pa.Schema, path: Path | None) -> None:
        self.schema = schema
        self._path = path
        self._rows: list[tuple[Any, ...]] = []
        self._kept: list[pa.Table] = []
        self._writer = pq.ParquetWriter(path, schema, compression="zstd") if path else None

    def add(self, *values: object) -> None:
        """Append one row, with a value for each column in the schema's order."""
        self._rows.append(values)
        if len(self._rows) >= ROWS_IN_MEMORY:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, self.schema.types, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=self.schema)
        self._rows.clear()
        if self._writer:
            self._writer.write_table(table)
        else:
            self._kept.append(table)

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        if self._writer:
            self._writer.close()

    def abandon(self) -> None:
        """Close the file, whatever is in it, without a word about what goes wrong; nothing where it is closed."""
        self._rows.clear()
        if self._writer:
            with contextlib.suppress(OSError, pa.ArrowException):
                self._writer.close()

    def frame(self) -> pd.DataFrame:
        """Return every row; after `close` where the table has a file."""
        in_memory = [self.schema.empty_table(), *self._kept]
        table = pq.read_table(self._path) if self._path else pa.concat_tables(in_memory)
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        return frame


class Recorder:
    """The event tables of one replication.

    Parameters
    ----------
    folder
        Where ``<table>.parquet`` files are written; None keeps rows in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._tables: dict[str, EventTable] = {}

    def table(self, name: str, schema: Mapping[str, pa.DataType]) -> EventTable:
        """Return the table of this name, made with this schema the first time."""
        if name not in self._tables:
            path = self._folder / f"{name}.parquet" if self._folder else None
            self._tables[name] = EventTable(pa.schema(list(schema.items())), path)
        return self._tables[name]

    def close(self) -> None:
        """Write every table to its end."""
        for table in self._tables.values():
            table.close()

    def abandon(self) -> None:
        """Close the files of a run that has failed (an open one could not be removed everywhere)."""
        for table in self._tables.values():
            table.abandon()

    def frames(self, *, decisions: bool = True) -> dict[str, pd.DataFrame]:
        """Return every table by name, or all but those of decisions; after `close`."""
        return {name: table.frame() for name, table in self._tables.items() if decisions or ".decisions." not in name}
