"""Objects of the vendors' SDKs to chunks."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)
from typing import Any

from onechunk._adapter import Adapter, own
from onechunk._chunk import Chunk
from onechunk._closing import BEFORE, AsyncItems, aclose, close, entered
from onechunk._errors import OnechunkError
from onechunk._frame import Frame
from onechunk._memory import Memory
from onechunk._object_classes import Known, find_adapter
from onechunk._object_payload import dump
from onechunk._registry import get_adapter

__all__ = ["afrom_objects", "from_object", "from_objects"]


def from_object(value: object, dialect: str | None = None) -> Chunk:
    """Turn one chunk that an SDK has parsed into the canonical chunk.

    What only the stream can tell, `from_objects` knows.

    Args:
        value: An object of the vendor's SDK, or anything that says the same: a dict, a pydantic
            model, a dataclass, an attrs value, an object with `to_dict`. It is not changed.
        dialect: Name of a dialect or profile; None if the object's class tells the dialect.

    Raises:
        WireError: The payload in the object is not of this dialect.
        OnechunkError: The class does not tell the dialect, or tells another one, or the object
            holds what is no JSON.
        UnknownDialectError: No adapter has the name.
    """
    known = find_adapter(value, dialect)
    if known.repeats:
        cls: type[Any] = type(value)
        message = f"{cls.__qualname__} only repeats what other objects of the stream say"
        raise OnechunkError(message, dialect=known.adapter.name)
    return _read(value, known, None)


def _read(value: object, known: Known, event: int | None) -> Chunk:
    adapter = known.adapter
    try:
        found = dump(value, adapter.name, adapter.sdk)
    except OnechunkError as error:
        error.event = event
        raise
    chunk = adapter.read(own(found.payload, dialect=adapter.name), event=event)
    if found.exact:
        chunk.frame = Frame(None, exact=True)
    return chunk


def from_objects(objects: Iterable[object], dialect: str | None = None) -> Iterator[Chunk]:
    """Yield the chunks of a stream that an SDK has parsed.

    Objects by which an SDK's helpers repeat what others say are passed over. An SDK keeps the end
    mark of a stream to itself, so no chunk stands for it.

    Where reading stops before the end, *objects* is closed if it has a `close`; where an argument
    is refused, nothing is.

    Args:
        objects: The stream of an SDK.
        dialect: As for `from_object`.

    Raises:
        WireError: After all chunks before it: as `from_object`.
        OnechunkError: As `from_object`.
        UnknownDialectError: No adapter has the name.
    """
    return entered(_from_objects(_Reader(dialect), objects))


def _from_objects(reader: _Reader, objects: Iterable[object]) -> Generator[Chunk, None, None]:
    source: object = objects
    try:
        yield BEFORE
        source = iter(objects)
        for value in source:
            yield from reader.feed(value)
    except BaseException:
        close(source, objects)
        raise


def afrom_objects(
    objects: AsyncIterable[object], dialect: str | None = None
) -> AsyncIterator[Chunk]:
    """Yield the chunks of a stream from an async iterable; otherwise as `from_objects`."""
    return AsyncItems(_afrom_objects(_Reader(dialect), objects), objects)


async def _afrom_objects(
    reader: _Reader, objects: AsyncIterable[object]
) -> AsyncGenerator[Chunk, None]:
    source: object = objects
    try:
        source = aiter(objects)
        async for value in source:
            for chunk in reader.feed(value):
                yield chunk
    except BaseException:
        await aclose(source, objects)
        raise


class _Reader:
    """Reads the objects of one stream and remembers what its chunks need of those before."""

    def __init__(self, dialect: str | None) -> None:
        if dialect is not None:
            get_adapter(dialect)
        self._dialect = dialect
        self._adapter: Adapter | None = None
        self._memory: Memory | None = None
        self._events = 0

    def feed(self, value: object) -> list[Chunk]:
        """Return the chunk of *value*; none if it repeats what others say."""
        self._events += 1
        try:
            known = find_adapter(value, self._dialect)
        except OnechunkError as error:
            error.event = self._events
            raise
        if self._adapter is None:
            # The first object tells for all.
            self._adapter = known.adapter
            self._dialect = known.adapter.name
            self._memory = known.adapter.remember()
        if known.repeats:
            return []
        chunk = _read(value, known, self._events)
        if self._memory is not None:
            self._memory.read(chunk)
        return [chunk]
