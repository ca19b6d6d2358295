"""What brains, their parts and KPIs are called on the pages of studies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from twin.core.kpis import Kpi
from twin.domains import DESCRIPTIONS
from twin.experiment.catalogue import catalogue_of
from twin.experiment.studies.parts import REST
from twin.report.names import brain_titles, kpi_title
from twin.scenario.sections import section_models
from twin.scenario.sources import split_key

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.answers import Change, PartAnswered

KEY_TITLES: Final = {
    "one_tap_location": "one-tap location",
    "live_traffic": "live traffic for dispatch",
    "patient_history": "patient's history on board",
    "vitals_stream": "vital signs sent ahead",
    "hospital_load": "hospitals' load known",
    "queue": "order of waiting calls",
    "dispatch": "choice of vehicle",
    "redispatch": "taking over calls",
    "standby": "where vehicles wait",
    "hospital": "choice of hospital",
    "green_channel": "opening of the green channel",
    "driver_traffic": "live traffic for drivers",
    "signal_control": "measured signals",
    "ambulance_priority": "signals that know ambulances",
    "parking_feed": "free spaces reported",
    "parking_app": "parking app",
    "signal_plan": "timing of signals",
    "guidance": "guidance of drivers",
    "gating": "gates at the ring road",
    "priority": "signals that make way",
    "lot_choice": "choice of car park",
    "prices": "parking prices",
    "night_opening": "car parks opened at night",
    "elevator_alarm": "elevator alarm",
    "worker_position": "positions of workers",
    "elevator_telemetry": "fault codes of elevators",
    "rescue": "choice of rescue workers",
    "rescue_order": "order of rescues",
    "second_level": "call of the second level",
    "inspection": "choice of inspections",
    "emission_feed": "live emissions",
    "weather_forecast": "weather forecast",
    "station_feed": "live air stations",
    "air_warning": "warnings of bad air",
    "curbs": "curbs on enterprises",
    "traffic_restriction": "restriction of traffic",
    "plant_inspection": "choice of plants to inspect",
}
"""Connections and decisions in two to five words (their own texts are sentences)."""


class Naming:
    """Names things in one language.

    Parameters
    ----------
    districts
        English and Chinese name of each district, by its id.
    """

    def __init__(self, language: Language, districts: Mapping[str, tuple[str, str]]) -> None:
        self.language = language
        self.districts = {name: language.pick(*names) for name, names in districts.items()}

    def key(self, key: str) -> str:
        """Return what a connection or decision is called."""
        return self.language(KEY_TITLES.get(key, key.replace("_", " ")))

    def part(self, part: PartAnswered) -> str:
        """Return what a part is called, as a heading."""
        name = self.part_within(part)
        return name[:1].upper() + name[1:]

    def part_within(self, part: PartAnswered) -> str:
        """Return what a part is called within a sentence: by its only key, by its domain, or as the user called it."""
        keys = [change.key for change in part.changes]
        if keys == [part.name]:
            return self.key(part.name)
        if part.name == REST:
            return self.language("all else ({n} changes)", n=len(keys))
        if part.name in DESCRIPTIONS:
            title = self.language(DESCRIPTIONS[part.name].title)
            return self.language("{domain} ({n} changes)", domain=title, n=len(keys))
        return part.name.replace("_", " ")

    def change(self, change: Change) -> tuple[str, str]:
        """Return what a connection or decision was, and what it becomes."""
        return self._setting(change.before), self._setting(change.after)

    def _setting(self, value: float | str) -> str:
        if isinstance(value, str):
            return value
        if value in (0, 1):
            return self.language("on") if value else self.language("off")
        return self.language("on, for {share} %", share=f"{value * 100:.3g}")

    def axis(self, key: str) -> str:
        """Return what a key of the scenario says, where it is a parameter; the key itself elsewhere."""
        segments = split_key(key)
        model = section_models().get(segments[0])
        if model is None or len(segments) < 2 or segments[1] not in model.shipped:
            return key
        text = self.language(model.shipped[segments[1]].text)
        inner = " ".join(segments[2:]).replace("_", " ")
        return self.language("{first}, {second}", first=text, second=inner) if inner else text

    def brain(self, name: str) -> str:
        """Return a shipped brain's title, any other's name."""
        return brain_titles([name], self.language)[name]

    def kpi(self, name: str) -> Kpi:
        """Return a KPI by its name."""
        return catalogue_of([name.partition(".")[0]], tuple(self.districts))[name]

    def kpi_title(self, name: str) -> str:
        """Return a KPI as a sentence fragment."""
        return kpi_title(self, self.kpi(name))


def key_text(key: str) -> str:
    """Return the sentence of a connection, or the question of a decision."""
    texts: dict[str, str] = {}
    for description in DESCRIPTIONS.values():
        texts |= {connection.name: connection.text for connection in description.connections}
        texts |= {decision.name: decision.text for decision in description.decisions}
    return texts.get(key, "")
