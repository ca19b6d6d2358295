"""Whatever the weather, more wind never makes the air less neutral, and more sun never makes it stabler."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.atmosphere.mixing import Ground, heat_flux_wm2, mixing_height_m
from twin.atmosphere.stability import D, classes_by_radiation, classes_by_turner
from twin.atmosphere.sun import ZHENGZHOU

WINDS = st.lists(st.floats(0, 20), min_size=2, max_size=12)


@given(WINDS, st.floats(0, 1300), st.floats(0, 10), st.booleans())
def test_wind_makes_the_air_neutral(winds: list[float], radiation: float, cloud: float, night: bool) -> None:
    wind = np.sort(winds)
    flat = np.ones(len(wind))
    for classes in (
        classes_by_radiation(wind, radiation * flat, cloud * flat, np.full(len(wind), night)),
        classes_by_turner(wind, (-10 if night else 50) * flat, cloud * flat, np.full(len(wind), night)),
    ):
        assert classes.min() >= 0
        assert classes.max() <= 5
        away = np.abs(classes - D)
        assert np.all(np.diff(away) <= 0)


@given(st.lists(st.floats(0, 1300), min_size=2, max_size=12), st.floats(0, 20))
def test_sun_never_makes_the_air_stabler(radiations: list[float], wind: float) -> None:
    radiation = np.sort(radiations)
    flat = np.ones(len(radiation))
    classes = classes_by_radiation(wind * flat, radiation, 5 * flat, np.zeros(len(radiation), bool))
    assert np.all(np.diff(classes) <= 0)


@given(st.lists(st.floats(0, 30), min_size=24, max_size=24), st.floats(0, 1000), st.floats(-25, 42), st.floats(0, 10))
def test_the_lid_stays_within_its_bounds(winds: list[float], noon: float, temperature: float, cloud: float) -> None:
    hour = np.arange(24)
    night = (hour < 7) | (hour > 17)
    radiation = np.where(night, 0.0, noon * np.sin(np.pi * (hour - 6) / 12))
    wind, flat = np.array(winds), np.ones(24)
    heat = heat_flux_wm2(radiation, temperature * flat, cloud * flat, Ground())
    classes = classes_by_radiation(wind, radiation, cloud * flat, night)
    height = mixing_height_m(wind, classes, heat, night, ZHENGZHOU, Ground())
    assert np.all((height >= Ground().lowest_m) & (height <= Ground().highest_m))
