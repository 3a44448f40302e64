"""Exceptions in the middle of an AWS event stream, around whichever dialect."""

from __future__ import annotations

from typing import Any, Final

from onechunk._chunk import Chunk, Error
from onechunk._framing._eventstream import is_exception
from onechunk._marks import Json, is_object

__all__ = ["EXCEPTIONS", "read_exception", "says_exception", "write_exception"]

EXCEPTIONS: Final = frozenset({"exception", "error-message"})
"""Fields of frames that hold no payload of the dialect: the message type of AWS says so."""

_ERROR: Final = "error"


def says_exception(value: dict[str, Any]) -> bool:
    """Say whether an object with one key, which names what is in it, is an exception or error."""
    [(name, body)] = value.items()
    return is_object(body) and (name == _ERROR or is_exception(name))


def read_exception(value: dict[str, Any], dialect: str) -> Chunk:
    """Return the error chunk of `{name: {"message": text}}`.

    The message of an error, which is no exception, has a code in place of a name.
    """
    [(name, body)] = value.items()
    if not is_object(body):
        return Chunk(error=Error(type=name), dialect=dialect, extra=value)
    rest: dict[str, Json] = body
    error = Error(type=name, extra=rest)
    if isinstance(rest.get("message"), str):
        error.message = rest.pop("message")
    if name == _ERROR:
        error.type = None
        if isinstance(rest.get("code"), str):
            error.code = rest.pop("code")
    return Chunk(error=error, dialect=dialect)


def write_exception(chunk: Chunk) -> dict[str, Json]:
    """Return the payload that `read_exception` read."""
    if chunk.extra:
        return chunk.extra
    error = chunk.error or Error()
    body: dict[str, Json] = {} if error.code is None else {"code": error.code}
    if error.message is not None:
        body["message"] = error.message
    return {_ERROR if error.type is None else error.type: {**body, **error.extra}}
