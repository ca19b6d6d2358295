"""Messages and reports in English and Chinese, from one table of sentences.

The English sentence stands in the code and is the key. Each package folder may hold a ``zh.yaml`` that maps its
sentences to Chinese; together they are the table.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

Code = Literal["en", "zh"]
CODES: Final[tuple[Code, ...]] = ("en", "zh")


@cache
def chinese_table() -> dict[str, str]:
    """Return every English sentence of the package with its Chinese form."""
    from ruamel.yaml import YAML

    reader = YAML(typ="safe")
    table: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.parent.rglob("zh.yaml")):
        table.update(cast("dict[str, str]", reader.load(path.read_text(encoding="utf-8")) or {}))
    return table


class Language:
    """Says a sentence in one language: ``say("{n} calls", n=3)``.

    A sentence that the Chinese table lacks is said in English; a test finds every such sentence in the code.
    """

    def __init__(self, code: Code = "en") -> None:
        if code not in CODES:
            raise ValueError(f"language {code!r} is not one of {', '.join(CODES)}")
        self.code: Code = code

    def __call__(self, sentence: str, **values: object) -> str:
        """Return a sentence in this language with values in its ``{places}``."""
        template = chinese_table().get(sentence, sentence) if self.code == "zh" else sentence
        return template.format(**values) if values else template

    def pick(self, english: str, chinese: str) -> str:
        """Return the one of two texts that is in this language (for names held in data)."""
        return chinese if self.code == "zh" else english
