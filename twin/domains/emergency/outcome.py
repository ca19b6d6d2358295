"""What delay costs: expected outcomes as functions of minutes, each from a paper and each within its range.

Nobody lives or dies in the simulation: a function turns recorded minutes into an expected share of patients. Outside
a paper's range the delay is clipped to the range's end, and the case is counted as extrapolated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.core.kpis import Better
from twin.domains.emergency.outcome_curves import (
    EMBERSON_HIGH,
    EMBERSON_LOW,
    PARAMETERS,
    Array,
    de_maio_of_all,
    good_outcome_emberson_2014,
    larsen_of_all,
    mortality_rathore_2009,
    odds_ratio_newgard_2010,
    relative_risk_de_luca_2004,
    share_saver_2013,
    valenzuela_of_all,
    value_of,
)
from twin.domains.emergency.parameters import CONDITIONS

Interval = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True, slots=True)
class OutcomeFunction:
    """An outcome as a function of the minutes between two stamps of a call.

    Attributes
    ----------
    better
        Which direction of the outcome is better.
    valid_for
        The population in which it was found, and what else limits it.
    valid_range
        Lower and upper end in the curve's own minutes, which are the delay plus `lead_min`.
    range_label
        ``published``, ``derived`` or ``assumed``.
    lead_min
        What has passed on the curve's clock when `from_stamp` is reached: the minutes from onset to call.
    function
        Value by the curve's minutes, any shape.
    interval
        Lower and upper 95 % values by the curve's minutes, or None where the paper's are not known.
    """

    name: str
    condition: str
    outcome: str
    unit: str
    better: Better
    paper: str
    valid_for: str
    valid_range: tuple[float, float]
    range_label: str
    from_stamp: str
    to_stamp: str
    function: Callable[[Array], Array]
    interval: Interval | None = None
    lead_min: float = 0.0

    def evaluate(self, delay_min: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
        """Return values, and which of them lie beyond the range and were taken at its end; NaN stays NaN."""
        minutes, outside = self._clipped(delay_min)
        return np.where(np.isnan(minutes), np.nan, self.function(minutes)), outside

    def evaluate_interval(self, delay_min: ArrayLike) -> tuple[Array, Array] | None:
        """Return lower and upper 95 % values, or None; clipped as `evaluate` does."""
        return None if self.interval is None else self.interval(self._clipped(delay_min)[0])

    def _clipped(self, delay_min: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
        minutes = np.asarray(delay_min, dtype=np.float64) + self.lead_min
        low, high = self.valid_range
        return np.clip(minutes, low, high), np.asarray((minutes < low) | (minutes > high))


def _between(function: Callable[[Array, float], Array], low: float, high: float) -> Interval:
    """Return the lower and upper value that the two ends of a coefficient's interval give."""

    def ends(minutes: Array) -> tuple[Array, Array]:
        one, other = function(minutes, low), function(minutes, high)
        return np.minimum(one, other), np.maximum(one, other)

    return ends


def _emberson_interval(minutes: Array) -> tuple[Array, Array]:
    return good_outcome_emberson_2014(minutes, EMBERSON_LOW), good_outcome_emberson_2014(minutes, EMBERSON_HIGH)


def _saver_death(minutes: Array, odds_ratio: float = 0.96) -> Array:
    return share_saver_2013(minutes, value_of("saver_death"), odds_ratio)


def _saver_walking(minutes: Array, odds_ratio: float = 1.04) -> Array:
    return share_saver_2013(minutes, value_of("saver_walking"), odds_ratio)


def _saver_home(minutes: Array) -> Array:
    return share_saver_2013(minutes, value_of("saver_home"), 1.03)


_SAVER: Final[tuple[tuple[str, str, Better, Callable[[Array], Array], Interval | None], ...]] = (
    ("death", "dead in hospital", "lower", _saver_death, _between(_saver_death, 0.95, 0.98)),
    ("walking", "walks alone at discharge", "higher", _saver_walking, _between(_saver_walking, 1.03, 1.05)),
    ("home", "discharged home", "higher", _saver_home, None),
)

_VF: Final = "; a mixture: the curve for the shockable share, the rest at a rate that does not depend on the delay"

FUNCTIONS: Final = (
    OutcomeFunction(
        name="de_maio_2003",
        condition="cardiac_arrest",
        outcome="alive at discharge from hospital",
        unit="share",
        better="higher",
        paper="De Maio et al. 2003, Ann Emerg Med 42(2) 242",
        valid_for="treated arrests of cardiac cause, Ontario (witnessed and shockable ones survive more often "
        "there, so the curve is likely too low and too flat for the shockable)" + _VF,
        valid_range=(0.0, 20.0),
        range_label="assumed",
        from_stamp="ring_s",
        to_stamp="at_scene_s",
        function=de_maio_of_all,
    ),
    OutcomeFunction(
        name="valenzuela_1997",
        condition="cardiac_arrest",
        outcome="alive at discharge from hospital",
        unit="share",
        better="higher",
        paper="Valenzuela et al. 1997, Circulation 96(10) 3308",
        valid_for="witnessed ventricular fibrillation, Tucson and King County (n = 205 and 1,667); minutes from "
        "collapse to resuscitation and first shock" + _VF,
        valid_range=(0.0, 20.0),
        range_label="assumed",
        from_stamp="ring_s",
        to_stamp="at_patient_s",
        function=valenzuela_of_all,
        lead_min=value_of("collapse_to_call_min"),
    ),
    OutcomeFunction(
        name="larsen_1993",
        condition="cardiac_arrest",
        outcome="alive at discharge from hospital",
        unit="share",
        better="higher",
        paper="Larsen et al. 1993, Ann Emerg Med 22(11) 1652",
        valid_for="ventricular fibrillation with heart disease before help came, King County (n = 1,667); minutes from "
        "collapse to resuscitation, first shock and advanced care" + _VF,
        valid_range=(0.0, 12.0),
        range_label="derived",
        from_stamp="ring_s",
        to_stamp="at_patient_s",
        function=larsen_of_all,
        lead_min=value_of("collapse_to_call_min"),
    ),
    OutcomeFunction(
        name="rathore_2009",
        condition="stemi",
        outcome="dead within a year",
        unit="share",
        better="lower",
        paper="Rathore et al. 2009, Am J Cardiol 104(9) 1198",
        valid_for="65 and older with primary angioplasty, United States 1994-96 (n = 1,932), unadjusted; younger "
        "patients die less often",
        valid_range=(30.0, 210.0),
        range_label="published",
        from_stamp="door_s",
        to_stamp="treatment_s",
        function=mortality_rathore_2009,
    ),
    OutcomeFunction(
        name="de_luca_2004",
        condition="stemi",
        outcome="death within a year, relative to treatment at the call",
        unit="ratio",
        better="lower",
        paper="De Luca et al. 2004, Circulation 109(10) 1223",
        valid_for="primary angioplasty, Zwolle (n = 1,791), adjusted; only the ratio of two delays means something, so "
        "the unknown minutes from onset to call cancel",
        valid_range=(0.0, 360.0),
        range_label="assumed",
        from_stamp="ring_s",
        to_stamp="treatment_s",
        function=relative_risk_de_luca_2004,
        interval=_between(relative_risk_de_luca_2004, 1.008, 1.15),
    ),
    OutcomeFunction(
        name="emberson_2014",
        condition="stroke",
        outcome="no significant disability at 3 to 6 months (mRS 0 or 1)",
        unit="share",
        better="higher",
        paper="Emberson et al. 2014, Lancet 384(9958) 1929",
        valid_for="ischaemic stroke given alteplase, nine trials (n = 6,756); of the patients whom ambulances bring "
        "about a quarter bleed (Hebei 2016), and few of the rest are given it",
        valid_range=(0.0, 360.0),
        range_label="derived",
        from_stamp="ring_s",
        to_stamp="treatment_s",
        function=good_outcome_emberson_2014,
        interval=_emberson_interval,
        lead_min=value_of("stroke_onset_to_call_min"),
    ),
    *(
        OutcomeFunction(
            name=f"saver_2013_{name}",
            condition="stroke",
            outcome=outcome,
            unit="share",
            better=better,
            paper="Saver et al. 2013, JAMA 309(23) 2480",
            valid_for="ischaemic stroke given tPA within 4.5 h, United States 2003-12 (n = 58,353), a register",
            valid_range=(0.0, 270.0),
            range_label="published",
            from_stamp="ring_s",
            to_stamp="treatment_s",
            function=function,
            interval=interval,
            lead_min=value_of("stroke_onset_to_call_min"),
        )
        for name, outcome, better, function, interval in _SAVER
    ),
    OutcomeFunction(
        name="newgard_2010",
        condition="trauma",
        outcome="odds of death in hospital against no delay: no effect was found",
        unit="ratio",
        better="neither",
        paper="Newgard et al. 2010, Ann Emerg Med 55(3) 235",
        valid_for="injured adults with disturbed vital signs, ten North American sites (n = 3,656); 1.00 a minute, "
        "0.99 to 1.01",
        valid_range=(0.0, 120.0),
        range_label="assumed",
        from_stamp="ring_s",
        to_stamp="door_s",
        function=odds_ratio_newgard_2010,
        interval=_between(odds_ratio_newgard_2010, 0.99, 1.01),
    ),
)
"""Every function; the first of a condition is the one that `expected` uses."""

WITHOUT_FUNCTION: Final = tuple(name for name in CONDITIONS if all(name != row.condition for row in FUNCTIONS))
"""Conditions for which no function is given, and none is made up."""


def function_of(condition: str, name: str | None = None) -> OutcomeFunction | None:
    """Return a condition's function, the first or the one named; None where there is none at all.

    Raises
    ------
    KeyError
        If there is no such condition, or it has no function of that name.
    """
    if condition not in CONDITIONS:
        raise KeyError(condition)
    rows = {row.name: row for row in FUNCTIONS if row.condition == condition}
    return next(iter(rows.values()), None) if name is None else rows[name]


def expected(condition: str, delay_min: ArrayLike, name: str | None = None) -> tuple[Array, NDArray[np.bool_]]:
    """Return the expected outcome of each delay, and which delays lie beyond the function's range.

    Parameters
    ----------
    delay_min
        Minutes between the function's two stamps, any shape; NaN where a case has none.
    name
        Another function than the condition's first.

    Returns
    -------
    tuple
        Values of the same shape in the function's unit (NaN for a condition without a function), and True where the
        delay was clipped to the end of the range.
    """
    row = function_of(condition, name)
    if row is None:
        shape = np.shape(delay_min)
        return np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_)
    return row.evaluate(delay_min)


def functions_as_markdown() -> str:
    """Return the functions, what lacks one, and the parameters, as they stand in the documentation."""
    lines = ["| condition | outcome | paper | from, to | range on the curve, min | holds for |", "|" + "---|" * 6]
    for row in FUNCTIONS:
        low, high = row.valid_range
        lead = f" (call at {row.lead_min:g})" if row.lead_min else ""
        span = f"{low:g} to {high:g}, {row.range_label}{lead}"
        stamps = f"`{row.from_stamp}`, `{row.to_stamp}`"
        outcome = f"{row.outcome} ({row.unit})"
        lines.append(f"| {row.condition} | {outcome} | {row.paper} | {stamps} | {span} | {row.valid_for} |")
    lines += ["", f"Without a function: {', '.join(WITHOUT_FUNCTION)}.", ""]
    lines += ["| parameter | value | label | range | what | source |", "|" + "---|" * 6]
    for given in PARAMETERS.values():
        limits = "–" if given.range is None else f"{given.range[0]:g} to {given.range[1]:g}"
        value = f"{given.value:.4g} {given.unit}"
        lines.append(f"| `{given.name}` | {value} | {given.label} | {limits} | {given.text} | {given.source} |")
    return "\n".join(lines) + "\n"
