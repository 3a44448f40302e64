"""Finish words and usage of Anthropic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "HTTP_ERRORS", "REASONS", "USAGE", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
    "pause_turn": FinishReason.PAUSE,
    "compaction": FinishReason.PAUSE,  # the turn goes on once the summary is sent back
}

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.CONTENT_FILTER: "refusal",
    FinishReason.ERROR: None,  # an error event says it
    FinishReason.PAUSE: "pause_turn",
    FinishReason.CANCELLED: "end_turn",
    FinishReason.OTHER: "end_turn",
}

USAGE: Final[Mapping[str, str]] = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cached_input_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
    "output_tokens_details.thinking_tokens": "reasoning_tokens",
}
"""Where the counts stand in a usage object."""

APART: Final[Mapping[str, tuple[str, ...]]] = {
    "input_tokens": ("cached_input_tokens", "cache_write_tokens"),
}
"""Counts that the wire's number leaves out and the canonical one includes."""

HTTP_ERRORS: Final[Mapping[int, str]] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""Status of an HTTP error to the type of the error in its body."""
