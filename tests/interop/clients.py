"""What the vendors' clients make of a body, by nothing but their public interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from mistralai.client import Mistral
from mistralai.client.models import DeltaMessage, TextChunk, ThinkChunk
from openai import APIError, OpenAI
from openai.types.chat.chat_completion_chunk import ChoiceDelta
from openai.types.completion_usage import CompletionUsage

from tests.interop.answer import Answer, Call, Said
from tests.interop.replay import Replay

__all__ = ["ask_chat", "ask_completions", "ask_mistral"]

T = TypeVar("T")

COUNTS = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "total_tokens": "total_tokens",
}
INPUT_COUNTS = {
    "cached_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "audio_tokens": "input_audio_tokens",
}
OUTPUT_COUNTS = {
    "reasoning_tokens": "reasoning_tokens",
    "audio_tokens": "output_audio_tokens",
    "accepted_prediction_tokens": "accepted_prediction_tokens",
    "rejected_prediction_tokens": "rejected_prediction_tokens",
}


def ask_chat(client: OpenAI, replay: Replay, body: bytes) -> Said:
    """Stream a chat completion with OpenAI's client."""
    client = client.with_options(base_url=replay.address(body))
    said = Said()
    with client.chat.completions.create(model="m", messages=[], stream=True) as stream:
        for chunk in _until_error(stream, said):
            said.id, said.model = chunk.id, chunk.model
            if chunk.usage is not None:
                said.usage = _counts(chunk.usage)
            for choice in chunk.choices:
                _add_delta(said.answer(choice.index), choice.delta)
                if choice.finish_reason is not None:
                    said.answer(choice.index).finish = choice.finish_reason
    return said


def _add_delta(answer: Answer, delta: ChoiceDelta) -> None:
    answer.text += delta.content or ""
    answer.refusal += delta.refusal or ""
    answer.words += (delta.content or "") + (delta.refusal or "")
    answer.reasoning += (delta.model_extra or {}).get("reasoning_content") or ""
    for each in delta.tool_calls or ():
        if each.index == len(answer.calls):
            answer.calls.append(Call())
        call = answer.calls[each.index]
        call.add(id=each.id)
        if each.function is not None:
            call.add(name=each.function.name, arguments=each.function.arguments)


def ask_completions(client: OpenAI, replay: Replay, body: bytes) -> Said:
    """Stream a text completion with OpenAI's client."""
    client = client.with_options(base_url=replay.address(body))
    said = Said()
    with client.completions.create(model="m", prompt="", stream=True) as stream:
        for chunk in _until_error(stream, said):
            said.id, said.model = chunk.id, chunk.model
            if chunk.usage is not None:
                said.usage = _counts(chunk.usage)
            for choice in chunk.choices:
                answer = said.answer(choice.index)
                answer.words += choice.text
                answer.finish = choice.finish_reason or answer.finish
    return said


def _until_error(stream: Iterable[T], said: Said) -> Iterator[T]:
    """Yield what the client yields; an error that it raises ends the stream and is noted."""
    try:
        yield from stream
    except APIError as error:
        said.failed = bool(type(error) is APIError and error.message)


def ask_mistral(client: Mistral, replay: Replay, body: bytes) -> Said:
    """Stream a chat completion with Mistral's client, which validates every chunk."""
    said = Said()
    with client.chat.stream(model="m", messages=[], server_url=replay.address(body)) as stream:
        for event in stream:
            chunk = event.data
            said.id, said.model = chunk.id, chunk.model
            if chunk.usage is not None:
                given = chunk.usage.model_dump(exclude_unset=True)
                said.usage = _named(given, COUNTS) | _details(given)
            for choice in chunk.choices:
                answer = said.answer(choice.index)
                text, reasoning = _mistral_texts(choice.delta)
                answer.words += text
                answer.reasoning += reasoning
                for each in choice.delta.tool_calls or ():
                    if each.index == len(answer.calls):
                        answer.calls.append(Call())
                    answer.calls[each.index or 0].add(
                        id=None if each.id == "null" else each.id,
                        name=each.function.name,
                        arguments=each.function.arguments,
                    )
                answer.finish = choice.finish_reason or answer.finish
                said.failed = said.failed or choice.finish_reason == "error"
    return said


def _mistral_texts(delta: DeltaMessage) -> tuple[str, str]:
    content = delta.content
    if isinstance(content, str):
        return content, ""
    items: list[Any] = content if isinstance(content, list) else []
    text = "".join(item.text for item in items if isinstance(item, TextChunk))
    thoughts = [piece for item in items if isinstance(item, ThinkChunk) for piece in item.thinking]
    return text, "".join(piece.text for piece in thoughts if isinstance(piece, TextChunk))


def _counts(usage: CompletionUsage) -> dict[str, int]:
    given = usage.model_dump(exclude_unset=True)
    return _named(given, COUNTS) | _details(given)


def _details(given: dict[str, Any]) -> dict[str, int]:
    return _named(given.get("prompt_tokens_details"), INPUT_COUNTS) | _named(
        given.get("completion_tokens_details"), OUTPUT_COUNTS
    )


def _named(given: dict[str, Any] | None, names: dict[str, str]) -> dict[str, int]:
    found: Iterable[tuple[str, Any]] = (given or {}).items()
    return {names[name]: count for name, count in found if name in names and count is not None}
