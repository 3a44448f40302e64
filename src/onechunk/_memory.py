"""What a decoder remembers of one stream, so that its chunks need no memory of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from onechunk._chunk import Choice, Chunk
from onechunk._finish import FinishReason
from onechunk._marks import Json
from onechunk._parts import Other, Reasoning, Text, ToolCall

__all__ = ["Memory", "StreamMemory"]


class Memory(Protocol):
    """State of one stream; one object reads it, another writes it home.

    Attributes:
        plain: Classes of parts that go on as the last of their class did: `read` does to them what
            it did before, until `version` changes, and `write` nothing.
        version: Changes whenever `read` would do something else to what is plain.
    """

    plain: frozenset[type[Any]]
    version: int

    def read(self, chunk: Chunk) -> None:
        """Complete *chunk* by what the stream said before."""

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put into *payload* what repeats what was written before."""


class StreamMemory:
    """Carries on what only one event of a stream says.

    Args:
        calls: How tool calls are told apart: by the `block` they stand in, as they `come`, by an
            `index` of the wire's own, or not at all, since `each` is whole.
        tells: True if no finish word says that tools are called, but that calls came.
    """

    plain: frozenset[type[Any]] = frozenset({Text, Reasoning, ToolCall})

    def __init__(
        self, *, calls: Literal["block", "come", "each", "index"] = "block", tells: bool = False
    ) -> None:
        self.version = 0
        self._by_block = calls == "block"
        self._by_index = calls == "index"
        self._each = calls == "each"
        self._tells = tells
        self._id: str | None = None
        self._model: str | None = None
        self._counts: dict[int, int] = {}
        self._blocks: dict[int, int | None] = {}

    def read(self, chunk: Chunk) -> None:
        """Give the chunk the stream's id and model, and its calls their numbers."""
        if chunk.id is None:
            chunk.id = self._id
        elif chunk.id != self._id:
            self._id = chunk.id
            self.version += 1
        if chunk.model is None:
            chunk.model = self._model
        elif chunk.model != self._model:
            self._model = chunk.model
            self.version += 1
        for choice in chunk.choices:
            for number, part in enumerate(choice.parts):
                if type(part) is ToolCall:
                    choice.parts[number] = self._call(choice.index or 0, part)
                elif type(part) is Other and part.block is not None:
                    self.disown(part.block)
            if choice.finish is not None and self._tells:
                self._finish(choice)

    def disown(self, block: int) -> None:
        """Note that a block is the server's own tool; its arguments are no client's business."""
        self._blocks[block] = None
        self.version += 1

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Do nothing: what was carried has no place on the wire."""

    def _call(self, choice: int, part: ToolCall) -> ToolCall | Other:
        head = self._each or part.id is not None or part.name is not None
        if self._by_index:
            self._counts[choice] = self._counts.get(choice, 0) + head
            return part
        if not self._by_block:
            if part.index is None or head:
                self._open(choice, part, head=head)
            return part
        block = part.block or 0
        if head:
            count = self._counts.get(choice, 0)
            self._blocks[block] = count
            self._counts[choice] = count + 1
            self.version += 1
        # A call whose head never came counts as its block does.
        index = self._blocks.get(block, block)
        if index is None:
            return Other(None, part.arguments, part.block)
        part.index = index
        return part

    def _open(self, choice: int, part: ToolCall, *, head: bool) -> None:
        count = self._counts.get(choice, 0)
        if head or count == 0:
            count += 1
            self._counts[choice] = count
            self.version += 1
        part.index = count - 1

    def _finish(self, choice: Choice) -> None:
        finish = choice.finish
        if finish is not None and finish.reason is FinishReason.STOP:
            calls = self._counts.get(choice.index or 0)
            finish.reason = FinishReason.TOOL_CALLS if calls else FinishReason.STOP


MakeMemory = Callable[[], Memory]
