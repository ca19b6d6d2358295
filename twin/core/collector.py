"""How often Python looks for objects that hold one another and nobody else holds."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NEW_OBJECTS: Final = 20_000
"""So many more objects than before, and it looks; Python's own number is 700."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Have the collector look seldom meanwhile.

    What a start imports and builds stays, but the collector would go through it some 500 times: a tenth of the start.
    A day makes few circles, and takes a twentieth less time; what is gone waits a little longer in memory.
    """
    before = gc.get_threshold()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
