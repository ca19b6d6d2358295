"""Asking for memory before it is needed.

What a junction's vehicles need lies scattered over arrays that no cache holds. Whoever knows which junctions come next
can have their rows fetched while he works at this one; a hint, which changes no result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_BYTE = ir.IntType(8)
_WHOLE = ir.IntType(32)
_CACHE_LINE_BYTES = 64


def _fetch(context: Any, builder: Any, array_type: Any, data: Any, index: Any) -> None:
    """Write the instructions that have the cache lines of an element fetched."""
    size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    offset = builder.mul(index, ir.Constant(ir.IntType(64), size))
    begin = builder.gep(builder.bitcast(data, _BYTE.as_pointer()), [offset])
    kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _WHOLE, _WHOLE, _WHOLE])
    name = "llvm.prefetch.p0"
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    for_writing, keep, data_cache = (ir.Constant(_WHOLE, number) for number in (1, 3, 1))
    for byte in range(0, size, _CACHE_LINE_BYTES):
        line = builder.gep(begin, [ir.Constant(ir.IntType(64), byte)])
        builder.call(function, [line, for_writing, keep, data_cache])


@intrinsic
def _prefetch(typing: Any, values: Any, row: Any) -> Any:
    """Have ``values[row]`` fetched: a contiguous array of one dimension, a row within its bounds."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        index = context.cast(builder, arguments[1], signature.args[1], types.int64)
        _fetch(context, builder, signature.args[0], array.data, index)
        return context.get_dummy_value()

    return types.void(values, row), generate


@intrinsic
def _prefetch_cell(typing: Any, values: Any, row: Any, column: Any) -> Any:
    """Have ``values[row, column]`` fetched: a contiguous array of two dimensions, a place within its bounds."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = [context.cast(builder, arguments[axis], signature.args[axis], types.int64) for axis in (1, 2)]
        columns = builder.extract_value(array.shape, 1)
        index = builder.add(builder.mul(place[0], columns), place[1])
        _fetch(context, builder, signature.args[0], array.data, index)
        return context.get_dummy_value()

    return types.void(values, row, column), generate


prefetch = cast("Callable[..., None]", _prefetch)
prefetch_cell = cast("Callable[..., None]", _prefetch_cell)
