"""Maps through the day: lines, points or squares on a canvas whose colour and size change with the hour.

There is a layer for each brain.

Without a script there is no picture; whoever uses this puts a table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.charts.html import Child, Html, figure, h
from twin.charts.maps import UNITS, Frame, bar_units, map_names
from twin.charts.marks import swatches
from twin.charts.packed import packed

if TYPE_CHECKING:
    from twin.core.language import Language

NOTHING: Final = 255
"""In place of a value that is not there, among values of eight bits; among those of sixteen it is `NOTHING_WIDE`."""
NOTHING_WIDE: Final = 65_535
_PLACES_IN_UNIT: Final = 10


@dataclass(frozen=True, slots=True)
class Classes:
    """How values are told apart.

    Attributes
    ----------
    bounds
        Rising; n bounds part n + 1 classes.
    names
        A class of the style sheet for each: its colour and, as ``--size``, how thick or large it is drawn.
    titles
        What each is called in the key.
    """

    bounds: Sequence[float]
    names: Sequence[str]
    titles: Sequence[Child]

    def plain(self) -> dict[str, Any]:
        """Return what a script needs."""
        return {"bounds": list(self.bounds), "names": list(self.names)}


@dataclass(frozen=True, slots=True)
class Squares:
    """Things that are squares, but for some at the end of the list that are marks above them.

    Attributes
    ----------
    side
        Of a square that a class draws at its full size, in units.
    marks
        How many things at the end of the list are marks.
    """

    side: float
    marks: int = 0


@dataclass(frozen=True, eq=False)
class Film:
    """A map through the day of n things under some brains.

    Attributes
    ----------
    name
        Begins the ids of its elements.
    places
        Units of the map's frame, shape (n, 2) for points, (n, 4) for lines from one place to another.
    values
        Whole numbers below `NOTHING` (of sixteen bits: below `NOTHING_WIDE`) by brain, hour and thing, shape (brains,
        hours, n).
    hours
        Titles of the hours.
    layers
        Titles of the brains; with two or more a layer shows the second less the first.
    about
        Further whole numbers below 65,536 on each thing that its text tells, by the names of their places.
    words
        Further words that its text tells: for each name, the words and which one each thing has.
    text, gap_text
        Sentences for the thing at the pointer, in a brain's layer (with a place ``{value}``) and in that of differences
        (``{before}``, ``{after}``, ``{value}``), and places for ``about`` and ``words``.
    hint
        The sentence before the pointer is anywhere.
    on_roads
        Whether the frame's roads are drawn below.
    parts
        So many of a value are one of what classes and texts speak of: 10 where values are tenths.
    squares
        Where things are squares and not lines or points.
    """

    name: str
    places: NDArray[np.float64]
    values: NDArray[np.uint8] | NDArray[np.uint16]
    hours: Sequence[str]
    layers: Sequence[str]
    classes: Classes
    gap_classes: Classes
    about: Mapping[str, NDArray[np.integer]]
    words: Mapping[str, tuple[Sequence[str], NDArray[np.integer]]]
    text: str
    gap_text: str
    hint: str
    on_roads: bool = False
    parts: int = 1
    squares: Squares | None = None


def film_map(film: Film, frame: Frame, title: Child, label: str, first_hour: int, language: Language) -> Html:
    """Return the figure: controls, canvas, keys, and its data.

    Parameters
    ----------
    label
        What the picture is, for those who cannot see it.
    first_hour
        Position in ``hours`` that is shown first.
    """
    canvas = h("canvas", width=2 * UNITS, height=2 * frame.height, role="img", aria_label=label)
    roads = h("svg", h("use", href=f"#{frame.name}-roads"), viewBox=f"0 0 {UNITS} {frame.height}", aria_hidden="true")
    drawn = [roads, canvas] if film.squares is None else [canvas, roads]  # what covers the ground lies below the roads
    keys = [h("div", _key(film.classes), class_="film-key")]
    if len(film.layers) > 1:
        keys.append(h("div", _key(film.gap_classes), class_="film-key gap", hidden=True))
    missing = h("p", language("The browser runs no script, so this map cannot be drawn; the numbers are below."))
    return figure(
        title,
        _controls(film, first_hour, language),
        h("div", drawn if film.on_roads else canvas, map_names(frame, language), class_="map film-map"),
        h("p", film.hint, class_="note film-told"),
        *keys,
        h("div", missing, class_="film-missing empty"),
        packed(f"{film.name}-data", _arrays(film), _told(film) | {"bar": [frame.height - 28, bar_units(frame)]}),
        class_="film",
    )


def _key(classes: Classes) -> Html:
    return swatches([(f"film-swatch {name}", text) for name, text in zip(classes.names, classes.titles, strict=True)])


def _controls(film: Film, first_hour: int, language: Language) -> Html:
    name = f"{film.name}-layer"
    titles = list(film.layers)
    if len(titles) > 1:
        titles.append(language("difference, {other} less {baseline}", other=titles[1], baseline=titles[0]))
    choices = [
        h("label", h("input", type="radio", name=name, value=place, checked=place == 0), " ", title)
        for place, title in enumerate(titles)
    ]
    slider = h("input", type="range", min=0, max=len(film.hours) - 1, value=first_hour, step=1)
    return h(
        "div",
        h("label", language("Hour"), " ", slider, h("output", film.hours[first_hour])),
        h("button", language("play"), type="button", data_stop=language("stop"), data_play=language("play")),
        h("span", choices, class_="film-layers", role="radiogroup", aria_label=language("What is shown")),
        class_="filters film-controls", hidden=True,
    )  # fmt: skip


def _arrays(film: Film) -> dict[str, NDArray[Any]]:
    """Return places as steps from one thing to the next, and values as steps from one hour to the next.

    Steps repeat more often than what they lead to, so they pack into less.
    """
    places = np.rint(film.places * _PLACES_IN_UNIT).clip(-32_000, 32_000).astype(np.int16)
    steps = np.diff(places, axis=0, prepend=np.zeros((1, places.shape[1]), np.int16)).astype(np.int16)
    by_hour: NDArray[Any] = np.diff(film.values, axis=1, prepend=np.zeros_like(film.values[:, :1]))
    words = {f"word_{name}": chosen.astype(np.uint16) for name, (_, chosen) in film.words.items()}
    about = {f"about_{name}": column.astype(np.uint16) for name, column in film.about.items()}
    return {"places": np.ascontiguousarray(steps.T), "values": by_hour, **words, **about}


def _told(film: Film) -> dict[str, Any]:
    return {
        "things": len(film.places), "corners": film.places.shape[1] // 2, "scale": _PLACES_IN_UNIT, "units": UNITS,
        "layers": len(film.values), "hours": list(film.hours), "classes": film.classes.plain(),
        "gap": film.gap_classes.plain(), "words": {name: list(words) for name, (words, _) in film.words.items()},
        "about": list(film.about), "text": film.text, "gap_text": film.gap_text, "parts": film.parts,
        "side": film.squares.side if film.squares else 0, "marks": film.squares.marks if film.squares else 0,
    }  # fmt: skip
