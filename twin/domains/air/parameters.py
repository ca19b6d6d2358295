"""The air domain's section of the scenario; values, labels and sources stand in the ``parameters*.toml``."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from twin.core.errors import ParameterError
from twin.core.parameters import Frozen, Parameter
from twin.domains.air.kinds import MOST_STATIONS
from twin.domains.air.parameter_kinds import FROM_ROADS, FROM_SOURCES, SHIPPED, shipped
from twin.domains.air.parameters_roads import RoadEmissionParameters
from twin.domains.air.parameters_sources import SourceParameters

Speed = Annotated[float, Field(ge=0, le=0.1)]
Rate = Annotated[float, Field(ge=0, le=1)]
Concentration = Annotated[float, Field(ge=0, le=200)]
Count = Annotated[float, Field(ge=0, le=10_000)]


class StationPlace(Frozen):
    """Where a station stands."""

    name: str = Field(min_length=1, max_length=40)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class CleanAir(Frozen):
    """Concentrations of clean air."""

    pm25: Concentration
    coarse: Concentration
    so2: Concentration
    no2: Concentration


class Deposition(Frozen):
    """A speed for each kind of matter."""

    fine: Speed
    coarse: Speed
    so2: Speed
    nox: Speed
    voc: Speed


class ByPrecursor(Frozen):
    """A rate for each precursor."""

    so2: Rate
    nox: Rate
    voc: Rate


class MassByPrecursor(Frozen):
    """A mass of particles for each gram of a precursor."""

    so2: float = Field(ge=0, le=5)
    nox: float = Field(ge=0, le=5)
    voc: float = Field(ge=0, le=5)


class ForecastError(Frozen):
    """Errors one day ahead."""

    wind: float = Field(ge=0, le=2)
    mixing: float = Field(ge=0, le=2)
    direction_deg: float = Field(ge=0, le=180)
    humidity_points: float = Field(ge=0, le=50)
    temperature_c: float = Field(ge=0, le=20)


class ByIllness(Frozen):
    """A number for each kind of illness."""

    respiratory: Count
    cardiac: Count


class SuppliedPaths(Frozen):
    """Tables of one's own (CSV or Parquet), relative to the scenario file; docs/how-to.md lists their columns."""

    inventory: str | None = Field(default=None, description="enterprises in place of drawn ones")
    weather: str | None = Field(default=None, description="an EPW file in place of the typical year of our own")
    days: str | None = Field(
        default=None,
        description="days before the run, as `twin validate air` reads them, from which warnings are learned",
    )


def _of(name: str, **limits: Any) -> Any:
    return shipped(name, **limits)


class AirParameters(SourceParameters, RoadEmissionParameters):
    """Everything about the air that a scenario may set."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED | FROM_SOURCES | FROM_ROADS

    tables: SuppliedPaths = Field(
        default={}, validate_default=True, description="Tables of one's own in place of what is drawn"
    )
    figures_for_residents: float = _of("figures_for_residents", ge=0, le=1e9)
    stations: list[StationPlace] = _of("stations", min_length=1, max_length=MOST_STATIONS)
    grid_km: float = _of("grid_km", ge=1, le=50)
    station_error: float = _of("station_error", ge=0, le=1)
    urban_residents: float = _of("urban_residents", ge=0, le=1e9)
    city_box_km: float = _of("city_box_km", ge=5, le=300)
    region_box_km: float = _of("region_box_km", ge=20, le=3000)
    carried_cell_km: float = _of("carried_cell_km", ge=1, le=25)
    carried_margin_km: float = _of("carried_margin_km", ge=0, le=200)
    carried_mixing_m2ps: float = _of("carried_mixing_m2ps", ge=0, le=20_000)
    region_emission_share: float = _of("region_emission_share", ge=0, le=10)
    region_joins: float = _of("region_joins", ge=0, le=1)
    clean_air_ugm3: CleanAir = _of("clean_air_ugm3")
    layer_wind_factor: float = _of("layer_wind_factor", ge=0.5, le=5)
    least_wind_mps: float = _of("least_wind_mps", ge=0.05, le=5)
    top_m: float = _of("top_m", ge=500, le=6000)
    deposition_mps: Deposition = _of("deposition_mps")
    washout_per_mm: float = _of("washout_per_mm", ge=0, le=5)
    oxidation_per_h: ByPrecursor = _of("oxidation_per_h")
    humid_factor: float = _of("humid_factor", ge=1, le=50)
    particle_mass: MassByPrecursor = _of("particle_mass")
    nitrate_evaporates_c: float = _of("nitrate_evaporates_c", ge=-20, le=50)
    background_sigma: float = _of("background_sigma", ge=0, le=2)
    background_memory_h: float = _of("background_memory_h", gt=0, le=720)
    spin_up_days: int = _of("spin_up_days", ge=0, le=60)
    forecast_error: ForecastError = _of("forecast_error")
    forecast_scale: float = _of("forecast_scale", ge=0, le=20)
    forecast_wind_bias: float = _of("forecast_wind_bias", gt=0, le=20)
    forecast_members: int = _of("forecast_members", ge=2, le=200)
    warning_at_h: int = _of("warning_at_h", ge=0, le=23)
    inspection_at_h: int = _of("inspection_at_h", ge=0, le=23)
    event_index: float = _of("event_index", ge=50, le=500)
    trip_yuan: float = _of("trip_yuan", ge=0, le=10_000)
    trips_a_car: float = _of("trips_a_car", ge=0, le=20)
    cars: int = _of("cars", ge=0, le=100_000_000)
    exposure_calls: ByIllness = _of("exposure_calls")
    calls_per_10_ugm3: ByIllness = _of("calls_per_10_ugm3")
    calls_from_ugm3: float = _of("calls_from_ugm3", ge=0, le=1000)
    calls_residents: float = _of("calls_residents", ge=0, le=1e9)

    def files(self) -> tuple[str, ...]:
        """Return the supplied files."""
        return tuple(path for path in self.tables.model_dump().values() if path is not None)

    @property
    def city_nights(self) -> bool:
        """Whether the city keeps its nights from being those of open country."""
        return self.urban_residents > 0

    def scale(self, residents: float) -> float:
        """Return what a whole city's figures are multiplied by where so many residents live."""
        return residents / self.figures_for_residents if self.figures_for_residents else 1.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [station.name for station in self.stations]
        if len(set(names)) < len(names):
            raise ValueError("stations must have names that differ")
        if self.region_box_km <= self.city_box_km:
            raise ParameterError(
                "region_box_km ({region}) must be greater than city_box_km ({city})",
                region=f"{self.region_box_km:g}", city=f"{self.city_box_km:g}",
            )  # fmt: skip
        return self
