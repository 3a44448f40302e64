"""A stream that breaks and is continued by another source, as one stream."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
)

from onechunk._chunk import Chunk
from onechunk._closing import AsyncItems, aclose, close
from onechunk._codec import DEFAULTS
from onechunk._defaults import Defaults
from onechunk._message import Message
from onechunk._splicer import Leg, Splicer

__all__ = ["AsyncSplice", "Splice", "asplice", "splice"]

Fallback = Callable[[Message], Iterable[Chunk]]
AsyncFallback = Callable[[Message], AsyncIterable[Chunk]]


def splice(first: Iterable[Chunk], *fallbacks: Fallback, defaults: Defaults = DEFAULTS) -> Splice:
    """Yield one stream of what *first* says and, where it breaks, of what *fallbacks* go on with.

    A source breaks if reading it raises an `Exception`, if it sends an error, or if it ends before
    every choice has a finish. The next fallback is then called with the message so far, and is to
    go on behind it. Where no fallback is left, the stream ends in an error chunk.

    Each source is closed, if it has a `close`, before the next begins and as the splice is closed.

    Args:
        first: Chunks of one source, such as `read` returns.
        fallbacks: Make the chunks of further sources; called only if they are needed.
        defaults: Has the message of an error that no source worded.
    """
    return Splice(first, fallbacks, defaults)


def asplice(
    first: AsyncIterable[Chunk], *fallbacks: AsyncFallback, defaults: Defaults = DEFAULTS
) -> AsyncSplice:
    """Yield one stream out of async iterables; otherwise as `splice`."""
    return AsyncSplice(first, fallbacks, defaults)


class Splice(Iterator[Chunk]):
    """The chunks of a spliced stream; `legs` tells what each source gave."""

    __slots__ = ("_begun", "_chunks", "_first", "_splicer")

    def __init__(
        self, first: Iterable[Chunk], fallbacks: tuple[Fallback, ...], defaults: Defaults
    ) -> None:
        self._first = first
        self._begun = False
        self._splicer = Splicer(defaults)
        self._chunks = _splice(self._splicer, first, fallbacks)

    @property
    def legs(self) -> list[Leg]:
        """What each source gave so far, in order."""
        return self._splicer.legs

    def __next__(self) -> Chunk:
        """Return the next chunk."""
        self._begun = True
        return next(self._chunks)

    def close(self) -> None:
        """Close the source that is being read."""
        self._chunks.close()
        if not self._begun:
            self._begun = True
            close(self._first, self._first)


class AsyncSplice(AsyncIterator[Chunk]):
    """The chunks of a spliced stream, async; `legs` tells what each source gave."""

    __slots__ = ("_chunks", "_splicer")

    def __init__(
        self, first: AsyncIterable[Chunk], fallbacks: tuple[AsyncFallback, ...], defaults: Defaults
    ) -> None:
        self._splicer = Splicer(defaults)
        self._chunks = AsyncItems(_asplice(self._splicer, first, fallbacks), first)

    @property
    def legs(self) -> list[Leg]:
        """What each source gave so far, in order."""
        return self._splicer.legs

    def __anext__(self) -> Awaitable[Chunk]:
        """Return the next chunk."""
        return self._chunks.__anext__()

    async def aclose(self) -> None:
        """Close the source that is being read."""
        await self._chunks.aclose()


def _splice(
    splicer: Splicer, first: Iterable[Chunk], fallbacks: tuple[Fallback, ...]
) -> Generator[Chunk, None, None]:
    source: Iterable[Chunk] = first
    left = iter(fallbacks)
    failure: Exception | None = None
    while True:
        pieces: object = source
        try:
            pieces = iter(source)
            for chunk in pieces:
                yield from splicer.feed(chunk)
                if splicer.legs[-1].error is not None:
                    break
        except Exception as exc:  # noqa: BLE001 - whatever a client raises; the leg has it
            failure = exc
        finally:
            close(pieces, source)
        yield from splicer.end_leg(failure)
        make = None if splicer.complete else next(left, None)
        if make is None:
            break
        splicer.next_leg()
        source, failure = (), None
        try:
            source = make(splicer.message)
        except Exception as exc:  # noqa: BLE001 - as above
            failure = exc
    yield from splicer.close()


async def _asplice(
    splicer: Splicer, first: AsyncIterable[Chunk], fallbacks: tuple[AsyncFallback, ...]
) -> AsyncGenerator[Chunk, None]:
    source: AsyncIterable[Chunk] | None = first
    left = iter(fallbacks)
    failure: Exception | None = None
    while True:
        pieces: object = source
        try:
            if source is not None:
                pieces = aiter(source)
                async for chunk in pieces:
                    for each in splicer.feed(chunk):
                        yield each
                    if splicer.legs[-1].error is not None:
                        break
        except Exception as exc:  # noqa: BLE001 - whatever a client raises; the leg has it
            failure = exc
        finally:
            await aclose(pieces, source)
        for each in splicer.end_leg(failure):
            yield each
        make = None if splicer.complete else next(left, None)
        if make is None:
            break
        splicer.next_leg()
        source, failure = None, None
        try:
            source = make(splicer.message)
        except Exception as exc:  # noqa: BLE001 - as above
            failure = exc
    for each in splicer.close():
        yield each
