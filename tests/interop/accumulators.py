"""What the SDKs' own accumulators make of a stream: a function for each that has one.

Cohere's, Ollama's and Meta's SDKs and botocore have none, OpenAI's has none for text completions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from anthropic import Anthropic, APIStatusError
from attrs import frozen
from google import genai
from google.genai.errors import APIError as GeminiError
from google.genai.types import GenerateContentConfig, HttpOptions
from mistralai.extra.observability.streaming import (
    accumulate_chunks_to_response_dict,
    parse_sse_chunks,
)
from openai import (
    APIError,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    OpenAI,
)
from openai.lib.responses_websocket import ResponsesWebSocketAccumulator

from tests.interop.accumulated import Answer, Call, Whole, object_of, objects_of, place_of
from tests.interop.clients import COUNTS, INPUT_COUNTS, OUTPUT_COUNTS
from tests.interop.clients_events import named
from tests.interop.replay import Replay

__all__ = ["HELPERS", "Helper", "chat_counts", "hear", "response_whole"]

Ask = Callable[[Any, Replay, bytes], Whole]


@frozen
class Helper:
    """An accumulator.

    Attributes:
        name: Of the helper, here.
        sdk: The distribution that it is in.
        call: How its users call it.
        families: The dialects whose streams it reads.
        client: The fixture of its client.
        unsaid: Aspects that it has no place for.
    """

    name: str
    sdk: str
    call: str
    families: frozenset[str]
    client: str
    ask: Ask
    unsaid: frozenset[str] = frozenset()


def hear(helper: Helper, client: Any, replay: Replay, body: bytes) -> Whole:
    """Return what a helper makes of a body, whatever it warns of meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return helper.ask(client, replay, body)


def _refused(error: Exception) -> Whole:
    return Whole(raised=type(error).__name__, lost=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def chat_counts(usage: Any) -> dict[str, int]:
    """Return the counts at the places that OpenAI has for them."""
    given = object_of(usage)
    return (
        named(given, COUNTS)
        | named(given.get("prompt_tokens_details"), INPUT_COUNTS)
        | named(given.get("completion_tokens_details"), OUTPUT_COUNTS)
    )


def ask_chat(client: OpenAI, replay: Replay, body: bytes) -> Whole:
    """Ask the stream of chat completions for the final one, or else for the last snapshot."""
    client = client.with_options(base_url=replay.address(body))
    whole = Whole()
    with client.chat.completions.stream(model="m", messages=[]) as stream:
        try:
            stream.get_final_completion()
        except (LengthFinishReasonError, ContentFilterFinishReasonError) as error:
            whole.raised = type(error).__name__
        except APIError as error:
            if type(error) is not APIError:
                raise
            whole.failed = True
        except Exception as error:  # noqa: BLE001 - whatever its code runs into
            return _refused(error)
        try:
            said: Any = stream.current_completion_snapshot.to_dict()
        except AssertionError:
            return whole
    whole.id, whole.model = said.get("id"), said.get("model")
    whole.usage = chat_counts(said.get("usage"))
    whole.answers = [_chat_answer(choice) for choice in said["choices"]]
    return whole


def _chat_answer(choice: dict[str, Any]) -> Answer:
    message = object_of(choice.get("message"))
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    if reasoning is None:
        details = objects_of(message.get("reasoning_details"))
        reasoning = "".join(_text(each.get("text")) for each in details)
    answer = Answer(
        message.get("role"),
        _text(message.get("content")),
        _text(reasoning),
        _text(message.get("refusal")),
        finish=choice.get("finish_reason"),
    )
    for call in objects_of(message.get("tool_calls")):
        answer.calls.append(_call(call.get("id"), object_of(call.get("function"))))
    if message.get("function_call"):
        answer.calls.append(_call(None, message["function_call"]))
    for each in objects_of(message.get("annotations")):
        answer.citations.append(object_of(each.get("url_citation")).get("url"))
    tokens = object_of(choice.get("logprobs")).get("content")
    answer.tokens = [token.get("token") for token in objects_of(tokens)]
    return answer


def _call(id: str | None, function: Mapping[str, Any]) -> Call:  # noqa: A002 - the wire's name
    return Call(id, function.get("name"), function.get("arguments") or "")


def ask_anthropic(client: Anthropic, replay: Replay, body: bytes) -> Whole:
    """Ask the stream of messages for the last snapshot."""
    client = client.with_options(base_url=replay.address(body))
    return _messages(client.messages)


def ask_anthropic_beta(client: Anthropic, replay: Replay, body: bytes) -> Whole:
    """Ask the stream of beta messages, which has an accumulator of its own."""
    client = client.with_options(base_url=replay.address(body))
    return _messages(client.beta.messages)


def _messages(messages: Any) -> Whole:
    whole = Whole()
    with messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        try:
            stream.until_done()
        except APIStatusError:
            whole.failed = True
        except Exception as error:  # noqa: BLE001 - whatever its code runs into
            return _refused(error)
        try:
            said: Any = stream.current_message_snapshot.to_dict()
        except AssertionError as error:
            return whole if whole.failed else _refused(error)
    whole.id, whole.model = said.get("id"), said.get("model")
    whole.usage = _message_counts(object_of(said.get("usage")))
    whole.answers = [message_answer(said)]
    return whole


def message_answer(said: Mapping[str, Any]) -> Answer:
    """Return the answer in a message of Anthropic's."""
    answer = Answer(said.get("role"), finish=said.get("stop_reason"))
    for block in objects_of(said.get("content")):
        match block.get("type"):
            case "text":
                answer.text += block["text"]
                for each in objects_of(block.get("citations")):
                    address = each.get("url") or each.get("source")
                    answer.citations.append(address or each.get("cited_text"))
            case "thinking":
                answer.reasoning += block["thinking"]
            case "tool_use":
                answer.calls.append(Call(block["id"], block["name"], block.get("input") or {}))
            case _:
                pass
    return answer


def _message_counts(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return the totals; the vendor's input leaves cached tokens out."""
    cache = {
        "cache_read_input_tokens": "cached_input_tokens",
        "cache_creation_input_tokens": "cache_write_tokens",
    }
    counts = named(usage, {"input_tokens": "input_tokens", "output_tokens": "output_tokens"})
    cached = named(usage, cache)
    if "input_tokens" in counts:
        counts["input_tokens"] += sum(cached.values())
    thoughts = {"thinking_tokens": "reasoning_tokens"}
    return counts | cached | named(object_of(usage.get("output_tokens_details")), thoughts)


def ask_responses(client: OpenAI, replay: Replay, body: bytes) -> Whole:
    """Ask the stream of a response for the final one."""
    client = client.with_options(base_url=replay.address(body))
    with client.responses.stream(model="m", input="") as stream:
        try:
            said: Any = stream.get_final_response().to_dict()
        except APIError as error:
            if type(error) is not APIError:
                raise
            return Whole(failed=True)
        except Exception as error:  # noqa: BLE001 - whatever its code runs into
            return _refused(error)
    return response_whole(said, objects_of(said.get("output")))


def response_whole(said: Mapping[str, Any], items: Iterable[dict[str, Any]]) -> Whole:
    """Return what a response of OpenAI's says, with its items."""
    usage = object_of(said.get("usage"))
    cached = {"cached_tokens": "cached_input_tokens", "cache_write_tokens": "cache_write_tokens"}
    names = ("input_tokens", "output_tokens", "total_tokens")
    reasoning = ("reasoning_tokens",)
    counts = (
        named(usage, {name: name for name in names})
        | named(object_of(usage.get("input_tokens_details")), cached)
        | named(object_of(usage.get("output_tokens_details")), {name: name for name in reasoning})
    )
    answer = Answer()
    for item in items:
        match item.get("type"):
            case "message":
                answer.role = item.get("role")
                _add_content(answer, objects_of(item.get("content")))
            case "function_call":
                answer.calls.append(_call(item.get("call_id"), item))
            case "custom_tool_call":
                call = Call(item.get("call_id"), item.get("name"), item.get("input") or "")
                answer.calls.append(call)
            case "reasoning":
                for each in (*objects_of(item.get("summary")), *objects_of(item.get("content"))):
                    answer.reasoning += _text(each.get("text"))
            case _:
                pass
    status = said.get("status")
    reason = object_of(said.get("incomplete_details")).get("reason")
    answer.finish = reason or (None if status == "in_progress" else status)
    failed = status == "failed"
    return Whole(said.get("id"), said.get("model"), [answer], counts, failed=failed)


def _add_content(answer: Answer, content: Iterable[dict[str, Any]]) -> None:
    for part in content:
        if part.get("type") == "refusal":
            answer.refusal += _text(part.get("refusal"))
        elif part.get("type") == "output_text":
            answer.text += _text(part.get("text"))
            for each in objects_of(part.get("annotations")):
                place = place_of(each.get("start_index"), each.get("end_index"))
                answer.citations.append(each.get("url") or place)
            answer.tokens += [token.get("token") for token in objects_of(part.get("logprobs"))]


def ask_responses_events(client: OpenAI, replay: Replay, body: bytes) -> Whole:
    """Feed the events of a response to the accumulator that was made for its web sockets."""
    client = client.with_options(base_url=replay.address(body))
    # What comes over HTTP and over a web socket are two types of the same events.
    accumulator: Any = ResponsesWebSocketAccumulator()
    try:
        with client.responses.create(model="m", input="", stream=True) as stream:
            for event in stream:
                accumulator.add_event(event)
    except APIError as error:
        if type(error) is not APIError:
            raise
        return Whole(failed=True)
    except Exception as error:  # noqa: BLE001 - whatever its code runs into
        return _refused(error)
    seen = accumulator.detailed_snapshot()
    return response_whole(seen["response"] or {}, [_item(row) for row in seen["output"]])


def _item(row: dict[str, Any]) -> dict[str, Any]:
    """Return the item of a row, with the content that stands beside it."""
    item: dict[str, Any] = row["item"]
    if item.get("type") != "message":
        return item
    content = [_part(each["part"]) for each in row.get("content") or ()]
    return {**item, "content": content}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    kind = "refusal" if "refusal" in part else "output_text"
    annotations = [each["annotation"] for each in objects_of(part.get("annotations"))]
    return {"type": kind, **part, "annotations": annotations}


def ask_mistral(_: object, __: Replay, body: bytes) -> Whole:
    """Join the chunks as Mistral's SDK does for its traces."""
    try:
        said = accumulate_chunks_to_response_dict(parse_sse_chunks(body))
    except Exception as error:  # noqa: BLE001 - whatever its code runs into
        return _refused(error)
    usage = object_of(said.get("usage"))
    counts = chat_counts(usage) | named(usage, {"num_cached_tokens": "cached_input_tokens"})
    whole = Whole(said["id"], said["model"], usage=counts)
    for choice in said["choices"]:
        message = choice["message"]
        answer = Answer(message["role"], message["content"], finish=choice["finish_reason"])
        for call in message.get("tool_calls", ()):
            answer.calls.append(_call(call["id"], call["function"]))
        whole.answers.append(answer)
    return whole


def ask_gemini(client: genai.Client, replay: Replay, body: bytes) -> Whole:
    """Read what a chat of Google's SDK remembers of a streamed answer."""
    options = HttpOptions(base_url=replay.address(body))
    config = GenerateContentConfig(http_options=options, automatic_continuation=False)
    chats: Any = client.chats  # its types are known in part
    chat: Any = chats.create(model="m", config=config)
    whole = Whole()
    try:
        for _ in chat.send_message_stream("?"):
            pass
    except GeminiError:
        whole.failed = True
    except Exception as error:  # noqa: BLE001 - whatever its code runs into
        return _refused(error)
    answer = Answer()
    for content in chat.get_history()[1:]:
        for part in content.parts or ():
            if part.thought:
                answer.reasoning += part.text or ""
            else:
                answer.text += part.text or ""
            if (call := part.function_call) is not None:
                answer.calls.append(Call(call.id, call.name, call.args or {}))
    whole.answers.append(answer)
    return whole


_CHAT: Final = frozenset({"openai", "llama"})
_MESSAGES: Final = frozenset({"anthropic"})
_RESPONSES: Final = frozenset({"responses"})

HELPERS: Final[Mapping[str, Helper]] = {
    helper.name: helper
    for helper in (
        Helper(
            "openai-chat",
            "openai",
            "client.chat.completions.stream(…).get_final_completion()",
            _CHAT,
            "openai_client",
            ask_chat,
        ),
        Helper(
            "openai-responses",
            "openai",
            "client.responses.stream(…).get_final_response()",
            _RESPONSES,
            "openai_client",
            ask_responses,
        ),
        Helper(
            "openai-events",
            "openai",
            "ResponsesWebSocketAccumulator().add_event(…)",
            _RESPONSES,
            "openai_client",
            ask_responses_events,
        ),
        Helper(
            "anthropic",
            "anthropic",
            "client.messages.stream(…).get_final_message()",
            _MESSAGES,
            "anthropic_client",
            ask_anthropic,
            frozenset({"refusal", "tokens"}),
        ),
        Helper(
            "anthropic-beta",
            "anthropic",
            "client.beta.messages.stream(…).get_final_message()",
            _MESSAGES,
            "anthropic_client",
            ask_anthropic_beta,
            frozenset({"refusal", "tokens"}),
        ),
        Helper(
            "mistral",
            "mistralai",
            "accumulate_chunks_to_response_dict(parse_sse_chunks(…))",
            frozenset({"mistral"}),
            "mistral_client",
            ask_mistral,
        ),
        Helper(
            "gemini",
            "google-genai",
            "client.chats.create(…).send_message_stream(…), then get_history()",
            frozenset({"gemini"}),
            "gemini_client",
            ask_gemini,
            # It remembers contents, and nothing that stands beside them.
            frozenset({"id", "model", "usage", "role", "refusal", "citations", "tokens", "finish"}),
        ),
    )
}
