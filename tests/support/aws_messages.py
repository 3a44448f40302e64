"""AWS event streams as botocore reads them, and messages built without this project."""

import struct
import zlib
from importlib import import_module
from typing import Any

import attrs

# Botocore comes without types.
_EVENT_STREAM: Any = import_module("botocore.eventstream")
ParserError: type[Exception] = _EVENT_STREAM.ParserError


@attrs.frozen
class Message:
    """One message; its headers in their order, texts and numbers as Python's."""

    headers: dict[str, Any]
    payload: bytes


def read_messages(body: bytes) -> list[Message]:
    """Return the whole messages of a body.

    Raises:
        ParserError: A message is not what it should be.
    """
    buffer = _EVENT_STREAM.EventStreamBuffer()
    buffer.add_data(body)
    return [Message(message.headers, message.payload) for message in buffer]


def build(headers: bytes, payload: bytes = b"") -> bytes:
    """Build a message from its encoded headers."""
    lengths = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = lengths + struct.pack(">I", zlib.crc32(lengths)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def text_header(name: str, value: str) -> bytes:
    """Build a header that is a text."""
    start, text = name.encode(), value.encode()
    return struct.pack("B", len(start)) + start + struct.pack(">BH", 7, len(text)) + text


def build_event(name: str, payload: bytes) -> bytes:
    """Build an event as AWS sends it."""
    return build(
        text_header(":event-type", name)
        + text_header(":content-type", "application/json")
        + text_header(":message-type", "event"),
        payload,
    )
