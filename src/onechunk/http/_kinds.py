"""What a body is: told by status and content type, or else by its first byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from onechunk._adapter import Adapter

__all__ = ["CONTENT_TYPES", "BodyKind", "kind_of", "kind_of_text", "says_json"]

BodyKind = Literal["stream", "whole", "error", "other"]

STREAMS: Final = frozenset(
    {
        "application/jsonl",
        "application/ndjson",
        "application/stream+json",
        "application/vnd.amazon.eventstream",
        "application/x-jsonlines",
        "application/x-ndjson",
        "text/event-stream",
    }
)
"""Content types of streams; the stream's own first bytes tell its framing."""

CONTENT_TYPES: Final[Mapping[str, str]] = {
    "eventstream": "application/vnd.amazon.eventstream",
    "json_array": "application/json",
    "ndjson": "application/x-ndjson",
    "sse": "text/event-stream",
}
"""Framing to the content type that says so."""

_FIRST_FAILURE: Final = 400
_WITHOUT_BODY: Final = frozenset({204, 205, 304})
_SPACE: Final = b" \t\r\n\xef\xbb\xbf"
# Fields of server-sent events, and the colon of a comment: no JSON text begins so.
_BEGIN_EVENTS: Final = frozenset({b"d", b"e", b"i", b"r", b":"})


def kind_of(status: int, content_type: str | None, method: str) -> BodyKind | None:
    """Return what a body is; None where its first byte is to tell, see `kind_of_text`."""
    if method == "HEAD" or status in _WITHOUT_BODY:
        return "other"
    if status >= _FIRST_FAILURE:
        return "error"
    if not 200 <= status < 300:  # noqa: PLR2004 - the class of statuses that answer
        return "other"
    name = _name(content_type)
    if name in STREAMS:
        return "stream"
    return None if not name or _is_json(name) else "other"


def says_json(content_type: str | None) -> bool:
    """Say whether a content type is that of JSON."""
    return _is_json(_name(content_type))


def _name(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _is_json(name: str) -> bool:
    return name.partition("/")[2] == "json" or name.endswith("+json")


def kind_of_text(text: bytes, source: Adapter, *, awaited: bool) -> BodyKind | None:
    """Return what a body is that begins with *text*; None as long as that is white space.

    What was *awaited* and begins like no answer is a whole one that cannot be read.
    """
    first = text.lstrip(_SPACE)[:1]
    if not first:
        return None
    if first == b"{":
        return "whole"
    streams = first in _BEGIN_EVENTS or (first == b"[" and "json_array" in source.framings)
    if streams:
        return "stream"
    return "whole" if awaited else "other"
