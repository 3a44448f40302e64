"""Payloads that use a place otherwise than most: they come home as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onechunk import DERIVED, Decoder, Encoder, Translator, decode, encode, load_adapters, read
from tests.test_bad_input import DIALECTS, event, good
from tests.test_odd_input import Object, same

REPEATED: dict[str, Object] = {
    name: {
        "choices": [
            {"index": 0, "message": {"content": "x", "role": "y"}, "delta": {"content": "x"}}
        ]
    }
    for name in ("perplexity", "minimax")
}


@pytest.mark.parametrize("dialect", REPEATED)
def test_running_copy_alone(dialect: str) -> None:
    """What only a whole stream can tell is left out by `encode`: no mark comes out."""
    (found,) = Decoder(dialect).feed(event(json.dumps(REPEATED[dialect]).encode()))
    assert found.choices[0].extra["message"] == {"content": DERIVED, "role": "y"}
    payload = encode(dialect, found)
    assert payload["choices"][0]["message"] == {"role": "y"}
    adapter = load_adapters()[dialect]
    made = adapter.converter.structure(found, adapter.wire)
    assert same(adapter.converter.unstructure(made), payload)
    (again,) = read([Encoder(dialect).feed(found)], dialect)
    assert again == found


def details(*names: str, values: tuple[Any, ...]) -> list[Object]:
    """Return payloads whose usage has a count under the first name and *values* at the second."""
    count, place = names
    return [{"choices": [], "usage": {count: 3, place: value}} for value in values]


def deltas(key: str, *values: Any, **rest: Any) -> list[Object]:
    """Return payloads with these values at one key of the delta."""
    return [{"choices": [{"index": 0, "delta": {key: value, **rest}}]} for value in values]


def summary(*pieces: Any) -> Object:
    """Return an item of reasoning as Databricks has it."""
    return {"type": "reasoning", "summary": [*pieces]}


A, B = ({"type": "summary_text", "text": text} for text in "ab")
EMPTY: Object = {"type": "summary_text", "text": ""}
TEXT: Object = {"type": "text", "text": "t"}
SIGNED: Object = {"type": "summary_text", "text": "b", "signature": "s"}
INPUT, OUTPUT = "prompt_tokens_details", "completion_tokens_details"
NULL, OTHER, NUMBER = {"cached_tokens": None}, {"other": 1}, {"cached_tokens": 1.0}

PAYLOADS: dict[str, list[Object]] = {
    "mistral": details(
        "num_cached_tokens", INPUT, values=({"cached_tokens": "x"}, NULL, {}, None, [], "x", 3)
    ),
    "deepseek": details(
        "prompt_cache_hit_tokens", INPUT, values=(NUMBER, {"cached_tokens": True}, OTHER, False)
    ),
    "sglang": details(
        "reasoning_tokens",
        OUTPUT,
        values=(None, {}, {"reasoning_tokens": None}, {"audio_tokens": 1}, OTHER),
    ),
    "together": details("cached_tokens", INPUT, values=(None, {}, NULL, {"x": None})),
    "databricks": deltas(
        "content",
        [summary()],
        [summary(), TEXT],
        [summary(A, B)],
        [summary(A, B), TEXT, summary(A, B)],
        [TEXT, summary(EMPTY, EMPTY)],
        [summary({"type": "new"}, SIGNED), summary(B)],
        [{"type": "reasoning"}],
        [{"type": "reasoning", "summary": "x"}],
    ),
    "openrouter": deltas(
        "reasoning_details",
        [{}],
        [OTHER],
        [{"type": None, "text": "x"}],
        [{"type": "reasoning.text"}],
        [{"type": "new", "text": "x"}],
        [{"type": "reasoning.text", "text": "x"}, {"summary": "x"}],
        [None],
        {},
        "x",
        content="",
        reasoning="x",
    ),
}
CASES = [(name, number) for name, found in PAYLOADS.items() for number in range(len(found))]


@pytest.mark.parametrize(("dialect", "number"), CASES)
def test_odd_payload(dialect: str, number: int) -> None:
    """It comes home as it was, and goes away without a mark in it."""
    payload = PAYLOADS[dialect][number]
    assert same(encode(dialect, decode(dialect, payload)), payload)
    for target in DIALECTS:
        translator = Translator(dialect, target, extra="always")
        out = translator.feed(event(json.dumps(payload).encode()) + event(good(dialect)))
        assert b"Hi 0" in out


NEXT_TO_NOTHING: dict[str, Object] = {
    "no-key": {},
    "no-choice": {"choices": []},
    "id": {"id": "a", "choices": []},
    "model": {"model": "m", "choices": []},
    "created": {"created": 1, "choices": []},
}
AROUND = {
    "nothing": b"",
    "comment": b": ping\n\n",
    "name": b"event: chunk\n",
    "number": b"id: 7\n",
    "comment-inside": b": ping\n",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NEXT_TO_NOTHING)
@pytest.mark.parametrize("around", AROUND)
def test_next_to_nothing(dialect: str, name: str, around: str) -> None:
    """A frame that says next to nothing is none the less a frame, whatever stands around it."""
    payload = NEXT_TO_NOTHING[name]
    body = AROUND[around] + event(json.dumps(payload).encode()) + b": bye\n\n"
    translator = Translator(dialect, dialect, to_framing="sse")
    out = translator.feed(body) + translator.close()
    decoder = Decoder(dialect)
    chunks = decoder.feed(out) + decoder.close()
    assert same([encode(dialect, each) for each in chunks[:-1]], [payload])
    assert out.endswith(b"}\n\n: bye\n\n")
    for line in AROUND[around].split():
        assert line in out
