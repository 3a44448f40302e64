"""Meta's SDK of the Llama API."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="llama-api-client",
    builds="llama_api_client.types:CreateChatCompletionResponseStreamChunk",
    raises=("error", "detail"),
    classes=("llama_api_client.types.*:CreateChatCompletionResponseStreamChunk",),
    answers=("llama_api_client.types.*:CreateChatCompletionResponse",),
)
