"""The one list of domains. A domain is a folder; nothing else needs to know it."""

from __future__ import annotations

from typing import Final

from twin.core.domain import DomainDescription
from twin.domains import air, elevators, emergency, traffic

DESCRIPTIONS: Final[dict[str, DomainDescription]] = {
    description.name: description
    for description in (emergency.DESCRIPTION, traffic.DESCRIPTION, elevators.DESCRIPTION, air.DESCRIPTION)
}
