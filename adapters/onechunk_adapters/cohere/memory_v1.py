"""What a v1 stream repeats: calls that came in pieces, passages, and the whole answer."""

from __future__ import annotations

from typing import Any

from onechunk import DERIVED, Choice, Chunk, Citation, Json, Reasoning, ToolCall
from onechunk.events import StreamMemory
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.cohere.copies import Copies

__all__ = ["ResponseMemory"]


class ResponseMemory(StreamMemory):
    """Replaces what is repeated by marks, and writes it as it was streamed."""

    # All that is repeated is remembered.
    plain: frozenset[type[Any]] = frozenset()

    def __init__(self) -> None:
        super().__init__(calls="index", tells=True)
        self._said = Copies()
        # Calls and citations as events listed them.
        self._listed: dict[str, list[Json]] = {"tool_calls": [], "citations": []}

    def read(self, chunk: Chunk) -> None:
        """Mark what repeats what came before; calls that came in pieces are no calls again."""
        kind = chunk.extra.get("event_type")
        if kind == "tool-calls-generation":
            for choice in chunk.choices:
                self._take_copies(choice, chunk.extra)
                self._said.number(choice)
            chunk.choices = [choice for choice in chunk.choices if choice.parts]
        own = chunk.id
        super().read(chunk)
        if kind == "stream-start":
            # Only this event has a place for an id.
            chunk.id = own
        self._said.add(chunk.choices)
        for part in _citations(chunk):
            text = part.extra.get("text")
            if self._said.text.is_passage(text, part.start, part.end):
                part.extra["text"] = DERIVED
            self._said.citations.append(_wire_form(part, text))
        if kind == "stream-end":
            for holder, keys in _places(chunk.extra.get("response")):
                self._mark(holder, keys)
            _mark_finish(chunk)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put what was written where *chunk* has marks."""
        said = self._said
        said.add(chunk.choices)
        kind = chunk.extra.get("event_type")
        if kind == "tool-calls-generation":
            if chunk.extra.get("text") is DERIVED:
                payload["text"] = said.text.whole()
            said.fill(payload, "tool_calls", chunk.extra.get("tool_calls"))
        for number, part in enumerate(_citations(chunk)):
            text = part.extra.get("text")
            if text is DERIVED:
                text = said.text.passage(part.start, part.end)
                payload["citations"][number]["text"] = text
            said.citations.append(_wire_form(part, text))
        if kind in {"tool-calls-generation", "citation-generation"}:
            for key, listed in self._listed.items():
                found: Json = payload.get(key)
                listed.extend(found if is_list(found) else [])
        response = chunk.extra.get("response")
        if kind == "stream-end" and is_object(response) and is_object(payload.get("response")):
            self._write_response(payload, response)

    def _take_copies(self, choice: Choice, extra: Object) -> None:
        """Move to the residue what was streamed before."""
        calls = [part for part in choice.parts if isinstance(part, ToolCall)]
        if calls and self._said.called:
            choice.parts = [part for part in choice.parts if not isinstance(part, ToolCall)]
            extra["tool_calls"] = [_call(part) for part in calls]
            self._said.mark_calls(extra)
        for part in [part for part in choice.parts if isinstance(part, Reasoning)]:
            if self._said.text.is_whole(part.text):
                extra["text"] = DERIVED
            elif self._said.planned:
                extra["text"] = part.text
            else:
                continue
            choice.parts.remove(part)

    def _mark(self, holder: Object, keys: tuple[str, ...]) -> None:
        for key in keys:
            if key == "tool_calls":
                self._said.mark_calls(holder)
            elif key == "citations":
                self._said.mark_citations(holder)
            else:
                self._said.mark_text(holder, key)

    def _write_response(self, payload: Object, stood: Object) -> None:
        written: Object = payload["response"]
        if stood.get("finish_reason") is DERIVED:
            written["finish_reason"] = payload.get("finish_reason")
        if stood.get("text") is DERIVED:
            written["text"] = self._said.text.whole()
        for key in ("tool_calls", "citations"):
            self._said.fill(written, key, stood.get(key))
            if stood.get(key) is DERIVED and self._listed[key]:
                written[key] = self._listed[key]
        for key in ("chat_history", "generations"):
            entries = written.get(key)
            if is_list(entries) and entries:
                # Residue is shared with the chunk: what is written into it must be a copy.
                written[key] = [self._entry(entry) for entry in entries]

    def _entry(self, entry: Json) -> Json:
        if not is_object(entry):
            return entry
        out = {**entry}
        for key in ("text", "message", "tool_calls"):
            self._said.fill(out, key, entry.get(key))
        return out


def _places(response: Json) -> list[tuple[Object, tuple[str, ...]]]:
    """Return the objects of the last event that repeat the answer, and their keys."""
    if not is_object(response):
        return []
    places: list[tuple[Object, tuple[str, ...]]] = [(response, ("text", "tool_calls", "citations"))]
    generations, history = response.get("generations"), response.get("chat_history")
    if is_list(generations):
        places += [(each, ("text",)) for each in generations if is_object(each)]
    last = history[-1] if is_list(history) and history else None
    if is_object(last) and last.get("role") == "CHATBOT":
        places.append((last, ("message", "tool_calls")))
    return places


def _mark_finish(chunk: Chunk) -> None:
    response = chunk.extra.get("response")
    for choice in chunk.choices:
        raw = choice.finish and choice.finish.raw
        if is_object(response) and raw and response.get("finish_reason") == raw:
            response["finish_reason"] = DERIVED


def _citations(chunk: Chunk) -> list[Citation]:
    return [part for choice in chunk.choices for part in choice.parts if isinstance(part, Citation)]


def _wire_form(part: Citation, text: Json) -> Object:
    """Return a citation as the last event repeats it."""
    said = {"start": part.start, "end": part.end, "text": text, "document_ids": part.references}
    return {key: value for key, value in said.items() if value is not None}


def _call(part: ToolCall) -> Object:
    """Return a call as it stood."""
    said = {"name": part.name, "parameters": part.arguments}
    return {**part.extra, **{key: value for key, value in said.items() if value is not None}}
