"""JSON into AWS event stream messages: what the splitter reads back as the same frames."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any, Final, cast
from zlib import crc32

import msgspec

from onechunk._frame import Frame
from onechunk._framing._eventstream import JSON_TYPE, NAMES, SHORTEST, is_exception
from onechunk._framing._headers import TEXT, Header, write_header
from onechunk._json import dumps, dumps_exact, loads_exact

# Only the outermost keys are read; the values stay the bytes that they are.
_outermost: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def write_event_stream(data: bytes, frame: Frame | None = None, *, wrapped: bool = True) -> bytes:
    """Write one message.

    Args:
        data: An object with one key, the name of the event, or of an exception where the frame's
            field does not say otherwise; or what goes into the event `chunk` as base64, if the
            field is `bytes`.
        frame: What stands around the payload; its own data is not looked at.
        wrapped: Whether data without a field is such an object; else it goes into `chunk`.

    Raises:
        ValueError: The data is not what the kind of message needs, or a header cannot be written.
    """
    field, extra = (None, ()) if frame is None else (frame.field, frame.headers)
    if field == "error-message":
        return _write_error(data, extra)
    if field == "exception":
        return _write_named("exception", *_unwrap(data), extra)
    if field == "bytes" or (field is None and not wrapped):
        payload = b'{"bytes":"' + b2a_base64(data, newline=False) + b'"}'
        return _write_named("event", "chunk", payload, extra)
    name, payload = _unwrap(data)
    kind = "exception" if field is None and is_exception(name) else "event"
    return _write_named(kind, name, payload, extra)


def _unwrap(data: bytes) -> tuple[str, bytes]:
    """Return the only key of an object, and its value as it stands."""
    payloads: dict[str, bytes] = {}
    try:
        payloads = {name: bytes(value) for name, value in _outermost(data).items()}
    except (ValueError, RecursionError):
        # What the fast parser refuses, such as NaN, needs writing anew.
        value = loads_exact(data)
        if isinstance(value, dict):
            values = cast("dict[str, Any]", value)
            payloads = {name: dumps_exact(inner) for name, inner in values.items()}
    if len(payloads) != 1:
        raise ValueError("what goes into a message must be an object with one key, its name")
    return payloads.popitem()


def _write_error(data: bytes, extra: tuple[Header, ...]) -> bytes:
    name, value = _unwrap(data)
    error: Any = loads_exact(value)
    if name != "error" or not isinstance(error, dict):
        raise ValueError("an error's message must be an object `error`")
    said = cast("dict[str, Any]", error)
    payload = dumps(said.pop("payload")) if "payload" in said else b""
    if "code" not in said or not said.keys() <= {"code", "message"}:
        found = ", ".join(said) or "nothing"
        raise ValueError(f"an error's message has a code and mostly a message, not {found}")
    headers = [(f":error-{key}", TEXT, said[key]) for key in ("code", "message") if key in said]
    return _write([*headers, (":message-type", TEXT, "error"), *extra], payload)


def _write_named(kind: str, name: str, payload: bytes, extra: tuple[Header, ...]) -> bytes:
    own_type = [header for header in extra if header[0] == JSON_TYPE[0]]
    others = [header for header in extra if header[0] != JSON_TYPE[0]]
    headers: list[Header] = [(NAMES[kind], TEXT, name), *(own_type or [JSON_TYPE])]
    return _write([*headers, (":message-type", TEXT, kind), *others], payload)


def _write(headers: list[Header], payload: bytes) -> bytes:
    head = b"".join(map(write_header, headers))
    size = SHORTEST + len(head) + len(payload)
    prelude = size.to_bytes(4, "big") + len(head).to_bytes(4, "big")
    message = prelude + crc32(prelude).to_bytes(4, "big") + head + payload
    return message + crc32(message).to_bytes(4, "big")
