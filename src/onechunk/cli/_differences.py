"""Where two JSON values differ, told by path: null is not absent, 1 is neither 1.0 nor true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from onechunk._marks import Json, is_list, is_object

__all__ = ["differences"]

_NAME: Final = re.compile(r"[^\W\d]\w*")
_WIDTH: Final = 60


def differences(before: Json, after: Json, path: str = "$") -> Iterator[tuple[str, str]]:
    """Yield the path of each difference, and what became of the value there.

    The order of keys does not count. NaN equals itself; 0.0 is not -0.0.
    """
    # A list of what is left to do: JSON may be nested as deeply as Python's own stack.
    left: list[tuple[str, Any, Any]] = [(path, before, after)]
    while left:
        where, one, two = left.pop()
        if type(one) is not type(two):
            yield where, f"{_short(one)} became {_short(two)}"
        elif is_object(one):
            yield from _keys(where, one, two)
            left += [(_member(where, key), one[key], two[key]) for key in one if key in two][::-1]
        elif is_list(one):
            if len(one) != len(two):
                yield where, f"{len(one)} items became {len(two)}"
            pairs = enumerate(zip(one, two, strict=False))
            left += [(f"{where}[{number}]", *pair) for number, pair in pairs][::-1]
        elif one != two if not isinstance(one, float) else repr(one) != repr(two):
            yield where, f"{_short(one)} became {_short(two)}"


def _keys(path: str, one: dict[str, Json], two: dict[str, Json]) -> Iterator[tuple[str, str]]:
    for key in (key for key in one if key not in two):
        yield _member(path, key), f"{_short(one[key])} is missing"
    for key in (key for key in two if key not in one):
        yield _member(path, key), f"{_short(two[key])} was added"


def _member(path: str, key: str) -> str:
    return f"{path}.{key}" if _NAME.fullmatch(key) else f"{path}[{json.dumps(key)}]"


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
