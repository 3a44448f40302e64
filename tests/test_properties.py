"""The laws over generated wire objects: what no recording thought of."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import Decoder, OnechunkError, Translator, decode, encode, losses
from onechunk.mapping import is_list, is_object
from tests.support.generated import json_values, wire_objects
from tests.support.json_equal import difference
from tests.support.laws import chunk_round_trip, cut_anywhere, same_bytes, stream_round_trip

DIALECTS = ("completions", "deepseek", "groq", "llama", "mistral", "mistral-ts", "openai", "xai")

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def stream(payloads: list[Any]) -> bytes:
    """Return a stream of server-sent events."""
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in payloads)


@every_dialect
@few
@given(data=st.data())
def test_chunk_round_trip(dialect: str, data: st.DataObject) -> None:
    """Law 1: a legal wire object comes back exactly, from dict, text and bytes."""
    assert chunk_round_trip(dialect, data.draw(wire_objects(dialect))) == ""


@every_dialect
@few
@given(data=st.data())
def test_stream(dialect: str, data: st.DataObject) -> None:
    """Laws 2, 3 and 9: a stream comes back frame by frame, however cut, and always the same."""
    body = stream(data.draw(st.lists(wire_objects(dialect), min_size=1, max_size=3)))

    assert stream_round_trip(dialect, body) == ""
    if len(body) < 600:
        assert cut_anywhere(dialect, body) == ""
    assert same_bytes(dialect, body) == ""


@every_dialect
@few
@given(data=st.data())
def test_losses_are_all(dialect: str, data: st.DataObject) -> None:
    """Law 4: text, reasoning and calls that no loss names are equal in another dialect."""
    target = "mistral" if dialect == "openai" else "openai"
    chunk = decode(dialect, data.draw(wire_objects(dialect)))
    if chunk.done or any(choice.index is None for choice in chunk.choices):
        return
    back = decode(target, encode(target, chunk))
    named = " ".join(loss.path for loss in losses(target, chunk))

    if "parts" not in named and len({choice.index for choice in chunk.choices}) == 1:
        assert (back.text, back.reasoning) == (chunk.text, chunk.reasoning)
        assert [call.name for call in back.tool_calls if call.name] == [
            call.name for call in chunk.tool_calls if call.name
        ]
    if "usage" not in named and chunk.usage is not None:
        assert back.usage is not None or chunk.usage.input_tokens is None
        assert back.usage is None or back.usage.input_tokens == chunk.usage.input_tokens


@every_dialect
@few
@given(body=st.binary(max_size=60) | st.lists(json_values, max_size=3).map(stream))
def test_any_bytes(dialect: str, body: bytes) -> None:
    """Law 7: any bytes give chunks or an error of ours, which stays."""
    decoder = Decoder(dialect)
    try:
        decoder.feed(body)
        decoder.close()
    except OnechunkError as error:
        found = error
        with pytest.raises(OnechunkError) as again:
            decoder.feed(b"")
        assert str(again.value) == str(found)


@every_dialect
@few
@given(data=st.data())
def test_any_values(dialect: str, data: st.DataObject) -> None:
    """Law 7: a legal object with any value put anywhere is carried, or an error of ours."""
    payload = data.draw(wire_objects(dialect))
    holder: Any = payload
    while is_object(holder) and holder:
        key = data.draw(st.sampled_from(list(holder)))
        inner: Any = holder[key]
        inner = inner[0] if is_list(inner) and inner else inner
        if not is_object(inner) or not inner or data.draw(st.booleans()):
            holder[key] = data.draw(json_values)
            break
        holder = inner
    try:
        chunk = decode(dialect, payload)
    except OnechunkError:
        return
    assert difference(payload, encode(dialect, chunk)) == ""


@every_dialect
@few
@given(data=st.data())
def test_translation_ends(dialect: str, data: st.DataObject) -> None:
    """What is written in another dialect is read there, and ends with its mark."""
    target = "llama" if dialect == "openai" else "openai"
    translator = Translator(dialect, target)
    body = stream(data.draw(st.lists(wire_objects(dialect), min_size=1, max_size=3)))
    out = translator.feed(body) + translator.close()

    assert out.endswith(b"data: [DONE]\n\n")
    assert Decoder(target).feed(out)
