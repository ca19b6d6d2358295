"""Counts of vehicles at Jinshui Road and its parallels, November 2013 (traffic police, zynews.cn 2013-11-21)."""

from __future__ import annotations

from typing import Final

from twin.domains.traffic.lived_totals import CountPlace

MORNING_H: Final = 8
EVENING_H: Final = 18
"""Fullest hours of the twin's day; the hours of the counts are not known."""
OFF_PEAK_H: Final = 14
OFF_PEAK: Final = 2720
"""An hour on Jinshui Road; side and direction are not known."""

_CROSSING: Final = ("金水路", "紫荆山路")


def _at(street: str, side: str | None = None, *, eastbound: bool = True) -> CountPlace:
    return CountPlace(street, _CROSSING, side, eastbound)


COUNTS: Final[tuple[tuple[CountPlace, int, int | None], ...]] = (
    (_at("金水路", "west"), 3870, 3490),
    (_at("金水路", "east"), 4160, 4130),
    (_at("金水路", "east", eastbound=False), 4630, 5500),
    (_at("金水路", "west", eastbound=False), 3140, 4110),
    (_at("黄河路"), 2760, None),
    (_at("西大街"), 2900, None),
    (_at("纬四路"), 1570, None),
    (_at("纬二路"), 1270, None),
    (_at("纬五路"), 1240, None),
    (_at("顺河路"), 1240, None),
)
"""Place, and vehicles an hour in the morning and evening peak; the map has no 东大街 (2,560)."""
