"""Other dialects' chunks as Meta's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onechunk import Choice, Error, FinishReason, Text, ToolCall, Usage
from onechunk.events import Block, Blocks
from onechunk.mapping import Object
from onechunk_adapters.llama_api.metrics import metrics_of
from onechunk_adapters.llama_api.words import WORDS

__all__ = ["Chunks"]


class Chunks(Blocks):
    """Writes the chunks of one answer."""

    kinds = frozenset({Text, ToolCall})

    def begin(self, role: str) -> Iterable[Object]:
        """Begin the answer; there is no place for the role."""
        del role
        yield self._chunk("start")

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say more of a text or a call."""
        del block, choice  # there is no place for logprobs
        if type(part) is ToolCall:
            delta = _delta(part)
            if delta["function"] or "id" in delta:
                yield self._chunk("progress", delta)
        elif part.text:
            yield self._chunk("progress", {"type": "text", "text": part.text})

    def close(self, block: Block) -> Iterable[Object]:
        """Write nothing: a call ends where another thing begins."""
        del block
        return ()

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the answer ended, then what it used."""
        reason = FinishReason.STOP if choice.finish is None else choice.finish.reason
        yield self._chunk("complete", stop_reason=WORDS[reason])
        if usage is not None:
            yield from self.count(usage)

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say the usage, if anything of it has a name here."""
        if metrics := metrics_of(usage):
            yield self._chunk("metrics", metrics=metrics)

    def fail(self, error: Error) -> Iterable[Object]:
        """Say an error."""
        said: Object = {"message": error.message or ""}
        for key in ("type", "param", "code"):
            if (value := getattr(error, key)) is not None:
                said[key] = value
        yield {"error": said}

    def _chunk(self, kind: str, delta: Object | None = None, **more: Any) -> Object:
        event = {"event_type": kind, "delta": delta or {"type": "text", "text": ""}, **more}
        out: Object = {} if self.alone and self.envelope.id is None else {"id": self.envelope.id}
        return {**out, "event": event}


def _delta(call: ToolCall) -> Object:
    """Return a fragment; a call that begins has a name, and at least the empty arguments."""
    function: Object = {}
    out: Object = {"type": "tool_call"}
    if call.id is not None:
        out["id"] = call.id
        function["name"] = call.name or ""
    elif call.name is not None:
        function["name"] = call.name
    if call.arguments or function:
        function["arguments"] = call.arguments or ""
    return {**out, "function": function}
