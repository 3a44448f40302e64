"""Let go of what a stream was read from."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isawaitable

__all__ = ["aclose", "close", "raise_all"]


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
