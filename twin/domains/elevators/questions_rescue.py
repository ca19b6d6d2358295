"""The questions about rescue: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from numbers import Integral
from typing import Final

from twin.core.decisions import Decision
from twin.domains.elevators.decisions_rescue import (
    Assign,
    CallTeam,
    LeaveToFirm,
    RescueInOrder,
    RescueOrderView,
    RescueView,
    SecondLevelView,
)


def _is_pair(thing: object) -> bool:
    return isinstance(thing, tuple) and len(thing) == 2 and all(isinstance(one, Integral) for one in thing)


def _assign_objection(view: RescueView, answer: Assign) -> str | None:
    pairs = answer.pairs
    if not isinstance(pairs, tuple) or not all(map(_is_pair, pairs)):
        return "pairs must be a tuple of pairs of whole numbers: a case and a worker"
    for side, what in enumerate(("case", "worker")):
        named = [pair[side] for pair in pairs]
        if len(set(named)) != len(named):
            return f"a {what} stands in two pairs"
    options = view.options
    allowed = set(zip(view.cases.case[options.place].tolist(), options.worker.tolist(), strict=True))
    for case, worker in pairs:
        if (case, worker) not in allowed:
            return f"worker {worker} is no option for case {case}"
    return None


def _order_objection(view: RescueOrderView, answer: RescueInOrder) -> str | None:
    if not isinstance(answer.cases, tuple) or not all(isinstance(case, Integral) for case in answer.cases):
        return "cases must be a tuple of whole numbers"
    if sorted(answer.cases) != sorted(view.cases.case.tolist()):
        return "each waiting case must stand in the order once"
    return None


def _team_objection(view: SecondLevelView, answer: CallTeam | LeaveToFirm) -> str | None:
    if isinstance(answer, LeaveToFirm):
        return None
    if not isinstance(answer.team, Integral):
        return "team must be a whole number"
    return None if answer.team in view.teams.id else f"team {answer.team} is not free"


RESCUE: Final = Decision(
    "rescue", "elevators", "Which workers are sent to free those who are trapped?", RescueView, (Assign,),
    _assign_objection,
)  # fmt: skip
RESCUE_ORDER: Final = Decision(
    "rescue_order", "elevators", "In which order are workers looked for when several wait?", RescueOrderView,
    (RescueInOrder,), _order_objection, "first_come",
)  # fmt: skip
SECOND_LEVEL: Final = Decision(
    "second_level", "elevators", "Is the second level or the fire brigade called to these people now?",
    SecondLevelView, (CallTeam, LeaveToFirm), _team_objection, "never",
)  # fmt: skip

RESCUE_DECISIONS: Final = (RESCUE, RESCUE_ORDER, SECOND_LEVEL)
