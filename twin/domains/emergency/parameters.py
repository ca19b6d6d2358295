"""The emergency domain's section of the scenario; values, labels and sources stand in ``parameters.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field, model_validator

from twin.core.errors import ParameterError
from twin.core.parameters import (
    Duration,
    Frozen,
    Parameter,
    ParameterSection,
    check_shares,
    read_parameters,
    shipped_field,
)

CONDITIONS: Final = ("stemi", "stroke", "cardiac_arrest", "trauma", "respiratory", "obstetric", "other")

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml"))

SETTINGS: Final = ("residential", "office", "house", "outdoors")

Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(ge=0.01, le=1)]
Hour = Annotated[float, Field(ge=0, lt=24)]


def _of(name: str, **limits: Any) -> Any:
    return shipped_field(SHIPPED, name, **limits)


class ByCondition(Frozen):
    """One share for each condition."""

    stemi: Share
    stroke: Share
    cardiac_arrest: Share
    trauma: Share
    respiratory: Share
    obstetric: Share
    other: Share


class PositiveByCondition(Frozen):
    """One share above zero for each condition."""

    stemi: PositiveShare
    stroke: PositiveShare
    cardiac_arrest: PositiveShare
    trauma: PositiveShare
    respiratory: PositiveShare
    obstetric: PositiveShare
    other: PositiveShare


class DurationByCondition(Frozen):
    """One duration for each condition."""

    stemi: Duration
    stroke: Duration
    cardiac_arrest: Duration
    trauma: Duration
    respiratory: Duration
    obstetric: Duration
    other: Duration


class SettingShares(Frozen):
    """Where patients are."""

    residential: Share
    office: Share
    house: Share
    outdoors: Share


class DurationBySetting(Frozen):
    """One duration for each place where patients are."""

    residential: Duration
    office: Duration
    house: Duration
    outdoors: Duration


class ByAge(Frozen):
    """One share for each age group."""

    under_65: Share
    from_65: Share


class SuppliedPaths(Frozen):
    """Tables of one's own (CSV or Parquet), relative to the scenario file; docs/how-to.md lists their columns."""

    calls: str | None = Field(default=None, description="calls in place of drawn ones")
    vehicles: str | None = Field(default=None, description="vehicles in place of the crews of the stations")
    stations: str | None = Field(default=None, description="stations in place of the map's")
    extra_stations: str | None = Field(default=None, description="stations in addition to the map's")
    hospitals: str | None = Field(default=None, description="hospitals in place of the map's")
    speeds: str | None = Field(default=None, description="travel speeds of an ordinary day by hour")


class HospitalSteps(Frozen):
    """Durations in minutes from the door to treatment; a step that a condition lacks is left out."""

    first_look: Duration
    consultation: Duration | None = None
    consent: Duration | None = None
    transfer: Duration | None = None
    preparation: Duration | None = None


class StepsByCondition(Frozen):
    """Hospital steps for each condition."""

    stemi: HospitalSteps
    stroke: HospitalSteps
    cardiac_arrest: HospitalSteps
    trauma: HospitalSteps
    respiratory: HospitalSteps
    obstetric: HospitalSteps
    other: HospitalSteps


class EmergencyParameters(ParameterSection):
    """Everything about the 120 service that a scenario may set."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    tables: SuppliedPaths = Field(
        default={},
        validate_default=True,
        description="Tables of one's own in place of what is drawn or what the map holds",
    )
    calls_per_day: float = _of("calls_per_day", ge=0, le=200_000)
    dispatches_per_day: float = _of("dispatches_per_day", ge=0, le=200_000)
    patients_per_day: float = _of("patients_per_day", ge=0, le=200_000)
    figures_for_residents: float = _of("figures_for_residents", ge=0, le=1e9)
    symptom_to_call_min: DurationByCondition = _of("symptom_to_call_min")
    elderly_share: float = _of("elderly_share", ge=0, le=1)
    smartphone_shares: ByAge = _of("smartphone_shares")
    history_share: float = _of("history_share", ge=0, le=1)
    history_saves_min: Duration = _of("history_saves_min")
    calls_by_hour: list[Annotated[float, Field(ge=0)]] = _of("calls_by_hour", min_length=24, max_length=24)
    condition_shares: ByCondition = _of("condition_shares")
    life_threatening_shares: ByCondition = _of("life_threatening_shares")
    seats: int = _of("seats", ge=1, le=1000)
    pick_up_s: Duration = _of("pick_up_s")
    locate_verbal_s: Duration = _of("locate_verbal_s")
    locate_one_tap_s: Duration = _of("locate_one_tap_s")
    wrong_place_share: float = _of("wrong_place_share", ge=0, le=1)
    wrong_place_m: Duration = _of("wrong_place_m")
    triage_s: Duration = _of("triage_s")
    advice_s: Duration = _of("advice_s")
    alert_s: Duration = _of("alert_s")
    chute_day_s: Duration = _of("chute_day_s")
    chute_night_s: Duration = _of("chute_night_s")
    night_from_h: Hour = _of("night_from_h")
    night_until_h: Hour = _of("night_until_h")
    chute_station_sigma: float = _of("chute_station_sigma", ge=0, le=2)
    reconsider_s: float = _of("reconsider_s", gt=0, le=3600)
    siren_time_factor: float = _of("siren_time_factor", gt=0, le=2)
    setting_shares: SettingShares = _of("setting_shares")
    access_s: DurationBySetting = _of("access_s")
    floors: int = _of("floors", ge=1, le=200)
    stopped_elevator_share: float = _of("stopped_elevator_share", ge=0, le=1)
    stairs_s_per_floor: float = _of("stairs_s_per_floor", ge=0, le=600)
    scene_min: Duration = _of("scene_min")
    no_patient_scene_min: Duration = _of("no_patient_scene_min")
    first_vital_signs_min: Duration = _of("first_vital_signs_min")
    handover_min: Duration = _of("handover_min")
    clean_min: Duration = _of("clean_min")
    registration_min: Duration = _of("registration_min")
    off_hours_consent_factor: float = _of("off_hours_consent_factor", gt=0, le=10)
    team_on_site_from_h: Hour = _of("team_on_site_from_h")
    team_on_site_until_h: Hour = _of("team_on_site_until_h")
    team_call_in_min: Duration = _of("team_call_in_min")
    hospital_steps_min: StepsByCondition = _of("hospital_steps_min")
    bay_stay_min: Duration = _of("bay_stay_min")
    laboratory_min: Duration = _of("laboratory_min")
    arrange_transfer_min: Duration = _of("arrange_transfer_min")
    ems_shares: PositiveByCondition = _of("ems_shares")
    walk_in_bay_share: float = _of("walk_in_bay_share", ge=0, le=1)
    crews_on_duty: int = _of("crews_on_duty", ge=0, le=10_000)
    shift_changes_h: list[Hour] = _of("shift_changes_h", max_length=24)
    shift_change_spread_min: float = _of("shift_change_spread_min", ge=0, le=720)
    shift_change_min: Duration = _of("shift_change_min")
    meals_from_h: list[Hour] = _of("meals_from_h", max_length=12)
    meal_spread_min: float = _of("meal_spread_min", ge=0, le=720)
    meal_window_min: float = _of("meal_window_min", ge=0, le=720)
    meal_min: Duration = _of("meal_min")
    meal_delay_s: float = _of("meal_delay_s", ge=0, le=3600)
    share_vehicles: bool = _of("share_vehicles")
    coverage_target_min: float = _of("coverage_target_min", gt=0, le=240)
    coverage_hour: int = _of("coverage_hour", ge=0, le=23)
    mass_casualty_severe_share: float = _of("mass_casualty_severe_share", ge=0, le=1)
    tracked_days: float = _of("tracked_days", ge=0, le=31)

    def files(self) -> tuple[str, ...]:
        """Return the supplied tables."""
        return tuple(path for path in self.tables.model_dump().values() if path is not None)

    def scale(self, residents: float) -> float:
        """Return what the figures a day are multiplied by where so many residents are served."""
        return residents / self.figures_for_residents if self.figures_for_residents else 1.0

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if not self.patients_per_day <= self.dispatches_per_day <= self.calls_per_day:
            raise ParameterError(
                "patients_per_day ({patients}) <= dispatches_per_day ({dispatches}) <= calls_per_day ({calls}) "
                "must hold",
                patients=f"{self.patients_per_day:g}",
                dispatches=f"{self.dispatches_per_day:g}",
                calls=f"{self.calls_per_day:g}",
            )
        if sum(self.calls_by_hour) <= 0:
            raise ValueError("calls_by_hour must not be all 0")
        check_shares(self, "condition_shares", "setting_shares")
        return self
