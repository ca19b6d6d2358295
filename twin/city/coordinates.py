"""Longitudes and latitudes of Chinese web maps (GCJ-02, BD-09) and of everybody else (WGS84).

Maps sold or shown in China shift every position by some hundred metres: Amap and Tencent by GCJ-02, Baidu by BD-09 on
top of it. The twin keeps WGS84, so tables that come from such a map are converted once, when they are read.

All functions take degrees as numbers or arrays of any shape and return a pair of arrays ``lon, lat`` of that shape.

Notes
-----
The formulas of both shifts are public; GCJ-02 is a polynomial with sines on the Krasovsky 1940 ellipsoid. Neither has a
closed inverse. The inverses here iterate on the forward formula until nothing moves, so a round trip is exact to
some 1e-12 degrees and not, like the inverses in common use, to a metre or two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
System = Literal["wgs84", "gcj02", "bd09"]

KRASOVSKY_AXIS_M: Final = 6_378_245.0
KRASOVSKY_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943
CHINA_LON: Final = (72.004, 137.8347)
CHINA_LAT: Final = (0.8293, 55.8271)
"""The box within which GCJ-02 shifts; outside it is WGS84."""

_BAIDU_LON: Final = 0.0065
_BAIDU_LAT: Final = 0.006
_BAIDU_WAVES_PER_DEGREE: Final = np.pi * 3000.0 / 180.0
_MOST_ITERATIONS: Final = 30


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return where GCJ-02 shifts positions: a box, not the country's border."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside: NDArray[np.bool_] = (
        (lon >= CHINA_LON[0]) & (lon <= CHINA_LON[1]) & (lat >= CHINA_LAT[0]) & (lat <= CHINA_LAT[1])
    )
    return inside


def _waves(value: NDArray[np.float64], first: float, second: float, third: float) -> NDArray[np.float64]:
    """Sum the three sines of one coordinate; the arguments are their amplitudes' multiples and the last period."""
    long_waves: NDArray[np.float64] = 20.0 * np.sin(value * np.pi) + 40.0 * np.sin(value / 3.0 * np.pi)
    longest = first * np.sin(value / 12.0 * np.pi) + second * np.sin(value / third * np.pi)
    total: NDArray[np.float64] = (long_waves + longest) * 2.0 / 3.0
    return total


def _shift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    """Return GCJ-02 minus WGS84 in degrees, without regard to the box."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m = north_m + ripple + _waves(y, 160.0, 320.0, 30.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m = east_m + ripple + _waves(x, 150.0, 300.0, 30.0)
    latitude = np.radians(lat)
    flattening = 1.0 - KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian_m = KRASOVSKY_AXIS_M * (1.0 - KRASOVSKY_ECCENTRICITY_SQUARED) / flattening**1.5
    parallel_m = KRASOVSKY_AXIS_M / np.sqrt(flattening) * np.cos(latitude)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _invert(forward: Callable[..., Pair], lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Find what ``forward`` carries to the given position; both shifts change slowly, so a fixed point converges."""
    target_lon, target_lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    found_lon, found_lat = target_lon.copy(), target_lat.copy()
    for _ in range(_MOST_ITERATIONS):
        there_lon, there_lat = forward(found_lon, found_lat)
        step_lon, step_lat = target_lon - there_lon, target_lat - there_lat
        found_lon, found_lat = found_lon + step_lon, found_lat + step_lat
        if max(np.max(np.abs(step_lon), initial=0.0), np.max(np.abs(step_lat), initial=0.0)) < 1e-13:
            break
    return found_lon, found_lat


def _shifted(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Convert to GCJ-02 (Amap, Tencent); the identity outside China's box.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(113.65, 34.75)
    >>> f"{lon - 113.65:.5f} {lat - 34.75:.5f}"
    '0.00608 -0.00114'
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    # Positions far from China would only make the formula's polynomials large; it is not asked for them.
    inside = in_china(lon, lat)
    shifted_lon, shifted_lat = _shifted(np.where(inside, lon, 105.0), np.where(inside, lat, 35.0))
    return np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Convert from GCJ-02, exactly; the identity outside China's box.

    Within 0.02 degrees of the box's edge, which lies at sea or abroad, a position may have two origins; the one
    inside the box is returned.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    near = _near_china(lon, lat)
    found_lon, found_lat = _invert(_shifted, np.where(near, lon, 105.0), np.where(near, lat, 35.0))
    inside = near & in_china(found_lon, found_lat)
    return np.where(inside, found_lon, lon), np.where(inside, found_lat, lat)


def _near_china(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where a shift could have begun inside the box: up to 0.02 degrees beyond it."""
    near: NDArray[np.bool_] = in_china(
        lon + np.where(lon < 105.0, 0.02, -0.02), lat + np.where(lat < 35.0, 0.02, -0.02)
    )
    return near


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Convert to BD-09, Baidu's own shift on top of GCJ-02."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_WAVES_PER_DEGREE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_WAVES_PER_DEGREE)
    return radius * np.cos(angle) + _BAIDU_LON, radius * np.sin(angle) + _BAIDU_LAT


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Convert from BD-09 to GCJ-02, exactly."""
    return _invert(gcj02_to_bd09, lon, lat)


def to_wgs84(lon: ArrayLike, lat: ArrayLike, system: System) -> Pair:
    """Convert positions of a named system to WGS84."""
    if system == "wgs84":
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if system == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
