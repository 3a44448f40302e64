"""Bedrock's binary frames: exceptions, a model's own events, and what is written for others."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from typing import Any

import pytest

from onechunk import Choice, Chunk, Decoder, Encoder, Reasoning, Translator, encode, losses
from tests.support.aws_messages import build, build_event, read_messages, text_header

Payload = dict[str, Any]

STOP: Payload = {"messageStop": {"stopReason": "end_turn"}}


def delta(said: Payload, block: int = 0) -> Payload:
    """Return more of a block."""
    return {"contentBlockDelta": {"contentBlockIndex": block, "delta": said}}


def text(said: str) -> Payload:
    """Return more of a text."""
    return delta({"text": said})


def start(said: Payload, block: int) -> Payload:
    """Return the start of a block."""
    return {"contentBlockStart": {"contentBlockIndex": block, "start": said}}


def read(body: bytes) -> list[Chunk]:
    """Return the chunks of a stream."""
    decoder = Decoder("bedrock")
    return decoder.feed(body) + decoder.close()


def write(chunks: list[Chunk], framing: str | None = None) -> bytes:
    """Return the bytes of a stream."""
    encoder = Encoder("bedrock", framing=framing)
    return b"".join(map(encoder.feed, chunks)) + encoder.close()


def lines(*payloads: Payload) -> bytes:
    """Return a stream in lines."""
    return b"".join(json.dumps(payload).encode() + b"\n" for payload in payloads)


def named(body: bytes) -> list[tuple[str, Payload]]:
    """Return kind and payload of every binary message, as botocore reads it."""
    found: list[tuple[str, Payload]] = []
    for message in read_messages(body):
        kind = message.headers[":message-type"]
        name = message.headers.get(f":{kind}-type", kind)
        found.append((f"{kind} {name}", json.loads(message.payload)))
    return found


def chat(*deltas: Payload, finish: str = "stop", usage: Payload | None = None) -> bytes:
    """Return a stream of chat completion chunks."""
    chunks: list[Payload] = [
        {"id": "a", "choices": [{"index": 0, "delta": each, "finish_reason": None}]}
        for each in deltas
    ]
    chunks.append({"id": "a", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    chunks.append({"id": "a", "choices": [], "usage": usage})
    lines = [b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks]
    return b"".join([*lines, b"data: [DONE]\n\n"])


def translate(body: bytes, source: str = "openai") -> tuple[bytes, list[tuple[str, str, Any]]]:
    """Return a stream as Bedrock's, and what was lost."""
    translator = Translator(source, "bedrock")
    out = translator.feed(body) + translator.close()
    return out, [(loss.kind, loss.path, loss.value) for loss in translator.losses]


def test_order_of_a_written_stream() -> None:
    """Text opens no block by an event of its own, a call does, and usage comes last."""
    call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}
    body = chat(
        {"role": "assistant", "content": ""},
        {"content": "Hi"},
        {"tool_calls": [call]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":1}'}}]},
        finish="tool_calls",
        usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    )
    head = {"toolUseId": "c1", "name": "f"}
    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    assert named(translate(body)[0]) == [
        ("event messageStart", {"role": "assistant"}),
        ("event contentBlockDelta", text("Hi")["contentBlockDelta"]),
        ("event contentBlockStop", {"contentBlockIndex": 0}),
        ("event contentBlockStart", start({"toolUse": head}, 1)["contentBlockStart"]),
        (
            "event contentBlockDelta",
            delta({"toolUse": {"input": '{"a":1}'}}, 1)["contentBlockDelta"],
        ),
        ("event contentBlockStop", {"contentBlockIndex": 1}),
        ("event messageStop", {"stopReason": "tool_use"}),
        ("event metadata", {"usage": usage, "metrics": {"latencyMs": 0}}),
    ]


def test_what_readers_need_is_reported() -> None:
    """The time and the counts that nobody said are made up, and named."""
    body = chat({"content": "Hi"}, usage={"prompt_tokens": 9, "total_tokens": 9})
    out, lost = translate(body)
    name, metadata = named(out)[-1]
    assert name == "event metadata"
    assert metadata["usage"] == {"inputTokens": 9, "outputTokens": 0, "totalTokens": 9}
    assert ("invented", "$.metrics.latencyMs", 0) in lost
    assert ("invented", "$.usage.output_tokens", 0) in lost
    assert ("dropped", "$.id", "a") in lost


@pytest.mark.parametrize("name", ["throttlingException", "exceptionOfTomorrowException"])
@pytest.mark.parametrize("framing", ["eventstream", "ndjson"])
def test_exceptions_are_errors(name: str, framing: str) -> None:
    """An exception of any name is an error, in its own kind of frame or in a line."""
    said = {"message": "Slow down.", "originalStatusCode": 429}
    chunks = read(lines(text("Hi"), {name: said}))
    error = chunks[-1].error
    assert error is not None
    assert (error.type, error.message) == (name, "Slow down.")
    assert error.extra == {"originalStatusCode": 429}
    body = write(chunks, framing)
    if framing == "eventstream":
        assert named(body)[-1] == (f"exception {name}", said)
    again = read(body)
    assert again[-1].error == error
    assert write(again, framing) == body


def test_an_event_with_the_name_of_an_exception() -> None:
    """What the headers call an event goes home as one, whatever its name."""
    body = build_event("oddException", b'{"message":"Hi"}')
    assert named(write(read(body))) == [("event oddException", {"message": "Hi"})]


def test_errors_without_a_name() -> None:
    """A message of type error has a code in its headers, and goes home as it came."""
    headers = {":error-code": "Internal", ":error-message": "Broken", ":message-type": "error"}
    body = build(b"".join(text_header(*header) for header in headers.items()))
    [chunk] = read(body)
    assert chunk.error is not None
    assert (chunk.error.code, chunk.error.message) == ("Internal", "Broken")
    assert write([chunk]) == body


@pytest.mark.parametrize(
    ("given", "name"),
    [("throttlingException", "throttlingException"), ("overloaded", "modelStreamErrorException")],
)
def test_errors_of_others_become_exceptions(given: str, name: str) -> None:
    """An error is written as an exception that botocore knows; nothing comes after it."""
    chunk = {"id": "a", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
    error = {"error": {"type": given, "message": "Broken"}}
    body = b"".join(b"data: %b\n\n" % json.dumps(each).encode() for each in (chunk, error))
    out, _ = translate(body + b"data: [DONE]\n\n")
    assert named(out)[-1] == (f"exception {name}", {"message": "Broken"})


def test_reasoning_that_is_no_base64_is_dropped() -> None:
    """Bedrock's readers decode redacted reasoning, so what they could not is left out and named."""
    found = {}
    for encrypted in ("not base64!", "AAEC"):
        part = Reasoning(encrypted=encrypted)
        chunk = Chunk(dialect="openai", choices=[Choice(parts=[part])])
        found[encrypted] = [loss.path for loss in losses("bedrock", chunk)]
    assert found == {"not base64!": ["$.choices[0].parts[0].encrypted"], "AAEC": []}


def test_a_models_own_events() -> None:
    """Nova's events inside `chunk` are Bedrock's; the metrics beside the last go home with it."""
    usage = {"inputTokens": 2, "outputTokens": 3, "cacheReadInputTokenCount": 0}
    metrics = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 2}}
    inner: list[Payload] = [text("Hi"), STOP, {"metadata": {"usage": usage}, **metrics}]
    body = b"".join(
        build_event("chunk", json.dumps({"bytes": base64.b64encode(data).decode()}).encode())
        for data in (json.dumps(event, separators=(",", ":")).encode() for event in inner)
    )
    chunks = read(body)
    assert [chunk.text for chunk in chunks] == ["Hi", "", ""]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.output_tokens == 3
    assert "amazon-bedrock-invocationMetrics" in chunks[-1].extra
    kinds = [message.headers[":event-type"] for message in read_messages(write(chunks))]
    assert kinds == ["chunk"] * 3
    assert [encode("bedrock", chunk) for chunk in chunks] == inner


def test_botocore_reads_what_is_written() -> None:
    """The events that botocore parses by its service model mean what was said."""
    loader: Any = import_module("botocore.loaders")
    service = loader.Loader().load_service_model("bedrock-runtime", "service-2")
    model = import_module("botocore.model").ServiceModel(service)
    members = model.shape_for("ConverseStreamOutput").members
    out, _ = translate(chat({"content": "Hi"}, usage={"prompt_tokens": 1, "completion_tokens": 1}))
    for name, payload in named(out):
        shape = members[name.partition(" ")[2]]
        assert set(shape.required_members) <= payload.keys() <= set(shape.members)
