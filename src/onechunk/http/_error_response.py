"""Errors of one's own, worded as a dialect's readers expect."""

from __future__ import annotations

from onechunk._json import dumps
from onechunk._registry import get_adapter
from onechunk.http._errors import own_error

__all__ = ["error_response"]


def error_response(target: str, status: int, message: str) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of an HTTP error that no server answered with.

    Args:
        target: Dialect or profile of the client.
        status: That the response will have, from 400 on.
        message: What the client is told.

    Raises:
        UnknownDialectError: No adapter has the name.
    """
    body = dumps(get_adapter(target).http_error.write(own_error(status, message), status))
    return [("content-type", "application/json"), ("content-length", str(len(body)))], body
