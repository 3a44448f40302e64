"""What Cohere's bodies that come whole repeat: passages, and the answer in the conversation."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Choice, Chunk, Citation, Json, Reasoning, Text
from onechunk.events import Growing, StreamMemory
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.cohere.copies import Copies
from onechunk_adapters.cohere.mapping_whole import is_plan

__all__ = ["BodyMemory", "BodyMemoryV1"]

PLAN: Final = "PLAN"


class BodyMemory(StreamMemory):
    """Replaces the passages of citations by marks, and writes them as they stand in the answer."""

    plain: frozenset[type[Any]] = frozenset()

    def __init__(self) -> None:
        super().__init__(calls="each")

    def read(self, chunk: Chunk) -> None:
        """Take a passage out of a citation's residue where it is what the answer says."""
        super().read(chunk)
        for choice in chunk.choices:
            for part, text in _cited(choice):
                if text.is_passage(part.extra.get("text"), part.start, part.end):
                    part.extra["text"] = DERIVED

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put passages back as they stand in the answer now."""
        message: Json = payload.get("message")
        for choice in chunk.choices:
            cited = _cited(choice)
            # The list is that of the parts; where there are none it may be anything.
            for (part, text), target in zip(
                cited, message["citations"] if cited else (), strict=True
            ):
                if part.extra.get("text") is DERIVED:
                    target["text"] = text.passage(part.start, part.end)


def _cited(choice: Choice) -> list[tuple[Citation, Growing]]:
    """Return the citations, each with the text that it speaks of."""
    texts: dict[int | str | None, Growing] = {}
    first: int | None = None
    for part in choice.parts:
        if isinstance(part, Text | Reasoning):
            if isinstance(part, Text) and first is None:
                first = part.block
            place = PLAN if is_plan(part) else part.block
            texts.setdefault(place, Growing()).add(part.text)
    found: list[tuple[Citation, Growing]] = []
    for part in choice.parts:
        if isinstance(part, Citation):
            place = first if part.block is None else part.block
            place = PLAN if part.extra.get("type") == PLAN else place
            found.append((part, texts.get(place, Growing())))
    return found


class BodyMemoryV1(StreamMemory):
    """Does the same for v1, whose conversation ends with the answer; calls tell why it ended."""

    plain: frozenset[type[Any]] = frozenset()

    def __init__(self) -> None:
        super().__init__(calls="each", tells=True)

    def read(self, chunk: Chunk) -> None:
        """Mark what repeats the answer."""
        super().read(chunk)
        said = _said(chunk)
        for part in _citations(chunk):
            if said.text.is_passage(part.extra.get("text"), part.start, part.end):
                part.extra["text"] = DERIVED
        last = _last(chunk.extra.get(_HISTORY))
        if last is not None:
            said.mark_text(last, "message")
            said.mark_calls(last)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put what is written where the marks are."""
        said = _said(chunk)
        cited = _citations(chunk)
        for part, target in zip(cited, payload["citations"] if cited else (), strict=True):
            if part.extra.get("text") is DERIVED:
                target["text"] = said.text.passage(part.start, part.end)
        history: Json = chunk.extra.get(_HISTORY)
        last = _last(history)
        if last is not None:
            filled = {**last}
            for key in ("message", "tool_calls"):
                said.fill(filled, key, last.get(key))
            # Residue is shared with the chunk: what is written into it must be a copy.
            payload[_HISTORY] = [*history[:-1], filled]


_HISTORY: Final = "chat_history"


def _said(chunk: Chunk) -> Copies:
    said = Copies()
    said.add(chunk.choices[:1])
    return said


def _citations(chunk: Chunk) -> list[Citation]:
    return [part for choice in chunk.choices for part in choice.parts if isinstance(part, Citation)]


def _last(history: Json) -> Object | None:
    """Return the end of a conversation if it is the model's."""
    last: Json = history[-1] if is_list(history) and history else None
    return last if is_object(last) and last.get("role") == "CHATBOT" else None
