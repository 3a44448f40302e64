"""Residue that says nothing: it is empty, padding, or only names the dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object

__all__ = ["ANY", "DEPTH", "NOTHING", "Level", "Silence", "Words"]

DEPTH: Final = 16
"""So many levels down residue is looked at key by key, and below as a whole: its depth is the
sender's to choose."""

_MOST_NODES: Final = 10_000
"""Residue that is larger says something, be it all empty."""

ANY: Final = None
"""Stands for every value."""

Words = frozenset[Json] | None
"""The values with which a key says nothing, or `ANY`."""

_EVERY: Final = "*"
_ABSENT: Final = frozenset[Json]()


@frozen(eq=False)
class Level:
    """What says nothing among the keys of one object.

    Attributes:
        words: By key.
        below: The same of the objects that stand there, or in a list.
    """

    words: dict[str, Words]
    below: dict[str, Level]

    def under(self, key: str) -> Level:
        """Return the level of the objects under *key*."""
        return self.below.get(key) or self.below.get(_EVERY, NOTHING)

    def covers(self, key: str, value: Json, depth: int = DEPTH) -> bool:
        """Say whether *value* under *key* says nothing."""
        if value is None or value == "":
            return True
        words = self.words.get(key, _ABSENT)
        if words is ANY:
            return True
        if value.__class__ is str:
            return value in words
        if is_object(value) or is_list(value):
            return _is_empty(value, self.under(key), depth)
        return value is UNSET or value is DERIVED

    def shape(self, extra: dict[str, Json], depth: int = DEPTH) -> tuple[Any, ...]:
        """Return the keys that say something, each object's below its own, as a value to hash."""
        return tuple(
            [
                (key, self.under(key).shape(value, depth - 1))
                if is_object(value) and depth
                else key
                for key, value in extra.items()
                if not self.covers(key, value, depth)
            ]
        )


NOTHING: Final = Level({}, {})


class Silence:
    """Tells residue that says something from residue that says nothing.

    Args:
        paths: By dotted path, the values that say nothing there. A path begins with the class
            whose residue it is (`ToolCall.type`); a star stands for any key, and what stands in a
            list has the path of the list.
    """

    def __init__(self, paths: Mapping[str, Words] = {}) -> None:
        root = Level({}, {})
        for path, words in paths.items():
            level = root
            *steps, key = path.split(".")
            for step in steps:
                level = level.below.setdefault(step, Level({}, {}))
            level.words[key] = words
        _spread(root)
        self._root = root

    def of(self, cls: type[Any]) -> Level:
        """Return what says nothing in the residue of an object of *cls*."""
        return self._root.below.get(cls.__name__, NOTHING)


def _spread(level: Level) -> None:
    """Let what is so under any key be so under those, too, of which more is known."""
    every = level.below.get(_EVERY, NOTHING)
    for inner in level.below.values():
        for key, words in every.words.items():
            inner.words.setdefault(key, words)
        _spread(inner)


def _is_empty(value: Json, level: Level, depth: int) -> bool:
    """Say whether nothing in *value*, whose objects have this *level*, says anything."""
    todo: list[tuple[Any, Level, int]] = [(value, level, depth)]
    nodes = 0
    while todo:
        each, level, depth = todo.pop()
        nodes += len(each) + 1
        if not depth or nodes > _MOST_NODES:
            return False
        if is_list(each):
            found = [(inner, level) for inner in each if inner is not None and inner != ""]
        else:
            found = [
                (inner, level.under(key))
                for key, inner in each.items()
                if not (inner is None or inner == "" or _knows(level, key, inner))
            ]
        for inner, place in found:
            if is_object(inner) or is_list(inner):
                todo.append((inner, place, depth - 1))
            elif inner is not UNSET and inner is not DERIVED:
                return False
    return True


def _knows(level: Level, key: str, value: Json) -> bool:
    words = level.words.get(key, _ABSENT)
    return words is ANY or (value.__class__ is str and value in words)
