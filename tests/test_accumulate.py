"""Law 6: chunks to a message. Cutting or joining deltas changes nothing, and choices never mix."""

from __future__ import annotations

import asyncio
import pickle
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from attrs import fields as attrs_fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import (
    DERIVED,
    UNSET,
    Accumulator,
    Choice,
    Chunk,
    Citation,
    EncodeError,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Message,
    OnechunkError,
    Other,
    Part,
    Reasoning,
    Refusal,
    Series,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    WireError,
    aaccumulate,
    accumulate,
    aread,
    load_adapters,
    read,
    split,
)
from tests.support.handmade import streams
from tests.support.json_equal import difference
from tests.support.recordings import Recording
from tests.support.recuts import exploded, joined, permuted, random_cuts, recut, units, unlike
from tests.support.rooms import Room
from tests.support.spoil import spoil
from tests.support.streams import decode_all
from tests.test_laws import LEGAL


def _id(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_id)
many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
dice = st.integers(0, 2**32).map(Random)


@cache
def recorded(recording: Recording) -> list[Chunk]:
    """Return the chunks of a recording."""
    return decode_all(recording.dialect, [recording.data])


def seeded(recording: Recording) -> Random:
    """Return dice that fall alike in every run."""
    return Random(recording.id)  # noqa: S311 - no secret


def message(*parts: Part | list[Part]) -> Message:
    """Return the message of chunks with these parts in their only choice."""
    lists: list[list[Part]] = [part if isinstance(part, list) else [part] for part in parts]
    return accumulate([Chunk(choices=[Choice(parts=each)]) for each in lists])


# However the stream is cut.


@every_recording
def test_recorded_cuts(recording: Recording) -> None:
    """Deltas cut anywhere, at every character too, and neighbours joined make the same message."""
    chunks = recorded(recording)
    whole = accumulate(chunks)
    random = random_cuts(seeded(recording))
    for cut in (units, random, random):
        again = recut(chunks, cut)
        assert unlike(whole, accumulate(again)) == ""
        assert unlike(whole, accumulate(exploded(again))) == ""
        assert unlike(whole, accumulate(joined(again))) == ""
    assert unlike(whole, accumulate(joined(chunks))) == ""


@every_recording
def test_recorded_choices(recording: Recording) -> None:
    """The order of chunks across choices does not matter, only that within each."""
    chunks = recorded(recording)

    assert unlike(accumulate(chunks), accumulate(permuted(chunks, seeded(recording)))) == ""


@every_recording
def test_recorded_prefixes(recording: Recording) -> None:
    """The message after each chunk is that of the stream so far, and always the same object."""
    _check_prefixes(recorded(recording))


@many
@given(chunks=streams(), dice=dice)
def test_cuts(chunks: list[Chunk], dice: Random) -> None:
    """However the deltas of a stream are cut, its message is the same."""
    whole = accumulate(chunks)

    assert unlike(whole, accumulate(recut(chunks, units))) == ""
    assert unlike(whole, accumulate(recut(chunks, random_cuts(dice)))) == ""
    assert unlike(whole, accumulate(exploded(recut(chunks, units)))) == ""


@many
@given(chunks=streams())
def test_joined(chunks: list[Chunk]) -> None:
    """Neighbouring chunks in one say the same, and so do parts in chunks of their own."""
    whole = accumulate(chunks)

    assert unlike(whole, accumulate(joined(chunks))) == ""
    assert unlike(whole, accumulate(exploded(chunks))) == ""
    assert unlike(whole, accumulate(joined(exploded(chunks)))) == ""


@many
@given(chunks=streams(), dice=dice)
def test_choices_never_mix(chunks: list[Chunk], dice: Random) -> None:
    """Only the order within each choice counts: what is said of others changes nothing."""
    for chunk in chunks:
        for number, choice in enumerate(chunk.choices):
            choice.index = number if choice.index is None else choice.index
    whole = accumulate(chunks)
    found = permuted(chunks, dice)

    assert unlike(whole, accumulate(found)) == ""
    for choice in whole.choices:
        alone = [chunk for chunk in found if choice.index in {c.index for c in chunk.choices}]
        assert difference([choice], accumulate(alone).choices) == ""


@many
@given(chunks=streams())
def test_prefixes(chunks: list[Chunk]) -> None:
    """The message after each chunk is that of the stream so far, and always the same object."""
    _check_prefixes(chunks)


def _check_prefixes(chunks: list[Chunk]) -> None:
    accumulator = Accumulator()
    live = accumulator.message
    assert live == Message()
    for number, chunk in enumerate(chunks, 1):
        accumulator.add(chunk)
        assert accumulator.message is live
        if number <= 20 or number % 10 == 0 or number == len(chunks):
            assert unlike(live, accumulate(chunks[:number])) == ""
    assert accumulator.finish() is live


# What is said of the whole stream.


def test_identity() -> None:
    """The first id, time and role that say anything count, and the last model, finish and stop."""
    made = accumulate(
        [
            Chunk(created=0, choices=[Choice(role="")]),
            Chunk("", "", 0, [Choice(role="assistant", finish=Finish(FinishReason.OTHER, "eos"))]),
            Chunk("a", "router", 5, [Choice(role="user", stop=7)]),
            Chunk("b", "model", 6, [Choice(finish=Finish(FinishReason.STOP, "stop"), stop="END")]),
            Chunk("", "", 0, [Choice()]),
        ]
    )
    finish = Finish(FinishReason.STOP, "stop")

    assert made == Message("a", "model", 5, [Choice(0, "assistant", [], finish, "END")])
    assert made.complete


def test_an_answer_is_not_complete_without_a_finish() -> None:
    """Complete is a message with a choice, a finish for every choice, and no error."""
    ended = Choice(finish=Finish(FinishReason.STOP))

    assert not Message().complete
    assert not accumulate([Chunk(choices=[ended, Choice(1)])]).complete
    assert not accumulate([Chunk(choices=[ended], error=Error("too late"))]).complete
    assert accumulate([Chunk(choices=[ended, Choice(1, finish=ended.finish)])]).complete


def test_usage_replaces() -> None:
    """The last usage that has any count stands as it is: nothing is summed, nothing stays over."""
    first = Usage(1, 2, 3, cached_input_tokens=1, extra={"x": 1})
    last = Usage(1, 7, extra={"x": 2, "y": None})
    made = accumulate([Chunk(usage=each) for each in (first, last, Usage(extra={"z": 3}), None)])

    assert made.usage == Usage(1, 7, extra={"x": Series([1, 2]), "y": None, "z": 3})
    assert accumulate([Chunk(), Chunk()]).usage is None
    assert accumulate([Chunk(usage=Usage())]).usage == Usage()
    assert accumulate([Chunk(usage=Usage(0))]).usage == Usage(0)


def test_an_error_is_kept_with_the_text_before_it() -> None:
    """The first error counts, a later one adds what it says beyond, and what was said stays."""
    made = accumulate(
        [
            Chunk(choices=[Choice(parts=[Text("half an ans")])]),
            Chunk(error=Error("overloaded", code=529, extra={"x": 1})),
            Chunk(error=Error("closed", "server_error", 1, extra={"x": 2})),
        ]
    )

    assert made.text == "half an ans"
    assert made.error == Error("overloaded", "server_error", 529, extra={"x": Series([1, 2])})
    assert not made.complete


def test_dialects() -> None:
    """A message has the dialect of its chunks; of several dialects it has none."""
    for dialects, expected in {
        ("openai", "openai"): "openai",
        ("openai", "mistral"): None,
        ("openai", "mistral", "openai"): None,
        ("openai", None): None,
        (None, "openai"): None,
        ("openai.whole",): "openai.whole",
        ("nobody", "nobody"): "nobody",
        (): None,
    }.items():
        assert accumulate([Chunk(dialect=each) for each in dialects]).dialect == expected


def test_a_choice_without_index_counts_by_its_place() -> None:
    """It is the choice of that number, and has no index as long as no chunk gives it one."""
    chunks = [
        Chunk(choices=[Choice(None, parts=[Text("a")]), Choice(None, parts=[Text("b")])]),
        Chunk(choices=[Choice(1, parts=[Text("c")])]),
    ]
    made = accumulate(chunks)

    assert made.choices == [Choice(None, parts=[Text("a")]), Choice(1, parts=[Text("bc")])]


# Parts.

a, b = Text("a"), Text("b")
thought, sealed = Reasoning("t"), Reasoning("", "s")
source = Citation("https://example.com")

PARTS: dict[str, tuple[list[Part], list[Part]]] = {
    "texts": ([a, b], [Text("ab")]),
    "interleaved thinking and text": ([thought, a, thought, b], [thought, a, thought, b]),
    "a citation between texts": ([a, source, b], [a, source, b]),
    "a call between texts": ([a, ToolCall(0, "i"), b], [a, ToolCall(0, "i"), b]),
    "a fragment of a call between texts": (
        [ToolCall(0, "i", "f"), a, ToolCall(0, arguments="{}"), b],
        [ToolCall(0, "i", "f", "{}"), Text("ab")],
    ),
    "a refusal is no text": ([a, Refusal("no"), Refusal("."), b], [a, Refusal("no."), b]),
    "empty texts part nothing": (
        [thought, Text(""), thought, Text("")],
        [Reasoning("tt"), Text("")],
    ),
    "empty reasoning parts nothing": ([a, Reasoning(""), b], [Text("ab"), Reasoning("")]),
    "an empty text makes way": ([Text(""), thought, a], [thought, a]),
    "an empty text keeps its residue": (
        [Text("", extra={"x": 1}), thought, Text("a", extra={"y": 2})],
        [thought, Text("a", extra={"x": 1, "y": 2})],
    ),
    "an empty text with a block is a part": ([a, Text("", 1), b], [a, Text("", 1), b]),
    "blocks": (
        [Text("a", 0), Text("c", 1), Text("b", 0), Text("d", 1)],
        [Text("ab", 0), Text("cd", 1)],
    ),
    "a block that goes on parts nothing": (
        [Reasoning("t", block=0), a, Reasoning("u", block=0), b],
        [Reasoning("tu", block=0), Text("ab")],
    ),
    "a block holds a class of parts": (
        [Text("a", 0), Reasoning("t", block=0), Text("b", 0)],
        [Text("ab", 0), Reasoning("t", block=0)],
    ),
    "a seal ends reasoning": ([thought, sealed, thought], [Reasoning("t", "s"), thought]),
    "encrypted reasoning stands alone": (
        [thought, Reasoning(encrypted="e"), Reasoning(encrypted="f")],
        [thought, Reasoning(encrypted="e"), Reasoning(encrypted="f")],
    ),
    "a block takes any seal": (
        [Reasoning("t", block=0), Reasoning("", "s", block=0), Reasoning("u", block=0)],
        [Reasoning("tu", "s", block=0)],
    ),
    "halves of a character": ([Text("x\ud83d"), Text("\ude00y")], [Text("x\U0001f600y")]),
    "halves in one piece": ([Text("\ud83d\ude00")], [Text("\U0001f600")]),
    "halves that do not meet": (
        [Text("\ud83d"), source, Text("\ude00")],
        [
            Text("\ud83d"),
            source,
            Text("\ude00"),
        ],
    ),
    "halves in untyped text": (
        [Other(None, "\ud83d", 0), Other(None, "\ude00", 0)],
        [Other(None, "\U0001f600", 0)],
    ),
    "untyped text of a block": (
        [Other(None, "a", 0, {"x": 1}), Other(None, "b", 1), Other(None, "c", 0, {"y": 2})],
        [Other(None, "ac", 0, {"x": 1, "y": 2}), Other(None, "b", 1)],
    ),
    "other content never joins": (
        [Other("t", "a", 0), Other("t", "a", 0), Other(None, "a"), Other(None, "a")],
        [Other("t", "a", 0), Other("t", "a", 0), Other(None, "a"), Other(None, "a")],
    ),
    "audio": (
        [
            Media("audio", id="i"),
            Media("audio", "QUI=", id="i"),
            Media("audio", "Qw==", transcript="A"),
        ],
        [Media("audio", "QUJD", id="i", transcript="A")],
    ),
    "another audio": (
        [Media("audio", "QQ==", id="i"), Media("audio", "Qg==", id="j")],
        [Media("audio", "QQ==", id="i"), Media("audio", "Qg==", id="j")],
    ),
    "images never join": (
        [Media("image", "QQ=="), Media("image", "Qg==")],
        [Media("image", "QQ=="), Media("image", "Qg==")],
    ),
    "pieces of an image in a block": (
        [
            Media("image", "QQ==", mime_type="image/png", block=0),
            a,
            Media("image", "Qg==", block=0),
            b,
        ],
        [Media("image", "QUI=", mime_type="image/png", block=0), Text("ab")],
    ),
    "residue of pieces": (
        [
            Text("a", extra={"x": 1, "y": {"z": 1}}),
            Text("b", extra={"x": 2, "y": {"z": 1, "w": 3}}),
        ],
        [Text("ab", extra={"x": Series([1, 2]), "y": {"z": 1, "w": 3}})],
    ),
}


@pytest.mark.parametrize(("pieces", "expected"), PARTS.values(), ids=PARTS)
def test_parts(pieces: list[Part], expected: list[Part]) -> None:
    """Pieces that belong together are one part, in reading order, in one chunk or in many."""
    given = deepcopy(pieces)

    assert difference(expected, message(*pieces).choices[0].parts) == ""
    assert difference(expected, message(pieces).choices[0].parts) == ""
    assert pieces == given


@given(
    data=st.binary(max_size=40),
    places=st.lists(st.integers(1, 39), max_size=6),
    looks=st.booleans(),
)
def test_padded_audio(data: bytes, places: list[int], looks: bool) -> None:  # noqa: FBT001
    """However audio is cut before it is written as base64, the message has the base64 of all."""
    accumulator = Accumulator()
    cuts = [0, *sorted({place for place in places if place < len(data)}), len(data)]
    for start, end in pairwise(cuts):
        piece = b64encode(data[start:end]).decode()
        accumulator.add(Chunk(choices=[Choice(parts=[Media("audio", piece, transcript="x")])]))
        _ = accumulator.message if looks else None
    [part] = accumulator.finish().choices[0].parts

    assert part == Media("audio", b64encode(data).decode(), transcript="x" * (len(cuts) - 1))


@given(text=st.text("QUFB", max_size=12), dice=dice)
def test_unpadded_audio(text: str, dice: Random) -> None:
    """Base64 that is cut as a text is joined as a text."""
    made = message(*[Media("audio", piece) for piece in ["", *random_cuts(dice)(f"{text}QQ==")]])

    assert made.choices[0].parts == [Media("audio", f"{text}QQ==")]


def test_tokens_are_joined() -> None:
    """Log probabilities of all chunks stand in one list each; an empty list is not none."""
    x, y = (
        TokenLogprob("x", -1.0, [120], extra={"k": [1]}),
        TokenLogprob("y", top=[TokenLogprob("z")]),
    )
    lists = [Logprobs([x], extra={"k": 1}), Logprobs([], []), Logprobs([y], extra={"k": 2}), None]
    made = accumulate([Chunk(choices=[Choice(logprobs=each)]) for each in lists])

    assert made.choices == [Choice(logprobs=Logprobs([x, y], [], {"k": Series([1, 2])}))]


# Tool calls.

CALLS: dict[str, tuple[list[ToolCall], list[ToolCall]]] = {
    "fragments by number": (
        [ToolCall(0, "i", "f", ""), ToolCall(0, arguments="{"), ToolCall(0, arguments="}")],
        [ToolCall(0, "i", "f", "{}")],
    ),
    "interleaved by number": (
        [
            *(ToolCall(0, "i", "f"), ToolCall(1, "j", "g")),
            *(ToolCall(1, arguments="[1"), ToolCall(0, arguments="[2")),
            *(ToolCall(1, arguments="]"), ToolCall(0, arguments="]")),
        ],
        [ToolCall(0, "i", "f", "[2]"), ToolCall(1, "j", "g", "[1]")],
    ),
    "interleaved by id": (
        [
            *(ToolCall(id="i", name="f"), ToolCall(id="j", name="g")),
            *(ToolCall(id="i", arguments="1"), ToolCall(id="j", arguments="2")),
        ],
        [ToolCall(id="i", name="f", arguments="1"), ToolCall(id="j", name="g", arguments="2")],
    ),
    "a new id under a number that is taken": (
        [ToolCall(0, "i", "f", "1"), ToolCall(0, "j", "g", "2"), ToolCall(0, arguments="3")],
        [ToolCall(0, "i", "f", "1"), ToolCall(0, "j", "g", "23")],
    ),
    "an id that comes late": (
        [ToolCall(0, name="f", arguments="1"), ToolCall(0, "i", arguments="2")],
        [ToolCall(0, "i", "f", "12")],
    ),
    "fragments with nothing go on with the last": (
        [
            ToolCall(name="f", arguments="1"),
            ToolCall(name="g", arguments="2"),
            ToolCall(arguments="3"),
        ],
        [ToolCall(name="f", arguments="1"), ToolCall(name="g", arguments="23")],
    ),
    "an id that is repeated": (
        [ToolCall(0, "i", "f", "1"), ToolCall(0, "i", "f", "2"), ToolCall(None, "i", None, "3")],
        [ToolCall(0, "i", "f", "123")],
    ),
    "one id for all, told apart by number and name": (
        [
            *(ToolCall(0, "i", "f", "1"), ToolCall(1, "i", "g", "2")),
            *(ToolCall(0, "i", None, "3"), ToolCall(1, "i", None, "4")),
            *(ToolCall(0, "i", "f", "5"), ToolCall(1, arguments="6")),
        ],
        [ToolCall(0, "i", "f", "135"), ToolCall(1, "i", "g", "246")],
    ),
    "a late number that is another call's": (
        [
            ToolCall(None, "i", "f"),
            ToolCall(0, None, "g"),
            ToolCall(0, "i", None, "1"),
            ToolCall(0, "j"),
        ],
        [ToolCall(None, "i", "f", "1"), ToolCall(0, "j", "g")],
    ),
    "whole calls": (
        [ToolCall(0, "i", "f", {"x": 1}), ToolCall(1, "j", "f", {})],
        [ToolCall(0, "i", "f", {"x": 1}), ToolCall(1, "j", "f", {})],
    ),
    "a whole call said twice": (
        [ToolCall(0, "i", "f", {"x": 1}), ToolCall(0, "i", "f", {"x": 1})],
        [ToolCall(0, "i", "f", {"x": 1})],
    ),
    "an object that is another one": (
        [ToolCall(0, "i", "f", {"x": 1}), ToolCall(0, "i", "f", {"x": True})],
        [ToolCall(0, "i", "f", '{"x":1}{"x":true}')],
    ),
    "an object behind text": (
        [ToolCall(0, "i", "f", " "), ToolCall(0, arguments={"x": 1})],
        [ToolCall(0, "i", "f", ' {"x":1}')],
    ),
    "an empty object in front of the arguments": (
        [ToolCall(0, "i", "f", "{}"), ToolCall(0, arguments=""), ToolCall(0, arguments='{"x":1}')],
        [ToolCall(0, "i", "f", '{"x":1}')],
    ),
    "an empty object in front of an object": (
        [ToolCall(0, "i", "f", {}), ToolCall(0, arguments='{"x":'), ToolCall(0, arguments="1}")],
        [ToolCall(0, "i", "f", '{"x":1}')],
    ),
    "no arguments are not empty arguments": (
        [ToolCall(0, "i", "f"), ToolCall(1, "j", "f", "")],
        [ToolCall(0, "i", "f"), ToolCall(1, "j", "f", "")],
    ),
    "residue and block": (
        [ToolCall(0, "i", "f", extra={"type": "function"}), ToolCall(0, block=3, extra={"x": 1})],
        [ToolCall(0, "i", "f", None, 3, {"type": "function", "x": 1})],
    ),
}


@pytest.mark.parametrize(("pieces", "expected"), CALLS.values(), ids=CALLS)
def test_calls(pieces: list[ToolCall], expected: list[ToolCall]) -> None:
    """Fragments find their call however the wire tells calls apart, looked at or not."""
    parts: list[Part] = [*pieces]
    accumulator = Accumulator()
    for part in parts:
        accumulator.add(Chunk(choices=[Choice(parts=[part])]))
        assert accumulator.message.tool_calls

    assert difference(expected, message(*parts).tool_calls) == ""
    assert difference(expected, message(parts).tool_calls) == ""
    assert difference(expected, accumulator.finish().tool_calls) == ""


def test_calls_of_choices_do_not_mix() -> None:
    """Calls of one number and one id in two choices are two calls."""
    chunks = [
        Chunk(choices=[Choice(n, parts=[ToolCall(0, "i", "f", str(n))])]) for n in (0, 1, 0, 1, 1)
    ]

    assert [choice.parts for choice in accumulate(chunks).choices] == [
        [ToolCall(0, "i", "f", "00")],
        [ToolCall(0, "i", "f", "111")],
    ]


# Residue.


def _leaves(extra: Any, silent: frozenset[str], path: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield path and value of what residue says."""
    for key, value in extra.items():
        if key in silent:
            continue
        if isinstance(value, dict):
            yield from _leaves(value, silent, (*path, key))
        elif value not in (None, "", UNSET, DERIVED):
            yield (*path, key), value


def _holds(extra: Any, path: tuple[str, ...], value: Any) -> bool:
    """Say whether residue has a value at a path, in a series or not."""
    found: list[Any] = [extra]
    for key in path:
        found = [each[key] for each in _each(found) if isinstance(each, dict) and key in each]
    return any(difference(each, value) == "" for each in _each(found))


def _each(found: list[Any]) -> list[Any]:
    return [x for each in found for x in (each.values if isinstance(each, Series) else [each])]


def _residues(whole: Message, chunk: Chunk) -> Iterator[tuple[Any, list[Any]]]:
    """Yield each residue of a chunk, and those of the message in which it may stand."""
    yield chunk.extra, [whole.extra]
    if chunk.usage is not None and whole.usage is not None:
        yield chunk.usage.extra, [whole.usage.extra]
    if chunk.error is not None and whole.error is not None:
        yield chunk.error.extra, [whole.error.extra]
    for number, choice in enumerate(chunk.choices):
        index = number if choice.index is None else choice.index
        mine = [
            c for n, c in enumerate(whole.choices) if index == (n if c.index is None else c.index)
        ]
        yield choice.extra, [each.extra for each in mine]
        if choice.logprobs is not None:
            yield choice.logprobs.extra, [x.logprobs.extra for x in mine if x.logprobs is not None]
        for part in choice.parts:
            like = [x.extra for each in mine for x in each.parts if type(x) is type(part)]
            yield part.extra, like


def _lost(whole: Message, chunks: list[Chunk]) -> list[Any]:
    """Return what the residue of chunks says and the message does not hold."""
    return [
        (path, value)
        for chunk in chunks
        for extra, places in _residues(whole, chunk)
        for path, value in _leaves(extra, _silent(chunk.dialect))
        if not any(_holds(place, path, value) for place in places)
    ]


def _silent(dialect: str | None) -> frozenset[str]:
    adapter = load_adapters().get(dialect or "")
    return frozenset() if adapter is None else adapter.meaningless


@every_recording
def test_recorded_residue(recording: Recording) -> None:
    """What residue said in any chunk stands in the message: as it was, or in a series."""
    chunks = recorded(recording)
    whole = accumulate(chunks)

    assert _lost(whole, chunks) == []
    assert sum(map(_tokens, chunks)) == _tokens(whole)


@many
@given(chunks=streams())
def test_residue(chunks: list[Chunk]) -> None:
    """What residue said in any chunk stands in the message: as it was, or in a series."""
    for chunk in chunks:
        for number, choice in enumerate(chunk.choices):
            choice.index = number if choice.index is None else choice.index
    whole = accumulate(chunks)

    assert _lost(whole, chunks) == []
    assert sum(map(_tokens, chunks)) == _tokens(whole)


def _tokens(said: Chunk | Message) -> int:
    found = [choice.logprobs for choice in said.choices if choice.logprobs is not None]
    return sum(len(each.content or []) + len(each.refusal or []) for each in found)


# What is shared.


def _check_sharing(chunks: list[Chunk]) -> None:
    kept, expected = deepcopy(chunks), accumulate(deepcopy(chunks))
    made = accumulate(chunks)
    assert difference(kept, chunks) == ""
    spoil(made)
    assert difference(kept, chunks) == ""
    again = accumulate(chunks)
    spoil(chunks)
    assert unlike(expected, again) == ""


@every_recording
def test_recorded_sharing(recording: Recording) -> None:
    """Chunks stay as they are; an edit of them does not change the message, nor the reverse."""
    _check_sharing(decode_all(recording.dialect, [recording.data]))


@many
@given(chunks=streams())
def test_sharing(chunks: list[Chunk]) -> None:
    """Chunks stay as they are; an edit of them does not change the message, nor the reverse."""
    _check_sharing(chunks)


COPIES: list[Callable[[Any], Any]] = [deepcopy, lambda value: pickle.loads(pickle.dumps(value))]  # noqa: S301 - our own


@pytest.mark.parametrize("again", COPIES, ids=["copied", "pickled"])
def test_copies(again: Callable[[Any], Any]) -> None:
    """A message passes between processes, its series too, and its copy is its own."""
    chunks = [Chunk("i", extra={"x": n, "y": UNSET}, dialect="openai") for n in (1, 2, 3)]
    made = accumulate([*chunks, Chunk(choices=[Choice(parts=[Text("a")])], dialect="openai")])
    copied = again(made)

    assert difference(made, copied) == ""
    assert copied.extra["y"] is UNSET
    copied.extra["x"].values.append(4)
    assert made.extra["x"] == Series([1, 2, 3])


# Faults.


def test_nothing_is_added_behind_the_end() -> None:
    """Behind `finish` a chunk is refused, and the message stays."""
    accumulator = Accumulator()
    accumulator.add(Chunk("a"))
    made = accumulator.finish()
    with pytest.raises(OnechunkError, match="event 2: the message was finished"):
        accumulator.add(Chunk("b"))

    assert accumulator.finish() is made
    assert made == Message("a")


BROKEN: dict[str, Any] = {
    "none": None,
    "text": "text",
    "dict": {"choices": []},
    "message": Message(),
    "choice": Choice(),
    "choices": Chunk(choices=None),  # type: ignore[arg-type]
    "no choice": Chunk(choices=[Text("x")]),  # type: ignore[list-item]
    "index": Chunk(choices=[Choice([])]),  # type: ignore[arg-type]
    "index of another type": Chunk(choices=[Choice(0), Choice("x")]),  # type: ignore[arg-type]
    "parts": Chunk(choices=[Choice(parts=None)]),  # type: ignore[arg-type]
    "no part": Chunk(choices=[Choice(parts=["x"])]),  # type: ignore[list-item]
    "text that is none": Chunk(choices=[Choice(parts=[Text(None)])]),  # type: ignore[arg-type]
    "bytes": Chunk(choices=[Choice(parts=[Text(b"x")])]),  # type: ignore[arg-type]
    "number": Chunk(choices=[Choice(parts=[Reasoning(5)])]),  # type: ignore[arg-type]
    "block": Chunk(choices=[Choice(parts=[Text("x", [])])]),  # type: ignore[arg-type]
    "arguments": Chunk(choices=[Choice(parts=[ToolCall(0, "i", "f", ["x"])])]),  # type: ignore[arg-type]
    "data": Chunk(choices=[Choice(parts=[Media("audio", 5)])]),  # type: ignore[arg-type]
    "transcript": Chunk(choices=[Choice(parts=[Media("audio", transcript=5)])]),  # type: ignore[arg-type]
    "finish": Chunk(choices=[Choice(finish="stop")]),  # type: ignore[arg-type]
    "tokens": Chunk(choices=[Choice(logprobs=Logprobs(["x"]))]),  # type: ignore[list-item]
    "logprobs": Chunk(choices=[Choice(logprobs=5)]),  # type: ignore[arg-type]
    "usage": Chunk(usage={"input_tokens": 1}),  # type: ignore[arg-type]
    "error": Chunk(error="overloaded"),  # type: ignore[arg-type]
    "extra": Chunk(extra=[1]),  # type: ignore[arg-type]
    "extra of a part": Chunk(choices=[Choice(parts=[Text("x", extra=5)])]),  # type: ignore[arg-type]
    "dialect": Chunk(dialect=5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_broken_chunks(broken: Any, first: bool) -> None:  # noqa: FBT001
    """What is no chunk, or has broken fields, is refused; what was and is added stays."""
    parts: list[Part] = [
        *(Text("x"), Reasoning("t"), Media("audio", "QQ=="), ToolCall(0, "i", "f", "1")),
    ]
    good = [
        Chunk("a", choices=[Choice(0, "assistant", [part])], dialect="openai") for part in parts
    ]
    accumulator = Accumulator()
    for chunk in [] if first else good:
        accumulator.add(chunk)
    with pytest.raises(OnechunkError) as raised:
        accumulator.add(broken)
    assert raised.value.event == (1 if first else len(good) + 1)
    assert accumulator.message.text == ("" if first else "x")
    for chunk in good:
        accumulator.add(chunk)
    made = accumulator.finish()

    assert made.id == "a"
    assert made.text == ("x" if first else "xx")
    assert made.tool_calls == [ToolCall(0, "i", "f", "1" if first else "11")]
    assert first or made.dialect in {"openai", None}


@many
@given(chunks=streams(), data=st.data())
def test_any_value_in_any_field(chunks: list[Chunk], data: st.DataObject) -> None:
    """Whatever stands in whatever field, the chunk is added, or refused with an error of ours."""
    accumulator = Accumulator()
    for chunk in chunks:
        _break(chunk, data)
        with suppress(OnechunkError):
            accumulator.add(chunk)
        accumulator.message  # noqa: B018 - a look must not raise either
    with suppress(EncodeError):
        list(split(accumulator.finish()))


def _break(chunk: Chunk, data: st.DataObject) -> None:
    """Put a value of any type into a field somewhere."""
    holders: list[Any] = [chunk]
    for choice in chunk.choices:
        holders += [choice, *choice.parts]
        holders += [each for each in (choice.finish, choice.logprobs) if each is not None]
    holder = data.draw(st.sampled_from(holders))
    kind: type[Any] = holder.__class__
    name = data.draw(st.sampled_from([each.name for each in attrs_fields(kind)]))
    odd: list[Any] = [None, 5, -1.5, "x", b"x", [], [1], {}, {"x": 1}, ()]
    setattr(holder, name, data.draw(st.sampled_from(odd)))


def _stream(data: bytes, error: Exception | None = None) -> Iterator[bytes]:
    yield data
    if error is not None:
        raise error


async def _astream(data: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for piece in _stream(data, error):
        yield piece


EVENT = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"so far"}}]}\n\n'


def test_a_stream_that_breaks_off() -> None:
    """The error that reading raised says what there was of the message."""
    for broken in (b"data: [1]\n\n", b"data: nonsense\n\n"):
        with pytest.raises(WireError) as raised:
            accumulate(read(_stream(EVENT + broken), "openai"))
        assert raised.value.event == 2
        assert raised.value.partial is not None
        assert (raised.value.partial.id, raised.value.partial.text) == ("a", "so far")
        with pytest.raises(WireError) as raised:
            asyncio.run(aaccumulate(aread(_astream(EVENT + broken), "openai")))
        assert raised.value.partial is not None
        assert raised.value.partial.text == "so far"

    with pytest.raises(OnechunkError) as refused:
        accumulate([Chunk("a"), "b"])  # type: ignore[list-item]
    assert refused.value.partial == Message("a")


def test_errors_of_others_pass_through() -> None:
    """What the caller's own iterable raises is not changed."""
    error = ConnectionResetError("the line broke")
    with pytest.raises(ConnectionResetError) as raised:
        accumulate(read(_stream(EVENT, error), "openai"))
    assert raised.value is error
    with pytest.raises(ConnectionResetError) as raised:
        asyncio.run(aaccumulate(aread(_astream(EVENT, error), "openai")))
    assert raised.value is error


def test_async_streams() -> None:
    """An async stream makes the message that a plain one makes."""
    data = Room("openai").recorded("tool-calls-interleaved")

    assert asyncio.run(aaccumulate(aread(_astream(data), "openai"))) == accumulate(
        read(_stream(data), "openai")
    )


# Time.


def _spent(accumulator: Accumulator, chunks: list[Chunk]) -> float:
    """Return the time that chunks take, looked at after each."""
    start = time.process_time()
    for chunk in chunks:
        accumulator.add(chunk)
        accumulator.message  # noqa: B018 - this is what takes the time
    return time.process_time() - start


GROWING: dict[str, tuple[Chunk, Callable[[int], Chunk]]] = {
    "text": (
        Chunk(choices=[Choice(parts=[Text("x" * 30_000_000)])]),
        lambda _: Chunk(choices=[Choice(parts=[Text("word")])]),
    ),
    "arguments": (
        Chunk(choices=[Choice(parts=[ToolCall(0, "i", "f", "x" * 30_000_000)])]),
        lambda _: Chunk(choices=[Choice(parts=[ToolCall(0, arguments='"')])]),
    ),
    "data": (
        Chunk(choices=[Choice(parts=[Media("audio", "QUJD" * 8_000_000)])]),
        lambda _: Chunk(choices=[Choice(parts=[Media("audio", "QUJD")])]),
    ),
    "a key that says something else in every chunk": (
        Chunk(extra={"x": Series(range(1_000_000))}),
        lambda n: Chunk(extra={"x": f"{n}"}),
    ),
    "tokens": (
        Chunk(choices=[Choice(logprobs=Logprobs([TokenLogprob("x")] * 200_000))]),
        lambda _: Chunk(choices=[Choice(logprobs=Logprobs([TokenLogprob("x")]))]),
    ),
}


@pytest.mark.parametrize(("before", "more"), GROWING.values(), ids=GROWING)
def test_a_chunk_costs_late_what_it_costs_early(
    before: Chunk, more: Callable[[int], Chunk]
) -> None:
    """Adding a chunk and looking at the message takes no longer where much was said before."""
    early, late = Accumulator(), Accumulator()
    late.add(before)
    chunks = [more(number) for number in range(300)]
    # The first look behind it copies what the chunk itself still holds.
    _spent(late, chunks[:2])

    assert _spent(late, chunks) < 40 * max(_spent(early, chunks), 0.001)


def test_padded_data_is_linear() -> None:
    """Base64 with padding in every piece is mended as it comes, each piece once."""
    data = b"ABC" * 8_000_000 + b"AB"
    piece = Chunk(choices=[Choice(parts=[Media("audio", "QUI=")])])
    accumulator = Accumulator()
    accumulator.add(Chunk(choices=[Choice(parts=[Media("audio", b64encode(data).decode())])]))
    # The first of them parts the padding from the rest.
    accumulator.add(piece)
    start = time.process_time()
    for _ in range(300):
        accumulator.add(piece)
    spent = time.process_time() - start
    [part] = accumulator.finish().choices[0].parts

    assert isinstance(part, Media)
    assert part.data == b64encode(data + b"AB" * 301).decode()
    assert spent < 0.3


def test_what_comes_behind_the_end_is_apart() -> None:
    """Another answer behind the end mark goes on with no part of the first, and stays in order."""
    first = [
        Chunk(choices=[Choice(parts=[Text("1", block=0), ToolCall(0, "c", "f", "{}", block=1)])]),
        Chunk(done=True),
    ]
    second = Chunk(choices=[Choice(parts=[Text("2", block=0), ToolCall(0, arguments="x")])])
    third = Chunk(choices=[Choice(parts=[Text("3")])])
    made = accumulate([*first, second, third, first[1], first[1], third, second, third])

    assert made.choices[0].parts == [
        *(Text("1", block=0), ToolCall(0, "c", "f", "{}", block=1)),
        *(Text("2", block=2), ToolCall(1, arguments="x"), Text("3")),
        # Its number is what keeps it from the text before it.
        *(Text("3", block=3), Text("2", block=4), ToolCall(2, arguments="x"), Text("3")),
    ]
    assert unlike(made, accumulate(split(made))) == ""

    spoken = Chunk(choices=[Choice(parts=[Media("audio", "QQ==")])])
    made = accumulate([spoken, spoken, first[1], spoken, spoken])
    assert made.choices[0].parts == [Media("audio", "QUE="), Media("audio", "QUE=", block=0)]
    assert unlike(made, accumulate(split(made))) == ""
