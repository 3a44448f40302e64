"""The chat chunk of servers that run Llama models."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.llama.mapping import build
from onechunk_adapters.llama.wire import ChatCompletionChunk, ChatCompletionChunkEvent

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="llama",
    title="Llama chat chunks (Atoma, vLLM)",
    wire=ChatCompletionChunk,
    envelope=ChatCompletionChunkEvent,
    table=build,
    rules=Rules(says=frozenset({Text, Reasoning, ToolCall}), error_finish=True),
    demo=demo(__name__),
)
