"""The questions about the air: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from numbers import Integral
from typing import Final

from twin.core.decisions import Decision
from twin.domains.air.decisions_curbs import Curb, CurbsView
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.kinds import LEVELS, RESTRICTIONS

_ROUNDING: Final = 1e-9


def _warning_objection(view: AirWarningView, answer: Warn) -> str | None:
    del view
    if not isinstance(answer.level, Integral) or isinstance(answer.level, bool):
        return "level must be a whole number"
    if not 0 <= answer.level < len(LEVELS):
        return f"level must lie between 0 and {len(LEVELS) - 1}"
    return None


def _curbs_objection(view: CurbsView, answer: Curb) -> str | None:
    import numpy as np

    shares = answer.shares
    if not isinstance(shares, np.ndarray) or shares.dtype.kind != "f" or shares.shape != (len(view),):
        return f"shares must be a NumPy array of {len(view)} numbers, one an enterprise"
    wrong = np.flatnonzero(~(np.isfinite(shares) & (shares >= 0)))
    if len(wrong):
        return f"the share of enterprise {wrong[0]} is {shares[wrong[0]]}; it must be 0 or above"
    beyond = np.flatnonzero(shares > view.heaviest + _ROUNDING)
    if len(beyond):
        who = int(beyond[0])
        return f"enterprise {who} can leave out {view.heaviest[who]:g} at most, not {shares[who]:g}"
    return None


def _traffic_objection(view: TrafficRestrictionView, answer: Restrict) -> str | None:
    del view
    return None if answer.rule in RESTRICTIONS else f"rule must be one of {', '.join(RESTRICTIONS)}"


def _inspection_objection(view: PlantInspectionView, answer: InspectPlants) -> str | None:
    who = answer.plants
    if not isinstance(who, tuple) or not all(isinstance(one, Integral) for one in who):
        return "plants must be a tuple of whole numbers"
    if len(set(who)) != len(who):
        return "an enterprise stands in it twice"
    outside = [one for one in who if not 0 <= one < len(view)]
    if outside:
        return f"there is no enterprise {outside[0]}; there are 0 to {len(view) - 1}"
    if len(who) > view.visits_possible:
        return f"{view.visits_possible} can be visited today, not {len(who)}"
    return None


AIR_WARNING: Final = Decision(
    "air_warning", "air", "Which warning of bad air holds tomorrow?", AirWarningView, (Warn,), _warning_objection
)
CURBS: Final = Decision(
    "curbs", "air", "Which enterprises leave out how much of their production tomorrow?", CurbsView, (Curb,),
    _curbs_objection,
)  # fmt: skip
TRAFFIC_RESTRICTION: Final = Decision(
    "traffic_restriction", "air", "Is traffic restricted tomorrow for the air's sake?", TrafficRestrictionView,
    (Restrict,), _traffic_objection, "none",
)  # fmt: skip
PLANT_INSPECTION: Final = Decision(
    "plant_inspection", "air", "Which enterprises do inspectors visit today?", PlantInspectionView, (InspectPlants,),
    _inspection_objection,
)  # fmt: skip

DECISIONS: Final = (AIR_WARNING, CURBS, TRAFFIC_RESTRICTION, PLANT_INSPECTION)
