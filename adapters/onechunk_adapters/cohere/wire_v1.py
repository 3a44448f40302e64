"""Cohere's v1 chat events, one class for all.

Follows the union `StreamedChatResponse` of cohere 7.3.1, whose members `event_type` tells apart and
which share most of their keys; as one class, with the fields of all. Every key may be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "ApiMeta",
    "ApiMetaBilledUnits",
    "ApiMetaTokens",
    "ChatCitation",
    "NonStreamedChatResponse",
    "StreamedChatResponse",
    "ToolCall",
    "ToolCallDelta",
]


@wire
class ToolCall(Wire):
    """A whole call; the parameters are an object."""

    name: str | None | Unset = UNSET
    parameters: Json | Unset = UNSET


@wire
class ToolCallDelta(Wire):
    """More of a call, or of the text before it; the parameters are a piece of JSON text."""

    name: str | None | Unset = UNSET
    index: int | float | None | Unset = UNSET
    parameters: str | None | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class ChatCitation(Wire):
    """A passage of the answer, by characters, and the documents it rests on."""

    start: int | None | Unset = UNSET
    end: int | None | Unset = UNSET
    text: str | None | Unset = UNSET
    document_ids: Json | Unset = UNSET
    type: str | None | Unset = rare()


@wire
class ApiMetaBilledUnits(Wire):
    """What is paid for, which is less than what was read."""

    input_tokens: int | float | None | Unset = UNSET
    output_tokens: int | float | None | Unset = UNSET
    search_units: int | float | None | Unset = rare()
    classifications: int | float | None | Unset = rare()
    images: int | float | None | Unset = rare()
    image_tokens: int | float | None | Unset = rare()
    text_tokens: int | float | None | Unset = rare()
    pages: int | float | None | Unset = rare()


@wire
class ApiMetaTokens(Wire):
    """What was read and written."""

    input_tokens: int | float | None | Unset = UNSET
    output_tokens: int | float | None | Unset = UNSET


@wire
class ApiMeta(Wire):
    """The usage, and what the server says of itself."""

    api_version: Json | Unset = UNSET
    billed_units: ApiMetaBilledUnits | None | Unset = UNSET
    tokens: ApiMetaTokens | None | Unset = UNSET
    cached_tokens: int | float | None | Unset = UNSET
    warnings: Json | Unset = UNSET


@wire
class NonStreamedChatResponse(Wire):
    """The whole answer once more, and the usage, which stands nowhere else."""

    response_id: str | None | Unset = UNSET
    generation_id: str | None | Unset = UNSET
    text: str | None | Unset = UNSET
    finish_reason: str | None | Unset = UNSET
    chat_history: Json | Unset = UNSET
    tool_calls: list[ToolCall] | None | Unset = UNSET
    citations: list[ChatCitation] | None | Unset = UNSET
    documents: Json | Unset = UNSET
    is_search_required: bool | None | Unset = UNSET
    search_queries: Json | Unset = UNSET
    search_results: Json | Unset = UNSET
    meta: ApiMeta | None | Unset = UNSET
    token_count: Json | Unset = UNSET


@wire
class StreamedChatResponse(Wire):
    """One line; `is_finished` is true on the last."""

    event_type: str | None | Unset = UNSET
    is_finished: bool | None | Unset = UNSET
    text: str | None | Unset = UNSET
    generation_id: str | None | Unset = rare()
    tool_call_delta: ToolCallDelta | None | Unset = rare()
    tool_calls: list[ToolCall] | None | Unset = rare()
    citations: list[ChatCitation] | None | Unset = rare()
    search_queries: Json | Unset = rare()
    search_results: Json | Unset = rare()
    documents: Json | Unset = rare()
    finish_reason: str | None | Unset = rare()
    response: NonStreamedChatResponse | None | Unset = rare()
    prompt: str | None | Unset = rare()
