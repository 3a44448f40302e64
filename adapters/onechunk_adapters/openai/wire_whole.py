"""The OpenAI chat completion that comes whole.

Follows the chat completion of openai 3.52; presence is as seen on the wire: every key may be
missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.openai.wire import ChatCompletionChunkUsage, ToolCall, ToolCallFunction

__all__ = ["ChatCompletion", "ChatCompletionChoice", "ChatCompletionMessage"]


@wire
class ChatCompletionMessage(Wire):
    """The message of a choice; `function_call` is the form before tool calls."""

    role: str | None | Unset = UNSET
    content: str | list[Json] | None | Unset = UNSET
    refusal: str | None | Unset = rare()
    tool_calls: list[ToolCall] | ToolCall | None | Unset = rare()
    function_call: ToolCallFunction | None | Unset = rare()


@wire
class ChatCompletionChoice(Wire):
    """One candidate."""

    index: int | None | Unset = UNSET
    message: ChatCompletionMessage | None | Unset = UNSET
    finish_reason: str | None | Unset = UNSET
    logprobs: Json | Unset = UNSET


@wire
class ChatCompletion(Wire):
    """The whole answer."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    system_fingerprint: str | None | Unset = rare()
    service_tier: str | None | Unset = rare()
    choices: list[ChatCompletionChoice] | None | Unset = UNSET
    usage: ChatCompletionChunkUsage | None | Unset = rare()
    error: Json | Unset = rare()
