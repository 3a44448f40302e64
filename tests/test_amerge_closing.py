"""amerge: however one leaves, every source is closed and no task stays."""

from __future__ import annotations

import asyncio
import gc
from asyncio import CancelledError, Event
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

import pytest

from onechunk import Chunk, Merged, amerge
from tests.support.merging_async import Watched, later, run, silent, turns

Sources = dict[str, AsyncIterable[Chunk]]


async def leave_by_aclose(sources: Sources) -> None:
    """Call `aclose`, and once more."""
    merged = amerge(sources)
    await anext(merged)
    await merged.aclose()
    await merged.aclose()
    assert [item async for item in merged] == []


async def leave_by_block(sources: Sources) -> None:
    """Leave an `async with` block."""
    async with amerge(sources) as merged:
        await anext(merged)


async def leave_by_error(sources: Sources) -> None:
    """Leave an `async with` block by an error."""
    with suppress(LookupError):
        async with amerge(sources) as merged:
            async for _ in merged:
                raise LookupError


async def leave_by_generator(sources: Sources) -> None:
    """Close a generator that passes the items on."""

    async def passing() -> AsyncGenerator[Merged, None]:
        async with amerge(sources) as merged:
            async for item in merged:
                yield item

    async with aclosing(passing()) as generator:
        await anext(generator)


async def leave_by_break(sources: Sources) -> None:
    """Leave the loop, and so drop it."""
    async for _ in amerge(sources):
        break
    await turns()


async def leave_by_collection(sources: Sources) -> None:
    """Drop it in a cycle, which the collector finds."""
    merged = amerge(sources)
    await anext(merged)
    cycle: list[object] = [merged]
    cycle.append(cycle)
    del merged, cycle
    gc.collect()
    await turns()


async def leave_by_cancelling_the_work(sources: Sources) -> None:
    """Cancel who works on an item, in a block."""
    working = Event()

    async def read() -> None:
        async with amerge(sources) as merged:
            async for _ in merged:
                working.set()
                await Event().wait()

    task = asyncio.create_task(read())
    await working.wait()
    task.cancel()
    with suppress(CancelledError):
        await task
    assert task.cancelled()


async def leave_by_timeout(sources: Sources) -> None:
    """Run out of time while waiting; the sources give nothing more."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.02):
            async for _ in amerge({"silent": silent([])} | sources):
                await asyncio.sleep(0.002)
    await turns()


WAYS = [
    leave_by_aclose,
    leave_by_block,
    leave_by_error,
    leave_by_generator,
    leave_by_break,
    leave_by_collection,
    leave_by_cancelling_the_work,
    leave_by_timeout,
]


@pytest.mark.parametrize("leave", WAYS)
def test_every_source_is_closed(leave: Callable[[Sources], Awaitable[None]]) -> None:
    """However one leaves, each source is closed by the task that read it, and no task stays."""

    async def test() -> None:
        watched = {name: Watched() for name in "abc"}
        await leave({name: each.chunks() for name, each in watched.items()})
        for each in watched.values():
            assert each.closed_by == [*each.read_by]
            assert len(each.closed_by) == 1
            assert asyncio.current_task() not in each.closed_by
        gc.collect()

    assert run(test) == []


def test_silent_source_is_closed() -> None:
    """A source that gives nothing is no obstacle: its wait is cancelled."""

    async def test() -> None:
        closed: list[str] = []
        merged = amerge({"silent": silent(closed), "a": later("a", 1)})
        assert (await anext(merged)).source == "a"
        await merged.aclose()
        assert closed == ["closed"]

    assert run(test) == []


def test_cancelling_the_wait_closes() -> None:
    """A consumer that is cancelled as it waits has closed every source when it is over."""

    async def test() -> None:
        closed: list[str] = []
        merged = amerge({name: silent(closed) for name in "abc"})

        async def read() -> None:
            await anext(merged)

        task = asyncio.create_task(read())
        await turns()
        task.cancel()
        with suppress(CancelledError):
            await task
        assert task.cancelled()
        assert closed == ["closed"] * 3
        assert [item async for item in merged] == []

    assert run(test) == []


def test_dropped_with_its_tasks() -> None:
    """Tasks that only what is dropped knows of are cancelled, not destroyed."""

    async def test() -> None:
        log: list[str] = []
        merged = amerge({name: Closable(log, name) for name in "ab"}, buffer=1)
        await anext(merged)
        await turns()
        cycle: list[object] = [merged]
        cycle.append(cycle)
        del merged, cycle
        gc.collect()
        await turns()
        assert sorted(log) == ["a", "b", "iterator of a", "iterator of b"]

    assert run(test) == []


@pytest.mark.parametrize("head_start", range(6))
def test_cancelled_at_once(head_start: int) -> None:
    """A consumer that is cancelled as early as can be leaves no source open either."""

    async def test() -> None:
        log: list[str] = []
        sources = {name: Closable(log, name) for name in "ab"}

        async def read() -> None:
            async with amerge(sources) as merged:
                async for _ in merged:
                    await asyncio.sleep(0)

        task = asyncio.create_task(read())
        await turns(head_start)
        task.cancel()
        with suppress(CancelledError):
            await task
        began = head_start > 0
        assert sorted(each for each in log if "of" not in each) == (["a", "b"] if began else [])

    assert run(test) == []


def test_second_cancel_reaches_the_sources() -> None:
    """A cleanup that hangs can be cancelled too, as anywhere."""

    async def test() -> None:
        watched = Watched()
        watched.may_close.clear()

        async def read() -> None:
            async with amerge({"a": watched.chunks()}) as merged:
                await anext(merged)

        task = asyncio.create_task(read())
        await watched.closing.wait()
        await turns()
        assert not task.done()
        task.cancel()
        with suppress(CancelledError):
            await task
        assert task.cancelled()
        assert watched.closed_by == []

    assert run(test) == []


def test_second_cancel_leaves_nothing_behind() -> None:
    """However often it is cancelled, what closes is not over before the sources are closed."""

    async def test() -> None:
        closing = Event()
        log: list[str] = []

        async def stubborn() -> AsyncIterator[Chunk]:
            try:
                while True:
                    yield Chunk()
            finally:
                closing.set()
                with suppress(CancelledError):
                    await Event().wait()
                await turns()
                log.append("closed")

        async def read() -> None:
            async with amerge({"a": stubborn()}, buffer=1) as merged:
                await anext(merged)
                await Event().wait()

        task = asyncio.create_task(read())
        await turns()
        task.cancel()
        await closing.wait()
        task.cancel()
        with suppress(CancelledError):
            await task
        assert task.cancelled()
        assert log == ["closed"]

    assert run(test) == []


def test_second_cancel_is_no_other_s() -> None:
    """A cleanup that one closer cancels is no error of another that waits for it."""

    async def test() -> None:
        watched = Watched()
        watched.may_close.clear()
        merged = amerge({"a": watched.chunks()})
        await anext(merged)
        closer, other = (asyncio.create_task(merged.aclose()) for _ in range(2))
        await watched.closing.wait()
        closer.cancel()
        await other
        with suppress(CancelledError):
            await closer
        assert closer.cancelled()

    assert run(test) == []


def test_closing_waits_for_the_cleanup() -> None:
    """`aclose` returns when the sources are closed, in whatever task it is called first."""

    async def test() -> None:
        watched = Watched()
        watched.may_close.clear()
        merged = amerge({"a": watched.chunks()})
        await anext(merged)
        closers = [asyncio.create_task(merged.aclose())]
        await watched.closing.wait()
        closers.append(asyncio.create_task(merged.aclose()))
        await turns()
        assert not any(each.done() for each in closers)
        watched.may_close.set()
        await asyncio.gather(*closers)
        assert len(watched.closed_by) == 1

    assert run(test) == []


class Closable:
    """An iterable, and its iterator, that say when they are closed."""

    def __init__(self, log: list[str], name: str, source: Any = None) -> None:
        self.log = log
        self.name = name
        self.source = source

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return ClosableIterator(self.log, f"iterator of {self.name}", self.source)

    def close(self) -> None:
        """Write the name down."""
        self.log.append(self.name)


class ClosableIterator(Closable):
    """The iterator, which is closed in the async way; `close` is not called then."""

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        await asyncio.sleep(0)
        return Chunk() if self.source is None else await anext(self.source)

    async def aclose(self) -> None:
        """Write the name down, later."""
        await asyncio.sleep(0)
        self.log.append(self.name)


@pytest.mark.parametrize("error", [None, ValueError()], ids=["end", "failure"])
def test_source_is_closed_at_its_end(error: Exception | None) -> None:
    """Iterator and iterable are closed, once, before the last item is given."""

    async def test() -> None:
        log: list[str] = []
        sources = {"a": Closable(log, "a", later("a", 2, error)), "b": Closable([], "b")}
        async with amerge(sources) as merged:
            async for item in merged:
                if item.source == "a" and item.ended:
                    break
            assert log == ["iterator of a", "a"]
        assert log == ["iterator of a", "a"]

    assert run(test) == []


def test_closed_before_it_began() -> None:
    """Sources that nobody read are closed all the same, and nothing is read then."""

    async def test() -> None:
        log: list[str] = []
        merged = amerge({"a": Closable(log, "a"), "b": ClosableIterator(log, "b")})
        async with merged:
            pass
        assert log == ["a", "b"]
        assert [item async for item in merged] == []
        assert log == ["a", "b"]

    assert run(test) == []


async def unclosable(error: Exception) -> AsyncGenerator[Chunk, None]:
    """Fail when closed."""
    try:
        while True:
            yield Chunk()
    finally:
        await asyncio.sleep(0)
        raise error


def test_failures_of_closing_are_raised() -> None:
    """All sources are closed; then what that raised is raised, as a group if it is several."""

    async def test() -> None:
        first, second, watched = ValueError("first"), KeyError("second"), Watched()
        merged = amerge(
            {"first": unclosable(first), "good": watched.chunks(), "second": unclosable(second)}
        )
        await anext(merged)
        with pytest.raises(ExceptionGroup) as caught:
            await merged.aclose()
        assert caught.value.exceptions == (first, second)
        assert len(watched.closed_by) == 1
        await merged.aclose()

        merged = amerge({"first": unclosable(first)})
        await anext(merged)
        with pytest.raises(ValueError, match="first"):
            await merged.aclose()

    assert run(test) == []


def test_failure_of_closing_at_the_end_is_the_source_s() -> None:
    """A source that cannot be closed at its end has failed."""
    error = ValueError("stuck")

    class Stuck(ClosableIterator):
        async def aclose(self) -> None:
            raise error

    async def test() -> None:
        items = [item async for item in amerge({"a": Stuck([], "a", later("a", 1))})]
        assert items == [Merged("a", Chunk(id="a0")), Merged("a", None, error)]

    assert run(test) == []


def test_failure_of_closing_what_was_dropped() -> None:
    """Where nobody is left to raise to, the loop's exception handler hears of it."""

    async def test() -> None:
        async for _ in amerge({"a": unclosable(ValueError("stuck"))}):
            break
        await turns()
        gc.collect()

    assert run(test) == ["ValueError('stuck')"]


def test_close_from_another_task() -> None:
    """Whoever waits for an item while it is closed gets no more."""

    async def test() -> None:
        merged = amerge({"silent": silent([])})

        async def read() -> list[Merged]:
            return [item async for item in merged]

        readers = [asyncio.create_task(read()) for _ in range(2)]
        await turns()
        await merged.aclose()
        assert await asyncio.gather(*readers) == [[], []]

    assert run(test) == []


def test_close_by_a_source() -> None:
    """A source may end everything, itself included."""

    async def test() -> None:
        watched = Watched()

        async def ending_all() -> AsyncIterator[Chunk]:
            await turns()
            await merged.aclose()
            yield Chunk()

        merged = amerge({"a": ending_all(), "b": watched.chunks()})
        async for item in merged:
            assert item.source == "b"
        await turns()
        assert len(watched.closed_by) == 1

    assert run(test) == []


def test_loop_that_ends() -> None:
    """What nobody closed ends with the loop."""
    watched = Watched()
    kept: list[object] = []

    async def test() -> None:
        merged = amerge({"a": watched.chunks(), "silent": silent([])})
        await anext(merged)
        kept.append(merged)

    asyncio.run(test())
    assert len(watched.closed_by) == 1
    kept.clear()
    gc.collect()
