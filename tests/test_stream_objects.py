"""Decoder, Encoder, Translator and read: what they do when, and with which options."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Decoder,
    Defaults,
    Encoder,
    Error,
    Finish,
    FinishReason,
    OnechunkError,
    Reasoning,
    Text,
    ToolCall,
    Translator,
    Usage,
    aread,
    decode,
    encode,
    load_adapters,
    read,
)
from tests.support.recordings import RECORDINGS
from tests.test_bad_input import DIALECTS, event, good

ALL = sorted(load_adapters())
SSE = [name for name in DIALECTS if name != "mistral-ts"]
DONE = event(b"[DONE]")


def payloads(body: bytes) -> list[Any]:
    """Return the payloads of a stream, the end mark as None."""
    lines = [line.removeprefix(b"data: ") for line in body.splitlines() if line[:1] in b"d{"]
    return [None if line == b"[DONE]" else json.loads(line) for line in lines if line]


def text(value: str, **fields: Any) -> Chunk:
    """Return a chunk made by hand."""
    return Chunk(choices=[Choice(0, None, [Text(value)])], **fields)


def finish(reason: FinishReason = FinishReason.STOP) -> Chunk:
    """Return the chunk that finishes."""
    return Chunk(choices=[Choice(0, finish=Finish(reason))])


# Streaming: nothing waits for what it does not need.


@pytest.mark.parametrize("dialect", ALL)
@pytest.mark.parametrize("framing", ["sse", "ndjson"])
def test_each_piece_gives_its_chunk(dialect: str, framing: str) -> None:
    """A frame that arrives whole comes out of the same call, from the first one on."""
    decoder = Decoder(dialect, framing=framing)
    for number in range(40):
        payload = good(dialect, number)
        piece = event(payload) if framing == "sse" else payload + b"\n"
        found = decoder.feed(piece)
        assert len(found) == 1
        assert decoder.events == number + 1
    assert decoder.framing == framing
    assert decoder.dialect == dialect
    assert decoder.close() == []


@pytest.mark.parametrize("source", DIALECTS)
@pytest.mark.parametrize("target", DIALECTS)
def test_each_piece_is_translated(source: str, target: str) -> None:
    """Text is passed on at once; only the end waits."""
    translator = Translator(source, target)
    for number in range(40):
        out = translator.feed(event(good(source, number)))
        assert b"Hi %d" % number in out
        assert len(payloads(out)) == 1


@pytest.mark.parametrize("target", SSE)
@pytest.mark.parametrize("source", SSE)
def test_comments_pass_at_once(source: str, target: str) -> None:
    """A keep-alive keeps the other side alive, too: it does not wait for the next frame."""
    translator = Translator(source, target)
    assert translator.feed(b": one\n\n") == b": one\n\n"
    assert translator.feed(event(good(source)))
    for number in range(3):
        comment = b": ping %d\n\n" % number
        assert translator.feed(comment) == comment
        assert b"ping" not in translator.feed(event(good(source, number)))
    assert b"ping" not in translator.close()


def test_comments_have_no_place_in_lines() -> None:
    """NDJSON has no comments: they are left out."""
    translator = Translator("openai", "mistral-ts")
    assert translator.feed(b": ping\n\n") == b""


def test_comment_cut_in_two() -> None:
    """A comment is passed on when its line is there, not before."""
    translator = Translator("openai", "mistral")
    assert translator.feed(b": pi") == b""
    assert translator.feed(b"ng\n\n") == b": ping\n\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_chunks_share_nothing(dialect: str) -> None:
    """What is changed in one chunk is not changed in another, however alike they are."""
    odd = b'"odd":{"a":[1]},"flat":"x",'
    body = [event(good(dialect, number).replace(b"{", b"{" + odd, 1)) for number in range(30)]
    untouched = [Decoder(dialect).feed(b"".join(body))[0]]
    decoder = Decoder(dialect)
    for number, piece in enumerate(body):
        (found,) = decoder.feed(piece)
        expected = decode(dialect, piece[6:-2])
        assert found == expected, number
        found.extra["flat"] = "spoilt"
        found.extra["odd"]["a"].append("spoilt")
        found.choices[0].extra["new"] = 1
        found.choices[0].parts.append(Text("more"))
        found.choices.append(Choice(1))
        found.id = "other"
    assert untouched == [decode(dialect, body[0][6:-2])]


# The end.


@pytest.mark.parametrize("target", SSE)
def test_close_ends_what_came_from_elsewhere(target: str) -> None:
    """`close` ends a stream that its source did not end, and says that it was cut off."""
    encoder = Encoder(target)
    encoder.feed(text("Hi"))
    out = encoder.close()
    assert out.endswith(DONE)
    chunks = [*read([out], target)]
    assert [chunk.error.message for chunk in chunks if chunk.error] == [Defaults().cut_off]
    assert encoder.close() == b""


@pytest.mark.parametrize("target", SSE)
def test_close_adds_the_end_mark(target: str) -> None:
    """A finished answer only lacks the mark."""
    encoder = Encoder(target)
    out = encoder.feed(text("Hi")) + encoder.feed(finish()) + encoder.close()
    assert payloads(out)[-1] is None
    assert [chunk.error for chunk in read([out], target) if chunk.error] == []
    assert FinishReason.STOP in [chunk.finish_reason for chunk in read([out], target)]


@pytest.mark.parametrize("target", SSE)
def test_done_finishes(target: str) -> None:
    """Where the source ended without a finish word, one is made up, and said to be."""
    encoder = Encoder(target)
    out = encoder.feed(text("Hi")) + encoder.feed(Chunk(done=True))
    assert out.endswith(DONE)
    assert encoder.close() == b""
    assert FinishReason.STOP in [chunk.finish_reason for chunk in read([out], target)]
    invented = [loss.path for loss in encoder.losses if loss.kind == "invented"]
    assert "$.choices[0].finish.reason" in invented


@pytest.mark.parametrize("dialect", ALL)
def test_close_adds_nothing_at_home(dialect: str) -> None:
    """A stream goes home as it was, without the end that it never had."""
    body = event(good(dialect)) + event(good(dialect, 1))
    encoder = Encoder(dialect, framing="sse")
    out = b"".join([encoder.feed(chunk) for chunk in read([body], dialect)])
    assert len(payloads(out)) == 2
    assert encoder.close() == b""
    translator = Translator(dialect, dialect, to_framing="sse")
    assert translator.feed(body) + translator.close() == out


def test_nothing_fed() -> None:
    """Where nothing was written there is nothing to end."""
    assert Encoder("openai").close() == b""


def test_usage_at_its_place() -> None:
    """OpenAI has usage alone behind the finish, Mistral on the chunk that finishes."""
    counted = finish()
    counted.usage = Usage(1, 2, 3)
    for target, place in (("openai", (-2, 0)), ("mistral", (-2, 1)), ("llama", (-2, 0))):
        encoder = Encoder(target)
        running = text("Hi", usage=Usage(1, 1, 2))
        out = encoder.feed(running) + encoder.feed(counted) + encoder.feed(Chunk(done=True))
        found = payloads(out)
        number, choices = place
        assert found[number]["usage"] == {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "total_tokens": 3,
        }
        assert len(found[number]["choices"]) == choices
        assert not any("usage" in each for each in found[:number])


def test_error_passes() -> None:
    """An error from elsewhere is the last thing said before the end mark."""
    encoder = Encoder("openai")
    out = encoder.feed(text("Hi")) + encoder.feed(Chunk(error=Error("down", "t", 503, "p")))
    out += encoder.close()
    assert payloads(out)[-2]["error"] == {
        "message": "down",
        "type": "t",
        "param": "p",
        "code": 503,
    }
    assert payloads(out)[-1] is None


# Options.


def residue() -> Chunk:
    """Return a chunk with residue at every level."""
    payload = {
        "id": "a",
        "created": 1,
        "model": "m",
        "azure": {"x": 1},
        "choices": [{"index": 0, "filter": [2], "delta": {"content": "Hi", "inner": 3}}],
    }
    return decode("openai", payload)


def test_extra_home() -> None:
    """By default residue goes home, and only home."""
    assert encode("openai", residue())["azure"] == {"x": 1}
    away = json.dumps(encode("llama", residue()))
    assert not any(key in away for key in ("azure", "filter", "inner"))
    assert b"azure" not in Encoder("llama").feed(residue())


def test_extra_always() -> None:
    """A gateway that wants the residue elsewhere gets it at the same places."""
    for written in (
        encode("llama", residue(), extra="always"),
        payloads(Encoder("llama", extra="always").feed(residue()))[0],
    ):
        assert written["azure"] == {"x": 1}
        assert written["choices"][0]["filter"] == [2]
        assert written["choices"][0]["delta"]["inner"] == 3
    translator = Translator("openai", "llama", extra="always")
    body = event(json.dumps(encode("openai", residue())).encode())
    out = b"".join([translator.feed(body) for _ in range(20)])
    assert all(each["azure"] == {"x": 1} for each in payloads(out))
    assert len(payloads(out)) == 20
    assert not any(loss.path.endswith("azure.x") for loss in translator.losses)


@pytest.mark.parametrize("name", sorted({recording.dialect for recording in RECORDINGS}))
def test_extra_always_of_recordings(name: str) -> None:
    """Residue of whatever shape is written elsewhere, without the marks that stand in it."""
    for recording in RECORDINGS:
        if recording.dialect == name and recording.case != "wrong-shapes-in-known-fields":
            for target in (*DIALECTS, "openrouter"):
                translator = Translator(name, target, extra="always")
                out = translator.feed(recording.data) + translator.close()
                assert [*read([out], target)]


def test_extra_never() -> None:
    """A gateway that wants none gets none, not even at home; the stream is shaped as elsewhere."""
    written = encode("openai", residue(), extra="never")
    assert written["choices"][0]["delta"] == {"content": "Hi"}
    assert "azure" not in written
    translator = Translator("openai", "openai", extra="never")
    body = event(json.dumps(encode("openai", residue())).encode())
    out = b"".join([translator.feed(body) for _ in range(20)]) + translator.close()
    assert not any(key in out for key in (b"azure", b"filter", b"inner"))
    assert payloads(out)[0]["choices"][0]["delta"] == {"role": "assistant", "content": "Hi"}
    assert payloads(out)[-1] is None
    assert ("dropped", "$.extra.azure.x") in [(loss.kind, loss.path) for loss in translator.losses]


def test_defaults() -> None:
    """What the source did not say comes from one value, and is reported as invented."""
    defaults = Defaults(
        id="chatcmpl-1", model="gateway", created=7, call_id="c-{choice}-{index}", cut_off="gone"
    )
    encoder = Encoder("openai", defaults=defaults)
    call = Chunk(choices=[Choice(3, None, [ToolCall(None, None, "f", "{}")])])
    out = encoder.feed(call) + encoder.close()
    first, error, _ = payloads(out)
    assert (first["id"], first["model"], first["created"]) == ("chatcmpl-1", "gateway", 7)
    assert first["choices"][0]["delta"]["tool_calls"][0]["id"] == "c-3-0"
    assert error["error"]["message"] == "gone"
    invented = {loss.path: loss.value for loss in encoder.losses if loss.kind == "invented"}
    assert invented["$.id"] == "chatcmpl-1"
    assert invented["$.model"] == "gateway"
    assert invented["$.created"] == 7
    assert "c-3-0" in invented.values()
    written = encode("openai", text("x"), defaults=defaults)
    assert (written["id"], written["model"], written["created"]) == ("chatcmpl-1", "gateway", 7)
    translator = Translator("mistral", "openai", defaults=defaults)
    body = event(b'{"choices":[{"index":0,"delta":{"content":"x"}}]}')
    assert payloads(translator.feed(body))[0]["id"] == "chatcmpl-1"


def test_same_bytes_twice() -> None:
    """Nothing is drawn by lot or taken from the clock."""
    outs: set[bytes] = set()
    for _ in range(2):
        encoder = Encoder("openai")
        call = Chunk(choices=[Choice(0, None, [ToolCall(None, None, "f", "{}")])])
        outs.add(encoder.feed(call) + encoder.close())
    assert len(outs) == 1


@pytest.mark.parametrize("dialect", ALL)
def test_framing(dialect: str) -> None:
    """Every framing that a dialect comes in can be written and is recognised again."""
    adapter = load_adapters()[dialect]
    for framing in adapter.framings:
        encoder = Encoder(dialect, framing=framing)
        out = encoder.feed(text("Hi", dialect=None)) + encoder.feed(finish()) + encoder.close()
        decoder = Decoder(dialect)
        chunks = decoder.feed(out) + decoder.close()
        assert decoder.framing == framing
        assert "".join(chunk.text for chunk in chunks) == "Hi"
    usual = Encoder(dialect).feed(text("Hi"))
    sse = b"event: " if adapter.named else b"data: "
    starts = {"eventstream": b"\x00", "ndjson": b"{", "sse": sse}
    assert usual.startswith(starts[adapter.framing])


def test_translator_framings() -> None:
    """What comes and what goes may be framed differently."""
    translator = Translator("openai", "openai", framing="ndjson", to_framing="sse")
    assert translator.feed(good("openai") + b"\n") == event(good("openai"))
    with pytest.raises(OnechunkError):
        Translator("openai", "openai", framing="nonsense")


def test_framing_is_unknown_at_first() -> None:
    """Before the first byte nobody knows the framing."""
    decoder = Decoder("openai")
    assert decoder.framing is None
    decoder.feed(b"\n")
    decoder.feed(b"{")
    assert decoder.framing == "ndjson"
    assert Decoder("openai", framing="sse").framing == "sse"
    assert Decoder("openai", framing="ndjson").framing == "ndjson"


# Reading.


def test_read_anything_that_yields_bytes() -> None:
    """A list, a file, a generator: whatever yields bytes is read, and no sooner than asked."""
    body = event(good("openai")) + event(good("openai", 1)) + DONE
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(0, len(body), 10):
            asked.append(number)
            yield body[number : number + 10]

    for source in ([body], BytesIO(body), (body[:50], b"", body[50:])):
        assert [chunk.text for chunk in read(source, "openai")] == ["Hi 0", "Hi 1", ""]
    chunks = read(pieces(), "openai")
    assert asked == []
    assert next(chunks).text == "Hi 0"
    assert max(asked) < len(body) - 40


def test_aread() -> None:
    """An asynchronous source is read the same way."""
    body = event(good("mistral")) + DONE

    async def pieces() -> AsyncIterator[bytes]:
        for byte in body:
            yield byte.to_bytes()

    async def run() -> list[Chunk]:
        return [chunk async for chunk in aread(pieces(), "mistral")]

    assert asyncio.run(run()) == [*read([body], "mistral")]


def test_read_with_options() -> None:
    """Framing and limit are those of the decoder."""
    body = good("openai") + b"\n"
    assert [chunk.text for chunk in read([body], "openai", framing="ndjson")] == ["Hi 0"]
    with pytest.raises(OnechunkError, match="limit of 10 bytes"):
        list(read([body], "openai", limit=10))


# Edits.


@pytest.mark.parametrize("dialect", DIALECTS)
def test_edits_reach_the_wire(dialect: str) -> None:
    """A gateway's edits are written, at home and away, to the last chunk."""
    body = b"".join([event(good(dialect, number)) for number in range(30)])
    for target in DIALECTS:
        encoder = Encoder(target, framing="sse")
        out = b""
        for number, chunk in enumerate(read([body], dialect)):
            chunk.choices[0].parts = [Text(f"<{number}>")]
            out += encoder.feed(chunk)
        assert b"Hi" not in out
        assert out.count(b"<") == 30


def test_more_parts_than_came() -> None:
    """Parts of other classes than came may be added to a chunk that goes home."""
    (chunk,) = Decoder("openai").feed(event(good("openai")))
    chunk.choices[0].parts += [Reasoning("so"), ToolCall(0, "i", "f", "{}")]
    delta = encode("openai", chunk)["choices"][0]["delta"]
    assert delta == {
        "content": "Hi 0",
        "reasoning_content": "so",
        "tool_calls": [{"index": 0, "id": "i", "function": {"name": "f", "arguments": "{}"}}],
    }
