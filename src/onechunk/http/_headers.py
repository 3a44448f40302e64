"""Which headers of a response stand for its body, and which for the connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from onechunk._errors import OnechunkError

__all__ = [
    "BYTES",
    "Headers",
    "checked_header",
    "encodings",
    "first",
    "without_body",
    "without_connection",
]

Headers = list[tuple[str, str]]

_TOKEN: Final = re.compile("[-!#$%&'*+.^_`|~A-Za-z0-9]+")
"""A header's name, by RFC 9110 section 5.6.2."""

CONNECTION: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that are only for the next hop, whatever the body is."""

BODY: Final = frozenset(
    {
        "accept-ranges",
        "content-digest",
        "content-encoding",
        "content-length",
        "content-md5",
        "content-range",
        "content-type",
        "digest",
        "etag",
        "last-modified",
        "repr-digest",
    }
)
"""Headers that are wrong of a body that was translated."""

BYTES: Final = BODY - {"content-type"}
"""Those of them that are wrong even where such a body is only spoken of."""


def checked_header(name: str | None) -> str | None:
    """Return the name of a header in lower case; None if there is none.

    Raises:
        OnechunkError: No header can have it.
    """
    if not name:
        return None
    if _TOKEN.fullmatch(name) is None:
        message = f"no header can have the name {name!r}"
        raise OnechunkError(message)
    return name.lower()


def first(headers: Headers, name: str) -> str | None:
    """Return the value of the first header of that name, which is given in lower case."""
    return next((value for key, value in headers if key.lower() == name), None)


def encodings(headers: Headers) -> list[str]:
    """Return what must be undone to read the body, in the order in which it was done."""
    values = [value for key, value in headers if key.lower() == "content-encoding"]
    words = [word.strip().lower() for value in values for word in value.split(",")]
    return [word for word in words if word not in {"", "identity"}]


def without_connection(headers: Iterable[tuple[str, str]]) -> Headers:
    """Leave out what is meant for the next hop only, and what the sender says is.

    Beside a transfer coding a length says nothing (RFC 9112, section 6.3).
    """
    pairs = [*headers]
    named = {
        word.strip().lower()
        for key, value in pairs
        if key.lower() == "connection"
        for word in value.split(",")
    }
    if any(key.lower() == "transfer-encoding" for key, _ in pairs):
        named.add("content-length")
    return [pair for pair in pairs if pair[0].lower() not in CONNECTION | named]


def without_body(headers: Headers, *names: str) -> Headers:
    """Leave out what stands for the body: the headers of these names, or any of them."""
    gone = frozenset(names) or BODY
    return [pair for pair in headers if pair[0].lower() not in gone]
