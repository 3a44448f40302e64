"""Gemini generateContent chunks."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Citation, Media, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.gemini.mapping import build
from onechunk_adapters.gemini.memory import GeminiMemory
from onechunk_adapters.gemini.wire import GenerateContentResponse

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="gemini",
    title="Gemini generateContent chunks",
    wire=GenerateContentResponse,
    table=build,
    rules=Rules(
        says=frozenset({Text, Reasoning, ToolCall, Media, Citation}),
        role_words=frozenset({"assistant"}),
        usage="last",
        error_finish=True,
        error_apart=True,
        counts=False,
        calls="whole",
        tells=True,
        envelope=frozenset({"id", "model"}),
    ),
    framings=("sse", "json_array", "ndjson"),
    end=None,
    memory=GeminiMemory,
    running={("groundingMetadata", "groundingSupports[].segment.text"): Text},
    comments=False,
    scaffold=frozenset({"jsonPath", "nullValue", "willContinue"}),
    demo=demo(__name__),
)
