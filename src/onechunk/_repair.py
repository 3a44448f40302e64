"""Chunks out of anything that yields chunks, as a stream that its readers accept."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)

from onechunk._chunk import Chunk
from onechunk._closing import BEFORE, AsyncItems, aclose, close, entered
from onechunk._codec import DEFAULTS
from onechunk._defaults import Defaults
from onechunk._repairer import Repairer

__all__ = ["arepair", "repair"]


def repair(
    chunks: Iterable[Chunk], dialect: str, *, defaults: Defaults = DEFAULTS
) -> Iterator[Chunk]:
    """Yield a stream that the readers of *dialect* accept, with a legal end.

    Where *chunks* raises an exception, the end comes first; then the exception is raised. Where
    reading stops before the end, *chunks* is closed if it has a `close`; nothing can be yielded
    then, so whoever writes to a client that is still there ends the stream by `Repairer.abort`.

    Args:
        chunks: A stream of any dialect, or made by hand.
        dialect: As for `Repairer`.
        defaults: As for `Repairer`.

    Raises:
        UnknownDialectError: No adapter has the name.
        EncodeError: A chunk's fields are not what they should be.
    """
    return entered(_repair(Repairer(dialect, defaults=defaults), chunks))


def _repair(repairer: Repairer, chunks: Iterable[Chunk]) -> Generator[Chunk, None, None]:
    source: object = chunks
    try:
        yield BEFORE
        source = iter(chunks)
        try:
            for chunk in source:
                yield from repairer.feed(chunk)
        except Exception:
            yield from repairer.abort()
            raise
        yield from repairer.close()
    except BaseException:
        close(source, chunks)
        raise


def arepair(
    chunks: AsyncIterable[Chunk], dialect: str, *, defaults: Defaults = DEFAULTS
) -> AsyncIterator[Chunk]:
    """Yield a stream from an async iterable; otherwise as `repair`."""
    return AsyncItems(_arepair(Repairer(dialect, defaults=defaults), chunks), chunks)


async def _arepair(repairer: Repairer, chunks: AsyncIterable[Chunk]) -> AsyncGenerator[Chunk, None]:
    source: object = chunks
    try:
        source = aiter(chunks)
        try:
            async for chunk in source:
                for each in repairer.feed(chunk):
                    yield each
        except Exception:
            for each in repairer.abort():
                yield each
            raise
        for each in repairer.close():
            yield each
    except BaseException:
        await aclose(source, chunks)
        raise
