"""Other dialects' chunks as Anthropic's events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onechunk import Choice, Citation, Error, FinishReason, Loss, Reasoning, Text, ToolCall, Usage
from onechunk.events import Block, Blocks, Envelope
from onechunk.mapping import Object
from onechunk_adapters.anthropic.citations import usual_citation
from onechunk_adapters.anthropic.mapping import USAGE_ROW
from onechunk_adapters.anthropic.words import WORDS

__all__ = ["Events"]


class Events(Blocks):
    """Writes the events of one message."""

    kinds = frozenset({Text, Reasoning, ToolCall, Citation})

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        super().__init__(envelope, alone=alone)
        self._counted: set[str] = set()

    def begin(self, role: str) -> Iterable[Object]:
        """Open the message; what the prompt took is not known yet and stands at its end."""
        message: Object = {
            "id": self.envelope.id,
            "type": "message",
            "role": role,
            "model": self.envelope.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        yield {"type": "message_start", "message": message}

    def says(self, part: Any) -> bool:
        """Leave out a citation that only names what it cites by the source's own numbers."""
        return type(part) is not Citation or bool(part.url or part.title or part.text)

    def open(self, block: Block) -> Iterable[Object]:
        """Open a block."""
        content = _opening(block.head)
        yield {"type": "content_block_start", "index": block.number, "content_block": content}

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say more of a block; a signature comes behind the thinking that it signs."""
        del choice  # there is no place for logprobs
        for delta in _deltas(part):
            yield {"type": "content_block_delta", "index": block.number, "delta": delta}

    def close(self, block: Block) -> Iterable[Object]:
        """Close a block."""
        yield {"type": "content_block_stop", "index": block.number}

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the message ended."""
        reason = FinishReason.STOP if choice.finish is None else choice.finish.reason
        stop = choice.stop if isinstance(choice.stop, str) else None
        stopped = reason is FinishReason.STOP and stop is not None
        word = "stop_sequence" if stopped else WORDS[reason]
        yield from self._delta({"stop_reason": word, "stop_sequence": stop}, usage)

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say the usage."""
        yield from self._delta({"stop_reason": None, "stop_sequence": None}, usage)

    def fail(self, error: Error) -> Iterable[Object]:
        """Say an error."""
        self._note_zeros(Usage())
        said = {"type": error.type or "api_error", "message": error.message or ""}
        yield {"type": "error", "error": said}

    def end(self) -> Iterable[Object]:
        """End the message."""
        yield {"type": "message_stop"}

    def _delta(self, delta: Object, usage: Usage | None) -> Iterable[Object]:
        out: Object = {"type": "message_delta", "delta": delta}
        said = usage or Usage()
        self._note_zeros(said)
        write: Any = USAGE_ROW.write_away
        write(said, out, {})
        if not self.alone:
            # Readers take this count without asking whether it is there.
            out["usage"].setdefault("output_tokens", 0)
        yield out

    def _note_zeros(self, usage: Usage) -> None:
        """Report the counts of the start that nothing has replaced."""
        for name in ("input_tokens", "output_tokens"):
            if getattr(usage, name) is not None:
                self._counted.add(name)
            elif name not in self._counted and not self.alone:
                self._counted.add(name)
                self.losses.append(Loss("invented", f"$.usage.{name}", 0))


def _opening(head: Any) -> Object:
    if type(head) is ToolCall:
        return {"type": "tool_use", "id": head.id, "name": head.name or "", "input": {}}
    if type(head) is not Reasoning:
        return {"type": "text", "text": ""}
    if head.encrypted is not None and not head.text:
        return {"type": "redacted_thinking", "data": head.encrypted}
    return {"type": "thinking", "thinking": "", "signature": ""}


def _deltas(part: Any) -> Iterable[Object]:
    match part:
        case Text(text):
            if text:
                yield {"type": "text_delta", "text": text}
        case Reasoning(text, signature):
            if text:
                yield {"type": "thinking_delta", "thinking": text}
            if signature is not None:
                yield {"type": "signature_delta", "signature": signature}
        case ToolCall(arguments=arguments):
            if arguments:
                yield {"type": "input_json_delta", "partial_json": arguments}
        case _:
            yield {"type": "citations_delta", "citation": usual_citation(part)}
