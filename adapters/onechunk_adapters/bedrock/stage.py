"""Other dialects' chunks as Bedrock's events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve

from onechunk import (
    Choice,
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
from onechunk.events import Block, Blocks
from onechunk.mapping import Object
from onechunk_adapters._base64 import is_base64
from onechunk_adapters.bedrock.citations import usual_citation
from onechunk_adapters.bedrock.mapping import USAGE_ROW
from onechunk_adapters.bedrock.words import WORDS

__all__ = ["Events"]

EXCEPTIONS: Final = frozenset(
    {
        "internalServerException",
        "modelStreamErrorException",
        "serviceUnavailableException",
        "throttlingException",
        "validationException",
    }
)
"""What can go wrong in mid-stream; readers know no other name."""


class Events(Blocks):
    """Writes the events of one message."""

    kinds = frozenset({Text, Reasoning, ToolCall, Citation})

    def begin(self, role: str) -> Iterable[Object]:
        """Open the message."""
        yield {"messageStart": {"role": role}}

    def open(self, block: Block) -> Iterable[Object]:
        """Open the block of a call; the others open with their first delta."""
        if block.kind is ToolCall:
            call = {"toolUseId": block.head.id, "name": block.head.name or ""}
            start = {"contentBlockIndex": block.number, "start": {"toolUse": call}}
            yield {"contentBlockStart": start}

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say more of a block."""
        del choice  # there is no place for logprobs
        for delta in _deltas(part):
            yield {"contentBlockDelta": {"contentBlockIndex": block.number, "delta": delta}}

    def close(self, block: Block) -> Iterable[Object]:
        """Close a block."""
        yield {"contentBlockStop": {"contentBlockIndex": block.number}}

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the message ended, then what it used."""
        reason = FinishReason.STOP if choice.finish is None else choice.finish.reason
        out: Object = {"stopReason": WORDS[reason]}
        if isinstance(choice.stop, str):
            out["additionalModelResponseFields"] = {"stop_sequence": choice.stop}
        yield {"messageStop": out}
        if usage is not None:
            yield from self.count(usage)

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say the usage, with the counts and the time that readers need."""
        out: Object = {}
        write: Any = USAGE_ROW.write_away
        write(usage if self.alone else self._filled(usage), out, {})
        if not self.alone:
            out["metrics"] = {"latencyMs": 0}
            self.losses.append(Loss("invented", "$.metrics.latencyMs", 0))
        yield {"metadata": out}

    def fail(self, error: Error) -> Iterable[Object]:
        """Say an error, under its own name if it is one of Bedrock's."""
        name = error.type or ""
        if name not in EXCEPTIONS:
            name = "modelStreamErrorException"
        yield {name: {"message": error.message or ""}}

    def _part(self, part: Any, choice: Choice) -> list[Object]:
        """Leave out what says nothing: it must not open a block that no event opens."""
        silent = type(part) is not ToolCall and not any(True for _ in _deltas(part))
        return [] if silent else super()._part(part, choice)

    def _filled(self, usage: Usage) -> Usage:
        """Return *usage* with all counts that readers need, and report those made up."""
        filled = evolve(usage)
        for name in ("input_tokens", "output_tokens"):
            if getattr(usage, name) is None:
                setattr(filled, name, 0)
                self.losses.append(Loss("invented", f"$.usage.{name}", 0))
        if usage.total_tokens is None:
            filled.total_tokens = (filled.input_tokens or 0) + (filled.output_tokens or 0)
            self.losses.append(Loss("invented", "$.usage.total_tokens", filled.total_tokens))
        return filled


def _deltas(part: Any) -> Iterable[Object]:
    match part:
        case Text(text) | Refusal(text):
            if text:
                yield {"text": text}
        case Reasoning(text, signature, encrypted):
            if text:
                yield {"reasoningContent": {"text": text}}
            if signature is not None:
                yield {"reasoningContent": {"signature": signature}}
            if encrypted is not None and is_base64(encrypted):
                yield {"reasoningContent": {"redactedContent": encrypted}}
        case ToolCall(arguments=arguments):
            if arguments:
                yield {"toolUse": {"input": arguments}}
        case Citation():
            if citation := usual_citation(part):
                yield {"citation": citation}
        case _:
            pass
