"""Arrays inside a page: gzip and base64 in a script tag that runs nothing, opened by the browser's own means.

The content is one JSON line that says what follows (name, kind and length of each array), and the arrays' bytes, least
significant first, each beginning at a multiple of eight.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Html, h

KINDS: Final = {"uint8": "Uint8Array", "int16": "Int16Array", "uint16": "Uint16Array", "uint32": "Uint32Array"}
"""Kinds of arrays that may be packed, and what a script knows them as."""
_LEVEL: Final = 7


def packed(name: str, arrays: Mapping[str, NDArray[Any]], told: Mapping[str, Any]) -> Html:
    """Return arrays, flat in rows, and plain data told about them as an element.

    Parameters
    ----------
    name
        The element's id.
    told
        Numbers and texts that JSON can hold.

    Raises
    ------
    KeyError
        For an array of a kind that is not one of `KINDS`.
    """
    head: dict[str, Any] = {"told": dict(told), "arrays": {}}
    blocks, offset = [], 0
    for key, array in arrays.items():
        raw = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        head["arrays"][key] = [KINDS[array.dtype.name], offset, int(array.size)]
        padding = -len(raw) % 8
        blocks.append(raw + b"\0" * padding)
        offset += len(raw) + padding
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    content = gzip.compress(line + b"".join(blocks), _LEVEL, mtime=0)
    return h("script", Html(base64.b64encode(content).decode()), type="text/plain", id=name)
