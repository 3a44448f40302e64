"""Chunks out of anything that yields bytes."""

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
from onechunk._decoder import Decoder
from onechunk._frame import DEFAULT_FRAME_LIMIT

__all__ = ["aread", "read"]


def read(
    data: Iterable[bytes],
    dialect: str,
    *,
    framing: str | None = None,
    limit: int = DEFAULT_FRAME_LIMIT,
) -> Iterator[Chunk]:
    """Yield the chunks of a stream.

    Where reading stops before the end of *data*, by an error, by `close` of the iterator or as
    it is dropped, *data* is closed if it has a `close`; where an argument is refused, nothing is.

    Args:
        data: Pieces of the stream, cut anywhere: a file, or a response's bytes.
        dialect: Name of a dialect or profile.
        framing: As for `Decoder`.
        limit: As for `Decoder`.

    Raises:
        WireError: After all chunks before it: the stream is not what the dialect allows.
        UnknownDialectError: No adapter has the name.
    """
    decoder = Decoder(dialect, framing=framing, limit=limit)
    return entered(_read(decoder, data))


def _read(decoder: Decoder, data: Iterable[bytes]) -> Generator[Chunk, None, None]:
    pieces: object = data
    try:
        yield BEFORE
        pieces = iter(data)
        for piece in pieces:
            yield from decoder.feed(piece)
    except BaseException:
        close(pieces, data)
        raise
    yield from decoder.close()


def aread(
    data: AsyncIterable[bytes],
    dialect: str,
    *,
    framing: str | None = None,
    limit: int = DEFAULT_FRAME_LIMIT,
) -> AsyncIterator[Chunk]:
    """Yield the chunks of a stream, from an async iterable; otherwise as `read`.

    *data* is closed by its `aclose`, or by its `close` where it has no other. That needs the event
    loop: an iterator that is dropped before its first chunk closes nothing.
    """
    decoder = Decoder(dialect, framing=framing, limit=limit)
    return AsyncItems(_aread(decoder, data), data)


async def _aread(decoder: Decoder, data: AsyncIterable[bytes]) -> AsyncGenerator[Chunk, None]:
    pieces: object = data
    try:
        pieces = aiter(data)
        async for piece in pieces:
            for chunk in decoder.feed(piece):
                yield chunk
    except BaseException:
        await aclose(pieces, data)
        raise
    for chunk in decoder.close():
        yield chunk
