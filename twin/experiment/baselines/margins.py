"""How much a guarded KPI may move: named margins, relative or absolute."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from twin.core.errors import ResultsError

RELATIVE: Final = 0.05
_FORM: Final = re.compile(r"(?:(?P<kpi>[\w.]+)=)?(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)")


@dataclass(frozen=True, slots=True)
class Margin:
    """The largest difference that does not matter: a share of the recorded mean, or a number of the KPI's unit."""

    relative: float = 0.0
    absolute: float = 0.0

    def of(self, mean: float) -> float:
        """Return the margin of a KPI of this recorded mean, in its unit."""
        return max(self.relative * abs(mean), self.absolute)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"relative": self.relative, "absolute": self.absolute}


def read_margins(texts: Iterable[str], kpis: Collection[str]) -> tuple[Margin, dict[str, Margin]]:
    """Return the margin of every KPI, and those of KPIs named.

    Parameters
    ----------
    texts
        ``5%`` or ``0.2`` for all KPIs; ``emergency.drive_min.mean=3%`` or ``…=0.5`` for one.
    kpis
        The KPIs that are guarded.

    Raises
    ------
    ResultsError
        For what is no margin, or of a KPI that is not guarded.
    """
    shared, named = Margin(RELATIVE), {}
    for text in texts:
        match = _FORM.fullmatch(text.strip())
        number = float(match["number"]) if match else 0.0
        if match is None or number <= 0:
            raise ResultsError(
                "--margin: {text!r} is no margin; write 5% or 0.2 for all KPIs, KPI=5% or KPI=0.2 for one", text=text
            )
        margin = Margin(relative=number / 100) if match["percent"] else Margin(absolute=number)
        if match["kpi"] is None:
            shared = margin
            continue
        if match["kpi"] not in kpis:
            near = difflib.get_close_matches(match["kpi"], sorted(kpis), 1)
            raise ResultsError(
                "--margin: {kpi} is not guarded{hint}; guard it with --kpi", kpi=match["kpi"],
                hint=f" (did you mean {near[0]}?)" if near else "",
            )  # fmt: skip
        named[match["kpi"]] = margin
    return shared, named
