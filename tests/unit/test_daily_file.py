"""Files of observed days are read as they come, and wrong ones are told of with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.commands import ROOT
from support.days import made_up_days, write_days

from twin.atmosphere.daily_file import read_daily_record
from twin.atmosphere.daily_record import QUANTITIES
from twin.core.errors import TwinError
from twin.core.language import Language

LINES = 400


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = write_days(made_up_days(date(2020, 1, 1), LINES), tmp_path_factory.mktemp("days") / "days.csv")
    return path.read_text(encoding="utf-8").splitlines()


def read(folder: Path, lines: list[str]) -> object:
    path = folder / "days.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_daily_record(path)


def with_cell(lines: list[str], line: int, cell: int, text: str) -> list[str]:
    cells = lines[line - 1].split(",")
    cells[cell] = text
    return [*lines[: line - 1], ",".join(cells), *lines[line:]]


def test_days_out_of_order_missing_or_empty_find_their_place(tmp_path: Path, lines: list[str]) -> None:
    changed = with_cell(with_cell(lines, 5, 1, "NA"), 6, 1, "")
    changed = with_cell(with_cell(changed, 7, 1, "0"), 8, 0, "2020-1-7")
    record = read_daily_record(write_days_text(tmp_path, [changed[0], *changed[:0:-1], "", ""]))
    assert record.first == date(2020, 1, 1)
    assert record.days == LINES
    assert np.flatnonzero(np.isnan(record.pm25_ugm3)).tolist() == [3, 4, 5]
    left_out = read_daily_record(write_days_text(tmp_path, [*changed[:100], *changed[110:]]))
    assert left_out.days == LINES
    assert np.isnan(left_out.columns["wind_mps"]).sum() == 10


def write_days_text(folder: Path, lines: list[str]) -> Path:
    path = folder / "days.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_other_names_and_other_columns_are_fine(tmp_path: Path, lines: list[str]) -> None:
    head = lines[0].replace("PM25", "pm2.5").replace("avgws", "wind_mps").replace("date", "Date") + ",city"
    record = read_daily_record(write_days_text(tmp_path, [head, *(line + ",郑州" for line in lines[1:])]))
    assert {"pm25_ugm3", "wind_mps"} <= set(record.columns)
    assert "pm10_ugm3" not in record.columns


def test_days_may_be_written_as_spreadsheets_write_them(tmp_path: Path, lines: list[str]) -> None:
    known = read_daily_record(write_days_text(tmp_path, lines)).pm25_ugm3
    for change in (lambda day: day.replace("/", ""), lambda day: day.replace("/", "-") + " 00:00:00"):
        changed = [lines[0], *(",".join([change((c := line.split(",", 1))[0]), c[1]]) for line in lines[1:])]
        record = read_daily_record(write_days_text(tmp_path, changed))
        assert (record.first, record.pm25_ugm3.tolist()) == (date(2020, 1, 1), known.tolist())


def test_windows_writes_days_too(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "days.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert read_daily_record(tmp_path / "days.csv").days == LINES
    (tmp_path / "days.csv").write_bytes("\r".join(lines).encode())
    with pytest.raises(TwinError, match="its lines end in carriage returns alone"):
        read_daily_record(tmp_path / "days.csv")
    (tmp_path / "days.csv").write_bytes((lines[0] + ",城市\n").encode("gb18030"))
    with pytest.raises(TwinError, match="is not UTF-8 text"):
        read_daily_record(tmp_path / "days.csv")


def test_parquet_holds_the_same_days(tmp_path: Path, lines: list[str]) -> None:
    path = write_days_text(tmp_path, lines)
    frame = pd.read_csv(path)
    frame["date"] = pd.to_datetime(frame["date"])
    frame.loc[5, "PM25"] = np.nan
    frame.to_parquet(path.with_suffix(".parquet"))
    known, found = read_daily_record(path), read_daily_record(path.with_suffix(".parquet"))
    assert found.first == known.first
    assert np.isnan(found.pm25_ugm3[5])
    for name, column in known.columns.items():
        assert np.delete(found.columns[name], 5) == pytest.approx(np.delete(column, 5))


def test_one_of_several_cities_is_read_by_name(tmp_path: Path, lines: list[str]) -> None:
    other = [",".join([line.split(",", 2)[0], "7", line.split(",", 2)[2], "洛阳"]) for line in lines[1:]]
    path = write_days_text(tmp_path, [lines[0] + ",city", *(f"{line},郑州" for line in lines[1:]), *other])
    assert (read_daily_record(path, "洛阳").pm25_ugm3 == 7).all()
    assert read_daily_record(path, "郑州").days == LINES
    with pytest.raises(TwinError, match="'Paris' is none of the cities"):
        read_daily_record(path, "Paris")
    unnamed = write_days_text(
        tmp_path, [lines[0] + ",city", *(f"{line},{'NA' if n == 3 else 'x'}" for n, line in enumerate(lines[1:]))]
    )
    assert read_daily_record(unnamed).days == LINES


def test_what_was_written_is_read(tmp_path: Path) -> None:
    made = made_up_days(date(2020, 1, 1), 300)
    record = read_daily_record(write_days(made, tmp_path / "days.csv"))
    for name, column in made.columns.items():
        assert record.columns[name] == pytest.approx(column, abs=0.006)


def test_an_evening_knows_no_air_of_the_days_ahead() -> None:
    record = made_up_days(date(2020, 1, 1), 300)
    evening = record.until(date(2020, 3, 1), ahead=3)
    assert evening.days == 64
    assert np.flatnonzero(np.isnan(evening.pm25_ugm3)).tolist() == [61, 62, 63]
    assert np.isfinite(evening.columns["wind_mps"]).all()


def _humidity_as_share(line: str) -> str:
    cells = line.split(",")
    return ",".join([*cells[:5], f"{float(cells[5]) / 100:.2f}", *cells[6:]])


Change = Callable[[list[str]], list[str]]
WRONG: dict[str, tuple[Change, str]] = {
    "no_pm25": (lambda lines: [lines[0].replace("PM25", "dust"), *lines[1:]], "days.csv:1: no column PM25 / PM2.5"),
    "no_wind": (lambda lines: [lines[0].replace("avgws", "w"), *lines[1:]], "days.csv:1: no column avgws / wind_mps"),
    "no_date": (lambda lines: [lines[0].replace("date", "day"), *lines[1:]], "days.csv:1: no column date"),
    "no_day": (lambda lines: with_cell(lines, 9, 0, "31.1.2020"), "days.csv:9:date: '31.1.2020' is no day"),
    "no_such_day": (lambda lines: with_cell(lines, 9, 0, "2021-02-29"), "days.csv:9:date: '2021-02-29' is no day"),
    "empty_day": (lambda lines: with_cell(lines, 9, 0, ""), "days.csv:9:date: '' is no day"),
    "day_twice": (lambda lines: with_cell(lines, 9, 0, "2020/01/02"), "days.csv:9:date: 2020-01-02 stands there twice"),
    "text": (lambda lines: with_cell(lines, 11, 1, "high"), "days.csv:11:PM25: 'high' is not a number"),
    "unit": (lambda lines: with_cell(lines, 11, 6, "2 m/s"), "days.csv:11:avgws: '2 m/s' is not a number"),
    "negative": (lambda lines: with_cell(lines, 12, 1, "-9"), "days.csv:12:PM25: -9 is not between 0 and 2000"),
    "sentinel": (lambda lines: with_cell(lines, 12, 5, "999"), "days.csv:12:avgrh: 999 is not between 0 and 100 %"),
    "pressure_in_hpa": (lambda lines: with_cell(lines, 12, 8, "1013"), "days.csv:12:avgp: 1013 is not between"),
    "shares": (lambda lines: [lines[0], *map(_humidity_as_share, lines[1:])], "days.csv:avgrh: no value is above 1"),
    "same_twice": (
        lambda lines: [lines[0] + ",pm25_ugm3", *(line + ",1" for line in lines[1:])],
        "days.csv:1: columns PM25, pm25_ugm3 hold the same",
    ),
    "two_cities": (
        lambda lines: [lines[0] + ",city", *(f"{line},{'ab'[place % 2]}" for place, line in enumerate(lines[1:]))],
        "days.csv:city: '' is none of the cities that it holds (a, b); name one with --city, or leave",
    ),
    "few_days": (lambda lines: lines[:50], "holds 49 days with PM2.5, but 200 are needed"),
    "far_day": (lambda lines: with_cell(lines, 13, 0, "1914-01-01"), "lie between 1914-01-01 and"),
    "semicolons": (lambda lines: [line.replace(",", ";") for line in lines], "cells must be parted by commas"),
    "short_row": (lambda lines: [*lines[:20], "2020-01-20,50", *lines[21:]], "days.csv:21: has 2 cells"),
    "no_rows": (lambda lines: lines[:1], "has no rows"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files_are_told_of(tmp_path: Path, lines: list[str], case: str) -> None:
    change, expected = WRONG[case]
    with pytest.raises(TwinError) as caught:
        read(tmp_path, change(lines))
    assert expected in str(caught.value)
    assert any("一" <= letter <= "鿿" for letter in caught.value.text(Language("zh")))


def test_a_file_that_is_not_there_or_no_table_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(TwinError, match="there is no such file; name a CSV table"):
        read_daily_record(tmp_path / "none.csv")
    (tmp_path / "days.txt").write_text("x")
    with pytest.raises(TwinError, match=r"must end in \.csv"):
        read_daily_record(tmp_path / "days.txt")


def test_all_problems_are_told_at_once(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(TwinError) as caught:
        read(tmp_path, with_cell(with_cell(lines, 11, 1, "high"), 12, 5, "999"))
    assert len(str(caught.value).splitlines()) == 2


def test_the_page_on_how_to_names_every_column() -> None:
    told = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    for quantity in QUANTITIES:
        assert all(f"`{name}`" in told for name in quantity.names), f"docs/how-to.md lacks {quantity.names}"
