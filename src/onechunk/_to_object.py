"""Chunks to objects of the vendors' SDKs."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Generator,
    Iterable,
    Iterator,
)
from typing import Any, TypeVar, overload

from onechunk._chunk import Chunk, ExtraPolicy
from onechunk._closing import BEFORE, AsyncItems, aclose, close, entered
from onechunk._codec import DEFAULTS, encode
from onechunk._defaults import Defaults
from onechunk._loss import Loss
from onechunk._object_build import builder_of
from onechunk._object_writer import Writer, check_chunk
from onechunk._problem import Problem

__all__ = ["AsyncObjects", "Objects", "ato_objects", "to_object", "to_objects"]

T = TypeVar("T")


@overload
def to_object(
    target: type[T],
    chunk: Chunk,
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> T: ...


@overload
def to_object(
    target: str,
    chunk: Chunk,
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> Any: ...


def to_object(
    target: str | type[Any],
    chunk: Chunk,
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> Any:
    """Turn a canonical chunk into the object that the vendor's SDK makes of it.

    What that loses, `losses` tells.

    Args:
        target: Name of a dialect or profile, or the SDK's class of its chunks.
        chunk: Not changed.
        strict: As for `encode`.
        extra: As for `encode`.
        defaults: As for `encode`.

    Raises:
        LossError: Only if *strict*.
        EncodeError: As `encode`, or the SDK has no object for what the chunk says, such as an
            error, or refuses it.
        OnechunkError: The dialect has no SDK, or it is not installed.
        UnknownDialectError: No adapter has the name.
    """
    builder = builder_of(target)
    name = builder.dialect
    check_chunk(chunk, name)
    return builder.build(encode(name, chunk, strict=strict, extra=extra, defaults=defaults))


@overload
def to_objects(
    target: type[T],
    chunks: Iterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> Objects[T]: ...


@overload
def to_objects(
    target: str,
    chunks: Iterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> Objects[Any]: ...


def to_objects(
    target: str | type[Any],
    chunks: Iterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> Objects[Any]:
    """Return the objects that the vendor's SDK makes of a stream, and a report of what is lost.

    As in the SDK's own stream there is no object for the end mark, none for events that the SDK
    has no class for, and an error in the stream is raised.

    Where reading stops before the end, *chunks* is closed if it has a `close`; where an argument
    is refused, nothing is.

    Args:
        target: Name of a dialect or profile, or the SDK's class of its chunks.
        chunks: A stream of any dialect.
        strict: As for `Encoder`.
        extra: As for `Encoder`.
        defaults: As for `Encoder`.
        repair: As for `Encoder`.

    Raises:
        LossError: Only if *strict*.
        EncodeError: After all objects before it: the stream says an error, or the SDK refuses what
            a chunk says.
        OnechunkError: The dialect has no SDK, or it is not installed.
        UnknownDialectError: No adapter has the name.
    """
    options: dict[str, Any] = {"strict": strict, "extra": extra, "defaults": defaults}
    return Objects(Writer(target, repair=repair, **options), chunks)


class Objects(Iterator[T]):
    """The objects of a stream, and what of it they do not say."""

    __slots__ = ("_objects", "_writer")

    def __init__(self, writer: Writer, chunks: Iterable[Chunk]) -> None:
        self._writer = writer
        self._objects: Generator[T, None, None] = entered(_to_objects(writer, chunks))

    @property
    def losses(self) -> list[Loss]:
        """What was lost so far: each kind of loss at each path once, as it first came."""
        return self._writer.encoder.losses

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with the stream, and was repaired; nothing without `repair`."""
        return self._writer.encoder.problems

    def __next__(self) -> T:
        """Return the next object."""
        return next(self._objects)

    def close(self) -> None:
        """Close what the objects come from."""
        self._objects.close()


def _to_objects(writer: Writer, chunks: Iterable[Chunk]) -> Generator[Any, None, None]:
    source: object = chunks
    try:
        yield BEFORE
        source = iter(chunks)
        for chunk in source:
            yield from writer.feed(chunk)
        yield from writer.close()
    except BaseException:
        close(source, chunks)
        raise


@overload
def ato_objects(
    target: type[T],
    chunks: AsyncIterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> AsyncObjects[T]: ...


@overload
def ato_objects(
    target: str,
    chunks: AsyncIterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> AsyncObjects[Any]: ...


def ato_objects(
    target: str | type[Any],
    chunks: AsyncIterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> AsyncObjects[Any]:
    """Return the objects of a stream from an async iterable; otherwise as `to_objects`."""
    options: dict[str, Any] = {"strict": strict, "extra": extra, "defaults": defaults}
    return AsyncObjects(Writer(target, repair=repair, **options), chunks)


class AsyncObjects(AsyncIterator[T]):
    """The objects of a stream, async, and what of it they do not say."""

    __slots__ = ("_objects", "_writer")

    def __init__(self, writer: Writer, chunks: AsyncIterable[Chunk]) -> None:
        self._writer = writer
        self._objects: AsyncItems[T] = AsyncItems(_ato_objects(writer, chunks), chunks)

    @property
    def losses(self) -> list[Loss]:
        """As those of `Objects`."""
        return self._writer.encoder.losses

    @property
    def problems(self) -> list[Problem]:
        """As those of `Objects`."""
        return self._writer.encoder.problems

    def __anext__(self) -> Awaitable[T]:
        """Return the next object."""
        return self._objects.__anext__()

    async def aclose(self) -> None:
        """Close what the objects come from."""
        await self._objects.aclose()


async def _ato_objects(writer: Writer, chunks: AsyncIterable[Chunk]) -> AsyncGenerator[Any, None]:
    source: object = chunks
    try:
        source = aiter(chunks)
        async for chunk in source:
            for each in writer.feed(chunk):
                yield each
        for each in writer.close():
            yield each
    except BaseException:
        await aclose(source, chunks)
        raise
