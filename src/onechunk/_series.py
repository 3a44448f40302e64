"""Residue of many chunks as that of one message."""

from __future__ import annotations

from typing import Any, Final

from attrs import frozen

from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object

__all__ = ["Series", "merge", "said_last", "unfold"]

DEPTH: Final = 16
"""So many levels down residue is merged key by key, and below as a whole: its depth is the
sender's to choose."""

Object = dict[str, Json]


@frozen
class Series:
    """What one key of residue said in turn, where chunks of a stream said different things.

    It stands in the `extra` of an accumulated message. A value that was repeated stands once, and
    null, an empty string and the marks, which say nothing, do not stand in it.

    Attributes:
        values: At least two, in the order in which they came.
    """

    values: tuple[Json, ...]


def merge(known: Object, new: Object, silent: frozenset[str], depth: int = DEPTH) -> None:
    """Put what *new* says into *known*.

    Args:
        known: Is changed, and shares no dict with *new*.
        new: Residue of the same place in a later chunk.
        silent: Keys that say nothing.
        depth: Levels that may follow.
    """
    for key, value in new.items():
        # Most chunks of a stream hold the very same strings.
        if known.get(key, UNSET) is value and value is not UNSET:
            continue
        if key in silent:
            continue
        if key not in known:
            known[key] = _own(value, silent, depth)
            continue
        old = known[key]
        if is_object(old) and is_object(value) and depth:
            merge(old, value, silent, depth - 1)
        elif _is_silent(old):
            if not _is_silent(value):
                known[key] = _own(value, silent, depth)
        elif not _is_silent(value):
            known[key] = _with(old, value)


def _own(value: Json, silent: frozenset[str], depth: int) -> Json:
    """Return *value* with dicts of its own as deep as they may be merged."""
    if not is_object(value) or not depth:
        return value
    own: Object = {}
    merge(own, value, silent, depth - 1)
    return own


def _is_silent(value: Json) -> bool:
    return value is None or value is UNSET or value is DERIVED or value == ""


def _with(old: Json, value: Json) -> Json:
    """Return *old* and then *value*, which is left out if it is what *old* said last."""
    values = old.values if isinstance(old, Series) else (old,)
    return old if same(values[-1], value) else Series((*values, value))


def same(one: Json, two: Json) -> bool:
    """Say whether two JSON values are the same, `1`, `1.0` and `true` being three."""
    # Their depth is the sender's to choose: no recursion.
    todo: list[tuple[Any, Any]] = [(one, two)]
    while todo:
        a, b = todo.pop()
        if a is b:
            continue
        if a.__class__ is not b.__class__:
            return False
        if is_object(a):
            if a.keys() != b.keys():
                return False
            todo += [(each, b[key]) for key, each in a.items()]
        elif is_list(a):
            if len(a) != len(b):
                return False
            todo += zip(a, b, strict=True)
        elif a != b:
            return False
    return True


def said_last(value: Json) -> Json:
    """Return *value* with what each series said last in its place, and with dicts of its own."""
    if isinstance(value, Series):
        return value.values[-1]
    if is_object(value):
        return {key: said_last(each) for key, each in value.items()}
    return value


def unfold(extra: Object) -> list[Object]:
    """Return residues that make *extra* if they are merged in turn; one if there is no series."""
    steps = max((_steps(value) for value in extra.values()), default=1)
    return [_at(extra, step) for step in range(steps)]


def _steps(value: Json) -> int:
    if isinstance(value, Series):
        return len(value.values)
    if is_object(value):
        return max(map(_steps, value.values()), default=1)
    return 1


def _at(extra: Object, step: int) -> Object:
    """Return what *extra* says that was new at *step*; at the first, all that did not change."""
    found: Object = {}
    for key, value in extra.items():
        if isinstance(value, Series):
            if step < len(value.values):
                found[key] = value.values[step]
        elif is_object(value):
            if step < _steps(value):
                found[key] = _at(value, step)
        elif not step:
            found[key] = value
    return found
