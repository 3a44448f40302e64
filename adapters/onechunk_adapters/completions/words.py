"""Finish words of text completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["REASONS", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "error": FinishReason.ERROR,
    "repetition": FinishReason.ERROR,
    "abort": FinishReason.CANCELLED,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
}
"""OpenAI's three words, and those of Fireworks, vLLM, Together and TGI."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "stop",
    FinishReason.CONTENT_FILTER: "content_filter",
    FinishReason.ERROR: None,  # an error object says it
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "stop",
    FinishReason.OTHER: "stop",
}
