"""Copies of a chunk, or of a wire object, that differ in one string and in the padding.

Made once per kind of payload and called for nearly every frame: straight-line code, past
`__init__`, which would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from onechunk._adapter import own
from onechunk._chunk import Choice, Chunk
from onechunk._parts import Reasoning, Text, ToolCall

__all__ = ["Copier", "chunk_copier"]

Copier = Callable[[str, str | None], Any]
"""From text and padding to a copy that holds them and shares nothing that can change."""

_new_chunk: Callable[[], Any] = partial(object.__new__, Chunk)
_new_choice: Callable[[], Any] = partial(object.__new__, Choice)
_new_text: Callable[[], Any] = partial(object.__new__, Text)


def chunk_copier(model: Chunk, pad_key: str = "") -> Copier:
    """Return the copier of a chunk with one choice and one part, whose string is the text.

    Args:
        model: What to copy: text, reasoning or a piece of arguments, and residue.
        pad_key: Key of the padding in the chunk's residue, if there is any.
    """
    choice = model.choices[0]
    id_, name, created, dialect = model.id, model.model, model.created, model.dialect
    index = choice.index
    new_part = _part_copier(choice.parts[0])
    part_extra = _residue_copier(choice.parts[0].extra)
    choice_extra = _residue_copier(choice.extra)
    chunk_extra = _residue_copier(model.extra)

    def copy(text: str, pad: str | None) -> Chunk:
        if new_part is None:
            part = _new_text()
            part.text = text
            part.block = None
        else:
            part = new_part(text)
        part.extra = part_extra()
        made = _new_choice()
        made.index = index
        made.role = made.finish = made.stop = made.logprobs = None
        made.parts = [part]
        made.extra = choice_extra()
        chunk = _new_chunk()
        chunk.id = id_
        chunk.model = name
        chunk.created = created
        chunk.choices = [made]
        chunk.usage = chunk.error = chunk.frame = None
        chunk.done = False
        chunk.dialect = dialect
        chunk.extra = extra = chunk_extra()
        if pad is not None:
            extra[pad_key] = pad
        return chunk  # type: ignore[no-any-return]

    return copy


def _part_copier(part: Any) -> Callable[[str], Any] | None:
    """Return what makes a part of another class than text; None for text."""
    if type(part) is Reasoning:
        return lambda text: Reasoning(text, block=part.block)
    if type(part) is ToolCall:
        return lambda text: ToolCall(part.index, arguments=text, block=part.block)
    return None


def _residue_copier(extra: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    if not extra:
        return dict
    if any(isinstance(value, dict | list) for value in extra.values()):
        return partial(own, extra)
    # A dict that was emptied keeps its size, and so would its copies.
    return {**extra}.copy
