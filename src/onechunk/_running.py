"""Text that a vendor repeats whole in every chunk: checked when read, written anew.

A choice may carry, beside what is new, a message with all text so far. It is a copy: kept as it
stood it would bring back what a gateway took out. So the decoder replaces it by a mark where it
is what the stream said so far, and the encoder writes what it really sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onechunk._chunk import Choice, Chunk
from onechunk._growing import Growing
from onechunk._marks import DERIVED, Json, is_object

__all__ = ["Running"]


class Running:
    """All text of every choice so far, by class of part, and the places that repeat it.

    Args:
        paths: Two keys that lead from a choice to the copy, and the class whose text it is.
    """

    plain: frozenset[type[Any]] = frozenset()

    def __init__(self, paths: Mapping[tuple[str, str], type[Any]]) -> None:
        self.version = 0
        self._paths = paths
        self._kinds = set(paths.values())
        self._texts: dict[tuple[int, type[Any]], Growing] = {}

    def read(self, chunk: Chunk) -> None:
        """Replace every copy in *chunk* by `DERIVED`."""
        for choice in chunk.choices:
            self._add(choice)
            for (outer, inner), kind in self._paths.items():
                holder = choice.extra.get(outer)
                if is_object(holder):
                    said = self._of(choice, kind)
                    if said is not None and said.is_whole(holder.get(inner)):
                        holder[inner] = DERIVED

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put the text that was sent so far wherever *chunk* has a mark."""
        written: Json = payload.get("choices")
        for number, choice in enumerate(chunk.choices):
            self._add(choice)
            for (outer, inner), kind in self._paths.items():
                holder = choice.extra.get(outer)
                if is_object(holder) and holder.get(inner) is DERIVED:
                    target = written[number]
                    # Residue is shared with the chunk: what is written into it must be a copy.
                    said = self._of(choice, kind)
                    text = "" if said is None else said.whole()
                    target[outer] = {**target[outer], inner: text}

    def _add(self, choice: Choice) -> None:
        for part in choice.parts:
            if type(part) in self._kinds:
                key = (choice.index or 0, type(part))
                self._texts.setdefault(key, Growing()).add(getattr(part, "text", ""))

    def _of(self, choice: Choice, kind: type[Any]) -> Growing | None:
        return self._texts.get((choice.index or 0, kind))
