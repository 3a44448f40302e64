"""Mistral's chat chunk: the wire, and the TypeScript SDK's form of it."""

from __future__ import annotations

from functools import partial
from typing import Final

from onechunk import Adapter, Citation, ErrorForm, Media, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.mistral.mapping import build, build_whole
from onechunk_adapters.mistral.names import camel_case
from onechunk_adapters.mistral.sdk import SDK
from onechunk_adapters.mistral.wire import CompletionChunk, CompletionEvent
from onechunk_adapters.mistral.wire_whole import ChatCompletionResponse

__all__ = ["ADAPTER", "TS_ADAPTER"]

_RULES: Final = Rules(
    says=frozenset({Text, Reasoning, ToolCall, Citation, Media}),
    usage="last",
    names=True,
    error_finish=True,
)

_WORDS: Final = {
    "Text.type": frozenset({"text"}),
    "Reasoning.type": frozenset({"thinking"}),
    "Reasoning.thinking.type": frozenset({"text"}),
    "Citation.type": frozenset({"reference"}),
    "Citation.thinking.type": frozenset({"text", "reference"}),
}

_HTTP_ERROR: Final = ErrorForm(at=None, constants={"object": "error"})

ADAPTER: Final = Adapter(
    name="mistral",
    title="Mistral chat chunks",
    wire=CompletionChunk,
    envelope=CompletionEvent,
    table=partial(build, "mistral", str),
    rules=_RULES,
    words=_WORDS,
    padding=frozenset({"p"}),
    http_error=_HTTP_ERROR,
    whole=Adapter(
        name="mistral.whole",
        title="Mistral chat completions, whole",
        wire=ChatCompletionResponse,
        table=partial(build_whole, "mistral", str),
        rules=_RULES,
        words=_WORDS,
        moves={"delta": "message"},
    ),
    sdk=SDK,
    demo=demo(__name__),
)

TS_ADAPTER: Final = Adapter(
    name="mistral-ts",
    title="Mistral chat chunks as objects of the TypeScript SDK",
    wire=CompletionChunk,
    envelope=CompletionEvent,
    table=partial(build, "mistral-ts", camel_case),
    rules=_RULES,
    words=_WORDS,
    rename=camel_case,
    framing="ndjson",
    end=None,
    padding=frozenset({"p"}),
    http_error=_HTTP_ERROR,
    whole=Adapter(
        name="mistral-ts.whole",
        title="Mistral chat completions, whole, as objects of the TypeScript SDK",
        wire=ChatCompletionResponse,
        table=partial(build_whole, "mistral-ts", camel_case),
        rules=_RULES,
        words=_WORDS,
        rename=camel_case,
        moves={"delta": "message"},
    ),
    demo=demo(__name__, "demo-ts.ndjson"),
)
