"""Parameters of what roads emit."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.core.errors import ParameterError
from twin.core.parameters import Frozen, ParameterSection
from twin.domains.air.parameter_kinds import shipped as _of

Share = Annotated[float, Field(ge=0, le=1)]
Grams = Annotated[float, Field(ge=0, le=1000)]
Vehicles = Annotated[float, Field(ge=0, le=50_000)]
HourWeights = Annotated[list[Annotated[float, Field(ge=0, le=100)]], Field(min_length=24, max_length=24)]
SpeedShares = Annotated[list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=24, max_length=24)]


class KindShares(Frozen):
    """Shares of vehicle-km; they add up to 1."""

    car_petrol: Share
    car_diesel: Share
    lorry: Share
    bus: Share


class ByRoadClass(Frozen):
    """Vehicles a day and lane by class of road."""

    motorway: Vehicles
    trunk: Vehicles
    primary: Vehicles
    secondary: Vehicles
    tertiary: Vehicles
    minor: Vehicles


class Exhaust(Frozen):
    """Exhaust by pollutant."""

    pm25: Grams
    nox: Grams
    voc: Grams


class Particles(Frozen):
    """Particles below 2.5 and below 10 µm."""

    pm25: Grams
    pm10: Grams


class ByWeight(Frozen):
    """Particles of cars and of heavy vehicles."""

    car: Particles
    heavy: Particles


class RoadEmissionParameters(ParameterSection):
    """What a scenario may set about roads as sources."""

    kind_shares: KindShares = _of("kind_shares")
    ordinary_vehicles_a_lane: ByRoadClass = _of("ordinary_vehicles_a_lane")
    ordinary_by_hour: HourWeights = _of("ordinary_by_hour")
    ordinary_speed_share: SpeedShares = _of("ordinary_speed_share")
    lorry_mj_per_km: float = _of("lorry_mj_per_km", gt=0, le=50)
    lorry_g_per_mj: Exhaust = _of("lorry_g_per_mj")
    lorry_old_share: float = _of("lorry_old_share", ge=0, le=1)
    lorry_old_g_per_mj: Exhaust = _of("lorry_old_g_per_mj")
    bus_g_per_km: Exhaust = _of("bus_g_per_km")
    wear_g_per_km: ByWeight = _of("wear_g_per_km")
    road_dust_g_per_km: ByWeight = _of("road_dust_g_per_km")
    nox_of_the_fleet: float = _of("nox_of_the_fleet", gt=0, le=20)
    lived_factor: float = _of("lived_factor", gt=0, le=100)
    lorry_rule_share: float = _of("lorry_rule_share", ge=0, le=1)
    odd_even_complies: float = _of("odd_even_complies", ge=0, le=1)
    inside_ring_streets: list[list[str]] = _of("inside_ring_streets", min_length=1, max_length=9)

    @model_validator(mode="after")
    def _roads_fit(self) -> Self:
        total = sum(self.kind_shares.model_dump().values())
        if abs(total - 1) > 1e-6:
            raise ParameterError("{name} must add up to 1, not {total}", name="kind_shares", total=f"{total:.7g}")
        if sum(self.ordinary_by_hour) <= 0:
            raise ValueError("ordinary_by_hour must not be all 0")
        for weight in ("car", "heavy"):
            for name in ("wear_g_per_km", "road_dust_g_per_km"):
                each = getattr(getattr(self, name), weight)
                if each.pm10 < each.pm25:
                    raise ParameterError("{name}.{weight}: pm10 must be at least pm25", name=name, weight=weight)
        return self
