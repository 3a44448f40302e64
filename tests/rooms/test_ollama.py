"""Ollama's lines: both surfaces, the time, the last line, calls and redaction."""

import json
from typing import Any

import pytest

from onechunk import (
    Decoder,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCall,
    Translator,
    Usage,
    WireError,
    decode,
    encode,
)
from tests.support.streams import decode_all, encode_all

TIME = "2026-03-04T05:06:07.123456789+02:00"
SECONDS = 1772593567


def line(message: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """Return a line of a chat."""
    said = {"role": "assistant", "content": "", **(message or {})}
    return {"model": "m:1b", "created_at": TIME, "message": said, "done": False, **keys}


def generated(**keys: Any) -> dict[str, Any]:
    """Return a line of `/api/generate`."""
    return {"model": "m:1b", "created_at": TIME, "done": False, **keys}


def ndjson(*lines: dict[str, Any]) -> bytes:
    """Return a stream."""
    return b"".join([json.dumps(each).encode() + b"\n" for each in lines])


def written(data: bytes) -> list[dict[str, Any]]:
    """Return the lines of a stream."""
    return [json.loads(each) for each in data.splitlines()]


def call(name: str, arguments: Any, **keys: Any) -> dict[str, Any]:
    """Return a tool call."""
    return {"function": {"name": name, "arguments": arguments, **keys}}


@pytest.mark.parametrize(
    "payload",
    [
        line({"content": "a"}),
        line({"content": None, "thinking": "", "tool_calls": [], "images": []}),
        line({"content": "a", "role": "tool", "tool_name": "t", "mood": None}, shard=3),
        line({"thinking": "t", "content": "c", "images": ["aaaa", "bbbb"]}, done=True),
        line({"images": ["aaaa", None]}, done=None, done_reason=None, logprobs=None),
        line({"tool_calls": [call("f", {"n": 1.0}, index=4), call("g", "{}"), {}]}),
        line({"tool_calls": [{"id": "", "type": "function", "function": "f"}]}),
        line(done=True, done_reason="stop", prompt_eval_count=0, eval_count=None),
        line(done="yes", done_reason=7, prompt_eval_count="3", eval_count=2, context=[1]),
        line(logprobs=[{"token": "a", "logprob": -1, "bytes": [97], "rank": 1}, {}]),
        line(logprobs=[1], error=""),
        generated(response="a", thinking="t", image="aaaa"),
        generated(response="", done=True, done_reason="load", context=[]),
        generated(response=7, thinking=None),
        generated(response="a", message=None),
        {"message": {"content": "a"}, "response": "", "thinking": "t"},
        {"error": "no", "StatusCode": 503},
        {"error": {"message": "no"}},
        {"created_at": "yesterday", "message": {}},
        {},
    ],
)
def test_home(payload: dict[str, Any]) -> None:
    """Every line, odd ones included, is written as it came."""
    assert encode("ollama", decode("ollama", payload)) == payload
    assert written(encode_all("ollama", decode_all("ollama", [ndjson(payload)]))) == [payload]


def test_reading_order() -> None:
    """Thinking comes before text, calls behind it, and images last; an empty text is no part."""
    message = {"content": "c", "images": ["aaaa"], "tool_calls": [call("f", {})], "thinking": "t"}
    parts = decode("ollama", line(message)).choices[0].parts
    assert [type(part) for part in parts] == [Reasoning, Text, ToolCall, Media]
    assert decode("ollama", line({"thinking": "t"})).choices[0].parts == [Reasoning("t")]


def test_generate_speaks_alike() -> None:
    """A line of `/api/generate` says the same, and edits go home under its own keys."""
    chunk = decode("ollama", generated(response="old text", thinking="old thought"))
    assert (chunk.text, chunk.reasoning) == ("old text", "old thought")
    chunk.choices[0].parts = [Text("new")]
    assert encode("ollama", chunk) == generated(response="new")


def test_generate_with_a_call_becomes_a_chat() -> None:
    """A call that is added to a line of `/api/generate` has a place in a message only."""
    chunk = decode("ollama", generated(response="a"))
    chunk.choices[0].parts.append(ToolCall(0, None, "f", {}))
    message = {"content": "a", "tool_calls": [call("f", {})]}
    assert encode("ollama", chunk) == generated(message=message)


def test_time() -> None:
    """The time is whole seconds, the string goes home with its nanoseconds, and an edit wins."""
    chunk = decode("ollama", line())
    assert chunk.created == SECONDS
    assert encode("ollama", chunk)["created_at"] == TIME
    chunk.created = SECONDS + 1
    assert encode("ollama", chunk)["created_at"] == "2026-03-04T03:06:08Z"
    assert decode("ollama", line(created_at="2026-03-04T05:06:07")).created is None


def test_last_line_says_everything() -> None:
    """Text, a call, the reason, counts and the end mark on one line are read, and go elsewhere."""
    message = {"content": "c", "tool_calls": [call("f", {"a": 1})]}
    data = ndjson(line(message, done=True, done_reason="stop", prompt_eval_count=3, eval_count=4))
    chunks = decode_all("ollama", [data])
    assert len(chunks) == 1
    assert chunks[0].done
    assert chunks[0].usage == Usage(3, 4)
    assert chunks[0].finish_reason is FinishReason.TOOL_CALLS
    translator = Translator("ollama", "openai")
    out = translator.feed(data) + translator.close()
    assert out.endswith(b"data: [DONE]\n\n")
    back = decode_all("openai", [out])
    assert "".join(chunk.text for chunk in back) == "c"
    assert [part.name for chunk in back for part in chunk.tool_calls] == ["f"]
    assert [chunk.finish_reason for chunk in back if chunk.finish_reason] == ["tool_calls"]
    assert [c.usage.output_tokens for c in back if c.usage] == [4]


def test_end_mark_is_edited() -> None:
    """The end mark is written as the chunk says, whichever way it is changed."""
    chunk = decode("ollama", line(done=True))
    chunk.done = False
    assert encode("ollama", chunk) == line(done=False)
    chunk = decode("ollama", line(done=False))
    chunk.done = True
    assert encode("ollama", chunk) == line(done=True)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("load", FinishReason.OTHER),
        ("unload", FinishReason.OTHER),
        ("repetition", FinishReason.OTHER),
    ],
)
def test_finish_words(word: str, reason: FinishReason) -> None:
    """Every word has its reason, and after a call only `stop` means that tools are called."""
    data = ndjson(line(done=True, done_reason=word))
    [chunk] = decode_all("ollama", [data])
    assert chunk.choices[0].finish == Finish(reason, word)
    data = ndjson(line({"tool_calls": [call("f", {})]})) + data
    called = FinishReason.TOOL_CALLS if word == "stop" else reason
    last = decode_all("ollama", [data])[-1]
    assert last.choices[0].finish == Finish(called, word)
    assert written(encode_all("ollama", [last]))[0]["done_reason"] == word


def test_end_without_a_reason() -> None:
    """A last line without a reason has none; elsewhere it is invented, by what came before."""
    data = ndjson(line({"tool_calls": [call("f", {})]}), line(done=True))
    assert decode_all("ollama", [data])[-1].finish_reason is None
    translator = Translator("ollama", "mistral")
    back = decode_all("mistral", [translator.feed(data) + translator.close()])
    assert back[-2].finish_reason is FinishReason.TOOL_CALLS
    assert ("invented", "$.choices[0].finish.reason") in {
        (loss.kind, loss.path) for loss in translator.losses
    }


def test_calls_are_counted_as_they_come() -> None:
    """Numbers of the wire are not trusted: equal, missing or wrong, they go home untouched."""
    first = line({"tool_calls": [call("a", {}, index=0), call("b", {}, index=0)]})
    second = line({"tool_calls": [call("c", {})]})
    chunks = decode_all("ollama", [ndjson(first, second)])
    assert [part.index for chunk in chunks for part in chunk.tool_calls] == [0, 1, 2]
    assert written(encode_all("ollama", chunks)) == [first, second]


def test_usage() -> None:
    """A count that is left out is not zero, and thinking is inside the output."""
    chunk = decode("ollama", line(done=True, eval_count=5))
    assert chunk.usage == Usage(output_tokens=5)
    assert decode("ollama", line(done=True, total_duration=5)).usage is None
    chunk.usage = Usage(1, 2)
    assert encode("ollama", chunk) == line(done=True, prompt_eval_count=1, eval_count=2)


def test_error() -> None:
    """An error line has a message, and no model."""
    data = ndjson(line({"content": "a"}), {"error": "busy"})
    chunks = decode_all("ollama", [data])
    assert chunks[-1].error == Error("busy")
    assert chunks[-1].model is None


def test_logprobs_are_a_bare_list() -> None:
    """Tokens stand in a list on the line itself."""
    token = {"token": "a", "logprob": -0.5, "bytes": [97]}
    chunk = decode("ollama", line({"content": "a"}, logprobs=[{**token, "top_logprobs": [token]}]))
    same = TokenLogprob("a", -0.5, [97])
    assert chunk.choices[0].logprobs == Logprobs([TokenLogprob("a", -0.5, [97], top=[same])])


def test_redaction() -> None:
    """Text that is replaced leaves nothing behind, wherever it stood."""
    data = ndjson(
        line({"thinking": "secret", "content": "secret"}),
        line({"tool_calls": [call("f", {"a": "secret"}, index=3)]}),
        line({"content": "secret"}, done=True, done_reason="stop"),
        generated(response="secret", thinking="secret"),
    )
    chunks = decode_all("ollama", [data])
    for part in (part for chunk in chunks for choice in chunk.choices for part in choice.parts):
        if isinstance(part, ToolCall):
            part.arguments = {"a": "-"}
        elif isinstance(part, Text | Reasoning):
            part.text = "-"
    out = encode_all("ollama", chunks)
    assert b"secret" not in out
    assert len(written(out)) == len(chunks)


def test_images() -> None:
    """Every image of a message is a part."""
    chunk = decode("ollama", line({"images": ["aaaa"]}))
    assert chunk.choices[0].parts == [Media("image", "aaaa")]


@pytest.mark.parametrize("payload", [{"message": "a"}, {"message": {"tool_calls": "a"}}, [], 1])
def test_what_is_no_line(payload: Any) -> None:
    """A message that is no object is an error with a path, and so is no object at all."""
    with pytest.raises(WireError):
        decode("ollama", payload)


def test_framings() -> None:
    """Lines are written; relays that put them into server-sent events are understood."""
    data = b"data: " + json.dumps(line({"content": "a"})).encode() + b"\n\n"
    decoder = Decoder("ollama")
    [chunk] = decoder.feed(data)
    assert decoder.framing == "sse"
    assert chunk.text == "a"
    assert written(encode_all("ollama", [chunk])) == [line({"content": "a"})]


def test_line_separators() -> None:
    """Only LF ends a line: other characters at which Unicode ends one stand inside a text."""
    text = "a\u2028b\u2029c\x85d"
    raw = json.dumps(line({"content": text}), ensure_ascii=False).encode() + b"\n"
    assert [chunk.text for chunk in decode_all("ollama", [raw])] == [text]
