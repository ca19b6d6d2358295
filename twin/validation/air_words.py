"""What the judging of the daily model says, in words and tables, for terminal and page."""

from __future__ import annotations

from collections.abc import Sequence

from twin.core.language import Language
from twin.validation.air import CORRELATIONS, EXPERIENCE, LEADS, MODEL, TODAY, AirValidation, Score
from twin.validation.blocks import block_of


def rule_title(rule: str, language: Language) -> str:
    """Return what a rule is called."""
    return {
        MODEL: language("the model"),
        TODAY: language("tomorrow as today"),
        EXPERIENCE: language("experience: season, wind, humidity"),
    }[rule]


def group_title(group: str, language: Language) -> str:
    """Return what a group of features is called."""
    return {
        "the days before": language("the days before"),
        "stagnation: wind": language("stagnation: wind"),
        "humidity and rain": language("humidity and rain"),
        "mixing: sun and daily range": language("mixing: sun and daily range"),
        "temperature and pressure": language("temperature and pressure"),
        "season": language("season"),
    }[group]


def headline(found: AirValidation, language: Language) -> str:
    """Return the result in a sentence."""
    model, today = found.score(MODEL, 1), found.score(TODAY, 1)
    return language(
        "With the day's weather known, warnings one day ahead reach a threat score of {score:.2f} ({today:.2f} when "
        "tomorrow is taken as today): {hits} of {above} days above {limit:g} µg/m³ are warned of, with {false} false "
        "alarms.",
        score=model.threat_score,
        today=today.threat_score,
        hits=model.hits,
        above=model.hits + model.misses,
        limit=found.limit_ugm3,
        false=model.false_alarms,
    )


def fitted_on(found: AirValidation, language: Language) -> str:
    """Return which years were fitted and judged."""
    return language(
        "fitted on {fit}, judged on {judged} ({days} days, {above} above {limit:g} µg/m³)",
        fit=years_text(found.fit_years),
        judged=years_text(found.predict_years),
        days=found.score(MODEL, 1).days,
        above=found.score(MODEL, 1).hits + found.score(MODEL, 1).misses,
        limit=found.limit_ugm3,
    )


def years_text(years: Sequence[int]) -> str:
    """Return years, shortened where they follow one another."""
    if len(years) > 2 and list(years) == list(range(years[0], years[-1] + 1)):
        return f"{years[0]}–{years[-1]}"
    return ", ".join(map(str, years))


def table_head(language: Language) -> list[str]:
    """Return the titles of the table of scores."""
    return [
        language("days ahead, rule"), language("hits"), language("misses"), language("false alarms"),
        language("threat score"), language("95 % interval"), language("RMSE, µg/m³"), language("bias, µg/m³"),
        language("Brier score"),
    ]  # fmt: skip


def cells(score: Score) -> list[str]:
    """Return the numbers of a score."""
    return [
        str(score.hits), str(score.misses), str(score.false_alarms), f"{score.threat_score:.2f}",
        f"{score.threat_score_range.low:.2f}–{score.threat_score_range.high:.2f}",
        f"{score.rmse_ugm3:.1f}", f"{score.bias_ugm3:+.1f}".replace("-", "−"),
        "–" if score.brier is None else f"{score.brier:.3f}",
    ]  # fmt: skip


def sureness(found: AirValidation, language: Language) -> str:
    """Return how far the model is ahead of tomorrow as today, and how sure that is."""
    leads = []
    for lead in LEADS:
        model, today = found.score(MODEL, lead), found.score(TODAY, lead)
        if model.ahead_of_today is not None:
            gap = model.threat_score - today.threat_score
            low, high = model.ahead_of_today.low, model.ahead_of_today.high
            leads.append(f"{gap:.2f} ({low:.2f} … {high:.2f})".replace("-", "−"))
    return language(
        "Ahead of tomorrow as today, 1, 2 and 3 days ahead, by {gaps}. In brackets are 95 % intervals. Bad days follow "
        "one another, so blocks of {n} days in a row were resampled (Künsch 1989); other years may differ by more.",
        gaps=", ".join(leads), n=block_of(found.score(MODEL, 1).days),
    )  # fmt: skip


def notes(found: AirValidation, language: Language) -> list[str]:
    """Return what a reader should know about the file and the limits of the result."""
    said = [sureness(found, language)]
    if found.notes["days_without_pm25"]:
        said.append(language("{n} days of these years have no PM2.5.", n=found.notes["days_without_pm25"]))
    if found.notes["days_not_judged"]:
        said.append(
            language(
                "{n} days could not be judged: their PM2.5, or too much of the days before, is missing.",
                n=found.notes["days_not_judged"],
            )
        )
    if found.notes["columns_missing"]:
        said.append(
            language(
                "The file lacks {columns}; the model does without.", columns=", ".join(found.notes["columns_missing"])
            )
        )
    if found.notes["columns_left_out"]:
        said.append(
            language(
                "{columns}: missing on more than a fifth of the days fitted or judged; the model does without.",
                columns=", ".join(found.notes["columns_left_out"]),
            )
        )
    if found.notes.get("pm10_seems_a_day_early"):
        said.append(
            language(
                "PM10 of a day goes with the next day's PM2.5 better than with its own, so one of the columns seems to "
                "be dated a day off. The model does not use PM10; one that did would know the day it predicts."
            )
        )
    return said


def lines(found: AirValidation, language: Language) -> list[str]:
    """Return what is printed."""
    titles = table_head(language)
    rows = [titles, *([_name(score, language), *cells(score)] for score in found.scores)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(titles))]
    told = [fitted_on(found, language), ""]
    for row in rows:
        padded = [row[0] + " " * (widths[0] - _width(row[0]))]
        padded += [" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
        told.append("  ".join(padded).rstrip())
    told += ["", language("threat score of the model with forecasts of the weather that err, {leads} days ahead",
                          leads=", ".join(map(str, LEADS)))]  # fmt: skip
    for correlation in CORRELATIONS:
        points = [point for point in found.curve if point.correlation == correlation]
        values = "  ".join(f"{point.mean:.2f}" for point in points)
        told.append("  " + language("correlation with the weather {r:.2f}", r=correlation) + f":  {values}")
    return [*told, "", *notes(found, language)]


def _name(score: Score, language: Language) -> str:
    return f"{score.lead}  {rule_title(score.rule, language)}"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese characters take two."""
    return sum(2 if "⺀" <= letter <= "￠" else 1 for letter in text)
