"""What is asked every afternoon: whether to warn of tomorrow's air, and at which level.

A policy is a function of the view below, or a class with ``decide(view)``; it returns the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from twin.atmosphere.warning_levels import HEAVY, SEVERE, warning_level
from twin.core.decisions import NOT_RECORDED

if TYPE_CHECKING:  # checking a scenario needs no arrays, and NumPy costs a tenth of a second
    import numpy as np
    from numpy.typing import NDArray

DAYS_AHEAD = 3
"""A forecast is for today, tomorrow and the two days after it: one more than these."""


class Outlook(Protocol):
    """What the city's own model expects, reckoned when a rule asks."""

    def pm25_ugm3(self) -> NDArray[np.float64]:
        """Return the mean over the stations of today and the next days.

        Shape (members, days). The first row is the forecast as it stands; the others are spread around it. Emissions
        are those that the city knows, without measures.
        """


class Learned(Protocol):
    """What a statistical model of days, fitted on the days that the scenario names, expects; reckoned when asked.

    It looks at the days before and at the weather measured and foreseen, and at nothing else: emissions and measures
    it knows only by the days before. Columns are of today and the next three days, shape (4,); not a number where too
    little is known. Today is the mean of the last 24 hours.

    Raises
    ------
    LookupError
        By each method, where the scenario names no days to learn from (``air.tables.days``).
    """

    def pm25_ugm3(self) -> NDArray[np.float64]:
        """Return the expected means of the days."""

    def chance_over(self, ugm3: float) -> NDArray[np.float64]:
        """Return the chance that each day's mean lies above; of today 0 or 1."""

    def warn_from(self) -> NDArray[np.float64]:
        """Return the chance of a bad day from which warnings scored highest in the days it was fitted on."""


@dataclass(frozen=True, slots=True)
class DaysOfWeather:
    """Daily means of today and the next three days, as they are known; shapes (4,).

    Where no forecast reaches the city, the next days are taken to be as the last 24 hours were.

    Attributes
    ----------
    wind_mps
        Ten metres above the ground.
    humidity_percent, temperature_c
        Of the air near the ground.
    mixing_height_m
        Up to where what is emitted is mixed.
    """

    wind_mps: NDArray[np.float64]
    humidity_percent: NDArray[np.float64]
    temperature_c: NDArray[np.float64]
    mixing_height_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AirWarningView:
    """What the city sees at four in the afternoon.

    Attributes
    ----------
    time_s
        Seconds since the scenario's start.
    month
        Of tomorrow, 1 to 12.
    level
        The warning in force today, 0 (none), 1 (blue) to 4 (red).
    days_in_force
        For how many days there has been a warning without a break.
    today_ugm3
        Mean of PM2.5 over the stations in the last 24 hours; not a number where the city does not know.
    past_ugm3
        The same of the last whole days, the oldest first, shape (7,).
    has_forecast
        Whether a forecast of the weather reaches the city.
    weather
        See there.
    index_steps, index_ugm3
        The index at breakpoints of PM2.5, as it holds on the day.
    outlook
        See there.
    learned
        See there.
    """

    time_s: float
    month: int
    level: int
    days_in_force: int
    today_ugm3: float
    past_ugm3: NDArray[np.float64]
    has_forecast: bool
    weather: DaysOfWeather
    index_steps: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    index_ugm3: NDArray[np.float64] = field(repr=False, metadata=NOT_RECORDED)
    outlook: Outlook = field(repr=False, metadata=NOT_RECORDED)
    learned: Learned = field(repr=False, metadata=NOT_RECORDED)

    def index(self, ugm3: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the index of daily means of PM2.5, any shape."""
        import numpy as np

        return np.asarray(np.interp(ugm3, self.index_ugm3, self.index_steps))

    @property
    def heavy_ugm3(self) -> float:
        """The daily mean of PM2.5 above which pollution is heavy, an index above 200."""
        return self._ugm3_at(HEAVY)

    @property
    def severe_ugm3(self) -> float:
        """The daily mean of PM2.5 above which pollution is severe, an index above 300."""
        return self._ugm3_at(SEVERE)

    def _ugm3_at(self, index: float) -> float:
        import numpy as np

        return float(np.interp(index, self.index_steps, self.index_ugm3))

    def bad_within(self, daily_ugm3: NDArray[np.float64], days_ahead: int) -> bool:
        """Say whether one of the next days is foreseen to be heavily polluted, an index above 200.

        Today does not count: a warning is for tomorrow, and a spell that ends today needs none.
        """
        return bool((self.index(daily_ugm3[1 : 1 + days_ahead]) > HEAVY).any())

    def called_for(self, daily_ugm3: Sequence[float] | NDArray[np.float64]) -> int:
        """Return the level that the city's plan calls for if these days follow one another; unknown ones are good.

        It looks back at the last two whole days, for a spell that goes on counts from its beginning.
        """
        import numpy as np

        days = np.concatenate([self.past_ugm3[-2:], np.asarray(daily_ugm3, np.float64)])
        return warning_level(self.index(np.nan_to_num(days)).tolist())


@dataclass(frozen=True, slots=True)
class Warn:
    """Let this level hold tomorrow: 0 (no warning), 1 (blue), 2 (yellow), 3 (orange), 4 (red)."""

    level: int
