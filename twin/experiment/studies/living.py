"""How a study has its days lived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twin.experiment.cells import Job


class LiveJobs(Protocol):
    """Lives those jobs whose results are not in the store yet: `twin.experiment.live.live` with its means."""

    def __call__(self, jobs: Sequence[Job], *, with_events: bool = False) -> int:
        """Return how many were lived; ``with_events`` keeps their events, too."""
