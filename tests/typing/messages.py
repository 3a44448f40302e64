"""What a type checker knows of whole answers, of several streams, and of what is wrong with one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

import onechunk
from onechunk import (
    Accumulator,
    AsyncSplice,
    Chunk,
    Encoder,
    Leg,
    Loss,
    Merged,
    Message,
    Problem,
    Repairer,
    Splice,
    ToolCall,
    Translator,
    Validator,
)


async def answers(chunks: Iterator[Chunk], later: AsyncIterator[Chunk], call: ToolCall) -> None:
    """Chunks make a message, and a message makes chunks."""
    assert_type(onechunk.accumulate(chunks), Message)
    assert_type(await onechunk.aaccumulate(later), Message)
    accumulator = Accumulator()
    assert_type(accumulator.message, Message)
    message = accumulator.finish()
    assert_type(message.complete, bool)
    assert_type(message.tool_calls, list[ToolCall])
    assert_type(call.parse(), Any)
    assert_type(onechunk.split(message), Iterator[Chunk])
    onechunk.split(message, by=3)
    onechunk.split(message, by="part")
    onechunk.split(message, by=str.split)
    onechunk.split(message, by="line")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def bodies(message: Message) -> None:
    """Bodies that came whole are objects."""
    assert_type(onechunk.decode_message("openai", b"{}"), Message)
    assert_type(onechunk.encode_message("openai", message, strict=True), dict[str, Any])
    assert_type(onechunk.message_losses("openai", message), list[Loss])


def several(chunks: Iterator[Chunk], later: AsyncIterator[Chunk]) -> None:
    """What several sources give is tagged, or one stream."""
    for item in onechunk.merge({"a": chunks}):
        assert_type(item, Merged)
        assert_type(item.source, str)
        assert_type(item.chunk, Chunk | None)
    spliced = onechunk.splice(chunks, lambda message: [Chunk(message.id)])
    assert_type(spliced, Splice)
    assert_type(next(spliced), Chunk)
    assert_type(spliced.legs, list[Leg])
    assert_type(onechunk.asplice(later, lambda _: later), AsyncSplice)


def machines(chunk: Chunk, chunks: Iterator[Chunk]) -> None:
    """Problems are data; repaired streams are chunks or bytes."""
    assert_type(Validator("openai").feed(chunk), list[Problem])
    assert_type(Repairer("openai").feed(chunk), list[Chunk])
    assert_type(list(onechunk.repair(chunks, "openai")), list[Chunk])
    assert_type(Encoder("openai", repair=True).problems, list[Problem])
    assert_type(Translator("openai", "llama", repair=True).abort("gone"), bytes)
