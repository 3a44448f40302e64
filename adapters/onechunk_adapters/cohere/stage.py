"""Other dialects' chunks as Cohere's v2 events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Error,
    FinishReason,
    Loss,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
)
from onechunk.events import Block, Blocks, Envelope
from onechunk.mapping import Manner, Object, Table, make_writer
from onechunk_adapters.cohere.citations import ROWS
from onechunk_adapters.cohere.logprobs import said_away
from onechunk_adapters.cohere.mapping import USAGE_ROW, write_error
from onechunk_adapters.cohere.words import WORDS

__all__ = ["Events"]

_write_citation = make_writer(Table(Citation, ROWS), Manner(away=True, residue=False))


class Events(Blocks):
    """Writes the events of one message; contents, calls and citations are counted apart."""

    kinds = frozenset({Text, Reasoning, ToolCall, Citation})

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        super().__init__(envelope, alone=alone)
        self._contents = self._calls = self._citations = 0
        self._number = 0
        # The text that was said last.
        self._text: int | None = None
        self._error: Error | None = None
        self._usage: Usage | None = None
        self._finished = False

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the payloads that say what *chunk* says; only the end says an error."""
        if chunk.error is not None:
            self._error = chunk.error
            chunk = evolve(chunk, error=None)
        return super().feed(chunk)

    def begin(self, role: str) -> Iterable[Object]:
        """Open the message."""
        message: Object = {
            "role": role,
            "content": [],
            "tool_plan": "",
            "tool_calls": [],
            "citations": [],
        }
        yield {"type": "message-start", "id": self.envelope.id, "delta": {"message": message}}

    def open(self, block: Block) -> Iterable[Object]:
        """Open a content or a call."""
        if block.kind is ToolCall:
            self._number = block.count if self.alone else self._calls
            self._calls += 1
            function = {"name": block.head.name or "", "arguments": ""}
            call = {"id": block.head.id, "type": "function", "function": function}
            yield _event("tool-call-start", self._number, tool_calls=call)
            return
        self._number = block.number if self.alone else self._contents
        self._contents += 1
        kind = "thinking" if block.kind is Reasoning else "text"
        self._text = self._number if block.kind is Text else self._text
        yield _event("content-start", self._number, content={"type": kind, kind: ""})

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say more of a content or a call."""
        if self.alone:
            self._number = block.count if block.kind is ToolCall else block.number
        if isinstance(part, ToolCall):
            if part.arguments:
                function = {"arguments": part.arguments}
                yield _event("tool-call-delta", self._number, tool_calls={"function": function})
        elif isinstance(part, Reasoning):
            yield _event("content-delta", self._number, content={"thinking": part.text})
        else:
            for piece, logprobs in self._pieces(part, choice):
                out = _event("content-delta", self._number, content={"text": piece})
                if logprobs is not None:
                    out["logprobs"] = logprobs
                yield out

    def close(self, block: Block) -> Iterable[Object]:
        """Close a content or a call."""
        name = "tool-call-end" if block.kind is ToolCall else "content-end"
        yield {"type": name, "index": self._number}

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the message ended, what it used, and what went wrong."""
        reason = FinishReason.STOP if choice.finish is None else choice.finish.reason
        word = WORDS[reason]
        if reason is FinishReason.STOP and choice.stop is not None:
            word = "STOP_SEQUENCE"
        yield self._end_with({"finish_reason": word}, usage)

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say the usage alone, or keep it for the end."""
        if self.alone:
            yield self._end_with({}, usage)
        else:
            self._usage = usage

    def end(self) -> Iterable[Object]:
        """End a message of which nobody said why it ended."""
        if not self._finished and not self.alone:
            path = "$.choices[0].finish.reason"
            self.losses.append(Loss("invented", path, FinishReason.STOP.value))
            yield self._end_with({"finish_reason": WORDS[FinishReason.STOP]}, self._usage)

    def _end_with(self, delta: Object, usage: Usage | None) -> Object:
        self._finished = True
        if self._error is not None:
            write_error(self._error, delta, {})
        if usage is not None:
            write: Any = USAGE_ROW.write_away
            write(usage, delta, {})
        return {"type": "message-end", "delta": delta}

    def _part(self, part: Any, choice: Choice) -> list[Object]:
        if isinstance(part, Citation):
            return list(self._cite(part))
        silent = isinstance(part, Text | Refusal | Reasoning) and not part.text
        if silent and (isinstance(part, Reasoning) or (choice.logprobs is None and not self.alone)):
            # An empty content, or a signature alone, would be a content of its own.
            return []
        return super()._part(part, choice)

    def _cite(self, part: Citation) -> Iterable[Object]:
        """Say a citation, which stands beside the contents."""
        number = self._citations
        self._citations += 1
        said = _write_citation(part)
        if not self.alone:
            said.pop("content_index", None)
            if self._text is not None:
                said["content_index"] = self._text
        said["type"] = "TEXT_CONTENT"
        yield _event("citation-start", number, citations=said)
        yield {"type": "citation-end", "index": number}

    def _pieces(self, part: Any, choice: Choice) -> list[tuple[str, Object | None]]:
        """Return a text, or its tokens with their logprobs; these stand on the first text."""
        first = next((each for each in choice.parts if isinstance(each, Text)), part)
        if choice.logprobs is None or part is not first:
            return [(part.text, None)]
        said = said_away(choice.logprobs, part.text)
        if said is None:
            if choice.logprobs.content:
                path = "$.choices[0].logprobs.content"
                self.losses.append(Loss("dropped", path, None))
            return [(part.text, None)]
        return [*said]


def _event(kind: str, index: int, **message: Any) -> Object:
    return {"type": kind, "index": index, "delta": {"message": message}}
