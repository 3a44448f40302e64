"""An item that is itself a list of items, each a canonical part of its own."""

from __future__ import annotations

from typing import Any

from onechunk._marks import DERIVED, Json, is_list, is_object
from onechunk._parts import Other, Part, Reasoning
from onechunk.mapping._items import Item, Items
from onechunk.mapping._reader import Rename
from onechunk.mapping._rows import Object

__all__ = ["group"]


def group(
    tag: str,
    wire: str,
    inner: Items,
    *,
    signature: str | None = None,
    rename: Rename = str,
) -> Item:
    """Return the item type of reasoning whose pieces stand in a list under *wire*.

    The first part carries the residue of the item, and in it the residue of its own piece as the
    only element of the list. A part that goes on in the same item has a derived tag.

    Args:
        tag: The item's type.
        wire: Key of the list.
        inner: Reads and writes the pieces.
        signature: Key of the item's signature.
        rename: From names in the tables to keys on the wire.
    """
    key, tag_key = rename(wire), rename("type")

    def read(item: Object) -> list[Part] | None:
        values = item.get(key)
        if not is_list(values) or not all(is_object(each) for each in values):
            return None
        parts: list[Part] = []
        inner.read(values, parts)
        if parts and isinstance(parts[0], Reasoning):
            head = parts[0]
            parts = parts[1:]
            item[key] = [head.extra]
            head.extra = item
        else:
            head = Reasoning("", extra=item)
            item[key] = []
        for part in parts:
            part.extra = {tag_key: DERIVED, key: [part.extra]}
        if signature is not None:
            value = item.get(signature)
            if isinstance(value, str) and value:
                head.signature = item.pop(signature)
        return [head, *parts]

    def write(part: Any) -> Object:
        at_home = part.extra.get(tag_key) == tag
        item = dict(part.extra) if at_home else {}
        item[key] = pieces(part, item.get(key) if at_home else None)
        if signature is not None and part.signature is not None:
            item[signature] = part.signature
        return item

    def join(item: Object, part: Any) -> None:
        item[key] = [*item[key], *pieces(part, part.extra.get(key))]

    def pieces(part: Any, residue: Json) -> list[Json]:
        """Write one part as a piece, with the piece's own residue."""
        if isinstance(part, Other):
            return [part.value]
        known = residue if is_list(residue) else []
        if not known and not getattr(part, "text", True):
            return []
        return inner.write_one(part, known[0] if known else {})

    return Item(Reasoning, read, write, join)
