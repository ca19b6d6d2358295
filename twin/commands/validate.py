"""The command ``twin validate``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from twin.commands.options import FOLDER, JSON, LANGUAGE, say_step
from twin.core.errors import TwinError
from twin.core.language import Code, Language


@click.group(short_help="Judge parts of the twin on real observations.")
def validate() -> None:
    """Judge parts of the twin on real observations."""


@validate.command("air", short_help="Predict observed days of bad air, and judge it.")
@click.argument("observations", type=FOLDER)
@click.option("--fit-years", help="Years to learn from, as 2014-2017 or 2014,2016 [the first two thirds].")
@click.option("--predict-years", help="Years to predict [those after the last year to learn from].")
@click.option("--city", help="Whose rows to read, by the column city [the only one].")
@click.option(
    "--limit", "limit_ugm3", type=click.FloatRange(1, 1000), default=150.0, show_default=True,
    help="PM2.5 above which a day is to be warned of, µg/m³.",
)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="Chance of the forecasts that err.")
@click.option(
    "--draws", type=click.IntRange(1, 100), default=6, show_default=True, help="Forecasts drawn for each error."
)
@click.option(
    "--output", type=FOLDER, default=Path("air_validation.html"), show_default=True, help="Page to write (.html)."
)
@JSON
@LANGUAGE
def validate_air(
    observations: Path, fit_years: str | None, predict_years: str | None, city: str | None, limit_ugm3: float,
    seed: int, draws: int, output: Path, as_json: bool, lang: Code,
) -> int:  # fmt: skip
    """Fit the daily model of PM2.5 on some years of OBSERVATIONS (.csv, .parquet) and predict others.

    One line a day: date, PM25, avgtemp, avgrh, avgws, and, where they are known, maxtemp, mintemp, minrh, maxws,
    maxwswd, extremews, daylight, precipitation, avgp, mingt (docs/how-to.md says what they are). Nothing of the years
    that are predicted is used to fit or to choose anything.
    """
    from twin.validation.command import validate_and_write
    from twin.validation.options import Options

    options = Options(
        years_of("--fit-years", fit_years), years_of("--predict-years", predict_years), limit_ugm3, seed, draws, city
    )
    return validate_and_write(observations, options, output, Language(lang), say_step(Language(lang)), as_json=as_json)


def years_of(option: str, text: str | None) -> tuple[int, ...] | None:
    """Return the years that a text names: 2014-2017, or 2014,2016."""
    if text is None:
        return None
    years: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise TwinError(
                "{option}: {text!r} names no years; write them as 2014-2017 or 2014,2016", option=option, text=text
            )
        years += range(first, last + 1)
    return tuple(sorted(set(years)))
