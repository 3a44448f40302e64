"""What rooms share whose whole bodies hold one message, made of content blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from onechunk import DERIVED, Citation, Json, Part, Text, ToolCall
from onechunk.mapping import Object, Via, expected, is_list, is_object

__all__ = ["content_row", "with_object"]

Block = list[Any]
"""Parts that stand in one block, at least one."""


def content_row(
    read: Callable[[Json], list[Part]],
    write: Callable[[Block], Json],
    write_away: Callable[[Block], list[Json]],
) -> Via:
    """Return the row of the list of blocks under `content`.

    Args:
        read: From a block to its parts, at least one.
        write: From the parts of a block to the block.
        write_away: The same for parts of another dialect; nothing where no block can say them.
    """
    key = "content"

    def read_content(value: Json, rest: Object) -> list[Part] | None:
        if not is_list(value):
            raise expected("a list or null", value)
        parts: list[Part] = []
        for number, item in enumerate(value):
            for part in read(item):
                part.block = number
                parts.append(part)
        if not parts:
            return None
        # Where all parts are taken out, there is a list all the same.
        rest[key] = DERIVED
        return parts

    def write_content(parts: list[Any], out: Object, residue: Object) -> None:
        if parts or residue.get(key) is DERIVED:
            out[key] = [*map(write, _grouped(parts))]

    def write_content_away(parts: list[Any], out: Object, _: Object) -> None:
        out[key] = [item for block in _grouped(parts) for item in write_away(block)]

    return Via(key, "parts", read_content, write_content, write_away=write_content_away)


def _grouped(parts: list[Any]) -> list[Block]:
    """Return the parts of every block, in order.

    A citation stands with its text: that of the same block, or where it names none the last one.
    """
    blocks: list[Block] = []
    texts: dict[int | None, Block] = {}
    for part in parts:
        kind: type[Any] = part.__class__
        block = _block_of(part, kind, blocks, texts)
        if block is None:
            block = [part]
            blocks.append(block)
        else:
            block.append(part)
        if kind is Text or kind is Citation:
            texts[part.block] = texts[None] = block
    return blocks


def _block_of(
    part: Any, kind: type[Any], blocks: list[Block], texts: dict[int | None, Block]
) -> Block | None:
    """Return the block that a part goes on with; None if it begins one."""
    if kind is Citation:
        text = texts.get(None)
        # A text that names no block may be that of any citation.
        open_text = text if text is not None and text[0].block is None else None
        return texts.get(part.block, open_text)
    last = blocks[-1] if blocks else None
    if kind is not Text or last is None or part.block is None or last[0].block != part.block:
        return None
    # Some citations come before their text.
    return last if all(type(each) is Citation for each in last) else None


def with_object(call: ToolCall) -> ToolCall:
    """Return *call* with its arguments as an object, though somebody wrote text there.

    Raises:
        ArgumentsError: They are no JSON.
        TypeError: They are no object.
    """
    if not isinstance(call.arguments, str):
        return call
    arguments = call.parse()
    if not is_object(arguments):
        message = f"the arguments of the call {call.name!r} are no object"
        raise TypeError(message)
    return evolve(call, arguments=arguments)
