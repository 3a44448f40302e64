"""OpenAI Responses events."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Adapter, Citation, Reasoning, Refusal, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.responses.copies import PART_KEYS
from onechunk_adapters.responses.ends import fail
from onechunk_adapters.responses.mapping import build
from onechunk_adapters.responses.mapping_whole import build_whole
from onechunk_adapters.responses.memory import ResponseMemory
from onechunk_adapters.responses.sdk import SDK
from onechunk_adapters.responses.settle import settle
from onechunk_adapters.responses.stage import Events
from onechunk_adapters.responses.whole import complete
from onechunk_adapters.responses.whole_write import BodyMemory
from onechunk_adapters.responses.wire import Response, ResponseStreamEvent

__all__ = ["ADAPTER"]

RULES: Final[dict[str, Any]] = {
    "says": frozenset({Text, Reasoning, Refusal, ToolCall, Citation}),
    "role_words": frozenset({"assistant"}),
    "usage": "last",
    "names": True,
    "choices": "one",
    "tells": True,
}
"""What holds for a stream and for a body that comes whole."""

PART_WORDS: Final = {
    "Text.type": frozenset({"output_text"}),
    "Refusal.type": frozenset({"refusal"}),
    "Reasoning.type": frozenset({"reasoning", "reasoning_text", "summary_text"}),
    "ToolCall.type": frozenset({"function_call"}),
    "Citation.type": frozenset({"url_citation"}),
}

WORDS: Final = PART_WORDS | {
    "part.type": frozenset(PART_KEYS),
    "item.content.type": frozenset(PART_KEYS),
    "item.summary.type": frozenset(PART_KEYS),
}

ADAPTER: Final = Adapter(
    name="responses",
    title="OpenAI Responses events",
    wire=ResponseStreamEvent,
    table=build,
    rules=Rules(calls="serial", once=frozenset({"id", "model", "created"}), **RULES),
    end=None,
    named="type",
    memory=ResponseMemory,
    stage=Events,
    padding=frozenset({"obfuscation"}),
    again=frozenset({"role"}),
    numbered="sequence_number",
    fail=fail,
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
    words=WORDS,
    keeps=frozenset({"response"}),
    whole=Adapter(
        name="responses.whole",
        title="OpenAI Responses, whole",
        wire=Response,
        table=build_whole,
        rules=Rules(**RULES),
        words=PART_WORDS,
        memory=BodyMemory,
        settle=settle,
        complete=complete,
    ),
    sdk=SDK,
    demo=demo(__name__),
)
