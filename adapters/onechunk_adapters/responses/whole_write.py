"""The items of a whole response: those that stood there, with what is said now.

A part goes where its block says, into what is left of its item. What nobody says any more is left
out with all that stood around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import evolve

from onechunk import DERIVED, Chunk, Citation, Json, Other, Part, Reasoning, ToolCall
from onechunk.events import StreamMemory
from onechunk.mapping import Manner, Object, is_list, is_object
from onechunk_adapters.responses.copies import CLIENT, KINDS, LISTS, PART_KEYS
from onechunk_adapters.responses.pieces import place_of
from onechunk_adapters.responses.whole import complete_item
from onechunk_adapters.responses.whole_new import SAID, add_part, call_writers, cited, new_items
from onechunk_adapters.responses.whole_read import LISTED, first_of, type_of

__all__ = ["BodyMemory", "written"]

SEALED: Final = "encrypted_content"

_put_call: Final = call_writers(Manner())


class BodyMemory(StreamMemory):
    """Tells whether tools are called, and completes items that were put in by hand."""

    def __init__(self) -> None:
        super().__init__(calls="index", tells=True)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Give new items what readers demand; for a stream's message that is told as made up."""
        output = payload.get("output") if chunk.dialect == "responses.whole" else None
        for number, item in enumerate(output if is_list(output) else ()):
            if is_object(item) and item.get("id") is DERIVED:
                del item["id"]
                complete_item(item, chunk.id, number, "completed")


def written(parts: Iterable[Part], stood: Json) -> list[Json]:
    """Return the items of *parts*, with what is left of those that stood there.

    Args:
        parts: In reading order; one without an item stands behind that of the part before it.
        stood: What reading left of the items.

    Raises:
        TypeError: A part has no place in any item.
    """
    items: list[Json] = stood if is_list(stood) else []
    husks = {number: _husks(item) for number, item in enumerate(items) if type_of(item) in LISTED}
    claimed: dict[int, list[Part]] = {}
    new: dict[int, list[Part]] = {}
    last = -1
    for part in parts:
        number = None if part.block is None else place_of(part.block)[0]
        if number is None or not _holds(part, number, items, husks, claimed):
            new.setdefault(last, []).append(part)
        else:
            claimed.setdefault(number, []).append(part)
            last = number
    out: list[Json] = []
    for number in range(-1, len(items)):
        if number >= 0:
            out += _kept(items[number], claimed.get(number, []))
        out += new_items(new.get(number, ()))
    return out


def _husks(item: Object) -> set[int]:
    """Return the numbers of the parts of an item that were kept whole."""
    return {at for (_, at), entry in _entries(item) if _is_husk(entry)}


def _holds(
    part: Part,
    number: int,
    items: list[Json],
    husks: dict[int, set[int]],
    claimed: dict[int, list[Part]],
) -> bool:
    """Say whether a part has its place in the item of a number."""
    if number in husks:
        if isinstance(part, Other):
            return place_of(part.block or 0)[1] in husks[number]
        return type(part) in SAID or isinstance(part, Citation)
    item: Json = items[number] if 0 <= number < len(items) else None
    if number in claimed:
        return False
    return isinstance(part, ToolCall) if type_of(item) in CLIENT else _is_other(part, item)


def _is_other(part: Part, item: Json) -> bool:
    return _is_husk(item) and isinstance(part, Other)


def _is_husk(value: Json) -> bool:
    """Say whether an item, or a part of one, was kept whole elsewhere."""
    return is_object(value) and value.get("type") is DERIVED


def _kept(item: Json, parts: list[Any]) -> list[Json]:
    """Return the item that stood there as *parts* say it; nothing if nobody says it any more."""
    kind = type_of(item)
    if _is_husk(item):
        return [part.value for part in parts]
    if kind in CLIENT:
        return [_put_call[kind](evolve(part, extra=item)) for part in parts]
    if kind not in LISTED:
        return [item]
    return _kept_parts(item, parts)


def _kept_parts(item: Object, parts: list[Any]) -> list[Json]:
    """Return a message or reasoning with its parts."""
    left = _Left(parts)
    lists: dict[str, list[Json]] = {key: [] for key in LISTS if is_list(item.get(key))}
    for (place, at), entry in _entries(item):
        lists[place] += _kept_part(entry, at, left)
    out = {**item, **lists}
    if not parts and not any(lists.values()) and _was_said(item):
        return []
    if out.get(SEALED) is DERIVED:
        del out[SEALED]
    for part in parts:
        if isinstance(part, Reasoning) and part.encrypted is not None:
            out[SEALED] = part.encrypted
    for part in left.rest():
        add_part(out, part, cited)
    return [out]


class _Left:
    """Parts of an item that were not written yet, by class and number."""

    def __init__(self, parts: list[Any]) -> None:
        self._parts: dict[tuple[type[Any], int], list[Any]] = {}
        for part in parts:
            kind: type[Any] = part.__class__
            self._parts.setdefault((kind, place_of(part.block)[1]), []).append(part)

    def take(self, kind: type[Any], at: int) -> list[Any]:
        """Take the parts of a class and a number."""
        return self._parts.pop((kind, at), [])

    def rest(self) -> list[Any]:
        """Return those that are left."""
        return [part for parts in self._parts.values() for part in parts]


def _was_said(item: Object) -> bool:
    """Say whether parts were read from an item."""
    return item.get(SEALED) is DERIVED or any(_is_marked(entry) for _, entry in _entries(item))


def _is_marked(entry: Json) -> bool:
    return is_object(entry) and any(value is DERIVED for value in entry.values())


def _kept_part(entry: Json, at: int, left: _Left) -> list[Json]:
    """Return the part of an item that stood there as those of *left* say it that have its number.

    Args:
        entry: What reading left of it.
        at: Its number in an address.
        left: Those that are written here are taken out of it.
    """
    kind = type_of(entry)
    if _is_husk(entry):
        return [part.value for part in left.take(Other, at)]
    if kind is None or kind not in PART_KEYS:
        return [entry]
    key, what = PART_KEYS[kind][0]
    texts, citations = left.take(KINDS[what], at), left.take(Citation, at)
    out: Object = {**entry}
    if is_list(out.get("annotations")):
        out["annotations"] = [*out["annotations"]]
    if not texts and not citations:
        return [] if _is_marked(entry) else [out]
    text = "".join(part.text for part in texts)
    # What only seals the item has no text and may have the address of one that says nothing.
    if text or out.get(key) is DERIVED:
        out[key] = text
    if citations or out.get("annotations") is DERIVED:
        out["annotations"] = [cited(part) for part in citations]
    return [out]


def _entries(item: Object) -> Iterator[tuple[tuple[str, int], Json]]:
    """Yield what stands in the lists of an item, with the list and the number in an address."""
    for place in LISTS:
        entries = item.get(place)
        for at, entry in enumerate(entries if is_list(entries) else ()):
            yield (place, at + first_of(item, place, type_of(entry))), entry
