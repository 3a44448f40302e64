"""Bytes to JSON values and back without changing one of them.

msgspec does nearly all the work; unlike its peers it keeps integers of any size. What it
refuses (NaN, lone surrogate escapes) goes through the standard library.
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

__all__ = ["dumps", "dumps_exact", "loads", "loads_exact"]

loads = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def loads_exact(data: bytes | str) -> Any:
    """Parse *data* with the standard library.

    Raises:
        ValueError: *data* is no JSON text, is no UTF-8, is nested too deeply, or holds a number
            that no double can hold.
    """
    try:
        text = data if isinstance(data, str) else data.decode()
        return json.loads(text, parse_float=_finite, parse_int=_whole)
    except UnicodeDecodeError as exc:
        message = f"invalid UTF-8 at byte {exc.start}"
        raise ValueError(message) from exc
    except json.JSONDecodeError as exc:
        what = exc.msg.removesuffix(" at")
        message = f"invalid JSON: {what[0].lower()}{what[1:]} at character {exc.pos}"
        raise ValueError(message) from exc
    except RecursionError as exc:
        message = "invalid JSON: nested too deeply"
        raise ValueError(message) from exc


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = f"invalid JSON: number out of range: {text[:20]}"
        raise ValueError(message)
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as exc:  # more digits than `sys.get_int_max_str_digits` allows
        message = f"invalid JSON: a number of {len(text)} digits: {text[:20]}"
        raise ValueError(message) from exc


def dumps(value: Any) -> bytes:
    """Write *value* as compact UTF-8 JSON.

    Raises:
        ValueError: *value* holds something that JSON cannot say.
    """
    try:
        return _encode(value)
    except (UnicodeEncodeError, OverflowError, RecursionError):
        return dumps_exact(value)
    except TypeError as exc:
        raise ValueError(str(exc)) from exc


def dumps_exact(value: Any) -> bytes:
    """Write *value* with the standard library: NaN as `NaN`, lone surrogates as escapes.

    Raises:
        ValueError: *value* holds something that JSON cannot say, or is nested too deeply.
    """
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except RecursionError as exc:
        message = "nested too deeply for JSON"
        raise ValueError(message) from exc
    except TypeError as exc:
        raise ValueError(str(exc)) from exc
