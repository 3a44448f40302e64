"""What Ollama's lines leave to those before them, and what ends a body that comes whole."""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Chunk, Json
from onechunk.events import StreamMemory

__all__ = ["CallMemory", "WholeMemory"]


class CallMemory(StreamMemory):
    """Counts the calls and tells by them why the answer ended."""

    def __init__(self, *, calls: Literal["come", "each"] = "come") -> None:
        super().__init__(calls=calls, tells=True)

    def read(self, chunk: Chunk) -> None:
        """Give the calls their numbers; a line without a model, which is an error, stays so."""
        model = chunk.model
        super().read(chunk)
        chunk.model = model


class WholeMemory(CallMemory):
    """Gives a body its end mark where it is made of a stream, whose last line alone has one."""

    def __init__(self) -> None:
        super().__init__(calls="each")

    def read(self, chunk: Chunk) -> None:
        """Note where a body came without one."""
        super().read(chunk)
        chunk.extra.setdefault("done", UNSET)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Write whether the answer ended; an error that stands alone has no end."""
        if "done" not in chunk.extra and chunk.choices:
            payload["done"] = chunk.done
