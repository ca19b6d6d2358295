"""Standard output that its reader may have closed, as ``head`` does."""

from __future__ import annotations

import os
import sys

import click


def print_out(text: str) -> None:
    """Print a text; where nobody reads any longer, go on: the rest is still to be written, and the exit code to say."""
    try:
        click.echo(text)
    except BrokenPipeError:
        drop_output()


def drop_output() -> None:
    """Let go of all that is printed from now on, and of what Python would still write when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
