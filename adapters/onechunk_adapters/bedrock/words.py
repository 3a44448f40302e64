"""Finish words and usage of Bedrock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "HTTP_ERRORS", "REASONS", "USAGE", "USAGE_COPIES", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "guardrail_intervened": FinishReason.CONTENT_FILTER,
    "content_filtered": FinishReason.CONTENT_FILTER,
    "malformed_model_output": FinishReason.ERROR,
    "malformed_tool_use": FinishReason.ERROR,
}

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.CONTENT_FILTER: "content_filtered",
    FinishReason.ERROR: None,  # an exception says it; the malformed_ words blame the model
    FinishReason.PAUSE: "end_turn",
    FinishReason.CANCELLED: "end_turn",
    FinishReason.OTHER: "end_turn",
}

USAGE: Final[Mapping[str, str]] = {
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "totalTokens": "total_tokens",
    "cacheReadInputTokens": "cached_input_tokens",
    "cacheWriteInputTokens": "cache_write_tokens",
}
"""Where the counts stand in a usage object."""

USAGE_COPIES: Final[Mapping[str, str]] = {
    "cacheReadInputTokenCount": "cached_input_tokens",
    "cacheWriteInputTokenCount": "cache_write_tokens",
}
"""Second names, which no document has."""

APART: Final[Mapping[str, tuple[str, ...]]] = {
    "input_tokens": ("cached_input_tokens", "cache_write_tokens"),
}
"""Counts that the wire's number leaves out and the canonical one includes."""

HTTP_ERRORS: Final[Mapping[int, str]] = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}
"""Status of an HTTP error to the name of the exception that its body is."""
