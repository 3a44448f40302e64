"""Ollama's bodies that come whole: the end mark, both surfaces, and what goes there elsewhere."""

import json
from typing import Any

import pytest
from ollama import ChatResponse, GenerateResponse, ResponseError
from pydantic import BaseModel

from onechunk import (
    Choice,
    Error,
    Finish,
    FinishReason,
    Media,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
    WireError,
    accumulate,
    decode,
    decode_message,
    encode,
    encode_message,
    message_losses,
    split,
)
from tests.support.messages import message_of, messages
from tests.support.streams import encode_all

ROOM = "ollama"
TIME = "2026-03-04T05:06:07.123456789+02:00"


def body(message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of a chat."""
    said = {"role": "assistant", "content": "a", **(message or {})}
    return {"model": "m:1b", "created_at": TIME, "message": said, "done": True, **more}


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    finish = Finish(FinishReason.STOP)
    choice = Choice(0, "assistant", [*parts], finish)
    return Message("r1", "m", 1772593567, [choice], **more)


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what is lost of a message."""
    return [(loss.kind, loss.path) for loss in message_losses(ROOM, message)]


@pytest.mark.parametrize(
    "payload",
    [
        body(),
        body(done_reason="stop"),
        body(done=False),
        body(done=None, done_reason=None),
        body({"thinking": None, "images": None, "tool_calls": None}),
        {"message": {"content": "a"}},
        {"response": "a", "done": True},
        {"done": True, "done_reason": "load"},
        {"embeddings": [[0.5]], "done": None},
        {"error": "no"},
        {"error": "no", "done": True},
        {},
    ],
)
def test_end_mark(payload: dict[str, Any]) -> None:
    """A body has the end mark that it had, or none, whether it says why it ended or not."""
    message = decode_message(ROOM, payload)
    assert encode_message(ROOM, message) == payload
    assert encode_message(ROOM, accumulate(split(message))) == payload
    assert encode("ollama.whole", decode("ollama.whole", payload)) == payload


def test_a_body_without_a_reason_is_whole() -> None:
    """What came whole was not cut off: elsewhere it stops, which is told to be made up."""
    message = decode_message(ROOM, body())
    assert message.choices[0].finish is None

    written = encode_message("openai", message)
    assert written["choices"][0]["finish_reason"] == "stop"
    assert "error" not in written
    losses = [(loss.kind, loss.path) for loss in message_losses("openai", message)]
    assert ("invented", "$.choices[0].finish.reason") in losses


def test_calls_tell_why_it_ended() -> None:
    """A body with calls ended for them, each of them a call of its own, named or not."""
    calls: Any = [
        {"function": {"name": "f", "arguments": {}}},
        {"function": {"arguments": {"n": 1}}},
    ]
    payload = body({"tool_calls": calls}, done_reason="stop")
    message = decode_message(ROOM, payload)

    assert message.finish_reason is FinishReason.TOOL_CALLS
    assert [call.index for call in message.tool_calls] == [0, 1]
    assert encode_message(ROOM, message) == payload


def test_edits_win() -> None:
    """Edited text, arguments and time are written as they are now, on either surface."""
    call = {"id": "c", "function": {"index": 3, "name": "f", "arguments": {"old": 1}}}
    message = decode_message(ROOM, body({"thinking": "old", "tool_calls": [call]}))
    thought, text, tool = message.choices[0].parts
    assert isinstance(thought, Reasoning)
    assert isinstance(text, Text)
    assert isinstance(tool, ToolCall)
    thought.text, text.text, tool.arguments = "new", "b", {"new": 2}
    message.created = 0
    written = encode_message(ROOM, message)
    new = {"id": "c", "function": {"index": 3, "name": "f", "arguments": {"new": 2}}}
    assert written["message"] == {
        "role": "assistant",
        "content": "b",
        "thinking": "new",
        "tool_calls": [new],
    }
    assert written["created_at"] == "1970-01-01T00:00:00Z"

    generated = decode_message(ROOM, {"response": "old", "thinking": "old", "done": True})
    generated.choices[0].parts = [Text("new")]
    assert encode_message(ROOM, generated) == {"response": "new", "done": True}


def test_from_elsewhere() -> None:
    """A message from elsewhere is a chat; arguments are an object, and counts stand beside it."""
    message = said(
        Reasoning("why"),
        Text("a"),
        Refusal("b"),
        ToolCall(0, "c", "f", '{"n": 1.0}'),
        usage=Usage(3, 4),
    )
    assert encode_message(ROOM, message) == {
        "model": "m",
        "created_at": "2026-03-04T03:06:07Z",
        "message": {
            "role": "assistant",
            "content": "ab",
            "thinking": "why",
            "tool_calls": [
                {"id": "c", "function": {"index": 0, "name": "f", "arguments": {"n": 1.0}}}
            ],
        },
        "done_reason": "stop",
        "done": True,
        "prompt_eval_count": 3,
        "eval_count": 4,
    }
    assert lost(said(Media("image", "aaaa"), Text("a"))) == [
        ("dropped", "$.id"),
        ("dropped", "$.choices[0].parts[0]"),
    ]


def test_failures() -> None:
    """An error is plain text beside what was said, and the answer is not done."""
    failed = said(Text("half a"), error=Error(None, "overloaded"))
    failed.choices[0].finish = None
    written = encode_message(ROOM, failed)
    assert (written["error"], written["done"]) == ("overloaded", False)
    assert written["message"]["content"] == "half a"
    assert "done_reason" not in written

    nothing = encode_message(ROOM, Message(error=Error()))
    assert isinstance(nothing["error"], str)
    assert nothing["error"]
    assert "message" not in nothing


def test_own_stream() -> None:
    """A body is made of the lines of a stream without loss, in the form they had, and is done."""
    chat = message_of("ollama/tool-call-with-id-and-index")
    written = encode_message(ROOM, chat)
    assert written["done"] is True
    assert written["done_reason"] == "stop"
    assert written["total_duration"]
    assert lost(chat) == []

    generated = message_of("ollama/generate-text-with-context")
    written = encode_message(ROOM, generated)
    assert written["response"] == generated.text
    assert "message" not in written
    assert written["context"]
    assert lost(generated) == []


def test_own_stream_that_failed() -> None:
    """One that was cut off is not done, and says so; an error that stood alone stands alone."""
    cut_off = encode_message(ROOM, message_of("ollama/cut-off-in-text"))
    assert cut_off["done"] is False
    assert isinstance(cut_off["error"], str)
    alone = encode_message(ROOM, message_of("ollama/error-as-first-line"))
    assert alone.keys() == {"error"}


def test_streamed_again() -> None:
    """A body that is split becomes a stream whose last line alone is done."""
    data = encode_all(
        ROOM, split(decode_message(ROOM, body({"content": "a b"}, done_reason="stop")))
    )
    lines = [json.loads(line) for line in data.splitlines()]

    assert "".join(line["message"]["content"] for line in lines) == "a b"
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"message": []}, "$.message"),
        ({"message": {"tool_calls": 7}}, "$.message.tool_calls"),
        ({"message": {"tool_calls": [7]}}, "$.message.tool_calls[0]"),
    ],
)
def test_wrong_types(payload: dict[str, Any], path: str) -> None:
    """What has none of the types it can have is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, payload)

    assert raised.value.path == path


REFUSED = {"ollama/images-in-the-message.ndjson"}
"""Images in an answer, which the server can send and the client of its makers refuses."""


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: Ollama's SDK takes every answer; what has no message is an error to it."""
    for name, message in messages().items():
        written = encode_message(ROOM, message)
        if "error" in written and "message" not in written:
            assert ResponseError(json.dumps(written)).error == written["error"]
            continue
        model: type[BaseModel] = GenerateResponse if "message" not in written else ChatResponse
        if name not in REFUSED:
            model.model_validate(written, strict=True)
        assert written["done"] == ("error" not in written), name
