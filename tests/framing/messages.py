"""AWS event stream messages, and what each of them is read as."""

import base64
import struct

from onechunk._framing import Frame
from tests.support.aws_messages import build, build_event, text_header

TYPE = text_header(":content-type", "application/json")
EVENT = text_header(":message-type", "event")
EXCEPTION = text_header(":message-type", "exception")
ERROR = text_header(":message-type", "error")


def header(name: str, kind: int, value: bytes) -> bytes:
    """Build a header of any type from its encoded value."""
    return bytes([len(name)]) + name.encode() + bytes([kind]) + value


def wrap(inner: bytes, padding: str = "") -> bytes:
    """Build the payload of a model's own event."""
    return b'{"bytes":"' + base64.b64encode(inner) + b'"' + padding.encode() + b"}"


A = text_header(":event-type", "a")
CHUNK = text_header(":event-type", "chunk") + TYPE + EVENT
ALL_TYPES = (
    ("yes", 0, True),
    ("no", 1, False),
    ("byte", 2, -1),
    ("short", 3, -2),
    ("integer", 4, 2**31 - 1),
    ("long", 5, -(2**63)),
    ("bytes", 6, b"\x00\xff"),
    ("text", 7, "é"),
    ("time", 8, 1_700_000_000_000),
    ("uuid", 9, bytes(range(16))),
)
ALL_TYPES_BYTES = b"".join(
    [
        header("yes", 0, b""),
        header("no", 1, b""),
        header("byte", 2, b"\xff"),
        header("short", 3, b"\xff\xfe"),
        header("integer", 4, b"\x7f\xff\xff\xff"),
        header("long", 5, b"\x80" + bytes(7)),
        header("bytes", 6, b"\x00\x02\x00\xff"),
        header("text", 7, b"\x00\x02\xc3\xa9"),
        header("time", 8, struct.pack(">q", 1_700_000_000_000)),
        header("uuid", 9, bytes(range(16))),
    ]
)

# A message, and what is read; all of these are written again as the same bytes.
SAME: dict[str, tuple[bytes, bytes | Frame]] = {
    "event": (build_event("a", b'{"b":1}'), b'{"a":{"b":1}}'),
    "white space in the payload": (build_event("a", b'{"b": 1.50}'), b'{"a":{"b": 1.50}}'),
    "name that needs escapes": (build_event('é"\\', b"{}"), '{"é\\"\\\\":{}}'.encode()),
    "payload of another kind": (build_event("a", b"[1]"), b'{"a":[1]}'),
    "chunk": (build(CHUNK, wrap(b'{"b":1}')), Frame(b'{"b":1}', field="bytes")),
    "chunk of nothing": (build(CHUNK, wrap(b"")), Frame(b"", field="bytes")),
    "chunk of no JSON": (build(CHUNK, wrap(b"\xff\n")), Frame(b"\xff\n", field="bytes")),
    "chunk of bad base64": (build(CHUNK, b'{"bytes":"a"}'), b'{"chunk":{"bytes":"a"}}'),
    "chunk without bytes": (build(CHUNK, b'{"p":"a"}'), b'{"chunk":{"p":"a"}}'),
    "chunk with more": (
        build(CHUNK, b'{"bytes":"e30=","c":1}'),
        b'{"chunk":{"bytes":"e30=","c":1}}',
    ),
    "chunk with odd padding": (
        build(CHUNK, b'{"bytes":"e30=","p":1}'),
        b'{"chunk":{"bytes":"e30=","p":1}}',
    ),
    "chunk of another kind": (build(CHUNK, b'["bytes"]'), b'{"chunk":["bytes"]}'),
    "exception": (
        build(text_header(":exception-type", "slowDown") + TYPE + EXCEPTION, b'{"message":"b"}'),
        Frame(b'{"slowDown":{"message":"b"}}', field="exception"),
    ),
    "error": (
        build(text_header(":error-code", "a") + text_header(":error-message", "b\n") + ERROR),
        Frame(b'{"error":{"code":"a","message":"b\\n"}}', field="error-message"),
    ),
    "error without a message": (
        build(text_header(":error-code", "a") + ERROR),
        Frame(b'{"error":{"code":"a"}}', field="error-message"),
    ),
    "error with a payload": (
        build(text_header(":error-code", "a") + ERROR, b"{}"),
        Frame(b'{"error":{"code":"a","payload":{}}}', field="error-message"),
    ),
    "more headers": (
        build(A + TYPE + EVENT + ALL_TYPES_BYTES, b"{}"),
        Frame(b'{"a":{}}', headers=ALL_TYPES),
    ),
    "another content type": (
        build(A + text_header(":content-type", "text/plain") + EVENT, b"1"),
        Frame(b'{"a":1}', headers=((":content-type", 7, "text/plain"),)),
    ),
    "chunk with a header": (
        build(CHUNK + header("b", 0, b""), wrap(b"{}")),
        Frame(b"{}", field="bytes", headers=(("b", 0, True),)),
    ),
    "exception with a header": (
        build(text_header(":exception-type", "a") + TYPE + EXCEPTION + text_header("b", ""), b"{}"),
        Frame(b'{"a":{}}', field="exception", headers=(("b", 7, ""),)),
    ),
    "error with a header": (
        build(text_header(":error-code", "a") + ERROR + TYPE),
        Frame(
            b'{"error":{"code":"a"}}',
            field="error-message",
            headers=((":content-type", 7, "application/json"),),
        ),
    ),
}  # fmt: skip

# Of these, what is written says the same in other bytes.
OTHERWISE: dict[str, tuple[bytes, bytes | Frame]] = {
    "no payload": (build_event("a", b""), b'{"a":{}}'),
    "headers in another order": (build(EVENT + TYPE + A, b"{}"), b'{"a":{}}'),
    "no content type": (build(A + EVENT, b"{}"), b'{"a":{}}'),
    "padded chunk": (
        build(CHUNK, wrap(b"{}", padding=',"p":"abc"')),
        Frame(b"{}", field="bytes"),
    ),
    "padding before": (build(CHUNK, b'{"p":"", "bytes": "e30="}'), Frame(b"{}", field="bytes")),
}
CASES = {**SAME, **OTHERWISE}
