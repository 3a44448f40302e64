"""Chunks together with the moment at which each came."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable, Iterator

from onechunk._chunk import Chunk
from onechunk._closing import BEFORE, aclose, close, entered

__all__ = ["atimed", "timed"]

Clock = Callable[[], float]
Pair = tuple[float, Chunk]


def timed(chunks: Iterable[Chunk], clock: Clock = time.monotonic) -> Iterator[Pair]:
    """Yield each chunk behind the time at which it came, in the clock's seconds.

    Where that stops before the end of *chunks*, by an error, by `close` of the iterator or as it
    is dropped, *chunks* are closed if they have a `close`.
    """
    return entered(_timed(chunks, clock))


def _timed(chunks: Iterable[Chunk], clock: Clock) -> Generator[Pair, None, None]:
    iterator: object = chunks
    try:
        yield BEFORE
        iterator = iter(chunks)
        for chunk in iterator:
            yield clock(), chunk
    except BaseException:
        close(iterator, chunks)
        raise


def atimed(chunks: AsyncIterable[Chunk], clock: Clock = time.monotonic) -> AsyncIterator[Pair]:
    """Yield each chunk of an async iterable; otherwise as `timed`.

    *chunks* are closed by their `aclose`, or by their `close` where they have no other. That needs
    the event loop: an iterator that is dropped closes nothing.
    """
    return _AsyncTimed(chunks, clock)


class _AsyncTimed(AsyncIterator[Pair]):
    """The pairs of `atimed`; no generator, as that could not be closed before it was entered."""

    __slots__ = ("_chunks", "_clock", "_iterator")

    def __init__(self, chunks: AsyncIterable[Chunk], clock: Clock) -> None:
        self._chunks = chunks
        self._iterator = aiter(chunks)
        self._clock = clock

    async def __anext__(self) -> Pair:
        try:
            chunk = await anext(self._iterator)
            return self._clock(), chunk
        except StopAsyncIteration:
            raise
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Close what the chunks come from."""
        await aclose(self._iterator, self._chunks)
