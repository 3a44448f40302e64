"""The chat chunk of servers that run Llama models."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters._reasoning import DETAIL_WORDS
from onechunk_adapters.llama.mapping import build, build_whole
from onechunk_adapters.llama.sdk import SDK
from onechunk_adapters.llama.wire import ChatCompletionChunk, ChatCompletionChunkEvent
from onechunk_adapters.llama.wire_whole import ChatCompletionResponse

__all__ = ["ADAPTER"]

_RULES: Final = Rules(says=frozenset({Text, Reasoning, ToolCall}), error_finish=True)

_WORDS: Final = {"Reasoning.type": DETAIL_WORDS}

ADAPTER: Final = Adapter(
    name="llama",
    title="Llama chat chunks (Atoma, vLLM)",
    wire=ChatCompletionChunk,
    envelope=ChatCompletionChunkEvent,
    table=build,
    rules=_RULES,
    words=_WORDS,
    whole=Adapter(
        name="llama.whole",
        title="Llama chat completions (Atoma, vLLM), whole",
        wire=ChatCompletionResponse,
        table=build_whole,
        rules=_RULES,
        words=_WORDS,
        moves={"delta": "message"},
    ),
    sdk=SDK,
    demo=demo(__name__),
)
