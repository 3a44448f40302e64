"""Mistral's SDK: the chunk, alone or in its event."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="mistralai",
    builds="mistralai.client.models:CompletionChunk",
    classes=("mistralai.*:CompletionChunk",),
    answers=("mistralai.*:ChatCompletionResponse", "mistralai.*:FIMCompletionResponse"),
    validates=True,
    raises=("detail", "error", "message"),
    inside={"mistralai.*:CompletionEvent": "data", "mistralai.*:Unknown*": "raw"},
)
