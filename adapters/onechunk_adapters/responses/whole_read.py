"""What the items of a whole response say; what is left of them stays where they stood.

An item that is kept whole, or a part of one, leaves only a mark as its type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from onechunk import DERIVED, UNSET, Json, Other, Part, Reasoning, ToolCall
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.responses.copies import (
    CLIENT,
    ITEM_KEYS,
    KINDS,
    LISTS,
    PART_KEYS,
    copies_in_part,
)
from onechunk_adapters.responses.pieces import MOST, RAW, block_of, citations, names_of

__all__ = ["LISTED", "first_of", "messages_in", "read_output", "read_role", "type_of"]

LISTED: Final = frozenset({"message", "reasoning"})
"""Items that are made of parts."""


def read_output(value: Json, body: Object) -> list[Part] | None:
    """Take what the items say; None if they say nothing."""
    if not is_list(value):
        return None
    parts: list[Part] = []
    tools = body.get("tools")
    named = names_of(tools) if is_list(tools) else None
    for number, item in enumerate(value[: MOST + 1]):
        value[number] = _read_item(item, number, named, parts)
    return parts or None


def read_role(value: Json, _: Object) -> str | None:
    """Take the role that messages have; one that has another keeps it."""
    found = None
    for item in messages_in(value):
        role = item.get("role")
        if isinstance(role, str) and role and found in {None, role}:
            found = role
            item["role"] = DERIVED
    return found


def messages_in(output: Json) -> Iterator[Object]:
    """Yield the messages among the items of *output*."""
    for item in output if is_list(output) else ():
        if type_of(item) == "message":
            yield item


def type_of(value: Json) -> str | None:
    """Return the type of an item, or of a part of one."""
    kind = value.get("type") if is_object(value) else None
    return kind if isinstance(kind, str) else None


def first_of(item: Object, place: str, kind: str | None) -> int:
    """Return what is added to the number of a part in its list, for its address.

    Args:
        item: The item that it stands in.
        place: The list.
        kind: Type of the part.
    """
    known = PART_KEYS.get(kind) if kind is not None else None
    raw = item["type"] == "reasoning" if known is None else KINDS[known[0][1]] is Reasoning
    return RAW if raw and place == "content" else 0


def _read_item(item: Json, number: int, named: set[str] | None, parts: list[Part]) -> Json:
    """Take what an item says and return what is left of it.

    Args:
        item: Is used up.
        number: Its place in the output.
        named: Tools that the request named; None if the response does not say.
        parts: Where parts are put.
    """
    kind = type_of(item)
    if kind in LISTED:
        _read_parts(item, number, parts)
        return item
    if kind in CLIENT:
        call = _read_call(item, kind, number, named)
        if call is not None:
            parts.append(call)
            return item
    parts.append(Other(kind, item, block=number))
    return {"type": DERIVED}


def _read_call(item: Object, kind: str, number: int, named: set[str] | None) -> ToolCall | None:
    """Take a call; None if nothing names it, or if the request named no such tool."""
    custom = kind == "custom_tool_call"
    said = {
        what: value
        for key, what in ITEM_KEYS[kind]
        if isinstance(value := item.get(key), str) and (value or what == "input")
    }
    if not custom and is_object(item.get("arguments")):
        said["input"] = item["arguments"]
    if not said.keys() & {"call_id", "name"}:
        return None
    if custom and named is not None and said.get("name") not in named:
        return None
    for key, what in ITEM_KEYS[kind]:
        if what in said:
            item[key] = DERIVED
    return ToolCall(None, said.get("call_id"), said.get("name"), said.get("input"), number)


def _read_parts(item: Object, number: int, parts: list[Part]) -> None:
    """Take the parts of a message or of reasoning, and what is encrypted of it."""
    first = len(parts)
    for place in LISTS:
        stood = item.get(place)
        entries: list[Json] = stood if is_list(stood) else []
        for at, entry in enumerate(entries):
            kind = type_of(entry)
            if kind in PART_KEYS:
                _read_part(entry, number, (place, at), parts)
                continue
            block = block_of(number, at + first_of(item, place, kind))
            if block is not None:
                parts.append(Other(kind, entry, block))
                entries[at] = {"type": DERIVED}
    for key, what in ITEM_KEYS.get(item["type"], ()):
        value = item.get(key)
        if what == "sealed" and isinstance(value, str) and value:
            item[key] = DERIVED
            _seal(value, number, parts, first)


def _read_part(entry: Object, number: int, at: tuple[str, int], parts: list[Part]) -> None:
    for copy in copies_in_part(entry, number, at):
        value = entry.get(copy.key)
        if copy.block is None:
            return
        if copy.what in KINDS and isinstance(value, str):
            parts.append(KINDS[copy.what](value, block=copy.block))
        elif copy.what == "annotations" and is_list(value) and value:
            if not all(map(is_object, value)):
                continue
            found = citations(value, copy.block)
            for citation in found:
                citation.extra.setdefault("type", UNSET)
            parts += found
        else:
            continue
        entry[copy.key] = DERIVED


def _seal(encrypted: str, number: int, parts: list[Part], first: int) -> None:
    """Give what is encrypted to the part that has the address of its item, or to one of its own."""
    for part in parts[first:]:
        if isinstance(part, Reasoning) and part.block == number:
            part.encrypted = encrypted
            return
    parts.append(Reasoning(encrypted=encrypted, block=number))
