"""read and aread: what they do with their data when nobody reads on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest

from onechunk import WireError, aread, read

EVENT = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
BAD = b"data: {oops\n\n"


class Data:
    """Pieces of a stream that say when they are closed, sync and async; the iterable as well."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.log: list[str] = []

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self.pieces:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        except GeneratorExit:
            self.log.append("iterator")
            raise

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            for piece in self.pieces:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        except GeneratorExit:
            await asyncio.sleep(0)
            self.log.append("iterator")
            raise

    def close(self) -> None:
        """Write it down."""
        self.log.append("iterable")


class AsyncData(Data):
    """Data that are closed in the async way."""

    async def aclose(self) -> None:
        """Write it down, later."""
        await asyncio.sleep(0)
        self.log.append("iterable, async")


class AsyncClose(Data):
    """Data whose `close` must be awaited."""

    async def close(self) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Write it down, later."""
        await asyncio.sleep(0)
        self.log.append("iterable, async")


def test_closed_in_the_middle() -> None:
    """Closing what `read` returned closes the data's iterator, and then the data."""
    data = Data(EVENT, EVENT)
    chunks: Any = read(data, "openai")
    assert next(chunks).text == "Hi"
    chunks.close()
    assert data.log == ["iterator", "iterable"]
    assert list(chunks) == []


def test_closed_before_the_first_chunk() -> None:
    """So it does if nothing was read yet."""
    data = Data(EVENT)
    chunks: Any = read(data, "openai")
    assert data.log == []
    chunks.close()
    assert data.log == ["iterable"]
    assert list(chunks) == []


def test_dropped() -> None:
    """Dropping is closing."""
    data = Data(EVENT, EVENT)
    for _ in read(data, "openai"):
        break
    gc.collect()
    assert data.log == ["iterator", "iterable"]


@pytest.mark.parametrize("failing", [(EVENT, BAD, EVENT), (EVENT, OSError("down"))])
def test_failed(failing: tuple[bytes | Exception, ...]) -> None:
    """Data that cannot be read on, for whatever reason, are closed."""
    data = Data(*failing)
    with pytest.raises((WireError, OSError)):
        list(read(data, "openai"))
    assert data.log == ["iterator", "iterable"][isinstance(failing[-1], OSError) :]


def test_read_to_the_end() -> None:
    """Data that were read to their end stay open: they may be read again."""
    data = BytesIO(EVENT)
    for _ in range(2):
        assert [chunk.text for chunk in read(data, "openai")] == ["Hi"]
        data.seek(0)
    cut = BytesIO(EVENT + b"data: {")
    with suppress(WireError):
        list(read(cut, "openai"))
    assert not data.closed
    assert not cut.closed


@pytest.mark.parametrize("kind", [Data, AsyncData, AsyncClose])
def test_closed_async(kind: type[Data]) -> None:
    """`aclose` closes async data by `aclose` or `close`, whether or not anything was read."""

    async def run() -> None:
        closing = "iterable" if kind is Data else "iterable, async"
        data = kind(EVENT, EVENT)
        chunks: Any = aread(data, "openai")
        assert (await anext(chunks)).text == "Hi"
        await chunks.aclose()
        await chunks.aclose()
        assert data.log == ["iterator", closing]
        assert [chunk async for chunk in chunks] == []

        data = kind(EVENT)
        chunks = aread(data, "openai")
        assert data.log == []
        await chunks.aclose()
        await chunks.aclose()
        assert data.log == [closing]
        assert [chunk async for chunk in chunks] == []

    asyncio.run(run())


def test_dropped_async() -> None:
    """The loop closes what was dropped."""
    data = AsyncData(EVENT, EVENT)

    async def run() -> None:
        async for _ in aread(data, "openai"):
            break
        gc.collect()
        for _ in range(10):
            await asyncio.sleep(0)
        assert data.log == ["iterator", "iterable, async"]

    asyncio.run(run())


@pytest.mark.parametrize("failing", [(EVENT, BAD, EVENT), (EVENT, OSError("down"))])
def test_failed_async(failing: tuple[bytes | Exception, ...]) -> None:
    """Data that cannot be read on, for whatever reason, are closed."""
    data = AsyncData(*failing)

    async def run() -> None:
        async for _ in aread(data, "openai"):
            pass

    with pytest.raises((WireError, OSError)):
        asyncio.run(run())
    assert data.log == ["iterator", "iterable, async"][isinstance(failing[-1], OSError) :]


def test_cancelled() -> None:
    """Cancelling who waits for a chunk closes the data."""

    class Silent(AsyncData):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield EVENT
            await asyncio.Event().wait()

    data = Silent()
    got = asyncio.Event()

    async def consume() -> None:
        async for _ in aread(data, "openai"):
            got.set()

    async def run() -> None:
        task = asyncio.create_task(consume())
        await got.wait()
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert data.log == ["iterable, async"]

    asyncio.run(run())


def test_cancelled_before_anything_ran() -> None:
    """Who is cancelled before asking at all has entered nothing: closing closes the data."""

    async def run() -> None:
        data = AsyncData(EVENT)
        chunks: Any = aread(data, "openai")
        task = asyncio.ensure_future(chunks.__anext__())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await chunks.aclose()
        assert data.log == ["iterable, async"]

    asyncio.run(run())


def test_read_to_the_end_async() -> None:
    """Async data that were read to their end stay open."""
    data = AsyncData(EVENT)

    async def run() -> None:
        for _ in range(2):
            assert [chunk.text async for chunk in aread(data, "openai")] == ["Hi"]

    asyncio.run(run())
    assert data.log == []
