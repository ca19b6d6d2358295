"""Numbers in charts as outlines.

Why: a chart must look the same on every machine, so its axis numbers are paths, taken once from the font that comes
with Matplotlib and used again wherever they occur. Words are not drawn that way, since Chinese would need a font when
the report is made: titles, legends and place names are HTML beside or above the chart, set in the reader's own font. So
no font has to be installed, neither to make a report nor to read it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
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
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.ttLib import TTFont

    outlines = {}
    with TTFont(_font_path(), lazy=True) as font:
        scale = EM / font["head"].unitsPerEm
        names, shapes = font.getBestCmap(), font.getGlyphSet()
        for character in CHARACTERS:
            shape, pen = shapes[names[ord(character)]], SVGPathPen(shapes, ntos=lambda length: plain(length, 0))
            shape.draw(TransformPen(pen, (scale, 0, 0, -scale, 0, 0)))
            outlines[character] = (pen.getCommands(), shape.width * scale)
    return outlines


def _font_path() -> Path:
    """Return where Matplotlib keeps its font, if possible without importing it, which takes longer than all else."""
    place = Path("fonts", "ttf", "DejaVuSans.ttf")
    found = find_spec("matplotlib")
    path = Path(found.origin).parent / "mpl-data" / place if found and found.origin else place
    if path.is_file():
        return path
    import matplotlib as mpl  # a distribution may have put it elsewhere

    return Path(mpl.get_data_path()) / place


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
