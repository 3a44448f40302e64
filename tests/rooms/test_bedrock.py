"""Hazards of Bedrock's ConverseStream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onechunk import (
    Chunk,
    Citation,
    Decoder,
    EncodeError,
    Encoder,
    FinishReason,
    Media,
    Other,
    Reasoning,
    Text,
    ToolCall,
    Translator,
    decode,
    encode,
    losses,
)

Payload = dict[str, Any]

STOP: Payload = {"messageStop": {"stopReason": "end_turn"}}


def delta(said: Payload, block: int = 0) -> Payload:
    """Return more of a block."""
    return {"contentBlockDelta": {"contentBlockIndex": block, "delta": said}}


def text(said: str) -> Payload:
    """Return more of a text."""
    return delta({"text": said})


def start(said: Payload, block: int = 0) -> Payload:
    """Return the start of a block."""
    return {"contentBlockStart": {"contentBlockIndex": block, "start": said}}


def read(payloads: list[Payload]) -> list[Chunk]:
    """Return the chunks of a stream in lines."""
    decoder = Decoder("bedrock")
    lines = b"".join(json.dumps(payload).encode() + b"\n" for payload in payloads)
    return decoder.feed(lines) + decoder.close()


def write(chunks: list[Chunk], framing: str | None = None) -> bytes:
    """Return the bytes of a stream."""
    encoder = Encoder("bedrock", framing=framing)
    return b"".join(map(encoder.feed, chunks)) + encoder.close()


def parts(payloads: list[Payload]) -> list[Any]:
    """Return all parts that a stream says."""
    return [part for chunk in read(payloads) for choice in chunk.choices for part in choice.parts]


def test_text_opens_its_block() -> None:
    """Text needs no start of a block, and an empty one says nothing."""
    chunks = read([{"messageStart": {"role": "assistant"}}, start({}), text("Hi"), STOP])
    assert chunks[0].choices[0].role == "assistant"
    assert chunks[1].choices == []
    assert chunks[2].choices[0].parts == [Text("Hi", block=0)]
    assert chunks[3].finish_reason is FinishReason.STOP


def test_calls_are_counted_apart_from_blocks() -> None:
    """The number of a block counts all kinds; calls have numbers of their own."""
    call = {"toolUseId": "t1", "name": "dig"}
    said = parts(
        [
            text("Hm"),
            start({"toolUse": call}, 1),
            start({"toolUse": {"toolUseId": "t2", "name": "dig"}}, 2),
            delta({"toolUse": {"input": "{}"}}, 2),
            delta({"toolUse": {"input": '{"m":'}}, 1),
            delta({"toolUse": {"input": "2}"}}, 1),
        ]
    )
    assert [part for part in said if type(part) is ToolCall] == [
        ToolCall(0, "t1", "dig", None, 1),
        ToolCall(1, "t2", "dig", None, 2),
        ToolCall(1, None, None, "{}", 2),
        ToolCall(0, None, None, '{"m":', 1),
        ToolCall(0, None, None, "2}", 1),
    ]


def test_server_tools_are_no_calls() -> None:
    """What the server runs itself is kept whole, its input and its results too."""
    call = {"toolUse": {"toolUseId": "s1", "name": "search", "type": "server_tool_use"}}
    result = {"toolResult": {"toolUseId": "s1", "type": "search_result", "status": "success"}}
    found = {"toolResult": [{"text": "Oak"}, {"json": {"years": 900}}]}
    stream = [
        start(call),
        delta({"toolUse": {"input": '{"q":1}'}}),
        start(result, 1),
        delta(found, 1),
        start({"toolUse": {"toolUseId": "t1", "name": "own"}}, 2),
    ]
    assert parts(stream) == [
        Other("toolUse", call, 0),
        Other(None, '{"q":1}', 0),
        Other("toolResult", result, 1),
        Other("toolResult", found, 1),
        ToolCall(0, "t1", "own", None, 2),
    ]
    assert [json.loads(line) for line in write(read(stream), "ndjson").splitlines()] == stream


def test_reasoning_is_opaque_where_it_must_be() -> None:
    """Signature and redacted reasoning come through unchanged."""
    said = [{"text": "So"}, {"signature": "c2ln"}, {"redactedContent": "AAEC"}]
    stream = [delta({"reasoningContent": each}) for each in said]
    assert parts(stream) == [
        Reasoning("So", block=0),
        Reasoning(signature="c2ln", block=0),
        Reasoning(encrypted="AAEC", block=0),
    ]
    assert [encode("bedrock", decode("bedrock", each)) for each in stream] == stream


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (
            {"title": "T", "location": {"web": {"url": "https://a.example", "domain": "a"}}},
            Citation(
                "https://a.example", "T", block=0, extra={"location": {"web": {"domain": "a"}}}
            ),
        ),
        (
            {"sourceContent": [{"text": "one "}, {"text": "two"}]},
            Citation(
                text="one two",
                block=0,
                extra={"sourceContent": [{"text": "one "}, {"text": "two"}]},
            ),
        ),
        (
            {"sourceContent": [{"text": "one"}], "source": "s"},
            Citation(text="one", block=0, extra={"source": "s"}),
        ),
    ],
)
def test_citations(citation: Payload, expected: Citation) -> None:
    """A citation names its page, its title and the words of the source; the rest is its residue."""
    payload = delta({"citation": citation})
    chunk = decode("bedrock", payload)
    assert chunk.choices[0].parts == [expected]
    assert encode("bedrock", chunk) == payload
    part: Any = chunk.choices[0].parts[0]
    part.text = "[gone]"
    written: Any = encode("bedrock", chunk)["contentBlockDelta"]
    assert written["delta"]["citation"]["sourceContent"] == [{"text": "[gone]"}]
    assert chunk.extra == {"contentBlockDelta": {}}
    chunk.choices[0].parts.append(part)
    with pytest.raises(EncodeError, match="cannot say 2 of Citation"):
        encode("bedrock", chunk)


def test_images() -> None:
    """The start tells the format of an image, the deltas its data or where it is stored."""
    stored = {"source": {"s3Location": {"uri": "s3://b/1.png", "bucketOwner": "1"}}}
    failed = delta({"image": {"error": {"message": "Filtered."}}})
    stream = [
        start({"image": {"format": "png"}}),
        delta({"image": {"source": {"bytes": "iVBO"}}}),
        delta({"image": stored}),
        failed,
    ]
    assert parts(stream) == [
        Media("image", mime_type="image/png", block=0),
        Media("image", data="iVBO", block=0),
        Media("image", url="s3://b/1.png", block=0),
    ]
    assert decode("bedrock", failed).extra == failed
    assert [encode("bedrock", decode("bedrock", each)) for each in stream] == stream


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("malformed_model_output", "error"),
        ("malformed_tool_use", "error"),
        ("of_tomorrow", "other"),
    ],
)
def test_finish_words(word: str, reason: str) -> None:
    """Every word has a meaning, and comes back as it was."""
    payload = {"messageStop": {"stopReason": word}}
    chunk = decode("bedrock", payload)
    assert chunk.finish_reason == FinishReason(reason)
    assert encode("bedrock", chunk) == payload


def test_stop_sequence_in_the_models_own_fields() -> None:
    """The sequence that matched stands in the fields of the model, where these were asked for."""
    own = {"stop_sequence": "END", "more": 1}
    payload = {"messageStop": {"stopReason": "stop_sequence", "additionalModelResponseFields": own}}
    chunk = decode("bedrock", payload)
    assert chunk.choices[0].stop == "END"
    assert encode("bedrock", chunk) == payload
    for odd in ("text", [1], None, {"stop_sequence": None}):
        payload["messageStop"]["additionalModelResponseFields"] = odd  # type: ignore[assignment]
        assert encode("bedrock", decode("bedrock", payload)) == payload


def test_usage_includes_what_the_cache_gave() -> None:
    """Bedrock leaves cached tokens out of the input; the second names are copies."""
    counts = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 2370}
    cache = {"cacheReadInputTokens": 2048, "cacheWriteInputTokens": 310}
    twins = {"cacheReadInputTokenCount": 2048, "cacheWriteInputTokenCount": 310}
    payload = {"metadata": {"usage": {**counts, **cache, **twins}, "metrics": {"latencyMs": 1}}}
    chunk = decode("bedrock", payload)
    usage = chunk.usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (2365, 5, 2370)
    assert (usage.cached_input_tokens, usage.cache_write_tokens) == (2048, 310)
    assert encode("bedrock", chunk) == payload
    usage.cached_input_tokens = 2000
    written: Any = encode("bedrock", chunk)["metadata"]
    assert written["usage"]["cacheReadInputTokenCount"] == 2000
    assert written["usage"]["inputTokens"] == 55


def test_usage_behind_the_stop_is_heard() -> None:
    """A translation does not end where the message stops: the usage comes after."""
    lines = [text("Hi"), STOP, {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2}}}]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    translator = Translator("bedrock", "openai")
    assert b'"prompt_tokens":1' in translator.feed(body) + translator.close()


def test_a_guardrails_trace_goes_home_only() -> None:
    """The trace tells what the model said before the guardrail; no other dialect gets it."""
    trace = {"guardrail": {"modelOutput": ["Call Ada"], "actionReason": "Guardrail masked."}}
    payload = {"metadata": {"usage": {"inputTokens": 1}, "trace": trace}}
    chunk = decode("bedrock", payload)
    assert encode("bedrock", chunk) == payload
    assert "Ada" not in json.dumps(encode("openai", chunk))
    paths = [loss.path for loss in losses("openai", chunk)]
    assert "$.extra.metadata.trace.guardrail.modelOutput" in paths


def test_redaction() -> None:
    """A text that is changed in every chunk leaves nothing behind."""
    chunks = read([text("My "), text("secret"), delta({"citation": {"title": "T"}}), STOP])
    for chunk in chunks:
        for choice in chunk.choices:
            for part in choice.parts:
                if isinstance(part, Text):
                    part.text = "[gone]"
    assert b"secret" not in write(chunks)
    assert b"secret" not in write(chunks, "ndjson")


def test_padding_is_no_loss() -> None:
    """The random padding of a payload comes home, and nobody misses it elsewhere."""
    payload = text("Hi")
    payload["contentBlockDelta"]["p"] = "abcdef"
    chunk = decode("bedrock", payload)
    assert encode("bedrock", chunk) == payload
    assert not [loss for loss in losses("openai", chunk) if loss.kind == "dropped"]


def test_what_is_not_known_goes_home() -> None:
    """Unknown events, starts, deltas and keys come back as they were."""
    stream: list[Payload] = [
        {"heartbeat": {"at": 1}},
        {"heartbeat": 1},
        {"messageStart": None},
        start({"hologram": {"depth": 3}}),
        delta({"hologram": {"voxel": "AAE="}}),
        delta({"text": None, "x": 1}),
        delta({"text": "a", "toolUse": {"input": "b"}, "citation": {"title": "c"}}),
        {},
    ]
    assert [encode("bedrock", decode("bedrock", each)) for each in stream] == stream
