"""Let go of what a stream was read from."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from inspect import isawaitable
from typing import Any, Final, TypeVar

__all__ = ["BEFORE", "AsyncItems", "aclose", "close", "entered", "raise_all"]

T = TypeVar("T")

BEFORE: Final[Any] = object()
"""Stands before the first item of a generator that is to be `entered`; nobody sees it."""


def close(iterator: object, iterable: object) -> None:
    """Close both, where they can be closed; that one fails does not keep the other open.

    Closing a generator ends the loop in it, but not what that loop reads: so each stage of a
    stream has to close the stage before it.
    """
    try:
        _close(iterator)
    finally:
        if iterable is not iterator:
            _close(iterable)


async def aclose(iterator: object, iterable: object) -> None:
    """Close both as `close` does, by `aclose` or, where there is none, by `close`."""
    try:
        await _aclose(iterator)
    finally:
        if iterable is not iterator:
            await _aclose(iterable)


def entered(items: Generator[T, None, None]) -> Generator[T, None, None]:
    """Return a generator that has begun, up to `BEFORE`.

    One that was never entered would close nothing as it is closed or dropped.
    """
    next(items)
    return items


class AsyncItems(AsyncIterator[T]):
    """What an async generator yields.

    Args:
        items: The generator.
        source: What it reads: closed by `aclose` even before the generator was entered.
    """

    __slots__ = ("_begun", "_items", "_source")

    def __init__(self, items: AsyncGenerator[T, None], source: object) -> None:
        self._items = items
        self._source = source
        self._begun = False

    async def __anext__(self) -> T:
        # Here, not before: a task may be cancelled before it runs, and nothing was entered then.
        self._begun = True
        return await self._items.__anext__()

    async def aclose(self) -> None:
        """Close the generator, and what it reads."""
        await self._items.aclose()
        if not self._begun:
            self._begun = True
            await aclose(self._source, self._source)


def raise_all(failures: Sequence[BaseException]) -> None:
    """Raise the only one, or several as a group; nothing if there are none."""
    if len(failures) > 1:
        raise BaseExceptionGroup("several sources could not be closed", failures)
    for failure in failures:
        raise failure


def _close(each: object) -> None:
    method = getattr(each, "close", None)
    if callable(method):
        method()


async def _aclose(each: object) -> None:
    method = getattr(each, "aclose", None) or getattr(each, "close", None)
    if callable(method):
        result = method()
        if isawaitable(result):
            await result
