"""What the clients of record dialects make of a body, by nothing but their public interface.

A record is whole in itself: nothing in it is begun or ended by another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cohere import Client as CohereClient
from google import genai
from google.genai.errors import APIError as GeminiError
from google.genai.types import GenerateContentConfig, GenerateContentResponse, HttpOptions
from google.genai.types import GenerateContentResponseUsageMetadata as GeminiUsage
from llama_api_client import APIError as LlamaError
from llama_api_client import LlamaAPIClient
from llama_api_client.types.create_chat_completion_response_stream_chunk import (
    EventDeltaToolCallDelta,
)
from ollama import ChatResponse
from ollama import Client as OllamaClient
from ollama import ResponseError as OllamaError

from tests.interop.answer import Answer, Call, Said
from tests.interop.clients_events import named, until
from tests.interop.readers import COHERE_V1, GEMINI
from tests.interop.replay import Replay
from tests.support.characters import characters

__all__ = ["ask_cohere_v1", "ask_gemini", "ask_llama_api", "ask_ollama"]


def ask_gemini(client: genai.Client, replay: Replay, body: bytes) -> Said:
    """Stream content with Google's client."""
    said = Said()
    options = HttpOptions(base_url=replay.address(body))
    config = GenerateContentConfig(http_options=options)
    models: Any = client.models  # its types are known in part
    stream: Iterator[GenerateContentResponse] = models.generate_content_stream(
        model="m", contents="?", config=config
    )
    for record in until(stream, said, GeminiError):
        said.id = said.id or record.response_id
        said.model = record.model_version or said.model
        if record.usage_metadata is not None:
            said.usage = _gemini_usage(record.usage_metadata)
        for candidate in record.candidates or ():
            answer = said.answer(candidate.index or 0)
            for part in (candidate.content and candidate.content.parts) or ():
                if part.thought:
                    answer.reasoning += part.text or ""
                else:
                    answer.text += part.text or ""
                    answer.words += part.text or ""
                if (call := part.function_call) is not None:
                    answer.calls.append(Call(call.id, call.name, whole=call.args or {}))
            if candidate.finish_reason is not None:
                answer.finish = candidate.finish_reason.value
                said.failed = said.failed or answer.finish in GEMINI.fails
    return said


def _gemini_usage(usage: GeminiUsage) -> dict[str, int]:
    """Return the totals; the vendor counts thoughts and what tools read apart."""
    thoughts = {"thoughts_token_count": "reasoning_tokens"}
    counts = named(
        usage,
        {
            "prompt_token_count": "input_tokens",
            "candidates_token_count": "output_tokens",
            "total_token_count": "total_tokens",
            "cached_content_token_count": "cached_input_tokens",
            **thoughts,
        },
    )
    if usage.tool_use_prompt_token_count is not None:
        counts["input_tokens"] = counts.get("input_tokens", 0) + usage.tool_use_prompt_token_count
    if usage.thoughts_token_count is not None and "output_tokens" in counts:
        counts["output_tokens"] += usage.thoughts_token_count
    return counts


def ask_ollama(make_client: Callable[..., OllamaClient], replay: Replay, body: bytes) -> Said:
    """Stream a chat with Ollama's client, which has no ids: not of answers, not of calls."""
    said = Said()
    answer = said.answer(0)
    client: Any = make_client(host=replay.address(body))  # its types are known in part
    stream: Iterator[ChatResponse] = client.chat(model="m", messages=[], stream=True)
    for line in until(stream, said, OllamaError):
        said.model = line.model or said.model
        message = line.message
        answer.text += message.content or ""
        answer.words += message.content or ""
        answer.reasoning += message.thinking or ""
        for each in message.tool_calls or ():
            function = each.function
            answer.calls.append(Call(None, function.name, whole=dict(function.arguments)))
        if line.done:
            said.ended = True
            answer.finish = line.done_reason
            counts = {"prompt_eval_count": "input_tokens", "eval_count": "output_tokens"}
            said.usage = named(line, counts)
    client.close()
    return said


def ask_llama_api(client: LlamaAPIClient, replay: Replay, body: bytes) -> Said:
    """Stream a chat completion with Meta's client; calls have no number, an id begins one."""
    client = client.with_options(base_url=replay.address(body))
    said = Said()
    answer = said.answer(0)
    with client.chat.completions.create(model="m", messages=[], stream=True) as stream:
        for chunk in until(stream, said, LlamaError):
            said.id = said.id or chunk.id
            event = chunk.event
            if isinstance(event.delta, EventDeltaToolCallDelta):
                _add_fragment(answer, event.delta)
            else:
                answer.text += event.delta.text
                answer.words += event.delta.text
            answer.finish = event.stop_reason or answer.finish
            for each in event.metrics or ():
                name = each.metric.removeprefix("num_")
                names = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}
                said.usage[names.get(name, name)] = int(each.value)
            said.ended = said.ended or event.event_type == "metrics"
    return said


def _add_fragment(answer: Answer, delta: EventDeltaToolCallDelta) -> None:
    function = delta.function
    last = answer.calls[-1] if answer.calls else None
    if last is None or delta.id not in {None, last.id} or (function.name and last.name):
        answer.calls.append(last := Call())
    last.add(id=delta.id, name=function.name, arguments=function.arguments)


def ask_cohere_v1(make_client: Callable[..., CohereClient], replay: Replay, body: bytes) -> Said:
    """Stream a chat with Cohere's old client, which knows no model and no ids of calls."""
    said = Said()
    answer = said.answer(0)
    events: Any = make_client(base_url=replay.address(body)).chat_stream(message="?")
    for event in events:
        match event.event_type:
            case "stream-start":
                said.id = event.generation_id
            case "text-generation":
                answer.text += event.text
                answer.words += event.text
            case "tool-calls-chunk":
                answer.reasoning += event.text or ""
            case "tool-calls-generation":
                answer.calls = [
                    Call(None, call.name, whole=call.parameters) for call in event.tool_calls
                ]
            case "stream-end":
                said.ended = True
                answer.finish = event.finish_reason
                said.failed = answer.finish in COHERE_V1.fails
                _end_cohere(said, answer, event.response)
            case _:
                pass
    return said


def _end_cohere(said: Said, answer: Answer, whole: Any) -> None:
    """Take the usage, and compare what was streamed with what the end repeats."""
    # What is said before a call stands among the rest.
    assert answer.reasoning or characters(whole.text) == characters(answer.text)
    calls = [Call(None, call.name, whole=call.parameters) for call in whole.tool_calls or ()]
    assert calls == answer.calls
    if (meta := whole.meta) is not None:
        names = ("input_tokens", "output_tokens", "reasoning_tokens")
        said.usage = named(meta.tokens, {name: name for name in names})
        said.usage |= named(meta, {"cached_tokens": "cached_input_tokens"})
