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


BITS_A_LANE: Final = 4
"""What `choose_among` has for each lane in its answer."""

_ROW = ir.VectorType(ir.IntType(32), LANES)
_variable = cast("Callable[..., Any]", cgutils.alloca_once_value)
"""Return where a value is kept that changes; the compiler keeps it in a register."""


def _row(context: Any, builder: Any, signature: Any, values: Any, place: int) -> Any:
    """Return a pointer to a row: of the array that is argument `place`, at the index that follows it."""
    array = context.make_array(signature.args[place])(context, builder, values[place])
    index = context.cast(builder, values[place + 1], signature.args[place + 1], types.uint64)
    pointer = builder.gep(array.data, [builder.mul(index, ir.Constant(ir.IntType(64), LANES))])
    return builder.bitcast(pointer, _ROW.as_pointer())


@intrinsic
def _relax(typing: Any, times: Any, at: Any, first_times: Any, first: Any, second_times: Any, second: Any) -> Any:
    """Lower ``times[at]`` to ``first_times[first] + second_times[second]`` in each lane where that is less.

    The arrays are contiguous, unsigned and of 32 bits, shape (any, `LANES`); rows are not looked at for bounds.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        def row(place: int) -> Any:
            return _row(context, builder, signature, values, place)

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
    one = ir.Constant(ir.IntType(64), 1)
    return cgutils.for_range_slice(builder, begin, end, one, ir.IntType(64))


def _number(context: Any, builder: Any, signature: Any, values: Any, place: int, index: Any) -> Any:
    """Return ``argument[index]``, a contiguous array of 32-bit numbers."""
    array = context.make_array(signature.args[place])(context, builder, values[place])
    return builder.load(builder.gep(array.data, [index]), align=4)


def _in_lanes(builder: Any, number: Any) -> Any:
    """Return a register that holds a 32-bit number in every lane."""
    nothing = ir.Constant(_ROW, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_ROW, [0] * LANES))


def _row_at(builder: Any, data: Any, index: Any) -> Any:
    """Return the row of an array of times, as a register."""
    wide = builder.zext(index, ir.IntType(64))
    pointer = builder.gep(data, [builder.mul(wide, ir.Constant(ir.IntType(64), LANES))])
    return builder.load(builder.bitcast(pointer, _ROW.as_pointer()), align=4)


@intrinsic
def _lower_through(typing: Any, times: Any, at: Any, heads: Any, extras: Any, begin: Any, end: Any) -> Any:
    """Lower ``times[at]`` to the least of ``times[heads[i]] + extras[i]``, for i from `begin` to before `end`.

    Done in each lane; `times` as in `relax`, `heads` and `extras` contiguous and of 32 bits. The row stays in a
    register meanwhile: written back at each i, the next would wait for it.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        target = _row(context, builder, signature, values, 0)
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        least = _variable(builder, builder.load(target, align=4))
        with _each(context, builder, signature, values, 4) as (index, _):
            head = _number(context, builder, signature, values, 2, index)
            extra = _number(context, builder, signature, values, 3, index)
            reached = builder.add(_row_at(builder, data, head), _in_lanes(builder, extra))
            known = builder.load(least)
            builder.store(builder.select(builder.icmp_unsigned("<", reached, known), reached, known), least)
        builder.store(builder.load(least), target, align=4)
        return context.get_dummy_value()

    return types.void(times, at, heads, extras, begin, end), generate


lower_through = cast("Callable[..., None]", _lower_through)


@intrinsic
def _choose_among(typing: Any, times: Any, heads: Any, extras: Any, begin: Any, end: Any, most: Any, none: Any) -> Any:
    """Return, in four bits for each lane, which i - `begin` has the least ``times[heads[i]] + extras[i]``.

    The first of equals; `none` where none is below `most`. Arrays as in `lower_through`; lane 0 has the lowest bits.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        most_ms, nothing = (
            _in_lanes(builder, context.cast(builder, values[place], signature.args[place], types.uint32))
            for place in (5, 6)
        )
        least, chosen = _variable(builder, most_ms), _variable(builder, nothing)
        first = context.cast(builder, values[3], signature.args[3], types.int64)
        with _each(context, builder, signature, values, 3) as (index, _):
            head = _number(context, builder, signature, values, 1, index)
            extra = _number(context, builder, signature, values, 2, index)
            reached = builder.add(_row_at(builder, data, head), _in_lanes(builder, extra))
            known = builder.load(least)
            less = builder.icmp_unsigned("<", reached, known)
            choice = _in_lanes(builder, builder.trunc(builder.sub(index, first), ir.IntType(32)))
            builder.store(builder.select(less, reached, known), least)
            builder.store(builder.select(less, choice, builder.load(chosen)), chosen)
        shifts = ir.Constant(_ROW, [BITS_A_LANE * lane for lane in range(LANES)])
        bits = builder.shl(builder.load(chosen), shifts)
        packed = ir.Constant(ir.IntType(32), 0)
        for lane in range(LANES):
            packed = builder.or_(packed, builder.extract_element(bits, ir.Constant(ir.IntType(32), lane)))
        return packed

    return types.uint32(times, heads, extras, begin, end, most, none), generate


choose_among = cast("Callable[..., int]", _choose_among)
