"""The published tariff once more, reckoned hour by hour as a person would."""

from __future__ import annotations

FREE_S = 20 * 60
PRINTED = {
    1: ((4, 2, 4, 0, 0), (4, 1, 3, 10, 0), (4, 1, 2, 10, 0)),
    2: ((4, 1, 3, 0, 0), (4, 1, 2, 5, 0), (4, 1, 1, 5, 0)),
    3: ((2, 1, 2, 0, 0), (2, 1, 1, 3, 0), (0, 0, 0, 3, 4)),
}
"""By zone, then roadside, surface, underground: first hour, each of the next two, each later, night, visit; yuan."""


def slow_fee_yuan(zone: int, structure: int, begin_s: int, end_s: int) -> int:
    """Reckon a fee hour by hour, from the published table as it is printed."""
    first, second, later, night, visit = PRINTED[zone][structure]
    if end_s - begin_s <= FREE_S:
        return 0
    fee, now, visited = 0, begin_s, False
    while now < end_s:
        day, second_of_day = divmod(now, 86_400)
        if second_of_day < 7 * 3600:
            fee, now = fee + night, day * 86_400 + 7 * 3600
        elif second_of_day >= 21 * 3600:
            fee, now = fee + night, (day + 1) * 86_400 + 7 * 3600
        else:
            until = min(end_s, day * 86_400 + 21 * 3600)
            hour = 0
            while now < until:
                hour += 1
                fee += 0 if visit else first if hour == 1 else second if hour <= 3 else later
                now += 3600
            now, visited = until, True
    return fee + (visit if visited else 0)
