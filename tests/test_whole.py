"""Answers that come whole: bodies to messages and back, by the laws that chunks obey."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import (
    Choice,
    Chunk,
    EncodeError,
    Finish,
    FinishReason,
    LossError,
    Message,
    OnechunkError,
    Text,
    ToolCall,
    UnknownDialectError,
    WireError,
    accumulate,
    decode,
    decode_message,
    encode,
    encode_message,
    load_adapters,
    message_losses,
    split,
)
from tests.support.bodies import BODIES, body_id
from tests.support.json_equal import difference
from tests.support.laws import object_round_trip
from tests.support.recordings import Recording
from tests.support.streams import decode_all
from tests.support.whole import as_chunk, body_round_trip, split_round_trip, unnamed
from tests.test_laws import LEGAL
from tests.test_mutations import mutate

DIALECTS = sorted(name for name, each in load_adapters().items() if each.dialect == name)

every_body = pytest.mark.parametrize("body", BODIES, ids=body_id)
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def payload_of(body: Recording) -> dict[str, Any]:
    """Return a body as its parser gives it."""
    payload: dict[str, Any] = json.loads(body.data)
    return payload


@every_body
def test_body_round_trip(body: Recording) -> None:
    """Law 1: a body decoded and encoded is the same, whether read as dict, text or bytes."""
    assert body_round_trip(body.dialect, payload_of(body)) == ""


@every_body
def test_body_as_an_object(body: Recording) -> None:
    """Law 1: the way over the wire class, by cattrs alone, gives the same and changes nothing."""
    assert object_round_trip(f"{body.dialect}.whole", payload_of(body)) == ""


@every_body
def test_body_split(body: Recording) -> None:
    """Law 6: a message that came whole is the same when it is streamed and accumulated."""
    assert split_round_trip(decode_message(body.dialect, body.data)) == ""


@every_body
def test_body_elsewhere(body: Recording) -> None:
    """Law 4: a body of another dialect says the same, except what the report names."""
    message = decode_message(body.dialect, body.data)
    for target in DIALECTS:
        if target != body.dialect:
            assert unnamed(target, message) == {}, target


@pytest.mark.parametrize("recording", LEGAL, ids=lambda each: f"{each.dialect}/{each.path.name}")
def test_stream_as_a_body(recording: Recording) -> None:
    """Law 4: the answer of a stream, written as a body of any dialect, keeps what it means."""
    message = accumulate(decode_all(recording.dialect, [recording.data]))
    for target in (*DIALECTS, recording.dialect):
        assert unnamed(target, message) == {}, target


@every_dialect
def test_every_dialect_has_whole_bodies(dialect: str) -> None:
    """Each dialect has bodies of its own here, and at least four."""
    assert len([body for body in BODIES if body.dialect == dialect]) >= 4


@cache
def bodies(dialect: str) -> list[dict[str, Any]]:
    """Return the bodies of a dialect."""
    return [payload_of(body) for body in BODIES if body.dialect == dialect]


@every_dialect
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(data=st.data())
def test_mutated_body(dialect: str, data: st.DataObject) -> None:
    """A body with odd values comes back the same and obeys law 6, or is refused with its place."""
    payload = mutate(data.draw, data.draw(st.sampled_from(bodies(dialect))))
    try:
        message = decode_message(dialect, payload)
    except WireError as error:
        said = error.dialect, str(error.path)[:1]
        message = Message()
    else:
        said = f"{dialect}.whole", "$"
        assert difference(payload, encode_message(dialect, message)) == ""
    assert said == (f"{dialect}.whole", "$")
    indexes = [number if c.index is None else c.index for number, c in enumerate(message.choices)]
    if indexes == sorted({*indexes}):
        # Choices that share an index, or count by a place out of order, are no choices of a stream.
        assert split_round_trip(message) == ""


@every_dialect
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(data=st.data())
def test_mutated_body_elsewhere(dialect: str, data: st.DataObject) -> None:
    """Whatever was decoded can be written in every dialect, and its losses told, or is refused."""
    payload = mutate(data.draw, data.draw(st.sampled_from(bodies(dialect))))
    target = data.draw(st.sampled_from(DIALECTS))
    try:
        message = decode_message(dialect, payload)
    except WireError:
        return
    try:
        body = encode_message(target, message)
        message_losses(target, message)
    except EncodeError as error:
        refused_by = error.dialect
    else:
        refused_by = f"{target}.whole"
        decode_message(target, body)
    assert refused_by == f"{target}.whole"


@every_dialect
@pytest.mark.parametrize("garbage", [b"", b"[1", b"[]", b'"x"', b"null", b"\xff", b"7", b"{}x"])
def test_garbage(dialect: str, garbage: bytes) -> None:
    """What is no body is an error of this library that says the dialect."""
    with pytest.raises(WireError) as raised:
        decode_message(dialect, garbage)

    assert raised.value.dialect == f"{dialect}.whole"


def test_a_body_is_one_chunk_of_its_own_dialect() -> None:
    """`decode` and `encode` take bodies too, under the dialect's name with `.whole` behind it."""
    [body] = [body for body in BODIES if body_id(body) == "openai/whole-logprobs-of-text"]
    chunk = decode("openai.whole", body.data)

    assert (chunk.dialect, chunk.text) == ("openai.whole", "Ja \N{EN DASH} tak")
    assert encode("openai.whole", chunk) == payload_of(body)


def test_no_such_dialect() -> None:
    """A name that no adapter has is an error that names those there are."""
    with pytest.raises(UnknownDialectError, match="installed are"):
        decode_message("nobody", b"{}")
    with pytest.raises(UnknownDialectError):
        encode_message("nobody", Message())


def test_no_message() -> None:
    """What is no message is refused."""
    wrong: Any = "a message"
    with pytest.raises(EncodeError, match="a message is needed, not str"):
        encode_message("openai", wrong)


def test_strict() -> None:
    """A strict conversion raises where something would be dropped or changed, and says what."""
    body = {"choices": [{"index": 0, "message": {"refusal": "No."}, "finish_reason": "stop"}]}
    message = decode_message("openai", body)

    assert encode_message("openai", message, strict=True) == body
    with pytest.raises(LossError) as raised:
        encode_message("anthropic", message, strict=True)
    assert [loss.kind for loss in raised.value.losses] == ["changed"]


def test_order_of_choices() -> None:
    """Choices stand in order of index, go home in the order they came, and are streamed so."""
    [body] = [body for body in BODIES if body_id(body) == "openai/whole-choices-out-of-order"]
    message = decode_message("openai", body.data)

    assert [choice.index for choice in message.choices] == [0, 1, 2]
    assert message.text == "first"
    assert message.order == (1, 0, 2)
    assert accumulate(split(message)).order == (1, 0, 2)
    assert encode_message("openai", message) == payload_of(body)
    del message.choices[1]
    assert [each["index"] for each in encode_message("openai", message)["choices"]] == [0, 2]


def test_incomplete_message() -> None:
    """What a stream that broke off said is no whole answer: the body has an error beside it."""
    message = accumulate([Chunk(choices=[Choice(parts=[Text("Ha")])])])

    assert not message.complete
    body = encode_message("openai", message)
    assert body["choices"][0]["message"]["content"] == "Ha"
    assert body["choices"][0]["finish_reason"] is None
    assert body["error"]["type"] == "incomplete_stream"


def test_residue_of_the_same_vendor_goes_along() -> None:
    """Residue of a stream goes into the vendor's body where it has the same place there."""
    first: Any = {"index": 0, "delta": {"role": "assistant", "content": "Hi", "refusal": None}}
    last: Any = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage: Any = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "queue_time": 0.5}
    payloads: Any = ({"choices": [first]}, {"choices": [last], "usage": usage})
    chunks = [
        decode("groq", {"object": "chat.completion.chunk", "system_fingerprint": "fp", **said})
        for said in payloads
    ]
    message = accumulate(chunks)
    body = encode_message("groq", message)

    assert body["object"] == "chat.completion"
    assert body["system_fingerprint"] == "fp"
    assert body["usage"]["queue_time"] == 0.5
    assert body["choices"][0]["message"]["refusal"] is None
    assert "system_fingerprint" not in encode_message("groq", message, extra="never")
    assert "system_fingerprint" not in encode_message("openai", message)
    assert encode_message("openai", message, extra="always")["system_fingerprint"] == "fp"


def test_odd_messages_raise_nothing_else() -> None:
    """A message whose fields are not what they should be is refused, and nothing else happens."""
    odd: Any = Message(choices=[None])  # type: ignore[list-item]
    for work in (lambda: encode_message("openai", odd), lambda: [*split(odd)]):
        with pytest.raises(OnechunkError):
            work()


def test_as_chunk_says_the_same() -> None:
    """The chunk that losses are told of has the message's own choices."""
    message = decode_message("openai", {"choices": [{"index": 0, "message": {"content": "x"}}]})

    assert as_chunk(message).choices == message.choices


def test_losses_of_deep_residue() -> None:
    """Residue of any depth in a message made by hand is told of, and raises nothing else."""
    deep: Any = {}
    inner = deep
    for _ in range(5_000):
        inner["a"] = {}
        inner = inner["a"]
    message = Message(choices=[Choice(parts=[Text("x")])], dialect="anthropic", extra={"k": deep})

    assert [loss for loss in message_losses("openai", message) if loss.kind == "changed"] == []


@pytest.mark.parametrize("target", ["anthropic", "bedrock", "gemini", "ollama"])
@pytest.mark.parametrize("finish", [None, Finish(FinishReason.TOOL_CALLS)])
def test_calls_are_told_of_once(target: str, finish: Finish | None) -> None:
    """What became of a call's arguments, or of the call, has one place in the report."""
    calls = [
        ToolCall(number, f"c{number}", "f", arguments)
        for number, arguments in enumerate(('{"a":1}', "[1]", None, "{"))
    ]
    message = Message(choices=[Choice(0, parts=[Text("x"), *calls], finish=finish)])

    all_told = message_losses(target, message)
    told = [loss for loss in all_told if "tool_calls" in loss.path or "parts" in loss.path]
    # What is no object may go on until the answer is finished; an object that broke off never does.
    kind, field = ("dropped", "") if finish is None else ("changed", ".arguments")
    assert sorted((loss.path, loss.kind) for loss in told) == [
        (f"$.choices[0].tool_calls[1]{field}", kind),
        ("$.choices[0].tool_calls[2].arguments", "invented"),
        ("$.choices[0].tool_calls[3]", "dropped"),
    ]
