"""Meta's Llama API chunks."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Adapter, ErrorForm, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.llama_api.mapping import build
from onechunk_adapters.llama_api.mapping_whole import build_whole, complete
from onechunk_adapters.llama_api.memory import CallMemory
from onechunk_adapters.llama_api.sdk import SDK
from onechunk_adapters.llama_api.stage import Chunks
from onechunk_adapters.llama_api.wire import CreateChatCompletionResponseStreamChunk
from onechunk_adapters.llama_api.wire_whole import CreateChatCompletionResponse

__all__ = ["ADAPTER"]

RULES: Final[dict[str, Any]] = {
    "says": frozenset({Text, ToolCall}),
    "usage": "last",
    "names": True,
    "choices": "one",
    "envelope": frozenset({"id"}),
}
"""What holds for a stream and for a body that comes whole."""

ADAPTER: Final = Adapter(
    name="llama-api",
    title="Meta Llama API chunks",
    wire=CreateChatCompletionResponseStreamChunk,
    table=build,
    rules=Rules(roles=False, calls="serial", once=frozenset({"id"}), bare_error=True, **RULES),
    end=None,
    error_event="error",
    memory=CallMemory,
    stage=Chunks,
    scaffold=frozenset(
        {"event.event_type", "event.delta.type", "Usage.metrics.metric", "Usage.metrics.unit"}
    ),
    words={"event.event_type": frozenset({"start", "progress", "complete", "metrics"})},
    http_error=ErrorForm(
        at=None, message="detail", type="title", code=None, param=None, status="status"
    ),
    whole=Adapter(
        name="llama-api.whole",
        title="Meta Llama API responses",
        wire=CreateChatCompletionResponse,
        table=build_whole,
        rules=Rules(role_words=frozenset({"assistant"}), **RULES),
        complete=complete,
    ),
    sdk=SDK,
    demo=demo(__name__),
)
