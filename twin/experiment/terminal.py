"""What a long work shows on a terminal before it begins and while it goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from twin.core.language import Language


def compile_if_needed(domains: Sequence[str], language: Language) -> None:
    """Compile the kernels where nobody has yet, and say so."""
    from twin.city.warm_up import NEEDED, WARM_UP, compile_beside, kernels_are_compiled
    from twin.domains import DESCRIPTIONS

    taking_part = [DESCRIPTIONS[name] for name in domains]
    if not kernels_are_compiled([*NEEDED, *(name for domain in taking_part for name in domain.kernels)]):
        click.echo(language("first run: compiling the kernels, once; this takes some 30 seconds"), err=True)
        compile_beside([WARM_UP, *(domain.warm_up for domain in taking_part if domain.warm_up)])


@contextmanager
def progress_bar(language: Language) -> Iterator[Callable[[int, int], None]]:
    """Show a bar where standard error is a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from tqdm import tqdm

    with tqdm(desc=language("replications"), unit="", dynamic_ncols=True) as bar:

        def show(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield show
