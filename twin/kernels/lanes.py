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


@intrinsic
def _relax(typing: Any, times: Any, at: Any, first_times: Any, first: Any, second_times: Any, second: Any) -> Any:
    """Lower ``times[at]`` to ``first_times[first] + second_times[second]`` in each lane where that is less.

    The arrays are contiguous, unsigned and of 32 bits, shape (any, `LANES`); rows are not looked at for bounds.
    """
    del typing

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        lanes = ir.VectorType(ir.IntType(32), LANES)

        def row(place: int) -> Any:
            array = context.make_array(signature.args[place])(context, builder, values[place])
            index = context.cast(builder, values[place + 1], signature.args[place + 1], types.uint64)
            pointer = builder.gep(array.data, [builder.mul(index, ir.Constant(ir.IntType(64), LANES))])
            return builder.bitcast(pointer, lanes.as_pointer())

        through = builder.add(builder.load(row(2), align=4), builder.load(row(4), align=4))
        target = row(0)
        known = builder.load(target, align=4)
        less = builder.icmp_unsigned("<", through, known)
        builder.store(builder.select(less, through, known), target, align=4)
        return context.get_dummy_value()

    return types.void(times, at, first_times, first, second_times, second), generate


relax = cast("Callable[..., None]", _relax)
