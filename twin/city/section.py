"""The ``roads`` section of the scenario and the events that act on roads (light: no numpy)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twin.core.domain import EventKind
from twin.core.parameters import Parameter, ParameterSection, read_parameters, shipped_field

SHIPPED: Final = read_parameters(Path(__file__).with_name("parameters.toml"))


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


EVENT_KINDS: Final = (
    EventKind("road_closes", "Nobody can enter any edge of this road", names="road"),
    EventKind("traffic_slows", "All travel times are multiplied by this factor", low=1.0, high=20.0),
)
