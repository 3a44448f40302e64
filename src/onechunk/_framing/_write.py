"""Frames into bytes: what the splitters read back as the same frames."""

import re
from collections.abc import Iterable
from typing import Final

from onechunk._frame import Frame
from onechunk._framing._lines import CR, LF

# What a body has before its first frame, between two, and behind the last.
OPENING: Final = {"eventstream": b"", "json_array": b"[", "ndjson": b"", "sse": b""}
BETWEEN: Final = {"eventstream": b"", "json_array": b",\r\n", "ndjson": b"", "sse": b""}
CLOSING: Final = {"eventstream": b"", "json_array": b"]", "ndjson": b"", "sse": b""}

# NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR; all other line ends are escaped in JSON anyway.
_LINE_ENDS: Final = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]")


def write_sse(data: bytes, frame: Frame | None = None) -> bytes:
    """Write one server-sent event.

    Args:
        data: The payload, or the value of `frame.field` alone. Its line ends part it into several
            lines.
        frame: What stands around the payload; its own data is not looked at.

    Raises:
        ValueError: A text of the frame holds a line end, or a surrogate that no splitter made.
    """
    head = b"" if frame is None else _write_head(frame)
    if frame is not None and frame.bare:
        return head + data + b"\n"
    name = b"data: "
    # Fields of other framings say nothing here.
    if frame is not None and frame.field == "error":
        name = b"error: "
    if LF in data or CR in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\n" + name)
    return head + name + data + b"\n\n"


def write_comment_sse(comments: Iterable[str], unknown: Iterable[str] = ()) -> bytes:
    """Write comments, and lines without a field, that stand alone; nothing if there are none.

    Raises:
        ValueError: As `write_sse` does.
    """
    lines = b"".join([_write_line(":", comment) for comment in comments])
    lines += b"".join([_write_line("", line) for line in unknown])
    return lines + b"\n" if lines else b""


def write_ndjson(data: bytes, frame: Frame | None = None) -> bytes:  # noqa: ARG001 - as write_sse
    """Write one JSON text and a line end; what a frame says around the text has no place here.

    Args:
        data: JSON, preferably compact: a text with line ends is read back as one, but only by
            readers that count brackets.
        frame: Not looked at.
    """
    return data + b"\n"


def escape_lines(data: bytes) -> bytes:
    """Return JSON text whose strings hold nothing that a careless reader takes for a line end.

    Some clients cut lines wherever Unicode sees an end of one, and not only at LF.
    """
    if data.isascii():
        return data
    return _LINE_ENDS.sub(lambda end: f"\\u{ord(end[0].decode()):04x}".encode(), data)


def write_json_array(data: bytes, frame: Frame | None = None) -> bytes:  # noqa: ARG001 - as write_sse
    """Write one element and a line end; `OPENING`, `BETWEEN` and `CLOSING` make it an array.

    Args:
        data: JSON.
        frame: Not looked at.
    """
    return data + b"\n"


def _write_head(frame: Frame) -> bytes:
    head = b"".join([_write_line(":", comment) for comment in frame.comments])
    head += b"".join([_write_line("", line) for line in frame.unknown])
    if frame.event is not None:
        head += _write_line("event: ", frame.event)
    if frame.id is not None:
        head += _write_line("id: ", frame.id)
    if frame.retry is not None:
        head += _write_line("retry: ", frame.retry)
    return head


def _write_line(start: str, text: str) -> bytes:
    # A line end inside would let the text write fields, or events, of its own.
    if "\n" in text or "\r" in text:
        raise ValueError(f"a line end cannot stand in {start}{text!r}")
    return f"{start}{text}\n".encode("utf-8", "surrogateescape")
