"""How often intervals and verdicts of comparisons are right, where means are known.

    interval_coverage.py [tries [answer]]

``answer`` is the folder of a comparison (``reports/<scenario>/comparison-<id>``) of many days: these are then taken for
all days that there are, twenty are drawn from them again and again, and their intervals held against the mean of all.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402

from twin.core.statistics import half_interval_of  # noqa: E402
from twin.inference.best import against_best  # noqa: E402
from twin.inference.bootstrap import bootstrap_t  # noqa: E402
from twin.inference.estimates import p_value  # noqa: E402
from twin.inference.families import holm  # noqa: E402
from twin.inference.paired import differences, student  # noqa: E402
from twin.inference.selection import select_best  # noqa: E402
from twin.inference.stopping import half_widths, look_ahead  # noqa: E402
from twin.inference.verdicts import judge  # noqa: E402

GENERATOR = np.random.default_rng(2021)


def days(shift: float, replications: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one comparison: two brains that share each day's luck (deviation 3) and have their own (1)."""
    shared, own = GENERATOR.normal(50, 3, replications), GENERATOR.normal(0, 1, (2, replications))
    return shared + own[0], shared + own[1] + shift


def covered(values: np.ndarray, truth: float, *, bootstrap: bool) -> bool:
    """Say whether the 95 % interval holds the truth."""
    ends = (bootstrap_t(values, GENERATOR, 1999) if bootstrap else student(values)).interval(0.95)
    return ends.low <= truth <= ends.high


def stopped(target: float) -> bool:
    """Say whether the interval of a comparison that stopped by itself holds the truth."""
    values, count = GENERATOR.normal(0, 2, 400), 0
    while True:
        found = look_ahead(half_widths(values[:count]) if count else np.empty(0), target, cap=400)
        if found.enough is not None or found.wanted <= count:
            return bool(abs(values[:count].mean()) <= half_interval_of(values[:count]))
        count = found.wanted


def joint(systems: int) -> bool:
    """Say whether all intervals against the best hold where it is hardest: all others are equally far behind."""
    values = GENERATOR.normal(0, 2, 15) + GENERATOR.normal(0, 1, (systems, 15))
    values[0] -= 3.0
    gaps = against_best(values, lower_is_better=True).gaps
    return gaps[0].low <= -3 <= gaps[0].high and all(gap.low <= 3 <= gap.high for gap in gaps[1:])


def picked(correlation: float) -> bool:
    """Say whether the best of four is picked where the others are worse by just the indifference."""
    shared, own = GENERATOR.normal(0, 1, 500), GENERATOR.normal(0, 1, (4, 500))
    values = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
    values[2] += 0.6
    return select_best(values, 0.6, lower_is_better=False, first=10).best == 2


def family() -> bool:
    """Say whether any of twenty figures that do not differ is called different."""
    values = GENERATOR.normal(0, 1, (20, 12)) + GENERATOR.normal(0, 1, 12)
    return bool(holm([p_value(student(row)) for row in values]).min() <= 0.05)


def wrongly_equivalent() -> bool:
    """Say whether two brains that differ by just the margin are called equivalent."""
    estimate = student(differences(*days(1.0, 20)))
    return judge(estimate, "lower", 1.0, p_value(estimate)).word == "equivalent"


def main(tries: int = 4000) -> None:
    """Print the table."""
    skewed = [np.exp(GENERATOR.normal(0, 1, 20)) for _ in range(tries)]
    rows = {
        **{
            f"95 % interval, Student's t, {n} days": [
                covered(differences(*days(0.7, n)), 0.7, bootstrap=False) for _ in range(tries)
            ]
            for n in (5, 10, 20)
        },
        "95 % interval, bootstrap-t, 20 days": [
            covered(differences(*days(0.7, 20)), 0.7, bootstrap=True) for _ in range(tries)
        ],
        "log-normal differences, 20 days, Student's t": [
            covered(one, math.exp(0.5), bootstrap=False) for one in skewed
        ],
        "log-normal differences, 20 days, bootstrap-t": [covered(one, math.exp(0.5), bootstrap=True) for one in skewed],
        "95 % interval of a comparison that stopped by itself": [stopped(1.0) for _ in range(tries)],
        "all intervals against the best of 4, least favourable": [joint(4) for _ in range(tries)],
        "best of 4 picked, least favourable, correlation 0": [picked(0.0) for _ in range(tries)],
        "best of 4 picked, least favourable, correlation 0.6": [picked(0.6) for _ in range(tries)],
        "equivalent, where the difference is the margin": [wrongly_equivalent() for _ in range(tries)],
        "any of 20 equal figures called different (Holm)": [family() for _ in range(tries)],
    }
    for name, found in rows.items():
        share = float(np.mean(found))
        print(f"{name:56} {100 * share:5.1f} % ± {196 * math.sqrt(share * (1 - share) / tries):.1f}")


def of_lived_days(tries: int, answer: Path, drawn: int = 20) -> None:
    """Print how often intervals of days drawn from lived ones hold the mean of all of them, for each headline KPI."""
    told = json.loads((answer / "comparison.json").read_text(encoding="utf-8"))
    cells = answer.parents[1] / "cells"

    def values(brain: str, kpi: str) -> np.ndarray:
        files = [cells / told["cells"][brain] / f"{day:04d}.json" for day in range(told["days"][brain])]
        kpis = [json.loads(file.read_text(encoding="utf-8"))["kpis"] for file in files]
        return np.array([one[kpi]["value"] if kpi in one else math.nan for one in kpis])

    for row in told["kpis"]:
        if row["family"] == "other" or row["judgement"]["word"] == "same":
            continue
        apart = differences(values(told["brains"][0], row["kpi"]), values(row["brain"], row["kpi"]))
        apart = apart[~np.isnan(apart)]
        samples = [GENERATOR.choice(apart, drawn) for _ in range(tries)]
        held = [np.mean([covered(one, apart.mean(), bootstrap=way) for one in samples]) for way in (False, True)]
        skewness = float(((apart - apart.mean()) ** 3).mean() / apart.std() ** 3)
        print(f"{row['kpi']:58} skewness {skewness:+.2f}  t {100 * held[0]:.1f} %  bootstrap-t {100 * held[1]:.1f} %")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        of_lived_days(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:2]))
