"""Reads the types of a view's fields: scalars, NumPy arrays, and dataclasses of them."""

from __future__ import annotations

import typing
from typing import Any

import numpy as np
from numpy.typing import NDArray


def hints_of(view: type) -> dict[str, Any]:
    """Return the types of a view's fields; its file need not import NumPy for them, so that checking stays fast."""
    return typing.get_type_hints(view, localns={"np": np, "NDArray": NDArray})


def dtype_of(hint: Any) -> np.dtype[Any] | None:
    """Return the dtype of an ``NDArray[...]`` annotation, None where it is another.

    NumPy 2.5 made ``NDArray`` a type alias of its own kind; before, it stood for ``ndarray[..., dtype[...]]``.
    """
    origin = typing.get_origin(hint)
    if origin is not np.ndarray and getattr(origin, "__name__", "") != "NDArray":
        return None
    candidates = [hint, *typing.get_args(hint)]
    for candidate in candidates:
        for inner in typing.get_args(candidate):
            if isinstance(inner, type) and issubclass(inner, np.generic):
                return np.dtype(inner)
    return None
