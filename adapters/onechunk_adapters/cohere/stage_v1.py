"""Other dialects' chunks as Cohere's v1 events, the last of which repeats the whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onechunk import (
    Choice,
    Chunk,
    Citation,
    FinishReason,
    Loss,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
)
from onechunk.events import Envelope, Growing
from onechunk.mapping import Object, is_object
from onechunk_adapters.cohere.mapping_v1 import USAGE_ROW
from onechunk_adapters.cohere.words import WORDS_V1

__all__ = ["Lines"]


class Lines:
    """Writes the lines of one answer.

    Args:
        envelope: Id of the stream, filled while it flows.
        alone: Write one chunk by itself.

    Attributes:
        losses: What was made up.
    """

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        self.losses: list[Loss] = []
        self._envelope = envelope
        self._alone = alone
        self._began = alone
        self._ended = False
        self._text = Growing()
        self._calls: list[Object] = []
        self._citations: list[Object] = []
        self._usage: Usage | None = None

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the payloads that say what *chunk* says."""
        return list(self._lines(chunk))

    def _lines(self, chunk: Chunk) -> Iterator[Object]:
        if not self._began:
            self._began = True
            yield _line("stream-start", generation_id=self._envelope.id)
        self._usage = chunk.usage or self._usage
        for choice in chunk.choices:
            for part in choice.parts:
                yield from self._part(part)
            if self._alone and self._calls:
                yield _line("tool-calls-generation", tool_calls=self._calls)
            if choice.finish is not None:
                yield from self._end(choice)
        if self._alone and self._usage is not None and not self._ended:
            meta: Object = {}
            self._count(meta)
            yield _line("stream-end", finished=True, response=meta)
        if chunk.done and not self._ended and not self._alone:
            path, reason = "$.choices[0].finish.reason", FinishReason.STOP
            self.losses.append(Loss("invented", path, reason.value))
            yield from self._end(Choice())

    def _part(self, part: Any) -> Iterator[Object]:
        match part:
            case Text(text) | Refusal(text):
                if text:
                    self._text.add(text)
                    yield _line("text-generation", text=text)
            case Reasoning(text):
                if text:
                    self._text.add(text)
                    yield _line("tool-calls-chunk", tool_call_delta={}, text=text)
            case ToolCall():
                arguments = part.arguments if is_object(part.arguments) else {}
                # All calls are one event, before the end.
                self._calls.append({"name": part.name or "", "parameters": arguments})
            case Citation(start=int(), end=int()) if part.references:
                said = self._cite(part)
                self._citations.append(said)
                yield _line("citation-generation", citations=[said])
            case _:
                pass

    def _cite(self, part: Citation) -> Object:
        """Return a citation, which is a passage and the names of what it rests on."""
        return {
            "start": part.start,
            "end": part.end,
            "text": self._text.passage(part.start, part.end),
            "document_ids": [str(each) for each in part.references or ()],
        }

    def _end(self, choice: Choice) -> Iterator[Object]:
        if self._ended:
            return
        self._ended = True
        if self._calls and not self._alone:
            yield _line("tool-calls-generation", tool_calls=self._calls)
        reason = FinishReason.STOP if choice.finish is None else choice.finish.reason
        word = WORDS_V1[reason]
        if reason is FinishReason.STOP and choice.stop is not None:
            word = "STOP_SEQUENCE"
        response: Object = {"generation_id": self._envelope.id, "text": self._text.whole()}
        said = {"tool_calls": self._calls, "citations": self._citations}
        response |= {key: value for key, value in said.items() if value}
        response["finish_reason"] = word
        self._count(response)
        yield _line("stream-end", finished=True, finish_reason=word, response=response)

    def _count(self, response: Object) -> None:
        if self._usage is not None:
            write: Any = USAGE_ROW.write_away
            write(self._usage, response, {})


def _line(kind: str, *, finished: bool = False, **said: Any) -> Object:
    return {"is_finished": finished, "event_type": kind, **said}
