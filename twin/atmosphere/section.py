"""The ``weather`` section of a scenario: the typical year and the ground (light: no numpy)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field, model_validator

from twin.core.parameters import Parameter, ParameterSection, read_parameters, shipped_field

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml"))

Correlation = Annotated[float, Field(ge=-1, le=1)]
Five = Annotated[list[Correlation], Field(min_length=5, max_length=5)]
Sectors = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=16, max_length=16)]


def _by_month(name: str) -> Any:
    return shipped_field(SHIPPED, name, min_length=12, max_length=12)


class WeatherParameters(ParameterSection):
    """What a typical year is drawn from; lists of twelve go by month."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    temperature_c: list[Annotated[float, Field(ge=-40, le=45)]] = _by_month("temperature_c")
    temperature_sd_k: list[Annotated[float, Field(ge=0, le=15)]] = _by_month("temperature_sd_k")
    daily_range_k: list[Annotated[float, Field(ge=0, le=30)]] = _by_month("daily_range_k")
    humidity_percent: list[Annotated[float, Field(ge=1, le=100)]] = _by_month("humidity_percent")
    humidity_sd_percent: list[Annotated[float, Field(ge=0, le=50)]] = _by_month("humidity_sd_percent")
    pressure_hpa: list[Annotated[float, Field(ge=500, le=1100)]] = _by_month("pressure_hpa")
    pressure_sd_hpa: list[Annotated[float, Field(ge=0, le=30)]] = _by_month("pressure_sd_hpa")
    wind_mps: list[Annotated[float, Field(ge=0.1, le=20)]] = _by_month("wind_mps")
    wind_sigma: list[Annotated[float, Field(ge=0, le=2)]] = _by_month("wind_sigma")
    sunshine_h: list[Annotated[float, Field(ge=0, le=24)]] = _by_month("sunshine_h")
    rain_mm: list[Annotated[float, Field(ge=0, le=100)]] = _by_month("rain_mm")
    wet_day_share: list[Annotated[float, Field(gt=0, lt=1)]] = _by_month("wet_day_share")
    same_day: list[Five] = shipped_field(SHIPPED, "same_day", min_length=5, max_length=5)
    next_day: list[Five] = shipped_field(SHIPPED, "next_day", min_length=5, max_length=5)
    wind_rose: list[Sectors] = shipped_field(SHIPPED, "wind_rose", min_length=4, max_length=4)
    wind_keeps_direction: float = shipped_field(SHIPPED, "wind_keeps_direction", ge=0, le=1)
    wind_turns_deg: float = shipped_field(SHIPPED, "wind_turns_deg", ge=5, le=90)
    gust_sigma: float = shipped_field(SHIPPED, "gust_sigma", ge=0, le=1.5)
    gust_persistence: float = shipped_field(SHIPPED, "gust_persistence", ge=0, le=0.99)
    afternoon_wind: float = shipped_field(SHIPPED, "afternoon_wind", ge=0, le=0.95)
    stagnation_per_month: list[Annotated[float, Field(ge=0, le=4)]] = _by_month("stagnation_per_month")
    stagnation_days: float = shipped_field(SHIPPED, "stagnation_days", ge=1, le=20)
    stagnation_wind_share: float = shipped_field(SHIPPED, "stagnation_wind_share", ge=0.1, le=1)
    rain_shape: float = shipped_field(SHIPPED, "rain_shape", ge=0.1, le=5)
    rain_hours: float = shipped_field(SHIPPED, "rain_hours", ge=1, le=24)
    albedo: float = shipped_field(SHIPPED, "albedo", ge=0.05, le=0.8)
    ground_moisture: float = shipped_field(SHIPPED, "ground_moisture", ge=0, le=1)
    morning_lapse_k_per_m: float = shipped_field(SHIPPED, "morning_lapse_k_per_m", ge=0.001, le=0.03)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if any(abs(self.same_day[i][j] - self.same_day[j][i]) > 1e-9 for i in range(5) for j in range(i)):
            raise ValueError("same_day must be the same below and above its diagonal")
        if any(self.same_day[i][i] != 1 for i in range(5)):
            raise ValueError("same_day must hold 1 on its diagonal")
        if any(not sum(season) > 0 for season in self.wind_rose):
            raise ValueError("wind_rose must have a sector with a share above 0 in each season")
        return self
