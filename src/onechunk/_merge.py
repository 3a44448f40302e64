"""Several streams of chunks as one, in order of arrival: a thread for each source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import copy_context
from queue import SimpleQueue
from threading import RLock, Thread, current_thread
from types import TracebackType
from typing import Self

from onechunk._chunk import Chunk
from onechunk._closing import close, raise_all
from onechunk._errors import OnechunkError
from onechunk._merged import DEFAULT_BUFFER, Arrival, Merged, OnError, check_chunk, check_merge

__all__ = ["Merge", "merge"]


def merge(
    sources: Mapping[str, Iterable[Chunk]],
    *,
    buffer: int = DEFAULT_BUFFER,
    on_error: OnError = "item",
    interrupts: Mapping[str, Callable[[], object]] | None = None,
) -> Merge:
    """Read several streams at once; yield what they give in order of arrival.

    Reading begins with the first item that is asked for. From then on each source belongs to a
    thread of its own, which closes it too.

    Args:
        sources: Iterables of chunks by name, such as `read` returns. At its end, and by
            `Merge.close`, each is closed if it has a `close`.
        buffer: Most chunks of each source that are read ahead of what was taken.
        on_error: `item` tells of a source's failure by its last item, and the others go on;
            `raise` closes the others and raises what the source raised.
        interrupts: By name of the source, what makes a read that blocks return. `Merge.close`
            calls it from its own thread if the source has not ended.

    Raises:
        OnechunkError: A source is no iterable, or an option is not one of those there are.
    """
    check_merge("merge", sources, buffer, on_error)
    interrupts = interrupts or {}
    unknown = interrupts.keys() - sources.keys()
    if unknown:
        raise OnechunkError(f"interrupts for what is no source: {', '.join(sorted(unknown))}")
    arrived: SimpleQueue[Arrival | None] = SimpleQueue()
    pumps = {
        name: _Pump(name, source, buffer, arrived, interrupts.get(name))
        for name, source in sources.items()
    }
    return Merge(pumps, arrived, on_error)


class Merge(Iterator[Merged]):
    """Several streams as one: an iterator, and a context manager that closes it.

    Dropping it closes it too, but waits for nothing.
    """

    __slots__ = ("_arrived", "_begun", "_closed", "_lock", "_pumps", "_raises", "_reading")

    def __init__(
        self, pumps: dict[str, _Pump], arrived: SimpleQueue[Arrival | None], on_error: OnError
    ) -> None:
        self._pumps = pumps
        # None stands for the end of all.
        self._arrived = arrived
        self._raises = on_error == "raise"
        self._reading = set(pumps)
        self._begun = False
        self._closed = False
        # Threads start either before a `close` or never.
        self._lock = RLock()
        if not pumps:
            arrived.put(None)

    def __next__(self) -> Merged:
        """Wait for the next item.

        Raises:
            Exception: With `on_error="raise"`, what a source raised.
        """
        if not self._begun:
            self._begin()
        arrival = self._arrived.get()
        if arrival is None or self._closed:
            # Others may wait beside this call, or ask again.
            self._arrived.put(None)
            raise StopIteration
        name, chunk, failure = arrival
        if chunk is not None:
            self._pumps[name].allow()
            return Merged(name, chunk)
        self._reading.discard(name)
        try:
            if failure is None or (isinstance(failure, Exception) and not self._raises):
                if not self._reading:
                    self.close()
                return Merged(name, None, failure)
            try:
                raise failure
            finally:
                self.close()
        finally:
            # The traceback holds this frame: it must not hold the traceback.
            del arrival, failure

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._closed:
            return
        if self._begun:
            # Whatever thread this runs in, one of the sources' perhaps: it may not wait.
            raise_all(self._halt(dropped=True))
        else:
            self.close()

    def close(self) -> None:
        """Close every source, and return when all threads have ended.

        What was read and not taken is dropped. A read that blocks cannot be broken off from
        outside: this waits until it returns, which `interrupts` can bring about. Any thread may
        call this; if another waits for an item, its waiting ends.

        Raises:
            Exception: What a source raised as it was closed, once all are; a group if several did.
        """
        with self._lock:
            self._begun = True
            failures = self._halt(dropped=False)
        for pump in self._pumps.values():
            pump.join()
            failures += pump.take_failures()
        raise_all(failures)

    def _begin(self) -> None:
        with self._lock:
            if self._begun:
                return
            self._begun = True
            try:
                for pump in self._pumps.values():
                    pump.start()
            except BaseException:
                self.close()
                raise

    def _halt(self, *, dropped: bool) -> list[BaseException]:
        """Let every thread come to its end; return what the interrupts raised."""
        self._closed = True
        failures: list[BaseException] = []
        for pump in self._pumps.values():
            pump.stop(dropped=dropped)
        self._arrived.put(None)
        for pump in self._pumps.values():
            try:
                pump.interrupt()
            except Exception as exc:  # noqa: BLE001 - it is raised when all are closed
                failures.append(exc)
        return failures


class _Pump:
    """Reads one source, as far ahead as it is allowed to."""

    __slots__ = (
        "_allowed",
        "_arrived",
        "_chunks",
        "_dropped",
        "_ended",
        "_failures",
        "_interrupt",
        "_name",
        "_source",
        "_stopped",
        "_thread",
    )

    def __init__(
        self,
        name: str,
        source: Iterable[Chunk],
        buffer: int,
        arrived: SimpleQueue[Arrival | None],
        interrupt: Callable[[], object] | None,
    ) -> None:
        self._name = name
        self._source = source
        self._chunks: object = source
        self._arrived = arrived
        self._interrupt = interrupt
        self._thread: Thread | None = None
        self._stopped = False
        self._dropped = False
        self._ended = False
        # What was raised as the source was closed by order.
        self._failures: list[BaseException] = []
        # Simple queues, as only these may be used while the collector drops things.
        self._allowed: SimpleQueue[None] = SimpleQueue()
        for _ in range(buffer):
            self.allow()

    def start(self) -> None:
        """Read in a thread of its own, in the context of the caller."""
        thread = Thread(
            target=copy_context().run,
            args=(self._run,),
            name=f"onechunk merge: {self._name}",
            # A program that ends does not wait for a stream that it never closed.
            daemon=True,
        )
        thread.start()
        self._thread = thread

    def allow(self) -> None:
        """Let one more chunk be read."""
        self._allowed.put(None)

    def stop(self, *, dropped: bool) -> None:
        """Let no chunk be read any more; if *dropped*, nobody asks for failures either."""
        self._dropped = dropped
        self._stopped = True
        self.allow()

    def interrupt(self) -> None:
        """Call what makes a blocked read return, once, if there may be one."""
        interrupt, self._interrupt = self._interrupt, None
        if interrupt is not None and self._thread is not None and not self._ended:
            interrupt()

    def join(self) -> None:
        """Wait until the source is closed; close it here if no thread ever had it."""
        if self._thread is not None:
            if self._thread is not current_thread():
                self._thread.join()
        elif not self._ended:
            self._run()

    def take_failures(self) -> list[BaseException]:
        """Return what was raised as the source was closed; only once."""
        failures, self._failures = self._failures, []
        return failures

    def _run(self) -> None:
        failure: BaseException | None = None
        try:
            try:
                self._pass_on()
            finally:
                self._close()
        except BaseException as exc:
            if self._dropped and self._failures:
                raise
            failure = exc
        self._ended = True
        self._arrived.put((self._name, None, failure))
        # The traceback holds this frame: it must not hold the traceback.
        del failure

    def _pass_on(self) -> None:
        if self._may_read():
            self._chunks = chunks = iter(self._source)
            for chunk in chunks:
                self._arrived.put((self._name, check_chunk(self._name, chunk), None))
                if not self._may_read():
                    break

    def _may_read(self) -> bool:
        self._allowed.get()
        return not self._stopped

    def _close(self) -> None:
        try:
            close(self._chunks, self._source)
        except BaseException as exc:
            if self._stopped:
                self._failures.append(exc)
            raise
