"""Arithmetic on several travel times at once: one instruction instead of one a metric.

An array of times with `LANES` columns keeps, side by side, the same arc's time under that many metrics (the hours of a
day, say). The compiler does not find by itself that rows never overlap by halves, so the instruction is spelt out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES: Final = 8
"""Columns of an array of times: eight numbers of 32 bits are one register of today's processors."""


DESTINATIONS: Final = 16
"""Columns of an array of keys: one register of the widest of today's processors, two of the others."""
WORDS: Final = 2
"""Words that `settle` writes at once: each arc is read once for all of them."""
KEYS: Final = WORDS * DESTINATIONS
"""Columns of an array of keys."""
SLOT_BITS: Final = 4
"""The lowest bits of a key, and what each column has in the answer of `settle`."""

_NUMBER = ir.IntType(32)
_WIDE = ir.IntType(64)
_variable = cast("Callable[..., Any]", cgutils.alloca_once_value)
"""Return where a value is kept that changes; the compiler keeps it in a register."""


def _register(columns: int) -> Any:
    return ir.VectorType(_NUMBER, columns)


def _row_at(builder: Any, data: Any, index: Any, columns: int) -> Any:
    """Return a pointer to the row of an array with so many columns."""
    pointer = builder.gep(data, [builder.mul(index, ir.Constant(_WIDE, columns))])
    return builder.bitcast(pointer, _register(columns).as_pointer())


def _row(context: Any, builder: Any, signature: Any, values: Any, place: int, columns: int) -> Any:
    """Return a pointer to a row: of the array that is argument `place`, at the index that follows it."""
    array = context.make_array(signature.args[place])(context, builder, values[place])
    index = context.cast(builder, values[place + 1], signature.args[place + 1], types.uint64)
    return _row_at(builder, array.data, index, columns)


@intrinsic
def _relax(typing: Any, times: Any, at: Any, first_times: Any, first: Any, second_times: Any, second: Any) -> Any:
    """Lower ``times[at]`` to ``first_times[first] + second_times[second]`` in each lane where that is less.

    The arrays are contiguous, unsigned and of 32 bits, shape (any, `LANES`); rows are not looked at for bounds.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def row(place: int) -> Any:
            return _row(context, builder, signature, values, place, LANES)

        through = builder.add(builder.load(row(2), align=4), builder.load(row(4), align=4))
        target = row(0)
        known = builder.load(target, align=4)
        less = builder.icmp_unsigned("<", through, known)
        builder.store(builder.select(less, through, known), target, align=4)
        return context.get_dummy_value()

    return types.void(times, at, first_times, first, second_times, second), generate


relax = cast("Callable[..., None]", _relax)


def _each(context: Any, builder: Any, signature: Any, values: Any, first: int) -> Any:
    """Loop from argument `first` to the one before argument `first` + 1, both whole numbers."""
    begin, end = (
        context.cast(builder, values[place], signature.args[place], types.int64) for place in (first, first + 1)
    )
    return cgutils.for_range_slice(builder, begin, end, ir.Constant(_WIDE, 1), _WIDE)


def _number(context: Any, builder: Any, signature: Any, values: Any, place: int, index: Any) -> Any:
    """Return ``argument[index]``, a contiguous array of 32-bit numbers."""
    array = context.make_array(signature.args[place])(context, builder, values[place])
    return builder.load(builder.gep(array.data, [index]), align=4)


def _in_lanes(builder: Any, number: Any, columns: int) -> Any:
    """Return a register that holds a 32-bit number in every lane."""
    nothing = ir.Constant(_register(columns), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(_NUMBER, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_register(columns), [0] * columns))


def _packed(builder: Any, slots: Any) -> Any:
    """Return the numbers below 16 in a register of `KEYS` lanes as one wide number, lane 0 in the lowest bits."""
    half = KEYS // 2
    two_each = ir.VectorType(ir.IntType(16), half)
    pairs = builder.bitcast(builder.trunc(slots, ir.VectorType(ir.IntType(8), KEYS)), two_each)
    by_four = builder.lshr(pairs, ir.Constant(two_each, [SLOT_BITS] * half))
    return builder.bitcast(
        builder.trunc(builder.or_(pairs, by_four), ir.VectorType(ir.IntType(8), half)), ir.VectorType(_WIDE, WORDS)
    )


@intrinsic
def _settle(typing: Any, keys: Any, at: Any, heads: Any, steps: Any, begin: Any, end: Any) -> Any:
    """Lower ``keys[at]`` to the least of ``keys[heads[i]] + steps[i]``, for i from `begin` to before `end`.

    Done in each lane. Then take the slots, which are the lowest bits, out of the row and return them as `WORDS` words,
    lane 0 in the lowest bits of the first. The row stays in registers meanwhile: written back at each i, the next would
    wait for it.

    All are of 32 bits, unsigned and contiguous; `keys` has the shape (any, `KEYS`), and rows are not looked at for
    bounds.
    """
    del typing
    answer: Any = cast("Any", types).UniTuple(types.uint64, WORDS)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        target = _row(context, builder, signature, values, 0, KEYS)
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        least = _variable(builder, builder.load(target, align=4))
        with _each(context, builder, signature, values, 4) as (index, _):
            head = builder.zext(_number(context, builder, signature, values, 2, index), _WIDE)
            step = _number(context, builder, signature, values, 3, index)
            beyond = builder.load(_row_at(builder, data, head, KEYS), align=4)
            reached = builder.add(beyond, _in_lanes(builder, step, KEYS))
            known = builder.load(least)
            builder.store(builder.select(builder.icmp_unsigned("<", reached, known), reached, known), least)
        settled = builder.load(least)
        slots = builder.and_(settled, ir.Constant(_register(KEYS), [(1 << SLOT_BITS) - 1] * KEYS))
        builder.store(builder.sub(settled, slots), target, align=4)
        packed = _packed(builder, slots)
        words = [builder.extract_element(packed, ir.Constant(_NUMBER, word)) for word in range(WORDS)]
        return context.make_tuple(builder, answer, words)

    return answer(keys, at, heads, steps, begin, end), generate


settle = cast("Callable[..., tuple[int, int]]", _settle)


@intrinsic
def _spread(typing: Any, keys: Any, at: Any, heads: Any, steps: Any, begin: Any, end: Any) -> Any:
    """Lower ``keys[heads[i]]`` to ``steps[i]`` and the times in ``keys[at]``, for i from `begin` to before `end`.

    Done in each lane; a time is a key without its slot. All are as for `_settle`, and no head is `at`.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        row = builder.load(_row(context, builder, signature, values, 0, KEYS), align=4)
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        mask = (1 << 32) - (1 << SLOT_BITS)
        times = builder.and_(row, ir.Constant(_register(KEYS), [mask] * KEYS))
        with _each(context, builder, signature, values, 4) as (index, _):
            head = builder.zext(_number(context, builder, signature, values, 2, index), _WIDE)
            step = _number(context, builder, signature, values, 3, index)
            target = _row_at(builder, data, head, KEYS)
            known = builder.load(target, align=4)
            reached = builder.add(times, _in_lanes(builder, step, KEYS))
            builder.store(builder.select(builder.icmp_unsigned("<", reached, known), reached, known), target, align=4)
        return context.get_dummy_value()

    return types.void(keys, at, heads, steps, begin, end), generate


spread = cast("Callable[..., None]", _spread)
