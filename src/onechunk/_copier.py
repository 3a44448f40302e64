"""Copies of a chunk, or of a wire object, that differ in one string and in the padding.

Made once per kind of payload and called for nearly every frame: straight-line code, past
`__init__`, which would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from onechunk._adapter import own
from onechunk._chunk import Choice, Chunk
from onechunk._marks import is_list, is_object
from onechunk._parts import Reasoning, Text, ToolCall

__all__ = ["Copier", "chunk_copier"]

MOST_VALUES: Final = 32
MOST_DEPTH: Final = 8
"""Residue with more values, or more levels, is copied and not built by a display of its own."""

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
    block = choice.parts[0].block
    part_extra = _residue_copier(choice.parts[0].extra)
    choice_extra = _residue_copier(choice.extra)
    chunk_extra = _residue_copier(model.extra)

    def copy(text: str, pad: str | None) -> Chunk:
        if new_part is None:
            part = _new_text()
            part.text = text
            part.block = block
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
    if not any(isinstance(value, dict | list) for value in extra.values()):
        # A dict that was emptied keeps its size, and so would its copies.
        return {**extra}.copy
    values: list[Any] = []
    text = _display(extra, values, MOST_DEPTH)
    if text is None:
        return partial(own, extra)
    return _builder(text, tuple(values)) if values else _constant_builder(text)


def _display(value: Any, values: list[Any], depth: int) -> str | None:
    """Return the display that builds a JSON value anew; None if it is too large or deep for one.

    What is neither a string nor a dict nor a list is named by its place in *values*.
    """
    if isinstance(value, str):
        return repr(value)
    if not depth:
        return None
    if is_object(value):
        pairs = [(key, _display(each, values, depth - 1)) for key, each in value.items()]
        if any(text is None for _, text in pairs):
            return None
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in pairs) + "}"
    if is_list(value):
        texts = [_display(each, values, depth - 1) for each in value]
        return None if None in texts else f"[{', '.join(map(str, texts))}]"
    values.append(value)
    return f"v[{len(values) - 1}]" if len(values) <= MOST_VALUES else None


@lru_cache(maxsize=64)
def _constant_builder(text: str) -> Callable[[], dict[str, Any]]:
    return _builder(text, ())


def _builder(text: str, values: tuple[Any, ...]) -> Callable[[], dict[str, Any]]:
    # A display is many times as fast as copying level by level.
    made: Callable[[], dict[str, Any]] = eval(f"lambda: {text}", {"v": values})  # noqa: S307 - our own text only
    return made
