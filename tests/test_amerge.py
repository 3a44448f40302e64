"""amerge: several async streams as one, an asyncio task each."""

from __future__ import annotations

import asyncio
import gc
import weakref
from asyncio import CancelledError, Event, Queue
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk import Chunk, Merged, OnechunkError, amerge
from tests.support.merging import chunks
from tests.support.merging_async import Watched, later, run, turns

NAMES = st.sampled_from(["a", "b", "c", "d"])


# Order, completeness, the last item.


@given(
    counts=st.dictionaries(NAMES, st.tuples(st.integers(0, 40), st.booleans())),
    buffer=st.integers(1, 20),
)
def test_each_source_is_whole_and_in_order(
    counts: dict[str, tuple[int, bool]], buffer: int
) -> None:
    """Every source gives all its chunks in its order, then one last item, whatever others do."""
    errors = {name: RuntimeError(name) for name, (_, fails) in counts.items() if fails}

    async def test() -> None:
        sources = {
            name: later(name, count, errors.get(name)) for name, (count, _) in counts.items()
        }
        items = [item async for item in amerge(sources, buffer=buffer)]

        for name, (count, _) in counts.items():
            own = [item for item in items if item.source == name]
            assert [item.chunk for item in own[:-1]] == chunks(name, count)
            assert own[-1] == Merged(name, None, errors.get(name))
            assert [item.ended for item in own] == [False] * count + [True]
        assert {item.source for item in items} == counts.keys()

    assert run(test) == []


async def drain(door: Queue[Chunk | None]) -> AsyncGenerator[Chunk, None]:
    """Yield what comes through the door."""
    while (chunk := await door.get()) is not None:
        yield chunk


@given(order=st.lists(NAMES, min_size=1, max_size=30), buffer=st.integers(1, 3))
def test_items_come_as_they_arrive(order: list[str], buffer: int) -> None:
    """The next item is of the source that has something to give, at once."""

    async def test() -> None:
        doors: dict[str, Queue[Chunk | None]] = {name: Queue() for name in order}
        sources = {name: drain(door) for name, door in doors.items()}
        async with amerge(sources, buffer=buffer) as merged:
            for number, name in enumerate(order):
                chunk = Chunk(id=str(number))
                doors[name].put_nowait(chunk)
                item = await anext(merged)
                assert item.source == name
                assert item.chunk is chunk
            for name, door in doors.items():
                door.put_nowait(None)
                assert await anext(merged) == Merged(name)
            assert await anext(merged, None) is None

    assert run(test) == []


def test_no_sources() -> None:
    """Of nothing there is nothing to read."""

    async def test() -> None:
        merged = amerge({})
        assert [item async for item in merged] == []
        assert [item async for item in merged] == []

    assert run(test) == []


def test_ended_stays_ended() -> None:
    """After the last item there is none, however often one asks."""

    async def test() -> None:
        merged = amerge({"a": later("a", 1)})
        assert len([item async for item in merged]) == 2
        assert [item async for item in merged] == []
        await merged.aclose()
        assert [item async for item in merged] == []

    assert run(test) == []


def test_made_outside_a_loop() -> None:
    """Nothing is read, and no loop is needed, before the first item is asked for."""
    merged = amerge({"a": later("a", 2)})

    async def test() -> None:
        assert len(asyncio.all_tasks()) == 1
        assert [item.chunk async for item in merged] == [*chunks("a", 2), None]

    assert run(test) == []


def test_sources_see_the_context_of_the_caller() -> None:
    """Context variables have the values that they had when reading began."""
    variable: ContextVar[str] = ContextVar("variable", default="none")

    async def source() -> AsyncIterator[Chunk]:
        yield Chunk(id=variable.get())

    async def test() -> None:
        merged = amerge({"a": source()})
        variable.set("set")
        assert [item.chunk and item.chunk.id async for item in merged] == ["set", None]

    assert run(test) == []


# Back-pressure.


@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=3),
    buffer=st.integers(1, 8),
)
def test_buffer_is_never_exceeded(counts: list[int], buffer: int) -> None:
    """Each source is read as far ahead of what was taken as the buffer says, and no further."""

    async def test() -> None:
        sources = {str(number): Watched() for number in range(len(counts))}
        totals = dict(zip(sources, counts, strict=True))
        taken = dict.fromkeys(sources, 0)
        readable = {name: each.chunks(totals[name]) for name, each in sources.items()}
        async with amerge(readable, buffer=buffer) as merged:
            async for item in merged:
                taken[item.source] += not item.ended
                await turns()
                for name, watched in sources.items():
                    assert watched.pulled == min(totals[name], taken[name] + buffer)
        assert taken == totals

    assert run(test) == []


def test_first_chunk_is_given_at_once() -> None:
    """No chunk waits for the next one, nor for another source."""

    async def test() -> None:
        taken = Event()

        async def slow() -> AsyncIterator[Chunk]:
            yield Chunk(id="first")
            await taken.wait()
            yield Chunk(id="second")

        async def late() -> AsyncIterator[Chunk]:
            await taken.wait()
            yield Chunk(id="late")

        async with amerge({"slow": slow(), "late": late()}) as merged:
            assert await anext(merged) == Merged("slow", Chunk(id="first"))
            taken.set()
            assert len([item async for item in merged]) == 4

    assert run(test) == []


# Failures.


def test_one_failure_leaves_the_others() -> None:
    """A source that fails says so in its last item; the others are read to their end."""
    error = ValueError("broken")

    async def test() -> None:
        sources = {"bad": later("f", 2, error), "good": later("g", 50)}
        items = [item async for item in amerge(sources, buffer=2)]

        bad = [item for item in items if item.source == "bad"]
        assert [item.chunk for item in bad] == [*chunks("f", 2), None]
        assert bad[-1].error is error
        assert bad[-1].ended
        assert [item.chunk for item in items if item.source == "good"] == [*chunks("g", 50), None]

    assert run(test) == []


def test_failure_is_raised_if_asked() -> None:
    """With `raise`, the others are closed before the error itself is raised, and all is over."""
    error = ValueError("broken")

    async def test() -> None:
        watched = Watched()
        sources = {"bad": later("f", 2, error), "good": watched.chunks()}
        merged = amerge(sources, on_error="raise")
        found: list[Merged] = []

        async def read() -> None:
            async for item in merged:
                found.append(item)  # noqa: PERF401 - what came before the error counts

        with pytest.raises(ValueError, match="broken") as caught:
            await read()
        assert caught.value is error
        assert [item.chunk for item in found if item.source == "bad"] == chunks("f", 2)
        assert not any(item.ended for item in found)
        assert len(watched.closed_by) == 1
        assert [item async for item in merged] == []

    assert run(test) == []


class Fatal(BaseException):
    """No failure of a source."""


@pytest.mark.parametrize("on_error", ["item", "raise"])
@pytest.mark.parametrize("kind", [Fatal, CancelledError, GeneratorExit])
def test_what_is_no_failure_of_a_source_is_raised(on_error: Any, kind: type[BaseException]) -> None:
    """An exception that is no `Exception` is never an item; the others are closed."""

    async def test() -> None:
        watched = Watched()
        sources = {"bad": later("f", 2, kind()), "good": watched.chunks()}
        with pytest.raises(kind):
            async for _ in amerge(sources, on_error=on_error):
                pass
        assert len(watched.closed_by) == 1

    assert run(test) == []


def test_failure_of_aiter_is_a_failure() -> None:
    """A source may fail as early as it likes."""

    class Bad:
        def __aiter__(self) -> AsyncIterator[Chunk]:
            raise ValueError("no")

    async def test() -> None:
        [item] = [item async for item in amerge({"bad": Bad()})]
        assert isinstance(item.error, ValueError)

    assert run(test) == []


def test_what_is_no_chunk_is_a_failure() -> None:
    """Bytes that nobody decoded are the failure of their source."""

    async def raw() -> Any:
        yield b"data: {}"

    async def test() -> None:
        wrong: Any = raw()
        items = [item async for item in amerge({"raw": wrong, "good": later("g", 1)})]
        [error] = [item.error for item in items if item.error is not None]
        assert isinstance(error, OnechunkError)
        assert str(error) == "source 'raw' gave bytes, not a chunk: see read"
        assert len(items) == 3

    assert run(test) == []


def test_failures_hold_nothing() -> None:
    """What a failed source held is free as soon as its item is."""

    class Held:
        pass

    async def source(held: Held) -> AsyncIterator[Chunk]:
        yield Chunk(id=str(id(held)))
        raise ValueError

    async def read(held: Held) -> None:
        items = [item async for item in amerge({"a": source(held)})]
        assert items[-1].error is not None
        with suppress(ValueError):
            async for _ in amerge({"a": source(held)}, on_error="raise"):
                pass

    async def test() -> None:
        held = Held()
        gone = weakref.ref(held)
        gc.collect()
        gc.disable()
        try:
            await read(held)
            del held
            await turns()
            assert gone() is None
        finally:
            gc.enable()

    assert run(test) == []


# What is refused.


BAD: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no mapping": ([[]], {}, "sources must be a mapping, not list"),
    "no iterable": ({"a": 5}, {}, "source 'a' is int, not an async iterable"),
    "sync": (
        {"a": iter([Chunk()])},
        {},
        "source 'a' is list_iterator, not an async iterable: merge takes those",
    ),
    "no buffer": ({}, {"buffer": 0}, "buffer is 0, not an integer from 1"),
    "unknown word": ({}, {"on_error": "skip"}, "on_error is 'skip', not one of item, raise"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_merged_is_refused(case: str) -> None:
    """The error says what is wrong, before anything is read."""
    sources, options, message = BAD[case]
    with pytest.raises(OnechunkError) as caught:
        amerge(sources, **options)
    assert str(caught.value) == message


def test_one_iterator_twice_is_refused() -> None:
    """Two names for one iterator would share its chunks by chance."""
    source = later("a", 1)
    with pytest.raises(OnechunkError, match=r"^sources 'a' and 'b' are one iterator$"):
        amerge({"a": source, "b": source})
