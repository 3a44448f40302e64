"""Cohere's v2 chat events, as its Python SDK names them.

Follows the types of cohere 7.3.1: `V2ChatStreamResponse` and what it holds. Every key may be
missing; a type that is not known, or comes in another form, is kept whole.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.cohere.wire_citations import (
    CitationEndV2ChatStreamResponse,
    CitationStartV2ChatStreamResponse,
)

__all__ = [
    "ChatContentDeltaEventDelta",
    "ChatContentDeltaEventDeltaMessage",
    "ChatContentDeltaEventDeltaMessageContent",
    "ChatContentStartEventDelta",
    "ChatContentStartEventDeltaMessage",
    "ChatContentStartEventDeltaMessageContent",
    "ChatMessageEndEventDelta",
    "ChatMessageStartEventDelta",
    "ChatMessageStartEventDeltaMessage",
    "ChatToolCallDeltaEventDelta",
    "ChatToolCallDeltaEventDeltaMessage",
    "ChatToolCallDeltaEventDeltaMessageToolCalls",
    "ChatToolCallDeltaEventDeltaMessageToolCallsFunction",
    "ChatToolCallStartEventDelta",
    "ChatToolCallStartEventDeltaMessage",
    "ChatToolPlanDeltaEventDelta",
    "ChatToolPlanDeltaEventDeltaMessage",
    "ContentDeltaV2ChatStreamResponse",
    "ContentEndV2ChatStreamResponse",
    "ContentStartV2ChatStreamResponse",
    "DebugV2ChatStreamResponse",
    "Event",
    "LogprobItem",
    "MessageEndV2ChatStreamResponse",
    "MessageStartV2ChatStreamResponse",
    "ToolCallDeltaV2ChatStreamResponse",
    "ToolCallEndV2ChatStreamResponse",
    "ToolCallStartV2ChatStreamResponse",
    "ToolCallV2",
    "ToolCallV2Function",
    "ToolPlanDeltaV2ChatStreamResponse",
    "Usage",
    "UsageBilledUnits",
    "UsageTokens",
    "V2ChatStreamResponse",
]


@wire
class ChatMessageStartEventDeltaMessage(Wire):
    """The message at its start; all but the role is empty."""

    role: str | None | Unset = UNSET
    content: Json | Unset = UNSET
    tool_plan: str | None | Unset = UNSET
    tool_calls: Json | Unset = UNSET
    citations: Json | Unset = UNSET


@wire
class ChatMessageStartEventDelta(Wire):
    """What is around the message."""

    message: ChatMessageStartEventDeltaMessage | None | Unset = UNSET


@wire
class MessageStartV2ChatStreamResponse(Wire):
    """The first event."""

    type: Literal["message-start"] | Unset = UNSET
    id: str | None | Unset = UNSET
    delta: ChatMessageStartEventDelta | None | Unset = UNSET


@wire
class ChatContentDeltaEventDeltaMessageContent(Wire):
    """More text or more reasoning: one of the fields."""

    text: str | None | Unset = UNSET
    thinking: str | None | Unset = rare()


@wire
class ChatContentDeltaEventDeltaMessage(Wire):
    """What is around the content."""

    content: ChatContentDeltaEventDeltaMessageContent | None | Unset = UNSET


@wire
class ChatContentDeltaEventDelta(Wire):
    """What is around the message."""

    message: ChatContentDeltaEventDeltaMessage | None | Unset = UNSET


@wire
class LogprobItem(Wire):
    """Logprobs of the tokens of a delta."""

    text: str | None | Unset = UNSET
    token_ids: Json | Unset = UNSET
    logprobs: Json | Unset = UNSET


@wire
class ContentDeltaV2ChatStreamResponse(Wire):
    """More of a content item."""

    type: Literal["content-delta"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: ChatContentDeltaEventDelta | None | Unset = UNSET
    logprobs: LogprobItem | None | Unset = rare()


@wire
class ChatContentStartEventDeltaMessageContent(ChatContentDeltaEventDeltaMessageContent):
    """The kind of item that opens, and the empty field of that kind."""

    type: str | None | Unset = UNSET


@wire
class ChatContentStartEventDeltaMessage(Wire):
    """What is around the content."""

    content: ChatContentStartEventDeltaMessageContent | None | Unset = UNSET


@wire
class ChatContentStartEventDelta(Wire):
    """What is around the message."""

    message: ChatContentStartEventDeltaMessage | None | Unset = UNSET


@wire
class ContentStartV2ChatStreamResponse(Wire):
    """A content item opens; `index` counts only these."""

    type: Literal["content-start"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: ChatContentStartEventDelta | None | Unset = UNSET


@wire
class ContentEndV2ChatStreamResponse(Wire):
    """A content item closes."""

    type: Literal["content-end"] | Unset = UNSET
    index: int | None | Unset = UNSET


@wire
class ChatToolPlanDeltaEventDeltaMessage(Wire):
    """More of what the model says before it calls tools."""

    tool_plan: str | None | Unset = UNSET


@wire
class ChatToolPlanDeltaEventDelta(Wire):
    """What is around the message."""

    message: ChatToolPlanDeltaEventDeltaMessage | None | Unset = UNSET


@wire
class ToolPlanDeltaV2ChatStreamResponse(Wire):
    """More of the tool plan, which nothing opens or closes."""

    type: Literal["tool-plan-delta"] | Unset = UNSET
    delta: ChatToolPlanDeltaEventDelta | None | Unset = UNSET


@wire
class ToolCallV2Function(Wire):
    """The name; the arguments are still empty."""

    name: str | None | Unset = UNSET
    arguments: str | None | Unset = UNSET


@wire
class ToolCallV2(Wire):
    """A call at its start."""

    id: str | None | Unset = UNSET
    type: str | None | Unset = UNSET
    function: ToolCallV2Function | None | Unset = UNSET


@wire
class ChatToolCallStartEventDeltaMessage(Wire):
    """One call, though the key is in the plural."""

    tool_calls: ToolCallV2 | None | Unset = UNSET


@wire
class ChatToolCallStartEventDelta(Wire):
    """What is around the message."""

    message: ChatToolCallStartEventDeltaMessage | None | Unset = UNSET


@wire
class ToolCallStartV2ChatStreamResponse(Wire):
    """A call opens; `index` counts only calls."""

    type: Literal["tool-call-start"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: ChatToolCallStartEventDelta | None | Unset = UNSET


@wire
class ChatToolCallDeltaEventDeltaMessageToolCallsFunction(Wire):
    """More of the arguments, as a piece of JSON text."""

    arguments: str | None | Unset = UNSET


@wire
class ChatToolCallDeltaEventDeltaMessageToolCalls(Wire):
    """What is around the function."""

    function: ChatToolCallDeltaEventDeltaMessageToolCallsFunction | None | Unset = UNSET


@wire
class ChatToolCallDeltaEventDeltaMessage(Wire):
    """One call, though the key is in the plural."""

    tool_calls: ChatToolCallDeltaEventDeltaMessageToolCalls | None | Unset = UNSET


@wire
class ChatToolCallDeltaEventDelta(Wire):
    """What is around the message."""

    message: ChatToolCallDeltaEventDeltaMessage | None | Unset = UNSET


@wire
class ToolCallDeltaV2ChatStreamResponse(Wire):
    """More of a call; one without arguments has no such event."""

    type: Literal["tool-call-delta"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: ChatToolCallDeltaEventDelta | None | Unset = UNSET


@wire
class ToolCallEndV2ChatStreamResponse(Wire):
    """A call closes."""

    type: Literal["tool-call-end"] | Unset = UNSET
    index: int | None | Unset = UNSET


@wire
class UsageBilledUnits(Wire):
    """What is paid for, which is less than what was read."""

    input_tokens: int | float | None | Unset = UNSET
    output_tokens: int | float | None | Unset = UNSET
    search_units: int | float | None | Unset = rare()
    classifications: int | float | None | Unset = rare()


@wire
class UsageTokens(Wire):
    """What was read and written; servers send the last two, which the SDK does not name."""

    input_tokens: int | float | None | Unset = UNSET
    output_tokens: int | float | None | Unset = UNSET
    image_tokens: int | float | None | Unset = rare()
    reasoning_tokens: int | float | None | Unset = rare()


@wire
class Usage(Wire):
    """Totals of the whole answer; the cached tokens are part of the input."""

    billed_units: UsageBilledUnits | None | Unset = UNSET
    tokens: UsageTokens | None | Unset = UNSET
    cached_tokens: int | float | None | Unset = UNSET


@wire
class ChatMessageEndEventDelta(Wire):
    """Why the message ended; `error` is text."""

    finish_reason: str | None | Unset = UNSET
    usage: Usage | None | Unset = UNSET
    error: str | None | Unset = rare()
    error_type: str | None | Unset = rare()


@wire
class MessageEndV2ChatStreamResponse(Wire):
    """The last event."""

    type: Literal["message-end"] | Unset = UNSET
    id: str | None | Unset = rare()
    delta: ChatMessageEndEventDelta | None | Unset = UNSET


@wire
class DebugV2ChatStreamResponse(Wire):
    """The prompt as the model saw it."""

    type: Literal["debug"] | Unset = UNSET
    prompt: str | None | Unset = UNSET


@wire
class Event(Wire):
    """An event of any other type."""

    type: str | None | Unset = UNSET


V2ChatStreamResponse = (
    MessageStartV2ChatStreamResponse
    | ContentStartV2ChatStreamResponse
    | ContentDeltaV2ChatStreamResponse
    | ContentEndV2ChatStreamResponse
    | ToolPlanDeltaV2ChatStreamResponse
    | ToolCallStartV2ChatStreamResponse
    | ToolCallDeltaV2ChatStreamResponse
    | ToolCallEndV2ChatStreamResponse
    | CitationStartV2ChatStreamResponse
    | CitationEndV2ChatStreamResponse
    | MessageEndV2ChatStreamResponse
    | DebugV2ChatStreamResponse
    | Event
)
