"""Parameters of enterprises, building sites and homes."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.core.errors import ParameterError
from twin.core.parameters import Frozen, ParameterSection
from twin.domains.air.kinds import PLANT_KINDS
from twin.domains.air.parameter_kinds import shipped as _of

Tonnes = Annotated[float, Field(ge=0, le=1e7)]
Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=100)]
Cuts = Annotated[list[Share], Field(min_length=4, max_length=4)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Weights = dict[str, Weight]
Day = Annotated[list[int], Field(min_length=2, max_length=2)]


class PlantKind(Frozen):
    """One kind of enterprise."""

    share: Share
    stack_m: float = Field(gt=0, le=500)
    diameter_m: float = Field(gt=0, le=20)
    exit_c: float = Field(ge=-20, le=600)
    exit_mps: float = Field(ge=0, le=60)
    pm25_t: Tonnes
    coarse_t: Tonnes
    so2_t: Tonnes
    nox_t: Tonnes
    voc_t: Tonnes
    hour_yuan: float = Field(ge=0, le=1e8)
    at_night: Share
    heating_only: bool


class PlantKinds(Frozen):
    """Every kind of enterprise; their shares add up to 1."""

    power: PlantKind
    boilers: PlantKind
    cement: PlantKind
    bricks: PlantKind
    refractories: PlantKind
    aluminium: PlantKind
    foundries: PlantKind
    chemicals: PlantKind
    food: PlantKind
    coating: PlantKind


class WeightsByKind(Frozen):
    """Weights of districts for every kind of enterprise."""

    power: Weights
    boilers: Weights
    cement: Weights
    bricks: Weights
    refractories: Weights
    aluminium: Weights
    foundries: Weights
    chemicals: Weights
    food: Weights
    coating: Weights


class CutsByKind(Frozen):
    """What is left out under a blue, yellow, orange and red warning, for every kind of enterprise."""

    power: Cuts
    boilers: Cuts
    cement: Cuts
    bricks: Cuts
    refractories: Cuts
    aluminium: Cuts
    foundries: Cuts
    chemicals: Cuts
    food: Cuts
    coating: Cuts


class Emitted(Frozen):
    """Tonnes of each pollutant."""

    pm25_t: Tonnes
    coarse_t: Tonnes
    so2_t: Tonnes
    nox_t: Tonnes
    voc_t: Tonnes


class FittedFactors(Frozen):
    """A factor for each group of sources, and for the two secondary yields."""

    coal: Factor
    process: Factor
    traffic: Factor
    dust: Factor
    biomass: Factor
    inorganic: Factor
    organic: Factor


class SourceParameters(ParameterSection):
    """What a scenario may set about enterprises, building sites and homes."""

    enterprises: int = _of("enterprises", ge=1, le=20_000)
    size_sigma: float = _of("size_sigma", ge=0, le=3)
    plant_kinds: PlantKinds = _of("plant_kinds")
    industry_by_district: WeightsByKind = _of("industry_by_district")
    away_from_people: float = _of("away_from_people", ge=0, le=3)
    cuts: CutsByKind = _of("cuts")
    cheat_share: float = _of("cheat_share", ge=0, le=1)
    meter_share: float = _of("meter_share", gt=0, le=1)
    meter_outage_h: float = _of("meter_outage_h", gt=0, le=8760)
    load_sigma: float = _of("load_sigma", ge=0, le=2)
    reported_sigma: float = _of("reported_sigma", ge=0, le=3)
    cheat_found_share: float = _of("cheat_found_share", ge=0, le=1)
    inspections_a_day: int = _of("inspections_a_day", ge=0, le=10_000)
    building_sites: int = _of("building_sites", ge=0, le=20_000)
    site_pm25_t: float = _of("site_pm25_t", ge=0, le=1e6)
    site_coarse_t: float = _of("site_coarse_t", ge=0, le=1e7)
    site_nox_t: float = _of("site_nox_t", ge=0, le=1e6)
    site_hour_yuan: float = _of("site_hour_yuan", ge=0, le=1e8)
    site_cuts: Cuts = _of("site_cuts")
    home_coal: Emitted = _of("home_coal")
    home_biomass: Emitted = _of("home_biomass")
    home_density_power: float = _of("home_density_power", ge=0, le=3)
    heating_from: Day = _of("heating_from")
    heating_until: Day = _of("heating_until")
    fitted_factors: FittedFactors = _of("fitted_factors")
    area_km: float = _of("area_km", ge=0.5, le=20)

    @model_validator(mode="after")
    def _sources_fit(self) -> Self:
        kinds = self.plant_kinds
        total = sum(getattr(kinds, kind).share for kind in PLANT_KINDS)
        if abs(total - 1) > 1e-6:
            raise ParameterError("{name} must add up to 1, not {total}", name="plant_kinds", total=f"{total:.7g}")
        for kind in PLANT_KINDS:
            cuts: list[float] = getattr(self.cuts, kind)
            if sorted(cuts) != cuts:
                raise ParameterError("cuts.{kind} must not fall from one level to the next", kind=kind)
        if sorted(self.site_cuts) != self.site_cuts:
            raise ValueError("site_cuts must not fall from one level to the next")
        for name in ("heating_from", "heating_until"):
            month, day = getattr(self, name)
            if not (1 <= month <= 12 and 1 <= day <= 31):
                raise ParameterError("{name} must be a month and a day, such as [11, 15]", name=name)
        return self
