"""Promises: signals make way for an ambulance in time, for no longer than it needs, and at a price that is told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from support.signals import EAST_WEST, SIDE, signals_twin, traffic_of

from twin.city.under_siren import ENDS, SETS_OUT, UnderSiren
from twin.core.clock import HOUR_S, MS
from twin.core.errors import PolicyError
from twin.core.model import Twin
from twin.domains.traffic.decisions_priority import GreenWave, NoPriority, PriorityView
from twin.domains.traffic.examples_priority import PRIORITY_EXAMPLES
from twin.domains.traffic.priority import green_between
from twin.policies.traffic.priority.queue_cleared import queue_cleared

BEGINS_S = 0.5 * HOUR_S
AHEAD_S = 40.0
SIREN = 0.85


def all_of_them(view: PriorityView) -> GreenWave:
    """Give every signal's green forty seconds ahead."""
    return GreenWave((AHEAD_S,) * len(view.signals))


def set_out(
    twin: Twin, *, vehicle: int = 0, row: int = EAST_WEST[0], severity: int = 1, back: bool = False
) -> UnderSiren:
    """Let an ambulance drive along a main road from one end of the town to the other."""
    ends = row * SIDE, row * SIDE + SIDE - 1
    source, target = ends[::-1] if back else ends
    trip = traffic_of(twin).roads.trip(source, target, twin.now, SIREN, informed=False)
    drive = UnderSiren(vehicle, severity, False, trip)
    twin.channels.publish(SETS_OUT, drive)
    return drive


def shown(twin: Twin) -> NDArray[np.int32]:
    """What the road's signals go by: cycle, start and length of green, shape (phases, 3)."""
    signals = traffic_of(twin).road._road.signals
    return np.column_stack([signals[name] for name in ("cycle_ms", "start_ms", "green_ms")])


def is_green(rows: NDArray[np.int32], now_ms: int) -> NDArray[np.bool_]:
    return (now_ms - rows[:, 1]) % rows[:, 0] < rows[:, 2]


def begun(rule: object = all_of_them, **more: object) -> Twin:
    twin = signals_twin(rules={"priority": rule}, **more)  # type: ignore[dict-item, arg-type]
    twin.env.run(until=BEGINS_S)
    return twin


def test_the_approach_is_green_when_the_ambulance_comes_and_the_others_wait_no_longer_than_for_it() -> None:
    twin = begun()
    domain = traffic_of(twin)
    signals, plan = domain.network.signals, domain.network.first_plan
    drive = set_out(twin)
    passings = domain.priority._passings[0]
    assert len(passings) == 3, "the main road crosses three others"
    lost_s, step_s = domain.parameters.signal_lost_s, domain.parameters.step_s
    while twin.now < drive.trip.arrive_s + 60:
        twin.env.run(until=twin.now + 5)
        rows, now_ms = shown(twin), domain.road.now_ms
        for passing in passings:
            left_s = passing.at_ms(domain.begins_s) / MS - now_ms / MS
            of_signal = np.arange(signals.phase_first[passing.signal], signals.phase_first[passing.signal + 1])
            others = of_signal[of_signal != passing.phase]
            if 0 < left_s < AHEAD_S - lost_s - step_s:
                assert is_green(rows, now_ms)[passing.phase]
                assert (rows[others, 2] == 0).all(), "red for the others"
            if left_s > AHEAD_S + step_s or left_s < -step_s:
                assert np.array_equal(rows[of_signal], plan[of_signal]), "as planned"
    twin.channels.publish(ENDS, drive)
    twin.run()
    holds = twin.recorder.frames()["traffic.signal_holds"]
    assert len(holds) == 3
    assert ((holds["ends_s"] - holds["begins_s"]) <= AHEAD_S + 2 * step_s).all()
    assert (holds["green_taken_s"] <= holds["ends_s"] - holds["begins_s"]).all()
    assert (holds["green_taken_s"] > 0).any()


def test_a_vehicle_is_spared_the_mean_red_of_its_signals_and_no_more_than_an_empty_road_takes() -> None:
    seen: list[PriorityView] = []

    def look(view: PriorityView) -> GreenWave:
        seen.append(view)
        return all_of_them(view)

    twin = begun(look)
    domain = traffic_of(twin)
    plain = domain.roads.trip(EAST_WEST[0] * SIDE, EAST_WEST[0] * SIDE + SIDE - 1, twin.now, SIREN, informed=False)
    drive = set_out(twin)
    red_s = seen[0].signals.red_delay_s
    rows = domain.network.first_plan[[passing.phase for passing in domain.priority._passings[0]]] / MS
    assert red_s.tolist() == pytest.approx(((rows[:, 0] - rows[:, 2]) ** 2 / (2 * rows[:, 0])).tolist())
    saved_s = plain.arrive_s - drive.trip.arrive_s
    assert 0 <= saved_s <= SIREN * red_s.sum() + 0.1
    links = domain.network.links
    empty_s = links.free_flow_s[links.edge_link[plain.edges]] * links.edge_share[plain.edges]
    took_s = np.diff(drive.trip.timing.arrive_s)
    assert (took_s >= SIREN * empty_s - 0.01).all()
    last = links.edge_link[plain.edges]
    held = np.isin(last, [links.edge_link[plain.edges[passing.place - 1]] for passing in domain.priority._passings[0]])
    assert np.allclose(took_s[~held], np.diff(plain.timing.arrive_s)[~held]), "other streets take what they took"
    assert saved_s > 20, "in traffic that stops at red lights there is something to spare"


def test_without_the_rule_or_the_connection_nobody_is_asked_and_the_day_is_the_same() -> None:
    days = []
    for rules, shares in (({}, {}), ({"priority": all_of_them}, {"ambulance_priority": 0.0})):
        twin = signals_twin(rules=rules, shares=shares)  # type: ignore[arg-type]
        twin.env.run(until=BEGINS_S)
        set_out(twin)
        twin.run()
        days.append(twin.recorder.frames())
        assert "traffic.decisions.priority" not in days[-1]
        assert days[-1]["traffic.signal_holds"].empty
    pd.testing.assert_frame_equal(days[0]["traffic.trips"], days[1]["traffic.trips"], check_exact=True)


def test_one_seed_is_one_day_and_waves_are_felt_by_the_others() -> None:
    trips = []
    for rule in (queue_cleared, queue_cleared, lambda view: NoPriority()):
        twin = begun(rule)
        for minute in range(1, 41):
            twin.env.run(until=BEGINS_S + 60 * minute)
            set_out(twin, vehicle=minute, row=EAST_WEST[minute % 2])
        twin.run()
        trips.append(twin.recorder.frames()["traffic.trips"])
    pd.testing.assert_frame_equal(trips[0], trips[1], check_exact=True)
    spent_s = [(frame["arrived_s"] - frame["departed_s"]).sum() for frame in trips]
    assert spent_s[0] != spent_s[2]


def test_two_vehicles_that_want_one_signal_have_it_one_after_the_other() -> None:
    twin = begun()
    domain = traffic_of(twin)
    drives = [set_out(twin, vehicle=0), set_out(twin, vehicle=1, row=EAST_WEST[0], back=True)]
    while twin.now < max(drive.trip.arrive_s for drive in drives) + 30:
        twin.env.run(until=twin.now + 10)
        assert len(domain.priority._held) == len({hold.passing.signal for hold in domain.priority._held.values()})
    twin.run()
    holds = twin.recorder.frames()["traffic.signal_holds"].sort_values("begins_s")
    assert set(holds["vehicle"]) == {0, 1}
    for _, of_one in holds.groupby("signal"):
        assert (of_one["begins_s"].to_numpy()[1:] >= of_one["ends_s"].to_numpy()[:-1]).all()


def test_a_drive_that_is_broken_off_holds_no_signal_any_more() -> None:
    twin = begun()
    drive = set_out(twin)
    twin.channels.publish(ENDS, drive)
    twin.env.run(until=drive.trip.arrive_s)
    assert np.array_equal(shown(twin), traffic_of(twin).network.first_plan)


def test_what_is_shown_looks_like_the_examples() -> None:
    seen: list[PriorityView] = []

    def look(view: PriorityView) -> NoPriority:
        seen.append(view)
        return NoPriority()

    set_out(begun(look))
    example = PRIORITY_EXAMPLES["priority"](np.random.default_rng(1))
    assert len(seen) == 1
    for one, other in ((seen[0], example), (seen[0].signals, example.signals)):
        for field in dataclasses.fields(one):
            mine, made_up = getattr(one, field.name), getattr(other, field.name)
            assert type(mine) is type(made_up), field.name
            if isinstance(mine, np.ndarray):
                assert mine.dtype == made_up.dtype, field.name
                assert not mine.flags.writeable, field.name


@pytest.mark.parametrize(
    ("ahead_s", "complaint"),
    [
        ((10.0,), "a number for each of the 3 signals"),
        ([10.0] * 3, "must be a tuple"),
        ((10.0, float("nan"), 10.0), "must be at most 300"),
        ((10.0, 301.0, 10.0), "must be at most 300"),
        (("soon", 1.0, 1.0), "must be a tuple of numbers"),
    ],
)
def test_a_wave_that_is_none_stops_the_run(ahead_s: object, complaint: str) -> None:
    twin = begun(lambda view: GreenWave(ahead_s))  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match=complaint):
        set_out(twin)


def test_a_rule_may_leave_some_signals_out_and_less_severe_patients() -> None:
    twin = begun(lambda view: GreenWave((-1.0, 20.0, -1.0)))
    set_out(twin)
    assert len(traffic_of(twin).priority._passings[0]) == 1
    example = PRIORITY_EXAMPLES["priority"](np.random.default_rng(2))
    assert isinstance(queue_cleared(dataclasses.replace(example, severity=3)), NoPriority)
    wave = queue_cleared(dataclasses.replace(example, severity=1))
    assert isinstance(wave, GreenWave)
    first = example.signals
    assert wave.ahead_s[0] == pytest.approx(
        min(90.0, example.lost_s + first.queue[0] * 3600 / first.saturation_per_h[0] + 10)
    )


def test_green_between_two_times_is_what_counting_says() -> None:
    chance = np.random.default_rng(4)
    for _ in range(200):
        cycle_ms = int(chance.integers(1, 200))
        row = np.array([cycle_ms, chance.integers(-500, 500), chance.integers(0, cycle_ms + 1)], np.int32)
        begins_ms = int(chance.integers(0, 500))
        ends_ms = begins_ms + int(chance.integers(0, 700))
        counted = sum(bool(is_green(row[None], at)[0]) for at in range(begins_ms, ends_ms))
        assert green_between(row, begins_ms, ends_ms) == counted
