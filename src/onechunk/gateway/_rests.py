"""What upstreams send behind the end of their streams: mostly the end of the body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import httpx2

__all__ = ["Rests"]

_MOMENT: Final = 1.0
"""Seconds: the end of the body follows on the end mark, or does not come."""


class Rests:
    """Reads bodies to their end when their clients have been answered.

    A connection is good for another request only where that end was read. Some upstreams never
    send it, so it is waited for no longer than a moment.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def read(self, response: httpx2.Response, pieces: AsyncIterator[bytes]) -> None:
        """Read the rest of a body and close it, while nobody waits for that."""
        task = asyncio.create_task(_read(response, pieces))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Read no more."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _read(response: httpx2.Response, pieces: AsyncIterator[bytes]) -> None:
    # What goes wrong here was no part of the answer.
    with suppress(httpx2.RequestError, TimeoutError):
        try:
            async with asyncio.timeout(_MOMENT):
                async for _ in pieces:
                    pass
        finally:
            await response.aclose()
