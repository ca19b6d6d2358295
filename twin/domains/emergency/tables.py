"""Who calls 120, when, from where, with what, and how long each step would take: drawn before any policy acts.

Every column comes from a stream of its own name, so a column that is added or changed moves no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.nearest import NearestPoint
from twin.core.clock import DAY_S, HOUR_S, Clock
from twin.core.domain import WorldEvent
from twin.core.parameters import Duration, Frozen
from twin.domains.emergency.parameters import CONDITIONS, SETTINGS, EmergencyParameters, HospitalSteps

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]

PATIENT: Final = "patient"
NO_PATIENT: Final = "no_patient"
ADVICE: Final = "advice"
STEPS: Final = ("first_look", "consultation", "consent", "transfer", "preparation")
WITH_ELEVATOR: Final = (SETTINGS.index("residential"), SETTINGS.index("office"))
MINUTE_S: Final = 60.0


# -- calls -----------------------------------------------------------------------------------------------------------


def draw_times(
    generator: np.random.Generator,
    clock: Clock,
    per_day: float,
    by_hour: Sequence[float],
    events: Sequence[WorldEvent] = (),
) -> NDArray[np.float64]:
    """Draw a non-homogeneous Poisson process whose rate is constant within each local hour.

    Parameters
    ----------
    per_day
        Mean of an ordinary day.
    by_hour
        Relative rate of each local hour.
    events
        Of these, those of the kind ``calls_multiply`` multiply the rate while they last.

    Returns seconds since the scenario's start, ascending; from the beginning of the warm-up to the scenario's end.
    """
    shape = np.array(by_hour) / np.mean(by_hour)
    first_s, last_s = -clock.warm_up_s, clock.duration_s
    hours_s = np.arange(first_s - clock.second_of_day(first_s) % HOUR_S + HOUR_S, last_s, HOUR_S)
    waves = [event for event in events if event.kind == "calls_multiply"]
    turns_s = [time_s for wave in waves for time_s in (wave.begins_s, wave.ends_s) if first_s < time_s < last_s]
    edges_s = np.unique(np.concatenate([[first_s], hours_s, turns_s, [last_s]]))
    middles_s = (edges_s[:-1] + edges_s[1:]) / 2
    per_second = per_day * shape[[clock.hour_of_day(middle_s) for middle_s in middles_s]] / DAY_S
    for wave in waves:
        per_second[(middles_s >= wave.begins_s) & (middles_s < wave.ends_s)] *= float(wave.value)
    expected = np.concatenate([[0.0], np.cumsum(per_second * np.diff(edges_s))])
    count = generator.poisson(expected[-1])
    times_s: NDArray[np.float64] = np.interp(np.sort(generator.uniform(0.0, expected[-1], count)), expected, edges_s)
    return times_s


def draw_kinds(uniform: NDArray[np.float64], parameters: EmergencyParameters) -> NDArray[np.object_]:
    """Say what becomes of each call: a patient, a dispatch that finds none, or advice without a vehicle."""
    if parameters.calls_per_day == 0:
        return np.full(len(uniform), ADVICE, dtype=object)
    patients = parameters.patients_per_day / parameters.calls_per_day
    dispatches = parameters.dispatches_per_day / parameters.calls_per_day
    return np.select([uniform < patients, uniform < dispatches], [PATIENT, NO_PATIENT], ADVICE).astype(object)


def draw_calls(
    draw: Draw, clock: Clock, city: City, parameters: EmergencyParameters, events: Sequence[WorldEvent] = ()
) -> pd.DataFrame:
    """Draw the calls of one replication, in order of ringing; four in five end in advice and need no more than this."""
    per_day = parameters.calls_per_day * parameters.scale(city.residents_served)
    ring_s = draw_times(draw("ring"), clock, per_day, parameters.calls_by_hour, events)
    count = len(ring_s)
    lon, lat = city.draw_homes(draw("place"), count)
    calls = pd.DataFrame({"call": np.arange(count, dtype=np.int64), "ring_s": ring_s})
    calls["kind"] = draw_kinds(draw("kind").random(count), parameters)
    calls["node"] = city.nearest_nodes(lon, lat).astype(np.int64)
    calls["pick_up_s"] = parameters.pick_up_s.draw(draw("pick_up"), count)
    calls["advice_s"] = parameters.advice_s.draw(draw("advice"), count)
    return calls


def take_calls(
    draw: Draw, clock: Clock, city: City, parameters: EmergencyParameters, given: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the table of calls from supplied ones, those within the run; return it and their rows of ``given``."""
    inside = given["ring_s"].between(-clock.warm_up_s, clock.duration_s)
    kept = given[inside].reset_index(drop=True)
    count = len(kept)
    calls = pd.DataFrame({"call": np.arange(count, dtype=np.int64), "ring_s": kept["ring_s"].to_numpy(np.float64)})
    calls["kind"] = kept["kind"].astype(str).to_numpy(dtype=object)
    calls["node"] = city.nearest_nodes(kept["lon"].to_numpy(), kept["lat"].to_numpy()).astype(np.int64)
    calls["pick_up_s"] = parameters.pick_up_s.draw(draw("pick_up"), count)
    calls["advice_s"] = parameters.advice_s.draw(draw("advice"), count)
    return calls, kept


# -- cases -----------------------------------------------------------------------------------------------------------


def draw_cases(
    draw: Draw,
    calls: pd.DataFrame,
    city: City,
    parameters: EmergencyParameters,
    *,
    condition: str | None = None,
    given: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Draw everything about the calls for which a vehicle is needed, one row each, in order of ringing.

    Parameters
    ----------
    calls
        The table of calls: its column ``kind`` says which these are.
    condition
        What all of them have, or None to draw it.
    given
        What is known of the calls, one row a call: the columns of supplied calls; what is missing there is drawn.
    """
    cases = calls.loc[calls["kind"] != ADVICE, ["call", "kind", "ring_s", "node"]].reset_index(drop=True)
    count = len(cases)
    far_m = parameters.wrong_place_m.draw(draw("wrong_m"), count)
    angle = draw("wrong_angle").uniform(0, 2 * np.pi, count)
    node = cases["node"].to_numpy()
    lon, lat = city.roads.node_lon[node], city.roads.node_lat[node]
    cases["wrong_node"] = city.nearest_nodes(*city.moved(lon, lat, far_m * np.cos(angle), far_m * np.sin(angle)))
    if condition is None:
        code = draw_conditions(draw("condition").random(count), parameters)
    else:
        code = np.full(count, CONDITIONS.index(condition))
    known = None if given is None else given.loc[(calls["kind"] != ADVICE).to_numpy()].reset_index(drop=True)
    if known is not None:
        code = np.where(known["condition"].cat.codes >= 0, known["condition"].cat.codes, code).astype(np.int64)
    parts = (draw_persons, draw_journeys, draw_hospital_courses)
    cases = pd.concat([cases, *(pd.DataFrame(part(draw, parameters, code)) for part in parts)], axis=1)
    cases["fixed_hospital"] = np.int64(-1)
    return cases if known is None else _with_given(cases, known)


def _with_given(cases: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Lay what a supplied table says over what was drawn."""
    over = {
        "severity": known["severity"],
        "scene_s": MINUTE_S * known["scene_min"],
        "handover_s": MINUTE_S * known["handover_min"],
        "elderly": (known["age"] >= 65).where(known["age"].notna()),
        "smartphone": known["smartphone"],
        "fixed_hospital": known["hospital"].cat.codes.astype(np.int64),
    }
    for name, values in over.items():
        drawn = cases[name].to_numpy().copy()
        told = values.notna().to_numpy()
        drawn[told] = values[told].to_numpy(drawn.dtype)
        cases[name] = drawn
    return cases


Columns = dict[str, NDArray[np.generic]]


def draw_conditions(uniform: NDArray[np.float64], parameters: EmergencyParameters) -> NDArray[np.int64]:
    """Turn uniform draws into positions in `CONDITIONS`."""
    return _choose(uniform, list(parameters.condition_shares.model_dump().values()))


def _choose(uniform: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.int64]:
    return np.minimum(np.searchsorted(np.cumsum(shares), uniform, side="right"), len(shares) - 1)


def _of_kind(
    table: Frozen, names: Sequence[str], code: NDArray[np.int64], normal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Turn standard normal draws into durations of a table with one row for each kind, 0 where it has none."""
    found = np.zeros(len(code))
    for position, name in enumerate(names):
        duration: Duration | None = getattr(table, name)
        if duration is not None:
            found = np.where(code == position, duration.of(normal), found)
    return found


def draw_persons(draw: Draw, parameters: EmergencyParameters, condition: NDArray[np.int64]) -> Columns:
    """Draw who is ill and how the call goes; ``condition`` holds positions in `CONDITIONS`, shape (count,)."""
    count = len(condition)
    threat = np.array(list(parameters.life_threatening_shares.model_dump().values()))[condition]
    elderly = draw("age").random(count) < parameters.elderly_share
    shares = parameters.smartphone_shares
    phone = draw("smartphone").random(count) < np.where(elderly, shares.from_65, shares.under_65)
    before_min = _of_kind(parameters.symptom_to_call_min, CONDITIONS, condition, draw("symptom").standard_normal(count))
    columns: Columns = {
        "condition": condition.astype(np.int8),
        "severity": np.where(draw("severity").random(count) < threat, 1, 2).astype(np.int8),
        "elderly": elderly,
        "smartphone": phone,
        "app_draw": draw("app_draw").random(count),
        "symptom_before_s": MINUTE_S * before_min,
        "wrong_place": draw("wrong_place").random(count) < parameters.wrong_place_share,
    }
    for name in ("locate_verbal", "locate_one_tap", "triage"):
        columns[f"{name}_s"] = getattr(parameters, f"{name}_s").draw(draw(name), count)
    return columns


def draw_journeys(draw: Draw, parameters: EmergencyParameters, condition: NDArray[np.int64]) -> Columns:
    """Draw what the crew meets: setting out, the way to the patient, time with him, handover, cleaning."""
    count = len(condition)
    chute = draw("chute").standard_normal(count)
    setting = _choose(draw("setting").random(count), list(parameters.setting_shares.model_dump().values()))
    access_s = _of_kind(parameters.access_s, SETTINGS, setting, draw("access").standard_normal(count))
    floor = draw("floor").integers(1, parameters.floors + 1, count)
    floor = np.where(np.isin(setting, WITH_ELEVATOR), floor, 1)
    on_foot = draw("elevator").random(count) < parameters.stopped_elevator_share
    history_min = parameters.history_saves_min.draw(draw("history_saves"), count)
    columns: Columns = {
        "chute_day_s": parameters.chute_day_s.of(chute),
        "chute_night_s": parameters.chute_night_s.of(chute),
        "setting": setting.astype(np.int8),
        "floor": floor.astype(np.int16),
        "stopped_elevator": on_foot & (floor > 1),
        "access_s": access_s + np.where(on_foot, (floor - 1) * parameters.stairs_s_per_floor, 0.0),
        "history_saves_s": np.where(
            draw("history").random(count) < parameters.history_share, MINUTE_S * history_min, 0.0
        ),
        "alert_s": parameters.alert_s.draw(draw("alert"), count),
    }
    for name in ("scene", "no_patient_scene", "first_vital_signs", "handover", "clean"):
        columns[f"{name}_s"] = MINUTE_S * getattr(parameters, f"{name}_min").draw(draw(name), count)
    return columns


def draw_hospital_courses(draw: Draw, parameters: EmergencyParameters, condition: NDArray[np.int64]) -> Columns:
    """Draw how long each step in the hospital takes."""
    count = len(condition)
    columns: Columns = {}
    for name in ("registration", "team_call_in", "bay_stay", "laboratory", "arrange_transfer"):
        columns[f"{name}_s"] = MINUTE_S * getattr(parameters, f"{name}_min").draw(draw(name), count)
    for step in STEPS:
        normal = draw(step).standard_normal(count)
        seconds = np.zeros(count)
        for code, name in enumerate(CONDITIONS):
            steps: HospitalSteps = getattr(parameters.hospital_steps_min, name)
            duration: Duration | None = getattr(steps, step)
            if duration is not None:
                seconds = np.where(condition == code, MINUTE_S * duration.of(normal), seconds)
        columns[f"{step}_s"] = seconds
    return columns


# -- those who come by themselves, stations, crews -------------------------------------------------------------------


def draw_walk_ins(draw: Draw, clock: Clock, city: City, parameters: EmergencyParameters) -> pd.DataFrame:
    """Draw the patients who come to an emergency department by themselves and need a bay, in order of arrival.

    Each goes to the hospital that is nearest to a home drawn for him in a straight line.
    """
    by_ambulance = np.array(list(parameters.condition_shares.model_dump().values())) * parameters.patients_per_day
    share = np.array(list(parameters.ems_shares.model_dump().values()))
    always = np.isin(CONDITIONS, ("stemi", "stroke"))
    per_day = by_ambulance * (1 - share) / share * np.where(always, 1.0, parameters.walk_in_bay_share)
    total = float(per_day.sum()) * parameters.scale(city.residents_served)
    arrive_s = draw_times(draw("arrive"), clock, total, parameters.calls_by_hour)
    count = len(arrive_s)
    shares = per_day / per_day.sum() if total else np.full(len(per_day), 1 / len(per_day))
    condition = _choose(draw("condition").random(count), shares.tolist())
    threat = np.array(list(parameters.life_threatening_shares.model_dump().values()))[condition]
    columns: Columns = {
        "walk_in": np.arange(count, dtype=np.int64),
        "arrive_s": arrive_s,
        "hospital": _nearest_hospital(city, *city.draw_homes(draw("place"), count)),
        "condition": condition.astype(np.int8),
        "severity": np.where(draw("severity").random(count) < threat, 1, 2).astype(np.int8),
    }
    return pd.DataFrame(columns | draw_hospital_courses(draw, parameters, condition))


def _nearest_hospital(city: City, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    admitting = [number for number, place in enumerate(city.map.hospitals) if not place.children_only]
    if not admitting:
        return np.zeros(len(lon), np.int64)
    admitting.reverse()  # of equally near ones the last is taken, as the results of all days so far have it
    nearest = NearestPoint(city.roads.node_xy_m[city.hospitals.nodes[admitting]])
    return np.array(admitting, np.int64)[nearest.to(city.roads.to_plane_m(lon, lat))]


def draw_stations(draw: Draw, city: City, parameters: EmergencyParameters) -> pd.DataFrame:
    """Draw how each station's crews differ from the mean in setting out."""
    normal = draw("chute").standard_normal(len(city.map.stations))
    return pd.DataFrame({"chute_factor": np.exp(parameters.chute_station_sigma * normal)})


def draw_crews(draw: Draw, crews: int, clock: Clock, parameters: EmergencyParameters) -> pd.DataFrame:
    """Draw the crews' changes and meals: one row for each crew and day (the days of the run, warm-up included).

    Columns ``change<k>_s`` (seconds after the k-th hour of change), ``change<k>_takes_s``, ``meal<k>_s`` (after the
    k-th meal hour) and ``meal<k>_takes_s``; ``order`` is a permutation of the crews, who is out of service first when
    vehicles are lost.
    """
    days = int(np.ceil((clock.duration_s + clock.second_of_day(0.0)) / DAY_S)) + 2
    size = (days, crews)
    change_within_s, eat_within_s = MINUTE_S * parameters.shift_change_spread_min, MINUTE_S * parameters.meal_spread_min
    columns: Columns = {}
    for place in range(len(parameters.shift_changes_h)):
        columns[f"change{place}_s"] = draw(f"change{place}").uniform(0, change_within_s, size).ravel()
        takes_min = parameters.shift_change_min.draw(draw(f"change{place}_takes"), days * crews)
        columns[f"change{place}_takes_s"] = MINUTE_S * takes_min
    for place in range(len(parameters.meals_from_h)):
        columns[f"meal{place}_s"] = draw(f"meal{place}").uniform(0, eat_within_s, size).ravel()
        columns[f"meal{place}_takes_s"] = MINUTE_S * parameters.meal_min.draw(draw(f"meal{place}_takes"), days * crews)
    columns["order"] = np.tile(draw("order").permutation(crews), days)
    return pd.DataFrame(columns)


def draw_casualties(
    draw: Draw, clock: Clock, city: City, parameters: EmergencyParameters, events: Sequence[WorldEvent]
) -> pd.DataFrame:
    """Draw the casualties of the events ``mass_casualty`` before the scenario's end: all at one place each, a row each.

    Where an event does not name its place, one is drawn where people live.

    Column ``event`` is the event's position among the scenario's; ``call`` is -1, a number is given when they ring.
    """
    frames = []
    for number, event in enumerate(events):
        if event.kind != "mass_casualty" or event.begins_s >= clock.duration_s:
            continue

        def draw_one(column: str, number: int = number) -> np.random.Generator:
            return draw(f"event{number}/{column}")

        count = int(float(event.value))
        lon, lat = city.draw_homes(draw_one("place"), 1)
        if event.detail("place") is not None:
            lon, lat = (np.array([degrees]) for degrees in event.detail("place"))
        node = int(city.nearest_nodes(lon, lat)[0])
        scene = pd.DataFrame(
            {"call": -1, "ring_s": event.begins_s, "kind": np.full(count, PATIENT, dtype=object), "node": node}
        )
        cases = draw_cases(draw_one, scene, city, parameters, condition="trauma")
        severe = draw_one("severe").random(count) < parameters.mass_casualty_severe_share
        cases["severity"] = np.where(severe, 1, 2).astype(np.int8)
        cases["pick_up_s"] = parameters.pick_up_s.draw(draw_one("pick_up"), count)
        frames.append(cases.assign(event=number))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"event": np.empty(0, np.int64)})
