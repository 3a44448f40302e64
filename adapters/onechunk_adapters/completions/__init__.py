"""The text completion, whole and streamed."""

from __future__ import annotations

from functools import partial
from typing import Final

from onechunk import Adapter, Rules, Text
from onechunk_adapters._demo import demo
from onechunk_adapters.completions.mapping import build
from onechunk_adapters.completions.sdk import SDK
from onechunk_adapters.completions.wire import CompletionEvent, CompletionResponse

__all__ = ["ADAPTER"]

_RULES: Final = Rules(says=frozenset({Text}), roles=False)

ADAPTER: Final = Adapter(
    name="completions",
    title="Text completions (r9s, OpenAI)",
    wire=CompletionResponse,
    envelope=CompletionEvent,
    table=partial(build, "completions"),
    rules=_RULES,
    padding=frozenset({"obfuscation"}),
    whole=Adapter(
        name="completions.whole",
        title="Text completions (r9s, OpenAI), whole",
        wire=CompletionResponse,
        table=partial(build, "completions.whole"),
        rules=_RULES,
        moves={},
    ),
    sdk=SDK,
    demo=demo(__name__),
)
