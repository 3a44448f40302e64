"""To which dialect an object belongs, told by the names of its classes."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from attrs import frozen

from onechunk._adapter import Adapter
from onechunk._errors import OnechunkError, message_from
from onechunk._registry import get_adapter, load_adapters
from onechunk._sdk import Sdk

__all__ = ["Known", "base_of", "find_adapter", "inside", "recognise"]


@frozen
class Known:
    """What the class of an object tells.

    Attributes:
        adapter: Whose object it is.
        repeats: True if it says again what other objects of its stream say.
        whole: True if it is a whole answer.
    """

    adapter: Adapter
    repeats: bool = False
    whole: bool = False


def base_of(cls: type[Any], patterns: tuple[str, ...]) -> type[Any] | None:
    """Return the class among *cls* and its bases, nearest first, that a pattern names."""
    for each in cls.__mro__:
        name = f"{each.__module__}:{each.__qualname__}"
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return each
    return None


@lru_cache(maxsize=512)
def inside(cls: type[Any], sdk: Sdk | None) -> str | None:
    """Return the attribute that holds all that objects of *cls* say; None if they say it."""
    if sdk is not None:
        for pattern, attribute in sdk.inside.items():
            if base_of(cls, (pattern,)) is not None:
                return attribute
    return None


@lru_cache(maxsize=512)
def recognise(cls: type[Any]) -> Known | None:
    """Return what *cls* tells; None if no installed adapter names it or one of its bases."""
    # Every profile has its dialect's classes: only dialects are asked.
    adapters = [each for each in load_adapters().values() if each.name == each.dialect]
    sdks = [(each, each.sdk) for each in adapters if each.sdk is not None]
    for adapter, sdk in sdks:
        # First: a pattern of chunks may fit the name of an answer as well.
        if base_of(cls, sdk.answers) is not None:
            return Known(adapter, whole=True)
    for adapter, sdk in sdks:
        if base_of(cls, (*sdk.classes, *sdk.inside)) is not None:
            return Known(adapter)
    for adapter, sdk in sdks:
        if base_of(cls, sdk.repeats) is not None:
            return Known(adapter, repeats=True)
    return None


def find_adapter(value: object, dialect: str | None) -> Known:
    """Return whose object *value* is: what was asked for, or what its class tells.

    Raises:
        OnechunkError: The class tells nothing and nothing was asked for, or it tells another
            dialect than what was asked for, or a whole answer; or the object hides its class.
        UnknownDialectError: No adapter has the name.
    """
    asked = None if dialect is None else get_adapter(dialect)
    try:
        # What stands in for an object says by `__class__` for which.
        cls: Any = value.__class__  # to mypy, no class has a hash
        known = recognise(cls)
        name = f"{cls.__module__}.{cls.__qualname__}"
    except Exception as exc:  # whatever somebody's class raises
        message = (
            f"the class of an object ({type(value).__name__}) cannot be told: {message_from(exc)}"
        )
        raise OnechunkError(message, dialect=dialect) from exc
    if known is not None and known.whole:
        message = f"{name} is a whole answer, no chunk: give its payload to decode_message"
        raise OnechunkError(message, dialect=known.adapter.name)
    if asked is None:
        if known is None:
            message = f"{name} does not tell which dialect it is: name one with dialect="
            raise OnechunkError(message)
        return known
    if known is None:
        return Known(asked)
    if asked.sdk is not None and not _same(asked, known.adapter):
        message = f"{name} is an object of {known.adapter.name}"
        raise OnechunkError(message, dialect=asked.name)
    return Known(asked, known.repeats)


def _same(asked: Adapter, known: Adapter) -> bool:
    """Say whether the objects of both are of the same classes."""
    return asked.sdk is not None and known.sdk is not None and asked.sdk.builds == known.sdk.builds
