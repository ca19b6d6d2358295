"""The ambulances of Hanover County lived by the twin's own fleet, and the policies compared as ``twin compare`` does.

The four places are nodes on one line, 2, 1, 4, 3, at distances of 2, 1 and 2, so that the twin's own nearest vehicle is
the paper's closest ambulance; drives take no time there. The twin's missions last as long whoever goes: here a call
learns how long it keeps its ambulance when that is sent. Behind the four stand others, far away: a call that gets one
of them has found all four busy and is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from support.fleet import ORDINARY, PARAMETERS, SIDE, Calls, busy_shares, fleet_city, node_at, tables_of
from support.hanover import HIGH, PLACES, WEIGHTS, Array, County, Plan
from support.hanover_published import policy
from support.runs import run_emergency
from twin.city.city import City
from twin.core.clock import HOUR_S
from twin.core.kpis import Kpi, KpiFamily
from twin.core.margins import Size
from twin.domains.emergency.decisions import DispatchView, Send, Wait
from twin.experiment.studies.best import best_of
from twin.experiment.studies.comparison import ComparedKpi, ComparisonQuestion, compare_tables
from twin.experiment.studies.comparison_text import WORDS
from twin.experiment.studies.margins import Margins
from twin.policies.emergency.dispatch.nearest_by_drive_time import nearest_by_drive_time

SEED = 2013
POLICIES = ("closest", "none", "1", "2", "3", "4")
COLUMNS = (10, 8, 13, 11)
"""Where the places stand on their line."""
BEHIND = 25
WARM_UP_CALLS = 40
MARGIN = 0.005
"""Coverage that matters: half a call in a hundred; assumed."""
COVERAGE = Kpi(
    "hanover.coverage", KpiFamily("coverage", "coverage", "share", better="higher", headline=("",)), None, None
)


@dataclass(frozen=True)
class Chance:
    """What chance brings, the same for every policy: shape (calls,) each.

    Attributes
    ----------
    calls
        When and where; each keeps its ambulance for an hour unless told otherwise.
    location, priority
        As in `hanover`.
    stretch
        The service over its mean, exponential.
    lot
        From 0 to 1: decides where a plan leaves it to chance who goes.
    """

    calls: Calls
    location: NDArray[np.int64]
    priority: NDArray[np.int64]
    stretch: Array
    lot: Array


def chance(county: County, replication: int, count: int) -> Chance:
    """Draw so many calls, with those of the warm-up before them."""
    generator = np.random.default_rng([SEED, replication])
    number = count + WARM_UP_CALLS
    kind = generator.choice(2 * PLACES, number, p=county.kind_share.ravel())
    priority, location = np.divmod(kind, PLACES)
    ring_s = np.cumsum(generator.exponential(HOUR_S / county.calls_per_hour, number))
    node = np.array([node_at(column, 0) for column in COLUMNS])[location]
    calls = Calls(ring_s, node, np.full(number, HOUR_S), priority + 1)
    return Chance(calls, location, priority, generator.exponential(1.0, number), generator.random(number))


@cache
def city() -> City:
    """Return the line of four, and those that stand behind them."""
    return fleet_city({node_at(column, 0): 1 for column in COLUMNS} | {node_at(COLUMNS[0], SIDE - 1): BEHIND})


class AsPlanned:
    """Sends whom a plan sends: it remembers where it sent each, and sees who is free."""

    def __init__(self, plan: Plan, drawn: Chance) -> None:
        self._reached = plan.chances.cumsum(axis=3)
        self._drawn = drawn
        self._at = np.zeros(PLACES, dtype=np.int64)

    def decide(self, view: DispatchView) -> Send | Wait:
        """Return the ambulance to send; one of those behind, if all four are busy."""
        free = view.free_vehicles.id
        own = free[free < PLACES]
        if not len(own):
            return Send(int(free[0])) if len(free) else Wait()
        self._at[own] = 0
        location, priority = self._drawn.location[view.call], view.severity - 1
        reached = self._reached[int(self._at @ WEIGHTS), priority, location]
        who = int(np.searchsorted(reached, self._drawn.lot[view.call] * reached[-1], side="right"))
        self._at[who] = location + 1
        return Send(who)


class Services:
    """Tells each call how long it keeps the ambulance that is sent; a domain of the twin without a life of its own."""

    name = "services"

    def __init__(self, county: County, drawn: Chance) -> None:
        mean_s = np.array(county.service_h) * HOUR_S
        self._mean_s = np.concatenate([mean_s, np.broadcast_to(mean_s.mean(axis=0), (BEHIND, PLACES))])
        self._drawn = drawn
        self._twin: Any = None

    def told_by(self, rule: Callable[[DispatchView], Send | Wait]) -> Callable[[DispatchView], Send | Wait]:
        """Return the rule, which now tells the calls."""

        def decide(view: DispatchView) -> Send | Wait:
            answer = rule(view)
            if isinstance(answer, Send):
                caller = self._twin.domains["emergency"].service.open_calls[view.call]
                mean_s = self._mean_s[answer.vehicle, self._drawn.location[view.call]]
                caller.row = caller.row._replace(no_patient_scene_s=float(mean_s * self._drawn.stretch[view.call]))
            return answer

        return decide

    def draw_tables(self, twin: Any) -> dict[str, pd.DataFrame]:
        return {}

    def start(self, twin: Any, tables: Mapping[str, pd.DataFrame]) -> None:
        self._twin = twin

    def on_event(self, twin: Any, event: Any, begins: bool) -> None: ...

    def busy(self) -> bool:
        return False

    def finish(self, twin: Any) -> None: ...

    def populations(self) -> Mapping[str, Sequence[Any]]:
        return {}


@dataclass(frozen=True)
class Days:
    """What one policy did in one replication.

    Attributes
    ----------
    coverage
        Mean of what the calls of high priority can expect of those who were sent; nothing of the lost.
    lost
        Share of all calls.
    nearest, survival, busy, to_high
        The measures of equity, as in `hanover.Plan`.
    """

    coverage: float
    lost: float
    nearest: Array
    survival: Array
    busy: Array
    to_high: Array


@cache
def plan_of(name: str) -> Plan:
    """Return the plan of a policy in the county as printed."""
    plan = policy(County(), name)
    assert plan is not None
    return plan


def live(name: str, replication: int, count: int) -> Days:
    """Live so many calls under a policy: the twin's nearest vehicle, or a plan."""
    county = County()
    drawn = chance(county, replication, count)
    services = Services(county, drawn)
    rule = nearest_by_drive_time if name == "closest" else AsPlanned(plan_of(name), drawn).decide
    _, frames = run_emergency(
        city(), PARAMETERS, hours=drawn.calls.ring_s[-1] / HOUR_S + 1e-3, tables=tables_of(city(), drawn.calls),
        rules={**ORDINARY, "dispatch": services.told_by(rule)}, record_views=False, more_domains=[services],
    )  # fmt: skip
    lived = frames["emergency.calls"].sort_values("call")
    assert lived["call"].tolist() == list(range(len(drawn.calls)))
    assert (lived["dispatch_s"] - lived["ring_s"]).abs().max() < 1e-3, "a call waited, and should have been lost"
    first_s, last_s = drawn.calls.ring_s[[WARM_UP_CALLS, -1]].tolist()
    busy = busy_shares(frames["emergency.vehicles"], first_s, last_s)[:PLACES]
    return measured(county, drawn, lived["vehicle"].to_numpy().astype(np.int64), busy)


def measured(county: County, drawn: Chance, vehicle: NDArray[np.int64], busy: Array) -> Days:
    """Return the measures over the calls after the warm-up.

    Parameters
    ----------
    vehicle
        Who was sent to each call, shape (calls,); those behind the four stand for lost.
    busy
        Share of the time of each of the four, shape (ambulances,).
    """
    who, location, high = (
        vehicle[WARM_UP_CALLS:],
        drawn.location[WARM_UP_CALLS:],
        drawn.priority[WARM_UP_CALLS:] == HIGH,
    )
    served = who < PLACES
    who = np.where(served, who, 0)

    def mean_of(table: Sequence[Sequence[float]], of: NDArray[np.bool_]) -> float:
        return float((np.array(table)[who, location] * served)[of].mean())

    at_home = served & (who == location)
    kinds = [high, ~high]
    stages = len(who) / county.kind_rate.sum()  # on the mean: how many calls come hangs on no policy
    places = range(PLACES)
    return Days(
        coverage=mean_of(county.reached_share, high),
        lost=1 - float(served.mean()),
        nearest=np.array([[at_home[kind & (location == place)].mean() for place in places] for kind in kinds]),
        survival=np.array([mean_of(county.survival, high & (location == place)) for place in places]),
        busy=busy,
        to_high=np.array([np.count_nonzero(served & high & (who == place)) for place in places]) / stages,
    )


# -- the comparison --------------------------------------------------------------------------------------------------


def compared(lived: Mapping[str, Sequence[Days]]) -> list[str]:
    """Return every policy beside the closest ambulance, as lines of Markdown."""
    brains = tuple(lived)
    tables = {name: pd.DataFrame({COVERAGE.name: [days.coverage for days in own]}) for name, own in lived.items()}
    count = len(lived[brains[0]])
    question = ComparisonQuestion(
        brains, kpi=COVERAGE.name, replications=count, margins=Margins(default=Size(MARGIN, False))
    )
    rows = {row.brain: row for row in compare_tables(question, tables, {COVERAGE.name: COVERAGE}, SEED)}
    best = best_of(brains, tables, COVERAGE)
    assert best is not None
    known = {name: plan_of(name).coverage for name in brains}
    head = "Policy", "figure 1", "exact", f"{count} replications", "less closest", "known", "verdict", "times narrower"
    lines = [f"| {' | '.join((*head, 'against the best of the others', 'known', ''))} |", "|" + "---|" * 11]
    for place, name in enumerate(brains):
        row, gap = rows.get(name), best.found.gaps[place]
        told = [CALLED[name], f"{FIGURE_1[name]:.4f}", f"{known[name]:.4f}", f"{best.found.means[place]:.4f}"]
        told += _against_closest(row, known[name] - known[brains[0]])
        others = max(value for other, value in known.items() if other != name)
        told += [f"{gap.low + 0.0:+.4f} to {gap.high + 0.0:+.4f}", f"{known[name] - others:+.4f}"]
        told.append("may be the best" if best.found.may_be_best[place] else "not the best")
        lines.append(f"| {' | '.join(told)} |")
    return lines


def _against_closest(row: ComparedKpi | None, known: float) -> list[str]:
    if row is None:
        return [""] * 4
    ends = row.ends
    return [
        f"{row.difference:+.4f} ({ends.low:+.4f} to {ends.high:+.4f})", f"{known:+.4f}", WORDS[row.judgement.word],
        f"{row.pairing.interval_ratio:.1f}",
    ]  # fmt: skip


CALLED = {"closest": "closest", "none": "best of all"} | {name: f"under measure {name}" for name in POLICIES[2:]}
FIGURE_1 = {"closest": 0.3959, "none": 0.4187, "1": 0.4100, "2": 0.4062, "3": 0.4082, "4": 0.3928}
"""Coverage as figure 1 shows it, at the bounds of table 5."""
