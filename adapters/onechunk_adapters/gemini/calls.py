"""A call of a client's function: whole with an object of arguments, or in pieces by path.

A key `args` that was not there, or null, is an empty object where the call is whole. Pieces are
read alone here; `memory.py` puts them into the call that they go on with.
"""

from __future__ import annotations

import json
from typing import Any, Final

from onechunk import UNSET, Json, ToolCall
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.gemini.partial_args import CLOSERS, PathWriter, as_root, write_pieces

__all__ = ["KEY", "goes_on", "read_call", "write_as_text", "write_call", "write_call_away"]

KEY: Final = "functionCall"


def read_call(item: Object) -> ToolCall | None:
    """Return the call that a part says, with the part as its residue; None for another form."""
    value = item.get(KEY)
    if not is_object(value):
        return None
    call = ToolCall(extra=item)
    call.id = _take(value, "id")
    call.name = _take(value, "name")
    if is_list(value.get("partialArgs")):
        call.arguments = PathWriter().add(value["partialArgs"])
    elif is_object(value.get("args")) and (value["args"] or not goes_on(value)):
        call.arguments = value.pop("args")
    elif call.name is not None and not goes_on(value) and value.get("args") is None:
        value.setdefault("args", UNSET)
        call.arguments = {}
    if not value:
        del item[KEY]
    return call


def goes_on(value: Object) -> bool:
    """Say whether another part goes on with the call."""
    return value.get("willContinue") is True


def _take(value: Object, key: str) -> str | None:
    said = value.get(key)
    if not isinstance(said, str) or not said:
        return None
    del value[key]
    return said


def write_call(call: ToolCall) -> Object:
    """Return the part of a call at home.

    Raises:
        TypeError: The arguments are text that is no JSON object.
    """
    rest: Json = call.extra.get(KEY)
    residue: Object = rest if is_object(rest) else {}
    out: Object = {
        **({} if call.id is None else {"id": call.id}),
        **({} if call.name is None else {"name": call.name}),
    }
    said = call.arguments
    pieces = residue.get("partialArgs")
    if isinstance(said, dict):
        if said or residue.get("args", ...) not in (None, UNSET):
            out["args"] = said
    elif is_list(pieces):
        out["partialArgs"] = write_pieces(said or "", pieces)
    elif said and not (call.name is None and CLOSERS.fullmatch(said)):
        if call.name is None:
            out["partialArgs"] = write_pieces(said, [])
        else:
            out["args"] = _whole(said)
    for key, value in residue.items():
        # Where the arguments are an object, what pieces they came in is over.
        if key not in out and value is not UNSET and not (key == "partialArgs" and "args" in out):
            out[key] = value
    return {KEY: out}


def write_as_text(item: Object, text: str) -> None:
    """Make the written piece of a call say its text as it is, without the paths it had."""
    call = {key: value for key, value in item[KEY].items() if key != "partialArgs"}
    item[KEY] = {**call, **({"partialArgs": as_root(text)} if text else {})}


def _whole(text: str) -> Object:
    value: Any = json.loads(text)
    if not is_object(value):
        message = f"the arguments are no JSON object: {text[:60]!r}"
        raise TypeError(message)
    return value


def write_call_away(call: ToolCall) -> Object:
    """Return the part of a call from elsewhere, whose arguments a stream has made whole."""
    said = call.arguments
    if not isinstance(said, dict):
        try:
            said = _whole(said or "{}")
        except (ValueError, TypeError):
            # A piece by itself; only a stream can tell what it is a piece of.
            said = {}
    named: dict[str, Json] = {} if call.id is None else {"id": call.id}
    return {KEY: {**named, "name": call.name or "", "args": said}}
