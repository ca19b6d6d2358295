"""Sun, stability and mixing height follow the published keys."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from twin.atmosphere.mixing import Ground, heat_flux_wm2, mixing_height_m
from twin.atmosphere.stability import A, B, C, D, E, F, classes_by_radiation, is_night
from twin.atmosphere.sun import ZHENGZHOU, Place, clouds_by_radiation, sun_altitude_deg

DAY, NIGHT = np.zeros(1, bool), np.ones(1, bool)


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("wind", "radiation", "expected"),
    [(1.9, 950, A), (1.9, 925, A), (1.9, 700, A), (1.9, 674, B), (1.9, 175, B), (1.9, 174, D), (2.0, 700, B),
     (2.9, 300, C), (3.0, 950, B), (4.9, 300, C), (5.0, 950, C), (5.5, 300, D), (6.0, 950, C), (6.0, 900, D)],
)  # fmt: skip
def test_by_day_the_class_follows_wind_and_radiation(wind: float, radiation: float, expected: int) -> None:
    assert classes_by_radiation(one(wind), one(radiation), one(5.0), DAY)[0] == expected


@pytest.mark.parametrize(
    ("wind", "cloud", "expected"),
    [(1.0, 2, F), (1.0, 4, F), (1.0, 5, E), (2.2, 2, E), (2.2, 8, D), (2.5, 0, D), (1.0, 10, D)],
)
def test_by_night_the_class_follows_wind_and_cloud(wind: float, cloud: float, expected: int) -> None:
    assert classes_by_radiation(one(wind), one(0.0), one(float(cloud)), NIGHT)[0] == expected


def test_the_sun_stands_where_it_should() -> None:
    """Solstices at noon: 90 degrees minus latitude, plus or minus 23.44."""
    # Solar noon at 113.65 E is 25.4 min after Beijing's, so it lies in the hour from 12:00.
    for day, declination in ((datetime(2021, 6, 21), 23.44), (datetime(2021, 12, 21), -23.44)):
        assert sun_altitude_deg(day, 24, ZHENGZHOU).max() == pytest.approx(90 - 34.72 + declination, abs=0.4)
        assert sun_altitude_deg(day, 24, ZHENGZHOU).argmax() == 12
    assert (sun_altitude_deg(datetime(2021, 12, 21), 24, Place(80.0, 15.0, 1.0)) < 0).all()


def test_night_lasts_from_an_hour_before_sunset_to_an_hour_after_sunrise() -> None:
    # Sun up from 6:31 to 18:38 by Beijing's clock; an hour counts by its middle.
    night = is_night(datetime(2021, 3, 20), 24, ZHENGZHOU)
    assert np.flatnonzero(~night).tolist() == list(range(8, 18))


def test_clouds_follow_from_what_a_day_receives() -> None:
    altitude = sun_altitude_deg(datetime(2021, 6, 1), 72, ZHENGZHOU)
    above = 1367 * np.sin(np.radians(np.maximum(altitude, 0)))
    for share, cloud in ((0.75, 0.0), (0.5, 5.0), (0.25, 10.0), (0.1, 10.0)):
        assert clouds_by_radiation(share * above, altitude) == pytest.approx(np.full(72, cloud), abs=0.01)
    assert clouds_by_radiation(np.zeros(24), np.full(24, -5.0)).tolist() == [5.0] * 24


def test_the_mixed_layer_grows_by_day_and_is_shallow_at_night() -> None:
    start, hours = datetime(2021, 7, 15), 48
    altitude = sun_altitude_deg(start, hours, ZHENGZHOU)
    night = is_night(start, hours, ZHENGZHOU)
    radiation = 0.7 * 1367 * np.sin(np.radians(np.maximum(altitude, 0)))
    wind, cloud, temperature = np.full(hours, 1.5), np.full(hours, 2.0), np.full(hours, 28.0)
    classes = classes_by_radiation(wind, radiation, cloud, night)
    heat = heat_flux_wm2(radiation, temperature, cloud, Ground())
    height = mixing_height_m(wind, classes, heat, night, ZHENGZHOU, Ground())
    day = np.flatnonzero(~night[:24])
    assert (np.diff(height[day]) >= 0).all()
    assert 1200 < height[day[-1]] < 2500
    assert height[night].max() < 250
    assert height[:24] == pytest.approx(height[24:], rel=0.02), "a day starts from the ground, whatever the day before"


def test_a_stable_night_mixes_as_the_chinese_standard_says() -> None:
    """GB/T 3840-91: 0.70 times the root of wind over the Coriolis parameter in class F, 0.019 U / f in D."""
    coriolis = 2 * 7.292e-5 * np.sin(np.radians(34.72))
    for wind, stability, expected in ((1.0, F, 0.70 * coriolis**-0.5), (4.0, D, 0.019 * 4 / coriolis)):
        height = mixing_height_m(
            one(wind), np.array([stability], np.int8), one(0.0), NIGHT, ZHENGZHOU, Ground(lowest_m=10)
        )
        assert height[0] == pytest.approx(expected)


def test_cloud_and_moisture_leave_less_heat_for_the_air() -> None:
    dry = heat_flux_wm2(one(600.0), one(20.0), one(0.0), Ground(moisture=0.5))
    wet = heat_flux_wm2(one(600.0), one(20.0), one(0.0), Ground(moisture=1.0))
    assert 0 < wet[0] < dry[0] < 600
    assert C == B + 1
    assert E == D + 1
