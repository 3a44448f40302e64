"""Finish words, block words and usage of Gemini."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import FinishReason

__all__ = ["APART", "BLOCK_REASONS", "HTTP_ERRORS", "NUMBERS", "REASONS", "USAGE", "WORDS"]

REASONS: Final[Mapping[str, FinishReason]] = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "SAFETY": FinishReason.CONTENT_FILTER,
    "RECITATION": FinishReason.CONTENT_FILTER,
    "LANGUAGE": FinishReason.CONTENT_FILTER,  # a filter withholds what is in no known language
    "BLOCKLIST": FinishReason.CONTENT_FILTER,
    "PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "SPII": FinishReason.CONTENT_FILTER,
    "IMAGE_SAFETY": FinishReason.CONTENT_FILTER,
    "IMAGE_PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "IMAGE_RECITATION": FinishReason.CONTENT_FILTER,
    "MODEL_ARMOR": FinishReason.CONTENT_FILTER,
    "OTHER": FinishReason.ERROR,  # the answer broke off and no word says why
    "MALFORMED_FUNCTION_CALL": FinishReason.ERROR,
    "MALFORMED_RESPONSE": FinishReason.ERROR,
    "UNEXPECTED_TOOL_CALL": FinishReason.ERROR,
    "TOO_MANY_TOOL_CALLS": FinishReason.ERROR,
    "MISSING_THOUGHT_SIGNATURE": FinishReason.ERROR,
    "NO_IMAGE": FinishReason.ERROR,
    "IMAGE_OTHER": FinishReason.ERROR,
    "CONTINUATION": FinishReason.PAUSE,
    "FINISH_REASON_UNSPECIFIED": FinishReason.OTHER,
    "ESCALATION": FinishReason.OTHER,
    "PUP_LIMITED_DISABLED": FinishReason.OTHER,
}
"""A turn that calls tools ends with `STOP` too; only the calls before it say so."""

BLOCK_REASONS: Final[Mapping[str, FinishReason]] = dict.fromkeys(
    (
        "BLOCKED_REASON_UNSPECIFIED",
        "SAFETY",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "JAILBREAK",
    ),
    FinishReason.CONTENT_FILTER,
)
"""Why a prompt was blocked; such an answer has no candidate that could finish."""

NUMBERS: Final[Mapping[int, str]] = {
    0: "FINISH_REASON_UNSPECIFIED",
    1: "STOP",
    2: "MAX_TOKENS",
    3: "SAFETY",
    4: "RECITATION",
    5: "OTHER",
    6: "LANGUAGE",
    7: "BLOCKLIST",
    8: "PROHIBITED_CONTENT",
    9: "SPII",
    10: "MALFORMED_FUNCTION_CALL",
    11: "IMAGE_SAFETY",
    12: "UNEXPECTED_TOOL_CALL",
}
"""The words behind the numbers, where a client sends numbers; as the Gemini API counts.

Vertex AI counts otherwise from 6 on. The meaning differs at three of the numbers: there 9 is
`MALFORMED_FUNCTION_CALL`, 10 is `MODEL_ARMOR` and 12 is `IMAGE_PROHIBITED_CONTENT`.
"""

WORDS: Final[Mapping[FinishReason, str | None]] = {
    FinishReason.STOP: "STOP",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.TOOL_CALLS: "STOP",
    FinishReason.CONTENT_FILTER: "SAFETY",
    FinishReason.ERROR: "OTHER",
    FinishReason.PAUSE: "CONTINUATION",
    FinishReason.CANCELLED: "OTHER",
    FinishReason.OTHER: "OTHER",
}

USAGE: Final[Mapping[str, str]] = {
    "promptTokenCount": "input_tokens",
    "candidatesTokenCount": "output_tokens",
    "totalTokenCount": "total_tokens",
    "cachedContentTokenCount": "cached_input_tokens",
    "thoughtsTokenCount": "reasoning_tokens",
}

APART: Final[Mapping[str, tuple[str, ...]]] = {"output_tokens": ("reasoning_tokens",)}
"""What the wire's number leaves out and the canonical one includes."""

HTTP_ERRORS: Final[Mapping[int, str]] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
"""Status of an HTTP error to the word for it in its body."""
