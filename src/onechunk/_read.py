"""Chunks out of anything that yields bytes."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from onechunk._chunk import Chunk
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
    return _read(decoder, data)


def _read(decoder: Decoder, data: Iterable[bytes]) -> Iterator[Chunk]:
    for piece in data:
        yield from decoder.feed(piece)
    yield from decoder.close()


def aread(
    data: AsyncIterable[bytes],
    dialect: str,
    *,
    framing: str | None = None,
    limit: int = DEFAULT_FRAME_LIMIT,
) -> AsyncIterator[Chunk]:
    """Yield the chunks of a stream, from an async iterable; otherwise as `read`."""
    decoder = Decoder(dialect, framing=framing, limit=limit)
    return _aread(decoder, data)


async def _aread(decoder: Decoder, data: AsyncIterable[bytes]) -> AsyncIterator[Chunk]:
    async for piece in data:
        for chunk in decoder.feed(piece):
            yield chunk
    for chunk in decoder.close():
        yield chunk
