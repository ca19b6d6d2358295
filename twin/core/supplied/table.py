"""Reads all columns of a supplied table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.supplied.cells import read_column
from twin.core.supplied.checks import check_pair
from twin.core.supplied.columns import Column, Pairs
from twin.core.supplied.reading import Problems, Raw


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
