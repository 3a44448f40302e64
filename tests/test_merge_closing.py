"""merge: however one leaves, every source is closed and no thread stays."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from threading import Event, Semaphore, Thread, get_ident

import pytest

from onechunk import Chunk, Merged, merge
from tests.support.loopback import SECONDS
from tests.support.merging import Watched, await_no_threads, chunks, failing, no_threads


def leave_by_close(sources: dict[str, Iterable[Chunk]]) -> None:
    """Call `close`, and once more."""
    merged = merge(sources)
    next(merged)
    merged.close()
    merged.close()
    assert list(merged) == []


def leave_by_block(sources: dict[str, Iterable[Chunk]]) -> None:
    """Leave a `with` block."""
    with merge(sources) as merged:
        next(merged)


def leave_by_error(sources: dict[str, Iterable[Chunk]]) -> None:
    """Leave a `with` block by an error."""
    with suppress(LookupError), merge(sources) as merged:
        for _ in merged:
            raise LookupError


def leave_by_generator(sources: dict[str, Iterable[Chunk]]) -> None:
    """Close a generator that passes the items on."""

    def passing() -> Generator[Merged]:
        yield from merge(sources)

    generator = passing()
    next(generator)
    generator.close()


def leave_by_break(sources: dict[str, Iterable[Chunk]]) -> None:
    """Leave the loop, and so drop it."""
    for _ in merge(sources):
        break
    await_no_threads()


def leave_by_collection(sources: dict[str, Iterable[Chunk]]) -> None:
    """Drop it in a cycle, which the collector finds."""
    merged = merge(sources)
    next(merged)
    cycle: list[object] = [merged]
    cycle.append(cycle)
    del merged, cycle
    gc.collect()
    await_no_threads()


WAYS = [
    leave_by_close,
    leave_by_block,
    leave_by_error,
    leave_by_generator,
    leave_by_break,
    leave_by_collection,
]


@pytest.mark.parametrize("leave", WAYS)
def test_every_source_is_closed(leave: Callable[[dict[str, Iterable[Chunk]]], None]) -> None:
    """However one leaves, each source is closed by the thread that read it, and no thread stays."""
    watched = {name: Watched() for name in "abc"}
    leave({name: each.chunks() for name, each in watched.items()})
    assert no_threads()
    for each in watched.values():
        # One may leave before a source was read at all; a generator is not entered then.
        assert each.closed_by == [*each.read_by]
        assert get_ident() not in each.closed_by
        assert each.pulled <= 17
    assert any(each.read_by for each in watched.values())


class Closable:
    """An iterable, and its iterator, that say when they are closed."""

    def __init__(self, log: list[str], name: str, source: Iterator[Chunk] | None = None) -> None:
        self.log = log
        self.name = name
        self.source = source

    def __iter__(self) -> Iterator[Chunk]:
        return ClosableIterator(self.log, f"iterator of {self.name}", self.source)

    def close(self) -> None:
        """Write the name down."""
        self.log.append(self.name)


class ClosableIterator(Closable):
    """The iterator."""

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        return Chunk() if self.source is None else next(self.source)


@pytest.mark.parametrize("source", [chunks("a", 2), failing(ValueError())], ids=["end", "failure"])
def test_source_is_closed_at_its_end(source: Iterable[Chunk]) -> None:
    """Iterator and iterable are closed, once, before the last item is given."""
    log: list[str] = []
    with merge({"a": Closable(log, "a", iter(source)), "b": Closable([], "b")}) as merged:
        for item in merged:
            if item.source == "a" and item.ended:
                break
        assert log == ["iterator of a", "a"]
    assert log == ["iterator of a", "a"]


def test_closed_before_it_began() -> None:
    """Sources that nobody read are closed all the same."""
    log: list[str] = []
    with merge({"a": Closable(log, "a"), "b": Closable(log, "b")}):
        pass
    assert log == ["a", "b"]
    assert log == ["a", "b"]
    merge({"c": Closable(log, "c")})
    gc.collect()
    assert log == ["a", "b", "c"]
    assert no_threads()


def test_closing_is_no_reading() -> None:
    """A merge that was closed before it began gives nothing."""
    watched = Watched()
    merged = merge({"a": watched.chunks()})
    merged.close()
    assert list(merged) == []
    assert watched.pulled == 0


def unclosable(error: Exception, ready: Semaphore) -> Iterator[Chunk]:
    """Fail when closed."""
    try:
        while True:
            ready.release()
            yield Chunk()
    finally:
        raise error


def test_failures_of_closing_are_raised() -> None:
    """All sources are closed; then what that raised is raised, as a group if it is several."""
    first, second = ValueError("first"), KeyError("second")
    ready = Semaphore(0), Semaphore(0)
    watched = Watched()
    merged = merge(
        {
            "first": unclosable(first, ready[0]),
            "good": watched.chunks(),
            "second": unclosable(second, ready[1]),
        },
        buffer=1,
    )
    next(merged)
    for semaphore in (*ready, watched.ready):
        assert semaphore.acquire(timeout=SECONDS)
    with pytest.raises(ExceptionGroup) as caught:
        merged.close()
    assert caught.value.exceptions == (first, second)
    assert len(watched.closed_by) == 1
    assert no_threads()
    merged.close()


def test_failure_of_closing_at_the_end_is_the_source_s() -> None:
    """A source that cannot be closed at its end has failed."""
    error = ValueError("stuck")

    class Stuck(ClosableIterator):
        def close(self) -> None:
            raise error

    items = list(merge({"a": Stuck([], "a", iter(chunks("a", 1)))}))
    assert items == [Merged("a", Chunk(id="a0")), Merged("a", None, error)]


def test_failure_of_closing_what_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody is left to raise to, Python's hook for threads hears of it."""
    heard: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    error, ready = ValueError("stuck"), Semaphore(0)
    for _ in merge({"a": unclosable(error, ready)}):
        break
    await_no_threads()
    assert [each.exc_value for each in heard] == [error]


# Reads that block.


class Blocked:
    """A source that gives one chunk, and then blocks until it is let go."""

    def __init__(self) -> None:
        self.let_go = Event()
        self.closed = False

    def chunks(self) -> Iterator[Chunk]:
        """Yield one chunk; fail as a broken socket does."""
        try:
            yield Chunk(id="first")
            assert self.let_go.wait(SECONDS)
            raise OSError("broken off")
        finally:
            self.closed = True


def test_interrupt_lets_a_blocked_read_return() -> None:
    """`close` calls the interrupt; what the read raises then is no failure."""
    blocked = Blocked()
    with merge({"a": blocked.chunks()}, interrupts={"a": blocked.let_go.set}) as merged:
        assert next(merged).chunk is not None
        assert not blocked.closed
    assert blocked.let_go.is_set()
    assert blocked.closed
    assert no_threads()


def test_interrupt_of_what_is_dropped() -> None:
    """Dropping calls the interrupt too."""
    blocked = Blocked()
    for _ in merge({"a": blocked.chunks()}, interrupts={"a": blocked.let_go.set}):
        break
    assert blocked.let_go.is_set()
    await_no_threads()
    assert blocked.closed


def test_interrupt_is_not_called_without_need() -> None:
    """Neither a source that has ended nor one that was never read is interrupted."""
    called: list[str] = []
    sources = {"a": chunks("a", 1), "b": chunks("b", 1)}
    interrupts = {name: lambda: called.append("called") for name in sources}
    assert len(list(merge(sources, interrupts=interrupts))) == 4
    merge(sources, interrupts=interrupts).close()
    assert called == []


def test_interrupt_that_fails() -> None:
    """What an interrupt raises is raised when all is closed."""
    watched = Watched()
    error = ValueError("no")

    def interrupt() -> None:
        raise error

    merged = merge({"a": watched.chunks(), "b": chunks("b", 1)}, interrupts={"a": interrupt})
    while not next(merged).ended:
        pass
    with pytest.raises(ValueError, match="no") as caught:
        merged.close()
    assert caught.value is error
    assert len(watched.closed_by) == 1
    assert no_threads()


def test_close_from_another_thread() -> None:
    """Whoever waits for an item while it is closed gets no more."""
    blocked = Blocked()
    merged = merge({"a": blocked.chunks()}, interrupts={"a": blocked.let_go.set})
    assert next(merged).chunk is not None
    waiting = Event()
    found: list[Merged] = []

    def read() -> None:
        waiting.set()
        found.extend(merged)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert waiting.wait(SECONDS)
    merged.close()
    for reader in readers:
        reader.join(SECONDS)
        assert not reader.is_alive()
    assert found == []
    assert blocked.closed


def test_close_by_a_source() -> None:
    """A source may end everything, itself included."""
    watched = Watched()

    def ending_all() -> Iterator[Chunk]:
        assert watched.ready.acquire(timeout=SECONDS)
        merged.close()
        yield Chunk()

    merged = merge({"a": ending_all(), "b": watched.chunks()})
    for item in merged:
        assert item.source == "b"
    await_no_threads()
    assert len(watched.closed_by) == 1


PROGRAM = """
from itertools import repeat
from threading import Event
from onechunk import Chunk, merge

def blocked():
    yield Chunk()
    Event().wait()

merged = merge({"endless": repeat(Chunk()), "blocked": blocked()})
print(next(merged).ended)
"""


def test_program_ends() -> None:
    """A program that never closes what it reads ends all the same."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, b"False", b"")
