"""Ollama's chat and generate lines."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.ollama.mapping import build
from onechunk_adapters.ollama.memory import CallMemory
from onechunk_adapters.ollama.stage import Lines
from onechunk_adapters.ollama.wire import ChatResponse

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="ollama",
    title="Ollama chat and generate lines",
    wire=ChatResponse,
    table=build,
    rules=Rules(
        says=frozenset({Text, Reasoning, ToolCall}),
        role_words=frozenset({"assistant"}),
        usage="last",
        choices="one",
        calls="whole",
        tells=True,
        envelope=frozenset({"model", "created"}),
    ),
    framing="ndjson",
    end=None,
    memory=CallMemory,
    stage=Lines,
    # The time is said in seconds; calls are counted as they come.
    scaffold=frozenset({"created_at", "done", "index"}),
    demo=demo(__name__, "demo.ndjson"),
)
