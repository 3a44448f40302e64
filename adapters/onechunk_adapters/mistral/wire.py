"""Mistral's chat chunk, as its Python and TypeScript SDKs name it.

Follows `docs/models/completionchunk.md` of mistralai (mistralai/client-python, v1.0.0 to v1.8.2),
`docs/models/components/completionchunk.md` of @mistralai/mistralai (v1.1.0), and the types of
mistralai 3.7.0. Every key may be missing; 1.0.0 sent one tool call in place of a list.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.mistral.content import ContentChunk

__all__ = [
    "ChoiceLogprobs",
    "CompletionChunk",
    "CompletionEvent",
    "CompletionResponseStreamChoice",
    "DeltaMessage",
    "FunctionCall",
    "TokenLogprobs",
    "TokenLogprobsTopK",
    "ToolCall",
    "UsageInfo",
]


@wire
class FunctionCall(Wire):
    """Name and arguments; the arguments are JSON text or an object."""

    name: str | None | Unset = UNSET
    arguments: str | dict[str, Json] | None | Unset = UNSET


@wire
class ToolCall(Wire):
    """A call, mostly whole; an id of the four letters `null` is no id."""

    function: FunctionCall | None | Unset = UNSET
    id: str | None | Unset = rare()
    type: str | None | Unset = rare()
    index: int | None | Unset = rare()


@wire
class DeltaMessage(Wire):
    """What is new in a choice; `index` counts messages, not choices."""

    role: str | None | Unset = rare()
    content: str | list[ContentChunk] | None | Unset = UNSET
    tool_calls: list[ToolCall] | ToolCall | None | Unset = rare()
    tool_call_id: str | None | Unset = rare()
    index: int | None | Unset = rare()
    metadata: Json | Unset = rare()


@wire
class TokenLogprobs(Wire):
    """One alternative."""

    token: str | None | Unset = UNSET
    logprob: float | int | None | Unset = UNSET
    bytes: Json | Unset = UNSET
    token_id: int | None | Unset = UNSET


@wire
class TokenLogprobsTopK(Wire):
    """One token with its alternatives."""

    token: str | None | Unset = UNSET
    logprob: float | int | None | Unset = UNSET
    bytes: Json | Unset = UNSET
    token_id: int | None | Unset = UNSET
    top_logprobs: list[TokenLogprobs] | None | Unset = UNSET


@wire
class ChoiceLogprobs(Wire):
    """Logprobs of the tokens of a choice."""

    content: list[TokenLogprobsTopK] | None | Unset = UNSET


@wire
class CompletionResponseStreamChoice(Wire):
    """One candidate; several come interleaved, told apart by `index`."""

    index: int | None | Unset = UNSET
    delta: DeltaMessage | None | Unset = UNSET
    finish_reason: str | None | Unset = UNSET
    logprobs: ChoiceLogprobs | None | Unset = rare()
    prompt_logprobs: ChoiceLogprobs | None | Unset = rare()


@wire
class UsageInfo(Wire):
    """Totals of the whole answer, on the last chunk."""

    prompt_tokens: int | None | Unset = UNSET
    completion_tokens: int | None | Unset = UNSET
    total_tokens: int | None | Unset = UNSET
    prompt_audio_seconds: Json | Unset = UNSET
    service_tier: str | None | Unset = UNSET


@wire
class CompletionChunk(Wire):
    """One chunk; `p`, random padding, stays in `extra`."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    usage: UsageInfo | None | Unset = rare()
    choices: list[CompletionResponseStreamChoice] | None | Unset = UNSET


@wire
class CompletionEvent(Wire):
    """The event around a chunk."""

    data: CompletionChunk | None | Unset = UNSET
