"""What Anthropic's stream says only once."""

from __future__ import annotations

from attrs import evolve

from onechunk import Chunk, Usage
from onechunk.events import StreamMemory
from onechunk.mapping import carry_usage
from onechunk_adapters.anthropic.words import APART, USAGE

__all__ = ["UsageMemory"]


class UsageMemory(StreamMemory):
    """Carries usage on as well: later counts replace those of the start, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._usage: Usage | None = None

    def read(self, chunk: Chunk) -> None:
        """Complete the usage by what was said before."""
        super().read(chunk)
        usage = chunk.usage
        if usage is None:
            return
        if self._usage is not None and chunk.extra.get("type") != "message_start":
            carry_usage(usage, self._usage, USAGE, APART)
        self._usage = evolve(usage, extra={})
