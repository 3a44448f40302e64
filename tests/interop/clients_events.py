"""What the clients of event dialects make of a body, by nothing but their public interface.

A call is begun by one event, grows by others and is ended by a further one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeVar

from anthropic import Anthropic, APIStatusError
from anthropic.types import InputJSONDelta, Message, TextDelta, ThinkingDelta
from cohere import ClientV2
from openai import APIError, OpenAI
from openai.types.responses import Response

from onechunk.mapping import is_object
from tests.interop.answer import Answer, Call, Said
from tests.interop.readers import BEDROCK, COHERE
from tests.interop.replay import Replay
from tests.support.characters import characters

__all__ = ["ask_anthropic", "ask_bedrock", "ask_cohere", "ask_responses", "named", "until"]

T = TypeVar("T")

# botocore has no types.
_EventStreamError: type[Exception] = import_module("botocore.exceptions").EventStreamError


def until(stream: Iterable[T], said: Said, error: type[Exception]) -> Iterator[T]:
    """Yield what the client yields; an *error* that it raises ends the stream and is noted."""
    try:
        yield from stream
    except error:
        said.failed = True


def named(given: Any, names: dict[str, str]) -> dict[str, int]:
    """Return the counts of *given*, an object, a dict or None, by canonical name."""
    counts: dict[str, Any] = (
        given if is_object(given) else {name: getattr(given, name, None) for name in names}
    )
    return {
        canonical: int(count)
        for name, canonical in names.items()
        if (count := counts.get(name)) is not None
    }


def ask_anthropic(client: Anthropic, replay: Replay, body: bytes) -> Said:
    """Stream a message with Anthropic's client, whose own joining must come to the same."""
    client = client.with_options(base_url=replay.address(body))
    said = Said()
    answer = said.answer(0)
    calls: dict[int, Call] = {}
    with client.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        for event in until(stream, said, APIStatusError):
            if event.type == "message_start":
                said.id, said.model = event.message.id, event.message.model
            elif event.type == "content_block_start" and event.content_block.type == "tool_use":
                calls[event.index] = Call(event.content_block.id, event.content_block.name)
                answer.calls.append(calls[event.index])
            elif event.type == "content_block_delta":
                match event.delta:
                    case TextDelta(text=text):
                        answer.text += text
                        answer.words += text
                    case ThinkingDelta(thinking=thinking):
                        answer.reasoning += thinking
                    case InputJSONDelta(partial_json=piece) if event.index in calls:
                        calls[event.index].add(arguments=piece)
                    case _:
                        pass
            elif event.type == "message_delta":
                answer.finish = event.delta.stop_reason or answer.finish
            said.ended = said.ended or event.type == "message_stop"
        if not said.failed:
            whole = stream.get_final_message()
            said.usage = _anthropic_usage(whole)
            _check_message(answer, whole)
    return said


def _anthropic_usage(whole: Message) -> dict[str, int]:
    """Return the totals; the vendor's input leaves cached tokens out."""
    usage = whole.usage
    counts = named(
        usage,
        {
            "input_tokens": "input_tokens",
            "output_tokens": "output_tokens",
            "cache_read_input_tokens": "cached_input_tokens",
            "cache_creation_input_tokens": "cache_write_tokens",
        },
    )
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    details = named(usage.output_tokens_details, {"thinking_tokens": "reasoning_tokens"})
    return counts | details | {"input_tokens": usage.input_tokens + cached}


def _check_message(answer: Answer, whole: Message) -> None:
    assert answer.text == "".join(block.text for block in whole.content if block.type == "text")
    thoughts = [block.thinking for block in whole.content if block.type == "thinking"]
    assert answer.reasoning == "".join(thoughts)
    assert answer.finish == whole.stop_reason
    blocks = [block for block in whole.content if block.type == "tool_use"]
    for call, block in zip(answer.calls, blocks, strict=True):
        assert (call.id, call.name) == (block.id, block.name)
        if not call.arguments:
            call.whole = {}
        if is_object(call.value):
            assert call.value == block.input


def ask_responses(client: OpenAI, replay: Replay, body: bytes) -> Said:
    """Stream a response with OpenAI's helper, which objects to events out of order."""
    client = client.with_options(base_url=replay.address(body))
    said = Said()
    answer = said.answer(0)
    calls: dict[int, Call] = {}
    with client.responses.stream(model="m", input="") as stream:
        for event in until(stream, said, APIError):
            match event.type:
                case "response.created":
                    said.id, said.model = event.response.id, event.response.model
                case "response.output_item.added" if event.item.type == "function_call":
                    calls[event.output_index] = Call(event.item.call_id, event.item.name)
                    answer.calls.append(calls[event.output_index])
                case "response.output_text.delta":
                    answer.text += event.delta
                    answer.words += event.delta
                case "response.refusal.delta":
                    answer.refusal += event.delta
                    answer.words += event.delta
                case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                    answer.reasoning += event.delta
                case "response.function_call_arguments.delta":
                    calls[event.output_index].add(arguments=event.delta)
                case "response.completed" | "response.incomplete":
                    _end_response(said, answer, event.response)
                case "response.failed" | "error":
                    said.failed = said.ended = True
                case _:
                    pass
    return said


def _end_response(said: Said, answer: Answer, whole: Response) -> None:
    """Take finish and usage, and compare what was streamed with what the end repeats."""
    said.ended = True
    details = whole.incomplete_details
    answer.finish = whole.status if details is None else details.reason
    assert characters(answer.text) == characters(whole.output_text)
    calls = [item for item in whole.output if item.type == "function_call"]
    for call, item in zip(answer.calls, calls, strict=True):
        assert (call.id, call.name or "") == (item.call_id, item.name)
        assert characters(call.arguments) == characters(item.arguments)
    if (usage := whole.usage) is not None:
        names = ("input_tokens", "output_tokens", "total_tokens")
        said.usage = named(usage, {name: name for name in names})
        said.usage |= named(
            usage.input_tokens_details,
            {"cached_tokens": "cached_input_tokens", "cache_write_tokens": "cache_write_tokens"},
        )
        reasoning = {"reasoning_tokens": "reasoning_tokens"}
        said.usage |= named(usage.output_tokens_details, reasoning)


def ask_cohere(make_client: Callable[..., ClientV2], replay: Replay, body: bytes) -> Said:
    """Stream a chat with Cohere's client, which leaves out what it cannot read."""
    said = Said()
    answer = said.answer(0)
    events: Any = make_client(base_url=replay.address(body)).chat_stream(model="m", messages=[])
    calls: dict[int, Call] = {}
    for event in events:
        match event.type:
            case "message-start":
                said.id = event.id
            case "content-delta":
                content = event.delta.message.content
                answer.text += content.text or ""
                answer.words += content.text or ""
                answer.reasoning += content.thinking or ""
            case "tool-plan-delta":
                answer.reasoning += event.delta.message.tool_plan
            case "tool-call-start":
                head = event.delta.message.tool_calls
                calls[event.index] = Call(head.id, head.function.name)
                calls[event.index].add(arguments=head.function.arguments)
                answer.calls.append(calls[event.index])
            case "tool-call-delta":
                function = event.delta.message.tool_calls.function
                calls[event.index].add(arguments=function.arguments)
            case "message-end":
                said.ended = True
                answer.finish = event.delta.finish_reason
                said.failed = answer.finish in COHERE.fails
                if (usage := event.delta.usage) is not None:
                    names = ("input_tokens", "output_tokens")
                    said.usage = named(usage.tokens, {name: name for name in names})
                    said.usage |= named(usage.tokens, {"reasoning_tokens": "reasoning_tokens"})
                    said.usage |= named(usage, {"cached_tokens": "cached_input_tokens"})
            case _:
                pass
    _objects(answer)
    return said


def ask_bedrock(make_client: Callable[..., Any], replay: Replay, body: bytes) -> Said:
    """Stream a conversation with botocore's client, which checks every sum."""
    said = Said()
    answer = said.answer(0)
    client = make_client(endpoint_url=replay.address(body))
    reply = client.converse_stream(modelId="m", messages=[])
    calls: dict[int, Call] = {}
    for event in until(reply["stream"], said, _EventStreamError):
        [(name, value)] = event.items()
        match name:
            case "contentBlockStart" if (head := value["start"].get("toolUse")) is not None:
                calls[value["contentBlockIndex"]] = Call(head["toolUseId"], head["name"])
                answer.calls.append(calls[value["contentBlockIndex"]])
            case "contentBlockDelta":
                delta = value["delta"]
                answer.text += delta.get("text", "")
                answer.words += delta.get("text", "")
                answer.reasoning += delta.get("reasoningContent", {}).get("text", "")
                if "toolUse" in delta:
                    calls[value["contentBlockIndex"]].add(arguments=delta["toolUse"]["input"])
            case "messageStop":
                answer.finish = value["stopReason"]
                said.failed = answer.finish in BEDROCK.fails
            case "metadata":
                said.ended = True
                said.usage = _bedrock_usage(value["usage"])
            case _:
                pass
    client.close()
    _objects(answer)
    return said


def _bedrock_usage(usage: dict[str, int]) -> dict[str, int]:
    """Return the totals; the vendor's input leaves cached tokens out."""
    counts = named(
        usage,
        {
            "inputTokens": "input_tokens",
            "outputTokens": "output_tokens",
            "totalTokens": "total_tokens",
            "cacheReadInputTokens": "cached_input_tokens",
            "cacheWriteInputTokens": "cache_write_tokens",
        },
    )
    cached = usage.get("cacheReadInputTokens", 0) + usage.get("cacheWriteInputTokens", 0)
    return counts | {"input_tokens": usage["inputTokens"] + cached}


def _objects(answer: Answer) -> None:
    """Read no arguments at all as the empty object, as these vendors mean it."""
    for call in answer.calls:
        if not call.arguments:
            call.whole = {}
