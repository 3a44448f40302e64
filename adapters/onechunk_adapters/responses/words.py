"""Statuses, reasons of an incomplete answer, and usage of OpenAI Responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "INCOMPLETE", "REASONS", "STATUSES", "USAGE", "WORDS"]

STATUSES: Final[Mapping[str, FinishReason]] = {
    "completed": FinishReason.STOP,
    "incomplete": FinishReason.OTHER,  # `incomplete_details` mostly says more
    "failed": FinishReason.ERROR,
    "cancelled": FinishReason.CANCELLED,
}
"""Statuses that end an answer; `queued` and `in_progress` end none.

A turn that calls tools is `completed` too; only its items say so.
"""

INCOMPLETE: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "max_messages": FinishReason.PAUSE,
    "steered": FinishReason.PAUSE,
}
"""Values of `incomplete_details.reason`."""

REASONS: Final[Mapping[str, FinishReason]] = {**STATUSES, **INCOMPLETE}
"""Every word that says why an answer ended, wherever it stands."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "completed",
    FinishReason.LENGTH: "max_output_tokens",
    FinishReason.TOOL_CALLS: "completed",
    FinishReason.CONTENT_FILTER: "content_filter",
    FinishReason.ERROR: "failed",
    FinishReason.PAUSE: "max_messages",  # `steered` would say that the client broke in
    FinishReason.CANCELLED: "cancelled",
    FinishReason.OTHER: "incomplete",
}
"""A status, or a reason of `INCOMPLETE`, which implies the status `incomplete`."""

USAGE: Final[Mapping[str, str]] = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "total_tokens": "total_tokens",
    "input_tokens_details.cached_tokens": "cached_input_tokens",
    "input_tokens_details.cache_write_tokens": "cache_write_tokens",
    "output_tokens_details.reasoning_tokens": "reasoning_tokens",
}

APART: Final[Mapping[str, tuple[str, ...]]] = {}
