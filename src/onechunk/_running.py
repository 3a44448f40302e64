"""Text that a vendor repeats whole in every chunk: checked when read, written anew.

A choice may carry, beside what is new, a message with all text so far. It is a copy: kept as it
stood it would bring back what a gateway took out. So the decoder replaces it by a mark where it
is what the stream said so far, and the encoder writes what it really sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onechunk._chunk import Choice, Chunk
from onechunk._marks import DERIVED, Json, is_object

__all__ = ["RunningReader", "RunningWriter"]

Paths = Mapping[tuple[str, str], type[Any]]


class _Texts:
    """All text of every choice so far, by class of part."""

    def __init__(self, paths: Paths) -> None:
        self._kinds = set(paths.values())
        self._texts: dict[tuple[int, type[Any]], str] = {}

    def add(self, choice: Choice) -> None:
        for part in choice.parts:
            if type(part) in self._kinds:
                key = (choice.index or 0, type(part))
                self._texts[key] = self._texts.get(key, "") + getattr(part, "text", "")

    def of(self, choice: Choice, kind: type[Any]) -> str:
        return self._texts.get((choice.index or 0, kind), "")


class RunningReader:
    """Marks the copies in the chunks of one stream."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._texts = _Texts(paths)

    def mark(self, chunk: Chunk) -> None:
        """Replace every copy in *chunk* by `DERIVED`."""
        for choice in chunk.choices:
            self._texts.add(choice)
            for (outer, inner), kind in self._paths.items():
                holder = choice.extra.get(outer)
                if is_object(holder):
                    text = holder.get(inner)
                    if isinstance(text, str) and text and text == self._texts.of(choice, kind):
                        holder[inner] = DERIVED


class RunningWriter:
    """Writes the copies into the payloads of one stream."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._texts = _Texts(paths)

    def fill(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put the text that was sent so far wherever *chunk* has a mark."""
        written: Json = payload.get("choices")
        for number, choice in enumerate(chunk.choices):
            self._texts.add(choice)
            for (outer, inner), kind in self._paths.items():
                holder = choice.extra.get(outer)
                if is_object(holder) and holder.get(inner) is DERIVED:
                    target = written[number]
                    # Residue is shared with the chunk: what is written into it must be a copy.
                    target[outer] = {**target[outer], inner: self._texts.of(choice, kind)}
