"""The elevator domain's section of the scenario; values, labels and sources stand in ``parameters.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field, model_validator

from twin.core.errors import ParameterError
from twin.core.parameters import Duration, Frozen, Parameter, check_shares, read_parameters, shipped_field
from twin.domains.elevators.by_use import USES, ByUse, Share
from twin.domains.elevators.parameters_rescue import SHIPPED_RESCUE, RescueParameters

__all__ = ["CAUSES", "USES", "ElevatorParameters"]

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml")) | SHIPPED_RESCUE

OUTSIDE_CAUSES: Final = ("human", "rubbish", "power", "water_heat")
"""Causes that no visit prevents."""
WEAR_CAUSES: Final = ("door", "drive", "control")
"""Causes that grow with the time since maintenance."""
COMMON_CAUSES: Final = ("power_cut", "flood")
"""Causes that come to many elevators at once, as events of the scenario."""
CAUSES: Final = (*OUTSIDE_CAUSES, *WEAR_CAUSES, *COMMON_CAUSES)
"""Tables hold positions in this tuple."""
PROFILE_OF_USE: Final = {
    "residential": "home", "office": "work", "mall": "public", "hospital": "public", "hotel": "home",
    "station": "public", "other": "work",
}  # fmt: skip
"""Which hours of the day a use has."""

Weight = Annotated[float, Field(ge=0, le=1e6)]
Hours = Annotated[list[Weight], Field(min_length=24, max_length=24)]
Exponent = Annotated[float, Field(ge=0, le=4)]
PerBuilding = Annotated[float, Field(ge=1, le=100)]
Starts = Annotated[float, Field(gt=0, le=20_000)]
People = Annotated[float, Field(ge=1, le=13)]


def _of(name: str, **limits: Any) -> Any:
    return shipped_field(SHIPPED, name, **limits)


class SharesByUse(ByUse[Share]):
    """A share for each use; they add up to 1."""


class PowerByUse(Frozen):
    """An exponent for each use but hospitals."""

    residential: Exponent
    office: Exponent
    mall: Exponent
    hotel: Exponent
    station: Exponent
    other: Exponent


class PerBuildingByUse(ByUse[PerBuilding]):
    """A number of elevators for each use."""


class FloorsByUse(ByUse[Duration]):
    """A distribution of floors for each use."""


class StartsByUse(ByUse[Starts]):
    """Starts a day for each use."""


class PeopleByUse(ByUse[People]):
    """A mean number of people for each use."""


class CauseShares(Frozen):
    """A share for each cause of single failures; they add up to 1."""

    human: Share
    rubbish: Share
    power: Share
    water_heat: Share
    door: Share
    drive: Share
    control: Share


class HourProfiles(Frozen):
    """Weights of the 24 hours of a day."""

    home: Hours
    work: Hours
    public: Hours


class SuppliedPaths(Frozen):
    """Tables of one's own (CSV or Parquet), relative to the scenario file; docs/how-to.md lists their columns."""

    fleet: str | None = Field(default=None, description="elevators in place of drawn ones")


class ElevatorParameters(RescueParameters):
    """Everything about elevators that a scenario may set."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    tables: SuppliedPaths = Field(
        default={}, validate_default=True, description="Tables of one's own in place of what is drawn"
    )
    fleet_size: int = _of("fleet_size", ge=1, le=5_000_000)
    figures_for_residents: float = _of("figures_for_residents", ge=0, le=1e9)
    use_shares: SharesByUse = _of("use_shares")
    density_power: PowerByUse = _of("density_power")
    elevators_a_building: PerBuildingByUse = _of("elevators_a_building")
    floors: FloorsByUse = _of("floors")
    growth_per_year: float = _of("growth_per_year", ge=0, le=1)
    oldest_years: float = _of("oldest_years", gt=1, le=100)
    modernised_at_years: float = _of("modernised_at_years", gt=0, le=100)
    modernised_share: float = _of("modernised_share", ge=0, le=1)
    starts_a_day: StartsByUse = _of("starts_a_day")
    starts_sigma: float = _of("starts_sigma", ge=0, le=2)
    firms: int = _of("firms", ge=1, le=10_000)
    firm_power: float = _of("firm_power", ge=0, le=3)
    rescue_device_share: float = _of("rescue_device_share", ge=0, le=1)
    backup_power_share: float = _of("backup_power_share", ge=0, le=1)
    entrapments_per_elevator_year: float = _of("entrapments_per_elevator_year", ge=0, le=50)
    faults_per_entrapment: float = _of("faults_per_entrapment", ge=1, le=1000)
    cause_shares: CauseShares = _of("cause_shares")
    entrapment_shares: SharesByUse = _of("entrapment_shares")
    age_power: float = _of("age_power", ge=0, le=3)
    usage_power: float = _of("usage_power", ge=0, le=3)
    frailty_shape: float = _of("frailty_shape", ge=0.1, le=1000)
    wear_power: float = _of("wear_power", ge=1, le=5)
    maintenance_efficiency: float = _of("maintenance_efficiency", ge=0.05, le=1)
    repair_efficiency: float = _of("repair_efficiency", ge=0, le=1)
    round_days: int = _of("round_days", ge=1, le=3650)
    season_by_month: list[Weight] = _of("season_by_month", min_length=12, max_length=12)
    day_shape: float = _of("day_shape", ge=0.1, le=1e6)
    failures_by_hour: HourProfiles = _of("failures_by_hour")
    people_mean: PeopleByUse = _of("people_mean")
    repair_h: Duration = _of("repair_h")
    history_days: int = _of("history_days", ge=0, le=3650)
    ride_s: float = _of("ride_s", ge=0, le=600)
    flood_repair_h: Duration = _of("flood_repair_h")
    rain_per_mm: float = _of("rain_per_mm", ge=0, le=1)
    visits_per_worker: float = _of("visits_per_worker", ge=0, le=100)
    visit_yuan: float = _of("visit_yuan", ge=0, le=1e6)
    repair_yuan: float = _of("repair_yuan", ge=0, le=1e6)
    codes_per_fault: float = _of("codes_per_fault", ge=0, le=10_000)
    codes_without_wear_per_day: float = _of("codes_without_wear_per_day", ge=0, le=20)
    codes_half_life_days: float = _of("codes_half_life_days", gt=0, le=3650)
    judged_every_days: int = _of("judged_every_days", ge=1, le=3650)

    def files(self) -> tuple[str, ...]:
        """Return the supplied tables."""
        return tuple(path for path in self.tables.model_dump().values() if path is not None)

    def scale(self, residents: float) -> float:
        """Return what the fleet's size is multiplied by where so many residents live."""
        return residents / self.figures_for_residents if self.figures_for_residents else 1.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        check_shares(self, "use_shares", "entrapment_shares", "cause_shares", "illness_shares")
        for use in USES:
            if getattr(self.entrapment_shares, use) > 0 and getattr(self.use_shares, use) <= 0:
                raise ParameterError("entrapment_shares has {use}, of which use_shares has none", use=use)
        if self.shift_until_h <= self.shift_from_h:
            raise ParameterError(
                "shift_until_h ({until}) must be later than shift_from_h ({begins})",
                until=f"{self.shift_until_h:g}", begins=f"{self.shift_from_h:g}",
            )  # fmt: skip
        if sum(self.season_by_month) <= 0:
            raise ValueError("season_by_month must not be all 0")
        for profile, hours in self.failures_by_hour.model_dump().items():
            if sum(hours) <= 0:
                raise ParameterError("failures_by_hour.{profile} must not be all 0", profile=profile)
        return self
