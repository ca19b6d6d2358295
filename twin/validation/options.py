"""What is fitted and judged (light: no numpy)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What is fitted and judged.

    Attributes
    ----------
    fit_years, predict_years
        None for the first two thirds of the record's years, and for those after the last year of fitting.
    draws
        Forecasts drawn for each quality of the weather's forecast.
    city
        Whose rows of the file are read; None where it holds one city alone.
    """

    fit_years: tuple[int, ...] | None = None
    predict_years: tuple[int, ...] | None = None
    limit_ugm3: float = 150.0
    seed: int = 1
    draws: int = 6
    city: str | None = None
