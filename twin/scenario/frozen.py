"""A mapping that cannot be changed, can be hashed and crosses process borders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


class FrozenMapping(Mapping[str, Value]):
    """Read-only mapping of names to values."""

    __slots__ = ("_items",)
    _items: dict[str, Value]

    def __init__(self, items: Mapping[str, Value]) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __getitem__(self, key: str) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a frozen mapping cannot be changed")

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[object, ...]:
        return (FrozenMapping, (self._items,))


def freeze(value: Any) -> Any:
    """Turn dicts and lists, at any depth, into frozen mappings and tuples."""
    if isinstance(value, Mapping):
        return FrozenMapping({key: freeze(below) for key, below in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Any) -> Any:
    """Turn frozen mappings and tuples, at any depth, into dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thaw(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [thaw(item) for item in value]
    return value
