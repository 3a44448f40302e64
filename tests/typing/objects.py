"""Types of objects in and out."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, assert_type

from openai.types.chat import ChatCompletionChunk

from onechunk import (
    AsyncObjects,
    Chunk,
    Defaults,
    Objects,
    Sdk,
    afrom_objects,
    ato_objects,
    from_object,
    from_objects,
    load_adapters,
    to_object,
    to_objects,
)


def objects_in(value: object, some: Iterable[object], later: AsyncIterable[object]) -> None:
    """Anything may come; chunks leave."""
    assert_type(from_object(value), Chunk)
    assert_type(from_object(value, "deepseek"), Chunk)
    assert_type(from_objects(some), Iterator[Chunk])
    assert_type(from_objects(some, dialect="openai"), Iterator[Chunk])
    assert_type(afrom_objects(later), AsyncIterator[Chunk])


def objects_out(chunk: Chunk, some: Iterable[Chunk], later: AsyncIterable[Chunk]) -> None:
    """A class that is asked for is what comes; a name tells no type."""
    assert_type(to_object(ChatCompletionChunk, chunk), ChatCompletionChunk)
    assert_type(to_objects(ChatCompletionChunk, some), Objects[ChatCompletionChunk])
    assert_type(ato_objects(ChatCompletionChunk, later), AsyncObjects[ChatCompletionChunk])
    assert_type(to_object("openai", chunk, strict=True, extra="never"), Any)
    assert_type(to_objects("openai", some, defaults=Defaults(), repair=True), Objects[Any])
    assert_type(ato_objects("openai", later), AsyncObjects[Any])


def names() -> None:
    """An adapter may know no SDK."""
    assert_type(load_adapters()["openai"].sdk, Sdk | None)
