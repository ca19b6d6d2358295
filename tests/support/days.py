"""Days of a made-up city whose air follows its weather, as the files that `twin validate air` reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.days_of_weather import days_of_weather
from twin.atmosphere.typical_year import draw_weather
from twin.core.streams import Streams

NAMES = {
    "pm25_ugm3": "PM25", "temperature_c": "avgtemp", "highest_c": "maxtemp", "lowest_c": "mintemp",
    "humidity_percent": "avgrh", "wind_mps": "avgws", "rain_mm": "precipitation", "pressure_pa": "avgp",
}  # fmt: skip


def made_up_days(first: date, days: int, *, seed: int = 5, noise: float = 0.2) -> DailyRecord:
    """Return days whose PM2.5 keeps six tenths of the day before and gathers in weak wind, damp air and winter."""
    weather = draw_weather(Streams(seed, 0), first, days)
    lived = days_of_weather(weather, np.full(days, np.nan)).only(NAMES)
    wind, humidity = lived.columns["wind_mps"], lived.columns["humidity_percent"]
    winter = np.cos(2 * np.pi * np.arange(days) / 365.25)
    given = 1.6 + 0.3 * winter - 0.45 * np.log(wind) + 0.004 * humidity
    given += noise * np.random.default_rng(seed).standard_normal(days)
    log = np.empty(days)
    log[0] = 4.0
    for day in range(1, days):
        log[day] = 0.6 * log[day - 1] + given[day]
    lived = replace(lived, columns={**lived.columns, "pm25_ugm3": np.exp(log)})
    return replace(lived, columns={name: lived.columns[name] for name in NAMES})


def write_days(record: DailyRecord, path: Path) -> Path:
    """Write days as a file."""
    rows = [",".join(["date", *(NAMES[name] for name in record.columns)])]
    for number, day in enumerate(record.dates):
        cells = [f"{column[number]:.2f}" if np.isfinite(column[number]) else "NA" for column in record.columns.values()]
        rows.append(",".join([f"{day:%Y/%m/%d}", *cells]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def with_values(record: DailyRecord, name: str, rows: slice, value: float) -> DailyRecord:
    """Return the record with other values in some rows of a column."""
    columns = {key: column.copy() for key, column in record.columns.items()}
    columns[name][rows] = value
    return replace(record, columns=columns)
