"""Input that is odd, new or hostile and yet no error: it is carried, and comes back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onechunk import (
    Decoder,
    Encoder,
    FinishReason,
    Other,
    Translator,
    decode,
    encode,
    load_adapters,
    losses,
    read,
    to_objects,
)
from tests.support.families import of_choices
from tests.test_bad_input import CHAT, DIALECTS, GOOD, before, event, good

ALL = of_choices()

Object = dict[str, Any]

HOSTILE = (
    "extra",
    "dialect",
    "done",
    "frame",
    "parts",
    "finish",
    "__class__",
    "__dict__",
    "__slots__",
    "__proto__",
    "",
    " ",
    "$",
    "choices.0",
    "a\nb",
    "é\u2028",
    "\x00",
    "None",
    "self",
)


def chunk(dialect: str, **delta: Any) -> Object:
    """Return a payload with a choice that says *delta*."""
    return {"id": "a", "choices": [{"index": 0, "delta": delta}], "model": dialect}


def same(one: object, two: object) -> bool:
    """Compare by JSON text, to which `1`, `1.0` and `true` differ."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


@pytest.mark.parametrize("dialect", ALL)
@pytest.mark.parametrize("value", [None, 0, "", "x", [], {}, [{"extra": {}}], {"extra": None}])
def test_hostile_keys(dialect: str, value: Any) -> None:
    """Keys that are named like ours, or like Python's, are residue at every level."""
    odd = dict.fromkeys(HOSTILE, value)
    call = {"index": 0, "id": "c", **odd, "function": {"name": "f", "arguments": "{}", **odd}}
    payload = {
        "id": "a",
        **odd,
        "choices": [{"index": 0, **odd, "delta": {"content": "x", **odd, "tool_calls": [call]}}],
        "usage": {"prompt_tokens": 1, **odd},
    }
    text = json.dumps(payload)
    found = decode(dialect, payload)
    assert found.dialect == dialect
    assert not found.done
    assert same(encode(dialect, found), payload)
    assert same(encode(dialect, decode(dialect, text)), payload)
    for target in DIALECTS:
        away = encode(target, found)
        assert target == dialect or not any(json.dumps(key) in json.dumps(away) for key in HOSTILE)
        assert isinstance(losses(target, found), list)
        translator = Translator(dialect, target)
        assert translator.feed(event(text.encode())) + translator.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_hostile_values(dialect: str) -> None:
    """Values of any size are kept: long numbers, lone surrogates, NaN and infinities."""
    texts = [
        '{"choices":[],"x":' + "9" * 4000 + "}",
        '{"choices":[],"x":-0.0,"y":1E400}'.replace("1E400", "1e-400"),
        '{"choices":[],"x":[NaN,Infinity,-Infinity]}',
        '{"choices":[],"x":"\\ud800","\\udfff":1}',
        '{"choices":[],"created":NaN}',
        '{"choices":[],"created":-Infinity,"usage":{"prompt_tokens":NaN}}',
        '{"choices":[],"created":' + "9" * 400 + "}",
        '{"choices":[{"index":-1},{"index":99999999999999999999},{"index":true}]}',
        '{"choices":[{"index":1.0,"delta":null}],"model":7,"id":[]}',
    ]
    for text in texts:
        found = decode(dialect, text)
        assert same(encode(dialect, found), json.loads(text))
        decoder, encoder = Decoder(dialect), Encoder(dialect)
        home = b"".join([encoder.feed(each) for each in decoder.feed(event(text.encode()))])
        again = [encode(dialect, each) for each in read([home], dialect)]
        assert same(again, [json.loads(text)])
        for target in DIALECTS:
            translator = Translator(dialect, target)
            assert translator.feed(event(text.encode()) + event(good(dialect))) + translator.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_created_without_seconds(dialect: str) -> None:
    """A time that is no number is nothing that another dialect could be told."""
    target = "mistral" if dialect == "openai" else "openai"
    for text in ("NaN", "Infinity", "-Infinity"):
        payload = f'{{"created":{text},"choices":[]}}'
        assert encode(target, decode(dialect, payload))["created"] == 0
        translator = Translator(dialect, target)
        translator.feed(event(payload.encode()) + event(good(dialect)))
        assert all(loss.path != "$.created" or loss.kind != "dropped" for loss in translator.losses)


@pytest.mark.parametrize("dialect", [name for name in ALL if name != "completions"])
def test_new_content(dialect: str) -> None:
    """A content type that nobody knows is kept whole, in its place."""
    items: list[Any] = [
        {"type": "text", "text": "a"},
        {"type": "hologram", "voxels": [1, {"x": None}]},
        {"type": None},
        {"text": "untyped"},
        {"type": 3},
        7,
        "bare",
        None,
        [],
    ]
    payload = chunk(dialect, content=items)
    found = decode(dialect, payload)
    assert [type(part) for part in found.choices[0].parts][1:] == [Other] * (len(items) - 1)
    assert same(encode(dialect, found), payload)


@pytest.mark.parametrize("dialect", ALL)
@pytest.mark.parametrize(
    "word", ["exhausted", "STOP", " stop", "🛑", "null", "", 7, None, ["stop"]]
)
def test_new_finish_word(dialect: str, word: Any) -> None:
    """A finish word that nobody knows is `OTHER` with the word beside it; no word is none."""
    key = "finishReason" if dialect == "mistral-ts" else "finish_reason"
    payload = {"choices": [{"index": 0, key: word}]}
    found = decode(dialect, payload)
    assert same(encode(dialect, found), payload)
    finish = found.choices[0].finish
    if isinstance(word, str) and word not in {"", "null"}:
        assert finish is not None
        assert (finish.reason, finish.raw) == (FinishReason.OTHER, word)
    else:
        assert finish is None


@pytest.mark.parametrize("dialect", [name for name in ALL if name != "completions"])
@pytest.mark.parametrize("role", ["harbour_master", "", None, 3])
def test_new_role(dialect: str, role: Any) -> None:
    """A role that nobody knows is carried; a strict target gets `assistant` and says so."""
    payload = chunk(dialect, role=role, content="x")
    found = decode(dialect, payload)
    assert same(encode(dialect, found), payload)
    assert found.choices[0].role == (role if isinstance(role, str) and role else None)
    if dialect != "openai" and role == "harbour_master":
        assert encode("openai", found)["choices"][0]["delta"]["role"] == "assistant"
        assert [
            (loss.kind, loss.value) for loss in losses("openai", found) if "role" in loss.path
        ] == [("changed", role)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_many_keys(dialect: str) -> None:
    """A megabyte of keys at every level goes home and away; the report of losses stays short."""
    odd = {f"key {number}": number for number in range(25_000)}
    payload = {**odd, "choices": [{"index": 0, **odd, "delta": odd}], "usage": odd}
    body = event(json.dumps(payload).encode())
    assert len(body) > 1_000_000
    translator = Translator(dialect, "mistral" if dialect == "openai" else "openai")
    assert translator.feed(body + event(good(dialect))) + translator.close()
    assert len(translator.losses) <= 1000
    found = Decoder(dialect).feed(body)
    assert same(encode(dialect, found[0]), payload)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_keys_that_never_repeat(dialect: str) -> None:
    """A stream that invents keys all the time leaves at most 1,000 losses behind."""
    target = "mistral" if dialect == "openai" else "openai"
    translator = Translator(dialect, target)
    for number in range(3_000):
        translator.feed(event(good(dialect)[:-1] + b',"key %d":1}' % number))
    assert len(translator.losses) <= 1000


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("framing", ["sse", "ndjson"])
def test_one_byte_pieces(dialect: str, framing: str) -> None:
    """A frame in 300,000 pieces arrives: were each to look at those before, this would hang."""
    head, tail = good(dialect).split(b"Hi 0")
    frame = head + b"x" * 300_000 + tail
    body = event(frame) if framing == "sse" else frame + b"\n"
    decoder = Decoder(dialect, framing=framing)
    feed = decoder.feed
    found = [chunk for byte in body for chunk in feed(byte.to_bytes())]
    assert [len(chunk.text) for chunk in found] == [300_000]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_many_calls_and_choices(dialect: str) -> None:
    """Thousands of open choices and calls are told apart."""
    if dialect not in CHAT:
        return
    translator = Translator(dialect, "mistral" if dialect == "openai" else "openai")
    for number in range(2_000):
        call = {"index": number, "id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}
        choice = {"index": number, "delta": {"tool_calls": [call]}}
        translator.feed(event(json.dumps({"choices": [choice]}).encode()))
        choice = {"index": 0, "delta": {"tool_calls": [call]}}
        out = translator.feed(event(json.dumps({"choices": [choice]}).encode()))
        assert b'"index":%d' % number in out
    assert translator.close()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_frames_after_the_end(dialect: str) -> None:
    """What follows the end mark goes home, but not behind another dialect's end mark."""
    if load_adapters()[dialect].end is None:
        return
    body = before(dialect) + event(b"[DONE]") + event(good(dialect)) + event(b"[DONE]")
    assert len(Decoder(dialect).feed(body)) == GOOD + 3
    home = Translator(dialect, dialect)
    again = Decoder(dialect).feed(home.feed(body) + home.close())
    assert again == Decoder(dialect).feed(body)
    away = Translator(dialect, "mistral" if dialect == "openai" else "openai")
    out = away.feed(body) + away.close()
    assert out.endswith(event(b"[DONE]"))
    assert out.count(b"[DONE]") == 1
    assert ("dropped", "$", "Hi 0") in [(each.kind, each.path, each.value) for each in away.losses]


@pytest.mark.parametrize("dialect", ALL)
@pytest.mark.parametrize("behind", [b"null", b'"x"', b"{}", b"more", b""])
def test_lines_behind_the_end_mark(dialect: str, behind: bytes) -> None:
    """What stands behind the mark in one event is no event of its own where lines are events."""
    chunks = list(read([b"data: [DONE]\ndata: %b\n\n" % behind], dialect))
    encoder = Encoder(dialect, framing="ndjson")
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    assert [each.done for each in read([out], dialect)] == [True]
    if load_adapters()[dialect].sdk is not None:
        assert [*to_objects(dialect, chunks)] == []
