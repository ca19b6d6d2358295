"""Who calls 120, when, from where, with what, and how long each step would take: drawn before any policy acts.

Every column comes from a stream of its own name, so a column that is added or changed moves no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S, Clock
from twin.core.parameters import Duration
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters, HospitalSteps

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]

PATIENT: Final = "patient"
NO_PATIENT: Final = "no_patient"
ADVICE: Final = "advice"
STEPS: Final = ("first_look", "consultation", "consent", "transfer", "preparation")
MINUTE_S: Final = 60.0


def draw_ring_times(
    generator: np.random.Generator, clock: Clock, parameters: EmergencyParameters, residents: float
) -> NDArray[np.float64]:
    """Draw a non-homogeneous Poisson process whose rate is constant within each local hour.

    Parameters
    ----------
    residents
        Whom the service serves; the figures a day are scaled to them.

    Returns seconds since the scenario's start, ascending; from the beginning of the warm-up to the scenario's end.
    """
    shape = np.array(parameters.calls_by_hour) / np.mean(parameters.calls_by_hour)
    first_s, last_s = -clock.warm_up_s, clock.duration_s
    offset_s = clock.second_of_day(first_s) % HOUR_S
    inner = np.arange(first_s - offset_s + HOUR_S, last_s, HOUR_S)
    edges_s = np.concatenate([[first_s], inner, [last_s]])
    hours = [clock.hour_of_day(middle_s) for middle_s in (edges_s[:-1] + edges_s[1:]) / 2]
    per_second = parameters.calls_per_day * parameters.scale(residents) * shape[hours] / (24 * HOUR_S)
    expected = np.concatenate([[0.0], np.cumsum(per_second * np.diff(edges_s))])
    count = generator.poisson(expected[-1])
    ring_s: NDArray[np.float64] = np.interp(np.sort(generator.uniform(0.0, expected[-1], count)), expected, edges_s)
    return ring_s


def draw_kinds(uniform: NDArray[np.float64], parameters: EmergencyParameters) -> NDArray[np.object_]:
    """Say what becomes of each call: a patient, a dispatch that finds none, or advice without a vehicle."""
    if parameters.calls_per_day == 0:
        return np.full(len(uniform), ADVICE, dtype=object)
    patients = parameters.patients_per_day / parameters.calls_per_day
    dispatches = parameters.dispatches_per_day / parameters.calls_per_day
    return np.select([uniform < patients, uniform < dispatches], [PATIENT, NO_PATIENT], ADVICE).astype(object)


def draw_persons(draw: Draw, count: int, parameters: EmergencyParameters, condition: NDArray[np.int64]) -> pd.DataFrame:
    """Draw all that does not depend on time and place: durations in seconds and uniform draws, one row a person.

    Parameters
    ----------
    draw
        Gives the generator of a column.
    condition
        Positions in `CONDITIONS`, shape (count,).
    """
    columns: dict[str, NDArray[np.generic]] = {"condition": condition.astype(np.int8)}
    threat = np.array(list(parameters.life_threatening_shares.model_dump().values()))[condition]
    columns["severity"] = np.where(draw("severity").random(count) < threat, 1, 2).astype(np.int8)
    columns["app_draw"] = draw("app_draw").random(count)
    columns["wrong_place"] = draw("wrong_place").random(count) < parameters.wrong_place_share
    chute = draw("chute").standard_normal(count)
    columns["chute_day_s"] = parameters.chute_day_s.of(chute)
    columns["chute_night_s"] = parameters.chute_night_s.of(chute)
    for name in ("pick_up", "locate_verbal", "locate_one_tap", "triage", "alert", "access"):
        duration: Duration = getattr(parameters, f"{name}_s")
        columns[f"{name}_s"] = duration.draw(draw(name), count)
    for name in (
        "scene", "no_patient_scene", "first_vital_signs", "handover", "clean", "bay_stay", "laboratory",
        "arrange_transfer",
    ):  # fmt: skip
        duration = getattr(parameters, f"{name}_min")
        columns[f"{name}_s"] = MINUTE_S * duration.draw(draw(name), count)
    for step in STEPS:
        normal = draw(step).standard_normal(count)
        seconds = np.zeros(count)
        for code, name in enumerate(CONDITIONS):
            steps: HospitalSteps = getattr(parameters.hospital_steps_min, name)
            step_duration: Duration | None = getattr(steps, step)
            if step_duration is not None:
                seconds = np.where(condition == code, MINUTE_S * step_duration.of(normal), seconds)
        columns[f"{step}_s"] = seconds
    return pd.DataFrame(columns)


def draw_conditions(uniform: NDArray[np.float64], parameters: EmergencyParameters) -> NDArray[np.int64]:
    """Turn uniform draws into positions in `CONDITIONS`."""
    cumulative = np.cumsum(list(parameters.condition_shares.model_dump().values()))
    return np.minimum(np.searchsorted(cumulative, uniform, side="right"), len(CONDITIONS) - 1)


def draw_calls(draw: Draw, clock: Clock, city: City, parameters: EmergencyParameters) -> pd.DataFrame:
    """Draw the calls of one replication, in order of ringing; four in five end in advice and need no more than this."""
    ring_s = draw_ring_times(draw("ring"), clock, parameters, city.residents_served)
    count = len(ring_s)
    lon, lat = city.draw_homes(draw("place"), count)
    calls = pd.DataFrame({"call": np.arange(count, dtype=np.int64), "ring_s": ring_s})
    calls["kind"] = draw_kinds(draw("kind").random(count), parameters)
    calls["node"] = city.nearest_nodes(lon, lat).astype(np.int64)
    calls["pick_up_s"] = parameters.pick_up_s.draw(draw("pick_up"), count)
    calls["advice_s"] = parameters.advice_s.draw(draw("advice"), count)
    return calls


def draw_cases(draw: Draw, calls: pd.DataFrame, city: City, parameters: EmergencyParameters) -> pd.DataFrame:
    """Draw everything about the calls for which a vehicle is needed, one row each, in order of ringing.

    Parameters
    ----------
    calls
        The table of calls: its column ``kind`` says which these are.
    """
    needed = calls.loc[calls["kind"] != ADVICE, ["call", "kind", "ring_s", "node"]].reset_index(drop=True)
    count = len(needed)
    far_m = parameters.wrong_place_m.draw(draw("wrong_m"), count)
    angle = draw("wrong_angle").uniform(0, 2 * np.pi, count)
    node = needed["node"].to_numpy()
    lon, lat = city.roads.node_lon[node], city.roads.node_lat[node]
    elsewhere = city.moved(lon, lat, far_m * np.cos(angle), far_m * np.sin(angle))
    needed["wrong_node"] = city.nearest_nodes(*elsewhere)
    condition = draw_conditions(draw("condition").random(count), parameters)
    persons = draw_persons(draw, count, parameters, condition).drop(columns="pick_up_s")
    return pd.concat([needed, persons], axis=1)
