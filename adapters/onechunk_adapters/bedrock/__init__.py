"""Bedrock's ConverseStream events."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Citation, Reasoning, Rules, Text, ToolCall
from onechunk.events import StreamMemory
from onechunk_adapters._demo import demo
from onechunk_adapters.bedrock.mapping import build
from onechunk_adapters.bedrock.stage import Events
from onechunk_adapters.bedrock.wire import ConverseStreamOutput

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="bedrock",
    title="Bedrock ConverseStream events",
    wire=ConverseStreamOutput,
    table=build,
    rules=Rules(
        says=frozenset({Text, Reasoning, ToolCall, Citation}),
        role_words=frozenset({"assistant"}),
        usage="last",
        choices="one",
        calls="serial",
        envelope=frozenset(),
    ),
    framing="eventstream",
    framings=("sse", "ndjson", "eventstream"),
    end=None,
    memory=StreamMemory,
    stage=Events,
    padding=frozenset({"p"}),
    scaffold=frozenset({"contentBlockIndex"}),
    demo=demo(__name__, "demo.ndjson"),
)
