"""A stream of chunks to the objects of an SDK, one stream's worth of state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onechunk._adapter import Adapter
from onechunk._chunk import Chunk
from onechunk._codec import parse, read_end
from onechunk._encoder import Encoder
from onechunk._errors import EncodeError, OnechunkError
from onechunk._object_build import Builder, builder_of
from onechunk._registry import get_adapter

__all__ = ["Writer", "check_chunk"]


def check_chunk(chunk: object, dialect: str) -> None:
    """Check that something is a chunk: a payload, or an SDK's object, is none yet."""
    if not isinstance(chunk, Chunk):
        message = f"a chunk is needed, not {type(chunk).__name__}: see from_object and decode"
        raise EncodeError(message, dialect=dialect)


class Writer:
    """Writes the objects of one stream, by way of the lines that an encoder writes.

    Attributes:
        encoder: Writes the lines.
    """

    def __init__(self, target: str | type[Any], **options: Any) -> None:
        self._builder: Builder = builder_of(target)
        dialect = self._builder.dialect
        self._adapter: Adapter = get_adapter(dialect)
        # In lines there are no comments, no names and no breaks within an event.
        self.encoder = Encoder(dialect, framing="ndjson", **options)
        self._events = 0

    def feed(self, chunk: Chunk) -> Iterator[Any]:
        """Yield the objects that *chunk* makes ready."""
        check_chunk(chunk, self._adapter.name)
        return self._build(self.encoder.feed(chunk))

    def close(self) -> Iterator[Any]:
        """Yield what the end still needs."""
        return self._build(self.encoder.close())

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
