"""Meta's Llama API bodies that come whole: the forms of content, errors, and what edits do."""

from typing import Any

import pytest
from llama_api_client.types import CreateChatCompletionResponse

from onechunk import (
    Choice,
    Error,
    Finish,
    FinishReason,
    Message,
    Other,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from tests.support.messages import messages

ROOM = "llama-api"


def body(content: Any, **more: Any) -> dict[str, Any]:
    """Return a response."""
    message = {"role": "assistant", "content": content, "stop_reason": "stop", **more}
    return {"id": "r1", "completion_message": message}


def home(message: Message) -> Any:
    """Return the completion message that is written."""
    return encode_message(ROOM, message)["completion_message"]


def said(*parts: Any) -> Message:
    """Return a message made by hand."""
    return Message("r1", choices=[Choice(0, "assistant", [*parts], Finish(FinishReason.STOP))])


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what is lost of a message."""
    return [(loss.kind, loss.path) for loss in message_losses(ROOM, message)]


ITEM = {"type": "text", "text": "a"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a", "a"),
        ("", ""),
        (ITEM, "a"),
        ({**ITEM, "x": 1}, "a"),
        ([ITEM], "a"),
        (["a", ITEM, {"type": "image"}], "aa"),
        ([], ""),
        (None, ""),
        ({"type": "image"}, ""),
        (7, ""),
    ],
)
def test_forms_of_content(content: Any, text: str) -> None:
    """Content is a text, an item, or a list of them, and goes home in the same form."""
    payload = body(content)
    message = decode_message(ROOM, payload)

    assert message.text == text
    assert encode_message(ROOM, message) == payload


def test_edits_win() -> None:
    """Edited text is written in the form that it had, edited arguments as text."""
    call = {"id": "c", "function": {"name": "n", "arguments": "{}"}, "x": 1}
    message = decode_message(ROOM, body({**ITEM, "y": 2}, tool_calls=[call]))
    text, tool = message.choices[0].parts
    assert isinstance(text, Text)
    assert isinstance(tool, ToolCall)
    text.text = "new"
    tool.arguments = '{"new": 1}'

    assert home(message)["content"] == {"type": "text", "text": "new", "y": 2}
    assert home(message)["tool_calls"] == [
        {"id": "c", "function": {"name": "n", "arguments": '{"new": 1}'}, "x": 1}
    ]
    message.choices[0].parts.insert(1, Refusal(" No."))
    assert home(message)["content"] == "new No."
    message.choices[0].parts[1] = Other("image", {"type": "image"})
    assert home(message)["content"] == [
        {"type": "text", "text": "new", "y": 2},
        {"type": "image"},
    ]
    message.choices[0].parts.clear()
    assert home(message) == {"role": "assistant", "stop_reason": "stop"}


def test_calls_from_elsewhere() -> None:
    """Arguments that are an object become their text; a text and what refuses are one text."""
    message = said(Text("a", 0), Refusal("b"), ToolCall(0, "c", "n", {"x": 1}))

    assert home(message) == {
        "role": "assistant",
        "content": "ab",
        "tool_calls": [{"id": "c", "function": {"name": "n", "arguments": '{"x":1}'}}],
        "stop_reason": "stop",
    }
    assert lost(message) == [("changed", "$.choices[0].parts[1]")]


def test_what_has_no_place() -> None:
    """Reasoning and whole content of others are left out, and told; an empty answer is legal."""
    message = said(Reasoning("r"), Other("x", {"type": "x"}))

    assert home(message) == {"role": "assistant", "stop_reason": "stop"}
    assert lost(message) == [
        ("dropped", "$.choices[0].parts[0].text"),
        ("dropped", "$.choices[0].parts[1]"),
    ]


def test_metrics() -> None:
    """Counts come as floats or not and go home so; of others' only those with a name are said."""
    payload = body("a") | {
        "metrics": [
            {"metric": "num_prompt_tokens", "value": 3.0},
            {"metric": "num_total_tokens", "value": 4},
            {"metric": "seconds", "value": 0.5},
        ]
    }
    message = decode_message(ROOM, payload)
    assert message.usage is not None
    assert (message.usage.input_tokens, message.usage.total_tokens) == (3, 4)
    assert encode_message(ROOM, message) == payload

    counted = said(Text("a"))
    counted.usage = Usage(5, extra={"metrics": "of another vendor"})
    assert encode_message(ROOM, counted)["metrics"] == [
        {"metric": "num_prompt_tokens", "value": 5.0, "unit": "tokens"}
    ]
    counted.usage = Usage(cached_input_tokens=1)
    assert "metrics" not in encode_message(ROOM, counted)


def test_errors() -> None:
    """An error stands bare or under a key, comes home as it was, and is written under the key."""
    bare = {"title": "Busy", "detail": "Try again.", "status": 429, "instance": "/x"}
    nested = {"error": {"message": "Out.", "code": 503}}
    assert decode_message(ROOM, bare).error == Error("Try again.", "Busy", 429)
    for payload in (bare, nested):
        assert encode_message(ROOM, decode_message(ROOM, payload)) == payload
    titled = body("a") | {"title": "no error"}
    assert decode_message(ROOM, titled).error is None

    failed = Message("r1", choices=[Choice(0, parts=[Text("a")])], error=Error("no"))
    assert encode_message(ROOM, failed)["error"]["message"] == "no"
    assert home(failed) == {"role": "assistant", "content": "a"}


@pytest.mark.parametrize("wrong", [[], "x", 1])
def test_wrong_types(wrong: Any) -> None:
    """What is no object where one must be is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, {"completion_message": wrong})

    assert raised.value.path == "$.completion_message"


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that Meta's SDK takes."""
    for message in messages().values():
        CreateChatCompletionResponse.model_validate(encode_message(ROOM, message), strict=True)
