"""The traffic domain's section of the scenario; values, labels and sources stand in ``parameters.toml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from twin.core.parameters import Duration, Frozen, Parameter, ParameterSection, read_parameters, shipped_field
from twin.domains.traffic.parameter_kinds import (
    ActivityShares,
    BusHours,
    ByDestination,
    ByOffStreetKind,
    CarEquivalents,
    DayFactors,
    DayPlan,
    FrontageWeights,
    Hour,
    LaneFlows,
    LeaveTimes,
    MayPark,
    OpeningHours,
    Share,
    Shift,
    StayByPurpose,
    TimeOfDay,
    TurnLanes,
    Weight,
    ZoneTariff,
)

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml"))

PURPOSES: Final = ("home", "work", "school", "business", "leisure", "hospital", "through", "freight", "bus_service")
"""What a trip is for; tables hold positions in this tuple."""
DESTINATIONS: Final = ("work", "school", "business", "leisure", "hospital")
"""Purposes that a gravity model gives places to."""
VEHICLE_KINDS: Final = ("car", "through", "lorry", "bus")
LOT_KINDS: Final = ("roadside", "public", "commercial", "office", "residential", "hospital")
OFF_STREET_KINDS: Final = LOT_KINDS[1:]
STRUCTURES: Final = ("roadside", "surface", "underground")

MOST_PHASES: Final = 3
"""Phases that a signal can have; see `twin.domains.traffic.signals`."""
LEAST_GREEN_S: Final = 5.0


def _of(name: str, **limits: Any) -> Any:
    return shipped_field(SHIPPED, name, **limits)


def _plates(name: str, **limits: Any) -> Any:
    return Field(default=SHIPPED["plate_restriction"].value[name], validate_default=True, **limits)


class PlateRestriction(Frozen):
    """Which cars may not drive where and when, by the last digit of their plates, and what their drivers do."""

    rule: Literal["none", "odd_even", "digits"] = _plates("rule")
    digits_by_weekday: list[list[Annotated[int, Field(ge=0, le=9)]]] = _plates(
        "digits_by_weekday", min_length=7, max_length=7
    )
    inside: Literal["third_ring", "fourth_ring", "districts", "everywhere"] = _plates("inside")
    districts: list[str] = _plates("districts")
    from_h: Hour = _plates("from_h")
    until_h: Hour = _plates("until_h")
    complies: Share = _plates("complies")
    stays_home: Share = _plates("stays_home")
    exempt: list[Literal["car", "through", "lorry", "bus"]] = _plates("exempt")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.until_h <= self.from_h:
            raise ValueError("until_h must be after from_h")
        if (self.inside == "districts") != bool(self.districts):
            raise ValueError("districts must be named where inside is districts, and only there")
        if self.rule == "digits" and not any(self.digits_by_weekday):
            raise ValueError("digits_by_weekday bars no digit on any day")
        return self


class TrafficParameters(ParameterSection):
    """Who drives, and where one can park."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    lots: str | None = Field(
        default=None,
        description="Table of parking lots in place of ours, CSV or Parquet, relative to the scenario file; "
        "its columns stand in twin/domains/traffic/supplied_lots.py",
    )
    trips: str | None = Field(
        default=None,
        description="Table of trips in place of those that are drawn, CSV or Parquet, relative to the scenario file; "
        "its columns stand in twin/domains/traffic/supplied_trip_columns.py",
    )
    trips_per_day: float = _of("trips_per_day", ge=0, le=2e7)
    figures_for_residents: float = _of("figures_for_residents", ge=0, le=1e9)
    demand_factor: float = _of("demand_factor", ge=0, le=10)
    vehicles_per_agent: int = _of("vehicles_per_agent", ge=1, le=50)
    outer_trip_rate: float = _of("outer_trip_rate", ge=0, le=10)
    step_s: float = _of("step_s", ge=2, le=60, multiple_of=2)
    lane_flow_per_h: LaneFlows = _of("lane_flow_per_h")
    jam_density_per_m: float = _of("jam_density_per_m", ge=0.1, le=0.3)
    signal_green_share: float = _of("signal_green_share", ge=0.1, le=1)
    signals: Literal["share", "plans"] = _of("signals")
    signal_cycle_s: float = _of("signal_cycle_s", ge=40, le=240)
    signal_splits: Literal["equal", "by_lanes"] = _of("signal_splits")
    signal_every_s: float = _of("signal_every_s", ge=10, le=3600)
    signal_start_up_s: float = _of("signal_start_up_s", ge=0, le=10)
    signal_yellow_s: float = _of("signal_yellow_s", ge=0, le=10)
    signal_all_red_s: float = _of("signal_all_red_s", ge=0, le=10)
    signal_end_gain_s: float = _of("signal_end_gain_s", ge=0, le=10)
    load_delay: float = _of("load_delay", ge=0, le=20)
    load_delay_uncrossed: float = _of("load_delay_uncrossed", ge=0, le=20)
    load_delay_reach_m: float = _of("load_delay_reach_m", gt=0)
    load_delay_fullest: float = _of("load_delay_fullest", gt=0, le=1)
    crossing_share: float = _of("crossing_share", ge=0.1, le=1)
    turn_lane_m: TurnLanes = _of("turn_lane_m")
    queue_patience_s: float = _of("queue_patience_s", ge=0, le=3600)
    junction_slack: int = _of("junction_slack", ge=0, le=16)
    unjam_min: float = _of("unjam_min", ge=0, le=600)
    habits_from_h: list[Annotated[int, Field(ge=0, le=23)]] = _of("habits_from_h", min_length=1, max_length=24)
    habit_sigma: float = _of("habit_sigma", ge=0, le=1)
    news_every_min: int = _of("news_every_min", ge=1, le=120)
    watched_every_min: int = _of("watched_every_min", ge=1, le=60)
    news_shares: int = _of("news_shares", ge=1, le=24)
    news_weight: float = _of("news_weight", gt=0, le=1)
    points_around: int = _of("points_around", ge=1, le=32)
    patience_min: float = _of("patience_min", ge=0, le=240)
    may_park: MayPark = _of("may_park")
    least_stay_share: float = _of("least_stay_share", ge=0, le=1)
    feed_every_s: int = _of("feed_every_s", ge=2, le=3600)
    feed_delay_min: float = _of("feed_delay_min", ge=0, le=120)
    feed_error_share: float = _of("feed_error_share", ge=0, le=1)
    app_lots: int = _of("app_lots", ge=1, le=32)
    app_asks: int = _of("app_asks", ge=1, le=100)
    prices_every_min: float = _of("prices_every_min", ge=1, le=1440)
    price_elasticity: float = _of("price_elasticity", ge=-2, le=0)
    night_opening_h: list[Hour] = _of("night_opening_h", min_length=2, max_length=2)
    illegal_share: float = _of("illegal_share", ge=0, le=1)
    illegal_longest_min: float = _of("illegal_longest_min", ge=1, le=1440)
    illegal_one_lane_left: float = _of("illegal_one_lane_left", ge=0.05, le=1)
    persons_per_car: float = _of("persons_per_car", ge=1, le=9)
    commuter_share: float = _of("commuter_share", ge=0, le=1)
    mean_trip_km: ByDestination = _of("mean_trip_km")
    circuity: float = _of("circuity", ge=1, le=3)
    frontage_weights: FrontageWeights = _of("frontage_weights")
    frontage_m: float = _of("frontage_m", gt=0, le=10_000)
    residents_exponent: float = _of("residents_exponent", ge=0, le=3)
    activity_shares: ActivityShares = _of("activity_shares")
    attraction_by_district: dict[str, Weight] = _of("attraction_by_district")
    day_plans: list[DayPlan] = _of("day_plans", min_length=1, max_length=100, validate_default=True)
    shifts: list[Shift] = _of("shifts", min_length=1, max_length=20, validate_default=True)
    leave_at_h: LeaveTimes = _of("leave_at_h")
    school_start_h: TimeOfDay = _of("school_start_h")
    free_departures_by_hour: list[Weight] = _of("free_departures_by_hour", min_length=24, max_length=24)
    hospital_departures_by_hour: list[Weight] = _of("hospital_departures_by_hour", min_length=24, max_length=24)
    stay_min: StayByPurpose = _of("stay_min")
    planned_speed_kmh: float = _of("planned_speed_kmh", ge=1, le=200)
    weekend_factors: DayFactors = _of("weekend_factors")
    spring_festival_factors: DayFactors = _of("spring_festival_factors")
    spring_festivals: list[str] = _of("spring_festivals")
    day_type: Literal["by_date", "working_day", "weekend", "spring_festival"] = _of("day_type")
    value_of_time_yuan_per_h: Duration = _of("value_of_time_yuan_per_h")
    walk_m: Duration = _of("walk_m")
    home_permit_share: float = _of("home_permit_share", ge=0, le=1)
    through_trips_per_day: float = _of("through_trips_per_day", ge=0, le=1e7)
    lorry_trips_per_day: float = _of("lorry_trips_per_day", ge=0, le=1e7)
    lorry_departures_by_hour: list[Weight] = _of("lorry_departures_by_hour", min_length=24, max_length=24)
    buses: int = _of("buses", ge=0, le=1_000_000)
    bus_routes: int = _of("bus_routes", ge=1, le=100_000)
    bus_round_trips: int = _of("bus_round_trips", ge=1, le=50)
    bus_hours: BusHours = _of("bus_hours")
    car_equivalents: CarEquivalents = _of("car_equivalents")
    off_street_spaces: int = _of("off_street_spaces", ge=0, le=100_000_000)
    roadside_spaces: int = _of("roadside_spaces", ge=0, le=10_000_000)
    lot_mean_spaces: float = _of("lot_mean_spaces", ge=1, le=100_000)
    lot_size_sigma: float = _of("lot_size_sigma", ge=0, le=3)
    lot_least_spaces: int = _of("lot_least_spaces", ge=1, le=10_000)
    kerb_mean_spaces: float = _of("kerb_mean_spaces", ge=1, le=1000)
    kerb_space_m: float = _of("kerb_space_m", gt=0, le=100)
    lot_kind_shares: ByOffStreetKind = _of("lot_kind_shares")
    connectable_kinds: list[Literal["roadside", "public", "commercial", "office", "residential", "hospital"]] = _of(
        "connectable_kinds"
    )
    underground_shares: ByOffStreetKind = _of("underground_shares")
    recognition_share: float = _of("recognition_share", ge=0, le=1)
    barrier_recognised_s: float = _of("barrier_recognised_s", ge=0, le=600)
    barrier_ticket_s: float = _of("barrier_ticket_s", ge=0, le=600)
    opening_h: OpeningHours = _of("opening_h")
    tariff_zone_km: list[Annotated[float, Field(ge=0, le=1000)]] = _of("tariff_zone_km", min_length=2, max_length=2)
    tariff: list[ZoneTariff] = _of("tariff", min_length=3, max_length=3, validate_default=True)
    free_min: float = _of("free_min", ge=0, le=1440)
    closure_known_min: float = _of("closure_known_min", ge=0, le=1440)
    crash_capacity_share: list[list[Share]] = _of("crash_capacity_share", min_length=1, max_length=7)
    dark_signal_headway_s: float = _of("dark_signal_headway_s", ge=1, le=60)
    crowd_comes_before_min: Duration = _of("crowd_comes_before_min")
    crowd_leaves_after_min: Duration = _of("crowd_leaves_after_min")
    crowd_spread_m: float = _of("crowd_spread_m", ge=0, le=5000)
    gate_every_s: float = _of("gate_every_s", ge=2, le=3600)
    gate_set_point_share: float = _of("gate_set_point_share", gt=0, le=1)
    plate_restriction: PlateRestriction = _of("plate_restriction")
    tracked_share: float = _of("tracked_share", ge=0, le=1)
    ring_roads: list[list[str]] = _of("ring_roads", min_length=2, max_length=2, validate_default=True)

    def files(self) -> tuple[str, ...]:
        """Return the supplied tables of lots and trips, where there are any."""
        return tuple(name for name in (self.lots, self.trips) if name is not None)

    def scale(self, residents: float) -> float:
        """Return what the figures of the whole city are multiplied by where so many residents are served."""
        return residents / self.figures_for_residents if self.figures_for_residents else 1.0

    @property
    def agents_factor(self) -> float:
        """What numbers of vehicles are multiplied by to give those of agents."""
        return self.demand_factor / self.vehicles_per_agent

    @property
    def signal_lost_s(self) -> float:
        """Seconds in which a change of phase lets nobody through (Highway Capacity Manual 2000, chapter 16)."""
        between_s = self.signal_yellow_s + self.signal_all_red_s
        return max(0.0, self.signal_start_up_s + between_s - self.signal_end_gain_s)

    @property
    def trips_per_car(self) -> float:
        """Mean trips of a car on a working day, those that stay at home counted."""
        commuters = sum(plan.commuters * len(plan.stops) for plan in self.day_plans)
        others = sum(plan.others * len(plan.stops) for plan in self.day_plans)
        return self.commuter_share * commuters + (1 - self.commuter_share) * others

    @model_validator(mode="after")
    def _trips_are_lived_one_by_one(self) -> Self:
        if self.trips is not None and self.vehicles_per_agent > 1:
            raise ValueError("trips of your own are lived one by one; leave out vehicles_per_agent, or set it to 1")
        return self

    @model_validator(mode="after")
    def _plans_fit(self) -> Self:
        for kind in ("commuters", "others"):
            if sum(getattr(plan, kind) for plan in self.day_plans) > 1 + 1e-9:
                raise ValueError(f"day_plans: the shares of {kind} must add up to 1 at most")
        names = [plan.name for plan in self.day_plans]
        if len(set(names)) < len(names):
            raise ValueError("day_plans: each plan needs a name of its own")
        if self.trips_per_day > 0 and self.trips_per_car <= 0:
            raise ValueError("day_plans: no car leaves home, so trips_per_day must be 0")
        if abs(sum(shift.share for shift in self.shifts) - 1) > 1e-6:
            raise ValueError("the shares of shifts must add up to 1")
        return self

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if 60 % self.step_s:
            raise ValueError("step_s must go into a minute without rest: 2, 4, 6, 10, 12, 20, 30 or 60")
        if self.signal_every_s % self.step_s:
            raise ValueError("signal_every_s must be a whole number of step_s")
        if self.gate_every_s % self.step_s:
            raise ValueError("gate_every_s must be a whole number of step_s")
        return self

    @model_validator(mode="after")
    def _signals_fit(self) -> Self:
        if self.signals == "plans" and self.signal_cycle_s < MOST_PHASES * (self.signal_lost_s + LEAST_GREEN_S):
            raise ValueError("signal_cycle_s leaves three phases less than 5 s of green each besides their lost times")
        return self

    @model_validator(mode="after")
    def _crashes_fit(self) -> Self:
        if any(len(row) != lanes + 1 for lanes, row in enumerate(self.crash_capacity_share)):
            raise ValueError("crash_capacity_share needs rows of one, two, three and more values, for 2, 3, 4 lanes")
        if any(share <= 0 for row in self.crash_capacity_share for share in row):
            raise ValueError("crash_capacity_share must lie above 0")
        return self

    @model_validator(mode="after")
    def _profiles_fit(self) -> Self:
        for name in ("free_departures_by_hour", "hospital_departures_by_hour", "lorry_departures_by_hour"):
            if sum(getattr(self, name)) <= 0:
                raise ValueError(f"{name} must not be all 0")
        if self.bus_hours.until_h <= self.bus_hours.from_h:
            raise ValueError("bus_hours: until_h must be after from_h")
        for text in self.spring_festivals:
            try:
                date.fromisoformat(text)
            except ValueError:
                raise ValueError("spring_festivals must hold dates such as 2021-02-12") from None
        return self

    @model_validator(mode="after")
    def _lots_fit(self) -> Self:
        if abs(sum(self.lot_kind_shares.model_dump().values()) - 1) > 1e-6:
            raise ValueError("lot_kind_shares must add up to 1")
        if self.lot_mean_spaces < self.lot_least_spaces:
            raise ValueError("lot_mean_spaces must be at least lot_least_spaces")
        if any(opens >= closes for opens, closes in self.opening_h.model_dump().values()):
            raise ValueError("opening_h: lots must close after they open")
        if self.tariff_zone_km[0] > self.tariff_zone_km[1]:
            raise ValueError("tariff_zone_km must not fall")
        return self
