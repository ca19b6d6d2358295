"""Promises: Chinese web maps' coordinates become WGS84 and back, exactly, and other places stay where they are."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.city.coordinates import (
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china,
    to_wgs84,
    wgs84_to_gcj02,
)

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
DEGREE_M = 111_195.0

china = st.tuples(st.floats(72.1, 137.8), st.floats(0.9, 55.8))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def test_the_shift_in_zhengzhou_is_the_published_one() -> None:
    lon, lat = wgs84_to_gcj02(113.65, 34.75)
    assert lon - 113.65 == pytest.approx(0.00608, abs=5e-6)
    assert lat - 34.75 == pytest.approx(-0.00114, abs=5e-6)
    assert (lon - 113.65) * DEGREE_M * np.cos(np.radians(34.75)) == pytest.approx(556, abs=2)
    assert (lat - 34.75) * DEGREE_M == pytest.approx(-127, abs=1)


@given(china)
def test_gcj02_round_trip_is_exact(place: tuple[float, float]) -> None:
    assert np.allclose(gcj02_to_wgs84(*wgs84_to_gcj02(*place)), place, rtol=0, atol=1e-9)


@given(china)
def test_bd09_round_trip_is_exact(place: tuple[float, float]) -> None:
    assert np.allclose(bd09_to_gcj02(*gcj02_to_bd09(*place)), place, rtol=0, atol=1e-9)


@given(china)
def test_the_shift_is_never_more_than_some_hundred_metres(place: tuple[float, float]) -> None:
    lon, lat = wgs84_to_gcj02(*place)
    assert np.hypot((lon - place[0]) * np.cos(np.radians(place[1])), lat - place[1]) * DEGREE_M < 1_500


@given(anywhere.filter(lambda place: not in_china(*place)))
def test_outside_china_nothing_moves(place: tuple[float, float]) -> None:
    assert np.array_equal(wgs84_to_gcj02(*place), place)


@given(anywhere.filter(lambda place: not (71.9 < place[0] < 137.9 and 0.7 < place[1] < 55.9)))
def test_outside_china_nothing_moves_back(place: tuple[float, float]) -> None:
    assert np.array_equal(gcj02_to_wgs84(*place), place)


def test_arrays_keep_their_shape_and_equal_single_places() -> None:
    lon, lat = np.meshgrid([113.0, 114.0, 2.35], [34.0, 35.0])
    moved = wgs84_to_gcj02(lon, lat)
    assert moved[0].shape == (2, 3)
    assert moved[0][1, 0] == wgs84_to_gcj02(113.0, 35.0)[0]
    assert wgs84_to_gcj02([], [])[0].shape == (0,)


def test_baidu_places_are_converted_through_both_shifts() -> None:
    gcj02 = wgs84_to_gcj02(113.65, 34.75)
    assert np.allclose(to_wgs84(*gcj02_to_bd09(*gcj02), "bd09"), (113.65, 34.75), rtol=0, atol=1e-9)
    assert np.allclose(to_wgs84(*gcj02, "gcj02"), (113.65, 34.75), rtol=0, atol=1e-9)
    assert np.array_equal(to_wgs84(113.65, 34.75, "wgs84"), (113.65, 34.75))


def test_metro_stations_lie_at_the_bus_stops_that_share_their_name() -> None:
    """An independent check: metro stations are GCJ-02, bus stops of the same name WGS84.

    A stop may be named after the same thing at another place, so the median over all pairs tells.
    """
    metro_file, stop_file = SHARED / "zhengzhou_metro.json", SHARED / "zhengzhou_bus_stops_2013.csv"
    if not (metro_file.is_file() and stop_file.is_file()):
        pytest.skip(f"{metro_file.name} and {stop_file.name} are not in {SHARED}: they have no licence to be shipped")
    metres = np.array([DEGREE_M * np.cos(np.radians(34.75)), DEGREE_M])
    stops: dict[str, list[tuple[float, float]]] = {}
    with stop_file.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            stops.setdefault(row["stop"].removesuffix("站"), []).append((float(row["lon"]), float(row["lat"])))
    raw_m, converted_m = [], []
    for station in json.loads(metro_file.read_text(encoding="utf-8"))["stations"]:
        places = np.array(stops.get(station["name"].removesuffix("站"), []))
        if not len(places) or np.hypot(*((places - places.mean(axis=0)) * metres).T).max() > 400:
            continue
        raw_m.append((np.array([station["lon"], station["lat"]]) - places.mean(axis=0)) * metres)
        converted_m.append((np.array(gcj02_to_wgs84(station["lon"], station["lat"])) - places.mean(axis=0)) * metres)
    assert len(converted_m) >= 25
    assert np.median(raw_m, axis=0) == pytest.approx([556, -127], abs=60)
    assert np.median(converted_m, axis=0) == pytest.approx([0, 0], abs=60)
