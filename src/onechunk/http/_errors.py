"""Bodies of HTTP errors: from one dialect to another."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from onechunk._adapter import Adapter
from onechunk._chunk import Error
from onechunk._decoder import Decoder
from onechunk._errors import OnechunkError
from onechunk._json import loads
from onechunk._marks import is_list, is_object

__all__ = ["meaning", "own_error", "read_error", "status_of"]

MESSAGES: Final = ("message", "Message", "detail", "msg", "title", "error", "errors")
"""Keys of messages, the likeliest first: what stands there is a text, or holds one."""

TYPES: Final = ("type", "__type", "status", "title")
"""Keys of words for the kind of error."""

_MOST_TEXT: Final = 1000
"""How much is told of a body that is no JSON: it may be a page of a proxy."""

_FAILURES: Final[Mapping[str | int | None, int]] = {
    code: number for number in range(400, 600) for code in (number, str(number))
}
"""Codes of errors that are statuses of HTTP."""

_MOST_DEPTH: Final = 8
"""How deep a message may stand."""


def read_error(adapter: Adapter, status: int, body: bytes) -> Error:
    """Return what the body of an HTTP error says; of one that says nothing, what its status means.

    Servers, and proxies before them, answer in more forms than their dialect has.
    """
    said = _read_stream(adapter, body)
    if said is not None:
        return said
    try:
        value = loads(body)
    except (ValueError, RecursionError):
        text = body.decode(errors="replace").strip()
        told = bool(text) and not text.startswith("<")
        return Error(text[:_MOST_TEXT] if told else meaning(status))
    return _read_any(value) or Error(meaning(status))


def meaning(status: int) -> str:
    """Return a status with the usual words for it."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def own_error(status: int, message: str) -> Error:
    """Return an error of ours; its type is the usual words for the status."""
    word = meaning(status).partition(" ")[2].partition(" ")[2].lower().replace(" ", "_")
    return Error(message, word or None)


def status_of(error: Error) -> int:
    """Return the status of an error that came under one for answers: its code's, or else 502."""
    return _FAILURES.get(error.code, HTTPStatus.BAD_GATEWAY)


def _read_stream(adapter: Adapter, body: bytes) -> Error | None:
    """Return the error that is worded as in a stream of the dialect, in whichever framing."""
    decoder = Decoder(adapter.name)
    try:
        chunks = [*decoder.feed(body), *decoder.close()]
    except OnechunkError:
        return None
    errors = [chunk.error for chunk in chunks if chunk.error is not None and chunk.error.message]
    return errors[0] if errors else None


def _read_any(value: Any, depth: int = 0) -> Error | None:
    """Return the error in a value that holds a message somewhere."""
    if isinstance(value, str):
        return Error(value) if value else None
    if depth > _MOST_DEPTH:
        return None
    if is_list(value):
        return next(filter(None, (_read_any(each, depth + 1) for each in value)), None)
    if not is_object(value):
        return None
    places = (_read_any(value[key], depth + 1) for key in MESSAGES if key in value)
    error = next(filter(None, places), None)
    if error is not None:
        words = [value[key] for key in TYPES if isinstance(value.get(key), str)]
        error.type = error.type or next((word for word in words if word != error.message), None)
        code, param = value.get("code"), value.get("param")
        if error.code is None and isinstance(code, str | int):
            error.code = code
        if error.param is None and isinstance(param, str):
            error.param = param
    return error
