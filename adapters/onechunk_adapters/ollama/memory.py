"""What Ollama's lines leave to those before them."""

from __future__ import annotations

from onechunk import Chunk
from onechunk.events import StreamMemory

__all__ = ["CallMemory"]


class CallMemory(StreamMemory):
    """Counts the calls and tells by them why the answer ended."""

    def __init__(self) -> None:
        super().__init__(calls="come", tells=True)

    def read(self, chunk: Chunk) -> None:
        """Give the calls their numbers; a line without a model, which is an error, stays so."""
        model = chunk.model
        super().read(chunk)
        chunk.model = model
