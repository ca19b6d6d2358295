"""Published curves of outcome by delay, as plain functions of minutes, and what they need besides coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.core.parameters import Parameter

Array = NDArray[np.float64]
Interval = Callable[[Array], tuple[Array, Array]]

PARAMETERS: Final = {
    row.name: row
    for row in (
        Parameter("arrest_survival", 0.014, "share", "derived", "All treated arrests that leave hospital alive",
                  "between 1.2 % in 2013 and 1.6 % in 2017, Beijing (BMJ Open 2021 11 e041917)", (0.012, 0.016)),
        Parameter("arrest_arrival_min", 16.0, "min", "published", "Mean from call to arrival where that survival holds",
                  "Beijing 2012 (Resuscitation 2014 85(11) 1411)", (4.0, 43.0)),
        Parameter("shockable_share", 0.056, "share", "published", "Treated arrests with a first rhythm that is shocked",
                  "Beijing 2017 (BMJ Open 2021 11 e041917); 5.43 % in 28,969 arrests in China (BASIC-OHCA 2023)",
                  (0.054, 0.065)),
        Parameter("bystander_share", 0.194, "share", "published", "Arrests in which a bystander begins resuscitation",
                  "Beijing 2017; 10.4 % in 2013 (BMJ Open 2021 11 e041917)", (0.104, 0.194)),
        Parameter("bystander_cpr_min", 3.0, "min", "assumed", "From collapse to a bystander's resuscitation",
                  "no figure found", (1.0, 6.0)),
        Parameter("collapse_to_call_min", 1.0, "min", "assumed", "From a witnessed collapse to the call",
                  "no figure found", (0.5, 3.0)),
        Parameter("crew_to_shock_min", 1.5, "min", "assumed", "From the crew at the patient to the first shock",
                  "no figure found", (0.5, 3.0)),
        Parameter("crew_to_advanced_min", 4.0, "min", "assumed", "From the crew at the patient to advanced care",
                  "no figure found", (2.0, 8.0)),
        Parameter("stroke_onset_to_call_min", 65.0, "min", "derived", "From the onset of a stroke to the call",
                  "onset to door by ambulance 105 min, Hebei 2016 (中华急诊医学杂志 2019 28(11) 1357), less 40 min "
                  "from call to door, which is assumed", (30.0, 90.0)),
        Parameter("stroke_baseline", 965 / 3365, "share", "derived", "Good outcome in 3 to 6 months without alteplase",
                  "176 + 432 + 357 of 762 + 1,437 + 1,166 controls of all three windows (Emberson 2014)",
                  (0.231, 0.306)),
        Parameter("saver_reference_min", 144.0, "min", "published", "Median onset to treatment where its shares hold",
                  "Saver 2013"),
        Parameter("saver_death", 0.088, "share", "published", "Deaths in hospital, 58,353 patients", "Saver 2013"),
        Parameter("saver_walking", 0.334, "share", "published", "Walking alone at discharge", "Saver 2013"),
        Parameter("saver_home", 0.386, "share", "published", "Discharged home", "Saver 2013"),
    )
}  # fmt: skip
"""What the curves need besides their own coefficients, with label, source and range."""

RATHORE_MIN: Final = np.array([30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0])
RATHORE_MORTALITY: Final = np.array([0.109, 0.136, 0.165, 0.195, 0.225, 0.253, 0.279])
EMBERSON_UNTIL_MIN: Final = np.array([180.0, 270.0])
EMBERSON_ODDS_RATIO: Final = np.array([1.75, 1.26, 1.15])
EMBERSON_LOW: Final = np.array([1.35, 1.05, 0.95])
EMBERSON_HIGH: Final = np.array([2.27, 1.51, 1.40])


def value_of(name: str) -> float:
    """Return a parameter's number."""
    return float(PARAMETERS[name].value)


def survival_de_maio_2003(call_to_arrival_min: ArrayLike) -> Array:
    """Return survival to discharge, a share: 1 / (1 + exp(0.679 + 0.262 t)) (Ann Emerg Med 42(2) 242)."""
    return _logistic(-0.679 - 0.262 * np.asarray(call_to_arrival_min, dtype=np.float64))


def survival_valenzuela_1997(cpr_min: ArrayLike, defibrillation_min: ArrayLike) -> Array:
    """Return survival to discharge, a share, by minutes from collapse (Circulation 96(10) 3308); shapes broadcast."""
    cpr, shock = np.asarray(cpr_min, dtype=np.float64), np.asarray(defibrillation_min, dtype=np.float64)
    return _logistic(0.260 - 0.106 * cpr - 0.139 * shock)


def survival_larsen_1993(cpr_min: ArrayLike, defibrillation_min: ArrayLike, advanced_min: ArrayLike) -> Array:
    """Return survival, a share not below 0, by minutes from collapse (Ann Emerg Med 22(11) 1652); shapes broadcast."""
    cpr, shock = np.asarray(cpr_min, dtype=np.float64), np.asarray(defibrillation_min, dtype=np.float64)
    advanced = np.asarray(advanced_min, dtype=np.float64)
    return np.asarray(np.maximum(0.67 - 0.023 * cpr - 0.011 * shock - 0.021 * advanced, 0.0))


def mortality_rathore_2009(door_to_balloon_min: ArrayLike) -> Array:
    """Return one-year mortality, a share, on straight lines between the published points (Am J Cardiol 104 1198)."""
    return np.asarray(np.interp(np.asarray(door_to_balloon_min, dtype=np.float64), RATHORE_MIN, RATHORE_MORTALITY))


def relative_risk_de_luca_2004(delay_min: ArrayLike, per_30_min: float = 1.075) -> Array:
    """Return one-year mortality relative to that without delay, a ratio (Circulation 109(10) 1223)."""
    return np.asarray(per_30_min ** (np.asarray(delay_min, dtype=np.float64) / 30.0))


def good_outcome_emberson_2014(onset_to_treatment_min: ArrayLike, odds_ratio: Array = EMBERSON_ODDS_RATIO) -> Array:
    """Return the share with no significant disability at 3 to 6 months (Lancet 384 1929).

    Parameters
    ----------
    odds_ratio
        Against no thrombolysis: within 3 h, to 4.5 h, later; shape (3,).
    """
    minutes = np.asarray(onset_to_treatment_min, dtype=np.float64)
    window = np.searchsorted(EMBERSON_UNTIL_MIN, minutes)  # both ends belong to the earlier window
    return np.where(np.isnan(minutes), np.nan, _times_odds(value_of("stroke_baseline"), odds_ratio[window]))


def share_saver_2013(onset_to_treatment_min: ArrayLike, share: float, odds_ratio: float) -> Array:
    """Return a share at discharge (JAMA 309(23) 2480).

    Parameters
    ----------
    share
        What the paper found, at its median delay of 144 min.
    odds_ratio
        For each 15 min sooner.
    """
    sooner = (value_of("saver_reference_min") - np.asarray(onset_to_treatment_min, dtype=np.float64)) / 15.0
    return _times_odds(share, odds_ratio**sooner)


def odds_ratio_newgard_2010(delay_min: ArrayLike, per_min: float = 1.00) -> Array:
    """Return the odds ratio of death in hospital against no delay: 1, no effect (Ann Emerg Med 55(3) 235)."""
    return np.asarray(per_min ** np.asarray(delay_min, dtype=np.float64))


def of_all_arrests(shockable: Callable[[Array], Array], minutes: Array, reference_min: float) -> Array:
    """Return survival of all treated arrests where a curve holds for the shockable share alone.

    The rest survive at a rate that does not depend on the delay (assumed), such that at the reference delay all
    together survive as published (derived): shockable share * curve + (1 - shockable share) * rate.

    Parameters
    ----------
    shockable
        Survival of a shockable arrest by the curve's minutes.
    reference_min
        Delay, in the curve's minutes, at which the published survival of all holds.
    """
    share, at_reference = value_of("shockable_share"), shockable(np.array(reference_min))
    rate = (value_of("arrest_survival") - share * at_reference) / (1 - share)
    return np.asarray(share * shockable(minutes) + (1 - share) * np.maximum(rate, 0.0))


def de_maio_of_all(minutes: Array) -> Array:
    """Return survival of all treated arrests by minutes from call to arrival, De Maio for the shockable."""
    return of_all_arrests(survival_de_maio_2003, minutes, value_of("arrest_arrival_min"))


def valenzuela_of_all(minutes: Array) -> Array:
    """Return survival of all treated arrests by minutes from collapse to the crew, Valenzuela for the shockable."""

    def mixed(crew_min: Array) -> Array:
        shock_min = crew_min + value_of("crew_to_shock_min")
        return _with_bystanders(lambda cpr_min: survival_valenzuela_1997(cpr_min, shock_min), crew_min)

    return of_all_arrests(mixed, minutes, value_of("arrest_arrival_min") + value_of("collapse_to_call_min"))


def larsen_of_all(minutes: Array) -> Array:
    """Return survival of all treated arrests by minutes from collapse to the crew, Larsen for the shockable."""

    def mixed(crew_min: Array) -> Array:
        shock_min, advanced_min = crew_min + value_of("crew_to_shock_min"), crew_min + value_of("crew_to_advanced_min")
        return _with_bystanders(lambda cpr_min: survival_larsen_1993(cpr_min, shock_min, advanced_min), crew_min)

    return of_all_arrests(mixed, minutes, value_of("arrest_arrival_min") + value_of("collapse_to_call_min"))


def _with_bystanders(by_cpr: Callable[[Array], Array], crew_min: Array) -> Array:
    """Average over arrests with and without a bystander who begins before the crew."""
    share = value_of("bystander_share")
    return share * by_cpr(np.minimum(crew_min, value_of("bystander_cpr_min"))) + (1 - share) * by_cpr(crew_min)


def _logistic(log_odds: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def _times_odds(share: float, ratio: Array) -> Array:
    odds = share / (1 - share) * ratio
    return np.asarray(odds / (1 + odds))
