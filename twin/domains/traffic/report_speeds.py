"""The speed map by hour, and the slowest streets of each hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.films import NOTHING, Classes, Film, film_map
from twin.charts.html import Child, Html, details, h, join, table
from twin.charts.maps import UNITS
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.core.clock import HOUR_S
from twin.domains.traffic.passages import MainStreets, Passages, hours_lived
from twin.domains.traffic.report_ground import Ground

if TYPE_CHECKING:
    from twin.charts.maps import Frame
    from twin.core.language import Language

_FEWEST: Final = 5
"""A link's speed is told where so many vehicles came to its end within the hour."""
_LISTED: Final = 6
"""Streets in each hour of the table."""
_LEAST_KM: Final = 300.0
"""A street is listed in an hour when so many vehicle-kilometres were driven on it."""
SPEED_BOUNDS: Final = (20, 35, 50, 70)
_GAP_BOUNDS: Final = (-30, -15, -5, 6, 16, 31)


def speeds(run: StoredRun, ground: Ground, streets: MainStreets, titles: list[str], language: Language) -> Html:
    """Return what stands below the heading."""
    if streets.empty:
        return h("p", language("Nobody drove on a main street."), class_="empty")
    hours = hours_lived(run)
    text = language(
        "How fast the main streets are, relative to free flow, hour by hour; waiting at junctions counts. The slower, "
        "the thicker. Each direction lies to the right of the street's middle. Where fewer than {fewest} vehicles came "
        "to a street's end within the hour it is blank, or 0 % if vehicles stood on it that could not go on. Local "
        "streets are left out.",
        fewest=_FEWEST,
    )  # fmt: skip
    if ground.frame is None:
        drawn = h("p", language("The map folder is not there any more, so no map can be drawn."), class_="empty")
    else:
        drawn = _film(ground, ground.frame, streets, titles, hours, language)
    return join(h("p", text), drawn, _slowest(streets, titles, hours, language))


def _film(
    ground: Ground, frame: Frame, streets: MainStreets, titles: list[str], hours: list[int], language: Language
) -> Html:
    xy_m = frame.city.roads.node_xy_m
    ends = [frame.units(xy_m[streets.links[column].to_numpy()]) for column in ("from_node", "to_node")]
    places = np.column_stack(ends)
    inside = np.flatnonzero(
        (places[:, ::2].max(axis=1) > 0) & (places[:, ::2].min(axis=1) < UNITS)
        & (places[:, 1::2].max(axis=1) > 0) & (places[:, 1::2].min(axis=1) < frame.height)
    )  # fmt: skip
    order = inside[np.argsort(streets.name[inside], kind="stable")]  # what is alike stands together and packs well
    free_s = streets.free_s[order]
    values = [_per_cent(passed.of(order), free_s, hours) for passed in streets.passed]
    street, names = pd.factorize(streets.name[order])
    free_kmh = streets.length_m[order] / free_s * 3.6
    film = Film(
        name="speed-film",
        places=places[order],
        values=np.array(values),
        hours=[f"{hour:02d}:00" for hour in hours],
        layers=titles,
        classes=speed_classes(language),
        gap_classes=_gap_classes(language),
        about={"free": np.rint(free_kmh).astype(np.int64)},
        words={"name": ([str(name) or language("street without a name") for name in names], street)},
        text=language("{name}: {value} % of the speed at free flow, which is {free} km/h"),
        gap_text=language("{name}: {before} % of the speed at free flow before, {after} % after, {value} points"),
        hint=language("Place the pointer on a street to read it."),
    )
    worst = int(np.argmax([_delay_h(streets, hour) for hour in hours]))
    label = language("Map of speeds by hour; the slowest streets of each hour are listed below.")
    title = join(language("Speed by hour"), h("small", language("% of the speed at free flow")))
    return film_map(film, frame, title, label, worst, language)


def _per_cent(own: Passages, free_s: NDArray[np.float64], hours: Sequence[int]) -> NDArray[np.uint8]:
    moved = own.vehicles >= _FEWEST
    share = np.where(moved, own.speed_share(free_s), 0.0)
    told = moved | (own.standing > 0)
    return np.where(told, np.rint(share * 100).clip(0, 200), NOTHING)[list(hours)].astype(np.uint8)


def _delay_h(streets: MainStreets, hour: int) -> float:
    first = streets.passed[0]
    return float((first.vehicle_s[hour] - first.vehicles[hour] * streets.free_s).sum()) / HOUR_S


def speed_classes(language: Language) -> Classes:
    """Return the classes of speed in per cent of that at free flow, the slowest first."""
    a, b, c, d = SPEED_BOUNDS
    titles = [
        language("under {bound}", bound=f"{a} %"), f"{a}–{b} %", f"{b}–{c} %", f"{c}–{d} %",
        language("{bound} and more", bound=f"{d} %"),
    ]  # fmt: skip
    return Classes(SPEED_BOUNDS, ("s4", "s3", "s2", "s1", "s0"), titles)


def _gap_classes(language: Language) -> Classes:
    slower, faster = language("{n} points slower"), language("{n} points faster")
    titles = [
        slower.format(n="> 30"), slower.format(n="15–30"), slower.format(n="5–15"),
        language("within 5 points"),
        faster.format(n="5–15"), faster.format(n="15–30"), faster.format(n="> 30"),
    ]  # fmt: skip
    return Classes(_GAP_BOUNDS, tuple(f"g{rank}" for rank in range(7)), titles)


# -- the table behind ----------------------------------------------------------------------------------------------


def _slowest(streets: MainStreets, titles: list[str], hours: list[int], language: Language) -> Html:
    rows: list[list[Child]] = []
    for hour in hours:
        for name, street in slowest_streets(streets, hour).iterrows():
            speeds_kmh = [number(float(street[f"kmh{n}"]), 1) for n in range(len(streets.passed))]
            rows.append([f"{hour:02d}:00", str(name), number(float(street["free_kmh"]), 0), *speeds_kmh])
    head = [
        language("Hour"),
        language("Street"),
        language("At free flow, km/h"),
        *(f"{title}, km/h" for title in titles),
    ]
    text = language("The {n} slowest streets of each hour", n=_LISTED)
    return details(text, table(head, rows, class_="compact", numbers_from=2))


def slowest_streets(streets: MainStreets, hour: int, most: int = _LISTED) -> pd.DataFrame:
    """Return the named streets, both directions, that are slowest under the first brain in an hour.

    Slowest relative to free flow, of those on which something moved.

    Returns
    -------
    DataFrame
        By name: ``free_kmh``, and for each brain n ``km<n>`` and ``kmh<n>``.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    for n, passed in enumerate(streets.passed):
        columns[f"km{n}"] = passed.vehicles[hour] * streets.length_m / 1000
        columns[f"h{n}"] = passed.vehicle_s[hour] / HOUR_S
        columns[f"free_h{n}"] = passed.vehicles[hour] * streets.free_s / HOUR_S
    named = streets.name != ""
    sums: pd.DataFrame = pd.DataFrame(columns)[named].groupby(streets.name[named]).sum()
    sums = sums[sums["km0"] >= min(_LEAST_KM, sums["km0"].max() if len(sums) else 0.0)]
    sums = sums[sums["h0"] > 0]
    sums = sums.loc[(sums["free_h0"] / sums["h0"]).sort_values(kind="stable").index[:most]]
    sums["free_kmh"] = sums["km0"] / sums["free_h0"]
    for n in range(len(streets.passed)):
        sums[f"kmh{n}"] = sums[f"km{n}"] / sums[f"h{n}"].where(sums[f"h{n}"] > 0)
    return sums
