"""The ``roads`` section of the scenario and the events that act on roads (light: no numpy)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from twin.core.domain import EventDetail, EventKind
from twin.core.parameters import Parameter, ParameterSection, read_parameters, shipped_field

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml"))

_Share = Annotated[float, Field(ge=0.05, le=1)]


class RoadParameters(ParameterSection):
    """How fast the roads are by hour and from day to day."""

    shipped: ClassVar[dict[str, Parameter]] = SHIPPED

    delay_index_by_hour: list[Annotated[float, Field(ge=1, le=20)]] = shipped_field(
        SHIPPED, "delay_index_by_hour", min_length=24, max_length=24
    )
    junction_time_factor: float = shipped_field(SHIPPED, "junction_time_factor", ge=1, le=5)
    local_delay_share: float = shipped_field(SHIPPED, "local_delay_share", ge=0, le=1)
    day_to_day_sigma: float = shipped_field(SHIPPED, "day_to_day_sigma", ge=0, le=1)
    hour_to_hour_sigma: float = shipped_field(SHIPPED, "hour_to_hour_sigma", ge=0, le=1)
    corridor_sigma: float = shipped_field(SHIPPED, "corridor_sigma", ge=0, le=2)
    rain_above_mm_per_h: list[Annotated[float, Field(ge=0, le=1000)]] = shipped_field(
        SHIPPED, "rain_above_mm_per_h", min_length=1, max_length=10
    )
    rain_speed_share: list[_Share] = shipped_field(SHIPPED, "rain_speed_share", min_length=1, max_length=10)
    rain_capacity_share: list[_Share] = shipped_field(SHIPPED, "rain_capacity_share", min_length=1, max_length=10)

    @model_validator(mode="after")
    def _rain_fits(self) -> Self:
        classes = len(self.rain_above_mm_per_h)
        if len(self.rain_speed_share) != classes or len(self.rain_capacity_share) != classes:
            raise ValueError("rain_speed_share and rain_capacity_share need a value for each of rain_above_mm_per_h")
        if any(light >= heavy for light, heavy in pairwise(self.rain_above_mm_per_h)):
            raise ValueError("rain_above_mm_per_h must rise")
        return self


_BOX: Final = EventDetail(
    "box", "Only what lies in this box of the road: west, south, east, north; a tunnel or a stretch, say", "box"
)

EVENT_KINDS: Final = (
    EventKind("road_closes", "Nobody can enter any edge of this road", names="road", details=(_BOX,)),
    EventKind("traffic_slows", "All travel times are multiplied by this factor", low=1.0, high=20.0),
    EventKind("rain_mm_per_h", "It rains so many millimetres an hour", low=0.0, high=500.0),
)
