"""Ollama's answer lines, as its Python SDK names them.

Follows `_types.py` of ollama 0.6.3 and, for what it leaves out, the server's own answer types
(ollama/ollama, commit fb307609). Every key may be missing; counts and durations that are zero are.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = ["ChatResponse", "Function", "Logprob", "Message", "TokenLogprob", "ToolCall"]


@wire
class Function(Wire):
    """Name and arguments, an object; `index` counts over the answer, at older servers it lacks."""

    index: int | None | Unset = UNSET
    name: str | None | Unset = UNSET
    arguments: dict[str, Json] | str | None | Unset = UNSET


@wire
class ToolCall(Wire):
    """A call, always whole; older servers give it no id."""

    id: str | None | Unset = UNSET
    function: Function | None | Unset = UNSET


@wire
class Message(Wire):
    """What is new; `content` is there even where it is empty."""

    role: str | None | Unset = UNSET
    content: str | None | Unset = UNSET
    thinking: str | None | Unset = rare()
    tool_calls: list[ToolCall] | None | Unset = rare()
    images: list[str] | None | Unset = rare()
    tool_name: str | None | Unset = rare()
    tool_call_id: str | None | Unset = rare()


@wire
class TokenLogprob(Wire):
    """One alternative."""

    token: str | None | Unset = UNSET
    logprob: float | int | None | Unset = UNSET
    bytes: Json | Unset = UNSET


@wire
class Logprob(TokenLogprob):
    """One token with its alternatives."""

    top_logprobs: list[TokenLogprob] | None | Unset = UNSET


@wire
class ChatResponse(Wire):
    """One line of a chat, or of `/api/generate`; the one with `done` is the last and has usage.

    Nothing on the line says which of the two it is, so this class holds what the SDK splits into
    `ChatResponse` and `GenerateResponse`. From `response` on, the fields are those of the latter.
    """

    model: str | None | Unset = UNSET
    created_at: str | None | Unset = UNSET
    message: Message | None | Unset = UNSET
    done: bool | None | Unset = UNSET
    done_reason: str | None | Unset = rare()
    total_duration: int | None | Unset = rare()
    load_duration: int | None | Unset = rare()
    prompt_eval_count: int | None | Unset = rare()
    prompt_eval_duration: int | None | Unset = rare()
    eval_count: int | None | Unset = rare()
    eval_duration: int | None | Unset = rare()
    logprobs: list[Logprob] | None | Unset = rare()
    remote_model: str | None | Unset = rare()
    remote_host: str | None | Unset = rare()
    error: Json | Unset = rare()
    response: str | None | Unset = rare()
    thinking: str | None | Unset = rare()
    context: list[int] | None | Unset = rare()
    image: str | None | Unset = rare()
    completed: int | None | Unset = rare()
    total: int | None | Unset = rare()
