"""Finish words of the OpenAI chat dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["REASONS", "ROLES", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}
"""Every word that OpenAI documents; vendors' further words stand in their profiles."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.CONTENT_FILTER: "content_filter",
    FinishReason.ERROR: None,  # an error object says it
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "stop",
    FinishReason.OTHER: "stop",
}

ROLES: Final = frozenset({"developer", "system", "user", "assistant", "tool"})
"""Roles of the SDK's delta, a closed list."""
