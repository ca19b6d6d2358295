"""The afternoon's and the morning's questions: what the city sees, what it asks, and what it then orders."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.quality_index import STEPS, standard_on
from twin.domains.air.actions import LONG_AGO, Orders
from twin.domains.air.connections import WEATHER_FORECAST
from twin.domains.air.decisions_curbs import Curb, CurbsView
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView
from twin.domains.air.decisions_warning import DAYS_AHEAD, AirWarningView, DaysOfWeather, Warn
from twin.domains.air.forecasts import WeatherForecast
from twin.domains.air.hours import DAY_H
from twin.domains.air.known_air import RESPONDS_H, Response
from twin.domains.air.learned import LearnedModel, LearnedOutlook
from twin.domains.air.questions import AIR_WARNING, CURBS, PLANT_INSPECTION, TRAFFIC_RESTRICTION
from twin.domains.air.roads import rule_of

if TYPE_CHECKING:
    from twin.core.model import Twin
    from twin.domains.air.domain import AirDomain

Floats = NDArray[np.float64]
Kind = TypeVar("Kind", bound=np.generic)
PAST_DAYS: Final = 7
FEWEST_HOURS: Final = 12
"""A day of which fewer hours are known is not known."""


def read_only(column: NDArray[Kind]) -> NDArray[Kind]:
    """Return a column that nobody can change."""
    column.flags.writeable = False
    return column


class ModelOutlook:
    """What the city's own model expects; reckoned when it is asked for, once."""

    def __init__(self, desk: Desk, hour: int) -> None:
        self._desk, self._hour = desk, hour
        self._found: Floats | None = None

    def pm25_ugm3(self) -> Floats:
        """Return the daily means; see `twin.domains.air.decisions_warning.Outlook`."""
        if self._found is None:
            self._found = self._desk.expected_days(self._hour)
            self._found.flags.writeable = False
        return self._found


class LearnedView:
    """What the learned model expects; reckoned when it is asked for, once."""

    def __init__(self, desk: Desk, model: LearnedModel | None, hour: int) -> None:
        self._desk, self._model, self._hour = desk, model, hour

    @cached_property
    def _found(self) -> LearnedOutlook:
        if self._model is None:
            raise LookupError("there are no days to learn from: name a table of them in the scenario, air.tables.days")
        return self._desk.learned_days(self._model, self._hour)

    def pm25_ugm3(self) -> Floats:
        """Return the expected means; see `twin.domains.air.decisions_warning.Learned`."""
        return self._found.pm25_ugm3()

    def chance_over(self, ugm3: float) -> Floats:
        """Return chances; see there."""
        return self._found.chance_over(ugm3)

    def warn_from(self) -> Floats:
        """Return the chances from which to warn; see there."""
        return self._found.warn_from()


class Desk:
    """Asks, and orders what is answered.

    Parameters
    ----------
    domain
        With its air, what is known of it, and orders.
    """

    def __init__(self, twin: Twin, domain: AirDomain) -> None:
        self._twin, self._domain = twin, domain
        self._visited = np.full(domain.inventory.sources.plants, -LONG_AGO, np.int64)

    # -- what is known ----------------------------------------------------------------------------------------------

    def _forecast(self, hour: int, ahead: int) -> WeatherForecast:
        reaches = self._twin.brain.works(WEATHER_FORECAST.name)
        return self._domain.forecasts.read(hour, ahead, reaches=reaches)

    def _known_ratio(self, hour: int) -> Floats:
        domain = self._domain
        return domain.meters.ratio(hour - 1, domain.emissions.load(hour - 1))

    def expected_days(self, hour: int) -> Floats:
        """Return the means of today and the next days that the model expects without measures, (members, days)."""
        domain = self._domain
        clock_h = hour % DAY_H
        ahead = (1 + DAYS_AHEAD) * DAY_H - clock_h
        ratio = self._known_ratio(hour)
        none = np.zeros(len(domain.inventory.sources))
        gps = [domain.emissions.known(one, ratio, none, rule_of("none", domain.parameters))
               for one in range(hour, hour + ahead)]  # fmt: skip
        expected = domain.known.expect(self._forecast(hour, ahead), gps)
        seen = np.array(domain.known.observed[len(domain.known.observed) - clock_h :]).reshape(clock_h, -1)
        made = np.array(domain.known.expected[len(domain.known.expected) - clock_h :]).reshape(clock_h, -1)
        today = np.where(np.isfinite(seen), seen, made).mean(axis=1)[:, None] + np.zeros(expected.shape[1])
        hourly = np.concatenate([today.reshape(clock_h, -1), expected])
        return np.asarray(hourly.reshape(1 + DAYS_AHEAD, DAY_H, -1).mean(axis=1).T)

    def _days_of_weather(self, hour: int) -> DaysOfWeather:
        """Return daily means: of today what was and what is foreseen, then the next days."""
        clock_h = hour % DAY_H
        control = self._forecast(hour, (1 + DAYS_AHEAD) * DAY_H - clock_h).control
        midnight = self._domain.hours.moment(hour - clock_h)

        def daily(name: str) -> Floats:
            coming = getattr(control, name)
            if clock_h:
                coming = np.concatenate([getattr(self._domain.weather.between(midnight, clock_h), name), coming])
            return np.asarray(coming.reshape(1 + DAYS_AHEAD, DAY_H).mean(axis=1))

        return DaysOfWeather(*(
            read_only(daily(name)) for name in ("wind_mps", "humidity_percent", "temperature_c", "mixing_height_m")
        ))  # fmt: skip

    def learned_days(self, model: LearnedModel, hour: int) -> LearnedOutlook:
        """Return what the model expects that was fitted on days before the run."""
        domain, day = self._domain, self._domain.hours.day(hour)
        seen = [self._seen_mean(one * DAY_H, (one + 1) * DAY_H) for one in range(day)]
        lived = domain.weather.between(domain.hours.moment(0), hour)
        foreseen = self._forecast(hour, (1 + DAYS_AHEAD) * DAY_H - hour % DAY_H).control
        return model.expect(lived, foreseen, np.array([*seen, self._seen_mean(hour - DAY_H, hour)]))

    def _seen_mean(self, first: int, last: int) -> float:
        """Return the mean over hours and stations that the city has seen, NaN where it has seen too little."""
        seen = np.array(self._domain.known.observed[max(first, 0) : last])
        hours = np.isfinite(seen).any(axis=1) if seen.size else np.zeros(0, np.bool_)
        return float(np.nanmean(seen[hours])) if hours.sum() >= FEWEST_HOURS else float("nan")

    # -- the afternoon ----------------------------------------------------------------------------------------------

    def warning_view(self, hour: int) -> AirWarningView:
        """Return what is seen at the beginning of an hour."""
        domain, day = self._domain, self._domain.hours.day(hour)
        tomorrow = domain.hours.moment((day + 1) * DAY_H)
        past = [self._seen_mean((day - back) * DAY_H, (day - back + 1) * DAY_H) for back in range(PAST_DAYS, 0, -1)]
        return AirWarningView(
            time_s=domain.hours.begins(hour), month=tomorrow.month, level=domain.actions.on(day).level,
            days_in_force=domain.actions.days_in_force(day), today_ugm3=self._seen_mean(hour - DAY_H, hour),
            past_ugm3=read_only(np.array(past)), has_forecast=self._twin.brain.works(WEATHER_FORECAST.name),
            weather=self._days_of_weather(hour), index_steps=read_only(np.array(STEPS)),
            index_ugm3=read_only(np.array(standard_on(tomorrow.date()).breakpoints["pm25"], np.float64)),
            outlook=ModelOutlook(self, hour),
            learned=LearnedView(self, domain.learned, hour),
        )  # fmt: skip

    def ask_for_tomorrow(self, hour: int) -> None:
        """Ask whether to warn, and if so whom to curb and whether to restrict traffic; order it for tomorrow."""
        domain, brain = self._domain, self._twin.brain
        view = self.warning_view(hour)
        answer: Warn = brain.ask(AIR_WARNING, view, view.time_s)
        tomorrow = domain.hours.day(hour) + 1
        begins_s = domain.hours.midnight_s(tomorrow)
        if answer.level == 0:
            domain.actions.order(tomorrow, Orders(0, np.zeros(len(domain.inventory.sources))))
            domain.records.warnings.add(view.time_s, begins_s, 0, 0, 0.0, "none", 0.0, 0.0)
            return
        level = int(answer.level)
        ahead = (1 + tomorrow) * DAY_H + RESPONDS_H - DAY_H - hour
        control = self._forecast(hour, ahead).control
        response = domain.known.response(control.between(domain.hours.moment(tomorrow * DAY_H), RESPONDS_H))
        cut, relief = self._curb(hour, level, response, view.time_s)
        restriction, trips = self._restrict(hour, level, response, view.time_s)
        domain.actions.order(tomorrow, Orders(level, cut, restriction))
        curbed = int((cut[: domain.inventory.sources.plants] > 0).sum())
        domain.records.warnings.add(
            view.time_s, begins_s, level, curbed, relief, restriction, trips, trips * domain.parameters.trip_yuan
        )
        domain.restrict_traffic(tomorrow, restriction)

    def _curb(self, hour: int, level: int, response: Response, now_s: float) -> tuple[Floats, float]:
        """Return what each source is to leave out, and what the city expects of it."""
        domain = self._domain
        inventory, plants = domain.inventory, domain.inventory.sources.plants
        gps = self._tomorrows_gps(hour)
        contribution = response.of(gps)
        view = CurbsView(
            time_s=now_s, level=level, kind=inventory.sources.kind[:plants].copy(),
            hour_yuan=inventory.sources.hour_yuan[:plants].copy(), plan=inventory.cuts[level, :plants].copy(),
            heaviest=inventory.heaviest_cut.copy(), contribution_ugm3=np.maximum(contribution[:plants], 0.0),
        )  # fmt: skip
        for column in (view.kind, view.hour_yuan, view.plan, view.heaviest, view.contribution_ugm3):
            read_only(column)
        answer: Curb = self._twin.brain.ask(CURBS, view, now_s)
        cut = inventory.cuts[level].copy()
        cut[:plants] = np.minimum(answer.shares, inventory.heaviest_cut)
        return cut, float((cut * contribution).sum())

    def _tomorrows_gps(self, hour: int) -> Floats:
        """Return what is known to be emitted tomorrow on average without measures, shape (sources, species)."""
        domain = self._domain
        first = (domain.hours.day(hour) + 1) * DAY_H
        ratio, none = self._known_ratio(hour), np.zeros(len(domain.inventory.sources))
        rule = rule_of("none", domain.parameters)
        total = sum(domain.emissions.known(first + one, ratio, none, rule) for one in range(DAY_H))
        return np.asarray(total / DAY_H)

    def _restrict(self, hour: int, level: int, response: Response, now_s: float) -> tuple[str, float]:
        """Return what holds for traffic tomorrow, and how many trips it suppresses or sends round."""
        domain, brain = self._domain, self._twin.brain
        if brain.is_silent(TRAFFIC_RESTRICTION):
            return "none", 0.0
        relief, trips = {"none": 0.0}, {"none": 0.0}
        for name in ("lorries_inside_fourth_ring", "odd_even"):
            spared = np.zeros_like(domain.inventory.sources.gps)
            rows = domain.inventory.sources.of_kind("roads")
            roads = domain.inventory.roads
            for clock_h in range(DAY_H):
                whole = roads.ordinary(clock_h)
                spared[rows] += (whole.sum(axis=0) - roads.under(whole, rule_of(name, domain.parameters))) / DAY_H
            relief[name] = float(response.of(spared)[rows].sum())
            trips[name] = roads.trips_spared(rule_of(name, domain.parameters), domain.city_scale)
        view = TrafficRestrictionView(
            now_s, level, relief["lorries_inside_fourth_ring"], relief["odd_even"],
            trips["lorries_inside_fourth_ring"], trips["odd_even"],
        )  # fmt: skip
        answer: Restrict = brain.ask(TRAFFIC_RESTRICTION, view, now_s)
        return answer.rule, trips[answer.rule]

    # -- the morning ------------------------------------------------------------------------------------------------

    def inspection_view(self, hour: int) -> PlantInspectionView:
        """Return what the inspectors' chief sees at the beginning of an hour."""
        domain = self._domain
        plants = domain.inventory.sources.plants
        residual, count = domain.known.residuals()
        hours = range(hour - count, hour)
        units = np.stack([domain.air.units.of(one)[:, :plants] for one in hours])
        ratio = self._known_ratio(hour)
        view = PlantInspectionView(
            time_s=domain.hours.begins(hour), visits_possible=domain.parameters.inspections_a_day,
            reported_gps=domain.inventory.sources.gps[:plants, 0] * ratio,
            days_since_visit=(domain.hours.day(hour) - self._visited).astype(np.int32), residual_ugm3=residual,
            units_ugm3=units, hour_of_day=np.array([one % DAY_H for one in hours], np.int8),
        )  # fmt: skip
        for column in (view.reported_gps, view.days_since_visit, view.residual_ugm3, view.units_ugm3, view.hour_of_day):
            read_only(column)
        return view

    def send_inspectors(self, hour: int) -> None:
        """Ask whom to visit today, and see what is found."""
        domain = self._domain
        if domain.parameters.inspections_a_day == 0:
            return
        view = self.inspection_view(hour)
        answer: InspectPlants = self._twin.brain.ask(PLANT_INSPECTION, view, view.time_s)
        chosen = [int(plant) for plant in answer.plants]
        cut = domain.actions.on(domain.hours.day(hour)).cut
        for plant, found in zip(chosen, domain.secrets.visit(chosen, hour, cut), strict=True):
            self._visited[plant] = domain.hours.day(hour)
            domain.records.inspections.add(view.time_s, plant, found)
