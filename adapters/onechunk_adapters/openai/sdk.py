"""OpenAI's SDK: the chunks of its streams, and what its helper makes of them."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk
from onechunk_adapters._sdk import CHAT

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="openai",
    builds=CHAT,
    classes=("openai.types.chat.*:ChatCompletionChunk",),
    answers=("openai.types.chat.*:ChatCompletion",),
    inside={"openai.lib.streaming.chat.*:ChunkEvent": "chunk"},
    repeats=("openai.lib.streaming.chat.*:*Event",),
)
