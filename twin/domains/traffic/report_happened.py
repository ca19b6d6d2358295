"""What happened to the roads: where they were closed or narrowed, and where a crowd came and parked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.html import Child, Html, figure, h, join, plain, table
from twin.charts.maps import Frame, background, city_map, frame_around
from twin.charts.marks import symbols
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.domains.traffic.crowd_kpis import TRIP_COLUMNS, crowd_cars
from twin.domains.traffic.happened import CLOSED, CRASHES, CROWDS
from twin.domains.traffic.report_ground import Ground
from twin.domains.traffic.sample import vehicles_per_agent_of

if TYPE_CHECKING:
    from twin.core.language import Language

_MARGIN_M: Final = 2500.0
_MOST_STREETS: Final = 15
_LINE: Final = "M-28 0H28"
_CROSS: Final = "M-8-8L8 8M-8 8L8-8"
_STAR: Final = "M0-12L3-4H11L5 2L7 10L0 5L-7 10L-5 2L-11-4H-3Z"
_DOT: Final = "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z"


@dataclass(frozen=True, eq=False)
class WhatHappened:
    """The tables of the first day; roads close on every day and under every brain alike.

    Attributes
    ----------
    closed, crashes
        With the columns of ``traffic.link_list``.
    cars
        From `crowd_cars`, of the days of each brain, with a column ``brain``; a row an agent.
    each
        How many vehicles an agent is; numbers in ``crowds`` are of vehicles.
    """

    closed: pd.DataFrame
    crashes: pd.DataFrame
    crowds: pd.DataFrame
    cars: pd.DataFrame
    each: int

    @classmethod
    def of(cls, run: StoredRun, ground: Ground, brains: list[str]) -> WhatHappened:
        """Read them."""
        closed, crashes, crowds = (run.events(name, brains[0], 0) for name in (CLOSED, CRASHES, CROWDS))
        cars = [
            crowd_cars(crowds, run.events("traffic.trips", brain, day, TRIP_COLUMNS)).assign(brain=brain)
            for brain in (brains if len(crowds) else ())
            for day in range(run.replications)
        ]
        told, each = ground.links.drop(columns="link"), vehicles_per_agent_of(run)
        return cls(
            closed.join(told, on="link"), crashes.join(told, on="link"), crowds.assign(cars=each * crowds["cars"]),
            pd.concat(cars, ignore_index=True) if cars else pd.DataFrame(), each,
        )  # fmt: skip

    @property
    def nothing(self) -> bool:
        """Whether no road was closed or narrowed and no crowd came."""
        return self.closed.empty and self.crashes.empty and self.crowds.empty


def happened(run: StoredRun, ground: Ground, brains: list[str], titles: list[str], language: Language) -> Html | None:
    """Return what stands below the heading, or None where nothing happened."""
    found = WhatHappened.of(run, ground, brains)
    if found.nothing:
        return None
    drawn = _map(run, ground, found, brains[0], titles[0], language) if ground.city is not None else None
    return join(drawn, _streets(run, found, language), _crowds(run, found, brains, titles, language))


# -- tables ------------------------------------------------------------------------------------------------------------


def _streets(run: StoredRun, found: WhatHappened, language: Language) -> Html | None:
    rows = [
        *_closed_streets(run, found.closed[~found.closed["link"].isin(found.crashes["link"])], language),
        *(_crash(run, row, language) for row in found.crashes.itertuples()),
    ]
    if not rows:
        return None
    head = [language(text) for text in ("Street", "What happened", "From", "Until", "km, each direction counted")]
    return table(head, rows, numbers_from=4)


def _closed_streets(run: StoredRun, closed: pd.DataFrame, language: Language) -> Iterator[list[Child]]:
    """Return a row for each street that an event closed, the longest first, and one for what was barred beside."""
    own = closed[closed["by_event"].to_numpy(np.bool_)]
    km = own.drop_duplicates("link").groupby(own["name"].astype(str))["length_m"].sum() / 1000
    by_name = own.groupby(own["name"].astype(str))
    streets = by_name.agg(begins_s=("begins_s", "min"), ends_s=("ends_s", "max")).assign(km=km)
    typed: Iterator[Any] = streets.sort_values("km", ascending=False).head(_MOST_STREETS).itertuples()
    for row in typed:
        yield [str(row.Index) or language("(no name)"), language("closed"), *_times(run, row), number(row.km, 1)]
    beside = closed[~closed["by_event"].to_numpy(np.bool_)]
    if len(beside):
        beside_km = float(beside.drop_duplicates("link")["length_m"].sum()) / 1000
        times = beside.agg({"begins_s": "min", "ends_s": "max"})
        what = language("barred, as it leads to nothing but what is closed")
        yield [
            language("{n} ramps and links", n=beside["link"].nunique()),
            what,
            *_times(run, times),
            number(beside_km, 1),
        ]


def _crash(run: StoredRun, row: Any, language: Language) -> list[Child]:
    left = language("crash; {left} % of the capacity is left", left=number(100 * row.capacity_left, 0))
    return [str(row.name) or language("(no name)"), left, *_times(run, row), number(row.length_m / 1000, 1)]


def _times(run: StoredRun, row: Any) -> list[Child]:
    return [f"{run.clock.at(min(at_s, run.clock.duration_s)):%m-%d %H:%M}" for at_s in (row.begins_s, row.ends_s)]


def _crowds(
    run: StoredRun, found: WhatHappened, brains: list[str], titles: list[str], language: Language
) -> Html | None:
    if found.crowds.empty:
        return None
    rows: list[list[Child]] = []
    typed: Iterator[Any] = found.crowds.itertuples()
    for crowd in typed:
        when = " – ".join(str(time) for time in _times(run, crowd))
        for brain, title in zip(brains, titles, strict=True):
            cars = found.cars[(found.cars["crowd"] == crowd.Index) & (found.cars["brain"] == brain)]
            mean = cars.drop(columns="brain").mean()
            home_min = cars["home_min"].quantile(0.9)
            rows.append(
                [
                    when, title, number(found.each * len(cars) / run.replications, 0),
                    number(100 * mean["late_share"], 1),
                    number(mean["search_min"], 1), number(100 * mean["fail_share"], 1), number(mean["walk_m"], 0),
                    number(mean["home_min"], 0), number(home_min, 0),
                ]
            )  # fmt: skip
    head = [
        language(text)
        for text in (
            "Crowd", "Brain", "Cars that came", "Late, %", "Search, min", "Found no place, %", "Walk, m",
            "Home after, min", "nine in ten after",
        )
    ]  # fmt: skip
    text = language(
        "Late: people who come to the place after it has begun. Home after: minutes from its end to coming home. Means "
        "over the cars of the crowd."
    )
    return join(h("h3", language("Who came in a crowd")), h("p", text), table(head, rows, numbers_from=2))


# -- map ---------------------------------------------------------------------------------------------------------------


def _map(
    run: StoredRun, ground: Ground, found: WhatHappened, brain: str, title: str, language: Language
) -> Html | None:
    city = ground.city
    assert city is not None
    xy_m = city.roads.node_xy_m
    ends_m = [xy_m[part[name].to_numpy(np.int64)] for part in (found.closed, found.crashes)
              for name in ("from_node", "to_node")]  # fmt: skip
    places_m = city.roads.to_plane_m(found.crowds["lon"].to_numpy(), found.crowds["lat"].to_numpy())
    lots = _lots_of_crowd(run, found, brain)
    lots_m = city.roads.to_plane_m(lots["lon"].to_numpy(), lots["lat"].to_numpy())
    frame = frame_around(city, np.concatenate([*ends_m, places_m, lots_m]), _MARGIN_M, "happened-map")
    drawn = [
        *_lines(frame, xy_m, found.closed, language),
        *_dots(frame.units(lots_m), lots, language),
        *(_symbol(at, _CROSS, "crash", str(name)) for at, name in zip(
            frame.units((ends_m[2] + ends_m[3]) / 2), found.crashes["name"], strict=True)),
        *(_symbol(at, _STAR, "gathering", language("{n} cars", n=cars)) for at, cars in zip(
            frame.units(places_m), found.crowds["cars"], strict=True)),
    ]  # fmt: skip
    label = language("Map of what happened on the roads; the tables below say it in words.")
    heading = language("Where it happened")
    if len(lots):
        heading = language("Where it happened, and where the crowd parked with {brain}", brain=title)
    key = symbols([
        *([("closed", _LINE, language("closed"))] if len(found.closed) else []),
        *([("crash", _CROSS, language("crash"))] if len(found.crashes) else []),
        *([("gathering", _STAR, language("where a crowd came"))] if len(found.crowds) else []),
        *([("parked", _DOT, language("its parked cars; the more, the larger"))] if len(lots) else []),
    ])  # fmt: skip
    return join(
        background(frame, language, places=False),
        figure(heading, city_map(frame, h("g", drawn), label, language), key),
    )


def _lots_of_crowd(run: StoredRun, found: WhatHappened, brain: str) -> pd.DataFrame:
    """Return the lots in which cars of crowds stood, with ``cars`` a day; largest first."""
    told = run.events("traffic.lot_list", brain, 0)
    if found.cars.empty:
        return told.iloc[:0].assign(cars=[])
    lot = found.cars["lot"][(found.cars["brain"] == brain) & found.cars["lot"].notna()].astype(np.int64)
    counts = lot.value_counts()
    return told.iloc[counts.index].assign(cars=found.each * counts.to_numpy() / run.replications)


def _lines(frame: Frame, xy_m: NDArray[np.float64], closed: pd.DataFrame, language: Language) -> Iterator[Html]:
    for name, part in closed.assign(name=closed["name"].astype(str)).groupby("name", sort=False):
        pairs = np.unique(np.sort(part[["from_node", "to_node"]].to_numpy(np.int64), axis=1), axis=0)
        begin, end = (frame.units(xy_m[nodes]) for nodes in pairs.T)
        d = "".join(
            f"M{plain(x)} {plain(y)}L{plain(to_x)} {plain(to_y)}"
            for (x, y), (to_x, to_y) in zip(begin.tolist(), end.tolist(), strict=True)
        )
        yield h("path", h("title", str(name) or language("(no name)")), d=d, class_="closed")


def _dots(places: NDArray[np.float64], lots: pd.DataFrame, language: Language) -> Iterator[Html]:
    most = max(float(lots["cars"].max()), 1.0) if len(lots) else 1.0
    for (x, y), name, cars in zip(places.tolist(), lots["name"], lots["cars"], strict=True):
        text = language("{name}: {n} cars of the crowd", name=str(name), n=number(float(cars), 0))
        radius = plain(2 + 16 * (float(cars) / most) ** 0.5)
        yield h("circle", h("title", text), cx=plain(x), cy=plain(y), r=radius, class_="parked")


def _symbol(at: NDArray[np.float64], shape: str, name: str, text: str) -> Html:
    return h("path", h("title", text), d=shape, class_=name, transform=f"translate({at[0]:.0f} {at[1]:.0f})")
