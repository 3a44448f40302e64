"""The numbers of a stream: what is measured, from when to when, and what is not made up."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from itertools import accumulate
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

import onechunk.numbers
from onechunk import (
    Accumulator,
    Choice,
    Chunk,
    Citation,
    Error,
    Finish,
    FinishReason,
    Frame,
    Logprobs,
    Media,
    OnechunkError,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
)
from onechunk.numbers import (
    ClockError,
    Numbers,
    Stopwatch,
    atimed,
    numbers_of,
    says_something,
    timed,
)
from tests.support.paths import ROOT
from tests.support.recordings import Recording
from tests.support.streams import decode_all
from tests.test_laws import LEGAL

SAYS: list[tuple[Part, bool]] = [
    (Text("a"), True),
    (Text(" "), True),
    (Text(""), False),
    (Text("", extra={"x": 1}), False),
    (Refusal("no"), True),
    (Refusal(""), False),
    (Reasoning("so"), True),
    (Reasoning(signature="c2ln"), True),
    (Reasoning(encrypted="ZW5j"), True),
    (Reasoning(), False),
    (Reasoning("", signature="", encrypted=""), False),
    (ToolCall(0, id="call_1"), True),
    (ToolCall(0, name="tides"), True),
    (ToolCall(0, arguments="{"), True),
    (ToolCall(0, arguments={}), True),
    (ToolCall(0, arguments=""), False),
    (ToolCall(0), False),
    (Media("audio", data="AAAA"), True),
    (Media("audio", id="audio_1"), True),
    (Media("audio", transcript="Hi"), True),
    (Media("image", url="https://example.com/a.png"), True),
    (Media("image", mime_type="image/png", name="a.png"), False),
    (Citation(), True),
    (Other("search_result", None), True),
]
"""Part to whether it says something of the answer."""


@pytest.mark.parametrize(("part", "says"), SAYS)
def test_what_says_something(part: Part, says: bool) -> None:  # noqa: FBT001 - a row's cell
    """A part says something if it holds anything that the model made."""
    assert says_something(Chunk(choices=[Choice(parts=[part])])) is says
    assert says_something(Chunk(choices=[Choice(), Choice(1, parts=[Text(""), part])])) is says


def test_every_part_has_a_rule() -> None:
    """No class of parts is forgotten."""
    assert {part.__class__ for part, _ in SAYS} == {*get_args(Part)}


@pytest.mark.parametrize(
    "chunk",
    [
        Chunk(),
        Chunk("a", "m", 1.0),
        Chunk(usage=Usage(1, 2, 3)),
        Chunk(error=Error("overloaded")),
        Chunk(done=True),
        Chunk(choices=[Choice(role="assistant")]),
        Chunk(choices=[Choice(finish=Finish(FinishReason.STOP))]),
        Chunk(choices=[Choice(logprobs=Logprobs([TokenLogprob("a")]))]),
        Chunk(extra={"x": "y"}),
    ],
)
def test_what_says_nothing(chunk: Chunk) -> None:
    """Role, finish, usage, logprobs, errors and the end mark are no answer."""
    assert not says_something(chunk)


def says(text: str) -> Chunk:
    """Return a chunk with a text."""
    return Chunk("a", "m", choices=[Choice(parts=[Text(text)])])


ROLE = Chunk("a", "m", choices=[Choice(role="assistant", parts=[Text("")])])
STOP = Chunk("a", "m", choices=[Choice(finish=Finish(FinishReason.STOP, "end_turn"))])
COUNTED = Chunk("a", "m", usage=Usage(10, 5, 15))
END = Chunk(done=True)

STREAM = [
    (1.5, ROLE),
    (2.0, says("Hi")),
    (2.25, says(".")),
    (2.25, STOP),
    (3.0, COUNTED),
    (3.0, END),
]


def test_one_stream() -> None:
    """Each number is what the page says it is."""
    numbers = numbers_of(STREAM, started=1.0)
    assert numbers.chunks == 6
    assert numbers.content_chunks == 2
    assert numbers.time_to_first_chunk == 0.5
    assert numbers.time_to_first_token == 1.0
    assert numbers.duration == 2.0
    assert numbers.gaps == (0.5, 0.25, 0.0, 0.75, 0.0)
    assert (numbers.gap_p50, numbers.gap_p90) == (0.25, 0.75)
    assert (numbers.gap_p99, numbers.gap_max) == (0.75, 0.75)
    assert numbers.usage == Usage(10, 5, 15)
    assert numbers.output_tokens_per_second == 2.5
    assert numbers.time_per_output_token == 0.25
    message = numbers.message
    assert (message.id, message.model, message.text) == ("a", "m", "")
    assert message.finish_reason is FinishReason.STOP
    assert message.complete


def test_a_given_end() -> None:
    """The end of the stream may be told; it changes the duration and what is made of it alone."""
    told = numbers_of(STREAM, started=1.0, ended=6.0)
    assert told.duration == 5.0
    assert told.output_tokens_per_second == 1.0
    assert told.time_per_output_token == 1.0
    assert evolve(told, duration=2.0) == numbers_of(STREAM, started=1.0)


def test_no_chunk() -> None:
    """A stream without chunks has no numbers, and no error comes of it."""
    numbers = numbers_of([], started=1.0)
    assert numbers == Numbers()
    assert numbers.output_tokens_per_second is numbers.time_per_output_token is None
    assert numbers_of([], started=1.0, ended=3.0) == Numbers(duration=2.0)


def test_one_chunk() -> None:
    """A stream of one chunk has no gap."""
    numbers = numbers_of([(1.0, says("Hi"))], started=0.5)
    assert (numbers.chunks, numbers.content_chunks, numbers.gaps) == (1, 1, ())
    assert numbers.time_to_first_chunk == numbers.time_to_first_token == numbers.duration == 0.5
    gaps = (numbers.gap_p50, numbers.gap_p90, numbers.gap_p99, numbers.gap_max)
    assert gaps == (None, None, None, None)


def test_comments_alone_are_no_chunk() -> None:
    """Comments behind the last chunk are not counted, not timed, and do not lengthen it."""
    [_, comments] = decode_all("openai", [b'data: {"choices":[]}\n\n: bye\n\n'])
    assert comments.frame == Frame(None, comments=(" bye",), alone=True)
    more = [*STREAM, (9.0, comments)]
    assert numbers_of(more, started=1.0) == numbers_of(STREAM, started=1.0)


# Multiples of 2**-10 of this size are added and subtracted without rounding.
steps = st.integers(0, 1 << 20).map(lambda ticks: ticks / 1024)
moments = st.integers(-(1 << 30), 1 << 30).map(lambda ticks: ticks / 1024)
counts = st.none() | st.integers(0, 1000)
chunks = st.sampled_from([ROLE, STOP, END, says("Hi"), says(""), Chunk()]) | st.builds(
    Chunk,
    usage=st.none() | st.builds(Usage, counts, counts, extra=st.just({"x": 1})),
    error=st.none() | st.just(Error("failed")),
    choices=st.lists(st.builds(Choice, st.none() | st.integers(0, 2)), max_size=2),
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[float, list[tuple[float, Chunk]]]:
    """Return a start and timed chunks."""
    found = draw(st.lists(st.tuples(steps, chunks), max_size=12))
    start = draw(moments)
    times = list(accumulate((step for step, _ in found), initial=start))[1:]
    return start, [(at, chunk) for at, (_, chunk) in zip(times, found, strict=True)]


@given(streams(), moments)
def test_only_differences_of_time_count(
    stream: tuple[float, list[tuple[float, Chunk]]], shift: float
) -> None:
    """Another zero of the clock changes nothing."""
    start, pairs = stream
    shifted = [(at + shift, chunk) for at, chunk in pairs]
    assert numbers_of(shifted, started=start + shift) == numbers_of(pairs, started=start)


@given(streams())
def test_step_by_step(stream: tuple[float, list[tuple[float, Chunk]]]) -> None:
    """After every chunk the numbers so far are those of the chunks so far."""
    start, pairs = stream
    stopwatch = Stopwatch(start)
    for number, (at, chunk) in enumerate(pairs, 1):
        stopwatch.add(chunk, at)
        assert stopwatch.numbers() == numbers_of(iter(pairs[:number]), started=start)


@given(streams())
def test_order_of_moments(stream: tuple[float, list[tuple[float, Chunk]]]) -> None:
    """The first chunk is not later than the first token, nor that than the end; gaps fill it."""
    start, pairs = stream
    numbers = numbers_of(pairs, started=start)
    assume(numbers.time_to_first_token is not None)
    first, token, end = (
        numbers.time_to_first_chunk,
        numbers.time_to_first_token,
        numbers.duration,
    )
    assert first is not None
    assert token is not None
    assert end is not None
    assert 0 <= first <= token <= end
    assert sum(numbers.gaps) == end - first
    assert len(numbers.gaps) == numbers.chunks - 1


@given(st.lists(steps, min_size=1, max_size=300))
def test_percentiles(gaps: list[float]) -> None:
    """A percentile is a gap that so many do not exceed, and no shorter gap is."""
    pairs = [(at, says("a")) for at in accumulate(gaps, initial=0.0)]
    numbers = numbers_of(pairs, started=0.0)
    assert numbers.gaps == tuple(gaps)
    found = (numbers.gap_p50, numbers.gap_p90, numbers.gap_p99, numbers.gap_max)
    percentiles = [value for value in found if value is not None]
    for percent, value in zip((50, 90, 99, 100), percentiles, strict=True):
        assert value in gaps
        assert sum(gap <= value for gap in gaps) * 100 >= percent * len(gaps)
        assert sum(gap < value for gap in gaps) * 100 < percent * len(gaps)
    assert percentiles == sorted(percentiles)
    assert min(gaps) <= percentiles[0]
    assert percentiles[-1] == max(gaps)


@given(st.text(min_size=1, max_size=20), st.data())
def test_cutting_at_one_moment(text: str, data: st.DataObject) -> None:
    """Where chunks are cut changes how many there are and their gaps, and nothing else."""
    cut = data.draw(st.integers(0, len(text)))
    whole = [(1.0, ROLE), (2.0, says(text)), (3.0, COUNTED)]
    pieces = [(1.0, ROLE), (2.0, says(text[:cut])), (2.0, says(text[cut:])), (3.0, COUNTED)]
    one, two = numbers_of(whole, started=0.0), numbers_of(pieces, started=0.0)
    assert (two.chunks, sorted(two.gaps)) == (one.chunks + 1, sorted((0.0, *one.gaps)))
    for name in ("message", "duration", "time_to_first_chunk", "time_to_first_token", "gap_max"):
        assert getattr(one, name) == getattr(two, name)


@pytest.mark.parametrize("bad", [1.9, -1.0, float("nan"), float("inf"), 10**400, "2", None])
def test_a_clock_that_jumps(bad: Any) -> None:
    """A time before the last one, or that is none, is an error; nothing of it is taken."""
    stopwatch = Stopwatch(1.0)
    stopwatch.add(ROLE, 2.0)
    before = stopwatch.numbers()
    with pytest.raises(ClockError) as caught:
        stopwatch.add(says("Hi"), bad)
    assert caught.value.event == 2
    assert stopwatch.numbers() == before
    stopwatch.add(says("Hi"), 3.0)
    assert stopwatch.numbers().gaps == (1.0,)


def test_the_start_and_the_end_are_times_too() -> None:
    """The first chunk does not come before the request, nor the end before the last chunk."""
    with pytest.raises(ClockError, match=r"event 1: the clock went back from 1\.5 to 1\.0"):
        numbers_of([(1.0, ROLE)], started=1.5)
    with pytest.raises(ClockError, match=r"the clock went back from 1\.0 to 0\.5"):
        numbers_of([(1.0, ROLE)], started=0.0, ended=0.5)
    with pytest.raises(ClockError, match=r"^nan is no time"):
        Stopwatch(float("nan"))


@pytest.mark.parametrize(
    "pairs",
    [
        [5],
        [(1.0,)],
        [(1.0, 5)],
        [(1.0, None)],
        [(1.0, Chunk(choices=None))],  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        [(1.0, Chunk(choices=[None]))],  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        [(1.0, Chunk(usage=5))],  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ],
)
def test_bad_chunks(pairs: list[Any]) -> None:
    """What is no timed chunk is an error that says which."""
    with pytest.raises(OnechunkError) as caught:
        numbers_of([(0.0, ROLE), *pairs], started=0.0)
    assert caught.value.event == 2


def test_the_source_fails() -> None:
    """An error of the caller's own iterable passes through."""

    def broken() -> Iterator[tuple[float, Chunk]]:
        yield 1.0, ROLE
        raise TimeoutError

    with pytest.raises(TimeoutError):
        numbers_of(broken(), started=0.0)


def rates(usage: Usage | None, end: float = 2.0) -> tuple[float | None, float | None]:
    """Return both rates of a stream that ends with a usage, its first token after a second."""
    numbers = numbers_of([(min(end, 1.0), says("a")), (end, Chunk(usage=usage))], started=0.0)
    return numbers.output_tokens_per_second, numbers.time_per_output_token


def test_rates_need_the_vendors_count() -> None:
    """Without a count of output tokens there is no rate, and none that would divide by nothing."""
    assert rates(Usage(10, 5, 15)) == (2.5, 0.25)
    assert rates(Usage(10, 1, 11)) == (0.5, None)
    assert rates(Usage(10, 0, 10)) == (0.0, None)
    assert rates(None) == rates(Usage()) == rates(Usage(10, None, 15)) == (None, None)
    assert rates(Usage(output_tokens=5), end=0.0) == (None, 0.0)
    assert rates(Usage(output_tokens=10**400)) == (None, None)
    silent = numbers_of([(1.0, COUNTED)], started=0.0)
    assert (silent.output_tokens_per_second, silent.time_per_output_token) == (5.0, None)


def test_usage_is_the_last_with_any_count() -> None:
    """Running totals replace each other; a usage without counts replaces nothing."""
    totals = [Usage(10, 1), Usage(10, 3, extra={"x": 1}), Usage(), Usage(extra={"y": 2})]
    pairs = [(1.0, Chunk(usage=each)) for each in totals]
    assert numbers_of(pairs, started=0.0).usage == Usage(10, 3)
    assert numbers_of(pairs[2:], started=0.0).usage == Usage()
    assert numbers_of([(1.0, ROLE)], started=0.0).usage is None


def test_numbers_are_a_snapshot() -> None:
    """Neither later chunks nor edits of earlier ones change them."""
    chunk = Chunk("a", "m", choices=[Choice()], usage=Usage(1, 2), error=Error("no"))
    stopwatch = Stopwatch(0.0)
    stopwatch.add(chunk, 1.0)
    numbers = stopwatch.numbers()
    same = evolve(numbers)
    assert chunk.usage is not None
    chunk.usage.output_tokens = 99
    chunk.choices.append(Choice(1))
    assert stopwatch.numbers() == numbers
    stopwatch.add(STOP, 2.0)
    assert numbers == same
    assert numbers.message.choices[0].finish is None
    assert numbers.usage == Usage(1, 2)


@pytest.mark.parametrize("recording", LEGAL, ids=lambda each: each.id)
def test_what_an_answer_says_of_itself(recording: Recording) -> None:
    """Id, model, usage, error and every choice's finish are those of the whole message."""
    whole, stopwatch = Accumulator(), Stopwatch(0.0)
    for number, chunk in enumerate(decode_all(recording.dialect, [recording.data])):
        before = evolve(chunk)
        stopwatch.add(chunk, number / 8)
        whole.add(chunk)
        assert chunk == before
    expected, found = whole.finish(), stopwatch.numbers().message
    assert (found.id, found.model) == (expected.id, expected.model)
    assert found.usage == (expected.usage and evolve(expected.usage, extra={}))
    assert found.error == (expected.error and evolve(expected.error, extra={}))
    assert found.choices == [Choice(each.index, finish=each.finish) for each in expected.choices]


def test_eight_bytes_a_chunk() -> None:
    """A long stream costs its gaps and nothing of what its chunks say."""
    chunk, length = says("a" * 1000), 20_000
    stopwatch = Stopwatch(0.0)
    stopwatch.add(chunk, 0.0)
    tracemalloc.start()
    for number in range(length):
        stopwatch.add(chunk, float(number))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 10 * length


@pytest.mark.parametrize(
    "name",
    [
        *onechunk.numbers.__all__,
        *(name for name in dir(Numbers) if not name.startswith("_")),
    ],
)
def test_names_are_documented(name: str) -> None:
    """The page of numbers names everything that is public, as code."""
    page = (ROOT / "docs/numbers.md").read_text(encoding="utf-8")
    assert re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", re.sub(r"(?ms)^```.*?^```$", "", page))


def ticking() -> Iterator[float]:
    """Yield one whole second after another."""
    return map(float, range(10))


def test_timed() -> None:
    """The clock is read when a chunk has come, once for each, and not before it is asked for."""
    events: list[str] = []
    ticks = ticking()

    def source() -> Iterator[Chunk]:
        for chunk in (ROLE, STOP):
            events.append("chunk")
            yield chunk

    def clock() -> float:
        events.append("clock")
        return next(ticks)

    pairs = timed(source(), clock)
    assert events == []
    assert list(pairs) == [(0.0, ROLE), (1.0, STOP)]
    assert events == ["chunk", "clock", "chunk", "clock"]


def test_atimed() -> None:
    """An async iterable is timed like another."""

    async def source() -> AsyncIterator[Chunk]:
        for chunk in (ROLE, STOP):
            await asyncio.sleep(0)
            yield chunk

    async def collect() -> list[tuple[float, Chunk]]:
        return [pair async for pair in atimed(source(), ticking().__next__)]

    assert asyncio.run(collect()) == [(0.0, ROLE), (1.0, STOP)]


class Source:
    """Chunks that say when they are closed, sync and async."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def __iter__(self) -> Iterator[Chunk]:
        try:
            yield from (ROLE, STOP)
        except GeneratorExit:
            self.log.append("iterator")
            raise

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        try:
            for chunk in (ROLE, STOP):
                await asyncio.sleep(0)
                yield chunk
        except GeneratorExit:
            self.log.append("iterator")
            raise

    def close(self) -> None:
        """Write it down."""
        self.log.append("iterable")


def broken_clock() -> float:
    """Fail."""
    raise ZeroDivisionError


def test_timed_closes_its_source() -> None:
    """Closing, dropping or an error in the middle closes the source; its end does not."""
    source = Source()
    pairs: Any = timed(source, ticking().__next__)
    pairs.close()
    assert source.log == ["iterable"]
    source = Source()
    pairs = timed(source, ticking().__next__)
    next(pairs)
    pairs.close()
    assert source.log == ["iterator", "iterable"]
    source = Source()
    with pytest.raises(ZeroDivisionError):
        next(timed(source, broken_clock))
    assert source.log == ["iterator", "iterable"]
    source = Source()
    assert len(list(timed(source))) == 2
    assert source.log == []


def test_atimed_closes_its_source() -> None:
    """The async iterator does as much, also when its task is cancelled."""

    async def closed(*, first: bool) -> list[str]:
        source = Source()
        pairs: Any = atimed(source, ticking().__next__)
        if first:
            await anext(pairs)
        await pairs.aclose()
        return source.log

    async def failed() -> list[str]:
        source = Source()
        with pytest.raises(ZeroDivisionError):
            await anext(atimed(source, broken_clock))
        return source.log

    async def cancelled() -> list[str]:
        source = Source()
        task = asyncio.ensure_future(anext(atimed(source)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return source.log

    async def ended() -> list[str]:
        source = Source()
        assert len([pair async for pair in atimed(source)]) == 2
        return source.log

    assert asyncio.run(closed(first=False)) == ["iterable"]
    assert asyncio.run(closed(first=True)) == ["iterator", "iterable"]
    assert asyncio.run(failed()) == ["iterator", "iterable"]
    assert asyncio.run(cancelled()) == ["iterable"]
    assert asyncio.run(ended()) == []


def test_the_clock_is_monotonic_unless_another_is_given() -> None:
    """Where no clock is given it is one that cannot go backwards."""
    before = time.monotonic()
    [(at, _)] = timed([ROLE])
    assert before <= at <= time.monotonic()
    for function in (timed, atimed):
        assert inspect.signature(function).parameters["clock"].default is time.monotonic
