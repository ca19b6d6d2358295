"""HTML and SVG as values: whatever is not marked as `Html` is escaped when it goes into an element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
_SVG: Final = frozenset({"circle", "line", "path", "rect", "use"})


class Html(str):
    """Text that is HTML already; it is not escaped again."""

    __slots__ = ()


Child = str | None | Iterable["Child"]
"""What may stand inside an element: text (escaped), `Html` (as it is), None (nothing), or several of them."""


def join(*children: Child) -> Html:
    """Put children one after another."""
    return Html("".join(_parts(children)))


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield escape(child, quote=False)
        elif child is not None:
            yield from _parts(child)


def h(tag: str, *children: Child, **attributes: object) -> Html:
    """Return an element.

    Parameters
    ----------
    children
        See `Child`.
    attributes
        ``class_`` and ``for_`` lose their underscore, other underscores become hyphens; None and False leave an
        attribute out, True gives it without a value.
    """
    names = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{tag}{names}>")
    inner = join(*children)
    if tag in _SVG and not inner:
        return Html(f"<{tag}{names}/>")
    return Html(f"<{tag}{names}>{inner}</{tag}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    # SVG's own attributes keep their capitals (viewBox); they are written so by the caller.
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = plain(value) if isinstance(value, float) else str(value)
    return f' {name}="{escape(shown)}"'


def plain(value: float, digits: int = 1) -> str:
    """Return a coordinate, as short as can be."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def table(
    head: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    *,
    caption: Child = None,
    class_: str | None = None,
    numbers_from: int = 1,
    stacked: bool = False,
) -> Html:
    """Return a table inside a box of its own that scrolls where the page is too narrow.

    Parameters
    ----------
    head
        Column titles.
    rows
        Cells; the first of each row is its title.
    numbers_from
        Cells from this column on are set as numbers, flush right.
    stacked
        Whether narrow pages show each row as a block, with the columns' titles before the cells.
    """

    def style(column: int) -> str | None:
        return "number" if column >= numbers_from else None

    heads = [title if stacked and isinstance(title, str) else None for title in head]
    titles = [h("th", title, scope="col", class_=style(column)) for column, title in enumerate(head)]

    def line(row: Sequence[Child]) -> Html:
        cells = [h("td", cell, class_=style(n), data_head=heads[n]) for n, cell in enumerate(row[1:], start=1)]
        return h("tr", h("th", row[0], scope="row"), cells)

    content = [h("caption", caption)] if caption else []
    content += [h("thead", h("tr", titles)), h("tbody", [line(row) for row in rows])]
    classes = " ".join(name for name in (class_, "stacked" if stacked else None) if name)
    return scrolling(h("table", content, class_=classes or None))


def scrolling(content: Html, label: str | None = None) -> Html:
    """Put content into a box that scrolls sideways, by keyboard too."""
    return h("div", content, class_="scroll", tabindex="0", role="region" if label else None, aria_label=label)


def details(summary: str, *content: Child) -> Html:
    """Return content that is folded away until somebody opens it."""
    return h("details", h("summary", summary), *content)


def figure(title: Child, *content: Child, note: Child = None, class_: str | None = None) -> Html:
    """Return a chart with its title above and a note below."""
    return h(
        "figure",
        h("figcaption", title),
        *content,
        h("p", note, class_="note") if note else None,
        class_=class_,
    )
