"""Framing: bytes into frames and back, without I/O."""

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, Splitter
from onechunk._framing._detect import FRAMINGS, AutoSplitter, make_splitter
from onechunk._framing._ndjson import NDJSONSplitter
from onechunk._framing._sse import SSESplitter
from onechunk._framing._write import write_comment_sse, write_ndjson, write_sse

__all__ = [
    "DEFAULT_FRAME_LIMIT",
    "FRAMINGS",
    "AutoSplitter",
    "Frame",
    "FrameError",
    "NDJSONSplitter",
    "SSESplitter",
    "Splitter",
    "make_splitter",
    "write_comment_sse",
    "write_ndjson",
    "write_sse",
]
