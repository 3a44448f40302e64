"""merge: several streams as one, a thread each."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk import Chunk, Merged, OnechunkError, merge
from tests.support.loopback import SECONDS
from tests.support.merging import Watched, chunks, failing, no_threads

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

    def source(name: str, count: int) -> Iterator[Chunk]:
        yield from chunks(name, count)
        if name in errors:
            raise errors[name]

    sources = {name: source(name, count) for name, (count, _) in counts.items()}
    items = list(merge(sources, buffer=buffer))

    for name, (count, _) in counts.items():
        own = [item for item in items if item.source == name]
        assert [item.chunk for item in own[:-1]] == chunks(name, count)
        assert own[-1] == Merged(name, None, errors.get(name))
        assert [item.ended for item in own] == [False] * count + [True]
    assert {item.source for item in items} == counts.keys()
    assert no_threads()


@given(order=st.lists(NAMES, min_size=1, max_size=30), buffer=st.integers(1, 3))
def test_items_come_as_they_arrive(order: list[str], buffer: int) -> None:
    """The next item is of the source that has something to give, at once."""
    doors: dict[str, SimpleQueue[Chunk | None]] = {name: SimpleQueue() for name in order}
    with merge(
        {name: iter(door.get, None) for name, door in doors.items()}, buffer=buffer
    ) as merged:
        for number, name in enumerate(order):
            chunk = Chunk(id=str(number))
            doors[name].put(chunk)
            item = next(merged)
            assert item.source == name
            assert item.chunk is chunk
        for name, door in doors.items():
            door.put(None)
            assert next(merged) == Merged(name)
        assert next(merged, None) is None
    assert no_threads()


def test_no_sources() -> None:
    """Of nothing there is nothing to read."""
    merged = merge({})
    assert list(merged) == []
    assert list(merged) == []


def test_iterables_may_be_shared() -> None:
    """One list under two names is read twice."""
    shared = chunks("x", 3)
    items = list(merge({"a": shared, "b": shared}))
    for name in ("a", "b"):
        assert [item.chunk for item in items if item.source == name] == [*shared, None]


def test_ended_stays_ended() -> None:
    """After the last item there is none, however often one asks."""
    merged = merge({"a": chunks("a", 1)})
    assert len(list(merged)) == 2
    assert list(merged) == []
    merged.close()
    assert list(merged) == []


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """Reading begins with the first item."""
    watched = Watched()
    merged = merge({"a": watched.chunks()})
    assert watched.pulled == 0
    assert no_threads()
    next(merged)
    assert watched.pulled > 0
    merged.close()


def test_sources_see_the_context_of_the_caller() -> None:
    """Context variables have the values that they had when reading began."""
    variable: ContextVar[str] = ContextVar("variable", default="none")

    def source() -> Iterator[Chunk]:
        yield Chunk(id=variable.get())

    variable.set("set")
    assert [item.chunk and item.chunk.id for item in merge({"a": source()})] == ["set", None]


# Back-pressure.


def await_pulled(watched: Watched, count: int) -> None:
    """Wait until so many chunks were pulled, and see that it were no more."""
    deadline = time.monotonic() + SECONDS
    while watched.pulled < count and time.monotonic() < deadline:
        time.sleep(0)
    assert watched.pulled == count


@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=3),
    buffer=st.integers(1, 8),
)
def test_buffer_is_never_exceeded(counts: list[int], buffer: int) -> None:
    """Each source is read as far ahead of what was taken as the buffer says, and no further."""
    sources = {str(number): Watched() for number in range(len(counts))}
    totals = dict(zip(sources, counts, strict=True))
    taken = dict.fromkeys(sources, 0)
    with merge(
        {name: each.chunks(totals[name]) for name, each in sources.items()}, buffer=buffer
    ) as merged:
        for item in merged:
            taken[item.source] += not item.ended
            for name, watched in sources.items():
                await_pulled(watched, min(totals[name], taken[name] + buffer))
    assert taken == totals


def test_slow_reader_stops_the_source() -> None:
    """A source is not read on while nobody takes what it gave, however long that is."""
    watched = Watched()
    with merge({"a": watched.chunks()}, buffer=3) as merged:
        for taken in range(1, 6):
            assert not next(merged).ended
            await_pulled(watched, taken + 3)
            time.sleep(0.01)
            assert watched.pulled == taken + 3


def test_first_chunk_is_given_at_once() -> None:
    """No chunk waits for the next one, nor for another source."""
    taken = Event()

    def slow() -> Iterator[Chunk]:
        yield Chunk(id="first")
        assert taken.wait(SECONDS)
        yield Chunk(id="second")

    def silent() -> Iterator[Chunk]:
        assert taken.wait(SECONDS)
        yield Chunk(id="late")

    with merge({"slow": slow(), "silent": silent()}) as merged:
        assert next(merged) == Merged("slow", Chunk(id="first"))
        taken.set()
        assert len(list(merged)) == 4


# Failures.


def test_one_failure_leaves_the_others() -> None:
    """A source that fails says so in its last item; the others are read to their end."""
    error = ValueError("broken")
    items = list(merge({"bad": failing(error), "good": chunks("g", 50)}, buffer=2))

    bad = [item for item in items if item.source == "bad"]
    assert [item.chunk for item in bad] == [*chunks("f", 2), None]
    assert bad[-1].error is error
    assert bad[-1].ended
    assert [item.chunk for item in items if item.source == "good"] == [*chunks("g", 50), None]
    assert no_threads()


def test_every_source_may_fail() -> None:
    """Each failure is told."""
    errors = {name: ValueError(name) for name in "abc"}
    items = list(merge({name: failing(error, 0) for name, error in errors.items()}))
    assert {item.source: item.error for item in items} == errors


def test_failure_is_raised_if_asked() -> None:
    """With `raise`, the others are closed before the error itself is raised, and all is over."""
    error = ValueError("broken")
    watched = Watched()
    merged = merge({"bad": failing(error), "good": watched.chunks()}, on_error="raise")
    found: list[Merged] = []
    with pytest.raises(ValueError, match="broken") as caught:
        found.extend(merged)
    assert caught.value is error
    assert [item.chunk for item in found if item.source == "bad"] == chunks("f", 2)
    assert not any(item.ended for item in found)
    assert len(watched.closed_by) == 1
    assert no_threads()
    assert list(merged) == []


@pytest.mark.parametrize("on_error", ["item", "raise"])
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_is_no_failure_of_a_source_is_raised(on_error: Any, kind: type[BaseException]) -> None:
    """An exception that would end the program is never an item."""
    error = kind()
    watched = Watched()
    with pytest.raises(kind) as caught:
        list(merge({"bad": failing(error), "good": watched.chunks()}, on_error=on_error))
    assert caught.value is error
    assert len(watched.closed_by) == 1
    assert no_threads()


def test_failure_of_iter_is_a_failure() -> None:
    """A source may fail as early as it likes."""

    class Bad:
        def __iter__(self) -> Iterator[Chunk]:
            raise ValueError("no")

    [item] = merge({"bad": Bad()})
    assert isinstance(item.error, ValueError)


def test_what_is_no_chunk_is_a_failure() -> None:
    """Bytes that nobody decoded are the failure of their source."""
    wrong: Any = [b"data: {}"]
    items = list(merge({"raw": wrong, "good": chunks("g", 1)}))
    [error] = [item.error for item in items if item.error is not None]
    assert isinstance(error, OnechunkError)
    assert str(error) == "source 'raw' gave bytes, not a chunk: see read"
    assert len(items) == 3


def test_failures_hold_nothing() -> None:
    """What a failed source held is free as soon as its item is."""

    class Held:
        pass

    def source(held: Held) -> Iterator[Chunk]:
        yield Chunk(id=str(id(held)))
        raise ValueError

    held = Held()
    gone = weakref.ref(held)
    gc.collect()
    gc.disable()
    try:
        items = list(merge({"a": source(held)}))
        assert items[-1].error is not None
        with suppress(ValueError):
            list(merge({"a": source(held)}, on_error="raise"))
        del held, items
        assert gone() is None
    finally:
        gc.enable()


# What is refused.


async def asynchronous() -> Any:
    """Yield nothing, later."""
    yield Chunk()


ITERATOR = iter(chunks("x", 1))

BAD: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no mapping": ([[]], {}, "sources must be a mapping, not list"),
    "no iterable": ({"a": 5}, {}, "source 'a' is int, not an iterable"),
    "async": (
        {"a": asynchronous()},
        {},
        "source 'a' is async_generator, not an iterable: amerge takes those",
    ),
    "one iterator twice": (
        {"a": ITERATOR, "b": ITERATOR},
        {},
        "sources 'a' and 'b' are one iterator",
    ),
    "no buffer": ({}, {"buffer": 0}, "buffer is 0, not an integer from 1"),
    "half a buffer": ({}, {"buffer": 1.5}, "buffer is 1.5, not an integer from 1"),
    "unknown word": ({}, {"on_error": "skip"}, "on_error is 'skip', not one of item, raise"),
    "interrupt of nothing": (
        {"a": []},
        {"interrupts": {"c": print, "b": print}},
        "interrupts for what is no source: b, c",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_merged_is_refused(case: str) -> None:
    """The error says what is wrong, before anything is read."""
    sources, options, message = BAD[case]
    with pytest.raises(OnechunkError) as caught:
        merge(sources, **options)
    assert str(caught.value) == message
    assert no_threads()


def test_items_are_values() -> None:
    """An item is frozen and compares by value."""
    assert Merged("a", Chunk(id="x")) == Merged("a", Chunk(id="x"))
    assert not Merged("a", Chunk()).ended
    assert Merged("a").ended
    with pytest.raises(AttributeError):
        Merged("a").source = "b"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
