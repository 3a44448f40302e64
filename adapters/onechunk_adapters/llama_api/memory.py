"""Which call a fragment belongs to."""

from __future__ import annotations

from typing import Any

from onechunk import Chunk, Json, Text, ToolCall

__all__ = ["CallMemory"]


class CallMemory:
    """Counts calls, which have no number: one begins with an id, or a name, that is news.

    An id that comes again and a name that comes late belong to the call that goes on.
    """

    plain: frozenset[type[Any]] = frozenset({Text, ToolCall})

    def __init__(self) -> None:
        self.version = 0
        self._count = 0
        self._id: str | None = None
        self._named = False

    def read(self, chunk: Chunk) -> None:
        """Give every call its number."""
        for choice in chunk.choices:
            for part in choice.parts:
                if type(part) is ToolCall:
                    self._number(part)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Do nothing: numbers have no place on the wire."""

    def _number(self, call: ToolCall) -> None:
        if self._begins(call):
            self._count += 1
            self._id, self._named = call.id, False
            self.version += 1
        if self._id is None:
            self._id = call.id
        self._named = self._named or call.name is not None
        call.index = self._count - 1

    def _begins(self, call: ToolCall) -> bool:
        if not self._count:
            return True
        if call.id is not None and self._id is not None:
            return call.id != self._id
        return call.name is not None and self._named
