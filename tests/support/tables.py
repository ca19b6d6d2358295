"""Tables of a user's own that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from twin.core.language import Language
from twin.core.supplied.reading import TableError


def check_told(read: Callable[[Path], object], path: Path, messages: Sequence[str]) -> None:
    """Hold what is told of a wrong table against these messages, and see that each is told in Chinese too."""
    with pytest.raises(TableError) as caught:
        read(path)
    assert [str(problem).removeprefix(f"{path.parent}/") for problem in caught.value.problems] == messages
    chinese = caught.value.text(Language("zh")).splitlines()
    assert all(told != plain for told, plain in zip(chinese, str(caught.value).splitlines(), strict=True))
