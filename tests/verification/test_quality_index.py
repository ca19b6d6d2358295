"""The air quality index against published values and against the package aqi-hub (where that is right)."""

from __future__ import annotations

import numpy as np
import pytest

from twin.atmosphere.quality_index import HJ_633_2012, HJ_633_2026, Standard, sub_index


@pytest.mark.parametrize(
    ("pollutant", "value", "of_2012", "of_2026"),
    [("pm25", 50, 69, 80), ("pm25", 100, 132, 137), ("pm25", 200, 250, 250), ("o3_8h", 180, 119, 119)],
)
def test_published_values(pollutant: str, value: float, of_2012: int, of_2026: int) -> None:
    assert sub_index(pollutant, value, HJ_633_2012) == of_2012
    assert sub_index(pollutant, value, HJ_633_2026) == of_2026


NAMES = {"PM25_24H": "pm25", "PM10_24H": "pm10", "NO2_24H": "no2", "CO_24H": "co", "O3_8H": "o3_8h",
         "NO2_1H": "no2_1h", "CO_1H": "co_1h", "O3_1H": "o3_1h", "SO2_1H": "so2_1h"}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_package_aqi_hub_says_the_same(name: str) -> None:
    """Its 24 h mean of SO2 has the breakpoints of the hour, so that one is left out."""
    package = pytest.importorskip("aqi_hub.aqi_cn.aqi", reason="aqi-hub is not installed")
    pollutant = NAMES[name]
    standard: Standard = HJ_633_2026
    last = standard.breakpoints[pollutant][-1]
    # The package rounds 63.00000000000001 up to 64; so no value here has a whole index.
    values = np.linspace(0, last * 0.999, 487) + last * 1.234567e-4
    ours = sub_index(pollutant, values, standard)
    theirs = [package.cal_iaqi_cn(name, float(value)) for value in values]
    assert ours.tolist() == theirs
