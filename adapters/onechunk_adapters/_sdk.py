"""Classes of SDKs that more than one room names."""

from __future__ import annotations

from typing import Final

__all__ = ["CHAT"]

CHAT: Final = "openai.types.chat:ChatCompletionChunk"
"""OpenAI's class of a chat chunk, in which the clients of many servers have theirs."""
