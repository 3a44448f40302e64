"""Sources for `amerge`, and the loop that they run in."""

from __future__ import annotations

import asyncio
from asyncio import Event, Task
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from onechunk import Chunk
from tests.support.loopback import SECONDS
from tests.support.merging import chunks

__all__ = ["Watched", "later", "run", "silent", "turns"]


async def later(
    name: str, count: int, error: BaseException | None = None
) -> AsyncGenerator[Chunk, None]:
    """Yield so many chunks, one a turn of the loop; then fail if there is an error."""
    for chunk in chunks(name, count):
        yield chunk
        await asyncio.sleep(0)
    if error is not None:
        raise error


def run(test: Callable[[], Awaitable[None]]) -> list[str]:
    """Run *test*; no task may be left when it is over. Return what the loop complained of."""
    complaints: list[str] = []

    def complain(_: object, context: dict[str, Any]) -> None:
        complaints.append(repr(context.get("exception", context["message"])))

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(complain)
        async with asyncio.timeout(SECONDS):
            await test()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(watched())
    return complaints


async def turns(count: int = 20) -> None:
    """Let every task go as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


class Watched:
    """A source that goes on until it is closed, and remembers which tasks did what."""

    def __init__(self) -> None:
        self.pulled = 0
        self.read_by: set[Task[Any] | None] = set()
        self.closed_by: list[Task[Any] | None] = []
        self.closing = Event()
        self.may_close = Event()
        self.may_close.set()

    async def chunks(self, most: int = 1_000_000) -> AsyncGenerator[Chunk, None]:
        """Yield chunks; take some time to close."""
        try:
            for number in range(most):
                self.read_by.add(asyncio.current_task())
                self.pulled += 1
                yield Chunk(id=str(number))
        finally:
            self.closing.set()
            await self.may_close.wait()
            await asyncio.sleep(0)
            self.closed_by.append(asyncio.current_task())


async def silent(closed: list[str]) -> AsyncGenerator[Chunk, None]:
    """Wait for ever."""
    try:
        await Event().wait()
        yield Chunk()
    finally:
        await asyncio.sleep(0)
        closed.append("closed")
