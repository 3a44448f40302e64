"""Meta's Llama API body that comes whole, as its Python SDK names it.

Follows `CreateChatCompletionResponse` of llama-api-client 0.6.0. Every key may be missing; content
in another form is kept whole.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.llama_api.wire import EventMetric

__all__ = [
    "CompletionMessage",
    "CreateChatCompletionResponse",
    "ToolCall",
    "ToolCallFunction",
]


@wire
class ToolCallFunction(Wire):
    """Name, and arguments as JSON text."""

    name: str | None | Unset = UNSET
    arguments: str | None | Unset = UNSET


@wire
class ToolCall(Wire):
    """A call of a tool."""

    id: str | None | Unset = UNSET
    function: ToolCallFunction | None | Unset = UNSET


@wire
class CompletionMessage(Wire):
    """The answer; the content is a text or an object of type `text`."""

    role: str | None | Unset = UNSET
    content: Json | Unset = UNSET
    stop_reason: str | None | Unset = UNSET
    tool_calls: list[ToolCall] | None | Unset = rare()


@wire
class CreateChatCompletionResponse(Wire):
    """The whole answer; an error comes bare, in place of the message."""

    id: str | None | Unset = UNSET
    completion_message: CompletionMessage | None | Unset = UNSET
    metrics: list[EventMetric] | None | Unset = UNSET
    error: Json | Unset = rare()
