"""Finds the brains that a study names: those of the scenario, and the shipped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.errors import TwinError
from twin.experiment.studies.catalogue import did_you_mean
from twin.scenario.brains import shipped_names

if TYPE_CHECKING:
    from twin.core.decisions import BrainSetting
    from twin.scenario.scenario import Scenario


def brain_called(scenario: Scenario, name: str) -> BrainSetting:
    """Return a brain of the scenario, or a shipped one.

    Raises
    ------
    TwinError
        Where there is none of that name.
    """
    own = {brain.name: brain for brain in scenario.brains}
    if name in own:
        return own[name]
    if name in shipped_names():
        return scenario.with_(**{f"brains.{len(scenario.brains)}": name}).brain(name)
    known = dict.fromkeys([*own, *shipped_names()])
    raise TwinError(
        "{path}: there is no brain {name}{hint}; there are {known}",
        path=str(scenario.path), name=name, hint=did_you_mean(name, list(known)), known=", ".join(known),
    )  # fmt: skip
