"""EPW files are read as the format says, and wrong ones are told of with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from support.commands import shared

from twin.atmosphere.epw import read_epw
from twin.atmosphere.weather import WeatherError
from twin.core.language import Language

REAL = shared("zhengzhou_typical_year.epw")
HEAD = ["LOCATION,Somewhere,Henan,CHN,ours,570830,34.72,113.65,8.0,110.4", *["COMMENTS,x"] * 7]


def a_year(leap: bool = False) -> list[str]:
    start = datetime(2004 if leap else 2005, 1, 1)
    lines = list(HEAD)
    for number in range(8784 if leap else 8760):
        at = start + timedelta(hours=number)
        cells = ["0"] * 35
        cells[:5] = [str(1990 + at.month), str(at.month), str(at.day), str(at.hour + 1), "0"]
        cells[6], cells[8], cells[9] = f"{10 + at.hour / 10:.1f}", "50", "101000"
        cells[13] = str(600 if 8 < at.hour < 16 else 0)
        cells[20], cells[21], cells[22], cells[33] = "350", "2.5", str((number // 48) % 10), "999"
        lines.append(",".join(cells))
    return lines


def written(folder: Path, lines: list[str]) -> Path:
    path = folder / "year.epw"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def changed(lines: list[str], line: int, cell: int, text: str) -> list[str]:
    cells = lines[line - 1].split(",")
    cells[cell] = text
    return [*lines[: line - 1], ",".join(cells), *lines[line:]]


@pytest.mark.parametrize("leap", [False, True])
def test_a_whole_year_is_read(tmp_path: Path, leap: bool) -> None:
    file = read_epw(written(tmp_path, a_year(leap)))
    weather = file.weather
    assert (weather.hours, weather.start.month, weather.start.hour) == (8784 if leap else 8760, 1, 0)
    assert (file.name, file.place.lat_deg, file.filled, file.cloud_by_radiation) == ("Somewhere", 34.72, {}, False)
    assert weather.temperature_c[:2].tolist() == [10.0, 10.1]
    assert weather.pressure_hpa[0] == 1010.0
    assert weather.cloud_tenths[[0, 48, 480]].tolist() == [0, 1, 0]
    assert not weather.rain_known
    assert not weather.rain_mm.any()


def test_short_gaps_are_filled_and_directions_go_through_north(tmp_path: Path) -> None:
    lines = a_year()
    for line, direction in ((20, "350"), (21, "999"), (22, "10")):
        lines = changed(lines, line, 20, direction)
    lines = changed(changed(lines, 10, 6, "99.9"), 11, 6, "99.9")
    file = read_epw(written(tmp_path, lines))
    assert file.filled == {"wind direction": 1, "dry bulb temperature": 2}
    assert file.weather.wind_from_deg[12] % 360 == pytest.approx(0.0, abs=1e-9)
    assert file.weather.temperature_c[:4] == pytest.approx([10.0, 10.1, 10.2, 10.3], abs=1e-9)


def test_clouds_that_are_dice_are_taken_from_the_radiation(tmp_path: Path) -> None:
    dice = np.random.default_rng(5).integers(0, 10, 8760)
    lines = a_year()
    for number, digit in enumerate(dice):
        lines[8 + number] = changed([lines[8 + number]], 1, 22, str(digit))[0]
    file = read_epw(written(tmp_path, lines))
    assert file.cloud_by_radiation
    assert abs(np.diff(file.weather.cloud_tenths)).max() < 1.0


WRONG: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "no_location": (lambda lines: ["City,x", *lines[1:]], "year.epw:1: an EPW file begins with LOCATION"),
    "no_latitude": (lambda lines: ["LOCATION,a,b,c,d,e,north,1,2", *lines[1:]], "year.epw:1: LOCATION must hold"),
    "no_place": (lambda lines: ["LOCATION,a,b,c,d,e,95,1,2", *lines[1:]], "are no place on earth"),
    "empty": (lambda lines: [], "begins with LOCATION"),
    "half_a_year": (lambda lines: lines[:4000], "holds 3,992 h"),
    "an_hour_twice": (lambda lines: [*lines[:30], *lines[29:-1]], "year.epw:31: month, day and hour are 1-1-22"),
    "short_line": (lambda lines: [*lines[:50], "2005,2,12,19,0", *lines[51:]], "year.epw:51: has 5 cells"),
    "text": (lambda lines: changed(lines, 60, 21, "calm"), "year.epw:60: wind speed is 'calm'"),
    "too_hot": (lambda lines: changed(lines, 61, 6, "88"), "year.epw:61: dry bulb temperature is 88"),
    "negative_wind": (lambda lines: changed(lines, 62, 21, "-1"), "year.epw:62: wind speed is -1"),
    "long_gap": (
        lambda lines: [*lines[:100], *(changed([line], 1, 8, "999")[0] for line in lines[100:107]), *lines[107:]],
        "year.epw:101: relative humidity is missing for 7 h in a row",
    ),
    "pressure_in_hpa": (lambda lines: changed(lines, 63, 9, "1013"), "year.epw:63: pressure is 1013"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files_are_told_of(tmp_path: Path, case: str) -> None:
    change, expected = WRONG[case]
    with pytest.raises(WeatherError) as caught:
        read_epw(written(tmp_path, change(a_year())))
    assert expected in str(caught.value)
    assert any("一" <= letter <= "鿿" for letter in caught.value.text(Language("zh")))


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(WeatherError, match=r"nothing\.epw: cannot be read"):
        read_epw(tmp_path / "nothing.epw")


@pytest.mark.skipif(not REAL.is_file(), reason="the typical year of Zhengzhou is not at hand")
def test_the_published_typical_year_of_zhengzhou_is_read() -> None:
    """Known: 8,760 h, -9.1 to 37.2 degrees, a mean wind of 2.34 m/s, no rain; its clouds are random digits."""
    file = read_epw(REAL)
    weather = file.weather
    assert (weather.hours, file.name, weather.rain_known, file.cloud_by_radiation) == (8760, "Zhengzhou", False, True)
    assert (weather.temperature_c.min(), weather.temperature_c.max()) == (-9.1, 37.2)
    assert weather.wind_mps.mean() == pytest.approx(2.34, abs=0.005)
    shares = np.bincount(weather.stability, minlength=6) / weather.hours
    assert 0.35 < shares[3] < 0.6, "most hours are neutral"
    assert shares.min() > 0.001
    noon, midnight = weather.mixing_height_m[14::24].mean(), weather.mixing_height_m[2::24].mean()
    assert midnight < 0.5 * noon
