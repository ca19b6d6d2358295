"""Parameters of alarm, workers and rescue; values, labels and sources stand in ``parameters_rescue.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Final

from twin.core.parameters import Duration, Frozen, Parameter, ParameterSection, read_parameters, shipped_field
from twin.domains.elevators.by_use import ByUse, Share

SHIPPED_RESCUE: Final = read_parameters(Path(__file__).with_name("parameters_rescue.toml"))


def _of(name: str, **limits: Any) -> Any:
    return shipped_field(SHIPPED_RESCUE, name, **limits)


class VulnerableShares(ByUse[Share]):
    """A share of the people for each use."""


class IllnessShares(Frozen):
    """A share of the illnesses for each condition of the emergency domain; they add up to 1."""

    respiratory: Share
    stemi: Share
    stroke: Share
    other: Share


class RescueParameters(ParameterSection):
    """What a scenario may set about alarm, workers and rescue."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED_RESCUE

    platform_share: float = _of("platform_share", ge=0, le=1)
    notice_min: Duration = _of("notice_min")
    property_answers_share: float = _of("property_answers_share", ge=0, le=1)
    property_answer_min: Duration = _of("property_answer_min")
    platform_call_min: Duration = _of("platform_call_min")
    unanswered_min: Duration = _of("unanswered_min")
    connected_alarm_s: Duration = _of("connected_alarm_s")
    false_alarms_per_year: float = _of("false_alarms_per_year", ge=0, le=100)
    ring_round_min: Duration = _of("ring_round_min")
    estate_buildings: float = _of("estate_buildings", ge=1, le=10_000)
    elevators_per_worker: float = _of("elevators_per_worker", gt=0, le=10_000)
    qualified_share: float = _of("qualified_share", gt=0, le=1)
    night_on_call_share: float = _of("night_on_call_share", ge=0, le=1)
    shift_from_h: float = _of("shift_from_h", ge=0, lt=24)
    shift_until_h: float = _of("shift_until_h", gt=0, le=24)
    home_km: float = _of("home_km", ge=0, le=50)
    inspection_min: float = _of("inspection_min", gt=0, le=600)
    between_visits_min: float = _of("between_visits_min", ge=0, le=600)
    second_level_stations: int = _of("second_level_stations", ge=0, le=2000)
    fire_stations: int = _of("fire_stations", ge=0, le=2000)
    turn_out_day_min: Duration = _of("turn_out_day_min")
    turn_out_night_min: Duration = _of("turn_out_night_min")
    team_turn_out_min: Duration = _of("team_turn_out_min")
    worker_time_factor: float = _of("worker_time_factor", gt=0.1, le=10)
    fire_time_factor: float = _of("fire_time_factor", gt=0.1, le=10)
    access_min: Duration = _of("access_min")
    release_min: Duration = _of("release_min")
    stranger_factor: float = _of("stranger_factor", ge=1, le=100)
    restart_min: Duration = _of("restart_min")
    mend_min: Duration = _of("mend_min")
    moves_again_share: float = _of("moves_again_share", ge=0, le=1)
    power_reset_s: Duration = _of("power_reset_s")
    false_alarm_check_min: float = _of("false_alarm_check_min", ge=0, le=600)
    ask_again_min: float = _of("ask_again_min", ge=0.5, le=240)
    gather_s: float = _of("gather_s", ge=0, le=3600)
    options_for_each: int = _of("options_for_each", ge=1, le=200)
    own_firm_within_km: float = _of("own_firm_within_km", gt=0, le=1000)
    teams_for_each: int = _of("teams_for_each", ge=1, le=200)
    vulnerable_shares: VulnerableShares = _of("vulnerable_shares")
    illness_shares: IllnessShares = _of("illness_shares")
    ill_per_person_h: float = _of("ill_per_person_h", ge=0, le=100)
    vulnerable_ill_factor: float = _of("vulnerable_ill_factor", ge=0, le=1000)
    worker_yuan_per_h: float = _of("worker_yuan_per_h", ge=0, le=10_000)
    second_level_yuan: float = _of("second_level_yuan", ge=0, le=1e6)
    connected_yuan_per_year: float = _of("connected_yuan_per_year", ge=0, le=1e6)
    tracked_days: float = _of("tracked_days", ge=0, le=31)
