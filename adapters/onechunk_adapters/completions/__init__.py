"""The text completion, whole and streamed."""

from __future__ import annotations

from typing import Final

from onechunk import Adapter, Rules, Text
from onechunk_adapters._demo import demo
from onechunk_adapters.completions.mapping import build
from onechunk_adapters.completions.wire import CompletionEvent, CompletionResponse

__all__ = ["ADAPTER"]

ADAPTER: Final = Adapter(
    name="completions",
    title="Text completions (r9s, OpenAI)",
    wire=CompletionResponse,
    envelope=CompletionEvent,
    table=build,
    rules=Rules(says=frozenset({Text}), roles=False),
    padding=frozenset({"obfuscation"}),
    demo=demo(__name__),
)
