"""Anthropic's stream events, as its Python SDK names them.

Follows the types of anthropic 2.11.0: `RawMessageStreamEvent` and what it holds, the shared
`ErrorResponse`, and what only the types of its beta messages know, whose names stand here without
`Beta`. Every key may be missing; a type that is not known, or comes in another form, is kept whole.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.anthropic.content import ContentBlock, TextCitation

__all__ = [
    "CacheCreation",
    "CitationsDelta",
    "CompactionContentBlockDelta",
    "Container",
    "Delta",
    "ErrorObject",
    "ErrorResponse",
    "Event",
    "InputJSONDelta",
    "Message",
    "MessageDeltaUsage",
    "MessageStreamEvent",
    "OtherDelta",
    "OutputTokensDetails",
    "PingEvent",
    "RawContentBlockDelta",
    "RawContentBlockDeltaEvent",
    "RawContentBlockStartEvent",
    "RawContentBlockStopEvent",
    "RawMessageDeltaEvent",
    "RawMessageStartEvent",
    "RawMessageStopEvent",
    "RefusalStopDetails",
    "ServerToolUsage",
    "SignatureDelta",
    "TextDelta",
    "ThinkingDelta",
    "Usage",
]


@wire
class TextDelta(Wire):
    """More text."""

    type: Literal["text_delta"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class InputJSONDelta(Wire):
    """More of a call's input, as a piece of JSON text."""

    type: Literal["input_json_delta"] | Unset = UNSET
    partial_json: str | None | Unset = UNSET


@wire
class ThinkingDelta(Wire):
    """More reasoning."""

    type: Literal["thinking_delta"] | Unset = UNSET
    thinking: str | None | Unset = UNSET
    estimated_tokens: int | None | Unset = rare()


@wire
class SignatureDelta(Wire):
    """The signature of the reasoning, whole."""

    type: Literal["signature_delta"] | Unset = UNSET
    signature: str | None | Unset = UNSET


@wire
class CitationsDelta(Wire):
    """One more citation of the text block."""

    type: Literal["citations_delta"] | Unset = UNSET
    citation: TextCitation | None | Unset = UNSET


@wire
class CompactionContentBlockDelta(Wire):
    """The summary, whole."""

    type: Literal["compaction_delta"] | Unset = UNSET
    content: str | None | Unset = UNSET
    encrypted_content: str | None | Unset = rare()


@wire
class OtherDelta(Wire):
    """A delta of any other type."""

    type: str | None | Unset = UNSET


RawContentBlockDelta = (
    TextDelta
    | InputJSONDelta
    | ThinkingDelta
    | SignatureDelta
    | CitationsDelta
    | CompactionContentBlockDelta
    | OtherDelta
)


@wire
class CacheCreation(Wire):
    """Tokens written to the cache, by how long it keeps them."""

    ephemeral_5m_input_tokens: int | None | Unset = UNSET
    ephemeral_1h_input_tokens: int | None | Unset = UNSET


@wire
class OutputTokensDetails(Wire):
    """What the output tokens were spent on."""

    thinking_tokens: int | None | Unset = UNSET


@wire
class ServerToolUsage(Wire):
    """How often the server ran its own tools."""

    web_search_requests: int | None | Unset = UNSET
    web_fetch_requests: int | None | Unset = UNSET


@wire
class MessageDeltaUsage(Wire):
    """Totals so far: a key replaces that of the start, a missing one leaves it."""

    input_tokens: int | None | Unset = UNSET
    output_tokens: int | None | Unset = UNSET
    cache_creation_input_tokens: int | None | Unset = UNSET
    cache_read_input_tokens: int | None | Unset = UNSET
    output_tokens_details: OutputTokensDetails | None | Unset = rare()
    server_tool_use: ServerToolUsage | None | Unset = rare()
    iterations: Json | Unset = rare()
    fallback_credit: Json | Unset = rare()


@wire
class Usage(MessageDeltaUsage):
    """Counts at the start; the input does not include what the cache read or took."""

    cache_creation: CacheCreation | None | Unset = UNSET
    service_tier: str | None | Unset = UNSET
    inference_geo: str | None | Unset = rare()
    speed: str | None | Unset = rare()


@wire
class Container(Wire):
    """Where the server ran code."""

    id: str | None | Unset = UNSET
    expires_at: str | None | Unset = UNSET
    skills: Json | Unset = rare()


@wire
class RefusalStopDetails(Wire):
    """Why the model refused."""

    type: Literal["refusal"] | Unset = UNSET
    category: str | None | Unset = UNSET
    explanation: str | None | Unset = UNSET
    recommended_model: str | None | Unset = rare()
    fallback_credit_token: str | None | Unset = rare()
    fallback_has_prefill_claim: bool | None | Unset = rare()


@wire
class Message(Wire):
    """The message at its start; `content` is not empty where a paused turn goes on."""

    type: Literal["message"] | Unset = UNSET
    id: str | None | Unset = UNSET
    role: str | None | Unset = UNSET
    model: str | None | Unset = UNSET
    content: list[ContentBlock] | None | Unset = UNSET
    stop_reason: str | None | Unset = UNSET
    stop_sequence: str | None | Unset = UNSET
    stop_details: RefusalStopDetails | None | Unset = UNSET
    usage: Usage | None | Unset = UNSET
    container: Container | None | Unset = rare()
    diagnostics: Json | Unset = rare()
    context_management: Json | Unset = rare()
    input_transformations: Json | Unset = rare()


@wire
class Delta(Wire):
    """What the end adds to the message."""

    stop_reason: str | None | Unset = UNSET
    stop_sequence: str | None | Unset = UNSET
    stop_details: RefusalStopDetails | None | Unset = rare()
    container: Container | None | Unset = rare()


@wire
class RawMessageStartEvent(Wire):
    """The first event."""

    type: Literal["message_start"] | Unset = UNSET
    message: Message | None | Unset = UNSET


@wire
class RawContentBlockStartEvent(Wire):
    """A block opens; `index` counts blocks of all types."""

    type: Literal["content_block_start"] | Unset = UNSET
    index: int | None | Unset = UNSET
    content_block: ContentBlock | None | Unset = UNSET


@wire
class RawContentBlockDeltaEvent(Wire):
    """More of the open block."""

    type: Literal["content_block_delta"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: RawContentBlockDelta | None | Unset = UNSET


@wire
class RawContentBlockStopEvent(Wire):
    """The block closes."""

    type: Literal["content_block_stop"] | Unset = UNSET
    index: int | None | Unset = UNSET


@wire
class RawMessageDeltaEvent(Wire):
    """Why the message ended, and the usage; rarely sent more than once."""

    type: Literal["message_delta"] | Unset = UNSET
    delta: Delta | None | Unset = UNSET
    usage: MessageDeltaUsage | None | Unset = UNSET
    context_management: Json | Unset = rare()
    input_transformations: Json | Unset = rare()


@wire
class RawMessageStopEvent(Wire):
    """The last event."""

    type: Literal["message_stop"] | Unset = UNSET


@wire
class PingEvent(Wire):
    """Keeps the connection open; may come anywhere."""

    type: Literal["ping"] | Unset = UNSET


@wire
class ErrorObject(Wire):
    """What went wrong."""

    type: str | None | Unset = UNSET
    message: str | None | Unset = UNSET
    details: Json | Unset = rare()


@wire
class ErrorResponse(Wire):
    """An error in mid-stream, after which nothing comes."""

    type: Literal["error"] | Unset = UNSET
    error: ErrorObject | None | Unset = UNSET
    request_id: str | None | Unset = rare()


@wire
class Event(Wire):
    """An event of any other type."""

    type: str | None | Unset = UNSET


MessageStreamEvent = (
    RawMessageStartEvent
    | RawContentBlockStartEvent
    | RawContentBlockDeltaEvent
    | RawContentBlockStopEvent
    | RawMessageDeltaEvent
    | RawMessageStopEvent
    | PingEvent
    | ErrorResponse
    | Event
)
