"""A tuning: its page, and its lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.charts.forest import ForestRow, forest
from twin.charts.glyphs import icon
from twin.charts.html import Child, Html, details, figure, h, join, table
from twin.charts.numbers import MINUS, Numbers, number, scaled
from twin.charts.responses import Answered, response_points
from twin.charts.section import Section
from twin.report.page import page_html
from twin.report.studies.attribution_page import STYLE
from twin.report.studies.naming import Naming
from twin.report.studies.sweep_words import value_text
from twin.report.verdict import WORDS

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.studies.tuning_answers import Judged, Tuning

DAYS: Final = {
    "train": "training days, on which it was chosen",
    "validate": "validation days, on which the best few were compared",
    "test": "test days, which nothing had looked at",
}


def tuning_page(answer: Tuning, language: Language) -> str:
    """Return the whole page."""
    naming = Naming(language, answer.districts)
    sections = [
        Section("verdict", language("What tuning brings on days it never saw"), _verdict(answer, naming)),
        Section("trials", language("What was tried"), _trials(answer, naming)),
        Section("use", language("How to use it"), _use(answer, naming)),
    ]
    title = language("{brain}, tuned for {kpi}", brain=naming.brain(answer.brain), kpi=naming.kpi_title(answer.kpi))
    introduction = join(
        h("p", language.pick(answer.title, answer.title_zh or answer.title), class_="description"),
        h("p", _facts(answer, naming), class_="facts"),
    )
    return page_html(title, introduction, sections, language, (STYLE,))


def tuning_lines(answer: Tuning, language: Language) -> list[str]:
    """Return the tuning as plain text."""
    naming = Naming(language, answer.districts)
    lines = [_facts(answer, naming), _chosen(answer), _sentence(answer, naming), ""]
    for one in answer.judged:
        word = language(WORDS[one.gap.word(answer.better)][1])
        gap = _gap(answer, one, naming)
        lines.append(f"  {one.name:<9} {_days(one):<9} {_mean(answer, one, naming):<24} {gap:<36} {word}")
    return [line.replace(MINUS, "-").replace("\u202f", " ").replace("–", "-") for line in lines]


def _facts(answer: Tuning, naming: Naming) -> str:
    return naming.language(
        "{scenario}: {trials} settings of {knobs} tried",
        scenario=answer.scenario, trials=len(answer.trials), knobs=", ".join(answer.knobs),
    )  # fmt: skip


def _chosen(answer: Tuning) -> str:
    return ", ".join(f"{name} = {value_text(value)}" for name, value in answer.chosen.setting.items())


def _days(one: Judged) -> str:
    return f"{one.first}–{one.last}"


def _mean(answer: Tuning, one: Judged, naming: Naming) -> str:
    numbers = Numbers(naming.language)
    return f"{numbers.amount(one.was.mean, answer.unit)} -> {numbers.amount(one.now.mean, answer.unit)}"


def _gap(answer: Tuning, one: Judged, naming: Naming) -> str:
    return Numbers(naming.language).difference(one.gap.mean, one.gap.low, one.gap.high, answer.unit)


def _sentence(answer: Tuning, naming: Naming) -> str:
    by_name = {one.name: one for one in answer.judged}
    return naming.language(
        "{kpi}: tuning changes it by {test} on days that it never saw; on the days it was chosen on it seemed {train}.",
        kpi=naming.kpi_title(answer.kpi), test=_gap(answer, by_name["test"], naming),
        train=_gap(answer, by_name["train"], naming),
    )  # fmt: skip


def _verdict(answer: Tuning, naming: Naming) -> Html:
    say = naming.language
    word = answer.judged[-1].gap.word(answer.better)
    rows = [_row(answer, one, naming) for one in answer.judged]
    head: list[Child] = [say("Days"), say("As it was"), say("Tuned"), say("Difference (95 % interval)"), ""]
    label = say("What tuning changes, on training, validation and test days")
    rules = ", ".join(f"{decision}: {rule}" for decision, rule in answer.rules.items())
    note = say(
        "As it was: {brain} with these rules ({rules}) and the parameters that they have by themselves. Both met the "
        "same days, so the difference is paired by day. Only the test days judge: the setting was chosen because it "
        "did well on the others.",
        brain=naming.brain(answer.brain), rules=rules,
    )  # fmt: skip
    return join(
        h("ul", h("li", icon(WORDS[word][0]), h("div", _sentence(answer, naming)), class_=f"finding {word}"),
          class_="findings"),
        figure(naming.kpi_title(answer.kpi), forest(rows, head, label), note=note, class_="tornado"),
    )  # fmt: skip


def _row(answer: Tuning, one: Judged, naming: Naming) -> ForestRow:
    say, numbers, word = naming.language, Numbers(naming.language), one.gap.word(answer.better)
    low, mean, high = (scaled(value, answer.unit) for value in (one.gap.low, one.gap.mean, one.gap.high))
    said = h("span", icon(WORDS[word][0]), " ", say(WORDS[word][1]), class_=f"word {word}")
    means = (numbers.amount(one.was.mean, answer.unit), numbers.amount(one.now.mean, answer.unit))
    name = [say(DAYS[one.name]), h("small", _days(one))]
    return ForestRow(name, low, mean, high, None, word, (*means, _gap(answer, one, naming), said))


def _trials(answer: Tuning, naming: Naming) -> Html:
    say, charts = naming.language, []
    for knob in answer.knobs:
        values = [trial.setting[knob] for trial in answer.trials]
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
            shown = [scaled(trial.train, answer.unit) for trial in answer.trials]
            dots = [Answered(float(x), y, y, y) for x, y in zip(values, shown, strict=True)]
            charts.append(figure(h("code", knob), response_points(dots, knob)))
    rows: list[list[Child]] = []
    for place, trial in enumerate(answer.trials):
        validated = answer.finalists.get(place)
        rows.append([
            number(place + 1, 0), *(value_text(value) for value in trial.setting.values()),
            number(scaled(trial.train, answer.unit), 4),
            "–" if validated is None else number(scaled(validated, answer.unit), 4),
        ])  # fmt: skip
    head = [say("Trial"), *answer.knobs, say("training days"), say("validation days")]
    text = say(
        "A dot a setting: up, the mean of {kpi} over the training days. The best {n} lived the validation days too, "
        "and the best of them there was chosen.",
        kpi=naming.kpi_title(answer.kpi), n=len(answer.finalists),
    )  # fmt: skip
    numbers = details(say("The numbers"), table(head, rows, class_="compact"))
    return join(h("p", text), h("div", charts, class_="charts"), numbers)


def _use(answer: Tuning, naming: Naming) -> Html:
    return join(h("p", naming.language("In a scenario's brains:")), h("pre", snippet(answer)))


def snippet(answer: Tuning) -> str:
    """Return the tuned brain as it stands in a scenario."""
    lines = ["brains:", "  - name: tuned", f"    extends: {answer.brain}", "    decisions:"]
    for decision, rule in answer.rules.items():
        settings = ((name.partition("."), value) for name, value in answer.chosen.setting.items())
        given = [f"{words[2]}: {value_text(value)}" for words, value in settings if words[0] == decision]
        lines.append(f"      {decision}: {{{', '.join([f'rule: {rule}', *given])}}}")
    return "\n".join(lines) + "\n"
