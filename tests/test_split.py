"""Law 6: a message to the chunks of a stream, and the same message of these again."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import (
    Choice,
    Chunk,
    Citation,
    EncodeError,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Message,
    Other,
    Part,
    Reasoning,
    Refusal,
    Series,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    accumulate,
    split,
)
from tests.support.handmade import any_messages, normal_messages, streams, usual_messages
from tests.support.json_equal import difference
from tests.support.legal import check_legal
from tests.support.meaning import different, meaning, named
from tests.support.recordings import Recording
from tests.support.recuts import unlike
from tests.support.spoil import spoil
from tests.support.streams import decode_all, encode_all
from tests.test_laws import LEGAL
from tests.test_meaning import TARGETS


def _at_every_e(text: str) -> list[str]:
    return re.split("(e|)", text)


WAYS: list[Any] = ["word", "part", 1, 3, list, _at_every_e]

many = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
few = settings(many, max_examples=100)
ways = st.sampled_from(WAYS)


@many
@given(message=normal_messages, by=ways)
def test_made_messages(by: Any, message: Message) -> None:
    """Whatever message is split, and however, its chunks make the same message again."""
    assert unlike(message, accumulate(split(message, by=by))) == ""


@many
@given(chunks=streams(), by=ways)
def test_accumulated_messages(by: Any, chunks: list[Chunk]) -> None:
    """A message of any chunks is one that can be split and comes back."""
    message = accumulate(chunks)

    assert unlike(message, accumulate(split(message, by=by))) == ""


@many
@given(message=any_messages)
def test_any_messages(message: Message) -> None:
    """Of a message made by hand, splitting makes one that stays as it is from then on."""
    once = accumulate(split(message))

    assert unlike(once, accumulate(split(once))) == ""
    assert unlike(once, accumulate(split(once, by=1))) == ""


def _id(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_id)


@cache
def recorded(recording: Recording) -> Message:
    """Return the message of a recording."""
    return accumulate(decode_all(recording.dialect, [recording.data]))


@every_recording
def test_recorded_messages(recording: Recording) -> None:
    """The message of every recording comes back, cut at each character or nowhere."""
    message = recorded(recording)
    for by in WAYS:
        assert unlike(message, accumulate(split(message, by=by))) == ""


@every_recording
def test_legal_streams(recording: Recording) -> None:
    """Of every recording's message an encoder makes a legal stream, in its own dialect as well."""
    message = recorded(recording)
    chunks = list(split(message))
    said = meaning(chunks)
    for target in TARGETS:
        encoder = Encoder(target)
        data = b"".join(map(encoder.feed, chunks)) + encoder.close()
        check_legal(data, target)
        lost = different(said, meaning(decode_all(target, [data])))
        names = named(encoder.losses, chunks)
        if "citations.references" in names:
            # Of a source that only its number tells nothing is left, and the others move up.
            names |= {"citations.url", "citations.title"}
        assert lost.keys() <= names, target


@few
@given(message=usual_messages, target=st.sampled_from(TARGETS))
def test_legal_streams_of_made_messages(message: Message, target: str) -> None:
    """Of a message made by hand an encoder makes a legal stream in every dialect."""
    check_legal(encode_all(target, split(message)), target)


def full() -> Message:
    """Return a message that says something of everything."""
    parts: list[Part] = [
        Reasoning("Let me see.", "sig", extra={"x": Series([1, 2])}),
        Text("One two", extra={"x": Series([1, 2, 3]), "y": 1}),
        Citation("https://example.com", references=[1]),
        ToolCall(0, "i", "f", '{"k": "v w"}'),
        ToolCall(1, "j", "g", {"k": [1]}),
        Other("t", {"k": [1]}),
        Media("audio", "QUI=", id="i"),
    ]
    tokens = [TokenLogprob("One"), TokenLogprob(" two", -1.0, [32], top=[TokenLogprob(" 2")])]
    first = Choice(0, "assistant", parts, Finish(FinishReason.STOP, "end"), "END", Logprobs(tokens))
    second = Choice(1, "assistant", [Refusal("No.")], Finish(FinishReason.STOP))
    return Message(
        "i", "m", 5, [first, second], Usage(1, 2, 3), dialect="openai", extra={"z": Series("ab")}
    )


def test_order() -> None:
    """Role, the parts in order, finish behind all parts, then usage, and the end mark."""
    chunks = list(split(full(), by="word"))
    said = [
        (
            choice.index,
            choice.role,
            [type(part) for part in choice.parts],
            choice.finish is not None,
        )
        for chunk in chunks
        for choice in chunk.choices
    ]

    assert {(chunk.id, chunk.model, chunk.created) for chunk in chunks} == {("i", "m", 5)}
    assert [chunk.extra for chunk in chunks if chunk.extra] == [{"z": "a"}, {"z": "b"}]
    assert said == [
        (0, "assistant", [], False),
        *[(0, None, [Reasoning], False)] * 4,
        *[(0, None, [Text], False)] * 4,
        (0, None, [Citation], False),
        *[(0, None, [ToolCall], False)] * 3,
        (0, None, [ToolCall], False),
        (0, None, [Other], False),
        (0, None, [Media], False),
        (1, "assistant", [], False),
        (1, None, [Refusal], False),
        (0, None, [], True),
        (1, None, [], True),
    ]
    assert [chunk.usage for chunk in chunks[-2:]] == [Usage(1, 2, 3), None]
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert accumulate(chunks) == full()


def test_tokens_come_with_their_text() -> None:
    """A token comes with the piece that it ends in; where they do not fit, all with the first."""
    chunks = list(split(full(), by="word"))
    found = [
        ([part.text for part in choice.parts if isinstance(part, Text)], choice.logprobs.content)
        for chunk in chunks
        for choice in chunk.choices
        if choice.logprobs is not None
    ]
    assert [(texts, [x.token for x in tokens or ()]) for texts, tokens in found] == [
        (["One"], ["One"]),
        ([" two"], [" two"]),
    ]
    whole = full()
    whole.choices[0].logprobs = Logprobs([TokenLogprob("1"), TokenLogprob("2")])
    [said] = [c.choices[0] for c in split(whole) if c.choices and c.choices[0].logprobs]
    assert said.parts == [Text("One", extra={"x": 1, "y": 1})]


@pytest.mark.parametrize("error", [None, Error("overloaded")])
def test_an_incomplete_message_has_no_end_mark(error: Error | None) -> None:
    """The end mark says that the answer is whole; without it, encoders end the stream in error."""
    message = Message(choices=[Choice(parts=[Text("half")])], error=error)
    chunks = list(split(message))

    assert not any(chunk.done for chunk in chunks)
    assert [chunk.error for chunk in chunks[-1:]] == [error]
    assert b'"error"' in encode_all("openai", chunks)
    assert list(split(Message())) == [Chunk()]


@pytest.mark.parametrize("by", [0, -1, True, 1.5, "words", "", None, [1], b"word"])
def test_no_way_to_cut(by: Any) -> None:
    """What is no way to cut is refused at once."""
    with pytest.raises(EncodeError, match="by is "):
        split(full(), by=by)


BAD_FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "leaves out": lambda text: text.split(),
    "adds": lambda text: [text, "x"],
    "no texts": lambda text: [*text.encode()],
    "no list": lambda _: None,
    "no pieces": lambda _: [],
}


@pytest.mark.parametrize("by", BAD_FUNCTIONS.values(), ids=BAD_FUNCTIONS)
def test_functions_that_lose_text(by: Callable[[str], Any]) -> None:
    """Pieces that do not make the text again are refused."""
    with pytest.raises(EncodeError):
        list(split(full(), by=by))


def _with_nothing_between(text: str) -> list[str]:
    return ["", text[:1], "", text[1:]]


def test_ways_to_cut() -> None:
    """Words take white space along; a number is the most characters; a function cuts itself."""
    message = Message(choices=[Choice(parts=[Text(" One\n two,  three ")])])

    def cut(by: Any) -> list[str]:
        return [chunk.text for chunk in split(message, by=by) if chunk.text]

    assert cut("word") == [" One", "\n two,", "  three", " "]
    assert cut("part") == [" One\n two,  three "]
    assert cut(7) == [" One\n t", "wo,  th", "ree "]
    assert cut(_with_nothing_between) == [" ", "One\n two,  three "]


@many
@given(message=any_messages)
def test_sharing(message: Message) -> None:
    """The message stays as it is; an edit of its chunks does not change it, nor the reverse."""
    kept = deepcopy(message)
    chunks = list(split(message))
    expected = deepcopy(chunks)
    assert difference(kept, message) == ""
    spoil(chunks)
    assert difference(kept, message) == ""
    again = list(split(message))
    spoil(message)
    assert difference(expected, again) == ""


def test_no_message() -> None:
    """What is no message, or has broken fields, is refused with an error of ours."""
    broken: list[Any] = [
        None,
        "message",
        Chunk(done=True),
        Message(choices=None),  # type: ignore[arg-type]
        Message(choices=[Choice(parts=[None])]),  # type: ignore[list-item]
        Message(choices=[Choice(parts=[Text(5)])]),  # type: ignore[arg-type]
        Message(choices=[Choice(parts=[Text("x", extra=[1])])]),  # type: ignore[arg-type]
        Message(choices=[Choice(finish="stop")]),  # type: ignore[arg-type]
        Message(choices=[Choice(logprobs=[1])]),  # type: ignore[arg-type]
        Message(usage={"input_tokens": 1}),  # type: ignore[arg-type]
        Message(error="x"),  # type: ignore[arg-type]
        Message(extra=[1], dialect="openai"),  # type: ignore[arg-type]
        Message(extra={"x": Series([])}),
        Message(dialect=5),  # type: ignore[arg-type]
    ]
    for message in broken:
        with pytest.raises(EncodeError):
            list(split(message))


def test_deep_residue() -> None:
    """Residue of any depth is split and comes back."""
    deep: Any = "bottom"
    for _ in range(5_000):
        deep = {"x": [deep]}
    message = accumulate([Chunk(extra={"x": deep})])
    [extra] = [chunk.extra for chunk in split(message)]

    for value in (message.extra["x"], extra["x"]):
        inner: Any = value
        for _ in range(5_000):
            inner = inner["x"][0]
        assert inner == "bottom"
