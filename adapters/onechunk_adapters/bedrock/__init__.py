"""Bedrock's ConverseStream events."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Adapter, Citation, ErrorForm, Media, Reasoning, Rules, Text, ToolCall
from onechunk.events import StreamMemory
from onechunk_adapters._demo import demo
from onechunk_adapters.bedrock.mapping import build
from onechunk_adapters.bedrock.mapping_whole import build_whole
from onechunk_adapters.bedrock.sdk import SDK
from onechunk_adapters.bedrock.settle import complete, settle
from onechunk_adapters.bedrock.stage import Events
from onechunk_adapters.bedrock.wire import ConverseStreamOutput
from onechunk_adapters.bedrock.wire_whole import ConverseResponse
from onechunk_adapters.bedrock.words import HTTP_ERRORS

__all__ = ["ADAPTER"]

SAYS: Final[frozenset[type[Any]]] = frozenset({Text, Reasoning, ToolCall, Citation})

RULES: Final[dict[str, Any]] = {
    "role_words": frozenset({"assistant"}),
    "usage": "last",
    "names": True,
    "choices": "one",
    "envelope": frozenset(),
}
"""What holds for a stream and for a body that comes whole."""

ADAPTER: Final = Adapter(
    name="bedrock",
    title="Bedrock ConverseStream events",
    wire=ConverseStreamOutput,
    table=build,
    rules=Rules(says=SAYS, calls="serial", **RULES),
    framing="eventstream",
    framings=("sse", "ndjson", "eventstream"),
    end=None,
    memory=StreamMemory,
    stage=Events,
    padding=frozenset({"p", "*.p"}),
    scaffold=frozenset(
        {
            "contentBlockStart.contentBlockIndex",
            "contentBlockDelta.contentBlockIndex",
            "contentBlockStop.contentBlockIndex",
        }
    ),
    http_error=ErrorForm(at=None, type="__type", code=None, param=None, words=HTTP_ERRORS),
    whole=Adapter(
        name="bedrock.whole",
        title="Bedrock Converse responses",
        wire=ConverseResponse,
        table=build_whole,
        rules=Rules(says=SAYS | {Media}, calls="whole", **RULES),
        settle=settle,
        complete=complete,
    ),
    sdk=SDK,
    demo=demo(__name__, "demo.ndjson"),
)
