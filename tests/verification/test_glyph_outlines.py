"""The numbers in charts against the same font as FreeType draws it."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.ft2font import FT2Font

from twin.charts.glyphs import CHARACTERS, EM, definitions, width_of

HINTED = 1.5
"""FreeType moves lines to whole thousandths of the size."""
CLOSES = 79
"""Matplotlib's code of a line back to where an outline began, whose point says nothing."""


@pytest.fixture(scope="module")
def font() -> FT2Font:
    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    font.set_size(EM, 72)
    return font


def extent(path: str) -> tuple[float, float, float, float]:
    """Return the left, upper, right and lower end of the points of a path in capital letters (M, L, H, V, Q, Z)."""
    across, down = [], []
    for letter, numbers in re.findall(r"([MLHVQZ])([^MLHVQZ]*)", path):
        values = [float(value) for value in re.findall(r"-?\d+", numbers)]
        across += values if letter == "H" else [] if letter == "V" else values[::2]
        down += values if letter == "V" else [] if letter == "H" else values[1::2]
    return min(across), min(down), max(across), max(down)


@pytest.mark.parametrize("character", CHARACTERS)
def test_outlines_have_the_size_and_the_advance_that_freetype_finds(font: FT2Font, character: str) -> None:
    found = re.search(rf'<path id="g{ord(character):x}" d="([^"]+)"', str(definitions()))
    assert found is not None
    glyph = font.load_char(ord(character))
    vertices, codes = font.get_path()
    points = vertices[codes != CLOSES]
    across, down = points[:, 0], -points[:, 1]
    assert width_of(character, EM) == pytest.approx(glyph.linearHoriAdvance / 65536, abs=0.01)
    drawn = (across.min(), down.min(), across.max(), down.max())
    assert np.abs(np.subtract(extent(found[1]), drawn)).max() < HINTED
