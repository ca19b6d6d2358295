"""Says pydantic's errors in plain sentences, at the position of the key or value they are about."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from twin.core.errors import ParameterError
from twin.scenario.problems import Path, Problems, hints, number, show
from twin.scenario.reading import Node

_SENTENCES: Final = {
    "string_type": "must be text, not {value}",
    "string_sub_type": "must be text, not {value}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "int_parsing_size": "must be a smaller number than {value}",
    "float_type": "must be a number, not {value}",
    "finite_number": "must be a finite number, not {value}",
    "bool_type": "must be true or false, not {value}",
    "list_type": "must be a list ([a, b] or lines that begin with -), not {value}",
    "tuple_type": "must be a list ([a, b] or lines that begin with -), not {value}",
    "dict_type": "must be a mapping of keys to values, not {value}",
    "model_type": "must be a mapping of keys to values, not {value}",
    "greater_than": "must be more than {gt}, not {value}",
    "greater_than_equal": "must be at least {ge}, not {value}",
    "less_than": "must be less than {lt}, not {value}",
    "less_than_equal": "must be at most {le}, not {value}",
}
_RANGES: Final = {
    (Ge, Le): "must be between {low} and {high}, not {value}",
    (Gt, Le): "must be more than {low} and at most {high}, not {value}",
}
_BOUND_ERRORS: Final = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


def validate(model: type[BaseModel], data: Any, root: Node, at: Path, problems: Problems) -> Any:
    """Return the validated model, or None where something is wrong, which goes into ``problems``.

    Parameters
    ----------
    data
        The plain value.
    root, at
        The tree, and the path of the value in it.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            _add(model, details, root, at, problems)
        return None


def _add(model: type[BaseModel], details: Any, root: Node, at: Path, problems: Problems) -> None:
    kind, location = details["type"], tuple(details["loc"])
    path = (*at, *location)
    values = {"value": show(details["input"])}
    if kind == "missing":
        problems.add(root.position(path[:-1]), path, "is missing")
    elif kind == "extra_forbidden":
        keys = _keys_of(model, location[:-1])
        problems.add(root.position(path, of_key=True), path, "unknown key", *hints(location[-1], keys))
    elif kind == "literal_error":
        allowed = [show(choice).strip('"') for choice in typing.get_args(_annotation(model, location))]
        problems.add(root.position(path), path, "cannot be {value}", *hints(details["input"], allowed), **values)
    elif kind in ("too_short", "too_long"):
        context = details["ctx"]
        template = "must have exactly {wanted} entries, not {found}" if _exact(model, location) else (
            "must have at least {wanted} entries, not {found}" if kind == "too_short"
            else "must have at most {wanted} entries, not {found}"
        )  # fmt: skip
        wanted = context.get("min_length", context.get("max_length"))
        problems.add(root.position(path), path, template, wanted=wanted, found=context["actual_length"])
    elif kind == "value_error":
        error = details["ctx"]["error"]
        if isinstance(error, ParameterError):
            problems.add(root.position(path), path, error.template, **error.values)
        else:
            problems.add(root.position(path), path, str(error))
    elif kind in _BOUND_ERRORS:
        template, bounds = _bounds(model, location, kind, details["ctx"])
        problems.add(root.position(path), path, template, **values, **bounds)
    else:
        context = {name: str(value) for name, value in details.get("ctx", {}).items() if name != "value"}
        problems.add(root.position(path), path, _SENTENCES.get(kind, "cannot be {value}"), **values, **context)


def _bounds(
    model: type[BaseModel], location: Path, kind: str, context: Mapping[str, Any]
) -> tuple[str, dict[str, str]]:
    bounds = list(_constraints(model, location))
    low = next((bound for bound in bounds if isinstance(bound, (Ge, Gt))), None)
    high = next((bound for bound in bounds if isinstance(bound, Le)), None)
    template = _RANGES.get((type(low), type(high)))  # type: ignore[arg-type]
    if template is None or low is None or high is None:
        return _SENTENCES[kind], {name: number(value) for name, value in context.items()}
    return template, {"low": number(low.ge if isinstance(low, Ge) else low.gt), "high": number(high.le)}


# -- walking a model by the location of an error -----------------------------------------------------------------------


def _fields(model: type[BaseModel], location: Path) -> Iterator[tuple[Any, list[Any]]]:
    """Yield annotation and constraints at each step of a location, as far as it can be followed."""
    annotation: Any = model
    constraints: list[Any] = []
    for key in location:
        annotation = _without_none(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(key))
            if field is None:
                return
            annotation, constraints = field.annotation, list(field.metadata)
        elif typing.get_args(annotation):
            annotation, constraints = typing.get_args(annotation)[-1], []
        else:
            return
        if typing.get_origin(annotation) is typing.Annotated:
            extra = [m.metadata if isinstance(m, FieldInfo) else [m] for m in annotation.__metadata__]
            annotation, constraints = annotation.__origin__, [*constraints, *(c for part in extra for c in part)]
        yield annotation, constraints


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return next(part for part in typing.get_args(annotation) if part is not type(None))
    return annotation


def _last(model: type[BaseModel], location: Path) -> tuple[Any, list[Any]]:
    steps = list(_fields(model, location))
    return steps[-1] if len(steps) == len(location) and steps else (model if not location else None, [])


def _annotation(model: type[BaseModel], location: Path) -> Any:
    return _without_none(_last(model, location)[0])


def _constraints(model: type[BaseModel], location: Path) -> Iterator[Any]:
    for constraint in _last(model, location)[1]:
        yield from constraint if hasattr(constraint, "__iter__") else (constraint,)


def _keys_of(model: type[BaseModel], location: Path) -> list[str]:
    annotation = _annotation(model, location)
    return list(annotation.model_fields) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []


def _exact(model: type[BaseModel], location: Path) -> bool:
    lengths = [
        getattr(c, name)
        for c in _constraints(model, location)
        for name in ("min_length", "max_length")
        if hasattr(c, name)
    ]
    return len(lengths) == 2 and lengths[0] == lengths[1]
