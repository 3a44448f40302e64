"""Copies of what chunks and messages hold, that share nothing which may change."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk._adapter import own
from onechunk._chunk import TokenLogprob
from onechunk._marks import Json
from onechunk._parts import Citation, Other, ToolCall

__all__ = ["fresh_part", "fresh_tokens"]

_DEEP: Final[dict[type[Any], str]] = {Citation: "references", Other: "value", ToolCall: "arguments"}
"""Class of part to the field, beside residue, that may hold a dict or a list."""


def fresh_part(part: Any, extra: dict[str, Json]) -> Any:
    """Return a copy of *part* with *extra* as its residue."""
    made = evolve(part, extra=extra)
    name = _DEEP.get(part.__class__)
    if name is not None:
        setattr(made, name, own(getattr(part, name)))
    return made


def fresh_tokens(tokens: list[TokenLogprob]) -> list[TokenLogprob]:
    """Return copies of *tokens* and of their alternatives."""
    return [
        TokenLogprob(
            token.token,
            token.logprob,
            None if token.bytes is None else [*token.bytes],
            token.token_id,
            None if token.top is None else fresh_tokens(token.top),
            own(token.extra) if token.extra else {},
        )
        for token in tokens
    ]
