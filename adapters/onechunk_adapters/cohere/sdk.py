"""Cohere's SDK: the events of both versions."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK", "SDK_V1"]

COUNTS: Final = frozenset(
    {"cached_tokens", "input_tokens", "output_tokens", "reasoning_tokens", "search_units"}
)
"""Cohere's classes have floats for what is counted."""

SDK: Final = Sdk(
    package="cohere",
    builds="cohere.v2.types:V2ChatStreamResponse",
    tag="type",
    whole=COUNTS,
    passes=("*",),
    classes=("cohere.*:*V2ChatStreamResponse",),
    answers=("cohere.*:V2ChatResponse",),
)

SDK_V1: Final = Sdk(
    package="cohere",
    builds="cohere.types:StreamedChatResponse",
    tag="event_type",
    whole=COUNTS | {"index"},
    raises=("error", "message"),
    classes=("cohere.*:*StreamedChatResponse",),
    answers=("cohere.*:NonStreamedChatResponse",),
)
