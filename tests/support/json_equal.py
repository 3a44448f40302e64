"""Equality without Python's leniency: `1`, `1.0` and `True` differ, and NaN equals NaN."""

from collections.abc import Iterable
from typing import Any

import attrs

from onechunk.mapping import is_object


def difference(one: Any, two: Any, path: str = "$") -> str:
    """Return the first place where two values differ, in words; empty if they do not.

    JSON values are compared by type and value, objects by their keys in whatever order. Attrs
    values, such as chunks and wire objects, are compared by class and field by field.
    """
    if type(one) is not type(two):
        return f"{path}: {_name(one)} is not {_name(two)}"
    if is_object(one):
        missing = [key for key in one if key not in two]
        added = [key for key in two if key not in one]
        if missing or added:
            return f"{path}: without {missing}, with {added}"
        return _first(difference(one[key], two[key], f"{path}.{key}") for key in one)
    if attrs.has(one.__class__):
        names = [attribute.name for attribute in attrs.fields(one.__class__)]
        return _first(
            difference(getattr(one, name), getattr(two, name), f"{path}.{name}") for name in names
        )
    if hasattr(one, "__getitem__") and not isinstance(one, str | bytes):
        items: Any = one
        if len(items) != len(two):
            return f"{path}: {len(items)} items are not {len(two)}"
        pairs = enumerate(zip(items, two, strict=True))
        return _first(difference(a, b, f"{path}[{number}]") for number, (a, b) in pairs)
    both_nan = one != one and two != two  # noqa: PLR0124 (so is NaN told)
    return "" if one == two or both_nan else f"{path}: {_name(one)} is not {_name(two)}"


def _first(found: Iterable[str]) -> str:
    return next((each for each in found if each), "")


def _name(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 200 else text[:200] + '…'}"
