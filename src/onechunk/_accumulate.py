"""The whole answer of a stream at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable

from onechunk._accumulator import Accumulator
from onechunk._chunk import Chunk
from onechunk._errors import OnechunkError
from onechunk._message import Message

__all__ = ["aaccumulate", "accumulate"]


def accumulate(chunks: Iterable[Chunk]) -> Message:
    """Return the message that the chunks of one stream make; `Accumulator` says by which rules.

    Raises:
        OnechunkError: What reading the chunks raised, or one cannot be added. What came before
            is the error's `partial`.
    """
    accumulator = Accumulator()
    try:
        for chunk in chunks:
            accumulator.add(chunk)
    except OnechunkError as error:
        error.partial = accumulator.finish()
        raise
    return accumulator.finish()


async def aaccumulate(chunks: AsyncIterable[Chunk]) -> Message:
    """Return the message that the chunks of an async iterable make; otherwise as `accumulate`."""
    accumulator = Accumulator()
    try:
        async for chunk in chunks:
            accumulator.add(chunk)
    except OnechunkError as error:
        error.partial = accumulator.finish()
        raise
    return accumulator.finish()
