"""Residue of many chunks as that of one message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import define, field

from onechunk._adapter import own
from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object

__all__ = ["Series", "fresh_extra", "merge", "said_last", "same", "unfold"]

DEPTH: Final = 16
"""So many levels down residue is merged key by key, and below as a whole: its depth is the
sender's to choose."""

Object = dict[str, Json]

_ABSENT: Final = object()


def _listed(values: Iterable[Json]) -> list[Json]:
    return [*values]


@define(weakref_slot=False)
class Series:
    """What one key of residue said in turn, where chunks of a stream said different things.

    It stands in the `extra` of an accumulated message. A value that was repeated stands once, and
    null, an empty string and the marks, which say nothing, do not stand in it.

    Attributes:
        values: At least two, in the order in which they came.
    """

    values: list[Json] = field(converter=_listed)


def merge(known: Object, new: Object, silent: frozenset[str], depth: int = DEPTH) -> None:
    """Put what *new* says into *known*.

    Args:
        known: Is changed, and shares no dict with *new*.
        new: Residue of the same place in a later chunk.
        silent: Keys that say nothing.
        depth: Levels that may follow.
    """
    for key, value in new.items():
        old = known.get(key, _ABSENT)
        # Most chunks of a stream hold the very same values.
        if old is value or key in silent or (value.__class__ is str and value == old):
            continue
        if old is _ABSENT:
            known[key] = _own(value, silent, depth)
        elif is_object(old) and is_object(value) and depth:
            merge(old, value, silent, depth - 1)
        elif _is_silent(old):
            if not _is_silent(value):
                known[key] = _own(value, silent, depth)
        elif not _is_silent(value):
            known[key] = _with(old, value)


def fresh_extra(extra: Object) -> Object:
    """Return a copy of residue that shares nothing which may change."""
    return _own({**extra}, frozenset(), DEPTH + 1)  # type: ignore[no-any-return]


def _own(value: Json, silent: frozenset[str], depth: int) -> Json:
    """Return *value* with nothing in it that may change elsewhere."""
    if isinstance(value, Series):
        return Series(own(value.values))
    if not is_object(value) or not depth:
        return own(value)
    mine: Object = {}
    merge(mine, value, silent, depth - 1)
    return mine


def _is_silent(value: Json) -> bool:
    return value is None or value is UNSET or value is DERIVED or value == ""


def _with(old: Json, value: Json) -> Json:
    """Return *old* and then *value*, which is left out if it is what *old* said last."""
    if not isinstance(old, Series):
        return old if same(old, value) else Series([old, own(value)])
    if not same(old.values[-1], value):
        # It grows where it lies: a key may say something else in every chunk.
        old.values.append(own(value))
    return old


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
        elif a != b and (a == a or b == b):  # noqa: PLR0124 - NaN is the same as NaN
            return False
    return True


def said_last(value: Json, depth: int = DEPTH + 1) -> Json:
    """Return *value* with what each series said last in its place, and with dicts of its own."""
    if isinstance(value, Series):
        return value.values[-1]
    if is_object(value) and depth:
        return {key: said_last(each, depth - 1) for key, each in value.items()}
    return value


def unfold(extra: Object) -> list[Object]:
    """Return residues that make *extra* if they are merged in turn; one if there is no series."""
    return _unfolded({**extra}, DEPTH + 1)


def _unfolded(value: Json, depth: int) -> list[Json]:
    """Return what makes *value* if it is said in turn: all that did not change, then the rest."""
    if isinstance(value, Series):
        first, *others = value.values
        return [*_unfolded(first, depth), *own(others)]
    if not is_object(value) or not depth:
        return [own(value)]
    turns: list[Json] = [{}]
    for key, each in value.items():
        for turn, said in enumerate(_unfolded(each, depth - 1)):
            if turn == len(turns):
                turns.append({})
            turns[turn][key] = said
    return turns
