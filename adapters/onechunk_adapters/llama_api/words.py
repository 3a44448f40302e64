"""Finish words and metrics of Meta's Llama API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "REASONS", "USAGE", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "error": FinishReason.ERROR,
}

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.CONTENT_FILTER: "stop",
    FinishReason.ERROR: None,  # the SDK's types have no such word; an error event says it
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "stop",
    FinishReason.OTHER: "stop",
}

USAGE: Final[Mapping[str, str]] = {
    "num_prompt_tokens": "input_tokens",
    "num_completion_tokens": "output_tokens",
    "num_total_tokens": "total_tokens",
}
"""Names of the metrics that are counts; they stand in a list, not under paths."""

APART: Final[Mapping[str, tuple[str, ...]]] = {}
"""Counts that the wire's number leaves out and the canonical one includes."""
