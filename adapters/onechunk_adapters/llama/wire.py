"""The chat chunk of servers that run Llama models, as Atoma names it.

Follows `docs/models/chatcompletionchunk.md` of atoma-sdk (atoma-network/atoma-sdk-python, commit
8f82551) and, for what its servers run, the stream classes of vLLM. Every key may be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionChunkDelta",
    "ChatCompletionChunkDeltaToolCall",
    "ChatCompletionChunkDeltaToolCallFunction",
    "ChatCompletionChunkEvent",
    "CompletionUsage",
    "StopReason",
]


@wire
class ChatCompletionChunkDeltaToolCallFunction(Wire):
    """Name on the first fragment; arguments as a piece of JSON text."""

    name: str | None | Unset = UNSET
    arguments: str | dict[str, Json] | None | Unset = UNSET


@wire
class ChatCompletionChunkDeltaToolCall(Wire):
    """A call, or a fragment that carries only its index and a piece of the arguments."""

    id: str | None | Unset = UNSET
    type: str | None | Unset = UNSET
    index: int | None | Unset = UNSET
    function: ChatCompletionChunkDeltaToolCallFunction | None | Unset = UNSET


@wire
class ChatCompletionChunkDelta(Wire):
    """What is new in a choice; newer servers call the reasoning `reasoning`."""

    role: str | None | Unset = rare()
    content: str | list[Json] | None | Unset = UNSET
    reasoning_content: str | None | Unset = rare()
    reasoning: str | None | Unset = rare()
    tool_calls: (
        list[ChatCompletionChunkDeltaToolCall] | ChatCompletionChunkDeltaToolCall | None | Unset
    ) = rare()


@wire
class StopReason(Wire):
    """The tagged form of a stop reason that the SDK declares; servers send the bare value."""

    Int: int | None | Unset = UNSET
    String: str | None | Unset = UNSET


@wire
class ChatCompletionChunkChoice(Wire):
    """One candidate; several come interleaved, told apart by `index`."""

    index: int | None | Unset = UNSET
    delta: ChatCompletionChunkDelta | None | Unset = UNSET
    logprobs: Json | Unset = rare()
    finish_reason: str | None | Unset = UNSET
    stop_reason: int | str | StopReason | None | Unset = rare()


@wire
class CompletionUsage(Wire):
    """Totals so far; may stand on every chunk."""

    prompt_tokens: int | None | Unset = UNSET
    completion_tokens: int | None | Unset = UNSET
    total_tokens: int | None | Unset = UNSET
    prompt_tokens_details: Json | Unset = UNSET


@wire
class ChatCompletionChunk(Wire):
    """One chunk; the proxy adds `response_hash` and `signature` to each."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    choices: list[ChatCompletionChunkChoice] | None | Unset = UNSET
    usage: CompletionUsage | None | Unset = rare()
    error: Json | Unset = rare()
    system_fingerprint: str | None | Unset = rare()
    response_hash: str | None | Unset = rare()
    signature: str | None | Unset = rare()


@wire
class ChatCompletionChunkEvent(Wire):
    """The event around a chunk."""

    data: ChatCompletionChunk | None | Unset = UNSET
