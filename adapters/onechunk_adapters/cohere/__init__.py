"""Cohere's chat events: v2, and v1 as newline-delimited JSON."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Citation, ErrorForm, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.cohere.mapping import build
from onechunk_adapters.cohere.mapping_v1 import build as build_v1
from onechunk_adapters.cohere.mapping_v1 import fail
from onechunk_adapters.cohere.mapping_v1_whole import build_whole as build_whole_v1
from onechunk_adapters.cohere.mapping_whole import build_whole
from onechunk_adapters.cohere.memory import PassageMemory
from onechunk_adapters.cohere.memory_v1 import ResponseMemory
from onechunk_adapters.cohere.memory_whole import BodyMemory, BodyMemoryV1
from onechunk_adapters.cohere.sdk import SDK, SDK_V1
from onechunk_adapters.cohere.settle import settle, settle_v1
from onechunk_adapters.cohere.stage import Events
from onechunk_adapters.cohere.stage_v1 import Lines
from onechunk_adapters.cohere.wire import V2ChatStreamResponse
from onechunk_adapters.cohere.wire_v1 import StreamedChatResponse
from onechunk_adapters.cohere.wire_whole import NonStreamedChatResponse, V2ChatResponse

__all__ = ["ADAPTER", "V1_ADAPTER"]

_SAYS: Final = frozenset({Text, Reasoning, ToolCall, Citation})

_HTTP_ERROR: Final = ErrorForm(at=None, type=None, code=None, param=None)

_CITED: Final = frozenset({"TEXT_CONTENT"})
"""What citations are of in other dialects."""

ADAPTER: Final = Adapter(
    name="cohere",
    title="Cohere v2 chat events",
    wire=V2ChatStreamResponse,
    table=build,
    rules=Rules(
        says=_SAYS,
        role_words=frozenset({"assistant"}),
        usage="last",
        names=True,
        error_finish=True,
        choices="one",
        calls="serial",
        envelope=frozenset({"id"}),
        once=frozenset({"id"}),
    ),
    named="type",
    memory=PassageMemory,
    stage=Events,
    padding=frozenset({"type", "index"}),
    words={
        # These have no table, since they say nothing.
        "type": frozenset({"content-end", "tool-call-end", "citation-end"}),
        "delta.message.tool_calls.type": frozenset({"function"}),
        "delta.message.citations.type": _CITED,
    },
    http_error=_HTTP_ERROR,
    whole=Adapter(
        name="cohere.whole",
        title="Cohere v2 chat responses",
        wire=V2ChatResponse,
        table=build_whole,
        rules=Rules(
            says=_SAYS,
            role_words=frozenset({"assistant"}),
            usage="last",
            names=True,
            error_finish=True,
            choices="one",
            envelope=frozenset({"id"}),
        ),
        memory=BodyMemory,
        settle=settle,
        # Numbers of tokens tell how tokens are grouped.
        words={
            "Text.type": frozenset({"text"}),
            "Reasoning.type": frozenset({"thinking"}),
            "Citation.type": _CITED,
        },
        scaffold=frozenset({"Logprobs.token_ids", "TokenLogprob.token_ids"}),
    ),
    sdk=SDK,
    demo=demo(__name__),
)

V1_ADAPTER: Final = Adapter(
    name="cohere-v1",
    title="Cohere v1 chat events",
    wire=StreamedChatResponse,
    table=build_v1,
    rules=Rules(
        says=_SAYS,
        roles=False,
        usage="last",
        names=True,
        ids=False,
        error_finish=True,
        choices="one",
        calls="whole",
        tells=True,
        envelope=frozenset({"id"}),
        once=frozenset({"id"}),
    ),
    framing="ndjson",
    end=None,
    memory=ResponseMemory,
    stage=Lines,
    padding=frozenset({"event_type", "index", "is_finished"}),
    words={"Citation.type": _CITED, "response.citations.type": _CITED},
    fail=fail,
    http_error=_HTTP_ERROR,
    whole=Adapter(
        name="cohere-v1.whole",
        title="Cohere v1 chat and generate responses",
        wire=NonStreamedChatResponse,
        table=build_whole_v1,
        rules=Rules(
            says=frozenset({Text, ToolCall, Citation}),
            roles=False,
            usage="last",
            names=True,
            ids=False,
            error_finish=True,
            choices="one",
            calls="whole",
            tells=True,
            envelope=frozenset({"id"}),
        ),
        memory=BodyMemoryV1,
        words={"Citation.type": _CITED},
        settle=settle_v1,
    ),
    sdk=SDK_V1,
    demo=demo(__name__, "demo-v1.ndjson"),
)
