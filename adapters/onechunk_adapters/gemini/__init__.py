"""Gemini generateContent chunks."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from onechunk import Adapter, Citation, ErrorForm, Media, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.gemini.mapping import build
from onechunk_adapters.gemini.memory import GeminiMemory
from onechunk_adapters.gemini.sdk import SDK
from onechunk_adapters.gemini.wire import GenerateContentResponse
from onechunk_adapters.gemini.words import HTTP_ERRORS

__all__ = ["ADAPTER"]

_COMMON: Final[dict[str, Any]] = {
    "wire": GenerateContentResponse,
    "rules": Rules(
        says=frozenset({Text, Reasoning, ToolCall, Media, Citation}),
        role_words=frozenset({"assistant"}),
        usage="last",
        names=True,
        error_finish=True,
        error_apart=True,
        counts=False,
        calls="whole",
        tells=True,
        envelope=frozenset({"id", "model"}),
        once=frozenset({"id"}),
    ),
    "running": {("groundingMetadata", "groundingSupports[].segment.text"): Text},
    "scaffold": frozenset(
        {
            "ToolCall.functionCall.willContinue",
            "ToolCall.functionCall.partialArgs.jsonPath",
            "ToolCall.functionCall.partialArgs.nullValue",
            "ToolCall.functionCall.partialArgs.willContinue",
        }
    ),
}
"""A record of the stream and a body that comes whole are one object."""

ADAPTER: Final = Adapter(
    name="gemini",
    title="Gemini generateContent chunks",
    table=partial(build, "gemini"),
    framings=("sse", "json_array", "ndjson"),
    end=None,
    comments=False,
    memory=GeminiMemory,
    again=frozenset({"role"}),
    http_error=ErrorForm(type="status", code=None, param=None, status="code", words=HTTP_ERRORS),
    whole=Adapter(
        name="gemini.whole",
        title="Gemini generateContent responses",
        table=partial(build, "gemini.whole"),
        memory=partial(GeminiMemory, calls="each"),
        moves={},
        as_is=True,
        **_COMMON,
    ),
    sdk=SDK,
    demo=demo(__name__),
    **_COMMON,
)
