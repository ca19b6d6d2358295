"""Arithmetic on several travel times at once: one instruction instead of one a metric.

An array of times with `LANES` columns keeps, side by side, the same arc's time under that many metrics (the hours of a
day, say). The compiler does not find by itself that rows never overlap by halves, so the instruction is spelt out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

LANES: Final = 8
"""Columns of an array of times: eight numbers of 32 bits are one register of today's processors."""


_ROW = ir.VectorType(ir.IntType(32), LANES)


def _row(context: Any, builder: Any, signature: Any, values: Any, place: int) -> Any:
    """Return a pointer to a row: of the array that is argument `place`, at the index that follows it."""
    array = context.make_array(signature.args[place])(context, builder, values[place])
    index = context.cast(builder, values[place + 1], signature.args[place + 1], types.uint64)
    pointer = builder.gep(array.data, [builder.mul(index, ir.Constant(ir.IntType(64), LANES))])
    return builder.bitcast(pointer, _ROW.as_pointer())


def _in_each_lane(context: Any, builder: Any, signature: Any, values: Any, place: int) -> Any:
    """Return a register that holds argument `place`, a number, in every lane."""
    number = context.cast(builder, values[place], signature.args[place], types.uint32)
    first = builder.insert_element(ir.Constant(_ROW, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(_ROW, [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(_ROW, ir.Undefined), zeros)


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


@intrinsic
def _relax_by(typing: Any, times: Any, at: Any, through: Any, extra: Any) -> Any:
    """Lower ``times[at]`` to ``times[through] + extra``, a number, in each lane where that is less; see `relax`."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        target = _row(context, builder, signature, values, 0)
        source = _row(context, builder, signature, [values[0], values[2]], 0)
        extra_ms = _in_each_lane(context, builder, signature, values, 3)
        reached = builder.add(builder.load(source, align=4), extra_ms)
        known = builder.load(target, align=4)
        less = builder.icmp_unsigned("<", reached, known)
        builder.store(builder.select(less, reached, known), target, align=4)
        return context.get_dummy_value()

    return types.void(times, at, through, extra), generate


@intrinsic
def _choose(typing: Any, times: Any, through: Any, extra: Any, best: Any, chosen: Any, choice: Any) -> Any:
    """Where ``times[through] + extra`` is less than ``best[0]``, write it there, and `choice` to ``chosen[0]``.

    Arrays as in `relax`; `extra` and `choice` are numbers.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = _row(context, builder, signature, values, 0)

        def only_row(place: int) -> Any:
            array = context.make_array(signature.args[place])(context, builder, values[place])
            return builder.bitcast(array.data, _ROW.as_pointer())

        reached = builder.add(builder.load(source, align=4), _in_each_lane(context, builder, signature, values, 2))
        known, known_choice = builder.load(only_row(3), align=4), builder.load(only_row(4), align=4)
        less = builder.icmp_unsigned("<", reached, known)
        this_choice = _in_each_lane(context, builder, signature, values, 5)
        builder.store(builder.select(less, reached, known), only_row(3), align=4)
        builder.store(builder.select(less, this_choice, known_choice), only_row(4), align=4)
        return context.get_dummy_value()

    return types.void(times, through, extra, best, chosen, choice), generate


relax_by = cast("Callable[..., None]", _relax_by)
choose = cast("Callable[..., None]", _choose)
