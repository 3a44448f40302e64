"""Anthropic's Messages events."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Adapter, Citation, ErrorForm, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.anthropic.citations import LOCATIONS
from onechunk_adapters.anthropic.mapping import build
from onechunk_adapters.anthropic.mapping_whole import build_whole
from onechunk_adapters.anthropic.memory import UsageMemory
from onechunk_adapters.anthropic.sdk import SDK
from onechunk_adapters.anthropic.settle import complete, settle
from onechunk_adapters.anthropic.stage import Events
from onechunk_adapters.anthropic.wire import MessageStreamEvent
from onechunk_adapters.anthropic.wire_whole import MessageResponse
from onechunk_adapters.anthropic.words import HTTP_ERRORS

__all__ = ["ADAPTER"]

SAYS: Final[frozenset[type[Any]]] = frozenset({Text, Reasoning, ToolCall, Citation})

RULES: Final[dict[str, Any]] = {
    "role_words": frozenset({"assistant"}),
    "usage": "last",
    "names": True,
    "choices": "one",
    "envelope": frozenset({"id", "model"}),
}
"""What holds for a stream and for a body that comes whole."""

PART_WORDS: Final = {
    "Text.type": frozenset({"text"}),
    "Reasoning.type": frozenset({"thinking", "redacted_thinking"}),
    "ToolCall.type": frozenset({"tool_use"}),
    "Citation.type": frozenset(LOCATIONS),
}

WORDS: Final = PART_WORDS | {
    # These have no table, since they say nothing.
    "type": frozenset({"content_block_stop", "ping"}),
    "message.type": frozenset({"message"}),
}

ADAPTER: Final = Adapter(
    name="anthropic",
    title="Anthropic Messages events",
    wire=MessageStreamEvent,
    table=build,
    rules=Rules(says=SAYS, calls="serial", once=frozenset({"id", "model"}), **RULES),
    framings=("sse", "ndjson", "eventstream"),
    end=None,
    named="type",
    memory=UsageMemory,
    stage=Events,
    scaffold=frozenset({"type", "index"}),
    words=WORDS,
    keeps=frozenset({"message"}),
    http_error=ErrorForm(code=None, param=None, words=HTTP_ERRORS, constants={"type": "error"}),
    whole=Adapter(
        name="anthropic.whole",
        title="Anthropic Messages responses",
        wire=MessageResponse,
        table=build_whole,
        rules=Rules(says=SAYS, calls="whole", **RULES),
        words=PART_WORDS,
        settle=settle,
        complete=complete,
    ),
    sdk=SDK,
    demo=demo(__name__),
)
