"""Repair: nothing at legal streams, and a legal stream, with a legal end, of every other."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk import (
    DERIVED,
    Adapter,
    Choice,
    Chunk,
    Decoder,
    Defaults,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Frame,
    OnechunkError,
    Problem,
    Repairer,
    Text,
    ToolCall,
    Translator,
    UnknownDialectError,
    Usage,
    Validator,
    WireError,
    arepair,
    load_adapters,
    read,
    repair,
)
from onechunk.mapping import is_list, is_object
from tests.support.event_streams import ANSWERS, write
from tests.support.frames import payloads
from tests.support.legal import FINISH_WORDS, check_legal
from tests.support.legal_events import EVENT_TARGETS
from tests.support.meaning import meaning
from tests.support.problems import PROBLEMS
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import framing_of
from tests.test_corpus import FOLDERS, dialect_of, streams
from tests.test_laws import ILLEGAL
from tests.test_validator import CHUNKS

LEFT = "shrinking_usage"
"""The one problem that stays: the last count is the vendor's own word."""

LEGAL = [recording for recording in RECORDINGS if recording.id not in ILLEGAL]
TARGETS = sorted({*EVENT_TARGETS, *FINISH_WORDS})
CUT_OFF = Defaults().cut_off
DONE = b"data: [DONE]\n\n"


def _name(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_name)


def chunks_of(dialect: str, data: bytes) -> list[Chunk]:
    """Return all chunks that a stream gives, wherever it breaks off."""
    decoder = Decoder(dialect)
    chunks: list[Chunk] = []
    try:
        chunks += decoder.feed(data)
        chunks += decoder.close()
    except OnechunkError:
        pass
    return chunks


def problems_of(dialect: str, chunks: Iterable[Chunk]) -> set[str]:
    """Return the kinds of problems that a whole stream has, but for the one that stays."""
    validator = Validator(dialect)
    for chunk in chunks:
        validator.feed(chunk)
    validator.close()
    return {problem.kind for problem in validator.problems if problem.kind != LEFT}


def written(
    dialect: str, chunks: Iterable[Chunk], *, framing: str | None = None, repair: bool = True
) -> bytes:
    """Return a stream as it is written."""
    encoder = Encoder(dialect, framing=framing, repair=repair)
    return b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()


def judge_of(adapter: Adapter) -> str:
    """Return the name under which the judge knows a dialect."""
    if adapter.name in {*EVENT_TARGETS, *FINISH_WORDS}:
        return adapter.name
    return "openrouter" if adapter.rules.error_finish else adapter.dialect


def is_legal(dialect: str, data: bytes) -> bool:
    """Say whether a stream obeys all rules of what is written for strict readers."""
    try:
        check_legal(data, judge_of(load_adapters()[dialect]))
    except (AssertionError, AttributeError, LookupError, TypeError, UserWarning, ValueError):
        return False
    return True


def sample(count: int) -> list[int]:
    """Return at most eight places to cut at: the first and the last ones, and some between."""
    return sorted({*range(1, min(count, 4)), *range(max(count - 3, 1), count), count // 2} - {0})


# Home: streams of the dialect itself.


@every_recording
def test_legal_streams_stay(recording: Recording) -> None:
    """A stream without problems comes out byte by byte as without repair, and any other does not.

    What stays of the problems does not count.
    """
    chunks = chunks_of(recording.dialect, recording.data)
    framing = framing_of(recording.dialect, recording.data) if chunks else None
    plain = written(recording.dialect, chunks, framing=framing, repair=False)
    repaired = written(recording.dialect, chunks, framing=framing)
    broken = PROBLEMS.get(_name(recording), frozenset()) - {LEFT}
    assert (repaired == plain) == (not broken)


@every_recording
def test_broken_streams_are_mended(recording: Recording) -> None:
    """What repair writes has no problem, also read again, and repaired again it stays."""
    dialect = recording.dialect
    chunks = chunks_of(dialect, recording.data)
    before = copy.deepcopy(chunks)
    once = list(repair(chunks, dialect))
    assert chunks == before
    assert problems_of(dialect, once) == set()
    assert list(repair(once, dialect)) == once
    assert problems_of(dialect, chunks_of(dialect, written(dialect, chunks))) == set()


@every_recording
def test_cut_at_frames(recording: Recording) -> None:
    """Cut off behind any frame, a stream still ends as its readers know an end."""
    dialect = recording.dialect
    chunks = chunks_of(dialect, recording.data)
    judged = is_legal(dialect, written(dialect, chunks))
    # The judge wants to see both heads of a response.
    least = 2 if dialect == "responses" else 1
    for place in sample(len(chunks)):
        out = written(dialect, chunks[:place])
        again = chunks_of(dialect, out)
        assert problems_of(dialect, again) == set()
        # How a vendor tells an error itself is not for the judge.
        failed = any(chunk.error is not None for chunk in chunks[:place])
        if judged and place >= least and not failed:
            check_legal(out, judge_of(load_adapters()[dialect]))


def test_many_are_judged() -> None:
    """The strict judge has its say about many recordings of every dialect."""
    adapters = load_adapters()
    judged = dict.fromkeys({adapter.dialect for adapter in adapters.values()}, 0)
    for recording in LEGAL[::2]:
        data = written(recording.dialect, chunks_of(recording.dialect, recording.data))
        judged[adapters[recording.dialect].dialect] += is_legal(recording.dialect, data)
    assert all(count >= 4 for count in judged.values()), judged


@every_recording
def test_cut_at_bytes(recording: Recording) -> None:
    """Cut off anywhere, an aborted translation ends, too, whatever it came to be."""
    dialect = recording.dialect
    for share in (3, 5, 8):
        translator = Translator(dialect, dialect, repair=True)
        out = b""
        try:
            out += translator.feed(recording.data[: len(recording.data) * share // 9])
            out += translator.close()
        except WireError:
            out += translator.abort()
        assert problems_of(dialect, chunks_of(dialect, out)) == set()
        assert translator.abort() == b""


@pytest.mark.parametrize("folder", FOLDERS)
def test_corpus(folder: str) -> None:
    """Streams of real services stay as they are if they are legal, and become it if not."""
    for file in streams(folder):
        dialect = dialect_of(file)
        chunks = chunks_of(dialect, file.data)
        encoder = Encoder(dialect, repair=True)
        out = b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()
        if all(problem.kind == LEFT for problem in encoder.problems):
            assert out == written(dialect, chunks, repair=False), file.file
        assert problems_of(dialect, chunks_of(dialect, out)) == set(), file.file
        for place in sample(len(chunks))[::3]:
            cut = chunks_of(dialect, written(dialect, chunks[:place]))
            assert problems_of(dialect, cut) == set(), file.file


# Away: streams of another dialect.


@every_recording
def test_cut_away(recording: Recording) -> None:
    """In another dialect, a stream that is cut off anywhere is legal, and repaired again stays."""
    number = LEGAL.index(recording)
    for share in range(5):
        target = TARGETS[(number + share * 3) % len(TARGETS)]
        if target == recording.dialect:
            continue
        data = recording.data[: len(recording.data) * share // 4]
        translator = Translator(recording.dialect, target, repair=True)
        out = b""
        try:
            out += translator.feed(data)
            out += translator.close()
        except WireError:
            out += translator.abort()
        check_legal(out, target)
        assert problems_of(target, chunks_of(target, out)) == set()
        once = list(repair(chunks_of(recording.dialect, data), target))
        assert list(repair(once, target)) == once
        assert problems_of(target, once) == set()


@every_recording
def test_shaped_chunks_are_written_alike(recording: Recording) -> None:
    """Chunks that were repaired for a dialect are written so by its encoder, and mean the same."""
    target = TARGETS[LEGAL.index(recording) % len(TARGETS)]
    if target == recording.dialect:
        return
    chunks = chunks_of(recording.dialect, recording.data)
    shaped = list(repair(chunks, target))
    for chunk in chunks:
        # Comments are no part of a chunk that is shaped.
        chunk.frame = None
    out = written(target, chunks)
    assert written(target, shaped) == out
    plain = written(target, shaped, repair=False)
    assert meaning(chunks_of(target, plain)) == meaning(chunks_of(target, out))


def event(payload: dict[str, Any]) -> bytes:
    """Return a payload as a server-sent event."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def test_the_envelope_stays() -> None:
    """Id, model and time that were written once stay, though the source says them later."""
    late = Chunk(id="a1", model="m", created=7, choices=[Choice(parts=[Text("b")])])
    last = Chunk(choices=[Choice(finish=Finish(FinishReason.STOP))], done=True)
    chunks = [Chunk(choices=[Choice(0, "assistant", [Text("a")])]), late, last]
    plain = payloads(written("openai", chunks, repair=False))
    assert [chunk["id"] for chunk in plain] == ["onechunk", "a1", "a1"]
    encoder = Encoder("openai", repair=True)
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    envelopes = [(each["id"], each["model"], each["created"]) for each in payloads(out)]
    assert envelopes == [("onechunk", "unknown", 0)] * 3
    assert [(loss.kind, loss.path, loss.value) for loss in encoder.losses] == [
        ("invented", "$.id", "onechunk"),
        ("invented", "$.model", "unknown"),
        ("invented", "$.created", 0),
        ("changed", "$.id", "a1"),
        ("changed", "$.model", "m"),
        ("changed", "$.created", 7),
    ]


def test_an_empty_id_is_none() -> None:
    """An empty id of another dialect is not what the stream is called."""
    chunks = [Chunk(id="", choices=[]), Chunk(id="a", choices=[Choice(parts=[Text("x")])])]
    assert {chunk["id"] for chunk in payloads(written("openai", chunks))} == {"a"}


def test_a_place_that_the_target_lacks() -> None:
    """What the target has no place for is reported, however late it is said."""
    chunks = [Chunk(choices=[Choice(parts=[Text("x")])]), Chunk(model="m")]
    encoder = Encoder("cohere", repair=True)
    b"".join(map(encoder.feed, chunks))
    assert ("dropped", "$.model") in [(loss.kind, loss.path) for loss in encoder.losses]


# What is done about each problem at home.


def head(**delta: Any) -> dict[str, Any]:
    """Return a chunk of OpenAI."""
    return {
        "id": "a",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }


def ends(reason: str = "stop", **delta: Any) -> dict[str, Any]:
    """Return a chunk that finishes."""
    chunk = head(**delta)
    chunk["choices"][0]["finish_reason"] = reason
    return chunk


def call(**fields: Any) -> dict[str, Any]:
    """Return a chunk with a fragment of a call."""
    return head(tool_calls=[fields])


ROLE = head(role="assistant", content="")
HI = head(content="Hi")
STOP = ends()
BROKEN: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "second_role": (
        [ROLE, head(role="assistant", content="Hi"), STOP],
        [ROLE, HI, STOP],
    ),
    "changed_id": ([ROLE, HI | {"id": "b"}, STOP | {"id": "c"}], [ROLE, HI, STOP]),
    "changed_created": ([ROLE, HI | {"created": 2}, STOP], [ROLE, HI, STOP]),
    "second_head": (
        [
            ROLE,
            call(index=0, id="x", type="function", function={"name": "f", "arguments": ""}),
            call(index=0, id="x", type="function", function={"name": "f", "arguments": "{}"}),
            ends("tool_calls"),
        ],
        [
            ROLE,
            call(index=0, id="x", type="function", function={"name": "f", "arguments": ""}),
            call(index=0, type="function", function={"arguments": "{}"}),
            ends("tool_calls"),
        ],
    ),
    "headless_call": (
        [ROLE, call(index=0, function={"arguments": "{}"}), ends("tool_calls")],
        [ROLE, call(index=0, id="call_0_0", function={"arguments": "{}"}), ends("tool_calls")],
    ),
    "second_call": (
        [
            ROLE,
            call(index=0, id="x", function={"name": "f", "arguments": "{}"}),
            call(index=0, id="y", function={"name": "g", "arguments": "{"}),
            call(index=0, function={"arguments": "}"}),
            ends("tool_calls"),
        ],
        [
            ROLE,
            call(index=0, id="x", function={"name": "f", "arguments": "{}"}),
            call(index=1, id="y", function={"name": "g", "arguments": "{"}),
            call(index=1, function={"arguments": "}"}),
            ends("tool_calls"),
        ],
    ),
    "after_finish": ([ROLE, STOP, HI], [ROLE, HI, STOP]),
    "second_finish": ([ROLE, STOP, STOP | {"usage": {"total_tokens": 3}}], []),
    "after_error": (
        [ROLE, {"error": {"message": "no"}, "choices": []}, HI],
        [ROLE, {"error": {"message": "no"}, "choices": []}],
    ),
    "shrinking_usage": (
        [ROLE, STOP, {"usage": {"total_tokens": 3}, "choices": []}, {"usage": {"total_tokens": 2}}],
        [ROLE, STOP, {"usage": {"total_tokens": 3}, "choices": []}, {"usage": {"total_tokens": 2}}],
    ),
}
BROKEN["second_finish"][1].extend(
    [ROLE, STOP, head() | {"usage": {"total_tokens": 3}}],
)


@pytest.mark.parametrize("kind", BROKEN)
def test_repairs(kind: str) -> None:
    """Each problem is mended by an edit of the chunk that has it, and told."""
    came, expected = BROKEN[kind]
    translator = Translator("openai", "openai", repair=True)
    out = b"".join([translator.feed(event(payload)) for payload in came])
    out += translator.feed(DONE) + translator.close()
    assert payloads(out) == expected
    assert out.endswith(DONE)
    assert {problem.kind for problem in translator.problems} == {kind}


def test_without_repair_nothing_is_told() -> None:
    """Who does not ask for repair gets the stream as it came, and no report."""
    translator = Translator("openai", "openai")
    came = event(ROLE) + event(ROLE)
    assert payloads(translator.feed(came) + translator.close()) == [ROLE, ROLE]
    assert translator.problems == []


def test_another_word_counts_more() -> None:
    """Of two finish words the second counts, as long as the first is not written."""
    came = [ROLE, ends(content="a"), ends("length", content="b"), STOP]
    translator = Translator("openai", "openai", repair=True)
    out = b"".join([translator.feed(event(payload)) for payload in came]) + translator.close()
    assert [
        (chunk["choices"][0]["delta"].get("content"), chunk["choices"][0]["finish_reason"])
        for chunk in payloads(out)
    ] == [("", None), ("a", None), ("b", None), (None, "stop")]


def test_text_between_word_and_text() -> None:
    """What stands beside a finish word is said before what comes behind, and the word last."""
    came = [ROLE, ends(content="a"), head(content="b"), head(content="c")]
    translator = Translator("openai", "openai", repair=True)
    out = b"".join([translator.feed(event(payload)) for payload in came]) + translator.close()
    assert [
        (chunk["choices"][0]["delta"].get("content"), chunk["choices"][0]["finish_reason"])
        for chunk in payloads(out)
    ] == [("", None), ("a", None), ("b", None), ("c", None), (None, "stop")]


def test_choices_that_overtake() -> None:
    """Each of several choices in a chunk is ended behind all its text."""

    def both(*said: tuple[int, str, str | None]) -> dict[str, Any]:
        choices = [
            {"index": index, "delta": {"content": text}, "finish_reason": reason}
            for index, text, reason in said
        ]
        return head() | {"choices": choices}

    came = [both((0, "a", "stop"), (1, "b", "stop")), both((1, "c", "length"), (0, "d", None))]
    translator = Translator("openai", "openai", repair=True)
    out = translator.feed(b"".join(map(event, came)) + DONE) + translator.close()
    told = [
        (choice["index"], choice["delta"].get("content"), choice["finish_reason"])
        for chunk in payloads(out)
        for choice in chunk["choices"]
    ]
    assert told == [
        (0, "a", None),
        (1, "b", None),
        (1, "c", "length"),
        (0, "d", None),
        (0, None, "stop"),
    ]


def test_too_late() -> None:
    """What comes when the word is written cannot overtake it: it is left out, and told."""
    counts: dict[str, Any] = {"usage": {"total_tokens": 3}, "choices": []}
    came = [ROLE, STOP, counts, HI]
    translator = Translator("openai", "openai", repair=True)
    out = b"".join([translator.feed(event(payload)) for payload in came]) + translator.close()
    assert payloads(out) == came[:3]
    assert translator.problems[0] == Problem("after_finish", 4, "$.choices[0].parts[0]", "Hi")


def test_a_finish_waits_for_one_frame() -> None:
    """Nothing waits but a finish, and that only until the next frame, whatever it is."""
    translator = Translator("openai", "openai", repair=True)
    assert payloads(translator.feed(event(ROLE))) == [ROLE]
    assert translator.feed(event(STOP)) == b""
    usage: dict[str, Any] = {"choices": [], "usage": {"total_tokens": 3}}
    assert payloads(translator.feed(event(usage))) == [STOP, usage]
    assert translator.feed(DONE) == DONE
    assert translator.close() == b""


def test_behind_the_end() -> None:
    """What comes behind the end mark is left out."""
    translator = Translator("openai", "openai", repair=True)
    out = translator.feed(event(ROLE) + event(STOP) + DONE + event(HI) + DONE) + translator.close()
    assert payloads(out) == [ROLE, STOP]
    assert out.count(DONE) == 1
    assert [problem.event for problem in translator.problems] == [4]


def test_foreign_marks_are_left_out() -> None:
    """A relay's mark in a dialect that knows none is not passed on."""
    answer = write("gemini", ANSWERS["gemini"]())
    translator = Translator("gemini", "gemini", repair=True)
    plain = Translator("gemini", "gemini")
    assert translator.feed(answer + DONE) + translator.close() == plain.feed(answer)
    assert [problem.kind for problem in translator.problems] == ["foreign_end"]


def test_a_finish_before_the_mark() -> None:
    """An end mark without a finish gets one before it: for calls, if there were any."""
    piece = call(index=0, id="x", function={"name": "f", "arguments": "{}"})
    for came, word in (([ROLE, HI], "stop"), ([ROLE, piece], "tool_calls")):
        translator = Translator("openai", "openai", repair=True)
        out = translator.feed(b"".join(map(event, came)) + DONE) + translator.close()
        assert payloads(out)[:-1] == came
        assert _within(ends(word), payloads(out)[-1])
        assert out.endswith(DONE)


TAILS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "openai": ([{"error": {"message": CUT_OFF, "type": "incomplete_stream"}, "choices": []}], True),
    "mistral": (
        [
            {
                "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}],
                "error": {"message": CUT_OFF, "type": "incomplete_stream"},
            }
        ],
        True,
    ),
    "anthropic": (
        [{"type": "error", "error": {"type": "incomplete_stream", "message": CUT_OFF}}],
        False,
    ),
    "cohere": (
        [
            {
                "type": "message-end",
                "delta": {
                    "finish_reason": "ERROR",
                    "error": CUT_OFF,
                    "error_type": "incomplete_stream",
                },
            }
        ],
        True,
    ),
    "cohere-v1": (
        [
            {
                "event_type": "stream-end",
                "is_finished": True,
                "finish_reason": "ERROR",
                "response": {"text": "Héllo", "generation_id": "id_1", "finish_reason": "ERROR"},
            }
        ],
        False,
    ),
    "gemini": (
        [
            {"candidates": [{"index": 0, "finishReason": "OTHER"}]},
            {"error": {"code": 500, "message": CUT_OFF, "status": "incomplete_stream"}},
        ],
        False,
    ),
    "llama-api": ([{"error": {"message": CUT_OFF, "type": "incomplete_stream"}}], False),
    "ollama": ([{"error": CUT_OFF}], False),
    "responses": (
        [{"type": "error", "code": "incomplete_stream", "message": CUT_OFF, "param": None}],
        False,
    ),
    "bedrock": ([{"modelStreamErrorException": {"message": CUT_OFF}}], False),
}
"""How a stream breaks off in each dialect: what is said, and whether a mark follows."""


def _within(expected: Any, found: Any) -> bool:
    """Say whether *found* has all that is expected, and perhaps more keys."""
    if is_object(expected):
        return is_object(found) and all(
            key in found and _within(value, found[key]) for key, value in expected.items()
        )
    if is_list(expected):
        return len(expected) == len(found) and all(map(_within, expected, found))
    return bool(expected == found)


def _start(target: str) -> bytes:
    """Return the start of an answer, up to its first words."""
    if target not in ANSWERS:
        return event(ROLE) + event(HI)
    events = ANSWERS[target]()
    words = next(number for number, each in enumerate(events) if "llo" in str(each))
    return write(target, events[: words + 1])


@pytest.mark.parametrize("target", TAILS)
def test_error_forms(target: str) -> None:
    """A home stream that breaks off ends in the dialect's own form of an error."""
    start = _start(target).removesuffix(DONE)
    translator = Translator(target, target, repair=True)
    out = translator.feed(start)
    before = len(payloads(out))
    tail = translator.close()
    said, marked = TAILS[target]
    found = payloads(out + tail)[before:]
    assert _within(said, found), found
    assert tail.endswith(DONE) == marked
    check_legal(out + tail, target)
    assert {problem.kind for problem in translator.problems} <= {"missing_finish", "missing_end"}


@pytest.mark.parametrize("target", sorted(EVENT_TARGETS))
def test_only_the_end_is_missing(target: str) -> None:
    """Where everything was said but the end, just the end is written."""
    events = ANSWERS[target]()
    whole = write(target, events)
    lacks = {"anthropic": 1, "cohere": 1}.get(target, 0)
    cut = write(target, events[: len(events) - lacks]) if lacks else whole
    translator = Translator(target, target, repair=True)
    out = translator.feed(cut) + translator.close()
    assert payloads(out) == payloads(whole)
    check_legal(out, target)
    assert len(translator.problems) == lacks


def test_numbers_of_events() -> None:
    """Where events are numbered, an event that is left out or added leaves no gap."""
    events = ANSWERS["responses"]()
    mark = DONE
    body = write("responses", events[:4])
    translator = Translator("responses", "responses", repair=True)
    rest = write("responses", [{**each} for each in events[4:6]])
    out = translator.feed(body + mark + rest) + translator.close()
    numbers = [payload["sequence_number"] for payload in payloads(out)]
    assert numbers == [*range(7)]
    assert payloads(out)[-1]["type"] == "error"


def test_unnumbered_events_stay_so() -> None:
    """A stream whose events have no numbers gets none."""
    events = [
        {key: value for key, value in each.items() if key != "sequence_number"}
        for each in ANSWERS["responses"]()[:3]
    ]
    translator = Translator("responses", "responses", repair=True)
    out = translator.feed(write("responses", events)) + translator.close()
    assert payloads(out)[-1]["type"] == "error"
    assert not any("sequence_number" in payload for payload in payloads(out))


def test_a_call_without_a_start() -> None:
    """Where a call begins with an event of its own, that event is made."""
    events = ANSWERS["anthropic"]()
    start = next(
        number
        for number, each in enumerate(events)
        if each.get("content_block", {}).get("type") == "tool_use"
    )
    del events[start]
    translator = Translator("anthropic", "anthropic", repair=True)
    out = translator.feed(write("anthropic", events)) + translator.close()
    check_legal(out, "anthropic")
    block = payloads(out)[start]["content_block"]
    assert block == {"type": "tool_use", "id": "call_0_1", "name": "", "input": {}}
    assert [problem.kind for problem in translator.problems] == ["headless_call"]


def test_an_answer_that_starts_twice() -> None:
    """An event that starts an answer which has begun is left out."""
    events = ANSWERS["anthropic"]()
    again = [events[0], {**events[0]}, *events[1:]]
    translator = Translator("anthropic", "anthropic", repair=True)
    out = translator.feed(write("anthropic", again)) + translator.close()
    assert payloads(out) == events
    assert [problem.kind for problem in translator.problems] == ["second_role"]


def test_words_of_an_end_event() -> None:
    """An event that ends a stream and should say why, but does not, is given a word."""
    lines = b'{"model":"m","created_at":"2026-01-02T03:04:05Z","message":{"role":"assistant",'
    lines += b'"content":"Hi"},"done":false}\n{"model":"m","created_at":"2026-01-02T03:04:05Z",'
    lines += b'"message":{"role":"assistant","content":""},"done":true}\n'
    translator = Translator("ollama", "ollama", repair=True)
    out = translator.feed(lines) + translator.close()
    check_legal(out, "ollama")
    assert payloads(out)[-1]["done_reason"] == "stop"


# Chunks made by hand in a stream that stays as it is.


@pytest.mark.parametrize("target", TAILS)
def test_an_error_of_the_gateway(target: str) -> None:
    """An error that a gateway makes goes into a home stream in the dialect's own form."""
    start = chunks_of(target, _start(target).removesuffix(DONE))
    out = written(target, [*start, Chunk(error=Error("Out of budget", "budget"))])
    check_legal(out, target)
    assert problems_of(target, chunks_of(target, out)) == set()
    said = "ERROR" if target == "cohere-v1" else "Out of budget"
    assert said in str(payloads(out)[-1])


def test_text_of_the_gateway() -> None:
    """Text that a gateway adds gets the stream's envelope and no second role."""
    start = chunks_of("openai", event(ROLE) + event(HI))
    note = Chunk(choices=[Choice(0, "assistant", [Text(" (cut)")], Finish(FinishReason.LENGTH))])
    out = written("openai", [*start, note, Chunk(done=True)])
    assert payloads(out)[:2] == [ROLE, HI]
    [choice] = payloads(out)[2]["choices"]
    assert choice["delta"] == {"content": " (cut)"}
    assert choice["finish_reason"] == "length"
    assert payloads(out)[2]["id"] == "a"
    assert out.endswith(DONE)


def test_usage_of_the_gateway() -> None:
    """Counts and an end that a gateway adds are written as the dialect has them."""
    start = chunks_of("anthropic", write("anthropic", ANSWERS["anthropic"]()[:-1]))
    out = written("anthropic", [*start, Chunk(usage=Usage(1, 2)), Chunk(done=True)])
    assert [payload["type"] for payload in payloads(out)[-2:]] == ["message_delta", "message_stop"]


def test_home_chunks_in_a_shaped_stream() -> None:
    """Chunks of the dialect itself are taken along in a stream of another."""
    away = Chunk(id="b", model="n", created=2, choices=[Choice(0, "assistant", [Text("Oh. ")])])
    out = written(
        "openai", [away, *chunks_of("openai", event(ROLE) + event(HI) + event(STOP) + DONE)]
    )
    check_legal(out, "openai")
    assert [chunk["id"] for chunk in payloads(out)] == ["b"] * 3
    assert [chunk["choices"][0]["delta"].get("content") for chunk in payloads(out)[:2]] == [
        "Oh. ",
        "Hi",
    ]


def test_residue_never() -> None:
    """A gateway that wants no residue gets a shaped stream of the dialect itself."""
    came = event(ROLE | {"service_tier": "x"}) + event(HI) + event(STOP)
    encoder = Encoder("openai", extra="never", repair=True)
    out = b"".join([encoder.feed(each) for each in chunks_of("openai", came)]) + encoder.close()
    check_legal(out, "openai")
    assert b"service_tier" not in out
    assert "$.extra.service_tier" in [loss.path for loss in encoder.losses]
    assert [problem.kind for problem in encoder.problems] == ["missing_end"]


# The end, whenever it comes.


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_came(target: str) -> None:
    """A stream of which nothing came ends in error, by close or abort."""
    for encoder in (Encoder(target, repair=True), Encoder(target, repair=True)):
        out = encoder.close()
        check_legal(out, target)
        assert [problem.kind for problem in encoder.problems] == ["empty"]
    chunks = list(repair([], target))
    assert list(repair(chunks, target)) == chunks
    assert chunks[-1].done


@pytest.mark.parametrize("target", ["openai", "anthropic"])
@pytest.mark.parametrize("source", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("error", ["Too slow", OnechunkError("Too slow")])
def test_message(source: str, target: str, error: OnechunkError | str) -> None:
    """Who aborts a stream may say what its reader is told."""
    translator = Translator(source, target, repair=True)
    out = translator.feed(_start(source).removesuffix(DONE)) + translator.abort(error)
    check_legal(out, target)
    assert "Too slow" in str(payloads(out)[-2:])
    plain = Translator(source, target)
    out = plain.feed(_start(source).removesuffix(DONE)) + plain.abort(error)
    assert (b"Too slow" in out) == (source != target)


def test_message_of_whole_streams() -> None:
    """A stream that was told whole is not broken by an abort: just its mark is written."""
    translator = Translator("openai", "openai", repair=True)
    out = translator.feed(event(ROLE) + event(STOP))
    out += translator.abort("Too slow")
    assert payloads(out) == [ROLE, STOP]
    assert out.endswith(DONE)


def test_close_raises_as_ever() -> None:
    """Repair does not hide that the source was cut off in a frame: abort then ends the stream."""
    translator = Translator("openai", "openai", repair=True)
    out = translator.feed(event(ROLE) + event(HI)[:-20])
    with pytest.raises(WireError):
        translator.close()
    out += translator.abort()
    check_legal(out, "openai")


def test_closed() -> None:
    """A repairer that was closed takes nothing more, and has nothing more to say."""
    repairer = Repairer("openai")
    assert repairer.feed(Chunk(choices=[Choice(parts=[Text("x")])])) != []
    assert repairer.close() != []
    assert repairer.close() == repairer.abort() == []
    with pytest.raises(OnechunkError, match="closed"):
        repairer.feed(Chunk())


def test_unknown_dialect() -> None:
    """The dialect must be there."""
    with pytest.raises(UnknownDialectError):
        Repairer("no such dialect")
    with pytest.raises(UnknownDialectError):
        repair([], "no such dialect")


def test_losses_of_a_repairer() -> None:
    """A repairer tells what shaping made up or bent."""
    repairer = Repairer("openai")
    repairer.feed(Chunk(choices=[Choice(parts=[ToolCall(0, None, "f", "{}")])]))
    assert [(loss.kind, loss.value) for loss in repairer.losses] == [("invented", "call_0_0")]


def test_times_that_differ_are_told_of_once() -> None:
    """A source that gives each chunk a time of its own makes the report no longer."""
    repairer = Repairer("openai")
    for created in range(1, 50):
        chunk = Chunk(id="a", model="m", created=created, choices=[Choice(0, parts=[Text("x")])])
        repairer.feed(chunk)
    assert [(x.kind, x.path, x.value) for x in repairer.losses] == [("changed", "$.created", 2)]


class StopsError(Exception):
    """What the source of a test raises."""


def test_a_source_that_fails() -> None:
    """Where the source raises, the legal end comes first, then what was raised."""
    closed: list[bool] = []

    def source() -> Iterator[Chunk]:
        try:
            yield from chunks_of("openai", event(ROLE) + event(HI))
            raise StopsError
        finally:
            closed.append(True)

    out: list[Chunk] = []
    with pytest.raises(StopsError):
        out += [*_until(repair(source(), "openai"), out)]
    assert out[-1].done
    assert out[-2].error is not None
    assert (out[-2].error.message, out[-2].error.type) == (CUT_OFF, "incomplete_stream")
    assert closed == [True]


def _until(chunks: Iterable[Chunk], out: list[Chunk]) -> Iterator[Chunk]:
    """Put chunks into *out* as they come."""
    for chunk in chunks:
        out.append(chunk)
        yield from ()


def test_bad_bytes() -> None:
    """A stream that is read and repaired in one go ends legally where its bytes go wrong."""
    out: list[Chunk] = []
    with pytest.raises(WireError):
        out += [*_until(repair(read([event(ROLE), b"data: {oops\n\n"], "openai"), "openai"), out)]
    assert problems_of("openai", out) == set()


def test_who_stops_reading() -> None:
    """Who stops reading closes the source."""
    closed: list[bool] = []

    def source() -> Iterator[Chunk]:
        try:
            yield from chunks_of("openai", event(ROLE) + event(HI))
        finally:
            closed.append(True)

    chunks = repair(source(), "openai")
    next(chunks)
    del chunks
    assert closed == [True]


def test_async() -> None:
    """From an async iterable the same comes, at its end and where it fails."""

    async def source(*, fails: bool) -> AsyncIterator[Chunk]:
        for chunk in chunks_of("openai", event(ROLE) + event(HI)):
            yield chunk
        if fails:
            raise StopsError

    async def run() -> None:
        came = [chunk async for chunk in arepair(source(fails=False), "openai")]
        assert came == list(repair(chunks_of("openai", event(ROLE) + event(HI)), "openai"))
        out: list[Chunk] = []
        with pytest.raises(StopsError):  # noqa: PT012 - what comes before is kept
            async for chunk in arepair(source(fails=True), "openai"):
                out.append(chunk)  # noqa: PERF401 - as above
        assert out == came

    asyncio.run(run())


# Any chunks.


@given(st.lists(CHUNKS, max_size=8), st.sampled_from(TARGETS))
def test_any_chunks(chunks: list[Chunk], target: str) -> None:
    """Whatever chunks come, made by hand or of other dialects, the stream is legal."""
    mine = [chunk for chunk in chunks if chunk.dialect not in {target, "x"}]
    before = repr(mine)
    encoder = Encoder(target, repair=True)
    out = b"".join([encoder.feed(chunk) for chunk in mine]) + encoder.abort()
    assert repr(mine) == before
    assert problems_of(target, chunks_of(target, out)) == set()


STOPPED = Finish(FinishReason.STOP)
ODD = {
    "the same choice twice, finished first": [
        Chunk(choices=[Choice(1, finish=STOPPED), Choice(None, parts=[Text("x")])])
    ],
    "an empty id and no name": [Chunk(choices=[Choice(parts=[ToolCall(0, "", None, "{")])])],
    "nothing but an end": [Chunk(), Chunk(done=True)],
    "an id that gets a number later": [
        Chunk(choices=[Choice(parts=[ToolCall(None, "a"), ToolCall(0, "a", "")])])
    ],
    "a failure before a call that is cut off": [
        Chunk(choices=[Choice(finish=Finish(FinishReason.ERROR))]),
        Chunk(choices=[Choice(parts=[ToolCall(0, "a", "f", "{")])]),
        Chunk(error=Error("no")),
    ],
    "a failure beside a call without a name": [
        Chunk(
            choices=[
                Choice(None, finish=Finish(FinishReason.ERROR)),
                Choice(0, parts=[ToolCall(arguments="{")]),
            ]
        )
    ],
    "an error beside a call that waits": [
        Chunk(choices=[Choice(parts=[ToolCall(None, None, "", "{")])], error=Error(None))
    ],
    "a finish, and an error with more of the answer": [
        Chunk(choices=[Choice(0, finish=STOPPED), Choice(1)]),
        Chunk(choices=[Choice(0, parts=[Text("x")])], error=Error(None)),
    ],
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", ODD)
def test_odd_chunks(case: str, target: str) -> None:
    """Chunks that no vendor should send, and that broke a stream once."""
    chunks = copy.deepcopy(ODD[case])
    assert problems_of(target, chunks_of(target, written(target, chunks))) == set()
    assert chunks == ODD[case]


CHAT = [
    recording
    for recording in LEGAL
    if load_adapters()[recording.dialect].dialect in {"openai", "llama", "mistral", "completions"}
    # A framing that its first frame would tell otherwise, and a call that has no place for an id.
    and "bare" not in recording.case
    and "legacy" not in recording.case
]


@given(st.sampled_from(CHAT), st.randoms(use_true_random=False))
def test_mixed_up(recording: Recording, random: Random) -> None:
    """A chat whose chunks are left out, doubled, swapped or edited is mended, too."""
    chunks = copy.deepcopy(chunks_of(recording.dialect, recording.data))
    for _ in range(random.randint(1, 4)):
        if chunks:
            _mix_up(chunks, random)
    out = written(recording.dialect, chunks)
    assert problems_of(recording.dialect, chunks_of(recording.dialect, out)) == set()
    once = list(repair(chunks, recording.dialect))
    assert list(repair(once, recording.dialect)) == once


def _mix_up(chunks: list[Chunk], random: Random) -> None:
    place, other = random.randrange(len(chunks)), random.randrange(len(chunks))
    chunk = chunks[place]
    match random.randrange(7):
        case 0:
            del chunks[place]
        case 1:
            chunks.insert(other, copy.deepcopy(chunk))
        case 2:
            chunks[place], chunks[other] = chunks[other], chunks[place]
        case 3:
            chunk.id = chunk.id and "other"
        case 4:
            for choice in chunk.choices:
                choice.finish = Finish(random.choice([FinishReason.STOP, FinishReason.LENGTH]))
        case 5:
            for choice in chunk.choices:
                choice.role = "assistant"
        case _:
            calls = [p for c in chunk.choices for p in c.parts if isinstance(p, ToolCall)]
            for part in calls:
                part.id = part.name = None


def test_marks_of_what_is_left_out() -> None:
    """Text that is left out leaves no mark behind that stands for it."""
    chunk = Chunk(
        dialect="llama",
        choices=[Choice(0, None, [Text("late")], extra={"text": DERIVED, "seed": {"of": DERIVED}})],
    )
    start = chunks_of("llama", event(ROLE) + event(STOP) + event({"choices": [], "usage": {}}))
    start.append(Chunk(dialect="llama", usage=Usage(1), extra={}))
    usage = copy.deepcopy(chunk)
    usage.usage = Usage(1, 2)
    out = written("llama", [*start, chunk, usage])
    assert b"late" not in out
    assert payloads(out)[-1]["choices"][0]["seed"] == {}


def test_comments_pass() -> None:
    """Comments behind the end stay where they were."""
    data = event(ROLE) + event(STOP) + DONE + b": bye\n\n"
    chunks = chunks_of("openai", data)
    assert chunks[-1].frame == Frame(None, comments=(" bye",), alone=True)
    assert written("openai", chunks).endswith(DONE + b": bye\n\n")
