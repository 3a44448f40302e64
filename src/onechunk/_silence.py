"""Residue that says nothing: it is empty, padding, or only names the dialect."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object

__all__ = ["DEPTH", "Silence"]

DEPTH: Final = 16
"""So many levels down residue is looked at key by key, and below as a whole: its depth is the
sender's to choose."""

_MOST_NODES: Final = 10_000
"""Residue that is larger says something, be it all empty."""


class Silence:
    """Tells residue that says something from residue that says nothing.

    Args:
        padding: Keys that say nothing.
        constants: Keys that say nothing with just this value: they only name the dialect.
    """

    def __init__(
        self,
        padding: frozenset[str] = frozenset(),
        constants: frozenset[tuple[str, Json]] = frozenset(),
    ) -> None:
        self._padding = padding
        self._constants = constants
        self._nodes = 0

    @cached_property
    def of_parts(self) -> Silence:
        """The same for parts whose class says what `type` says on the wire."""
        return Silence(self._padding | {"type"}, self._constants)

    def covers(self, key: str, value: Json, depth: int = DEPTH) -> bool:
        """Say whether *value* under *key* says nothing."""
        if key in self._padding or value is None or value == "":
            return True
        if value.__class__ is str:
            return (key, value) in self._constants
        self._nodes = 0
        return self._covers(key, value, depth)

    def _covers(self, key: str, value: Json, depth: int) -> bool:
        if key in self._padding or value is None or value is UNSET or value is DERIVED:
            return True
        if is_list(value) or is_object(value):
            self._nodes += len(value) + 1
            if not depth or self._nodes > _MOST_NODES:
                return False
            if is_object(value):
                return all(self._covers(inner, each, depth - 1) for inner, each in value.items())
            return all(self._covers(key, each, depth - 1) for each in value)
        return isinstance(value, str) and (value == "" or (key, value) in self._constants)

    def shape(self, extra: dict[str, Json], depth: int = DEPTH) -> tuple[Any, ...]:
        """Return the keys that say something, each object's below its own, as a value to hash."""
        return tuple(
            [
                (key, self.shape(value, depth - 1)) if is_object(value) and depth else key
                for key, value in extra.items()
                if not self.covers(key, value, depth)
            ]
        )
