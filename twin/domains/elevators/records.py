"""The event tables of the elevator domain."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa

from twin.core.recorder import EventTable, Recorder
from twin.domains.elevators.parameters import USES

FAILURES: Final = {
    "case": pa.int64(), "elevator": pa.int32(), "number": pa.int64(), "at_s": pa.float64(), "cause": pa.int8(),
    "people": pa.int8(),
}  # fmt: skip
STOPS: Final = {"event": pa.int32(), "at_s": pa.float64(), "stopped": pa.int32(), "trapping": pa.int32()}
DAYS: Final = {"begins_s": pa.float64(), "visits": pa.int32(), "standing": pa.int32()}
FLEET: Final = {
    "elevator": pa.int32(), "name": pa.string(), "lon": pa.float64(), "lat": pa.float64(), "district": pa.int8(),
    "use": pa.dictionary(pa.int32(), pa.string()), "floors": pa.int16(), "age_years": pa.float32(),
    "starts_a_day": pa.float32(), "firm": pa.int32(),
}  # fmt: skip


class Records:
    """Writes what happens to elevators.

    Attributes
    ----------
    failures
        Every fault of a single elevator, and every entrapment by a common cause; ``people`` is 0 where nobody is
        trapped, ``cause`` a position in `CAUSES`.
    stops
        What a common cause (by its place among the scenario's events) has stopped.
    days
        Each midnight of the run: visits of the day that begins, and how many elevators stand still.
    """

    def __init__(self, recorder: Recorder, fleet: pd.DataFrame) -> None:
        self.failures: EventTable = recorder.table("elevators.failures", FAILURES)
        self.stops: EventTable = recorder.table("elevators.stops", STOPS)
        self.days: EventTable = recorder.table("elevators.days", DAYS)
        told: EventTable = recorder.table("elevators.fleet", FLEET)
        use = pa.DictionaryArray.from_arrays(pa.array(fleet["use"].to_numpy(), pa.int32()), pa.array(USES))
        names = fleet["name"] if "name" in fleet else map(str, range(len(fleet)))
        told.add_columns(
            range(len(fleet)), list(names), *(fleet[name].to_numpy() for name in ("lon", "lat", "district")), use,
            *(fleet[name].to_numpy() for name in ("floors", "age_years", "starts_a_day", "firm")),
        )  # fmt: skip
