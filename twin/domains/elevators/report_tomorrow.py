"""Tomorrow's list: which elevators to visit and why, to be sorted and filtered by whoever plans maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from twin.charts.html import Child, Html, h, join, scrolling
from twin.charts.numbers import number
from twin.charts.section import StoredRun
from twin.charts.strips import Choice, Order, controls
from twin.domains.elevators.records_maintenance import MOST_REASONS
from twin.domains.elevators.report_findings import MEMBER_NAMES

if TYPE_CHECKING:
    from twin.core.language import Language

MOST_ROWS: Final = 300
"""More would make the page heavy and would not be read."""
MOST_FIRMS: Final = 40
"""A choice of more firms would not be read."""
_ID: Final = "tomorrow-table"
REASONS: Final = {
    "age": "age ({value} years)",
    "use": "stands {value}",
    "floors": "{value} floors",
    "starts": "{value} starts a day",
    "faults": "faults so far: {value}",
    "days_since_visit": "days since the last visit: {value}",
    "codes": "fault codes reported: {value}",
}
"""What each reason is called, with the elevator's own value."""


def list_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return tomorrow's list of the first replication, with what the elevators are."""
    listed = run.events("elevators.tomorrow", brain, 0)
    fleet = run.events("elevators.fleet", brain, 0).set_index("elevator")
    told = listed.drop(columns="firm").join(fleet, on="elevator").reset_index(drop=True)
    names = ["", *(district.id for district in run.city.districts)] if run.city else None
    codes = told["district"].to_numpy(np.int64)
    told["district"] = ["" if names is None else names[code + 1] for code in codes]
    return told


def tomorrow(run: StoredRun, brains: list[str], titles: list[str], language: Language) -> Html:
    """Return what stands below the heading: the list of the first brain that gives reasons, else of the first."""
    lists = [list_of(run, brain) for brain in brains]
    chosen = next((n for n, own in enumerate(lists) if own["reason_1"].notna().any()), 0)
    whole = lists[chosen]
    if whole.empty:
        return h("p", language("Nobody is to be visited tomorrow."), class_="empty")
    shown = whole.iloc[:MOST_ROWS]
    text = language(
        "The day after the run, {brain} would visit {n} elevators; the {shown} most urgent stand here, all of them in "
        "the event table elevators.tomorrow and in the layer of twin export. Risk is the failures from wear that are "
        "expected on that day, relative to the fleet's mean; a reason says by what it multiplies the risk.",
        brain=titles[chosen], n=number(len(whole), 0), shown=number(len(shown), 0),
    )  # fmt: skip
    return join(
        h("p", text),
        controls(_ID, _orders(language), _choices(run, shown, language), language),
        _table(run, shown, language),
        h("p", language("In print the first 24 rows are shown."), class_="note print-only"),
    )


def _table(run: StoredRun, shown: pd.DataFrame, language: Language) -> Html:
    titles = [
        language("Elevator"), language("Why"), language("Risk, times the mean"), language("Days since the visit"),
        language("Faults so far"), language("Firm"),
    ]  # fmt: skip
    classes = [None, None, "number", "number", "number", "number"]
    head = [h("th", title, scope="col", class_=name) for title, name in zip(titles, classes, strict=True)]
    body = [_row(run, row, language) for row in shown.to_dict("records")]
    content = h("table", h("thead", h("tr", head)), h("tbody", body), class_="strips", id=_ID)
    return h("div", scrolling(content, language("Elevators to be visited tomorrow")), class_="long")


def _row(run: StoredRun, row: dict[Any, Any], language: Language) -> Html:
    where = run.districts.get(str(row["district"]), language("outside"))
    facts = language("{use}, {district}", use=language(MEMBER_NAMES[str(row["use"])]), district=where)
    keys = {
        "data_place": str(row["place"]), "data_risk": f"{row['relative']:.3f}" if row["relative"] > 0 else "0",
        "data_days": str(row["days_since_visit"]), "data_faults": str(row["faults"]), "data_firm": str(row["firm"]),
        "data_district": str(row["district"]), "data_use": str(row["use"]), "data_why": str(row["reason_1"] or ""),
    }  # fmt: skip
    return h(
        "tr",
        h("th", [str(row["name"]), h("small", facts)], scope="row"),
        h("td", [h("span", line, class_="line") for line in why(row, language)]),
        h("td", number(float(row["relative"]), 1), class_="number"),
        h("td", str(row["days_since_visit"]), class_="number"),
        h("td", str(row["faults"]), class_="number"),
        h("td", str(row["firm"]), class_="number"),
        **keys,
    )


def why(row: dict[Any, Any], language: Language) -> list[Child]:
    """Return the reasons of a row in words, each with the factor by which it raises the risk."""
    lines: list[Child] = []
    for place in range(1, MOST_REASONS + 1):
        name = row[f"reason_{place}"]
        if isinstance(name, str):
            times = number(float(row[f"times_{place}"]), 1)
            lines.append(language("{reason}: × {times}", reason=_named(name, row, language), times=times))
    if not lines:
        lines.append(_named("days_since_visit", row, language))
    return lines


def _named(name: str, row: dict[Any, Any], language: Language) -> str:
    """Return a reason with the elevator's own value; a rule of one's own may name others, which stand as they are."""
    if name not in REASONS:
        return name
    value = {
        "age": lambda: number(float(row["age_years"]), 0), "use": lambda: language(MEMBER_NAMES[str(row["use"])]),
        "floors": lambda: str(row["floors"]), "starts": lambda: number(float(row["starts_a_day"]), 0),
        "faults": lambda: str(row["faults"]), "days_since_visit": lambda: str(row["days_since_visit"]),
        "codes": lambda: number(float(row["codes"]), 1),
    }[name]()  # fmt: skip
    return language(REASONS[name], value=value)


def _orders(language: Language) -> list[Order]:
    return [
        Order("place", language("urgency")),
        Order("risk", language("risk")),
        Order("days", language("days since the visit")),
        Order("faults", language("faults so far")),
        Order("firm", language("firm")),
    ]


def _choices(run: StoredRun, shown: pd.DataFrame, language: Language) -> list[Choice]:
    def there(column: str) -> list[str]:
        return list(dict.fromkeys(str(member) for member in shown[column] if isinstance(member, str) and member))

    districts = {name: run.districts.get(name, name) for name in there("district")}
    uses = {name: language(MEMBER_NAMES[name]) for name in there("use")}
    firms = {str(firm): str(firm) for firm in sorted(set(shown["firm"].tolist()))[:MOST_FIRMS]}
    reasons = {name: language(REASON_NAMES.get(name, name)) for name in there("reason_1")}
    choices = [
        Choice("district", language("District"), districts),
        Choice("use", language("Building"), uses),
        Choice("firm", language("Firm"), firms),
    ]
    return [*choices, Choice("why", language("Main reason"), reasons)] if reasons else choices


REASON_NAMES: Final = {
    "age": "age",
    "use": "building",
    "floors": "number of floors",
    "starts": "starts",
    "faults": "faults so far",
    "days_since_visit": "days since the visit",
    "codes": "fault codes",
}
