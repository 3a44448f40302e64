"""AWS event stream messages out of the pieces of a body.

By https://smithy.io/2.0/aws/amazon-eventstream.html. A message, its numbers big-endian, is its
length, the length of its headers, the CRC of these two, the headers, the payload, and the CRC of
all that.
"""

from __future__ import annotations

from binascii import a2b_base64
from functools import lru_cache
from typing import Any, Final, cast
from zlib import crc32

from attrs import frozen

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, too_long
from onechunk._framing._headers import TEXT, Header, read_headers
from onechunk._json import dumps, loads

PRELUDE: Final = 12
SHORTEST: Final = 16

JSON_TYPE: Final = (":content-type", TEXT, "application/json")

# The header with the name, by the kind of message, and what `Frame.field` says then.
NAMES: Final = {"event": ":event-type", "exception": ":exception-type", "error": ":error-code"}
FIELDS: Final = {"event": None, "exception": "exception", "error": "error-message"}

# So end the names of all exceptions in the service models of AWS, and of no event.
_EXCEPTION: Final = "Exception"

# Headers repeat from message to message; long ones are not worth the memory.
_REMEMBERED: Final = 256


@frozen
class _Head:
    """What the headers of a message say; `start` is the JSON before the payload."""

    field: str | None
    start: bytes
    is_chunk: bool
    extra: tuple[Header, ...]


def is_exception(name: str) -> bool:
    """Say whether *name* is one of an exception, which is no event."""
    return name.endswith(_EXCEPTION)


class EventStreamSplitter:
    """Cut the body of an `application/vnd.amazon.eventstream` into messages.

    An event's item is an object with the event's name as its only key: plain `bytes`, or a `Frame`
    where there are headers beside the usual ones. An event that is named as only exceptions are
    has the `field` `event`. The name `chunk` with base64 in `bytes` is the
    event of a model's own stream: then the frame's `field` is `bytes` and its data what the base64
    held, without padding. For an exception and an error, `field` is `exception` and
    `error-message`. A payload is not judged; an empty one is `{}`.

    A message may not be longer than `limit` bytes.

    Attributes:
        failure: Why nothing more comes; the messages before it were returned.
    """

    __slots__ = ("_held", "_limit", "_needed", "_pieces", "failure")

    def __init__(self, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        self.failure: FrameError | None = None
        self._limit = limit
        # The pieces of an unfinished message, their bytes, and how many it takes to go on.
        self._pieces: list[bytes] = []
        self._held = 0
        self._needed = PRELUDE

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the messages that these bytes complete; none after a failure."""
        messages: list[bytes | Frame] = []
        if self.failure is None and data:
            self._pieces.append(data)
            self._held += len(data)
            if self._held >= self._needed:
                try:
                    self._take(messages)
                except FrameError as failure:
                    self.failure = failure
                    self._pieces.clear()
        return messages

    def close(self) -> list[bytes | Frame]:
        """Fail if a message was cut off; the splitter is used up."""
        if self.failure is None and self._held:
            self.failure = FrameError(f"the stream ends after {self._held} bytes of a message")
            self._pieces.clear()
        return []

    def _take(self, messages: list[bytes | Frame]) -> None:
        pieces = self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        start = 0
        while True:
            left = len(data) - start
            if left < PRELUDE:
                self._needed = PRELUDE
                break
            size, headers_size = self._read_prelude(data[start : start + PRELUDE])
            if left < size:
                self._needed = size
                break
            message = data[start : start + size]
            messages.append(_read_message(message, PRELUDE + headers_size))
            start += size
        self._held = left
        if left:
            pieces.append(data[start:])

    def _read_prelude(self, prelude: bytes) -> tuple[int, int]:
        """Return the length of a message and that of its headers."""
        size = int.from_bytes(prelude[:4], "big")
        headers_size = int.from_bytes(prelude[4:8], "big")
        if crc32(prelude[:8]) != int.from_bytes(prelude[8:], "big"):
            raise FrameError("the checksum of a message's first 8 bytes is wrong")
        if size < SHORTEST:
            raise FrameError(f"a message of {size} bytes is shorter than any can be")
        if headers_size > size - SHORTEST:
            raise FrameError(
                f"headers of {headers_size} bytes are longer than their message of {size}"
            )
        if size > self._limit:
            raise too_long(self._limit)
        return size, headers_size


def _read_message(message: bytes, headers_end: int) -> bytes | Frame:
    if crc32(message[:-4]) != int.from_bytes(message[-4:], "big"):
        raise FrameError("the checksum of a message is wrong")
    headers = message[PRELUDE:headers_end]
    payload = message[headers_end:-4]
    known = _read_known if len(headers) <= _REMEMBERED else _read_head
    head = known(headers)
    if head.is_chunk:
        inner = _read_chunk(payload)
        if inner is not None:
            return Frame(inner, field="bytes", headers=head.extra)
    if head.field == "error-message":
        data = head.start + (b',"payload":' + payload if payload else b"") + b"}}"
    else:
        data = head.start + (payload or b"{}") + b"}"
    if head.field is None and not head.extra:
        return data
    return Frame(data, field=head.field, headers=head.extra)


def _read_head(data: bytes) -> _Head:
    headers = read_headers(data)
    texts = {name: value for name, kind, value in headers if kind == TEXT}
    kind = texts.get(":message-type")
    if kind not in NAMES:
        raise FrameError(f"a message of type {kind!r} is neither event, exception nor error")
    name = texts.get(NAMES[kind])
    if name is None:
        raise FrameError(f"a message of type {kind!r} has no header {NAMES[kind]!r}")
    said = {":message-type", NAMES[kind]}
    if kind == "error":
        error = {"code": name}
        if ":error-message" in texts:
            said.add(":error-message")
            error["message"] = texts[":error-message"]
        start = b'{"error":' + dumps(error)[:-1]
    else:
        start = b"{" + dumps(name) + b":"
    usual = None if kind == "error" else JSON_TYPE
    extra = tuple(header for header in headers if header[0] not in said and header != usual)
    field = kind if kind == "event" and is_exception(name) else FIELDS[kind]
    return _Head(field, start, kind == "event" and name == "chunk", extra)


_read_known = lru_cache(maxsize=64)(_read_head)


def _read_chunk(payload: bytes) -> bytes | None:
    """Return what the base64 of a model's event holds; None if the payload is not one."""
    try:
        value: Any = loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    texts = cast("dict[str, Any]", value)
    inner, padding = texts.get("bytes"), texts.get("p", "")
    if not isinstance(inner, str) or not isinstance(padding, str):
        return None
    if len(texts) > 1 + ("p" in texts):
        return None
    try:
        return a2b_base64(inner, strict_mode=True)
    except ValueError:
        return None
