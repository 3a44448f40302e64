"""What Cohere's v2 events repeat: the passage that a citation supports."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Chunk, Citation, Json, Reasoning, Text, ToolCall
from onechunk.events import Growing, StreamMemory
from onechunk.mapping import Object, is_object

__all__ = ["PassageMemory"]

PLAN: Final = "PLAN"


class PassageMemory(StreamMemory):
    """Replaces the passage of a citation by a mark, and writes it as it was streamed."""

    # All that passages are taken from is remembered.
    plain: frozenset[type[Any]] = frozenset({ToolCall})

    def __init__(self) -> None:
        super().__init__(calls="index")
        self._texts: dict[int | str, Growing] = {}

    def read(self, chunk: Chunk) -> None:
        """Take the passage out of a citation's residue where it is what was streamed."""
        own = chunk.id
        super().read(chunk)
        if chunk.extra.get("type") == "message-start":
            # Only this event has a place for an id.
            chunk.id = own
        self._listen(chunk)
        said = _citation(chunk.extra)
        if said is None:
            return
        found = self._find(chunk, said)
        if found is not None and found[0].is_passage(said.get("text"), *found[1:]):
            said["text"] = DERIVED

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put the passage back as it was written."""
        self._listen(chunk)
        said, written = _citation(chunk.extra), _citation(payload)
        if said is None or written is None or said.get("text") is not DERIVED:
            return
        found = self._find(chunk, said)
        written["text"] = "" if found is None else found[0].passage(*found[1:])

    def _listen(self, chunk: Chunk) -> None:
        plan = chunk.extra.get("type") == "tool-plan-delta"
        for choice in chunk.choices:
            for part in choice.parts:
                if isinstance(part, Text | Reasoning):
                    place = PLAN if plan else part.block or 0
                    self._texts.setdefault(place, Growing()).add(part.text)

    def _find(self, chunk: Chunk, said: Object) -> tuple[Growing, int | None, int | None] | None:
        """Return the text that a citation speaks of, and its offsets."""
        for choice in chunk.choices:
            for part in choice.parts:
                if isinstance(part, Citation):
                    place = PLAN if said.get("type") == PLAN else part.block or 0
                    text = self._texts.get(place)
                    return None if text is None else (text, part.start, part.end)
        return None


def _citation(payload: Object) -> Object | None:
    value: Any = payload if payload.get("type") == "citation-start" else None
    for key in ("delta", "message", "citations"):
        value = value.get(key) if is_object(value) else None
    return value if is_object(value) else None
