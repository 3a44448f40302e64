"""OpenAI Responses events."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Citation, Reasoning, Refusal, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.responses.mapping import build
from onechunk_adapters.responses.memory import ResponseMemory
from onechunk_adapters.responses.stage import Events
from onechunk_adapters.responses.wire import ResponseStreamEvent

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="responses",
    title="OpenAI Responses events",
    wire=ResponseStreamEvent,
    table=build,
    rules=Rules(
        says=frozenset({Text, Reasoning, Refusal, ToolCall, Citation}),
        role_words=frozenset({"assistant"}),
        usage="last",
        choices="one",
        calls="serial",
        tells=True,
    ),
    end=None,
    named="type",
    memory=ResponseMemory,
    stage=Events,
    padding=frozenset({"obfuscation"}),
    scaffold=frozenset(
        {
            "type",
            "sequence_number",
            "item_id",
            "output_index",
            "content_index",
            "summary_index",
            "annotation_index",
            "command_index",
            "partial_image_index",
        }
    ),
    demo=demo(__name__),
)
