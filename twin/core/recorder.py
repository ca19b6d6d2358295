"""Records what happens, row by row, in Parquet files with bounded memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twin.core.fingerprint import TableFingerprint

ROWS_IN_MEMORY: Final = 4096
ROWS_READ_AT_ONCE: Final = 200_000
"""A longer table is read a column at a time: read whole, it would be in memory twice."""
BYTES_UNPACKED: Final = 2**25
"""A larger table that is kept in memory is packed."""


def _packing(schema: pa.Schema) -> dict[str, Any]:
    """Return how columns are packed: numbers that hardly repeat take half the room and a third of the time so."""
    encoding = {
        field.name: "BYTE_STREAM_SPLIT" if pa.types.is_floating(field.type) else "DELTA_BINARY_PACKED"
        for field in schema
        if pa.types.is_floating(field.type) or field.type in (pa.int32(), pa.int64())
    }
    rest = [name for name in schema.names if name not in encoding]
    return {"compression": "zstd", "use_dictionary": rest or False, "column_encoding": encoding or None}


class EventTable:
    """One kind of event with a fixed schema; rows are written in groups so that memory stays bounded."""

    def __init__(self, schema: pa.Schema, path: Path | None, *, packed: bool = False) -> None:
        self.schema = schema
        self.fingerprint = TableFingerprint(schema)
        self._path: Path | pa.BufferOutputStream | None = path
        self._packed = packed
        self._kept_bytes = 0
        self._rows: list[tuple[Any, ...]] = []
        self._kept: list[pa.Table] = []
        self._writer = None if path is None else pq.ParquetWriter(path, schema, **_packing(schema))

    def add(self, *values: object) -> None:
        """Append one row, with a value for each column in the schema's order."""
        self._rows.append(values)
        if len(self._rows) >= ROWS_IN_MEMORY:
            self._flush()

    def add_columns(self, *columns: object) -> None:
        """Append many rows at once: an array or list for each column in the schema's order, all of one length."""
        self._flush()
        arrays = [pa.array(column, kind) for column, kind in zip(columns, self.schema.types, strict=True)]
        self._keep(pa.Table.from_arrays(arrays, schema=self.schema))

    def _keep(self, table: pa.Table) -> None:
        self.fingerprint.add(table)
        if self._writer:
            self._writer.write_table(table)
            return
        self._kept.append(table)
        self._kept_bytes += table.nbytes
        if self._packed and self._kept_bytes > BYTES_UNPACKED:
            self._pack()

    def _pack(self) -> None:
        """Go on with a file in memory."""
        self._path = pa.BufferOutputStream()
        self._writer = pq.ParquetWriter(self._path, self.schema, **_packing(self.schema))
        for table in self._kept:
            self._writer.write_table(table)
        self._kept.clear()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, self.schema.types, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=self.schema)
        self._rows.clear()
        self._keep(table)

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
        if self._path is None:
            kept: pd.DataFrame = pa.concat_tables([self.schema.empty_table(), *self._kept]).to_pandas()
            return kept
        with pq.ParquetFile(self._path if isinstance(self._path, Path) else self._path.getvalue()) as file:
            if file.metadata.num_rows <= ROWS_READ_AT_ONCE:
                whole: pd.DataFrame = file.read().to_pandas()
                return whole
            columns = ((name, file.read(columns=[name]).column(0).to_pandas()) for name in self.schema.names)
            return pd.DataFrame(dict(columns), copy=False)


class Recorder:
    """The event tables of one replication.

    Parameters
    ----------
    folder
        Where ``<table>.parquet`` files are written; None keeps rows in memory.
    packed
        Without a folder: keep large tables as such files in memory, which takes a fraction of it.
    """

    def __init__(self, folder: Path | None = None, *, packed: bool = False) -> None:
        self._folder = folder
        self._packed = packed
        self._tables: dict[str, EventTable] = {}

    def table(self, name: str, schema: Mapping[str, pa.DataType]) -> EventTable:
        """Return the table of this name, made with this schema the first time."""
        if name not in self._tables:
            path = self._folder / f"{name}.parquet" if self._folder else None
            self._tables[name] = EventTable(pa.schema(list(schema.items())), path, packed=self._packed)
        return self._tables[name]

    def close(self) -> None:
        """Write every table to its end."""
        for table in self._tables.values():
            table.close()

    def abandon(self) -> None:
        """Close the files of a run that has failed (an open one could not be removed everywhere)."""
        for table in self._tables.values():
            table.abandon()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table by name; after `close`."""
        return {name: table.frame() for name, table in self._tables.items()}

    def fingerprints(self) -> dict[str, dict[str, Any]]:
        """Return the number of rows and the fingerprint of every table by name; after `close`."""
        found = {name: table.fingerprint for name, table in sorted(self._tables.items())}
        return {name: {"rows": mark.rows, "fingerprint": mark.text} for name, mark in found.items()}

    def stored(self) -> Mapping[str, pd.DataFrame]:
        """Return every table by name, each read anew when it is asked for, so that not all are in memory."""
        return _Stored(self._tables)


class _Stored(Mapping[str, pd.DataFrame]):
    """Tables that are read when they are asked for."""

    def __init__(self, tables: Mapping[str, EventTable]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._tables[name].frame()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
