"""The legal answers to a question as numbered choices, and what is seen as numbers.

A table of the view (vehicles, hospitals, stations) gives its first rows, those that are sooner there first. Choice
``n`` is to name row ``n`` in the answer; answers that hold nothing have a choice each.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.columns import dtype_of, hints_of
from twin.core.decisions import Decision
from twin.core.errors import PolicyError

Numbers = NDArray[np.float32]
LARGEST: Final = 1e9
"""Figures beyond it, and infinite ones, are seen as this."""
_SOONER: Final = ("drive_time_s", "arrives_in_s", "walk_m", "straight_line_m")
_SCALARS: Final = (int, float, bool)


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table of a view: its field, its columns, and the one by which rows are ordered, if any."""

    field: str
    columns: tuple[str, ...]
    order: str | None


class Sight:
    """What is seen of a decision's views as numbers of a fixed shape.

    Texts, and what is not recorded of a view (for it is shared by all questions), are left out.

    Parameters
    ----------
    rows
        So many rows of each table are seen.
    """

    def __init__(self, decision: Decision, rows: int) -> None:
        self.rows = rows
        self.scalars, self.tables, self.arrays = _parts(decision.view)

    @property
    def names(self) -> list[str]:
        """What each number of `numbers` is."""
        found = list(self.scalars)
        found += [f"{array}[{row}]" for array in self.arrays for row in range(self.rows)]
        for table in self.tables:
            found.append(f"{table.field} (rows)")
            found += [f"{table.field}[{row}].{column}" for row in range(self.rows) for column in table.columns]
        return found

    def order(self, view: Any, table: Table) -> NDArray[np.intp]:
        """Return the rows of a table that are seen, in their order."""
        inside = getattr(view, table.field)
        if table.order is None:
            return np.arange(min(self.rows, len(getattr(inside, table.columns[0]))))
        return np.argsort(getattr(inside, table.order), kind="stable")[: self.rows]

    def table(self, view: Any, table: Table) -> Numbers:
        """Return the rows of a table that are seen, shape (rows, columns), zeros where there are fewer."""
        order = self.order(view, table)
        found = np.zeros((self.rows, len(table.columns)), dtype=np.float32)
        for place, column in enumerate(table.columns):
            found[: len(order), place] = getattr(getattr(view, table.field), column)[order]
        return _bounded(found)

    def numbers(self, view: Any) -> Numbers:
        """Return all that is seen of a view, in the order of `names`."""
        parts = [np.array([_number(getattr(view, name)) for name in self.scalars], dtype=np.float32)]
        for name in self.arrays:
            padded = np.zeros(self.rows, dtype=np.float32)
            values = getattr(view, name)[: self.rows]
            padded[: len(values)] = values
            parts.append(padded)
        for table in self.tables:
            count = len(getattr(getattr(view, table.field), table.columns[0]))
            parts += [np.array([count], dtype=np.float32), self.table(view, table).ravel()]
        return _bounded(np.concatenate(parts))


def _parts(view: type) -> tuple[list[str], list[Table], list[str]]:
    scalars: list[str] = []
    tables: list[Table] = []
    arrays: list[str] = []
    hints = hints_of(view)
    for field in dataclasses.fields(view):
        hint = hints[field.name]
        if not field.metadata.get("recorded", True):
            continue
        if dtype_of(hint) is not None:
            arrays.append(field.name)
        elif hint in _SCALARS or any(kind in _SCALARS for kind in typing.get_args(hint)):
            scalars.append(field.name)
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
            inner = hints_of(hint)
            columns = tuple(
                one.name
                for one in dataclasses.fields(hint)
                if dtype_of(inner[one.name]) is not None and one.metadata.get("recorded", True)
            )
            if columns and hasattr(hint, "__len__"):
                tables.append(Table(field.name, columns, next((name for name in _SOONER if name in columns), None)))
    return scalars, tables, arrays


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)


def _bounded(values: Numbers) -> Numbers:
    bounded: Numbers = np.clip(np.nan_to_num(values, nan=0.0, posinf=LARGEST, neginf=-LARGEST), -LARGEST, LARGEST)
    return bounded.astype(np.float32)


Slot = Callable[[Any], Any]
"""Makes the answer of a choice from the view: None where the view has no such row."""


class Choices:
    """The numbered choices of a decision.

    Parameters
    ----------
    own
        Returns the answers to choose from for a view, for decisions whose answers are none of the simple kinds.
    count
        How many ``own`` returns at most.

    Raises
    ------
    PolicyError
        Where an answer is of no simple kind and there is no ``own``.
    """

    def __init__(
        self,
        decision: Decision,
        sight: Sight,
        own: Callable[[Any], Sequence[Any]] | None = None,
        count: int | None = None,
    ) -> None:
        self.decision = decision
        self._sight = sight
        self._own = own
        self._own_count = count or 0
        if own is not None and not count:
            raise PolicyError("choices need choice_count: how many answers there are to choose from at most")
        self._slots = [] if own else [slot for kind in decision.answers for slot in self._slots_of(kind)]

    def __len__(self) -> int:
        return self._own_count if self._own else len(self._slots)

    def answers(self, view: Any) -> list[Any]:
        """Return the answer of each choice, None where it has none for this view."""
        if self._own:
            found = list(self._own(view))
            if len(found) > self._own_count:
                raise PolicyError(
                    "choices: there are {found} answers to choose from, more than choice_count ({count})",
                    found=len(found), count=self._own_count,
                )  # fmt: skip
            return found + [None] * (self._own_count - len(found))
        return [slot(view) for slot in self._slots]

    def legal(self, view: Any, answers: Sequence[Any]) -> NDArray[np.int8]:
        """Return 1 for each choice whose answer is legal, else 0; no answer stands there twice."""
        seen: list[Any] = []
        mask = np.zeros(len(answers), dtype=np.int8)
        for place, answer in enumerate(answers):
            if answer is not None and answer not in seen and self.decision.objection(view, answer) is None:
                mask[place] = 1
                seen.append(answer)
        return mask

    def _slots_of(self, kind: type) -> list[Slot]:
        fields = dataclasses.fields(kind)
        hints = hints_of(kind)
        if not fields:
            return [partial(_constant, kind())]
        if len(fields) == 1 and hints[fields[0].name] is bool:
            return [partial(_constant, kind(value)) for value in (False, True)]
        if len(fields) == 1 and hints[fields[0].name] is int:
            tables = [
                (table, column)
                for table in self._sight.tables
                for column in table.columns
                if column in ("id", fields[0].name)
            ]
            if not tables:
                return [partial(_constant, kind(value)) for value in range(self._sight.rows)]
            return [
                partial(self._of_row, kind, table, column, at)
                for table, column in tables
                for at in range(self._sight.rows)
            ]
        raise PolicyError(
            "{decision} is answered by {answer}, which is none of the simple kinds; give choices, a function that "
            "returns the answers to choose from, and choice_count",
            decision=self.decision.name, answer=kind.__name__,
        )  # fmt: skip

    def _of_row(self, kind: type, table: Table, column: str, at: int, view: Any) -> Any:
        order = self._sight.order(view, table)
        return kind(int(getattr(getattr(view, table.field), column)[order[at]])) if at < len(order) else None


def _constant(answer: Any, view: Any) -> Any:
    return answer
