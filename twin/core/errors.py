"""Errors that a user can act on; the command line prints them without a traceback."""

from __future__ import annotations

from collections.abc import Mapping

from twin.core.language import Language


class TwinError(Exception):
    """A problem that the user can mend.

    Parameters
    ----------
    template
        English sentence with ``{name}`` places, which is also the key of its translation.
        It names the file, the line where there is one, and the remedy.
    given, values
        What goes into the places, as a mapping or by name.
    """

    exit_code = 2

    def __init__(self, template: str, given: Mapping[str, object] | None = None, /, **values: object) -> None:
        self.template = template
        self.values: dict[str, object] = {**(given or {}), **values}
        # SimPy raises a process's error anew as type(error)(*error.args).
        super().__init__(template, self.values)

    def text(self, language: Language) -> str:
        """Return the message in the given language."""
        return language(self.template, **self.values)

    def __str__(self) -> str:
        return self.text(Language("en"))

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword arguments would be lost by the default.
        return (_rebuild, (type(self), self.template, self.values))


def _rebuild(kind: type[TwinError], template: str, values: dict[str, object]) -> TwinError:
    return kind(template, **values)


class MapError(TwinError):
    """A map, or a table of places, cannot be read or does not fit."""


class ScenarioError(TwinError):
    """A scenario file has one or more problems."""


class ParameterError(TwinError, ValueError):
    """Values of a section's parameters do not fit together; the scenario's reader says where they stand."""


class PolicyError(TwinError):
    """A policy raised, answered illegally, answered nothing, or did not return in time."""


class ResultsError(TwinError):
    """Stored results cannot be written or read."""
