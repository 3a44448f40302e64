"""Bytes that are no legal stream: what came before is delivered, then one clear error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import pytest
from attrs import frozen

from onechunk import (
    Chunk,
    Decoder,
    Encoder,
    OnechunkError,
    Translator,
    UnknownDialectError,
    WireError,
    aread,
    decode,
    encode,
    load_adapters,
    losses,
    read,
)

CHAT = ("openai", "mistral", "llama", "perplexity", "groq", "deepseek")
"""Dialects, and profiles whose chunks go another way through the code."""
DIALECTS = (*CHAT, "mistral-ts", "completions")

GOOD = 6
"""Frames before the bad one: enough for the decoder to expect more of the kind."""


EVENT_TEXTS: dict[str, str] = {
    "anthropic": (
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"…"}}'
    ),
    "bedrock": '{"contentBlockDelta":{"delta":{"text":"…"},"contentBlockIndex":0}}',
    "cohere": '{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"…"}}}}',
    "cohere-v1": '{"is_finished":false,"event_type":"text-generation","text":"…"}',
    "gemini": '{"candidates":[{"content":{"parts":[{"text":"…"}],"role":"model"},"index":0}]}',
    "llama-api": '{"id":"a","event":{"event_type":"progress","delta":{"type":"text","text":"…"}}}',
    "ollama": '{"model":"m","message":{"role":"assistant","content":"…"},"done":false}',
    "responses": '{"type":"response.output_text.delta","output_index":0,"delta":"…"}',
}


def good(dialect: str, number: int = 0) -> bytes:
    """Return a legal payload."""
    if dialect in EVENT_TEXTS:
        return EVENT_TEXTS[dialect].replace("…", f"Hi {number}").encode()
    said = (
        {"text": f"Hi {number}"}
        if dialect == "completions"
        else {"delta": {"content": f"Hi {number}"}}
    )
    finish = "finishReason" if dialect == "mistral-ts" else "finish_reason"
    choice = {"index": 0, **said, finish: None}
    chunk = {"id": "a", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(chunk, separators=(",", ":")).encode()


def event(payload: bytes) -> bytes:
    """Return a payload as a server-sent event."""
    return b"data: " + payload + b"\n\n"


def before(dialect: str) -> bytes:
    """Return the legal events before the bad one."""
    return b"".join([event(good(dialect, number)) for number in range(GOOD)])


@frozen
class Bad:
    """A payload that is refused.

    Attributes:
        says: Words of the message.
        path: Where it is wrong; None if all of it is.
    """

    payload: bytes
    says: str
    path: str | None = None


NESTED = 10_000

NO_JSON = {
    "truncated": Bad(b'{"id":"a","choices":[{"ind', "invalid JSON: unterminated string"),
    "truncated-number": Bad(b'{"created":12', "invalid JSON"),
    "two-values": Bad(b"{}{}", "invalid JSON: extra data"),
    "single-quotes": Bad(b"{'id':'a'}", "invalid JSON"),
    "trailing-comma": Bad(b'{"id":"a",}', "invalid JSON"),
    "bare-word": Bad(b"{id}", "invalid JSON"),
    "raw-control-character": Bad(b'{"id":"\x00"}', "invalid JSON: invalid control character"),
    "bad-escape": Bad(rb'{"id":"\q"}', "invalid JSON"),
    "byte-order-mark-inside": Bad(b"\xef\xbb\xbf{}", "invalid JSON"),
    "invalid-utf-8": Bad(b'{"id":"\xff"}', "invalid UTF-8 at byte 7"),
    "utf-16": Bad('{"id":"é"}'.encode("utf-16-le"), "invalid"),
    "surrogate-as-utf-8": Bad(b'{"id":"\xed\xa0\x80"}', "invalid UTF-8"),
    "overlong-utf-8": Bad(b'{"id":"\xc0\xaf"}', "invalid UTF-8"),
    "out-of-range": Bad(b'{"x":1e999}', "number out of range: 1e999"),
    "out-of-range-below": Bad(b'{"created":-1e999}', "number out of range: -1e999"),
    "too-many-digits": Bad(b'{"x":' + b"9" * 5000 + b"}", "a number of 5000 digits: 99999"),
    "nested-lists": Bad(b"[" * NESTED + b"]" * NESTED, "nested too deeply"),
    "nested-objects": Bad(b'{"a":' * NESTED + b"1" + b"}" * NESTED, "nested too deeply"),
    "nested-inside": Bad(
        b'{"choices":[],"x":' + b"[" * NESTED + b"]" * NESTED + b"}", "nested too deeply"
    ),
    "nested-unfinished": Bad(b"[" * NESTED, "nested too deeply"),
}

WRONG_TYPE = {
    "list": Bad(b"[1]", "expected an object, got a list", "$"),
    "number": Bad(b"1", "expected an object, got a number", "$"),
    "string": Bad(b'"x"', "expected an object, got a string", "$"),
    "null": Bad(b"null", "expected an object, got null", "$"),
    "true": Bad(b"true", "expected an object, got a boolean", "$"),
    "choices-string": Bad(b'{"choices":"x"}', "expected a list, got a string", "$.choices"),
    "choices-number": Bad(b'{"choices":7}', "expected a list, got a number", "$.choices"),
    "choices-object": Bad(b'{"choices":{}}', "expected a list, got an object", "$.choices"),
    "choice-string": Bad(b'{"choices":["x"]}', "expected an object, got a string", "$.choices[0]"),
    "choice-null": Bad(
        b'{"choices":[{"index":0},null]}', "expected an object, got null", "$.choices[1]"
    ),
    "usage-string": Bad(
        b'{"choices":[],"usage":"x"}', "expected an object or null, got a string", "$.usage"
    ),
    "usage-list": Bad(
        b'{"choices":[],"usage":[]}', "expected an object or null, got a list", "$.usage"
    ),
    "key-twice": Bad(b'{"choices":[],"choices":1}', "expected a list, got a number", "$.choices"),
}

DELTA = "$.choices[0].delta"
CALL = f"{DELTA}.tool_calls[0]"
WRONG_TYPE_IN_CHAT = {
    "delta-string": Bad(b'{"choices":[{"delta":"x"}]}', "expected an object, got a string", DELTA),
    "delta-list": Bad(b'{"choices":[{"delta":[]}]}', "expected an object, got a list", DELTA),
    "content-number": Bad(
        b'{"choices":[{"delta":{"content":5}}]}',
        "expected a string, a list or null, got a number",
        f"{DELTA}.content",
    ),
    "calls-number": Bad(
        b'{"choices":[{"delta":{"tool_calls":1}}]}',
        "expected a list, got a number",
        f"{DELTA}.tool_calls",
    ),
    "call-string": Bad(
        b'{"choices":[{"delta":{"tool_calls":["x"]}}]}', "expected an object, got a string", CALL
    ),
    "call-after-another": Bad(
        b'{"choices":[{"index":0},{"delta":{"tool_calls":[{"index":0},3]}}]}',
        "expected an object, got a number",
        "$.choices[1].delta.tool_calls[1]",
    ),
    "function-string": Bad(
        b'{"choices":[{"delta":{"tool_calls":[{"function":"f"}]}}]}',
        "expected an object, got a string",
        f"{CALL}.function",
    ),
}


def cases() -> Iterator[Any]:
    """Yield every dialect with every payload that it refuses."""
    for dialect in DIALECTS:
        chat = WRONG_TYPE_IN_CHAT if dialect in CHAT else {}
        for name, bad in {**NO_JSON, **WRONG_TYPE, **chat}.items():
            yield pytest.param(dialect, bad, id=f"{dialect}-{name}")


bad_payloads = pytest.mark.parametrize(("dialect", "bad"), [*cases()])


def deliver(decoder: Decoder, pieces: Iterable[bytes]) -> tuple[list[Chunk], OnechunkError | None]:
    """Feed the pieces up to the first error, and return both."""
    chunks: list[Chunk] = []
    try:
        for piece in pieces:
            chunks += decoder.feed(piece)
        chunks += decoder.close()
    except OnechunkError as error:
        return chunks, error
    return chunks, None


def check(error: OnechunkError | None, dialect: str, bad: Bad, number: int | None) -> None:
    """Compare an error with what it should tell, in attributes and in words."""
    assert type(error) is WireError
    assert error.dialect == dialect
    assert error.event == number
    assert error.path == bad.path
    assert bad.says in error.message
    place = [dialect]
    place += [f"event {number}"] if number is not None else []
    place += [bad.path] if bad.path is not None else []
    assert str(error) == f"{', '.join(place)}: {error.message}"
    assert "\n" not in str(error)


@bad_payloads
def test_decoder(dialect: str, bad: Bad) -> None:
    """What came before is delivered, however the bytes are cut; then one and the same error."""
    body = before(dialect) + event(bad.payload) + event(good(dialect))
    cut = len(before(dialect)) + len(bad.payload) // 2
    cuts = [
        [body],
        [body[:cut], body[cut:]],
        [body[at : at + 61] for at in range(0, len(body), 61)],
    ]
    if len(body) < NESTED:
        cuts.append([body[at : at + 1] for at in range(len(body))])
    for pieces in cuts:
        decoder = Decoder(dialect)
        chunks, error = deliver(decoder, pieces)
        assert [chunk.text for chunk in chunks] == [f"Hi {number}" for number in range(GOOD)]
        check(error, dialect, bad, GOOD + 1)
        with pytest.raises(WireError) as caught:
            decoder.feed(event(good(dialect)))
        assert caught.value is error
        with pytest.raises(WireError) as caught:
            decoder.close()
        assert caught.value is error


@bad_payloads
def test_bad_from_the_start(dialect: str, bad: Bad) -> None:
    """Where nothing came before, the first call raises."""
    body = event(bad.payload) + event(good(dialect))
    with pytest.raises(WireError) as caught:
        Decoder(dialect).feed(body)
    check(caught.value, dialect, bad, 1)


async def several(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces one by one."""
    for piece in pieces:
        yield piece


@bad_payloads
def test_read(dialect: str, bad: Bad) -> None:
    """`read` and `aread` yield what came before and then raise."""
    pieces = [before(dialect), event(bad.payload), event(good(dialect))]
    chunks: list[Chunk] = []
    with pytest.raises(WireError) as caught:
        chunks.extend(read(pieces, dialect))
    assert len(chunks) == GOOD
    check(caught.value, dialect, bad, GOOD + 1)

    async def run() -> None:
        async for chunk in aread(several(pieces), dialect):
            chunks.append(chunk)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(WireError) as caught:
        asyncio.run(run())
    assert len(chunks) == 2 * GOOD
    check(caught.value, dialect, bad, GOOD + 1)


@bad_payloads
@pytest.mark.parametrize("target", ["openai", "mistral", "completions"])
def test_translator(dialect: str, target: str, bad: Bad) -> None:
    """What came before is translated; after the error `abort` ends the stream legally."""
    translator = Translator(dialect, target)
    out = translator.feed(before(dialect) + event(bad.payload))
    with pytest.raises(WireError) as caught:
        translator.feed(b"")
    check(caught.value, dialect, bad, GOOD + 1)
    with pytest.raises(WireError) as caught:
        translator.close()
    check(caught.value, dialect, bad, GOOD + 1)
    out += translator.abort()
    assert translator.abort() == b""
    chunks = [*read([out], target)]
    assert "".join(chunk.text for chunk in chunks) == "".join(f"Hi {n}" for n in range(GOOD))
    if dialect != target:
        assert chunks[-1].done
        assert any(chunk.error is not None for chunk in chunks)


@bad_payloads
def test_decode(dialect: str, bad: Bad) -> None:
    """`decode` raises the same error for bytes, text and parsed JSON, without a number."""
    forms: list[Any] = [bad.payload]
    try:
        forms.append(bad.payload.decode())
        if bad.path is not None:
            value = json.loads(bad.payload)
            forms += [] if isinstance(value, str) else [value]
    except ValueError:
        pass
    for form in forms:
        with pytest.raises(WireError) as caught:
            decode(dialect, form)
        check(caught.value, dialect, bad, None)


def test_decode_of_deep_objects() -> None:
    """An object that is nested too deeply is refused parsed, too, without a recursion error."""
    deep: dict[str, Any] = {}
    for _ in range(NESTED):
        deep = {"a": deep}
    with pytest.raises(WireError) as caught:
        decode("openai", deep)
    assert str(caught.value) == "openai: nested too deeply"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("depth", [100, 400, 480, 700, 850])
@pytest.mark.parametrize("brackets", [(b'{"a":', b"1", b"}"), (b"[", b"", b"]")], ids=["{", "["])
def test_deep_residue(dialect: str, depth: int, brackets: tuple[bytes, bytes, bytes]) -> None:
    """Residue that the parser takes goes everywhere, or stops with one of our errors."""
    opening, middle, closing = brackets
    deep = opening * depth + middle + closing * depth
    body = event(b'{"choices":[],"x":' + deep + b"}") + event(good(dialect))
    for target in DIALECTS:
        translator = Translator(dialect, target)
        try:
            out = translator.feed(body)
        except OnechunkError as error:
            assert error.dialect in {dialect, target}  # noqa: PT017 - it need not be raised
            continue
        out += translator.abort()
        assert "Hi 0" in "".join(chunk.text for chunk in read([out], target))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("rest", [2, 3, 20, 60])
def test_stop_inside_frame(dialect: str, rest: int) -> None:
    """A stream that stops in the middle of a frame is an error that only the end can tell."""
    body = before(dialect) + event(good(dialect))[: -2 - rest]
    chunks, error = deliver(Decoder(dialect), [body])
    assert len(chunks) == GOOD
    check(error, dialect, Bad(b"", "invalid JSON"), GOOD + 1)
    target = "mistral" if dialect != "mistral" else "openai"
    translator = Translator(dialect, target)
    out = translator.feed(body)
    with pytest.raises(WireError):
        translator.close()
    out += translator.abort()
    chunks = [*read([out], target)]
    assert chunks[-1].done
    assert any(chunk.error is not None for chunk in chunks)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stop_behind_last_brace(dialect: str) -> None:
    """A last frame that only lacks its blank line is whole."""
    body = before(dialect) + event(good(dialect))[:-2]
    chunks, error = deliver(Decoder(dialect), [body])
    assert (len(chunks), error) == (GOOD + 1, None)


NOTHING = {
    "empty": b"",
    "blank-lines": b"\r\n\n\n",
    "comments": b": keep-alive\n\n: keep-alive\n\n",
    "comment-cut-off": b": keep-al",
    "byte-order-mark": b"\xef\xbb\xbf",
    "half-a-byte-order-mark": b"\xef\xbb",
    "fields-without-data": b"event: ping\nid: 3\nretry: 10\n\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("framing", [None, "sse"])
def test_nothing(dialect: str, name: str, framing: str | None) -> None:
    """A stream without a single frame of data is an error at its end."""
    decoder = Decoder(dialect, framing=framing)
    assert decoder.feed(NOTHING[name]) == []
    with pytest.raises(WireError) as caught:
        decoder.close()
    assert str(caught.value) == f"{dialect}, event 0: the stream is empty"
    with pytest.raises(WireError) as again:
        decoder.close()
    assert again.value is caught.value


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("framing", ["sse", "ndjson"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_limit(dialect: str, framing: str, size: int) -> None:
    """A frame over the limit is an error, and no more than the limit was kept of it."""
    payload = good(dialect)
    frame = event(payload) if framing == "sse" else payload + b"\n"
    limit = len(frame) + 10
    endless = frame[:-2] + b" " * 3 * limit
    body = frame * GOOD + endless
    decoder = Decoder(dialect, framing=framing, limit=limit)
    chunks, error = deliver(decoder, [body[at : at + size] for at in range(0, len(body), size)])
    assert len(chunks) == GOOD
    says = f"a frame is longer than the frame limit of {limit} bytes"
    check(error, dialect, Bad(b"", says), GOOD + 1)


CALLS: dict[str, Callable[[str], object]] = {
    "decode": lambda name: decode(name, {}),
    "encode": lambda name: encode(name, Chunk()),
    "losses": lambda name: losses(name, Chunk()),
    "decoder": Decoder,
    "encoder": Encoder,
    "source": lambda name: Translator(name, "openai"),
    "target": lambda name: Translator("openai", name),
    "read": lambda name: read([], name),
    "aread": lambda name: aread(several(()), name),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["nobody", "", "OpenAI", "openai ", "__class__"])
def test_unknown_dialect(call: str, name: str) -> None:
    """The message of an unknown dialect lists those that there are."""
    with pytest.raises(UnknownDialectError) as caught:
        CALLS[call](name)
    assert str(caught.value).startswith(f"unknown dialect {name!r}; installed are: ")
    listed = str(caught.value).partition("installed are: ")[2].split(", ")
    assert listed == sorted(load_adapters())
    assert {"openai", "mistral", "mistral-ts", "llama", "completions", "deepseek"} <= {*listed}


def test_unknown_framing() -> None:
    """The message of an unknown framing lists those that there are."""
    with pytest.raises(OnechunkError, match=r"^openai: unknown framing 'xml'; known ") as caught:
        Decoder("openai", framing="xml")
    assert "sse" in str(caught.value)
    with pytest.raises(OnechunkError, match="unknown framing 'xml'"):
        Translator("openai", "mistral", to_framing="xml")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_close(dialect: str) -> None:
    """A decoder that was closed takes nothing more."""
    decoder = Decoder(dialect)
    decoder.feed(event(good(dialect)))
    decoder.close()
    assert decoder.close() == []
    with pytest.raises(OnechunkError, match=f"^{dialect}: the decoder was closed$"):
        decoder.feed(b"")
