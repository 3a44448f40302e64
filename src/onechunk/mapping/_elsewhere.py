"""Usage that a vendor puts into a choice, or into an object of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onechunk._chunk import Chunk, Usage
from onechunk._marks import DERIVED, UNSET, is_object
from onechunk.mapping._rows import Object
from onechunk.mapping._usage import usage_row

__all__ = ["UsageElsewhere"]


class UsageElsewhere:
    """Moves usage between `chunk.usage` and other objects that hold a `usage` too.

    A copy that says the same is derived; one that says otherwise stays residue.

    Args:
        holders: Keys of the chunk whose object, or the objects of whose list, hold usage.
        paths: As for `usage_row`.
    """

    def __init__(self, holders: tuple[str, ...], paths: Mapping[str, str], **options: Any) -> None:
        self._holders = holders
        self._row = usage_row("usage", paths, **options)

    def lift(self, chunk: Chunk) -> None:
        """Take usage from where it stood into `chunk.usage`."""
        for holder in self._extras(chunk):
            value = holder.get("usage")
            if not is_object(value) or not value:
                continue
            if chunk.usage is None:
                self._take(chunk, holder)
            elif self._written(chunk.usage) == value:
                holder["usage"] = DERIVED

    def _take(self, chunk: Chunk, holder: Object) -> None:
        usage: Usage = self._row.read(holder["usage"], holder)
        holder["usage"] = DERIVED
        chunk.usage = usage
        if "usage" not in chunk.extra:
            chunk.extra["usage"] = UNSET
        # A null at the top beside usage elsewhere must come back as a null.
        elif chunk.extra["usage"] is None:
            chunk.extra["usage"] = DERIVED

    def lower(self, chunk: Chunk, payload: Object) -> None:
        """Put `chunk.usage` back where it stood."""
        holders = [
            (holder, target)
            for holder, target in zip(self._extras(chunk), self._objects(payload), strict=False)
            if holder.get("usage") is DERIVED
        ]
        if not holders or chunk.usage is None:
            return
        written = self._written(chunk.usage)
        for _, target in holders:
            target["usage"] = written
        at_top = chunk.extra.get("usage", ...)
        if at_top is UNSET:
            payload.pop("usage", None)
        elif at_top is DERIVED:
            payload["usage"] = None
        elif at_top is not ...:
            payload["usage"] = at_top

    def _written(self, usage: Usage) -> Any:
        out: Object = {}
        self._row.write(usage, out, {})
        return out["usage"]

    def _extras(self, chunk: Chunk) -> Iterator[Object]:
        """Yield the residue of every possible holder."""
        for key in self._holders:
            if key == "choices":
                yield from (choice.extra for choice in chunk.choices)
            elif is_object(chunk.extra.get(key)):
                yield chunk.extra[key]

    def _objects(self, payload: Object) -> Iterator[Object]:
        """Yield the written objects in the same order."""
        for key in self._holders:
            if key == "choices":
                yield from payload.get("choices") or ()
            elif is_object(payload.get(key)):
                # Residue is shared with the chunk: what is written into it must be a copy.
                payload[key] = dict(payload[key])
                yield payload[key]
