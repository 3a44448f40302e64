"""Finish words and usage copies of Mistral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["REASONS", "USAGE_COPIES", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "error": FinishReason.ERROR,
}

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.CONTENT_FILTER: "error",  # a withheld answer is not a finished one
    FinishReason.ERROR: "error",
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "error",
    FinishReason.OTHER: "stop",
}

USAGE_COPIES: Final[Mapping[str, str]] = {
    "num_cached_tokens": "cached_input_tokens",
    "prompt_token_details.cached_tokens": "cached_input_tokens",
    "additionalProperties.num_cached_tokens": "cached_input_tokens",
    "additionalProperties.prompt_tokens_details.cached_tokens": "cached_input_tokens",
}
"""The SDK keeps keys that it does not know under the names of the wire, for a time nested."""
