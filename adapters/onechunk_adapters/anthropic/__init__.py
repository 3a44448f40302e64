"""Anthropic's Messages events."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Citation, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.anthropic.mapping import build
from onechunk_adapters.anthropic.memory import UsageMemory
from onechunk_adapters.anthropic.stage import Events
from onechunk_adapters.anthropic.wire import MessageStreamEvent

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="anthropic",
    title="Anthropic Messages events",
    wire=MessageStreamEvent,
    table=build,
    rules=Rules(
        says=frozenset({Text, Reasoning, ToolCall, Citation}),
        role_words=frozenset({"assistant"}),
        usage="last",
        choices="one",
        calls="serial",
        envelope=frozenset({"id", "model"}),
    ),
    framings=("sse", "ndjson", "eventstream"),
    end=None,
    named="type",
    memory=UsageMemory,
    stage=Events,
    scaffold=frozenset({"type", "index"}),
    demo=demo(__name__),
)
