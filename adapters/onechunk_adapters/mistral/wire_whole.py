"""Mistral's chat completion that comes whole.

Follows `ChatCompletionResponse` of mistralai 3.7.0; presence is as seen on the wire: every key may
be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.mistral.content import ContentChunk
from onechunk_adapters.mistral.wire import (
    ChoiceLogprobs,
    DeltaMessage,
    ToolCall,
    UsageInfo,
)

__all__ = ["AssistantMessage", "ChatCompletionChoice", "ChatCompletionResponse"]


@wire
class AssistantMessage(Wire):
    """The message of a choice."""

    role: str | None | Unset = UNSET
    content: str | list[ContentChunk] | None | Unset = UNSET
    tool_calls: list[ToolCall] | ToolCall | None | Unset = UNSET
    prefix: bool | None | Unset = UNSET


@wire
class ChatCompletionChoice(Wire):
    """One candidate; `messages` are those of tools that the server ran."""

    index: int | None | Unset = UNSET
    message: AssistantMessage | None | Unset = UNSET
    messages: list[DeltaMessage] | None | Unset = rare()
    finish_reason: str | None | Unset = UNSET
    logprobs: ChoiceLogprobs | None | Unset = rare()
    prompt_logprobs: ChoiceLogprobs | None | Unset = rare()


@wire
class ChatCompletionResponse(Wire):
    """The whole answer."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    usage: UsageInfo | None | Unset = UNSET
    choices: list[ChatCompletionChoice] | None | Unset = UNSET
    error: Json | Unset = rare()
