"""Chunks to objects of the vendors' SDKs."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, TypeVar, overload

from onechunk._adapter import Adapter
from onechunk._chunk import Chunk, ExtraPolicy
from onechunk._closing import aclose, close
from onechunk._codec import DEFAULTS, encode, parse, read_end
from onechunk._defaults import Defaults
from onechunk._encoder import Encoder
from onechunk._errors import OnechunkError
from onechunk._object_build import Builder, builder_of
from onechunk._registry import get_adapter

__all__ = ["ato_objects", "to_object", "to_objects"]

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
) -> Iterator[T]: ...


@overload
def to_objects(
    target: str,
    chunks: Iterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> Iterator[Any]: ...


def to_objects(
    target: str | type[Any],
    chunks: Iterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> Iterator[Any]:
    """Yield the objects that the vendor's SDK makes of a stream.

    As in the SDK's own stream there is no object for the end mark, none for events that the SDK
    has no class for, and an error in the stream is raised.

    Where reading stops before the end, *chunks* is closed if it has a `close`.

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
    return _to_objects(_Writer(target, repair=repair, **options), chunks)


def _to_objects(writer: _Writer, chunks: Iterable[Chunk]) -> Iterator[Any]:
    source: object = chunks
    try:
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
) -> AsyncIterator[T]: ...


@overload
def ato_objects(
    target: str,
    chunks: AsyncIterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> AsyncIterator[Any]: ...


def ato_objects(
    target: str | type[Any],
    chunks: AsyncIterable[Chunk],
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
    repair: bool = False,
) -> AsyncIterator[Any]:
    """Yield the objects of a stream from an async iterable; otherwise as `to_objects`."""
    options: dict[str, Any] = {"strict": strict, "extra": extra, "defaults": defaults}
    return _ato_objects(_Writer(target, repair=repair, **options), chunks)


async def _ato_objects(writer: _Writer, chunks: AsyncIterable[Chunk]) -> AsyncIterator[Any]:
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


class _Writer:
    """Writes the objects of one stream, by way of the lines that an encoder writes."""

    def __init__(self, target: str | type[Any], **options: Any) -> None:
        self._builder: Builder = builder_of(target)
        dialect = self._builder.dialect
        self._adapter: Adapter = get_adapter(dialect)
        # In lines there are no comments, no names and no breaks within an event.
        self._encoder = Encoder(dialect, framing="ndjson", **options)
        self._events = 0

    def feed(self, chunk: Chunk) -> Iterator[Any]:
        """Yield the objects that *chunk* makes ready."""
        return self._build(self._encoder.feed(chunk))

    def close(self) -> Iterator[Any]:
        """Yield what the end still needs."""
        return self._build(self._encoder.close())

    def _build(self, lines: bytes) -> Iterator[Any]:
        for line in lines.split(b"\n"):
            if not line.strip() or read_end(self._adapter, line) is not None:
                continue
            self._events += 1
            payload, _ = parse(line, self._adapter)
            if self._builder.passes(payload):
                continue
            try:
                yield self._builder.build(payload)
            except OnechunkError as error:
                error.event = self._events
                raise
