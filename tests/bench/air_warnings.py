"""Sixty winter days of Zhengzhou's air in the twin: every rule of warning asked of the same afternoons, and judged.

    python tests/bench/air_warnings.py [seeds] [days.csv]

Nobody is curbed, for what a rule orders changes nothing of what it is judged by. "Today counted" is a rule that would
warn of tomorrow because today is bad, whatever it foresees. `learned_days` learns from two years
of the twin with another seed (nobody warned) and, where a file of observed days is named, from those of them that lie
before the sixty days. Some five minutes of one core for a seed, and one for the years.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench.air_year import days_of_years  # noqa: E402
from support.air_runs import run_air  # noqa: E402

from twin.atmosphere.daily_record import DailyRecord  # noqa: E402
from twin.atmosphere.warning_levels import HEAVY  # noqa: E402
from twin.city.city import City  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.domains.air.decisions_warning import AirWarningView, Warn  # noqa: E402
from twin.domains.air.desk import LearnedView  # noqa: E402
from twin.domains.air.judging import Days, days_of, judged  # noqa: E402
from twin.domains.air.learned import LearnedModel, read_days  # noqa: E402
from twin.domains.air.parameters import AirParameters  # noqa: E402
from twin.domains.air.supplied import SuppliedAir  # noqa: E402
from twin.policies.air.air_warning.ensemble_cost_loss import ensemble_cost_loss  # noqa: E402
from twin.policies.air.air_warning.forecast_live_emissions import forecast_live_emissions  # noqa: E402
from twin.policies.air.air_warning.history_and_experience import history_and_experience  # noqa: E402
from twin.policies.air.air_warning.learned_days import learned_days  # noqa: E402
from twin.policies.air.air_warning.tomorrow_as_today import tomorrow_as_today  # noqa: E402

START: Final = datetime(2018, 12, 1)
DAYS: Final = 60
LEARNED_SEED: Final = 9001
LIMIT_UGM3: Final = 150.0


class CountingToday(AirWarningView):
    """A view to which a bad day today is a reason to warn."""

    __slots__ = ()

    def bad_within(self, daily_ugm3: np.ndarray, days_ahead: int) -> bool:
        """Say whether today or one of the next days is bad."""
        return bool((self.index(daily_ugm3[: 1 + days_ahead]) > HEAVY).any())


def counting_today(rule: Callable[..., Warn]) -> Callable[[AirWarningView], Warn]:
    """Return the rule as it answers to such views."""

    def answer(view: AirWarningView) -> Warn:
        return rule(CountingToday(**{each.name: getattr(view, each.name) for each in fields(view)}))

    return answer


RULES: Final[dict[str, Any]] = {
    "tomorrow_as_today": tomorrow_as_today,
    "history_and_experience": history_and_experience,
    "forecast_live_emissions": forecast_live_emissions,
    "ensemble_cost_loss": ensemble_cost_loss,
    "ensemble_cost_loss 0.2": partial(ensemble_cost_loss, cost_loss=0.2),
    "forecast_live_emissions, today counted": counting_today(forecast_live_emissions),
    "ensemble_cost_loss, today counted": counting_today(ensemble_cost_loss),
}
LEARNED: Final[dict[str, Any]] = {
    "learned_days": learned_days,
    "learned_days 0.5": partial(learned_days, cost_loss=0.5),
    "learned_days, a day ahead": partial(learned_days, days_ahead=1),
    "learned_days, today counted": counting_today(learned_days),
}


def asked(seed: int, city: City, tables: Mapping[str, DailyRecord]) -> dict[str, Days]:
    """Return the days of one seed under each rule."""
    models = {name: LearnedModel(table, LIMIT_UGM3) for name, table in tables.items()}
    levels: dict[str, list[int]] = {}
    begun: list[Any] = []

    def look(view: AirWarningView) -> Warn:
        desk, hour = view.learned._desk, view.learned._hour
        for name, rule in RULES.items():
            levels.setdefault(name, []).append(rule(view).level)
        for table, model in models.items():
            own = replace(view, learned=LearnedView(desk, model, hour))
            for name, rule in LEARNED.items():
                levels.setdefault(f"{name} ({table})", []).append(rule(own).level)
        begun.append(view.time_s)
        return Warn(0)

    given = AirParameters(spin_up_days=14)
    rules = {"air_warning": look, "plant_inspection": "at_random"}
    _, twin, frames = run_air(given, days=DAYS, start=START, seed=seed, brain="city_brain", rules=rules, city=city,
                              supplied=SuppliedAir())  # fmt: skip
    lived = days_of(frames, twin.clock)
    return {name: _under(lived, levels[name], begun) for name in levels}


def _under(days: Days, asked: list[int], begun: list[float]) -> Days:
    """Return the days with the levels that a rule would have ordered; that of the first day nobody could order."""
    level = np.array([0, *asked[: len(days) - 1]], np.int8)
    decided = np.array([np.nan, *begun[: len(days) - 1]])
    return replace(days, level=level, decided_s=np.where(level > 0, decided, np.nan))


def main() -> None:
    """Print a row a rule: over all seeds hits, misses, false alarms, threat score, mean lead."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    city = City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())
    tables = {"the twin's own": days_of_years(LEARNED_SEED, 2, datetime(2016, 1, 1))}
    if len(sys.argv) > 2:
        tables["observed"] = read_days(Path(sys.argv[2]), START, AirParameters(spin_up_days=14))
    for name, table in tables.items():
        bad = int((table.pm25_ugm3 > LIMIT_UGM3).sum())
        print(f"{name}: {table.days} days from {table.first}, {bad} above {LIMIT_UGM3:g} µg/m³", flush=True)
    every: dict[str, list[Days]] = {}
    for seed in range(1, seeds + 1):
        for name, days in asked(seed, city, tables).items():
            every.setdefault(name, []).append(days)
        print(f"seed {seed}: {int(days.bad.sum())} bad days of {len(days)}", flush=True)
    print("rule | hits | misses | false alarms | threat score | lead, h")
    for name, each in every.items():
        found = [judged(days) for days in each]
        hits, misses, false = (sum(getattr(one, what) for one in found) for what in ("hits", "misses", "false_alarms"))
        leads = [lead for one in found for lead in one.leads_h]
        lead = f"{np.mean(leads):.0f}" if leads else "-"
        print(f"{name} | {hits} | {misses} | {false} | {hits / max(hits + misses + false, 1):.2f} | {lead}")


if __name__ == "__main__":
    main()
