"""Finish words and usage copies of servers that run Llama models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["REASONS", "USAGE_COPIES", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
    "abort": FinishReason.CANCELLED,
    "error": FinishReason.ERROR,
    "repetition": FinishReason.ERROR,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
}
"""Words of vLLM, TGI and Together; the field is a free string."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.CONTENT_FILTER: "content_filter",
    FinishReason.ERROR: "error",
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "abort",
    FinishReason.OTHER: "stop",
}

USAGE_COPIES: Final[Mapping[str, str]] = {
    "reasoning_tokens": "reasoning_tokens",
    "cached_tokens": "cached_input_tokens",
    "num_cached_tokens": "cached_input_tokens",
    "prompt_token_details.cached_tokens": "cached_input_tokens",
}
