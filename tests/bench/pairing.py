"""How far meeting the same days can narrow an interval: ``python tests/bench/pairing.py [days]``.

Two brains on the days of scenarios/emergency_days.yaml. Chance is the same for both, call by call, so a day's
difference is no noise: it is what the other brain brings to the calls of that day. For each time the table says how
much the gain differs from case to case, how much a day's mean gain would differ if the gains of its cases had nothing
to do with one another, how much it does differ (all of these as standard deviations), how much each brain's days do,
and how many times narrower the paired interval is than that of independent days. Where what is found is what the cases'
differing gains make, no other way of pairing days can do more.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import twin  # noqa: E402
from twin.inference.paired import pairing  # noqa: E402

SCENARIO: Final = ROOT / "scenarios" / "emergency_days.yaml"
BRAINS: Final = ("traditional", "city_brain")
SPANS: Final = {
    "ring to the scene": ("ring_s", "at_scene_s"),
    "until the place is known": ("answer_s", "locate_s"),
    "drive to the scene": ("out_s", "at_scene_s"),
    "ring to treatment": ("ring_s", "treatment_s"),
    "door to treatment": ("door_s", "treatment_s"),
}
HEAD: Final = ("min", "gain", "cases a day", "a case's", "so a day's", "a day's, found", *BRAINS, "times narrower")


def minutes(calls: pd.DataFrame, begin: str, end: str) -> pd.Series:
    """Return how long each call took from one stamp to another, by day and call."""
    counted = calls[calls["ring_s"] >= 0].set_index(["replication", "call"])
    return ((counted[end] - counted[begin]) / 60).dropna()


def row(name: str, baseline: pd.Series, other: pd.Series) -> list[str]:
    """Return a row of the table, from the minutes of each brain's calls."""
    both = pd.concat([baseline, other], axis=1, join="inner", keys=BRAINS)
    gain = both[BRAINS[0]] - both[BRAINS[1]]
    days, gains = both.groupby("replication").mean(), gain.groupby("replication")
    cases = float(gains.size().mean())
    deviations = [gain.std(), gain.std() / np.sqrt(cases), gains.mean().std(), *(days[brain].std() for brain in BRAINS)]
    narrower = pairing(*(days[brain].to_numpy() for brain in BRAINS)).interval_ratio
    return [name, f"{gain.mean():.2f}", f"{cases:.0f}", *(f"{each:.3f}" for each in deviations), f"{narrower:.1f}"]


def main(days: int) -> None:
    """Live the days and print the table."""
    with tempfile.TemporaryDirectory() as reports:
        result = twin.load(SCENARIO).run(reps=days, reports=reports)
        calls = {brain: result.events("emergency.calls", brain=brain) for brain in BRAINS}
    rows = [HEAD, *(row(name, *(minutes(calls[brain], *span) for brain in BRAINS)) for name, span in SPANS.items())]
    print("\n".join(" | ".join(cells) for cells in rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
