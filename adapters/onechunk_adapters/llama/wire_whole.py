"""The chat completion that servers of Llama models send whole.

Follows `ChatCompletionResponse` of Atoma's SDK and, for `stop_reason`, vLLM; presence is as seen on
the wire: every key may be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.llama.wire import (
    ChatCompletionChunkDeltaToolCall,
    CompletionUsage,
    StopReason,
)

__all__ = ["ChatCompletionChoice", "ChatCompletionMessage", "ChatCompletionResponse"]


@wire
class ChatCompletionMessage(Wire):
    """The message of a choice; newer servers call the reasoning `reasoning`."""

    role: str | None | Unset = UNSET
    content: str | list[Json] | None | Unset = UNSET
    reasoning_content: str | None | Unset = rare()
    reasoning: str | None | Unset = rare()
    tool_calls: (
        list[ChatCompletionChunkDeltaToolCall] | ChatCompletionChunkDeltaToolCall | None | Unset
    ) = rare()


@wire
class ChatCompletionChoice(Wire):
    """One candidate."""

    index: int | None | Unset = UNSET
    message: ChatCompletionMessage | None | Unset = UNSET
    logprobs: Json | Unset = rare()
    finish_reason: str | None | Unset = UNSET
    stop_reason: int | str | StopReason | None | Unset = rare()


@wire
class ChatCompletionResponse(Wire):
    """The whole answer."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    choices: list[ChatCompletionChoice] | None | Unset = UNSET
    usage: CompletionUsage | None | Unset = UNSET
    error: Json | Unset = rare()
    service_tier: str | None | Unset = rare()
    system_fingerprint: str | None | Unset = rare()
