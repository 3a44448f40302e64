"""Cohere's chat responses that come whole, as its Python SDK names them.

Follows `V2ChatResponse`, `NonStreamedChatResponse` and `Generation` of cohere 7.3.1. Every key may
be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.cohere import wire_v1
from onechunk_adapters.cohere.wire import LogprobItem, ToolCallV2, Usage
from onechunk_adapters.cohere.wire_citations import Citation

__all__ = [
    "AssistantMessageResponse",
    "AssistantMessageResponseContentItem",
    "NonStreamedChatResponse",
    "SingleGeneration",
    "V2ChatResponse",
]


@wire
class AssistantMessageResponseContentItem(Wire):
    """An item of the content, a text or thinking; `type` says which of the fields it has."""

    type: str | None | Unset = UNSET
    text: str | None | Unset = UNSET
    thinking: str | None | Unset = rare()


@wire
class AssistantMessageResponse(Wire):
    """The message; a plan comes before calls."""

    role: str | None | Unset = UNSET
    content: list[AssistantMessageResponseContentItem] | None | Unset = UNSET
    tool_plan: str | None | Unset = rare()
    tool_calls: list[ToolCallV2] | None | Unset = rare()
    citations: list[Citation] | None | Unset = rare()


@wire
class V2ChatResponse(Wire):
    """The whole answer; one that failed before it began has plain text for a message."""

    id: str | None | Unset = UNSET
    finish_reason: str | None | Unset = UNSET
    message: AssistantMessageResponse | None | Unset = UNSET
    usage: Usage | None | Unset = UNSET
    logprobs: list[LogprobItem] | None | Unset = rare()
    error: Json | Unset = rare()


@wire
class SingleGeneration(Wire):
    """One candidate of `/v1/generate`."""

    id: str | None | Unset = UNSET
    text: str | None | Unset = UNSET
    index: int | None | Unset = rare()
    finish_reason: str | None | Unset = UNSET
    likelihood: int | float | None | Unset = rare()
    token_likelihoods: Json | Unset = rare()


@wire
class NonStreamedChatResponse(wire_v1.NonStreamedChatResponse):
    """The whole answer of v1 chat, or of `/v1/generate`, which nothing in it tells apart.

    The last fields are those of the latter, and the message of an answer that failed.
    """

    id: str | None | Unset = rare()
    prompt: str | None | Unset = rare()
    generations: list[SingleGeneration] | None | Unset = rare()
    message: Json | Unset = rare()
