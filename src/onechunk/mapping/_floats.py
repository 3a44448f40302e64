"""Counts that some vendors write as floats: whole numbers here, floats again at home."""

from __future__ import annotations

from collections.abc import Iterable

from onechunk._marks import DERIVED, Json, is_object
from onechunk.mapping._rows import Object

__all__ = ["mark_floats", "put_floats", "take_floats", "whole"]

Keys = tuple[str, ...]


def whole(value: Json) -> int | None:
    """Return a float without a fraction as the whole number that it is; None for anything else."""
    if not isinstance(value, float) or not value.is_integer():
        return None
    count = int(value)
    # Minus zero would not come back.
    return count if str(float(count)) == str(value) else None


def take_floats(value: Object, places: Iterable[Keys]) -> list[Keys]:
    """Make whole numbers of the floats in *value* and return where they stood."""
    found: list[Keys] = []
    for keys in places:
        holder = _holder(value, keys)
        count = None if holder is None else whole(holder.get(keys[-1]))
        if holder is not None and count is not None:
            holder[keys[-1]] = count
            found.append(keys)
    return found


def mark_floats(extra: Object, places: Iterable[Keys]) -> None:
    """Note in the residue which counts were floats."""
    for keys in places:
        holder = extra
        for key in keys[:-1]:
            holder = holder.setdefault(key, {})
        holder[keys[-1]] = DERIVED


def put_floats(out: Object, extra: Object, places: Iterable[Keys]) -> None:
    """Make floats again of the counts that the residue notes."""
    for keys in places:
        noted, holder = _holder(extra, keys), _holder(out, keys)
        if noted is None or holder is None or noted.get(keys[-1]) is not DERIVED:
            continue
        if isinstance(holder.get(keys[-1]), int):
            holder[keys[-1]] = float(holder[keys[-1]])


def _holder(value: Object, keys: Keys) -> Object | None:
    for key in keys[:-1]:
        inner = value.get(key)
        if not is_object(inner):
            return None
        value = inner
    return value
