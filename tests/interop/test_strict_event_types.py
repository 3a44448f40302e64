"""Every event of every conversion, judged by the vendors' own types in their strictest mode."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from anthropic.types import RawMessageStreamEvent
from cohere.types import StreamedChatResponse
from cohere.v2.types import V2ChatStreamResponse
from google.genai.types import GenerateContentResponse
from llama_api_client.types.create_chat_completion_response_stream_chunk import (
    CreateChatCompletionResponseStreamChunk,
)
from ollama import ChatResponse
from openai.types.responses import ResponseStreamEvent
from pydantic import BaseModel

from tests.interop.source import convert
from tests.interop.test_strict_types import faults, recordings
from tests.support.frames import events, read_frames
from tests.support.recordings import Recording

Types = Mapping[str | None, type[BaseModel]]


def by_type(union: Any, name: str = "type") -> Types:
    """Return the classes of a union by the word that tells them apart."""
    classes: list[type[BaseModel]] = list(get_args(get_args(union)[0]))
    return {word: each for each in classes for word in get_args(each.model_fields[name].annotation)}


KINDS: Final = {
    "anthropic": "type",
    "cohere": "type",
    "cohere-v1": "event_type",
    "responses": "type",
}
"""The key whose word tells events apart, where there are more kinds than one."""

TYPES: Final[Mapping[str, Types]] = {
    "anthropic": by_type(RawMessageStreamEvent),
    "cohere": by_type(V2ChatStreamResponse),
    "cohere-v1": by_type(StreamedChatResponse, "event_type"),
    "gemini": {None: GenerateContentResponse},
    "llama-api": {None: CreateChatCompletionResponseStreamChunk},
    "ollama": {None: ChatResponse},
    "responses": by_type(ResponseStreamEvent),
}

# Half a character is no JSON to pydantic.
HALF: Final = "responses/function-call-with-namespace-and-odd-arguments"

# OpenAI's own errors have codes that its types do not list.
CODE: Final = ("response.error.code", "literal_error")


def written(recording: Recording, target: str) -> Iterator[tuple[type[BaseModel], bytes]]:
    """Yield every event but errors, which have no class, and the class that it should be of."""
    for event in events(read_frames(convert(recording, target).body)):
        payload: Any = event.value
        if event.text is not None or "error" in {payload.get("type"), *payload}:
            continue
        kind = payload[KINDS[target]] if target in KINDS else None
        yield TYPES[target][kind], json.dumps(payload).encode()


@recordings
def test_events(recording: Recording) -> None:
    """The vendor's own class takes every event as it is: nothing is missing or of another type."""
    failures: dict[str, object] = {}
    for target in TYPES:
        for model, payload in written(recording, target):
            half = recording.id == HALF and b"\\ud83c" in payload
            found = faults(model, payload).keys() - {("", "json_invalid") if half else CODE}
            if found:
                failures[target] = found
    assert failures == {}
