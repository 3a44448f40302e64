"""Requests pass unchanged, or as the user's own callable makes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from onechunk._errors import OnechunkError
from onechunk._marks import is_object

__all__ = ["Rewrite", "check_rewrite", "rewrite_request"]

Rewrite = Callable[
    [str, str, dict[str, str], bytes],
    tuple[str, str, dict[str, str], bytes],
]
"""From method, path with query, headers with names in lower case, and body to the same four."""

_PATH: Final = re.compile("/[!-~]*")
_METHOD: Final = re.compile("[A-Za-z]+")
_OF_LENGTH: Final = frozenset({"content-length", "transfer-encoding"})
_ASYNC: Final = "the request callable must not be async"


def check_rewrite(rewrite: object) -> None:
    """Check that a callable, if there is one, may make requests.

    Raises:
        OnechunkError: It cannot be called, or is async.
    """
    if rewrite is None:
        return
    if not callable(rewrite):
        message = "the request callable cannot be called"
        raise OnechunkError(message)
    if any(map(inspect.iscoroutinefunction, (rewrite, getattr(rewrite, "__call__", None)))):  # noqa: B004 - of an object
        raise OnechunkError(_ASYNC)


def rewrite_request(
    rewrite: Rewrite, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes
) -> tuple[str, str, list[tuple[str, str]], bytes]:
    """Return the request that *rewrite* makes of one.

    Args:
        rewrite: May change the dict that it is given.
        method: Such as `POST`.
        path: With the query, as it is sent: `/v1/models?limit=1`.
        headers: Several of one name are joined. Those that tell the length of the body are left
            out of the result: whoever sends the request knows it.
        body: Whole.

    Raises:
        OnechunkError: The result is no method, path, headers and body. Exceptions of *rewrite*
            pass unchanged.
    """
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        part = "; " if key == "cookie" else ", "
        joined[key] = f"{joined[key]}{part}{value}" if key in joined else value
    made: Any = rewrite(method, path, joined, body)
    if inspect.iscoroutine(made):
        # Whoever drops it unawaited is warned in a line that is no log.
        made.close()
        raise OnechunkError(_ASYNC)
    method, path, joined, body = _checked(made)
    pairs = [pair for pair in joined.items() if pair[0].lower() not in _OF_LENGTH]
    return method, path, pairs, body


def _checked(result: Any) -> tuple[str, str, dict[str, str], bytes]:
    """Return *result* if it is a request.

    Raises:
        OnechunkError: It is none.
    """
    match result:
        case (str(method), str(path), headers, bytes(body)) if is_object(headers):
            pairs = {key: each for key, each in headers.items() if isinstance(each, str)}
            texts = len(pairs) == len(headers) and all(map(_is_text, pairs))
            # What is more than a path could name another server, or begin another request.
            if texts and _METHOD.fullmatch(method) and _PATH.fullmatch(path):
                return method, path, pairs, body
        case _:
            pass
    message = "the request callable must return method, path, headers (a dict of texts) and body"
    raise OnechunkError(message)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
