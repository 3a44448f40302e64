"""Several async streams of chunks as one, in order of arrival: an asyncio task for each source."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, CancelledError, Queue, Task
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Final, Self

from onechunk._chunk import Chunk
from onechunk._closing import aclose, raise_all
from onechunk._merged import DEFAULT_BUFFER, Arrival, Merged, OnError, check_chunk, check_merge

__all__ = ["AsyncMerge", "amerge"]

_TASKS: Final[set[Task[None]]] = set()
"""Tasks that run: an event loop alone lets the collector have those that wait for a reader."""


def amerge(
    sources: Mapping[str, AsyncIterable[Chunk]],
    *,
    buffer: int = DEFAULT_BUFFER,
    on_error: OnError = "item",
) -> AsyncMerge:
    """Read several streams at once; yield what they give in order of arrival.

    Reading begins with the first item that is asked for. From then on each source belongs to an
    asyncio task of its own, which closes it too.

    Args:
        sources: Async iterables of chunks by name, such as `aread` returns. At its end, and by
            `AsyncMerge.aclose`, each is closed if it has an `aclose` or a `close`.
        buffer: Most chunks of each source that are read ahead of what was taken.
        on_error: As for `merge`.

    Raises:
        OnechunkError: A source is no async iterable, or an option is not one of those there are.
    """
    check_merge("amerge", sources, buffer, on_error)
    arrived: Queue[Arrival | None] = Queue()
    pumps = {name: _Pump(name, source, buffer, arrived) for name, source in sources.items()}
    return AsyncMerge(pumps, arrived, on_error)


class AsyncMerge(AsyncIterator[Merged]):
    """Several streams as one: an async iterator, and a context manager that closes it.

    Cancelling what waits for an item closes it, and dropping it cancels the tasks.
    """

    __slots__ = ("_arrived", "_closed", "_loop", "_pumps", "_raises", "_reading")

    def __init__(
        self, pumps: dict[str, _Pump], arrived: Queue[Arrival | None], on_error: OnError
    ) -> None:
        self._pumps = pumps
        # None stands for the end of all.
        self._arrived = arrived
        self._raises = on_error == "raise"
        self._reading = set(pumps)
        self._loop: AbstractEventLoop | None = None
        self._closed = False
        if not pumps:
            arrived.put_nowait(None)

    async def __anext__(self) -> Merged:
        """Wait for the next item.

        Raises:
            Exception: With `on_error="raise"`, what a source raised.
        """
        if self._loop is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            for pump in self._pumps.values():
                pump.start(self._loop)
        try:
            arrival = await self._arrived.get()
        except CancelledError:
            # As with any generator: who is cancelled does not ask again.
            await self.aclose()
            raise
        if arrival is None or self._closed:
            # Others may wait beside this call, or ask again.
            self._arrived.put_nowait(None)
            raise StopAsyncIteration
        name, chunk, failure = arrival
        if chunk is not None:
            self._pumps[name].allow()
            return Merged(name, chunk)
        self._reading.discard(name)
        try:
            if failure is None or (isinstance(failure, Exception) and not self._raises):
                if not self._reading:
                    await self.aclose()
                return Merged(name, None, failure)
            try:
                raise failure
            finally:
                await self.aclose()
        finally:
            # The traceback holds this frame: it must not hold the traceback.
            del arrival, failure

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        # Before it has begun there is no loop to close anything in.
        if not self._closed and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_drop, [*self._pumps.values()])

    async def aclose(self) -> None:
        """Cancel the reading of every source, and return when all are closed.

        What was read and not taken is dropped. Any task may call this; if another waits for an
        item, its waiting ends.

        Raises:
            Exception: What a source raised as it was closed, once all are; a group if several did.
        """
        self._closed = True
        pumps = self._pumps.values()
        for pump in pumps:
            pump.stop()
        self._arrived.put_nowait(None)
        try:
            await _wait(task for pump in pumps if (task := pump.task) is not None)
        finally:
            for pump in pumps:
                await pump.finish()
        raise_all([failure for pump in pumps for failure in pump.take_failures()])


class _Pump:
    """Reads one source, as far ahead as it is allowed to."""

    __slots__ = (
        "_allowed",
        "_arrived",
        "_begun",
        "_chunks",
        "_dropped",
        "_failures",
        "_name",
        "_source",
        "_stopped",
        "task",
    )

    def __init__(
        self,
        name: str,
        source: AsyncIterable[Chunk],
        buffer: int,
        arrived: Queue[Arrival | None],
    ) -> None:
        self.task: Task[None] | None = None
        self._name = name
        self._source = source
        self._chunks: object = source
        self._arrived = arrived
        self._begun = False
        self._stopped = False
        self._dropped = False
        # What was raised as the source was closed by order.
        self._failures: list[BaseException] = []
        self._allowed: Queue[None] = Queue()
        for _ in range(buffer):
            self.allow()

    def start(self, loop: AbstractEventLoop) -> None:
        """Read in a task of its own."""
        self.task = loop.create_task(self._run(), name=f"onechunk amerge: {self._name}")
        _TASKS.add(self.task)
        self.task.add_done_callback(_TASKS.discard)

    def allow(self) -> None:
        """Let one more chunk be read."""
        self._allowed.put_nowait(None)

    def stop(self, *, dropped: bool = False) -> None:
        """Let no chunk be read any more; if *dropped*, nobody asks for failures either."""
        if not self._stopped:
            self._dropped = dropped
            self._stopped = True
            self.allow()
            if self.task is not None and self.task is not asyncio.current_task():
                self.task.cancel()

    async def finish(self) -> None:
        """Close the source here if its task never came to run."""
        if not self._begun:
            await self._run()

    def take_failures(self) -> list[BaseException]:
        """Return what was raised as the source was closed; only once."""
        failures, self._failures = self._failures, []
        return failures

    async def _run(self) -> None:
        self._begun = True
        failure: BaseException | None = None
        try:
            try:
                await self._pass_on()
            finally:
                await self._close()
        except BaseException as exc:
            failure = exc
            if self._dropped and self._failures:
                raise
        finally:
            self._arrived.put_nowait((self._name, None, failure))
            # The traceback holds this frame: it must not hold the traceback.
            del failure

    async def _pass_on(self) -> None:
        if await self._may_read():
            self._chunks = chunks = aiter(self._source)
            async for chunk in chunks:
                self._arrived.put_nowait((self._name, check_chunk(self._name, chunk), None))
                if not await self._may_read():
                    break

    async def _may_read(self) -> bool:
        await self._allowed.get()
        return not self._stopped

    async def _close(self) -> None:
        try:
            await aclose(self._chunks, self._source)
        except BaseException as exc:
            if self._stopped and not isinstance(exc, CancelledError):
                self._failures.append(exc)
            raise


def _drop(pumps: Iterable[_Pump]) -> None:
    for pump in pumps:
        pump.stop(dropped=True)


async def _wait(tasks: Iterable[Task[None]]) -> None:
    """Wait until all *tasks* are over; a cancellation reaches them all and is raised then."""
    current = asyncio.current_task()
    waiting: set[Task[None]] = {each for each in tasks if each is not current and not each.done()}
    cancelled: CancelledError | None = None
    while waiting:
        try:
            await asyncio.wait(waiting)
        except CancelledError as exc:
            cancelled = exc
            for task in waiting:
                task.cancel()
        waiting = {each for each in waiting if not each.done()}
    if cancelled is not None:
        raise cancelled
