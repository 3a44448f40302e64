"""A broken stream that another source continues is one legal stream."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Defaults,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Message,
    OnechunkError,
    Reasoning,
    Text,
    ToolCall,
    Usage,
    Validator,
    accumulate,
    asplice,
    splice,
)
from tests.support.families import CHOICES, EVENTS
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all
from tests.test_laws import ILLEGAL

Make = Callable[[Message], Iterable[Chunk]]

STOP = Choice(finish=Finish(FinishReason.STOP, "stop"))


def said(text: str, **more: Any) -> Chunk:
    """Return a chunk that says *text*."""
    return Chunk(choices=[Choice(parts=[Text(text)])], **more)


def called(index: int | None, arguments: str, **head: Any) -> Chunk:
    """Return a chunk with a fragment of a call."""
    return Chunk(choices=[Choice(parts=[ToolCall(index, arguments=arguments, **head)])])


def ended(usage: Usage | None = None) -> list[Chunk]:
    """Return the chunks that end an answer."""
    return [
        Chunk(choices=[Choice(finish=Finish(FinishReason.STOP))], usage=usage),
        Chunk(done=True),
    ]


def broken(*chunks: Chunk, failure: Exception | None = None) -> Iterator[Chunk]:
    """Yield chunks, then fail."""
    yield from chunks
    raise failure or ConnectionResetError("gone")


class Source:
    """Chunks that can be closed."""

    def __init__(self, *chunks: Chunk) -> None:
        self._chunks = iter(chunks)
        self.closed = 0

    def __iter__(self) -> Iterator[Chunk]:
        """Return the iterator."""
        return self._chunks

    def close(self) -> None:
        """Count how often it is closed."""
        self.closed += 1


def test_a_stream_that_does_not_break_is_passed_on() -> None:
    """Without a break no fallback is asked, and the message is that of the source."""
    chunks = [said("a", id="1", model="m"), said("b"), *ended(Usage(1, 2))]

    def never(message: Message) -> list[Chunk]:
        raise AssertionError(message)

    spliced = splice(chunks, never)
    message = accumulate(spliced)

    assert (message.text, message.id, message.usage) == ("ab", "1", Usage(1, 2))
    assert message.complete
    assert [(leg.chunks, leg.broke) for leg in spliced.legs] == [(4, False)]


@pytest.mark.parametrize(
    "first",
    [
        lambda: broken(said("Tid", id="1", model="m")),
        lambda: broken(said("Tid", id="1", model="m"), failure=OnechunkError("bad")),
        lambda: [said("Tid", id="1", model="m")],
        lambda: [said("Tid", id="1", model="m"), Chunk(error=Error("overloaded"))],
        lambda: [
            said("Tid", id="1", model="m"),
            Chunk(choices=[Choice(finish=Finish(FinishReason.ERROR, "error"))]),
        ],
        lambda: [said("Tid", id="1", model="m"), Chunk(done=True)],
    ],
    ids=["raises", "wire error", "stops", "error chunk", "finish error", "end mark without finish"],
)
def test_a_stream_that_breaks_is_continued(first: Callable[[], Iterable[Chunk]]) -> None:
    """Whatever breaks a stream, the next source goes on behind what was said."""
    asked: list[str] = []

    def other(message: Message) -> list[Chunk]:
        asked.append(message.text)
        role = Chunk("2", "n", choices=[Choice(role="assistant", parts=[Text("e")])])
        return [role, *ended(Usage(3, 4))]

    spliced = splice(first(), other)
    chunks = list(spliced)
    message = accumulate(chunks)

    assert asked == ["Tid"]
    assert (message.text, message.id, message.usage) == ("Tide", "1", Usage(3, 4))
    assert message.complete
    assert {chunk.id for chunk in chunks} == {"1"}
    assert [chunk.model for chunk in chunks][:2] == ["m", "n"]
    assert [leg.broke for leg in spliced.legs][1:] == [False]
    assert not Validator().feed(chunks[0])


def test_usage_is_never_summed() -> None:
    """Each leg's usage is told apart; the stream ends with the last leg's own."""
    one = [said("a", usage=Usage(10, 1)), Chunk(error=Error("x"))]
    spliced = splice(one, lambda _: [said("b"), *ended(Usage(20, 2))])

    assert accumulate(spliced).usage == Usage(20, 2)
    assert [leg.usage for leg in spliced.legs] == [Usage(10, 1), Usage(20, 2)]


def test_a_call_that_was_cut_off_is_taken_back() -> None:
    """A call is passed on when it is whole: of one that was cut off nobody hears."""
    first = [
        called(0, '{"a":1}', id="x", name="f"),
        called(1, '{"b":', id="y", name="g"),
    ]
    heard: list[Message] = []

    def other(message: Message) -> list[Chunk]:
        heard.append(message)
        return [called(0, '{"b":2}', id="z", name="g"), *ended()]

    spliced = splice(broken(*first), other)
    calls = accumulate(spliced).tool_calls

    assert [(call.index, call.id, call.arguments) for call in calls] == [
        (0, "x", '{"a":1}'),
        (2, "z", '{"b":2}'),
    ]
    assert spliced.legs[0].dropped == [ToolCall(1, "y", "g", '{"b":')]


def test_what_waits_behind_a_call_is_not_lost() -> None:
    """Text behind a call that was cut off is said, in its order."""
    first = [called(0, "{", id="x", name="f"), said("after")]

    assert accumulate(splice(first, lambda _: ended())).text == "after"


def test_parts_keep_their_order() -> None:
    """What stands behind a call waits for it."""
    chunks = [
        said("a"),
        called(0, '{"k":', id="x", name="f"),
        said("b"),
        called(0, "1}"),
        *ended(),
    ]
    parts = accumulate(splice(chunks)).choices[0].parts

    assert parts == [Text("a"), ToolCall(0, "x", "f", '{"k":1}'), Text("b")]


def test_blocks_of_a_later_leg_are_others() -> None:
    """A block of a later leg never goes on with one of an earlier leg."""
    one = [Chunk(choices=[Choice(parts=[Reasoning("r", block=0), Text("a", block=1)])])]
    two = [Chunk(choices=[Choice(parts=[Text("b", block=1)])]), *ended()]
    parts = accumulate(splice(one, lambda _: two)).choices[0].parts

    assert parts == [Reasoning("r", block=0), Text("a", block=1), Text("b", block=3)]


def test_a_choice_that_was_finished_is_not_reopened() -> None:
    """What a fallback says of a choice that has its finish is left out."""
    one = [Chunk(choices=[Choice(0, parts=[Text("a")]), Choice(1, parts=[Text("x")])])]
    one += [Chunk(choices=[STOP])]
    two = [
        Chunk(choices=[Choice(0, parts=[Text("no")]), Choice(1, parts=[Text("y")])]),
        Chunk(choices=[STOP, Choice(1, finish=Finish(FinishReason.LENGTH))]),
    ]
    message = accumulate(splice(one, lambda _: two))

    assert ["".join(p.text for p in c.parts if isinstance(p, Text)) for c in message.choices] == [
        "a",
        "xy",
    ]
    assert message.complete


def test_no_fallback_is_left() -> None:
    """Where all sources break the stream ends in an error, after all that was said."""
    spliced = splice(broken(said("a")), lambda _: broken(said("b"), failure=ValueError("late")))
    message = accumulate(spliced)

    assert message.text == "ab"
    assert message.error == Error("late", "incomplete_stream")
    assert [type(leg.failure) for leg in spliced.legs] == [ConnectionResetError, ValueError]
    words = Defaults(cut_off="broke off")
    assert accumulate(splice([said("a")], defaults=words)).error == Error(
        "broke off", "incomplete_stream"
    )


def test_a_fallback_that_cannot_begin_is_a_leg_that_broke() -> None:
    """What making a fallback raises is kept in its leg, and the next one is asked."""

    def fails(_: Message) -> list[Chunk]:
        raise TimeoutError

    spliced = splice([said("a")], fails, lambda _: [said("b"), *ended()])

    assert accumulate(spliced).text == "ab"
    assert [leg.broke for leg in spliced.legs] == [False, True, False]


def test_every_source_is_closed() -> None:
    """A source is closed before the next begins, and as the splice is closed."""
    one, two = Source(said("a")), Source(said("b"), *ended())
    spliced = splice(one, lambda _: two)
    assert next(spliced).text == "a"
    assert one.closed == 0
    assert next(spliced).text == "b"
    assert (one.closed, two.closed) == (1, 0)
    spliced.close()
    assert two.closed == 1
    unread = Source()
    splice(unread).close()
    assert unread.closed == 1


@pytest.mark.parametrize("target", [*CHOICES, *EVENTS])
def test_a_spliced_stream_is_legal_everywhere(target: str) -> None:
    """Recordings of several dialects that break anywhere are continued as one legal stream."""
    chosen = [each for each in RECORDINGS if each.id not in ILLEGAL][::23]
    other = next(each for each in RECORDINGS if each.id == "mistral/thinking-then-text")
    for recording in chosen:
        chunks = decode_all(recording.dialect, [recording.data])
        for cut in {0, 1, len(chunks) // 2, len(chunks)}:
            legs = decode_all(other.dialect, [other.data])
            encoder = Encoder(target)
            spliced = splice(broken(*chunks[:cut]), partial(_goes_on_with, legs))
            data = b"".join(map(encoder.feed, spliced)) + encoder.close()

            check_legal(data, target)


def _goes_on_with(chunks: list[Chunk], _: Message) -> list[Chunk]:
    return chunks


def test_async() -> None:
    """The same holds for async iterables, and their sources are closed."""
    closed: list[str] = []

    async def source(name: str, *chunks: Chunk) -> AsyncIterator[Chunk]:
        try:
            for chunk in chunks:
                yield chunk
        finally:
            closed.append(name)

    async def work() -> None:
        spliced = asplice(source("one", said("a")), lambda _: source("two", said("b"), *ended()))
        assert "".join([chunk.text async for chunk in spliced]) == "ab"
        assert closed == ["one", "two"]
        assert [leg.chunks for leg in spliced.legs] == [1, 3]
        spliced = asplice(source("three", said("a"), said("b")))
        assert (await anext(spliced)).text == "a"
        await spliced.aclose()
        assert closed == ["one", "two", "three"]
        failing = asplice(source("four"), _fails, lambda _: source("five", said("c"), *ended()))
        assert "".join([chunk.text async for chunk in failing]) == "c"

    asyncio.run(work())


def _fails(_: Message) -> AsyncIterator[Chunk]:
    raise TimeoutError


def test_bad_chunks_break_a_leg() -> None:
    """A chunk whose fields are not what they should be breaks its leg, and nothing else."""
    bad: Any = Chunk(choices=[Choice(parts=None)])  # type: ignore[arg-type]
    spliced = splice([said("a"), bad], lambda _: [said("b"), *ended()])

    assert accumulate(spliced).text == "ab"
    assert isinstance(spliced.legs[0].failure, OnechunkError)


def test_odd_chunks_raise_nothing_else() -> None:
    """What only the end of a leg can tell is an error of this library too."""
    wrong: Any = 7
    bad = Chunk(choices=[Choice(parts=[ToolCall(0, "c", "f", wrong)])])
    error: Any = "boom"
    for chunk in (bad, Chunk(error=error)):
        spliced = splice([chunk], lambda _: [said("b"), *ended()])
        assert accumulate(spliced).text == "b"
        assert isinstance(spliced.legs[0].failure, OnechunkError)
