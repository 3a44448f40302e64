"""Framing: bytes into frames and back, without I/O."""

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, Splitter
from onechunk._framing._array import JSONArraySplitter
from onechunk._framing._detect import FRAMINGS, AutoSplitter, make_splitter
from onechunk._framing._eventstream import EventStreamSplitter
from onechunk._framing._ndjson import NDJSONSplitter
from onechunk._framing._sse import SSESplitter
from onechunk._framing._write import (
    BETWEEN,
    CLOSING,
    OPENING,
    escape_lines,
    write_comment_sse,
    write_json_array,
    write_ndjson,
    write_sse,
)
from onechunk._framing._write_eventstream import write_event_stream
from onechunk._framing._writer import make_writer

__all__ = [
    "BETWEEN",
    "CLOSING",
    "DEFAULT_FRAME_LIMIT",
    "FRAMINGS",
    "OPENING",
    "AutoSplitter",
    "EventStreamSplitter",
    "Frame",
    "FrameError",
    "JSONArraySplitter",
    "NDJSONSplitter",
    "SSESplitter",
    "Splitter",
    "escape_lines",
    "make_splitter",
    "make_writer",
    "write_comment_sse",
    "write_event_stream",
    "write_json_array",
    "write_ndjson",
    "write_sse",
]
