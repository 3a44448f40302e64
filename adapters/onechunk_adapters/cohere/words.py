"""Finish words and usage of Cohere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "REASONS", "USAGE", "WORDS", "WORDS_V1"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "COMPLETE": FinishReason.STOP,
    "STOP_SEQUENCE": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "TOOL_CALL": FinishReason.TOOL_CALLS,
    "ERROR": FinishReason.ERROR,
    "TIMEOUT": FinishReason.ERROR,
    "ERROR_TOXIC": FinishReason.CONTENT_FILTER,
    "ERROR_LIMIT": FinishReason.ERROR,
    "USER_CANCEL": FinishReason.CANCELLED,
}
"""Of both versions; the last three are of v1 only."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "COMPLETE",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.TOOL_CALLS: "TOOL_CALL",
    FinishReason.CONTENT_FILTER: "ERROR",  # a withheld answer is not a complete one
    FinishReason.ERROR: "ERROR",
    FinishReason.PAUSE: "COMPLETE",
    FinishReason.CANCELLED: "COMPLETE",
    FinishReason.OTHER: "COMPLETE",
}

WORDS_V1: Final[Mapping[FinishReason, str | None]] = {
    **WORDS,
    FinishReason.TOOL_CALLS: "COMPLETE",  # v1 says by its events alone that tools are called
    FinishReason.CONTENT_FILTER: "ERROR_TOXIC",
    FinishReason.CANCELLED: "USER_CANCEL",
}

USAGE: Final[Mapping[str, str]] = {
    "tokens.input_tokens": "input_tokens",
    "tokens.output_tokens": "output_tokens",
    "tokens.reasoning_tokens": "reasoning_tokens",
    "cached_tokens": "cached_input_tokens",
}
"""Where the counts stand in a usage object, which v1 calls `meta`."""

APART: Final[Mapping[str, tuple[str, ...]]] = {}
"""Counts that the wire's number leaves out and the canonical one includes."""
