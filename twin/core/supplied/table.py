"""Opens a supplied table and reads all of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.supplied.cells import read_column
from twin.core.supplied.checks import check_names, check_pair
from twin.core.supplied.columns import Column, Pairs
from twin.core.supplied.reading import Problems, Raw, TableError, read_raw


def open_table(path: Path, columns: Sequence[Column], pairs: Pairs) -> tuple[Raw, Problems]:
    """Read a table as it stands and look at its columns' names; problems found so far are in the second.

    Raises
    ------
    TableError
        Where it cannot be read at all.
    """
    problems = Problems(path)
    raw = read_raw(path, problems)
    if raw is None:
        raise TableError.of(problems.found)
    check_names(columns, pairs, raw, problems)
    return raw, problems


def read_columns(
    columns: Sequence[Column], pairs: Pairs, among: Mapping[str, Sequence[str]], raw: Raw, problems: Problems
) -> tuple[dict[str, pd.Series], dict[str, NDArray[np.bool_]]]:
    """Read and check every column, and that each row fills one of each pair.

    Parameters
    ----------
    among
        The words of each list that a column may name.

    Returns
    -------
    tuple of dicts
        Values by column, empty cells filled where the column says with what, and which cells were empty or wrong. A
        required column that the table lacks is in neither.
    """
    values: dict[str, pd.Series] = {}
    missing: dict[str, NDArray[np.bool_]] = {}
    for column in columns:
        if column.required and column.name not in raw.columns:
            continue
        words = among[column.among] if column.among else column.words
        values[column.name], missing[column.name] = read_column(raw, column, words, problems)
        if column.fill is not None:
            values[column.name] = values[column.name].fillna(column.fill)
    for pair in pairs:
        check_pair(raw, pair, missing, problems)
    return values, missing
