"""The frame of a page that needs nothing but itself: head, styles, sections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.charts.glyphs import definitions
from twin.charts.html import Child, Html, h

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.charts.section import Section
    from twin.core.language import Language

FOLDER: Final = Path(__file__).parent
HTML_CODES: Final = {"en": "en", "zh": "zh-CN"}


def packaged(path: Path) -> Html:
    """Return one of our own files, which holds no user's text."""
    return Html(path.read_text(encoding="utf-8"))


def head(title: str, language: Language, styles: Sequence[Path]) -> Html:
    """Return a page's head with its style sheets inside."""
    return h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="color-scheme", content="light dark"),
        h("meta", name="generator", content="zhengzhou-twin"),
        h("title", f"{title} – {language('Zhengzhou twin')}"),
        h("style", *(packaged(style) for style in styles)),
    )


def section_html(section: Section) -> Html:
    """Return a section with its heading."""
    heading = f"{section.id}-title"
    return h("section", h("h2", section.title, id=heading), section.html, id=section.id, aria_labelledby=heading)


def page_html(
    title: str, introduction: Child, sections: Sequence[Section], language: Language, more_styles: Sequence[Path] = ()
) -> str:
    """Return a page without scripts."""
    links = [h("li", h("a", section.title, href=f"#{section.id}")) for section in sections]
    body = h(
        "body",
        definitions(),
        h("header", h("h1", title), introduction, h("nav", h("ul", links), aria_label=language("Contents"))),
        h("main", [section_html(section) for section in sections]),
        h("footer", h("p", language("Zhengzhou twin"))),
    )
    styles = (FOLDER / "report.css", *more_styles)
    page = h("html", head(title, language, styles), body, lang=HTML_CODES[language.code])
    return f"<!DOCTYPE html>\n{page}\n"
