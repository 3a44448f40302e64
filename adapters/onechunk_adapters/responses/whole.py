"""What a response object must hold that no chunk says."""

from __future__ import annotations

from typing import Final

from onechunk import Loss
from onechunk.events import Envelope
from onechunk.mapping import Object

__all__ = ["ASKED", "fill", "response"]

ASKED: Final[Object] = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
"""What readers want to know of the request, as if nothing had been asked for."""

COUNTS: Final = (
    ("", "input_tokens", "input_tokens"),
    ("input_tokens_details", "cached_tokens", "cached_input_tokens"),
    ("input_tokens_details", "cache_write_tokens", "cache_write_tokens"),
    ("", "output_tokens", "output_tokens"),
    ("output_tokens_details", "reasoning_tokens", "reasoning_tokens"),
    ("", "total_tokens", "total_tokens"),
)
"""Counts that readers take without asking whether they are there: object, key, canonical name."""


def response(envelope: Envelope, said: Object) -> Object:
    """Return the response object, in which *said* comes before what nobody said."""
    return {
        "id": envelope.id,
        "object": "response",
        "created_at": envelope.created,
        "model": envelope.model,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        **ASKED,
        "temperature": None,
        "top_p": None,
        "usage": None,
        **said,
    }


def fill(usage: Object) -> list[Loss]:
    """Put the counts that are missing into *usage*, and return what was made up."""
    losses: list[Loss] = []
    for outer, key, name in COUNTS:
        holder: Object = usage.setdefault(outer, {}) if outer else usage
        if key not in holder:
            total = key == "total_tokens"
            holder[key] = usage["input_tokens"] + usage["output_tokens"] if total else 0
            losses.append(Loss("invented", f"$.usage.{name}", holder[key]))
    return losses
