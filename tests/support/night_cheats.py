"""What stations would see of an enterprise that secretly emits more at night, and when a rule finds it.

One run in which everybody is honest gives each morning's view. Plumes are linear in emissions, so what a cheat adds to
the residuals within an hour is its units times what it emits more. What of it is older, and is carried on by the wind,
is left out: the rule by gap looks at fresh plumes alone, and to it the rest is noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from support.air_runs import run_air
from twin.city.city import City
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView
from twin.domains.air.decisions_warning import Warn
from twin.domains.air.domain import AirDomain
from twin.domains.air.parameters import AirParameters

Floats = NDArray[np.float64]
Rule = Callable[[PlantInspectionView], InspectPlants]

FROM_H: Final = 22
UNTIL_H: Final = 6
NEVER: Final = 100_000


@dataclass(frozen=True, eq=False)
class Mornings:
    """The mornings of a run, the first at nine of its first day.

    Attributes
    ----------
    last_hour
        Of each view: the hour, counted from midnight of the run's first day, before which it was made.
    ordinary_gps
        What each enterprise emits in each hour from that midnight on, shape (hours, enterprises).
    units_ugm3, aloft
        What it gives the stations, shape (hours, stations, enterprises); whether its plume ends above the lid.
    finds
        Whether a visit of that day would find who cheats, shape (days, enterprises).
    apart_m
        From the nearest station, shape (enterprises,).
    """

    views: list[PlantInspectionView]
    last_hour: list[int]
    ordinary_gps: Floats
    units_ugm3: Floats
    aloft: NDArray[np.bool_]
    finds: NDArray[np.bool_]
    stack_m: Floats
    apart_m: Floats

    @property
    def night(self) -> NDArray[np.bool_]:
        """Hours of night, from the first evening on."""
        hours = np.arange(len(self.ordinary_gps))
        return ((hours % 24 >= FROM_H) | (hours % 24 < UNTIL_H)) & (hours >= FROM_H)


def honest_mornings(city: City, days: int, start: datetime, parameters: AirParameters, seed: int = 1) -> Mornings:
    """Live days in which nobody cheats, is warned or visited, and keep what the inspectors' chief sees."""
    views: list[PlantInspectionView] = []

    def look(view: PlantInspectionView) -> InspectPlants:
        views.append(view)
        return InspectPlants(())

    rules = {"plant_inspection": look, "air_warning": lambda view: Warn(0)}
    domain, _, _ = run_air(parameters, days=days, start=start, seed=seed, brain="city_brain", rules=rules, city=city)
    plants, first = domain.inventory.sources.plants, domain.hours.first
    hours = range(first, domain.hours.last)
    return Mornings(
        views,
        [round(view.time_s / 3600) for view in views],
        np.array([domain.emissions.ordinary(hour)[:plants, 0] for hour in hours]),
        np.stack([domain.air.units.of(hour)[:, :plants] for hour in hours]),
        np.stack([domain.air.units.aloft(hour)[:plants] for hour in hours]),
        domain.secrets._draw[domain.hours.day(first) :] < parameters.cheat_found_share,
        domain.inventory.sources.stack_m[:plants],
        _apart_m(domain),
    )


def _apart_m(domain: AirDomain) -> Floats:
    sources, stations = domain.inventory.sources, domain.inventory.receptors.station_xy_m
    east = sources.x_m[: sources.plants, None] - stations[:, 0]
    north = sources.y_m[: sources.plants, None] - stations[:, 1]
    return np.asarray(np.hypot(east, north).min(axis=1))


def secret_ugm3(mornings: Mornings, plant: int, factor: float) -> Floats:
    """Return what a cheat gives the stations beyond its reports, shape (hours, stations)."""
    more = (factor - 1) * mornings.ordinary_gps[:, plant] * mornings.night
    return np.asarray(more[:, None] * mornings.units_ugm3[:, :, plant])


def seen_over_noise(mornings: Mornings, plant: int, factor: float) -> float:
    """Return how far a cheat stands out of the nights' residuals: the length of what it adds, over their spread."""
    night = mornings.night
    added = _relative(secret_ugm3(mornings, plant, factor)[night])
    count = mornings.last_hour[-1]
    noise = _relative(mornings.views[-1].residual_ugm3[-min(count, len(mornings.views[-1].residual_ugm3)) :])
    return float(np.sqrt((added**2).sum()) / noise.std())


def _relative(ugm3: Floats) -> Floats:
    return np.asarray(ugm3 - np.median(ugm3, axis=1, keepdims=True))


def days_to_find(mornings: Mornings, plant: int, factor: float, rule: Rule) -> int | None:
    """Return after how many mornings a rule has found a cheat, who began on the first evening; None if it has not."""
    secret = secret_ugm3(mornings, plant, factor)
    visited = np.full(len(mornings.views[0]), -NEVER)
    for day, (view, end) in enumerate(zip(mornings.views, mornings.last_hour, strict=True)):
        added = np.zeros_like(view.residual_ugm3)
        count = min(len(added), end)
        added[len(added) - count :] = secret[end - count : end]
        own = replace(view, residual_ugm3=view.residual_ugm3 + added, days_since_visit=(day - visited).astype(np.int32))
        chosen = rule(own).plants
        visited[list(chosen)] = day
        if end > FROM_H and plant in chosen and mornings.finds[day, plant]:
            return day
    return None


def chosen_cheats(mornings: Mornings, factor: float, count: int, seed: int) -> Sequence[int]:
    """Return enterprises, half of them drawn by what they emit at night, half of those that stations see best.

    Of the latter every third is taken, so that they reach from what stands out to what hardly does.
    """
    weight = mornings.ordinary_gps[mornings.night].mean(axis=0)
    drawn = np.random.default_rng(seed).choice(len(weight), count // 2, replace=False, p=weight / weight.sum())
    seen = np.array([seen_over_noise(mornings, plant, factor) for plant in range(len(weight))])
    order = [plant for plant in np.argsort(-seen, kind="stable").tolist() if plant not in drawn]
    chosen = [*order[: 3 * (count - len(drawn)) : 3], *drawn.tolist()]
    return sorted(chosen, key=lambda plant: (-seen[plant], plant))
