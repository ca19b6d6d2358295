"""What crews do besides missions: they change, they eat, and their vehicles are lost and come back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from twin.core.clock import DAY_S, HOUR_S
from twin.domains.emergency.agents import Ambulance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from twin.domains.emergency.service import Service


class Duties:
    """When each crew changes and eats, from the table of crews: shape (days, crews) each."""

    def __init__(self, service: Service, table: pd.DataFrame, on_ready: Callable[[Service], None]) -> None:
        self._service = service
        self._on_ready = on_ready
        crews = len(service.fleet.ambulances)
        self._columns = {name: table[name].to_numpy().reshape(-1, crews) for name in table.columns}
        clock = service.twin.clock
        self._midnight_s = -clock.second_of_day(0.0)
        if clock.second_of_day(0.0) < clock.warm_up_s:
            self._midnight_s -= DAY_S
        for place, hour in enumerate(service.parameters.shift_changes_h):
            self._plan_changes(place, hour, 0)

    def _plan_changes(self, place: int, hour: float, day: int) -> None:
        """Plan the changes of one day, and those of the next when they are over."""
        service = self._service
        begins_s = self._midnight_s + day * DAY_S + hour * HOUR_S
        if begins_s > service.twin.clock.duration_s or day >= len(self._columns["order"]):
            return
        for ambulance in service.fleet.ambulances:
            at_s = begins_s + self._columns[f"change{place}_s"][day, ambulance.number]
            takes_s = float(self._columns[f"change{place}_takes_s"][day, ambulance.number])
            if at_s > service.now:
                service.after(at_s - service.now, partial(self._change, ambulance, takes_s))
        next_s = begins_s + DAY_S - HOUR_S
        service.after(next_s - service.now, partial(self._plan_changes, place, hour, day + 1))

    def _change(self, ambulance: Ambulance, takes_s: float) -> None:
        ambulance.changes_due = takes_s
        if ambulance.status == "at_station":
            self.change_crew(ambulance)

    def change_crew(self, ambulance: Ambulance) -> None:
        """Change the crew of a vehicle that stands at its post, if that is due."""
        if not ambulance.changes_due:
            return
        takes_s, ambulance.changes_due = ambulance.changes_due, 0.0
        self._service.set_status(ambulance, "changing_crew")
        self._service.after(takes_s, partial(self._changed, ambulance))

    def _changed(self, ambulance: Ambulance) -> None:
        stand_at_post(self._service, ambulance)
        self._on_ready(self._service)

    def plan_duty(self, from_h: Sequence[float], until_h: Sequence[float]) -> None:
        """Let vehicles be on duty between these local hours only; equal ones, or 0 and 24, mean always."""
        service = self._service
        now_h = service.twin.clock.second_of_day(service.now) / HOUR_S
        for ambulance, begins_h, ends_h in zip(service.fleet.ambulances, from_h, until_h, strict=True):
            if begins_h % 24 == ends_h % 24:
                continue
            if not _within(now_h, begins_h, ends_h):
                change_service(service, ambulance, 1)
            for hour, change in ((begins_h, -1), (ends_h, 1)):
                delay_s = ((hour - now_h) % 24) * HOUR_S or DAY_S
                service.after(delay_s, partial(self._change_duty, ambulance, change))

    def _change_duty(self, ambulance: Ambulance, change: int) -> None:
        service = self._service
        if change_service(service, ambulance, change):
            self._on_ready(service)
        if service.now < service.twin.clock.duration_s:
            service.after(DAY_S, partial(self._change_duty, ambulance, change))

    def meal_begins_s(self, ambulance: Ambulance, time_s: float) -> tuple[float, float] | None:
        """Return when the crew's meal that could last now may begin at the earliest, and how long it takes."""
        day = int((time_s - self._midnight_s) // DAY_S)
        window_s = 60 * self._service.parameters.meal_window_min
        for place, hour in enumerate(self._service.parameters.meals_from_h):
            begins_s = self._midnight_s + day * DAY_S + hour * HOUR_S
            if begins_s <= time_s < begins_s + window_s and day < len(self._columns["order"]):
                wanted_s = begins_s + self._columns[f"meal{place}_s"][day, ambulance.number]
                return float(wanted_s), float(self._columns[f"meal{place}_takes_s"][day, ambulance.number])
        return None

    def lost_first(self, share: float) -> list[Ambulance]:
        """Return the vehicles that are lost when this share of the fleet is."""
        order = self._columns["order"][0]
        lost = round(share * len(order))
        return [ambulance for ambulance in self._service.fleet.ambulances if order[ambulance.number] < lost]


def meal_delay_s(service: Service, ambulance: Ambulance) -> float:
    """Return how much longer a standing crew needs because it eats; a meal that was over counts as eaten.

    A crew eats from when it wants to, or from when it is at its post, until it is done or is called; one that is called
    goes on eating when it is back, if the time for it is not over.
    """
    now_s = service.now
    meal = service.duties.meal_begins_s(ambulance, now_s)
    if meal is None:
        return 0.0
    wanted_s, takes_s = meal
    begins_s = max(wanted_s, ambulance.stood_since_s)
    if begins_s > now_s or ambulance.ate_until_s > wanted_s:
        return 0.0
    if begins_s + takes_s <= now_s:
        ambulance.ate_until_s = begins_s + takes_s
        return 0.0
    return service.parameters.meal_delay_s


def arrive_at_post(service: Service, ambulance: Ambulance) -> None:
    """Stand at the post: ready, or changing the crew, or out of service."""
    ambulance.stood_since_s = service.now
    stay_at_post(service, ambulance)


def stay_at_post(service: Service, ambulance: Ambulance) -> None:
    """Do at the post what has waited for it: a change of crew, or going out of service."""
    status = "out_of_service" if ambulance.losses else "at_station"
    if ambulance.status != status:
        service.set_status(ambulance, status)
    service.fleet.note(ambulance)
    service.duties.change_crew(ambulance)


def stand_at_post(service: Service, ambulance: Ambulance) -> None:
    """Stand at the post, ready unless the vehicle is lost."""
    ambulance.stood_since_s = service.now
    service.set_status(ambulance, "out_of_service" if ambulance.losses else "at_station")


def lose_vehicles(service: Service, share: float, begins: bool) -> None:
    """Put a share of the fleet out of service, or back; a vehicle on a mission ends it first."""
    for ambulance in service.duties.lost_first(share):
        change_service(service, ambulance, 1 if begins else -1)


def change_service(service: Service, ambulance: Ambulance, change: int) -> bool:
    """Add a reason why a vehicle is out of service, or take one away; say whether it is ready again.

    On a mission it ends that first.
    """
    ambulance.losses += change
    if ambulance.losses and ambulance.status == "at_station":
        service.set_status(ambulance, "out_of_service")
    elif not ambulance.losses and ambulance.status == "out_of_service":
        stand_at_post(service, ambulance)
        return True
    else:
        service.fleet.note(ambulance)
    return False


def _within(hour: float, begins_h: float, ends_h: float) -> bool:
    return begins_h <= hour < ends_h if begins_h < ends_h else hour >= begins_h or hour < ends_h
