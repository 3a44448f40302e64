"""Meta's Llama API chunks."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.llama_api.mapping import build
from onechunk_adapters.llama_api.memory import CallMemory
from onechunk_adapters.llama_api.stage import Chunks
from onechunk_adapters.llama_api.wire import CreateChatCompletionResponseStreamChunk

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="llama-api",
    title="Meta Llama API chunks",
    wire=CreateChatCompletionResponseStreamChunk,
    table=build,
    rules=Rules(
        says=frozenset({Text, ToolCall}),
        usage="last",
        choices="one",
        calls="serial",
        envelope=frozenset({"id"}),
    ),
    end=None,
    error_event="error",
    memory=CallMemory,
    stage=Chunks,
    scaffold=frozenset({"event_type", "metric", "type", "unit"}),
    demo=demo(__name__),
)
