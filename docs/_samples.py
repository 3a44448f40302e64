"""Canonical chunks that together hold every field, each field also alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve, fields

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
)

__all__ = ["samples"]

_PARTS = (
    Text("a"),
    Reasoning("b", "c", "d"),
    Refusal("e"),
    ToolCall(1, "f", "g", "h"),
    Citation("i", "j", "k", 2, 3, [4, "l"]),
    *(Media(kind, "m", "n", "o", "p", "q", "r") for kind in ("audio", "image", "document", "file")),
)
_TOKEN = TokenLogprob("s", -0.5, [5], 6)
_USAGE = Usage(11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
_ERROR = Error("t", "u", "v", "w")


def samples() -> Iterator[Chunk]:
    """Yield the chunks."""
    finish = Finish(FinishReason.LENGTH)
    yield Chunk("x", "y", 1, [Choice(0, "assistant", [Text("z")], finish, stop="stop")])
    yield Chunk(choices=[Choice(0, logprobs=Logprobs([_TOKEN]))])
    yield Chunk(error=_ERROR)
    yield Chunk(usage=_USAGE)
    for part in _PARTS:
        for each in (*_alone(part), part):
            yield Chunk(choices=[Choice(0, parts=[each])])


def _alone(value: Any) -> Iterator[Any]:
    """Yield copies of *value* in which one field alone is set."""
    kind: type[Any] = value.__class__
    optional = {
        each.name: each.default
        for each in fields(kind)
        if each.default is None or each.default == ""
    }
    for name in optional:
        blank = {other: default for other, default in optional.items() if other != name}
        yield evolve(value, **blank)
