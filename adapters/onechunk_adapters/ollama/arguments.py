"""Arguments of a call: an object here, text at most other vendors."""

from __future__ import annotations

import json
from typing import Final

from onechunk import Json
from onechunk.mapping import Object, Via, is_object

__all__ = ["ARGUMENTS"]

_KEY: Final = "arguments"


def _read(value: Json, rest: Object) -> str | Object | None:
    if is_object(value) or (isinstance(value, str) and value):
        del rest[_KEY]
        return value
    return None


def _write(arguments: str | Object, out: Object, _: Object) -> None:
    out[_KEY] = arguments


def _write_away(arguments: str | Object, out: Object, _: Object) -> None:
    out[_KEY] = _parsed(arguments) if isinstance(arguments, str) else arguments


def _parsed(text: str) -> str | Object:
    """Return the object that *text* is; a piece of one, which a stream never leaves, as it is."""
    try:
        value: Json = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text
    return value if is_object(value) else text


ARGUMENTS: Final = Via(_KEY, _KEY, _read, _write, {}, _write_away)
"""The row of the arguments."""
