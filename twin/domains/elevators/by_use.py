"""What buildings are for, and parameters that have a value for each of these uses."""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeVar

from pydantic import Field

from twin.core.parameters import Frozen

USES: Final = ("residential", "office", "mall", "hospital", "hotel", "station", "other")
"""What a building is for; tables hold positions in this tuple."""

Share = Annotated[float, Field(ge=0, le=1)]
Value = TypeVar("Value")


class ByUse(Frozen, Generic[Value]):
    """A value for each use."""

    residential: Value
    office: Value
    mall: Value
    hospital: Value
    hotel: Value
    station: Value
    other: Value
