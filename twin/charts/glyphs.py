"""Numbers in charts as outlines.

Why: a chart must look the same on every machine, so its axis numbers are paths, taken once from the font that comes
with Matplotlib and used again wherever they occur. Words are not drawn that way, since Chinese would need a font when
the report is made: titles, legends and place names are HTML beside or above the chart, set in the reader's own font. So
no font has to be installed, neither to make a report nor to read it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

from twin.charts.html import Html, h, plain

CHARACTERS: Final = "0123456789.,:%+−–<>≈=✓✗↑↓"
EM: Final = 1000
SIZE: Final = 10.5
Anchor = Literal["start", "middle", "end"]


@cache
def _outlines() -> dict[str, tuple[str, float]]:
    """Return path and advance of each character, in thousandths of its size."""
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    font.set_size(EM, 72)
    outlines = {}
    for character in CHARACTERS:
        glyph = font.load_char(ord(character))
        vertices, codes = font.get_path()
        points = [(plain(x, 0), plain(-y, 0)) for x, y in vertices]
        outlines[character] = (_path(points, [int(code) for code in codes]), glyph.linearHoriAdvance / 65536)
    return outlines


def _path(points: list[tuple[str, str]], codes: list[int]) -> str:
    """Write Matplotlib's path codes (1 move, 2 line, 3 quadratic, 4 cubic, 79 close) as SVG."""
    letters = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 1)}
    parts, position = [], 0
    while position < len(codes):
        letter, count = letters[codes[position]]
        inside = [] if letter == "Z" else points[position : position + count]
        parts.append(letter + " ".join(f"{x} {y}" for x, y in inside))
        position += count
    return "".join(parts)


def definitions() -> Html:
    """Return the hidden element that holds every outline; a page needs it once."""
    paths = [h("path", id=_id(character), d=path) for character, (path, _) in _outlines().items()]
    return h("svg", h("defs", paths), width="0", height="0", aria_hidden="true", class_="hidden", focusable="false")


def _id(character: str) -> str:
    return f"g{ord(character):x}"


def width_of(text: str, size: float = SIZE) -> float:
    """Return how wide a text is, in the units of ``size``."""
    return sum(_outlines()[character][1] for character in text) * size / EM


def glyphs(text: str, x: float, y: float, *, anchor: Anchor = "start", size: float = SIZE, class_: str = "t") -> Html:
    """Return a text as outlines, its baseline at (x, y).

    Raises
    ------
    KeyError
        For a character that is not one of `CHARACTERS`.
    """
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width_of(text, size)
    place, uses = 0.0, []
    for character in text:
        uses.append(h("use", href=f"#{_id(character)}", x=plain(place, 0) if place else None))
        place += _outlines()[character][1]
    scale = plain(size / EM, 5)
    return h("g", uses, class_=class_, transform=f"translate({plain(x - shift)} {plain(y)}) scale({scale})")


def icon(character: str, class_: str = "icon") -> Html:
    """Return one character as a picture in running text, as high as the text."""
    _, advance = _outlines()[character]
    left = (EM - advance) / 2
    use = h("use", href=f"#{_id(character)}", x=plain(left, 0))
    return h("svg", use, class_=class_, viewBox=f"0 -{EM * 4 // 5} {EM} {EM}", aria_hidden="true", focusable="false")
