"""What a type checker knows of functions and stream objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, assert_type

from cattrs import Converter

import onechunk
from onechunk import (
    Adapter,
    AdapterError,
    Chunk,
    Decoder,
    Defaults,
    EncodeError,
    Encoder,
    Loss,
    LossError,
    OnechunkError,
    Translator,
    UnknownDialectError,
    WireError,
)


def one_chunk(chunk: Chunk) -> None:
    """A chunk comes from bytes, text or an object; an object comes back."""
    assert_type(onechunk.decode("openai", b"{}"), Chunk)
    assert_type(onechunk.decode("openai", "{}"), Chunk)
    assert_type(onechunk.decode("openai", {"choices": []}), Chunk)
    assert_type(onechunk.encode("openai", chunk), dict[str, Any])
    assert_type(onechunk.encode("openai", chunk, strict=True, extra="never"), dict[str, Any])
    assert_type(onechunk.losses("openai", chunk), list[Loss])
    onechunk.decode("openai", 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    onechunk.encode("openai", chunk, extra="some")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    onechunk.encode("openai", chunk, True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # noqa: FBT003


def streams(data: bytes, chunk: Chunk) -> None:
    """Bytes in, chunks out; chunks in, bytes out."""
    decoder = Decoder("openai", framing="sse", limit=10)
    assert_type(decoder.feed(data), list[Chunk])
    assert_type(decoder.close(), list[Chunk])
    assert_type(decoder.framing, str | None)
    assert_type(decoder.events, int)
    encoder = Encoder("openai", extra="always", defaults=Defaults(), strict=True)
    assert_type(encoder.feed(chunk), bytes)
    assert_type(encoder.close(), bytes)
    assert_type(encoder.losses, list[Loss])
    translator = Translator("openai", "mistral", to_framing="ndjson")
    assert_type(translator.feed(data), bytes)
    assert_type(translator.close(), bytes)
    assert_type(translator.abort(), bytes)
    assert_type(translator.losses, list[Loss])
    decoder.feed("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    encoder.feed(data)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def readers(pieces: Iterator[bytes], later: AsyncIterator[bytes]) -> None:
    """Readers are iterators of chunks."""
    assert_type(onechunk.read(pieces, "openai"), Iterator[Chunk])
    assert_type(onechunk.aread(later, "openai"), AsyncIterator[Chunk])
    for chunk in onechunk.read([b""], "openai"):
        assert_type(chunk, Chunk)
    async for chunk in onechunk.aread(later, "openai"):
        assert_type(chunk, Chunk)
    onechunk.read(later, "openai")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def adapters() -> None:
    """An adapter has a converter of its own."""
    assert_type(onechunk.load_adapters(), Mapping[str, Adapter])
    adapter = onechunk.load_adapters()["openai"]
    assert_type(adapter.name, str)
    assert_type(adapter.converter, Converter)
    assert_type(adapter.make_converter(), Converter)
    assert_type(adapter.converter.structure({}, Chunk), Chunk)


def errors(error: OnechunkError) -> None:
    """The place of an error is in its attributes."""
    assert_type(error.message, str)
    assert_type(error.dialect, str | None)
    assert_type(error.event, int | None)
    assert_type(error.path, str | None)
    family: list[type[OnechunkError]] = [WireError, EncodeError, AdapterError]
    assert_type(family[0]("x"), OnechunkError)
    leaves: list[type[EncodeError | AdapterError]] = [LossError, UnknownDialectError]
    assert_type(leaves, list[type[EncodeError | AdapterError]])
    if isinstance(error, LossError):
        assert_type(error.losses, list[Loss])
