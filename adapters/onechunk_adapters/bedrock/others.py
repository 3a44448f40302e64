"""What Bedrock's blocks hold that has no word in the canonical chunk, kept whole.

Tools that the server runs itself are among it: their calls, whose start says so by a type, and
their results. No client is to run them.
"""

from __future__ import annotations

from typing import Any, Final

from onechunk import Json, Other
from onechunk.mapping import Object, Table, Via, is_object

__all__ = ["other_delta", "other_start"]

_DELTAS: Final = frozenset({"text", "toolUse", "reasoningContent", "citation", "image"})


def _is_known_start(start: Object) -> bool:
    call = start.get("toolUse")
    if is_object(call):
        return not isinstance(call.get("type"), str)
    return "toolUse" in start or "image" in start


def _is_known_delta(delta: Object) -> bool:
    return not _DELTAS.isdisjoint(delta)


def _is_whole(key: str, value: Json) -> bool:
    known = _is_known_start if key == "start" else _is_known_delta
    return is_object(value) and bool(value) and not known(value)


def _whole(key: str) -> Table:
    def read_type(value: Json, _: Object) -> Any:
        return next(iter(value)) if is_object(value) and _is_whole(key, value) else None

    def read(value: Json, rest: Object) -> Any:
        return rest.pop(key) if _is_whole(key, value) else None

    def write(value: Json, out: Object, residue: Object) -> None:
        if is_object(value):
            out[key] = {**value}
            return
        # A piece of a call's input in a block of the server's own tool: the decoder knew.
        delta = residue.get(key)
        rest: Object = delta if is_object(delta) else {}
        call = rest.get("toolUse")
        out[key] = {**rest, "toolUse": {**(call if is_object(call) else {}), "input": value}}

    def write_nothing(*_: object) -> None:
        """Leave the type to the object that holds it."""

    return Table(
        Other, (Via(key, "type", read_type, write_nothing), Via(key, "value", read, write))
    )


other_start: Final = _whole("start")
other_delta: Final = _whole("delta")
