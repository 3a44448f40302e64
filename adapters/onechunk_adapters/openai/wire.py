"""The OpenAI chat chunk, as Sudo's `Data` names it.

Follows `docs/models/data.md` of sudo-ai (sudoappai/sudo-python, commit 5c4c875) and, for what that
document leaves out, the chat completion chunk of openai 3.52. Presence is as seen on the wire:
every key may be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionChunkUsage",
    "ChatCompletionDelta",
    "Data",
    "ToolCall",
    "ToolCallFunction",
]


@wire
class ToolCallFunction(Wire):
    """Name on the first fragment; arguments as a piece of JSON text, at clones an object."""

    name: str | None | Unset = UNSET
    arguments: str | dict[str, Json] | None | Unset = UNSET


@wire
class ToolCall(Wire):
    """A call, or a fragment that carries only its index and a piece of the arguments."""

    index: int | None | Unset = UNSET
    id: str | None | Unset = rare()
    type: str | None | Unset = rare()
    function: ToolCallFunction | None | Unset = UNSET


@wire
class ChatCompletionDelta(Wire):
    """What is new in a choice; `function_call` is the form before tool calls."""

    role: str | None | Unset = rare()
    content: str | list[Json] | None | Unset = UNSET
    refusal: str | None | Unset = rare()
    tool_calls: list[ToolCall] | ToolCall | None | Unset = rare()
    function_call: ToolCallFunction | None | Unset = rare()


@wire
class ChatCompletionChunkChoice(Wire):
    """One candidate; several come interleaved, told apart by `index`."""

    index: int | None | Unset = UNSET
    delta: ChatCompletionDelta | None | Unset = UNSET
    finish_reason: str | None | Unset = UNSET
    logprobs: Json | Unset = UNSET


@wire
class ChatCompletionChunkUsage(Wire):
    """Totals of the whole answer; cached tokens and reasoning are included."""

    prompt_tokens: int | None | Unset = UNSET
    completion_tokens: int | None | Unset = UNSET
    total_tokens: int | None | Unset = UNSET
    prompt_tokens_details: Json | Unset = UNSET
    completion_tokens_details: Json | Unset = UNSET


@wire
class Data(Wire):
    """One chunk; `choices` is empty on the chunk that carries usage."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    system_fingerprint: str | None | Unset = rare()
    service_tier: str | None | Unset = rare()
    choices: list[ChatCompletionChunkChoice] | None | Unset = UNSET
    usage: ChatCompletionChunkUsage | None | Unset = rare()
    error: Json | Unset = rare()
    obfuscation: str | None | Unset = rare()
    moderation: Json | Unset = rare()


@wire
class ChatCompletionChunk(Wire):
    """The event around a chunk; `data` may be absent."""

    data: Data | None | Unset = UNSET
