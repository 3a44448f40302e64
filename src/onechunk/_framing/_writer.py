"""What frames the payloads of one stream."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from onechunk._frame import Frame
from onechunk._framing._write import (
    BETWEEN,
    CLOSING,
    OPENING,
    escape_lines,
    write_json_array,
    write_ndjson,
    write_sse,
)
from onechunk._framing._write_eventstream import write_event_stream

__all__ = ["Writer", "make_writer"]

_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")

Write = Callable[[bytes, Frame | None], bytes]


def _write_line(data: bytes, frame: Frame | None) -> bytes:
    """Write a line of JSON; what came as something else, such as a mark, goes as it came.

    Text behind a mark may have come in several lines of one event: here a line is an event.
    """
    as_it_came = frame is not None and frame.data is not None
    data = data.translate(_ONE_LINE) if as_it_came else escape_lines(data)
    return write_ndjson(data, frame)


_WRITERS: Final[dict[str, Write]] = {
    "eventstream": write_event_stream,
    "json_array": write_json_array,
    "ndjson": _write_line,
    "sse": write_sse,
}
"""Framing to what writes one frame of it."""


class Writer:
    """A framing's writer, with what it puts before, between and behind the frames."""

    __slots__ = ("_before", "_between", "_closing", "_write", "began")

    def __init__(self, framing: str, write: Write) -> None:
        self._before = OPENING.get(framing, b"")
        self._between = BETWEEN.get(framing, b"")
        self._closing = CLOSING.get(framing, b"")
        self._write = write
        self.began = False

    def __call__(self, data: bytes, frame: Frame | None) -> bytes:
        out = self._before + self._write(data, frame)
        self._before = self._between
        self.began = True
        return out

    def close(self) -> bytes:
        """Return what ends the body."""
        return self._closing if self.began else b""


def make_writer(framing: str, *, wrapped: bool) -> Writer:
    """Return a writer for one stream.

    Args:
        framing: One of `FRAMINGS`.
        wrapped: As for `write_event_stream`.
    """
    write = _WRITERS[framing]
    if framing == "eventstream":
        write = partial(write_event_stream, wrapped=wrapped)
    return Writer(framing, write)
