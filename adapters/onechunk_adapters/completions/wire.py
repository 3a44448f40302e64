"""The text completion, as r9s's `CompletionResponse` names it.

Follows `docs/models/completionresponse.md` of r9s (r9s-ai/r9s-python, tags v0.4.1 to v0.9.2), its
stream sibling `CompletionStreamEvent`, and OpenAI's own `text_completion`. One class serves all:
whole answer and stream have the same keys. Every key may be missing.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = ["CompletionChoice", "CompletionEvent", "CompletionResponse", "Usage"]


@wire
class CompletionChoice(Wire):
    """One candidate; in a stream `text` is what is new."""

    text: str | None | Unset = UNSET
    index: int | None | Unset = UNSET
    logprobs: Json | Unset = UNSET
    finish_reason: str | None | Unset = UNSET


@wire
class Usage(Wire):
    """Totals of the whole answer."""

    prompt_tokens: int | None | Unset = UNSET
    completion_tokens: int | None | Unset = UNSET
    total_tokens: int | None | Unset = UNSET
    prompt_tokens_details: Json | Unset = UNSET
    completion_tokens_details: Json | Unset = UNSET


@wire
class CompletionResponse(Wire):
    """A whole answer or one chunk of it; `object` is `completion` or `text_completion`."""

    id: str | None | Unset = UNSET
    object: str | None | Unset = UNSET
    created: int | float | None | Unset = UNSET
    model: str | None | Unset = UNSET
    choices: list[CompletionChoice] | None | Unset = UNSET
    usage: Usage | None | Unset = rare()
    error: Json | Unset = rare()
    system_fingerprint: str | None | Unset = rare()
    obfuscation: str | None | Unset = rare()


@wire
class CompletionEvent(Wire):
    """The event around a chunk of a stream, which r9s's SDK unwraps."""

    data: CompletionResponse | None | Unset = UNSET
    id: str | None | Unset = UNSET
    event: str | None | Unset = UNSET
    retry: int | None | Unset = UNSET
