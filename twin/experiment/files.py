"""Files that are there whole or not at all, and what is left of processes that were killed while they wrote."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twin.core.errors import ResultsError


def beside(path: Path) -> Path:
    """Return where this process writes what it then renames to ``path``."""
    return path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}")


def write_text(path: Path, text: str) -> None:
    """Write a file beside and rename it, so that it is there whole or not at all.

    Raises
    ------
    OSError
        That names the file itself.
    """
    temporary = beside(path)
    try:
        temporary.write_text(text, encoding="utf-8", newline="")
        temporary.replace(path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_beside(final: Path) -> Iterator[Path]:
    """Offer a folder that becomes ``final`` when all has gone well."""
    temporary = beside(final)
    remove(temporary)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        remove(final)
        temporary.replace(final)
    finally:
        remove(temporary)


@contextmanager
def told_if_unwritable(place: Path) -> Iterator[None]:
    """Say what to do where the system refuses to write results to a place: a full disk, above all.

    Raises
    ------
    ResultsError
    """
    try:
        yield
    except OSError as error:
        raise ResultsError(
            "{path}: results cannot be written ({problem}); make room, or choose another place with --reports",
            path=str(place),
            problem=error.strerror or str(error),
        ) from None


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """Offer a hidden folder below ``place`` that is gone afterwards, and remove those of processes that were killed.

    Raises
    ------
    ResultsError
        Where the system refuses to make it.
    """
    folder, made = beside(place / "scratch"), not place.exists()
    for other in place.glob(".scratch.*"):
        if is_abandoned(other):
            remove(other)
    with told_if_unwritable(place):
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        remove(folder)
        if made:
            with suppress(OSError):  # others have put something there meanwhile
                place.rmdir()


def is_abandoned(path: Path) -> bool:
    """Say whether a file or folder was written `beside` by a process of this machine that is no more."""
    found = re.fullmatch(rf"\..+\.{re.escape(socket.gethostname())}\.(\d+)", path.name)
    return found is not None and not is_alive(int(found[1]))


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Say whether a process of this machine is running; one that has ended and that nobody has waited for is not.

    In a container whose first process waits for nobody such a one stays for ever.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        )
    except (OSError, IndexError):  # no Linux, or it has ended just now
        return True
    return state != "Z"
