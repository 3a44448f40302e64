"""Hazards of Meta's Llama API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from llama_api_client.types import CreateChatCompletionResponseStreamChunk

from onechunk import (
    Chunk,
    Decoder,
    Encoder,
    FinishReason,
    Other,
    Text,
    ToolCall,
    Translator,
    Usage,
    decode,
    encode,
    losses,
)
from tests.support.json_equal import difference

Payload = dict[str, Any]


def event(kind: str, said: Any = "", **more: Any) -> Payload:
    """Return a chunk whose delta is a text or an object."""
    delta = {"type": "text", "text": said} if isinstance(said, str) else said
    return {"id": "r1", "event": {"event_type": kind, "delta": delta, **more}}


def call(function: Payload, **more: Any) -> Payload:
    """Return a chunk with a fragment of a call."""
    return event("progress", {"type": "tool_call", **more, "function": function})


def metric(name: str, value: Any, unit: str = "tokens") -> Payload:
    """Return one metric."""
    return {"metric": name, "value": value, "unit": unit}


def frame(payload: Payload, name: str | None = None) -> bytes:
    """Return a server-sent event."""
    head = b"" if name is None else f"event: {name}\n".encode()
    return head + b"data: %b\n\n" % json.dumps(payload).encode()


def read(payloads: list[Payload]) -> list[Chunk]:
    """Return the chunks of a stream."""
    decoder = Decoder("llama-api")
    return decoder.feed(b"".join(map(frame, payloads))) + decoder.close()


def write(chunks: list[Chunk]) -> list[Payload]:
    """Return the payloads of a stream that goes home."""
    encoder = Encoder("llama-api")
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    return [json.loads(line[6:]) for line in out.splitlines() if line.startswith(b"data: ")]


def calls(payloads: list[Payload]) -> list[ToolCall]:
    """Return all fragments of calls."""
    return [part for chunk in read(payloads) for part in chunk.tool_calls]


def translate(*chunks: Payload, source: str = "openai") -> tuple[bytes, list[tuple[str, str]]]:
    """Return a stream of another dialect as Meta's, and what was lost."""
    translator = Translator(source, "llama-api")
    out = translator.feed(b"".join(map(frame, chunks)) + b"data: [DONE]\n\n") + translator.close()
    return out, [(loss.kind, loss.path) for loss in translator.losses]


def chat(delta: Payload, finish: str | None = None) -> Payload:
    """Return a chat completion chunk."""
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def test_every_event_is_a_chunk() -> None:
    """Start, progress, complete and metrics each are one chunk, and each may say a text."""
    stream = [
        event("start", "The"),
        event("progress", " end"),
        event("complete", ".", stop_reason="stop"),
        event("metrics", metrics=[metric("num_total_tokens", 3.0)]),
    ]
    chunks = read(stream)
    assert [chunk.text for chunk in chunks] == ["The", " end", ".", ""]
    assert {chunk.id for chunk in chunks} == {"r1"}
    assert chunks[2].finish_reason is FinishReason.STOP
    assert chunks[3].usage is not None
    assert chunks[3].usage.total_tokens == 3
    assert write(chunks) == stream


def test_an_id_that_comes_once_goes_home_once() -> None:
    """An id is not written where the wire had none."""
    stream = [event("start"), {"event": event("progress", "Hi")["event"]}]
    assert write(read(stream)) == stream


def test_a_call_begins_with_an_id() -> None:
    """Calls have no number: a new id begins one, fragments without an id go on with the last."""
    found = calls(
        [
            call({"name": "f", "arguments": ""}, id="a"),
            call({"arguments": "{}"}),
            call({"name": "f", "arguments": "{}"}, id="b"),
        ]
    )
    assert [(part.index, part.id, part.arguments) for part in found] == [
        (0, "a", ""),
        (0, None, "{}"),
        (1, "b", "{}"),
    ]


def test_a_call_begins_with_a_name() -> None:
    """Where no ids come, a second name begins a call."""
    found = calls([call({"name": "f"}), call({"arguments": "{}"}), call({"name": "f"})])
    assert [part.index for part in found] == [0, 0, 1]


def test_an_id_that_comes_again_begins_nothing() -> None:
    """An id on every fragment is one call, and so is a name that comes after its id."""
    repeated = [call({"name": "f"}, id="a"), call({"arguments": "{}"}, id="a")]
    late = [call({}, id="b"), call({"name": "g"}), call({"arguments": "{}"})]
    found = calls(repeated + late)
    assert [part.index for part in found] == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("value", [12.0, 12])
def test_metrics_are_whole_numbers_that_keep_their_form(value: float) -> None:
    """A float without a fraction is a count, and goes home as the float that it was."""
    payload = event("metrics", metrics=[metric("num_prompt_tokens", value)])
    chunk = decode("llama-api", payload)
    assert chunk.usage is not None
    assert (chunk.usage.input_tokens, type(chunk.usage.input_tokens)) == (12, int)
    written: Any = encode("llama-api", chunk)["event"]
    assert type(written["metrics"][0]["value"]) is type(value)
    chunk.usage.input_tokens = 13
    written = encode("llama-api", chunk)["event"]
    assert repr(written["metrics"]) == repr([metric("num_prompt_tokens", type(value)(13))])


def test_metrics_that_are_no_counts() -> None:
    """Unknown names, fractions and doubles are kept, and break nothing."""
    odd = [
        metric("time_to_first_token", 0.25, "seconds"),
        metric("num_prompt_tokens", 1.5),
        metric("num_total_tokens", 4.0),
        metric("num_total_tokens", 5.0),
        {"metric": "num_completion_tokens", "value": True},
        metric("num_completion_tokens", -0.0),
        {"metric": None},
        {},
    ]
    payload = event("metrics", metrics=odd)
    chunk = decode("llama-api", payload)
    assert chunk.usage is not None
    assert (chunk.usage.input_tokens, chunk.usage.total_tokens) == (None, 4)
    assert chunk.usage.output_tokens is None
    assert difference(payload, encode("llama-api", chunk)) == ""


def test_usage_that_is_taken_out_is_gone() -> None:
    """Whoever takes the usage out of a chunk takes its metrics out; a new count finds a place."""
    chunk = decode("llama-api", event("metrics", metrics=[metric("num_total_tokens", 4.0)]))
    chunk.usage = None
    assert encode("llama-api", chunk) == event("metrics")
    chunk.usage = Usage(input_tokens=2)
    written: Any = encode("llama-api", chunk)["event"]
    assert written["metrics"] == [metric("num_prompt_tokens", 2.0)]


def test_losses_hold_no_marks() -> None:
    """A metric without a word elsewhere is reported as plain JSON, what was said is not."""
    known, unknown = metric("num_total_tokens", 4.0), metric("ttft", 0.25, "s")
    only_known = decode("llama-api", event("metrics", metrics=[known]))
    assert not [loss for loss in losses("openai", only_known) if loss.kind == "dropped"]
    both = decode("llama-api", event("metrics", metrics=[known, unknown]))
    [dropped] = [loss for loss in losses("openai", both) if loss.kind == "dropped"]
    assert unknown in json.loads(json.dumps(dropped.value))


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("error", "error"),
        ("of_tomorrow", "other"),
    ],
)
def test_finish_words(word: str, reason: str) -> None:
    """Every word has a meaning, and comes back as it was."""
    payload = event("complete", stop_reason=word)
    chunk = decode("llama-api", payload)
    assert chunk.finish_reason == FinishReason(reason)
    assert encode("llama-api", chunk) == payload


@pytest.mark.parametrize(
    ("payload", "message", "code"),
    [
        ({"error": {"message": "Busy", "code": "overloaded"}}, "Busy", "overloaded"),
        ({"error": "Busy"}, "Busy", None),
        ({"title": "Unavailable", "detail": "Busy", "status": 503}, "Busy", 503),
        ({"title": "Unavailable", "status": 503, "instance": None}, None, 503),
    ],
)
def test_errors(payload: Payload, message: str | None, code: str | int | None) -> None:
    """An error comes under `error` or bare, as a problem of HTTP, and goes home as it came."""
    bare = json.dumps(payload).encode()
    for body in (frame(payload), frame(payload, "error"), frame(event("start")) + bare):
        decoder = Decoder("llama-api")
        chunks = decoder.feed(body) + decoder.close()
        assert chunks[-1].error is not None
        assert (chunks[-1].error.message, chunks[-1].error.code) == (message, code)
        encoder = Encoder("llama-api")
        written = b"".join(map(encoder.feed, chunks))
        assert (b"event: error" in written) is body.startswith(b"event: error")
    assert encode("llama-api", decode("llama-api", payload)) == payload


def test_an_error_that_is_changed() -> None:
    """A new message replaces that of a problem."""
    chunk = decode("llama-api", {"title": "Unavailable", "detail": "secret", "status": 503})
    assert chunk.error is not None
    chunk.error.message = "[gone]"
    written = encode("llama-api", chunk)
    assert written == {"title": "Unavailable", "detail": "[gone]", "status": 503}


def test_unknown_deltas_are_kept_whole() -> None:
    """A delta of a new type is no text, and goes home."""
    said = {"type": "reasoning", "reasoning": "Hm"}
    chunk = decode("llama-api", event("progress", said))
    assert chunk.choices[0].parts == [Other("reasoning", said)]
    assert encode("llama-api", chunk) == event("progress", said)
    empty: Payload = {"id": 1, "event": {}}
    strange: list[Payload] = [{"event": None}, empty, {"id": None}, {}, event("pong", None)]
    for odd in strange:
        assert encode("llama-api", decode("llama-api", odd)) == odd


def test_redaction() -> None:
    """A text that is changed in every chunk leaves nothing behind."""
    chunks = read([event("start", "secret"), event("complete", "secret", stop_reason="stop")])
    for chunk in chunks:
        for part in chunk.choices[0].parts:
            if isinstance(part, Text):
                part.text = "[gone]"
    assert "secret" not in json.dumps(write(chunks))


def test_a_written_stream() -> None:
    """A stream starts, goes on, completes and counts; what has no place is named once."""
    head = {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    out, lost = translate(
        chat({"role": "assistant", "content": "Hi"}) | {"model": "m", "created": 9},
        chat({"tool_calls": [head]}),
        chat({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
        chat({}, "tool_calls"),
        {"id": "c1", "choices": [], "usage": usage},
    )
    written = [json.loads(line[6:]) for line in out.splitlines() if line]
    counts = {"num_prompt_tokens": 1.0, "num_completion_tokens": 2.0, "num_total_tokens": 3.0}
    assert written == [
        {**each, "id": "c1"}
        for each in (
            event("start"),
            event("progress", "Hi"),
            call({"name": "f", "arguments": ""}, id="a"),
            call({"arguments": "{}"}),
            event("complete", stop_reason="tool_calls"),
            event("metrics", metrics=[metric(name, value) for name, value in counts.items()]),
        )
    ]
    assert lost == [("dropped", "$.model"), ("dropped", "$.created")]
    for payload in written:
        CreateChatCompletionResponseStreamChunk.model_validate(payload, strict=True)


def test_calls_that_interleave_are_put_in_order() -> None:
    """Fragments without an id belong to the last call, so one call ends before the next."""
    heads = [
        {"index": n, "id": f"t{n}", "function": {"name": "f", "arguments": '{"a"'}} for n in (0, 1)
    ]
    rest = [{"index": n, "function": {"arguments": f":{n}}}"}} for n in (0, 1)]
    out, _ = translate(
        chat({"tool_calls": heads}), chat({"tool_calls": rest}), chat({}, "tool_calls")
    )
    decoder = Decoder("llama-api")
    joined: dict[int | None, str] = {}
    for chunk in decoder.feed(out) + decoder.close():
        for part in chunk.tool_calls:
            joined[part.index] = joined.get(part.index, "") + str(part.arguments)
    assert joined == {0: '{"a":0}', 1: '{"a":1}'}


def test_errors_of_others_are_named_events() -> None:
    """Meta's client raises at an event named `error` only, so an error gets that name."""
    out, _ = translate(chat({"content": "Hi"}), {"error": {"message": "Busy", "code": 5}})
    last = out.split(b"\n\n")[-2].splitlines()
    assert last[0] == b"event: error"
    assert json.loads(last[1][6:]) == {"error": {"message": "Busy", "code": 5}}
