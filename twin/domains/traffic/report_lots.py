"""How full lots are through the day: by kind, and lot by lot on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.films import Classes, Film, film_map
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.maps import UNITS, Frame
from twin.charts.marks import legend
from twin.charts.numbers import number
from twin.charts.panels import hour_lines
from twin.charts.section import StoredRun
from twin.charts.statistics import NOTHING, Spread, spread_of
from twin.domains.traffic.occupancy import Occupancy, kinds_of, occupancy
from twin.domains.traffic.parameters import LOT_KINDS
from twin.domains.traffic.passages import HOURS_OF_DAY, hours_lived, hours_shown
from twin.domains.traffic.report_ground import Ground

if TYPE_CHECKING:
    from twin.core.language import Language

LOT_KIND_NAMES: Final = {
    "roadside": "At the kerb",
    "public": "Public",
    "commercial": "Commercial",
    "office": "Office",
    "residential": "Residential",
    "hospital": "Hospital",
}
"""What kinds of lots are called."""
FULL_SHARE: Final = 0.95
"""A lot counts as full from this occupancy on, mean of an hour."""
_BOUNDS: Final = (50, 70, 85, 95)
_GAP_BOUNDS: Final = (-40, -20, -5, 6, 21, 41)


def lots_section(run: StoredRun, ground: Ground, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    lots = run.events("traffic.lot_list", brains[0], 0)
    if lots.empty:
        return h("p", language("There is no lot."), class_="empty")
    found = [occupancy(run, brain, lots) for brain in brains]
    kinds = kinds_of(lots)
    charts = [
        _kind(code, name, lots[kinds == code], found, titles, hours_shown(run), language)
        for code, name in enumerate(LOT_KINDS)
        if (kinds == code).any()
    ]
    text = language("How many of the spaces are taken, by kind of lot, means over quarters of an hour.")
    drawn = _film(ground.frame, run, lots, found[:2], titles[:2], language) if ground.frame else None
    return join(
        h("p", text),
        legend(titles),
        h("div", charts, class_="charts"),
        drawn,
        _full(lots, kinds, found, titles, language),
    )


def _kind(
    code: int, name: str, lots: pd.DataFrame, found: list[Occupancy], titles: list[str], between: tuple[int, int],
    language: Language,
) -> Html:  # fmt: skip
    series = [_spreads(own.by_kind[:, :, code] * 100) for own in found]
    rows: list[list[Child]] = []
    for hour in range(HOURS_OF_DAY):
        own = [_mean(spreads[hour * 4 : hour * 4 + 4]) for spreads in series]
        if not np.isnan(own).all():
            rows.append([f"{hour:02d}:00", *(f"{number(share, 0)} %" for share in own)])
    title = language(LOT_KIND_NAMES[name])
    told = language(
        "{lots} lots, {spaces} spaces", lots=number(len(lots), 0), spaces=number(int(lots["spaces"].sum()), 0)
    )
    label = language("Occupancy through the day: {title}. The table below has the numbers.", title=title)
    folded = details(language("Numbers"), table([language("Hour"), *titles], rows, class_="compact"))
    return figure(join(title, h("small", told)), hour_lines(series, label, suffix="%", between=between), folded)


def _spreads(by_day: NDArray[np.float64]) -> list[Spread]:
    return [spread_of(column) if not np.isnan(column).all() else NOTHING for column in by_day.T]


def _mean(spreads: list[Spread]) -> float:
    values = [spread.mean for spread in spreads if spread.count]
    return float(np.mean(values)) if values else float("nan")


def _film(
    frame: Frame, run: StoredRun, lots: pd.DataFrame, found: list[Occupancy], titles: list[str], language: Language
) -> Html:
    places = frame.of_degrees(lots["lon"].to_numpy(), lots["lat"].to_numpy())
    inside = np.flatnonzero(np.all((places > 0) & (places < (UNITS, frame.height)), axis=1))
    hours = hours_lived(run)
    values = np.array([np.rint(own.by_lot[hours][:, inside] * 100).clip(0, 200) for own in found]).astype(np.uint8)
    spaces = lots["spaces"].to_numpy()[inside]
    film = Film(
        name="lots-film",
        places=places[inside],
        values=values,
        hours=[f"{hour:02d}:00" for hour in hours],
        layers=titles,
        classes=_classes(language),
        gap_classes=_gap_classes(language),
        about={"lot": lots["lot"].to_numpy()[inside], "spaces": spaces.clip(0, 65_535)},
        words={"kind": ([language(LOT_KIND_NAMES[name]) for name in LOT_KINDS], kinds_of(lots)[inside])},
        text=language("Lot {lot}, {kind}: {value} % of {spaces} spaces taken"),
        gap_text=language(
            "Lot {lot}, {kind}, {spaces} spaces: {before} % taken before, {after} % after, {value} points"
        ),
        hint=language("Place the pointer on a lot to read it."),
        on_roads=True,
    )
    fullest = int(np.argmax([(spaces * (found[0].by_lot[hour][inside] >= FULL_SHARE)).sum() for hour in hours]))
    label = language("Map of lots by hour and how full they are; the table below counts the full ones.")
    title = join(
        language("Lots by hour"), h("small", language("% of the spaces taken; the larger the lot, the larger the dot"))
    )
    return film_map(film, frame, title, label, fullest, language)


def _classes(language: Language) -> Classes:
    a, b, c, d = _BOUNDS
    titles = [
        language("under {bound}", bound=f"{a} %"), f"{a}–{b} %", f"{b}–{c} %", f"{c}–{d} %",
        language("full: {bound} and more", bound=f"{d} %"),
    ]  # fmt: skip
    return Classes(_BOUNDS, ("o0", "o1", "o2", "o3", "o4"), titles)


def _gap_classes(language: Language) -> Classes:
    less, more = language("{n} points emptier"), language("{n} points fuller")
    titles = [
        less.format(n="> 40"), less.format(n="20–40"), less.format(n="5–20"), language("within 5 points"),
        more.format(n="5–20"), more.format(n="20–40"), more.format(n="> 40"),
    ]  # fmt: skip
    return Classes(_GAP_BOUNDS, tuple(f"h{rank}" for rank in range(7)), titles)


def _full(
    lots: pd.DataFrame, kinds: NDArray[np.int64], found: list[Occupancy], titles: list[str], language: Language
) -> Html:
    """Count the lots that are full for an hour at least."""
    rows: list[list[Child]] = []
    for code, name in enumerate(LOT_KINDS):
        own = np.flatnonzero(kinds == code)
        if not len(own):
            continue
        cells = []
        for occupied in found:
            full = occupied.by_lot[:, own] >= FULL_SHARE
            ever = int(full.any(axis=0).sum())
            cells.append(f"{number(ever, 0)} ({number(ever / len(own) * 100, 0)} %)")
        rows.append([language(LOT_KIND_NAMES[name]), number(len(own), 0), *cells])
    head = [language("Kind"), language("Lots"), *titles]
    heading = join(
        language("Lots that are full for an hour or longer"),
        h(
            "small",
            language(
                "lots with {share} % of their spaces taken or more, mean of a clock hour", share=f"{FULL_SHARE * 100:g}"
            ),
        ),
    )
    return figure(heading, table(head, rows, class_="compact"))
