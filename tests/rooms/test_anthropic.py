"""Anthropic's events: the hazards that its documents and real streams are known for."""

from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Decoder,
    EncodeError,
    Encoder,
    FinishReason,
    Loss,
    Other,
    Reasoning,
    Text,
    ToolCall,
    Translator,
    decode,
    encode,
    losses,
)
from onechunk_adapters.anthropic.words import REASONS
from tests.support.frames import events, payloads, read_frames
from tests.support.recordings import RECORDINGS
from tests.support.rooms import Room, parts
from tests.support.streams import decode_all, encode_all, translate

ROOM = "anthropic"
recorded = Room(ROOM).recorded
decoded = Room(ROOM).decoded


def delta(**said: Any) -> dict[str, Any]:
    """Return a `content_block_delta`."""
    return {"type": "content_block_delta", "index": 1, "delta": said}


def test_one_event_is_one_chunk() -> None:
    """Every event is a chunk, those that say nothing too, and each goes home under its name."""
    data = recorded("text-with-pings-and-padding")
    frames = events(read_frames(data))
    chunks = decode_all(ROOM, [data])

    assert len(chunks) == len(frames)
    assert events(read_frames(encode_all(ROOM, chunks))) == frames
    assert [f.name for f in frames if f.name == "ping"]


def test_padding_is_dropped() -> None:
    """Spaces that hide the length of an event are not written again."""
    data = recorded("text-with-pings-and-padding")

    assert b"  }" in data
    assert b"  }" not in encode_all(ROOM, decode_all(ROOM, [data]))


def test_usage_replaces() -> None:
    """Usage is the last total: not the start's, and never a sum of both."""
    chunks = decoded("usage-input-tokens-larger-at-the-end")
    counted = [chunk.usage for chunk in chunks if chunk.usage is not None]
    written = payloads(
        translate(ROOM, "openai", recorded("usage-input-tokens-larger-at-the-end")).data
    )
    [usage] = [payload["usage"] for payload in written if payload.get("usage")]

    assert counted[0].input_tokens != counted[-1].input_tokens
    assert usage["prompt_tokens"] == counted[-1].input_tokens
    assert usage["completion_tokens"] == counted[-1].output_tokens


def test_usage_is_carried() -> None:
    """A count that the end leaves out is that of the start, and is not written at the end."""
    start = {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 7},
    }
    first = {"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": start}}
    decoder = Decoder(ROOM, framing="ndjson")
    chunks = decoder.feed(encode_lines(first, end))
    usage = chunks[1].usage

    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (15, 7)
    assert usage.cached_input_tokens == 5
    assert encode(ROOM, chunks[1]) == end


def encode_lines(*values: Any) -> bytes:
    """Return payloads as lines."""
    encoder = Encoder(ROOM, framing="ndjson")
    return b"".join(encoder.feed(decode(ROOM, value)) for value in values)


def test_input_includes_the_cache() -> None:
    """What was read from a cache or written to it counts as input, and is taken out again."""
    usage = {"input_tokens": 3, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 100}
    payload = {"type": "message_delta", "delta": {}, "usage": {**usage, "output_tokens": 9}}
    found = decode(ROOM, payload).usage

    assert found is not None
    assert (found.input_tokens, found.cached_input_tokens, found.cache_write_tokens) == (
        123,
        100,
        20,
    )
    assert encode(ROOM, decode(ROOM, payload)) == payload
    assert encode("openai", decode(ROOM, payload))["usage"]["prompt_tokens"] == 123


def test_clones_with_more_cache_than_input() -> None:
    """Counts that contradict each other never become negative."""
    chunk = decode(
        "openai",
        {
            "choices": [],
            "usage": {
                "prompt_tokens": 5,
                "completion_tokens": 1,
                "total_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 8},
            },
        },
    )

    assert encode(ROOM, chunk)["usage"]["input_tokens"] == 0
    assert Loss("changed", "$.usage.input_tokens", 5) in losses(ROOM, chunk)


def test_calls_are_counted_apart_from_blocks() -> None:
    """The first tool is call 0, whichever block it stands in."""
    calls = parts(decoded("tool-use-after-text"), ToolCall)

    assert calls[0].block == 1
    assert {call.index for call in calls} == {0}
    assert {call.index for call in parts(decoded("tool-uses-parallel"), ToolCall)} >= {0, 1}


def test_server_tools_are_no_calls() -> None:
    """What Anthropic runs itself is kept whole and is never a call for a client to run."""
    for case in (
        "web-search-with-citations-and-usage-replaced",
        "mcp-tool-use-and-result",
        "server-tool-called-by-code-whole-in-block-start",
    ):
        chunks = decoded(case)

        assert parts(chunks, Other)
        for call in parts(chunks, ToolCall):
            assert not str(call.id or "").startswith(("srvtoolu", "mcptoolu"))
        for target in ("openai", "mistral", "bedrock", "gemini"):
            data = translate(ROOM, target, recorded(case)).data
            assert b"srvtoolu" not in data
            assert b"mcptoolu" not in data


def test_tool_without_arguments() -> None:
    """A call whose arguments never came is a whole object away from home."""
    data = recorded("tool-use-without-arguments")
    names = [call.name for call in parts(decode_all(ROOM, [data]), ToolCall) if call.name]
    calls = parts(decode_all("gemini", [translate(ROOM, "gemini", data).data]), ToolCall)

    assert names
    assert [(call.name, call.arguments) for call in calls] == [(name, {}) for name in names]


def test_opaque_payloads_stay() -> None:
    """Signatures and encrypted thinking go home as they came, and to targets that have a place."""
    chunks = decoded("thinking-and-redacted-thinking-in-turn")
    thoughts = parts(chunks, Reasoning)
    signatures = [part.signature for part in thoughts if part.signature]
    encrypted = [part.encrypted for part in thoughts if part.encrypted]
    back = parts(decode_all("bedrock", [encode_all("bedrock", chunks)]), Reasoning)

    assert signatures
    assert encrypted
    assert [part.signature for part in back if part.signature] == signatures
    assert [part.encrypted for part in back if part.encrypted] == encrypted


def test_thinking_that_is_omitted() -> None:
    """A signature without thinking is still there."""
    thoughts = parts(decoded("thinking-omitted-signature-only"), Reasoning)

    assert "".join(part.text for part in thoughts) == ""
    assert [part.signature for part in thoughts if part.signature]


@pytest.mark.parametrize(("word", "reason"), REASONS.items())
def test_finish_words(word: str, reason: FinishReason) -> None:
    """Every word has its meaning and goes home unchanged."""
    payload = {"type": "message_delta", "delta": {"stop_reason": word, "stop_sequence": None}}
    chunk = decode(ROOM, payload)

    assert chunk.finish_reason is reason
    assert encode(ROOM, chunk) == payload


def test_pause_is_no_end() -> None:
    """A turn that pauses is neither finished nor cut short; a word that is not known is kept."""
    assert decode(ROOM, stop("pause_turn")).finish_reason is FinishReason.PAUSE
    assert decode(ROOM, stop("tired")).finish_reason is FinishReason.OTHER
    assert encode(ROOM, decode(ROOM, stop("tired"))) == stop("tired")


def stop(word: str) -> dict[str, Any]:
    """Return the end of a message."""
    return {"type": "message_delta", "delta": {"stop_reason": word}}


def test_refusal_without_blocks() -> None:
    """An answer that is refused before it began ends as filtered in other dialects."""
    written = payloads(translate(ROOM, "openai", recorded("refusal-without-blocks")).data)
    words = [c["finish_reason"] for each in written for c in each["choices"] if c["finish_reason"]]

    assert words == ["content_filter"]


def test_error_in_mid_stream() -> None:
    """An error ends the stream: no `message_stop` is made up, and other dialects say the error."""
    data = recorded("error-overloaded-in-mid-stream")
    [error] = [chunk.error for chunk in decode_all(ROOM, [data]) if chunk.error is not None]

    assert error.type == "overloaded_error"
    assert b'"error":{' in translate(ROOM, "openai", data).data
    written = payloads(translate("openai", ROOM, translate(ROOM, "openai", data).data).data)
    assert [each["type"] for each in written if each["type"] in {"error", "message_stop"}] == [
        "error"
    ]


def test_interleaved_calls_are_put_in_order() -> None:
    """Calls whose pieces come in turn are blocks one after the other."""
    [recording] = [each for each in RECORDINGS if each.id == "openai/tool-calls-interleaved"]
    written = payloads(translate("openai", ROOM, recording.data).data)
    order = [
        (each["type"], each["index"])
        for each in written
        if each["type"].startswith("content_block_st")
    ]

    assert order == [
        ("content_block_start", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_stop", 1),
    ]


def test_name_that_comes_late() -> None:
    """A call whose name comes after its id is opened once, with both."""
    encoder = Encoder(ROOM)
    head = encoder.feed(call(0, id="a"))
    rest = encoder.feed(call(0, name="f")) + encoder.feed(call(0, arguments="{}")) + encoder.close()
    [start] = [each for each in payloads(head + rest) if each["type"] == "content_block_start"]

    assert b"tool_use" not in head
    assert start["content_block"] == {"type": "tool_use", "id": "a", "name": "f", "input": {}}


def call(index: int, **said: Any) -> Chunk:
    """Return a chunk with a piece of a call."""
    return Chunk(choices=[Choice(parts=[ToolCall(index, **said)])])


def test_counts_of_the_start_are_reported() -> None:
    """Zeros that stand in for unknown counts are reported as made up if nothing replaces them."""
    encoder = Encoder(ROOM)
    encoder.feed(Chunk(choices=[Choice(parts=[Text("Hi")])]))
    encoder.close()

    assert "$.usage.input_tokens" in {
        loss.path for loss in encoder.losses if loss.kind == "invented"
    }


def test_second_candidate_is_reported() -> None:
    """There is one answer: another candidate is dropped and reported."""
    encoder = Encoder(ROOM)
    encoder.feed(Chunk(choices=[Choice(0, parts=[Text("a")]), Choice(1, parts=[Text("b")])]))

    assert ("dropped", "$.choices[1]") in {(loss.kind, loss.path) for loss in encoder.losses}


def test_model_of_a_fallback() -> None:
    """Where another model takes over, the block that says so is kept."""
    data = recorded("fallback-to-another-model")

    assert any(part.type == "fallback" for part in parts(decode_all(ROOM, [data]), Other))


def test_a_second_message_start() -> None:
    """A proxy's second start, with blocks from 0 again, mixes up neither calls nor text."""
    data = recorded("two-messages-in-one-stream")
    said = "".join(chunk.text for chunk in decode_all(ROOM, [data]))

    assert said == "First answer.Second answer."
    assert any(loss.path == "$" for loss in translate(ROOM, "openai", data).losses)


def test_unknown_types_are_kept() -> None:
    """Events, blocks and deltas of new types pass through as they came."""
    data = recorded("unknown-event-block-and-delta")
    chunks = decode_all(ROOM, [data])

    assert events(read_frames(encode_all(ROOM, chunks))) == events(read_frames(data))


def test_content_that_was_taken_out() -> None:
    """An event whose part was taken out is not written; alone it cannot be."""
    chunk = decode(ROOM, delta(type="text_delta", text="secret"))
    chunk.choices[0].parts.clear()

    assert Encoder(ROOM).feed(chunk) == b""
    with pytest.raises(EncodeError, match="taken out"):
        encode(ROOM, chunk)


def test_chunk_made_by_hand() -> None:
    """A chunk of this dialect needs no residue to be written, if one event can say it."""
    text = Chunk(dialect=ROOM, choices=[Choice(parts=[Text("Hi", block=1)])])
    head = Chunk(dialect=ROOM, choices=[Choice(parts=[ToolCall(0, "toolu_1", "f")])])

    assert encode(ROOM, text) == delta(type="text_delta", text="Hi")
    with pytest.raises(EncodeError, match="no kind of event"):
        encode(ROOM, head)


def test_citation() -> None:
    """A citation of a page has its address, title and words; what else it holds is its residue."""
    said = {
        "type": "web_search_result_location",
        "url": "https://a.example",
        "title": "A",
        "cited_text": "So it is.",
        "encrypted_index": "Eo8BCioIBhgB",
    }
    payload = delta(type="citations_delta", citation=said)
    chunk = decode(ROOM, payload)

    residue = {"type": "web_search_result_location", "encrypted_index": "Eo8BCioIBhgB"}
    cited = Citation("https://a.example", "A", "So it is.", block=1, extra=residue)
    assert chunk.choices[0].parts == [cited]
    assert chunk.extra == {"type": "content_block_delta", "delta": {"type": "citations_delta"}}
    assert encode(ROOM, chunk) == payload
    chunk.choices[0].parts.append(cited)
    with pytest.raises(EncodeError, match="cannot say 2 of Citation"):
        encode(ROOM, chunk)


def test_events_need_encoder() -> None:
    """A chunk that is several events here is refused by `encode`, which returns one."""
    chunk = Chunk(choices=[Choice(0, "assistant", [Text("Hi")])])

    with pytest.raises(EncodeError, match="2 events of this dialect: use Encoder"):
        encode(ROOM, chunk)


def test_inside_bedrock() -> None:
    """The same events inside an AWS event stream are the same chunks and go back in one."""
    data = recorded("tool-use-after-text")
    chunks = decode_all(ROOM, [data])
    encoder = Encoder(ROOM, framing="eventstream")
    binary = b"".join(encoder.feed(chunk) for chunk in chunks) + encoder.close()
    decoder = Decoder(ROOM)
    back = decoder.feed(binary) + decoder.close()

    assert decoder.framing == "eventstream"
    assert [encode(ROOM, each) for each in back] == [encode(ROOM, each) for each in chunks]
    translator = Translator(ROOM, "openai")
    out = translator.feed(binary) + translator.close()
    assert payloads(out) == payloads(translate(ROOM, "openai", data).data)
