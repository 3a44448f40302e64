"""Finish words and usage of Ollama."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "REASONS", "USAGE", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "load": FinishReason.OTHER,
    "unload": FinishReason.OTHER,
}
"""A turn that calls tools ends with `stop` too; only the calls before it say so."""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "stop",
    FinishReason.CONTENT_FILTER: "stop",
    FinishReason.ERROR: None,  # an error line says it
    FinishReason.PAUSE: "stop",
    FinishReason.CANCELLED: "stop",
    FinishReason.OTHER: "stop",  # `load` and `unload` are answers to an empty prompt
}

USAGE: Final[Mapping[str, str]] = {
    "prompt_eval_count": "input_tokens",
    "eval_count": "output_tokens",
}
"""Counts stand on the last line itself, not in an object of their own."""

APART: Final[Mapping[str, tuple[str, ...]]] = {}
