"""The states of a stream as tables, and what of a chunk moves it from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from onechunk._chunk import Chunk
from onechunk._parts import Media, Part, Reasoning, Refusal, Text, ToolCall
from onechunk._problem import ProblemKind

__all__ = [
    "CHOICE",
    "STREAM",
    "ChoiceState",
    "StreamState",
    "chunk_says",
    "is_comment",
    "speaks",
]

StreamState = Literal["start", "open", "failed", "ended", "closed"]
ChunkSays = Literal["nothing", "usage", "data", "error", "end", "close"]
ChoiceState = Literal["open", "finished"]
ChoiceSays = Literal["parts", "finish", "end"]

STREAM: Final[Mapping[tuple[StreamState, ChunkSays], tuple[StreamState, ProblemKind | None]]] = {
    ("start", "nothing"): ("open", None),
    ("start", "usage"): ("open", None),
    ("start", "data"): ("open", None),
    ("start", "error"): ("failed", None),
    ("start", "end"): ("ended", None),
    ("start", "close"): ("closed", "empty"),
    ("open", "nothing"): ("open", None),
    ("open", "usage"): ("open", None),
    ("open", "data"): ("open", None),
    ("open", "error"): ("failed", None),
    ("open", "end"): ("ended", None),
    ("open", "close"): ("closed", "missing_end"),
    ("failed", "nothing"): ("failed", None),
    ("failed", "usage"): ("failed", None),
    ("failed", "data"): ("failed", "after_error"),
    ("failed", "error"): ("failed", "after_error"),
    ("failed", "end"): ("ended", None),
    ("failed", "close"): ("closed", "missing_end"),
    ("ended", "nothing"): ("ended", "after_end"),
    ("ended", "usage"): ("ended", "after_end"),
    ("ended", "data"): ("ended", "after_end"),
    ("ended", "error"): ("ended", "after_end"),
    ("ended", "end"): ("ended", "after_end"),
    ("ended", "close"): ("closed", None),
    ("closed", "nothing"): ("closed", "after_end"),
    ("closed", "usage"): ("closed", "after_end"),
    ("closed", "data"): ("closed", "after_end"),
    ("closed", "error"): ("closed", "after_end"),
    ("closed", "end"): ("closed", "after_end"),
    ("closed", "close"): ("closed", None),
}
"""State of a stream and what comes, to the next state and what is wrong with it.

A missing end is a problem only where the dialect has one, and behind an error only if that is a
mark, before which the counts may stand. At an end, and at the close where none came, every choice
is asked whether it finished.
"""

CHOICE: Final[Mapping[tuple[ChoiceState, ChoiceSays], tuple[ChoiceState, ProblemKind | None]]] = {
    ("open", "parts"): ("open", None),
    ("open", "finish"): ("finished", None),
    ("open", "end"): ("open", "missing_finish"),
    ("finished", "parts"): ("finished", "after_finish"),
    ("finished", "finish"): ("finished", "second_finish"),
    ("finished", "end"): ("finished", None),
}
"""The same for one choice, which is open from its first word on."""


def chunk_says(chunk: Chunk) -> ChunkSays:
    """Return what *chunk* is to the stream."""
    if chunk.done:
        return "end"
    if chunk.error is not None:
        return "error"
    if chunk.choices:
        return "data"
    return "nothing" if chunk.usage is None else "usage"


def speaks(part: Part) -> bool:
    """Say whether a part says anything: at least that a block, or a call, begins or goes on."""
    if isinstance(part, Text | Refusal):
        return bool(part.text) or part.block is not None
    if isinstance(part, Reasoning):
        said = part.text or part.signature or part.encrypted
        return bool(said) or part.block is not None
    if isinstance(part, ToolCall):
        return bool(part.id or part.name) or part.arguments is not None
    if isinstance(part, Media):
        return any((part.data, part.url, part.id, part.transcript))
    return True


def is_comment(chunk: Chunk) -> bool:
    """Say whether *chunk* is nothing that readers see: a comment, or a frame without data."""
    frame = chunk.frame
    if frame is None or chunk.done or chunk.choices:
        return False
    return frame.alone or (frame.data is not None and not frame.data.strip())
